"""An input for the files of a user: `hpcph init`. What it writes, `check` accepts, for that is tried before."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from hpcph.config.editor import NAME
from hpcph.config.embedded import embedded
from hpcph.config.load import from_text, scalar
from hpcph.constants import angstrom, atomic_mass
from hpcph.crystal import spacegroup
from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import even_grid
from hpcph.errors import InputError, Unstable, did_you_mean
from hpcph.potential import structure as structures
from hpcph.potential import supercells
from hpcph.potential.calculator import FACTORIES
from hpcph.potential.compute import displaced
from hpcph.potential.wanted import Model
from hpcph.prepare import forceconstants, layer, pairing
from hpcph.prepare.job import prepare, wanted_of_a_potential
from hpcph.readers import force_constants as constants
from hpcph.readers.phonopy_set import TOLERANCE
from hpcph.readers.recognised import KEY, Recognised

DIVISIONS = 24  # of the mesh along the longest reciprocal vector
LOWEST, HIGHEST = 20.0, 400.0  # K
FEW = 8  # temperatures of linewidths that are taken
PARALLEL = 1e-3  # rad


@dataclass(frozen=True)
class Proposal:
    """What the text says of a crystal: files by key of the input, its structure, whether it has Born charges.

    linewidths : of phonons, whose temperatures are taken; supercell, ngqpt : where the input has to say them
    model : a potential that gives the forces
    """

    named: dict[str, Path]
    structure: Structure
    charged: bool
    linewidths: Recognised | None
    supercell: tuple | None = None
    ngqpt: tuple[int, int, int] | None = None
    model: Model | None = None
    unstable: bool = False


def propose(paths: Sequence[Path], supercell: tuple[int, int, int] | None, output: Path | None) -> str:
    """The text of a commented input whose paths are relative to where it will be, `output` or the current folder.

    supercell : three numbers, where no file says it; None to look for it

    Raises InputError where the files are no crystal with force constants, do not belong together, or cannot be read.
    """
    files, linewidths = pairing.paired(paths, supercell)
    loaded = forceconstants.load(files, constants.read)
    if (empty := layer.evident(loaded.structure.lattice_vc, loaded.structure.fractional_ac)) is not None:
        with suppress(InputError):  # of a supercell that repeats along the normal too
            loaded = forceconstants.load(replace(files, periodic=layer.periodic_but(empty)), constants.read)
    charged = loaded.dielectric is not None
    proposal = Proposal(files.named(), loaded.structure, charged, linewidths, files.supercell, files.ngqpt)
    place = Path(os.path.abspath(output or "input.yaml"))
    text = _text(proposal, place)
    try:
        prepare(from_text(place, text))
    except Unstable:
        text = _text(replace(proposal, unstable=True), place)
        prepare(from_text(place, text))
    return text


def propose_potential(
    paths: Sequence[Path], calculator: str, supercell: tuple[int, int, int] | None, output: Path | None
) -> str:
    """The same for a structure whose forces a potential gives, and Born charges and linewidths beside it.

    calculator : file of pypolymlp, `module:factory`, or the name of a package whose factory is known
    supercell : three numbers, None for one of the length that is usual

    The displacements are made, and the forces of the unit cell asked for once. Raises InputError as `propose` does.
    """
    files, linewidths = pairing.around_a_structure(paths)
    model = _model(calculator)
    cell = structures.read(files["structure"])
    whole = supercells.primitive(cell, TOLERANCE / angstrom)
    places, mass = np.array(whole.scaled_positions), np.array(whole.masses) * atomic_mass
    kinds = spacegroup.kinds(tuple(whole.symbols), mass)
    found = spacegroup.symmetric_cell(np.array(whole.cell) * angstrom, places, kinds, None, TOLERANCE)
    structure = Structure.of(found, mass, tuple(whole.symbols))
    place = Path(os.path.abspath(output or "input.yaml"))
    text = _text(Proposal(files, structure, "born" in files, linewidths, supercell, model=model), place)
    wanted = wanted_of_a_potential(from_text(place, text))
    assert wanted is not None
    displaced(wanted, lambda line: None)
    return text


def _model(word: str) -> Model:
    """What a word of the command line means. Raises InputError."""
    if os.path.isfile(word):
        return Model(None, Path(word), {})
    if word in FACTORIES:
        factory, arguments = FACTORIES[word]
        return Model(factory, None, dict(arguments))
    if ":" in word:
        return Model(word, None, {})
    known = ", ".join(FACTORIES)
    fix = f"is no file; give a file of pypolymlp, module:factory such as ase.calculators.emt:EMT, or {known}"
    raise InputError("--calculator", word, fix + did_you_mean(word, FACTORIES))


def write(text: str, output: Path) -> None:
    """A new file. Raises InputError where there is one, or none can be."""
    try:
        with open(output, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError("--output", output, "exists, and nothing is overwritten; name another file") from None
    except OSError as err:
        raise InputError("--output", output, f"cannot be written ({err.strerror}); name another file") from None


def _text(proposal: Proposal, place: Path) -> str:
    """The input."""
    structure, known = proposal.structure, proposal.linewidths
    axis, c = np.eye(3)[2], structure.lattice_vc[2]
    if structure.empty is not None:
        inside = structure.lattice_vc[structure.periodic][0]
        axis = np.round(inside / np.linalg.norm(inside), 6) + 0.0
    environment = Environment(
        loader=PackageLoader("hpcph.prepare"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("input.yaml").render(
        schema=(embedded().parent / NAME).as_uri(),
        title=scalar(f"{structure.formula}, {structure.space_group}"),
        files={key: scalar(_beside(path, place)) for key, path in proposal.named.items()},
        calculator=None if proposal.model is None else _calculator(proposal.model, place),
        supercell=None if proposal.supercell is None else list(proposal.supercell),
        ngqpt=None if proposal.ngqpt is None else list(proposal.ngqpt),
        charged=proposal.charged,
        unstable=proposal.unstable,
        periodic=None if structure.empty is None else layer.shown(structure.empty),
        axis=[float(f"{x:g}") if x % 1 else int(x) for x in axis],
        grid=list(even_grid(structure, DIVISIONS)),
        lifetime=None
        if known is None
        else f"{{{known.program}: {scalar(_beside(known.path, place))}, interpolate: true}}",
        temperature=None if known is None else _few(known),
        sliced=structure.empty is None and np.arccos(min(1.0, abs(axis @ c) / np.linalg.norm(c))) < PARALLEL,
        output=scalar(f"runs/{structure.formula}"),
    )


def _calculator(model: Model, place: Path) -> str:
    """A potential as an input has it."""
    if model.polymlp is not None:
        return f"{{polymlp: {scalar(_beside(model.polymlp, place))}}}"
    said = {"ase": model.factory, **model.arguments}
    return f"{{{', '.join(f'{key}: {scalar(str(value))}' for key, value in said.items())}}}"


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
