"""A crystal of files without an input, or of one: what is to be said of it, and what another program is given."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.config.load import Source
from hpcph.crystal.commensurate import InSupercell
from hpcph.crystal.invariances import SumRule
from hpcph.crystal.mesh import nearest_image
from hpcph.errors import InputError
from hpcph.phonons.modes import diagonalise
from hpcph.prepare import crystal, forceconstants, pairing
from hpcph.prepare.crystal import Given
from hpcph.prepare.plausible import first_lines
from hpcph.readers import force_constants as constants
from hpcph.readers import foreign
from hpcph.readers.files import KEYS, Files
from hpcph.readers.files import head as beginning
from hpcph.result.crystal import names
from hpcph.result.maps import imaginary

SECTION = re.compile(r"^crystal[ \t]*:", re.MULTILINE)
MOST = 64  # wave vectors between those of the supercell


@dataclass(frozen=True)
class Seen:
    """A crystal with what it comes from.

    origin : what the files are; sources : their names; made : lines on how the input had it made
    """

    given: Given
    origin: str
    sources: tuple[str, ...]
    made: tuple[str, ...] = ()


def is_input(path: Path) -> bool:
    """Is a file an input? Also one that is not there, or is wrong: whoever reads inputs says what it lacks."""
    text = beginning(path)
    if not text or SECTION.search(text) or path.suffix == ".h5":
        return True
    if path.suffix in (".yaml", ".yml"):
        return KEYS.search(text) is None
    return False


def files(paths: Sequence[Path], supercell: tuple[int, int, int] | None) -> Seen:
    """The crystal of some files, with all sum rules. Raises InputError where they are none, or do not fit together."""
    found, _ = pairing.paired(paths, supercell)
    loaded = forceconstants.load(found, constants.read)
    return Seen(crystal.of_loaded(loaded), loaded.origin, tuple(path.name for path in foreign.sources(found)))


def of_input(source: Source) -> Seen:
    """The crystal of an input. Raises InputError, also where it is a model."""
    given = source.input.crystal
    if given.model is not None:
        fix = "is in units of its own, which no file of phonopy has; name an input with force constants"
        raise InputError("crystal.model", given.model.name, fix)
    made = ["the other enantiomorph of the files, r → −r"] * given.inverted
    if source.computed is not None:
        made += [f"{name}: {text}" for name, text in source.computed.about.items()]
        named = [name for name in (given.structure, given.born) if isinstance(name, str)]
        sources = tuple(Path(name).name for name in named) or ("the atoms of the input",)
    else:
        sources = tuple(path.name for path in foreign.sources(crystal.files(source)))
    return Seen(crystal.crystal(source), "", sources, tuple(made))


def files_of_input(source: Source) -> Files:
    """The files with force constants that an input names, with what it says of them. Raises InputError."""
    return crystal.files(source)


def lines(seen: Seen) -> list[str]:
    """For `hpcph check FILE…`."""
    given = seen.given
    structure = given.crystal.structure
    assert given.settled is not None
    q = np.concatenate([given.commensurate_qc, _between(given)])
    frequency = diagonalise(given.crystal, q).frequency_kn / (2 * np.pi)
    grid = given.settled.report.supercell
    diagonal = np.array_equal(grid, np.diag(np.diag(grid)))
    supercell = "×".join(map(str, np.diag(grid))) if diagonal else str(grid.tolist())
    return [
        *first_lines(structure.density, frequency.max()),
        f"{structure.formula}, supercell {supercell} of its cell; {seen.origin}",
        *given.remarks,
        _charges(given),
        *_stability(frequency, q),
    ]


def in_supercell(seen: Seen) -> InSupercell:
    """The crystal for another program."""
    given = seen.given
    assert given.settled is not None
    return InSupercell(given.crystal, given.settled.report.supercell, given.commensurate_qc, given.dielectric)


def head(seen: Seen) -> list[str]:
    """What another program's file says of where the crystal comes from."""
    assert seen.given.settled is not None
    report = seen.given.settled.report
    moved = report.before[SumRule.TRANSLATIONAL] if SumRule.TRANSLATIONAL in report.imposed else 0.0
    return [
        f"from {', '.join(seen.sources)}",
        *seen.made,
        f"sum rules imposed: {names(report.imposed) or 'none'}; of them the translational one alone changes what a "
        f"supercell knows, here by up to {moved:.1e} N/m",
        "force constants: force_constants.hdf5, summed over images, of the atoms of the primitive cell",
    ]


def _between(given: Given) -> np.ndarray:
    """Wave vectors half a step off those of the supercell, some of them, (q, 3) fractional."""
    assert given.settled is not None
    half = np.linalg.inv(given.settled.report.supercell).sum(axis=1) / 2
    some = given.commensurate_qc[:: -(-len(given.commensurate_qc) // MOST)]
    return nearest_image(given.crystal.structure, some + half)


def _charges(given: Given) -> str:
    """A line on Born charges and ε."""
    if given.dielectric is None:
        return "no Born charges: no dipoles, no LO-TO splitting"
    mean = np.trace(given.dielectric.born, axis1=1, axis2=2) / 3
    epsilon = np.linalg.eigvalsh(given.dielectric.epsilon)
    return f"Born charges from {_span(mean)} e, mean of their diagonal; ε from {_span(epsilon)}"


def _span(values: np.ndarray) -> str:
    return f"{values.min():.3f} to {values.max():.3f}"


def _stability(frequency: np.ndarray, q_qc: np.ndarray) -> list[str]:
    """A line on the lowest frequency and where it is; frequency (q, n) Hz."""
    where = "at the supercell's wave vectors and between"
    if unstable := imaginary(frequency, q_qc, where):
        return [f"unstable: {line}" for line in unstable]
    moving = np.where(np.all(np.abs(q_qc) < 1e-9, axis=1), np.inf, frequency[:, 0])
    at = int(np.argmin(moving))
    if not np.isfinite(moving[at]):
        return [f"stable {where}"]
    place = ", ".join(f"{x + 0.0:.4g}" for x in q_qc[at].round(6))
    return [f"stable {where}; lowest frequency but Γ's {moving[at] / 1e12:.4f} THz at q = ({place})"]
