"""An input for the files of a user: `hpcph init`. What it writes, `check` accepts, for that is tried before."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from hpcph.config import arguments
from hpcph.config.editor import NAME
from hpcph.config.embedded import embedded
from hpcph.config.load import from_text, scalar
from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import even_grid
from hpcph.errors import InputError, Unstable
from hpcph.prepare import forceconstants
from hpcph.prepare.job import prepare
from hpcph.readers import force_constants as constants
from hpcph.readers.files import Files
from hpcph.readers.recognised import KEY, Recognised, Role, recognised

DIVISIONS = 24  # of the mesh along the longest reciprocal vector
LOWEST, HIGHEST = 20.0, 400.0  # K
FEW = 8  # temperatures of linewidths that are taken
PARALLEL = 1e-3  # rad


@dataclass(frozen=True)
class Proposal:
    """Files of a crystal by key of the input, its structure, and linewidths of a program."""

    files: Files
    structure: Structure
    charged: bool
    linewidths: Recognised | None
    unstable: bool = False


def propose(paths: Sequence[Path], supercell: str | None, output: Path | None) -> str:
    """The text of a commented input whose paths are relative to where it will be, `output` or the current folder.

    supercell : such as 2,2,1, where no file says it; None to look for it

    Raises InputError where the files are no crystal with force constants, do not belong together, or cannot be read.
    """
    found: dict[Role, Recognised] = {}
    for path in paths:
        one = recognised(path)
        if one.role in found:
            raise InputError(KEY, path, f"is {one.role.value}, and so is {found[one.role].path}; name one of them")
        found[one.role] = one
    files = _files(found, None if supercell is None else arguments.numbers("--supercell", supercell))
    loaded = forceconstants.load(files, constants.read)
    proposal = Proposal(files, loaded.structure, loaded.dielectric is not None, found.get(Role.LINEWIDTHS))
    place = Path(os.path.abspath(output or "input.yaml"))
    text = _text(proposal, place)
    try:
        prepare(from_text(place, text))
    except Unstable:
        text = _text(replace(proposal, unstable=True), place)
        prepare(from_text(place, text))
    return text


def write(text: str, output: Path) -> None:
    """A new file. Raises InputError where there is one, or none can be."""
    try:
        with open(output, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError("--output", output, "exists, and nothing is overwritten; name another file") from None
    except OSError as err:
        raise InputError("--output", output, f"cannot be written ({err.strerror}); name another file") from None


def _files(found: dict[Role, Recognised], supercell: tuple[int, ...] | None) -> Files:
    """Which file stands under which key. Raises InputError where one is missing or too many."""
    if Role.COLLISIONS in found:
        fix = "needs a mesh and files of one run; add lifetime.collision_matrix by hand (README, Boltzmann equation)"
        raise InputError(KEY, found[Role.COLLISIONS].path, fix)
    roles = (Role.WHOLE, Role.SUPERCELL, Role.PAIRS, Role.CONSTANTS, Role.FORCES)
    holding = [found[role] for role in roles if role in found]
    crystal, born = found.get(Role.CRYSTAL), found.get(Role.BORN)
    if len(holding) > 1:
        first, second = holding[:2]
        fix = f"is {second.role.value}, but {first.path} holds {first.role.value} already; leave one out"
        raise InputError(KEY, second.path, fix)
    if not holding:
        raise InputError(
            KEY, None, "none holds force constants; add FORCE_SETS, FORCE_CONSTANTS or a yaml that has them"
        )
    main = holding[0]
    charges = born.path if born else None
    if main.role is Role.WHOLE:
        if crystal is not None:
            raise InputError(KEY, crystal.path, f"{main.path} holds the crystal already; leave it out")
        return Files(main.path, born=charges)
    if main.role is Role.SUPERCELL:
        return Files(main.path, structure=crystal.path if crystal else None, born=charges)
    if crystal is None or crystal.described is None:
        beside = "infile.ucposcar or POSCAR" if main.role is Role.PAIRS else "phonopy_disp.yaml or POSCAR"
        raise InputError(KEY, main.path, f"holds no crystal; add {beside}")
    if main.role is Role.PAIRS:
        return Files(main.path, structure=crystal.path, born=charges, supercell=supercell)
    if main.role is Role.FORCES and crystal.described.supercell is not None:
        return Files(crystal.path, force_sets=main.path, born=charges)
    files = Files(main.path, structure=crystal.path, born=charges, supercell=supercell)
    known = supercell is not None or crystal.described.supercell is not None
    return files if known else _with_supercell(files, main, crystal)


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


def _text(proposal: Proposal, place: Path) -> str:
    """The input."""
    files, structure, known = proposal.files, proposal.structure, proposal.linewidths
    axis = np.eye(3)[2]
    c = structure.lattice_vc[2]
    environment = Environment(
        loader=PackageLoader("hpcph.prepare"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("input.yaml").render(
        schema=(embedded().parent / NAME).as_uri(),
        title=scalar(f"{structure.formula}, {structure.space_group}"),
        files={key: scalar(_beside(path, place)) for key, path in files.named().items()},
        supercell=None if files.supercell is None else list(files.supercell),
        charged=proposal.charged,
        unstable=proposal.unstable,
        grid=list(even_grid(structure, DIVISIONS)),
        lifetime=None
        if known is None
        else f"{{{known.program}: {scalar(_beside(known.path, place))}, interpolate: true}}",
        temperature=None if known is None else _few(known),
        sliced=np.arccos(min(1.0, abs(axis @ c) / np.linalg.norm(c))) < PARALLEL,
        output=scalar(f"runs/{structure.formula}"),
    )


def _beside(path: Path, place: Path) -> str:
    """A path relative to the folder of the input."""
    return Path(os.path.relpath(path, place.parent)).as_posix()


def _few(linewidths: Recognised) -> str:
    """Some of the temperatures of linewidths, as a list. Raises InputError where there are none that make sense."""
    known = np.unique(linewidths.temperature)
    known = known[(known >= LOWEST) & (known <= HIGHEST)] if np.any(known >= LOWEST) else known
    known = known[known > 0]
    if not known.size:
        raise InputError(KEY, linewidths.path, f"has no temperature from {LOWEST:g} to {HIGHEST:g} K")
    chosen = known[np.unique(np.linspace(0, len(known) - 1, FEW).round().astype(int))]
    return f"[{', '.join(f'{value:.10g} K' for value in chosen)}]"
