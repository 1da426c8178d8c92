"""An input for the files of a user: `hpcph init`. What it writes, `check` accepts, for that is tried before."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from hpcph.config.editor import NAME
from hpcph.config.embedded import embedded
from hpcph.config.load import from_text, scalar
from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import even_grid
from hpcph.errors import InputError, Unstable
from hpcph.prepare import forceconstants, pairing
from hpcph.prepare.job import prepare
from hpcph.readers import force_constants as constants
from hpcph.readers.files import Files
from hpcph.readers.recognised import KEY, Recognised

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


def propose(paths: Sequence[Path], supercell: tuple[int, ...] | None, output: Path | None) -> str:
    """The text of a commented input whose paths are relative to where it will be, `output` or the current folder.

    supercell : three numbers, where no file says it; None to look for it

    Raises InputError where the files are no crystal with force constants, do not belong together, or cannot be read.
    """
    files, linewidths = pairing.paired(paths, supercell)
    loaded = forceconstants.load(files, constants.read)
    proposal = Proposal(files, loaded.structure, loaded.dielectric is not None, linewidths)
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
