"""What phono3py writes: its grid of irreducible points, and the linewidths on it.

kappa-m….hdf5 holds `mesh` (3,), `qpoint` (p, 3) fractional, `weight` (p,), `frequency` (p, n) THz, `temperature` (t,)
K, `gamma` (t, p, n) THz, half of the full width at half maximum, and where wanted `gamma_isotope` (p, n). τ = 1/4πγ.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import block_size, blocks, preserving, reciprocal_rotations
from hpcph.errors import InputError
from hpcph.output.storage import Unsound, own_numbers, require_hard_links
from hpcph.phonons.modes import diagonalise

TOLERANCE = 0.03  # of the highest frequency: linewidths are often taken from other force constants
NEAR = 1e-3  # K: a temperature of the file this close is the one that is asked for
ON_MESH = 1e-5  # steps
POINTS = 1 << 24  # of a mesh
RATE = 4e12 * np.pi  # s⁻¹ of a linewidth of one THz, 1/τ = 4πγ
WIDEST, LEAST = 1e6, 1e-150  # THz: no linewidth is wider, and one that is less counts as zero


@dataclass(frozen=True)
class Grid:
    """Irreducible points of a mesh through Γ with their modes.

    divisions : ndarray (3,) int; q_pc : ndarray (p, 3) fractional; frequency_pn : ndarray (p, n) Hz, ascending
    """

    divisions: np.ndarray
    q_pc: np.ndarray
    frequency_pn: np.ndarray

    @property
    def name(self) -> str:
        """Such as 24×24×24."""
        return "×".join(map(str, self.divisions))


@contextmanager
def opened(path: Path, key: str, kind: str = "kappa-m….hdf5") -> Iterator[h5py.File]:
    """A file of phono3py; whatever is wrong with it, and Unsound, becomes InputError of that key."""
    fix = f"give a {kind} of phono3py"
    try:
        if not path.is_file():
            raise Unsound("is a folder" if path.is_dir() else "no such file")
        with h5py.File(path, "r") as file:
            require_hard_links(file)
            yield file
    except InputError:
        raise
    except Unsound as err:
        raise InputError(key, path, f"{err}; {fix}") from None
    except Exception as err:  # h5py raises whatever it likes at damaged files
        number = getattr(err, "errno", None)
        why = os.strerror(number) if number else type(err).__name__
        what = "cannot be read" if number else "is damaged or not of phono3py"
        raise InputError(key, path, f"{what} ({why}); {fix}") from None


def read_grid(file: h5py.File) -> Grid:
    """The irreducible points. Raises Unsound."""
    if "grid_matrix" in file:
        raise Unsound("is on a generalized regular grid; use a mesh of three divisions")
    if "qpoint" not in file or "mesh" not in file:
        raise Unsound("has no mesh of points with their wave vectors")
    divisions = own_numbers(file, "mesh")[...]
    q, frequency = (finite(own_numbers(file, name)[...]) for name in ("qpoint", "frequency"))
    whole = divisions.shape == (3,) and divisions.dtype.kind in "iu" and divisions.min() >= 1
    if not whole or divisions.astype(float).prod() > POINTS:
        raise Unsound("has no mesh of three divisions")
    if q.ndim != 2 or q.shape[1] != 3 or not np.abs(q * divisions - np.rint(q * divisions)).max() < ON_MESH:
        raise Unsound("is damaged: its wave vectors are not on its mesh")
    if frequency.ndim != 2 or len(frequency) != len(q) or np.any(np.diff(frequency, axis=1) < 0):
        raise Unsound("is damaged: its frequencies are not those of its points, ascending")
    return Grid(divisions.astype(int), q, frequency * 1e12)


def rows(grid: Grid, structure: Structure) -> np.ndarray:
    """Row p of every point of the whole mesh, (d,) int, the last division running fastest.

    Raises Unsound where point group and time reversal do not bring the rows to every point.
    """
    n = grid.divisions
    found = np.full(n.prod(), -1)
    for operation in operations(grid, structure):
        image = np.rint(grid.q_pc @ operation.T * n).astype(int) % n
        found[np.ravel_multi_index(tuple(image.T), tuple(n))] = np.arange(len(grid.q_pc))
    if np.any(found < 0):
        raise Unsound(f"lacks {np.sum(found < 0)} of {len(found)} points of its mesh: it is of another crystal")
    return found


def operations(grid: Grid, structure: Structure) -> np.ndarray:
    """Point group and time reversal as they act on the mesh, (g, 3, 3) int on fractional wave vectors."""
    kept = reciprocal_rotations(structure.rotations[preserving(structure, grid.divisions, np.zeros(3))])
    return np.unique(np.concatenate([kept, -kept]), axis=0)


def difference(grid: Grid, crystal: Crystal) -> float:
    """Largest difference of the frequencies from those of the crystal, Hz. Raises Unsound if it is another crystal."""
    theirs = grid.frequency_pn
    if theirs.shape[1] != crystal.modes:
        raise Unsound(f"is of another crystal: it has {theirs.shape[1]} modes, this one {crystal.modes}")
    parts = blocks(grid.q_pc, block_size(crystal.modes))
    ours = np.concatenate([diagonalise(crystal, grid.q_pc[part]).frequency_kn for part in parts]) / (2 * np.pi)
    apart = float(np.abs(theirs - ours).max())
    if not apart < TOLERANCE * ours.max():
        raise Unsound(f"is of another crystal: its frequencies differ by up to {apart / 1e12:.2g} THz")
    return apart


def read_rates(file: h5py.File, grid: Grid, temperature: np.ndarray, interpolated: bool) -> np.ndarray:
    """1/τ = 4πγ at temperatures (t,) K, (t, p, n) s⁻¹, that of isotopes included.

    interpolated : linearly between the temperatures of the file, which else must have each of them

    Raises InputError where it lacks one, Unsound where linewidths are missing or negative.
    """
    if "gamma" not in file:
        raise Unsound("has no linewidths (gamma)")
    gamma, known = own_numbers(file, "gamma", row_of=0), finite(np.atleast_1d(own_numbers(file, "temperature")[...]))
    if gamma.shape != (len(known), *grid.frequency_pn.shape) or np.any(np.diff(known) <= 0):
        raise Unsound("is damaged: the shape of its linewidths is not that of temperatures, points and branches")
    between = f"{Path(file.filename).name} has {known.min():g} to {known.max():g} K"
    last = np.clip(np.searchsorted(known, temperature + NEAR) - 1, 0, None)
    step = np.clip(last + 1, None, len(known) - 1)
    share = np.clip((temperature - known[last]) / np.where(step > last, known[step] - known[last], 1), 0, 1)
    nearest = np.where(share > 0.5, step, last)
    exact = np.abs(known[nearest] - temperature) < NEAR
    outside = (temperature < known[0] - NEAR) | (temperature > known[-1] + NEAR)
    if missing := temperature[outside if interpolated else ~exact].tolist():
        fix = f"{between}; calculate the linewidths there" + ("" if interpolated else ", or set lifetime.interpolate")
        raise InputError("temperature", f"{missing[0]:g}", fix)
    isotopes = finite(own_numbers(file, "gamma_isotope")[...]) if "gamma_isotope" in file else np.zeros(gamma.shape[1:])
    if isotopes.shape != gamma.shape[1:]:
        raise Unsound("is damaged: gamma_isotope has another shape than gamma")
    found = np.empty((len(temperature), *gamma.shape[1:]))
    for row, (low, high, part, here, as_is) in enumerate(zip(last, step, share, nearest, exact, strict=True)):
        found[row] = finite(gamma[here]) if as_is else (1 - part) * finite(gamma[low]) + part * finite(gamma[high])
    return rates(found) + rates(isotopes)


def rates(widths: np.ndarray) -> np.ndarray:
    """1/τ = 4πγ in s⁻¹ of linewidths in THz. Raises Unsound where they are none."""
    if widths.min(initial=0) < 0:
        raise Unsound(f"has negative linewidths, down to {widths.min():.2g} THz")
    if widths.max(initial=0) > WIDEST:
        raise Unsound(f"is damaged: it has linewidths up to {widths.max():.2g} THz")
    return RATE * np.where(widths < LEAST, 0, widths)


def finite(numbers: np.ndarray) -> np.ndarray:
    """The numbers. Raises Unsound where one is not finite."""
    if not numbers.size or not np.all(np.isfinite(numbers)):
        raise Unsound("is damaged: it holds numbers that are not finite")
    return numbers
