"""What phono3py writes: its grid of irreducible points, and the linewidths on it.

kappa-m….hdf5 holds `mesh` (3,), `qpoint` (p, 3) fractional, `weight` (p,), `frequency` (p, n) THz, `temperature` (t,)
K, `gamma` (t, p, n) THz, half of the full width at half maximum, and where wanted `gamma_isotope` (p, n), `gamma_elph`
(t, p, n) of electrons and `boundary_mfp`, a length L in µm. phono3py's own κ is that of τ = 1/(4π Σγ + |v|/L).
Points are irreducible, or with is_kappa_star=False (--nks) all of the mesh, each with linewidths of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.crystal import mesh
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.lattice import Structure, symmetric
from hpcph.disk.guard import Unsound, reading
from hpcph.errors import InputError
from hpcph.phonons.lifetimes import Reference
from hpcph.phonons.modes import diagonalise
from hpcph.readers.hdf5 import Array, Foreign, opening

TOLERANCE = 0.03  # of the highest frequency: linewidths are often taken from other force constants
NEAR = 1e-3  # K: a temperature of the file this close is the one that is asked for
ON_MESH = 1e-5  # steps
FAR = 1e3  # reciprocal lattice vectors: no wave vector is further from Γ
POINTS = 1 << 24  # of a mesh
RATE = 4e12 * np.pi  # s⁻¹ of a linewidth of one THz, 1/τ = 4πγ
WIDEST, LEAST = 1e6, 1e-150  # THz: no linewidth is wider, and one that is less counts as zero
MICRON = 1e-6  # m
SHORTEST, LONGEST = 1e-12, 1e3  # m: lengths of boundaries, as in an input
UNPACK = {
    b"\x1f\x8b": "gunzip",
    b"\xfd7zXZ": "unxz",
    b"BZh": "bunzip2",
    b"(\xb5/\xfd": "unzstd",
    b"PK\x03\x04": "unzip",
}
# κ in relaxation time, and of the Boltzmann equation: the intraband part where there is another; old names too
RELAXED = ("kappa_intra_RTA", "kappa_intra", "kappa_P_RTA", "kappa_RTA", "kappa")
SOLVED = ("kappa_intra_exact", "kappa_P_exact", "kappa")


@dataclass(frozen=True)
class KappaGrid:
    """Points of a mesh through Γ with their modes, at least one of every star.

    divisions : ndarray (3,) int; q_pc : ndarray (p, 3) fractional; frequency_pn : ndarray (p, n) Hz, ascending
    weight_p : ndarray (p,), to how many points of the mesh each contributes, as the file says
    """

    divisions: np.ndarray
    q_pc: np.ndarray
    frequency_pn: np.ndarray
    weight_p: np.ndarray

    @property
    def name(self) -> str:
        """Such as 24×24×24."""
        return "×".join(map(str, self.divisions))


@contextmanager
def opened(path: Path, key: str, kind: str = "kappa-m….hdf5") -> Iterator[Foreign]:
    """A file of phono3py; what is wrong with it, which is Unsound, becomes InputError of that key."""
    try:
        with reading("phono3py"):
            if not path.is_file():
                raise Unsound("is a folder" if path.is_dir() else "no such file")
            with path.open("rb") as raw:
                start = raw.read(8)
        if packed := [how for magic, how in UNPACK.items() if start.startswith(magic)]:
            raise Unsound(f"is compressed; unpack it with {packed[0]}")
        with opening(path, "phono3py") as file:
            yield file
    except Unsound as err:
        raise InputError(key, path, f"{err}; give a {kind} of phono3py") from err


def read_grid(file: Foreign) -> KappaGrid:
    """The points. Raises Unsound."""
    _require_modes_of_a_mesh(file)
    divisions = file.numbers("mesh")
    q, frequency = (finite(file.numbers(name)) for name in ("qpoint", "frequency"))
    whole = divisions.shape == (3,) and divisions.dtype.kind in "iu" and divisions.min() >= 1
    if not whole or divisions.astype(float).prod() > POINTS:
        raise Unsound("has no mesh of three divisions")
    if q.ndim != 2 or q.shape[1] != 3 or np.abs(q).max() > FAR or not _off_mesh(q, divisions) < ON_MESH:
        raise Unsound("is damaged: its wave vectors are not on its mesh")
    divisions = divisions.astype(int)
    if frequency.ndim == 2 and len(frequency) == divisions.prod() != len(q):
        # a reducible collision matrix of irreducible points: every point, the first division running fastest
        frequency = frequency[_steps(q, divisions) @ np.cumprod([1, *divisions[:2]])]
    if frequency.ndim != 2 or len(frequency) != len(q) or np.any(np.diff(frequency, axis=1) < 0):
        raise Unsound("is damaged: its frequencies are not those of its points, ascending")
    weight = finite(file.numbers("weight")).astype(float) if "weight" in file else np.ones(len(q))
    if weight.shape != (len(q),) or not 0 < weight.min() <= weight.max() <= POINTS:
        raise Unsound("is damaged: its weights are not those of its points")
    return KappaGrid(divisions, q, frequency * 1e12, weight)


def _require_modes_of_a_mesh(file: Foreign) -> None:
    if "gamma_detail" in file:
        raise Unsound("holds linewidths by triplet (gamma_detail) instead of those of modes")
    if "grid_matrix" in file:
        raise Unsound("is on a generalized regular grid; use a mesh of three divisions")
    if "grid_point" in file and (one := file.numbers("grid_point")).ndim == 0:
        band = f", band {file.numbers('band_index')}" if "band_index" in file else ""
        raise Unsound(f"holds grid point {one[()]}{band} alone; put all of them together with phono3py --read-gamma")
    if "qpoint" not in file or "mesh" not in file:
        raise Unsound("has no mesh of points with their wave vectors")


def _off_mesh(q: np.ndarray, divisions: np.ndarray) -> float:
    """Largest distance from a point of the mesh, in steps."""
    return float(np.abs(q * divisions - np.rint(q * divisions)).max())


def _steps(q: np.ndarray, divisions: np.ndarray) -> np.ndarray:
    """Points of the mesh in whole steps from Γ, each 0 … n − 1."""
    return np.rint(q * divisions).astype(int) % divisions


def stars(grid: KappaGrid, structure: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Star of every row, (p,) int, and of every point of the whole mesh, (d,) int, the last division running fastest.

    Raises Unsound where point group and time reversal do not bring the rows to every point.
    """
    n, rows = grid.divisions, np.ravel_multi_index(tuple(_steps(grid.q_pc, grid.divisions).T), tuple(grid.divisions))
    if len(rows) * len(mesh.star_operations(structure, n)) < n.prod():  # nor need the whole mesh be looked at
        raise Unsound(f"has {len(rows)} points, too few for its mesh: it is of another crystal or symmetry")
    whole = mesh.stars(structure, n)
    known, star = np.unique(whole[rows], return_inverse=True)
    lacking = ~np.isin(whole, known)
    if np.any(lacking):
        raise Unsound(f"lacks {lacking.sum()} of {n.prod()} points of its mesh: it is of another crystal or symmetry")
    return star.ravel(), np.searchsorted(known, whole)


