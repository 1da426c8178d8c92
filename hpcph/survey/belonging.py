"""Which files of a folder belong together: each that holds a whole crystal is one, of the others one crystal is made.

- Files of one grid, cache or CONTROL are one crystal; so are a .castep_bin and the .check of its run.
- Dynamical matrices of Quantum ESPRESSO, of the cell of a file of q2r.x beside them or of none, belong to that file.
- Of the files that need another one, force constants come before the forces that they follow from. Their crystal is the
  phonopy yaml with a supercell where there is one, else the unit cell that is none of the supercells that phonopy and
  TDEP write beside it; of several the one that fits. Where a whole crystal of the same cell lies there, it is theirs.
- Born charges belong to the only crystal of a folder.
- A phonopy yaml of displacements alone, and force constants in a form that is not read, count where nothing else does.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.errors import InputError
from hpcph.prepare import forceconstants, pairing
from hpcph.readers import force_constants as constants
from hpcph.readers.cells import Described
from hpcph.readers.espresso_cell import sketch
from hpcph.readers.files import Files, head
from hpcph.readers.recognised import KEY, Recognised, Role
from hpcph.readers.unread import Unread
from hpcph.survey.sieve import complaining, unpacked_name

SUPERCELLS = re.compile(r"(?i)[SM]POSCAR.*|POSCAR-\d+|infile\.ssposcar")
NEEDING = (Role.CONSTANTS, Role.FORCES, Role.PAIRS, Role.SUPERCELL)
ALIKE = 1e-5  # Å of lattice vectors, and of fractional places
Looked = tuple[Path, Recognised | InputError | None]


@dataclass(frozen=True)
class FileSet:
    """Files that are a crystal, or none.

    main : the one that it is named after: with force constants, or forces
    keys : of the section `crystal` of an input; empty of none
    described : the crystal, where it was read; reason : why it is none
    """

    main: Path
    keys: dict[str, Any] = field(default_factory=dict)
    described: Described | None = None
    reason: InputError | None = None


def keys_of(files: Files) -> dict[str, Any]:
    """As the section `crystal` of an input has them, paths absolute."""
    found: dict[str, Any] = {key: str(path) for key, path in files.absolute().named().items()}
    numbers = {"supercell": files.supercell, "ngqpt": files.ngqpt}
    return found | {key: list(value) for key, value in numbers.items() if value is not None}


def files_of(keys: dict[str, Any]) -> Files:
    """The other way round."""
    given = {key: Path(value) if isinstance(value, str) else tuple(value) for key, value in keys.items()}
    return Files(**given)  # type: ignore[arg-type]


def crystals_of(looked: Iterable[Looked]) -> list[FileSet]:
    """The crystals of the files of a folder, each looked into once."""
    read = [one for _, one in looked if isinstance(one, Recognised)]
    wrong = [(path, one) for path, one in looked if isinstance(one, InputError)]
    known = _without_repeats([one for one in read if one.role not in (Role.LINEWIDTHS, Role.COLLISIONS)])
    whole = [one for one in known if _is_whole(one, known)]
    others = [one for one in known if one.path not in {each.path for each in whole}]
    born = [one for one in others if one.role is Role.BORN]
    rest = _rest(others, whole)
    found = [FileSet(one.path, keys_of(Files(one.path)), one.described) for one in whole]
    found += [] if rest is None else [rest]
    good = [one for one in found if one.reason is None]
    if len(good) == 1 and born:
        found = [_charged(one, born) if one is good[0] else one for one in found]
    elif len(good) > 1:
        why = (
            f"has Born charges beside {len(good)} crystals, and no file says of which; give them a folder of their own"
        )
        found += [FileSet(one.path, reason=InputError(KEY, one.path, f"{why}, or a line of a list")) for one in born]
    found += [FileSet(path, reason=err) for path, err in wrong if not isinstance(err, Unread)]
    unread = [(path, err) for path, err in wrong if isinstance(err, Unread)]
    return found or _unfinished(others) or [FileSet(path, reason=err) for path, err in unread]


def _without_repeats(known: list[Recognised]) -> list[Recognised]:
    """Without files that are parts of others, or other forms of them."""
    first = sorted(known, key=lambda one: (not _leads(one), one.path))
    parts: set[Path] = set()
    for one in first:
        if one.foreign is not None and one.path not in parts:
            parts |= set(one.foreign.beside(one.path))
    made = {_sketch(one) for one in known if _is(one, "qe-q2r")}
    made |= {None} if made else set()
    bins = {_stem(one.path) for one in known if _is(one, "castep") and unpacked_name(one.path.name).endswith("_bin")}
    return [
        one
        for one in known
        if one.path not in parts
        and not (_is(one, "qe-dyn") and _sketch(one) in made)
        and not (_is(one, "castep") and _stem(one.path) in bins and unpacked_name(one.path.name).endswith(".check"))
    ]


def _leads(one: Recognised) -> bool:
    """Is it the file that stands for those beside it?"""
    return one.foreign is not None and (one.path.name in one.foreign.folder or one.role is Role.CONTROL)


def _is(one: Recognised, name: str) -> bool:
    return one.foreign is not None and one.foreign.name == name


def _stem(path: Path) -> Path:
    return path.with_name(unpacked_name(path.name).rpartition(".")[0])


def _sketch(one: Recognised) -> tuple[float, ...] | None:
    """Of a cell of Quantum ESPRESSO, to as many digits as all of its files have; dyn0 has none, so those beside it."""
    assert one.foreign is not None
    for path in (one.path, *one.foreign.beside(one.path)):
        if (found := sketch(head(path))) is not None:
            return tuple(round(value, 4) for value in found)
    return None


def _is_whole(one: Recognised, known: list[Recognised]) -> bool:
    if one.role is Role.CONTROL and one.foreign is not None:
        return bool(one.foreign.beside(one.path))
    if one.role is Role.SUPERCELL:
        return not any(other.role is Role.CRYSTAL for other in known)
    return one.role is Role.WHOLE


def _rest(others: list[Recognised], whole: list[Recognised]) -> FileSet | None:
    """The crystal of files that need each other; None where there is none, or a whole one is the same."""
    crystals = _crystals(others)
    made = [other for other in whole if any(_same(one, other) for one in crystals)]
    holding = [one for one in others if one.role in NEEDING and not any(_counts(one, other) for other in made)]
    if any(one.role is Role.CONSTANTS for one in holding):
        holding = [one for one in holding if one.role is not Role.FORCES]
    if not holding:
        return None
    main, *more = sorted(holding, key=lambda one: one.path)
    if more:
        fix = (
            f"is {main.role.value}, and {more[0].path.name} is {more[0].role.value}: which is of what crystal, no file"
        )
        return FileSet(
            main.path, reason=InputError(KEY, main.path, f"{fix} says; give each a folder, or a line of a list")
        )
    tried = [_pair(main, one) for one in crystals] or [_pair(main, None)]
    if len(tried) > 1:
        fitting = [one for one in tried if one.keys and _fits(one.keys)]
        if len(fitting) > 1:
            names = " and ".join(one.path.name for one in crystals)
            fix = f"fits {names}; name the right one in a list: a line with its files"
            return FileSet(main.path, reason=InputError(KEY, main.path, fix))
        tried = fitting or tried
    return tried[0]


def _crystals(others: list[Recognised]) -> list[Recognised]:
    """Those that force constants may be of, each cell once."""
    found = [one for one in others if one.role in (Role.CRYSTAL, Role.CONTROL)]
    for better in (
        lambda one: one.described is not None and one.described.supercell is not None,
        lambda one: not SUPERCELLS.fullmatch(unpacked_name(one.path.name)),
    ):
        found = [one for one in found if better(one)] or found
    different: list[Recognised] = []
    for one in sorted(found, key=lambda one: one.path):
        if not any(_same(one, other) and _supercell(one) == _supercell(other) for other in different):
            different.append(one)
    return different


def _supercell(one: Recognised) -> Any:
    return None if one.described is None or one.described.supercell is None else one.described.supercell.tolist()


def _cell(one: Recognised) -> Any:
    return None if one.described is None else one.described.cell


def _same(one: Recognised, other: Recognised) -> bool:
    """Have two files one unit cell?"""
    a, b = _cell(one), _cell(other)
    if a is None or b is None or list(a.symbols) != list(b.symbols):
        return False
    return np.allclose(a.cell, b.cell, rtol=0, atol=ALIKE) and np.allclose(
        a.scaled_positions, b.scaled_positions, rtol=0, atol=ALIKE
    )


def _counts(half: Recognised, whole: Recognised) -> bool:
    """Are forces, or force constants, of as many atoms as the supercell of a whole crystal has? Yes where none says."""
    said = whole.described
    if half.sites is None or said is None or said.supercell is None:
        return True
    return half.sites == round(abs(np.linalg.det(said.supercell))) * len(said.cell)


def _pair(main: Recognised, crystal: Recognised | None) -> FileSet:
    try:
        with complaining(main.path):
            files, _ = pairing.together([main] if crystal is None else [main, crystal])
    except InputError as err:
        return FileSet(main.path, reason=err)
    return FileSet(main.path, keys_of(files), None if crystal is None or main.foreign else crystal.described)


def _fits(keys: dict[str, Any]) -> bool:
    """Can these files be one crystal?"""
    with suppress(InputError), complaining(Path(keys["force_constants"])):
        forceconstants.load(files_of(keys), constants.read)
        return True
    return False


def _charged(one: FileSet, born: list[Recognised]) -> FileSet:
    """With Born charges, which must be those of one file."""
    if len(born) == 1:
        return replace(one, keys=one.keys | {"born": str(born[0].path.absolute())})
    names = " and ".join(charges.path.name for charges in born)
    fix = f"may have the Born charges of {names}; name those in a list: a line with its files"
    return FileSet(one.main, reason=InputError(KEY, one.main, fix))


def _unfinished(others: list[Recognised]) -> list[FileSet]:
    """A yaml of displacements, whose forces are not there."""
    begun = [one.path for one in others if one.role is Role.CRYSTAL and _supercell(one) is not None]
    fix = "holds no force constants, and nothing beside it does; add FORCE_SETS, FORCE_CONSTANTS or fc2.hdf5"
    return [FileSet(path, reason=InputError(KEY, path, fix)) for path in begun[:1]]
