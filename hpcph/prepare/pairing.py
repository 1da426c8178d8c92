"""Which of a user's files is what of a crystal, without an input that says it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.readers import force_constants as constants
from hpcph.readers import foreign
from hpcph.readers.files import Files
from hpcph.readers.recognised import KEY, Recognised, Role, recognised

CRYSTALS = {  # what has the crystal of a file
    Role.PAIRS: "infile.ucposcar or POSCAR",
    Role.CONSTANTS: "phonopy_disp.yaml, POSCAR or ShengBTE's CONTROL",
    Role.FORCES: "phonopy_disp.yaml or POSCAR",
}


def paired(paths: Sequence[Path], supercell: tuple[int, int, int] | None = None) -> tuple[Files, Recognised | None]:
    """The files of a crystal, by what they hold, and phono3py's linewidths among them.

    supercell : three numbers, where no file says it; None to look for it

    Raises InputError where they are no crystal with force constants, or do not belong together.
    """
    return together(map(recognised, paths), supercell)


def together(
    files: Iterable[Recognised], supercell: tuple[int, int, int] | None = None
) -> tuple[Files, Recognised | None]:
    """The same of files that were looked into."""
    found: dict[Role, Recognised] = {}
    for one in files:
        if one.role in found:
            raise InputError(KEY, one.path, f"is {one.role.value}, and so is {found[one.role].path}; name one of them")
        found[one.role] = one
    return _files(found, supercell), found.get(Role.LINEWIDTHS)


def around_a_structure(paths: Sequence[Path]) -> tuple[dict[str, Path], Recognised | None]:
    """A structure that a potential takes, Born charges, by key of the input; and phono3py's linewidths among files.

    A file that is nothing else is the structure, which ASE reads. Raises InputError where there are two of a kind, or
    force constants.
    """
    found: dict[Role, Path] = {}
    linewidths = None
    for path in paths:
        try:
            one = recognised(path)
        except InputError:
            one = None
        role = Role.CRYSTAL if one is None else one.role
        if role not in (Role.CRYSTAL, Role.BORN, Role.LINEWIDTHS):
            raise InputError(KEY, path, f"is {role.value}; leave it or --calculator out")
        if role in found:
            raise InputError(KEY, path, f"is {role.value}, and so is {found[role]}; name one of them")
        found[role] = path
        linewidths = one if role is Role.LINEWIDTHS else linewidths
    if Role.CRYSTAL not in found:
        raise InputError(KEY, None, "none is a structure; add POSCAR, CIF or another that ASE reads")
    keys = {"structure": Role.CRYSTAL, "born": Role.BORN}
    return {key: found[role] for key, role in keys.items() if role in found}, linewidths


def _files(found: dict[Role, Recognised], supercell: tuple[int, int, int] | None) -> Files:
    """Which file stands under which key. Raises InputError where one is missing or too many."""
    if Role.COLLISIONS in found:
        fix = "needs a mesh and files of one run; add lifetime.collision_matrix by hand (docs/physics/boltzmann.md)"
        raise InputError(KEY, found[Role.COLLISIONS].path, fix)
    roles = (Role.WHOLE, Role.SUPERCELL, Role.PAIRS, Role.CONSTANTS, Role.FORCES)
    holding = [found[role] for role in roles if role in found]
    crystal, born, control = (found.get(role) for role in (Role.CRYSTAL, Role.BORN, Role.CONTROL))
    if len(holding) > 1:
        first, second = holding[:2]
        fix = f"is {second.role.value}, but {first.path} holds {first.role.value} already; leave one out"
        raise InputError(KEY, second.path, fix)
    charges = born.path if born else None
    if control is not None:
        if crystal is not None:
            raise InputError(KEY, crystal.path, f"{control.path} is the crystal already; leave it out")
        both = Files(holding[0].path, control.path, born=charges) if holding else Files(control.path, born=charges)
        return _whole(both, supercell)
    if not holding:
        raise InputError(
            KEY, None, "none holds force constants; add FORCE_SETS, FORCE_CONSTANTS or a yaml that has them"
        )
    main = holding[0]
    if main.role is Role.WHOLE:
        if crystal is not None:
            raise InputError(KEY, crystal.path, f"{main.path} holds the crystal already; leave it out")
        return _whole(Files(main.path, born=charges), supercell)
    if main.role is Role.SUPERCELL:
        return Files(main.path, structure=crystal.path if crystal else None, born=charges)
    if crystal is None or crystal.described is None:
        raise InputError(KEY, main.path, f"holds no crystal; add {CRYSTALS[main.role]}")
    if main.role is Role.PAIRS:
        return Files(main.path, structure=crystal.path, born=charges, supercell=supercell)
    if main.role is Role.FORCES and crystal.described.supercell is not None:
        return Files(crystal.path, force_sets=main.path, born=charges)
    files = Files(main.path, structure=crystal.path, born=charges, supercell=supercell)
    known = supercell is not None or crystal.described.supercell is not None
    return files if known else _with_supercell(files, main, crystal)


def _whole(files: Files, supercell: tuple[int, int, int] | None) -> Files:
    """With the grid that is wanted of a file that may hold several. Raises InputError where others know theirs."""
    of = foreign.recognised(files)
    if supercell is not None and (of is None or "ngqpt" not in of.takes):
        shown = ",".join(map(str, supercell))
        raise InputError("--supercell", shown, f"{files.force_constants.name} says it; leave it out")
    return replace(files, ngqpt=supercell)


def _with_supercell(files: Files, main: Recognised, crystal: Recognised) -> Files:
    """The supercell with the right number of atoms that the files fit, with the fewest words about it.

    Raises InputError where that is none, or not one alone.
    """
    assert crystal.described is not None
    cells, rest = divmod(main.sites or 0, len(crystal.described.cell))
    divisors = [n for n in range(1, cells + 1) if cells % n == 0 and not rest]
    fitting: dict[int, list[Files]] = {}
    for a, b in product(divisors, divisors):
        if cells % (a * b) == 0:
            tried = replace(files, supercell=(a, b, cells // (a * b)))
            with suppress(InputError):
                fitting.setdefault(len(forceconstants.load(tried, constants.read).remarks), []).append(tried)
    best = fitting[min(fitting)] if fitting else []
    if len(best) == 1:
        return best[0]
    found = ", ".join("×".join(map(str, one.supercell or ())) for one in best)
    what = f"fits several supercells, {found}" if best else f"{crystal.path.name} names no supercell"
    raise InputError(KEY, main.path, f"{what}; say which it has, by --supercell 2,2,2")