def difference(grid: KappaGrid, crystal: Crystal) -> float:
    """Largest difference of the frequencies from those of the crystal, Hz. Raises Unsound if it is another crystal."""
    theirs = grid.frequency_pn
    if theirs.shape[1] != crystal.modes:
        raise Unsound(f"is of another crystal: it has {theirs.shape[1]} modes, this one {crystal.modes}")
    parts = mesh.blocks(grid.q_pc, mesh.block_size(crystal.modes))
    ours = np.concatenate([diagonalise(crystal, grid.q_pc[part]).frequency_kn for part in parts]) / (2 * np.pi)
    apart = float(np.abs(theirs - ours).max())
    if not apart < TOLERANCE * ours.max():
        raise Unsound(f"is of another crystal: its frequencies differ by up to {apart / 1e12:.2g} THz")
    return apart


def read_rates(file: Foreign, grid: KappaGrid, temperature: np.ndarray, interpolated: bool) -> np.ndarray:
    """1/τ = 4πγ at temperatures (t,) K, (t, p, n) s⁻¹, that of isotopes included.

    interpolated : linearly between the temperatures of the file, which else must have each of them

    Raises InputError where it lacks one, Unsound where linewidths are missing or negative.
    """
    if "gamma" not in file:
        raise Unsound("has no linewidths (gamma)")
    gamma, known = file.array("gamma", row_of=0), temperatures(file)
    if gamma.shape != (len(known), *grid.frequency_pn.shape) or np.any(np.diff(known) <= 0):
        raise Unsound("is damaged: the shape of its linewidths is not that of temperatures, points and branches")
    between = f"{file.path.name} has {known.min():g} to {known.max():g} K"
    last = np.clip(np.searchsorted(known, temperature + NEAR) - 1, 0, None)
    step = np.clip(last + 1, None, len(known) - 1)
    share = np.clip((temperature - known[last]) / np.where(step > last, known[step] - known[last], 1), 0, 1)
    nearest = np.where(share > 0.5, step, last)
    exact = np.abs(known[nearest] - temperature) < NEAR
    outside = (temperature < known[0] - NEAR) | (temperature > known[-1] + NEAR)
    if missing := temperature[outside if interpolated else ~exact].tolist():
        fix = f"{between}; calculate the linewidths there" + ("" if interpolated else ", or set lifetime.interpolate")
        raise InputError("temperature", f"{missing[0]:g}", fix)
    isotopes = finite(file.numbers("gamma_isotope")) if "gamma_isotope" in file else np.zeros(gamma.shape[1:])
    if isotopes.shape != gamma.shape[1:]:
        raise Unsound("is damaged: gamma_isotope has another shape than gamma")
    total = np.broadcast_to(rates(isotopes), (len(temperature), *isotopes.shape)).copy()
    tables: list[Array | np.ndarray] = [gamma, *_electrons(file, gamma.shape)]
    for widths in tables:
        for row, (low, high, part, here, as_is) in enumerate(zip(last, step, share, nearest, exact, strict=True)):
            found = finite(widths[here]) if as_is else (1 - part) * finite(widths[low]) + part * finite(widths[high])
            total[row] += rates(found)
    return total


def temperatures(file: Foreign) -> np.ndarray:
    """Those of the file, (t,) K. Raises Unsound."""
    found = finite(np.atleast_1d(file.numbers("temperature")))
    if found.ndim != 1:
        raise Unsound("is damaged: its temperatures are no list")
    return found.astype(float)


def _electrons(file: Foreign, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Linewidths by electrons where the file has them, (t, p, n), without the axis of a single width of smearing."""
    if "gamma_elph" not in file:
        return []
    found = file.numbers("gamma_elph")
    if found.shape not in (shape, (1, *shape)):
        raise Unsound("is damaged: gamma_elph has another shape than gamma")
    return [found.reshape(shape)]


def read_boundary(file: Foreign) -> float:
    """L in m after which boundaries scatter, which gamma does not include; infinite without. Raises Unsound."""
    if "boundary_mfp" not in file:
        return np.inf
    length = finite(file.numbers("boundary_mfp")) * MICRON
    if length.size != 1 or not SHORTEST <= length.item() <= LONGEST:
        raise Unsound("is damaged: boundary_mfp is no length in µm")
    return float(length.item())


def read_conductivity(file: Foreign, grid: KappaGrid, structure: Structure) -> Reference:
    """phono3py's own κ, to compare with; made symmetric, which it is not where every point is calculated by itself."""
    name, kelvin = file.path.name, temperatures(file)
    kept = structure.rotations_cartesian[mesh.preserving(structure, grid.divisions, np.zeros(3))]
    solved = SOLVED if "kappa_RTA" in file else SOLVED[:-1]
    return Reference(name, kelvin, *(_tensors(file, names, kelvin, kept) for names in (RELAXED, solved)))


def _tensors(file: Foreign, names: tuple[str, ...], kelvin: np.ndarray, operations: np.ndarray) -> np.ndarray | None:
    """The first of some tensors that is there, (t, 3, 3); None where there is none to compare with."""
    found = [file.numbers(name) for name in names if name in file][:1]
    if not found or found[0].shape != (len(kelvin), 6) or not np.all(np.isfinite(found[0])):
        return None
    return np.einsum("gij,tjk,glk->til", operations, symmetric(found[0]), operations) / len(operations)


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
