"""What phono3py writes: its grid of irreducible points, and the linewidths on it.

kappa-m….hdf5 holds `mesh` (3,), `qpoint` (p, 3) fractional, `weight` (p,), `frequency` (p, n) THz, `temperature` (t,)
K, `gamma` (t, p, n) THz, half of the full width at half maximum, and where wanted `gamma_isotope` (p, n), `gamma_elph`
(t, p, n) of electrons and `boundary_mfp`, a length L in µm. phono3py's own κ is that of τ = 1/(4π Σγ + |v|/L).
Points are irreducible, or with is_kappa_star=False (--nks) all of the mesh, each with linewidths of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np

from hpcph.crystal.lattice import Structure, symmetric
from hpcph.disk.guard import Unsound
from hpcph.readers import hdf5, mesh_rates
from hpcph.readers.hdf5 import Array, Foreign
from hpcph.readers.mesh_rates import MeshRates

RATE = 4e12 * np.pi  # s⁻¹ of a linewidth of one THz, 1/τ = 4πγ
WIDEST, LEAST = 1e6, 1e-150  # THz: no linewidth is wider, and one that is less counts as zero
MICRON = 1e-6  # m
SHORTEST, LONGEST = 1e-12, 1e3  # m: lengths of boundaries, as in an input
# κ in relaxation time, and of the Boltzmann equation: the intraband part where there is another; old names too
RELAXED = ("kappa_intra_RTA", "kappa_intra", "kappa_P_RTA", "kappa_RTA", "kappa")
SOLVED = ("kappa_intra_exact", "kappa_P_exact", "kappa")


def opened(path: Path, key: str, kind: str = "kappa-m….hdf5") -> AbstractContextManager[Foreign]:
    """A file of phono3py; what is wrong with it, which is Unsound, becomes InputError of that key."""
    return hdf5.opened(path, key, "phono3py", f"a {kind} of phono3py")


@contextmanager
def linewidths(key: str, paths: Sequence[Path], structure: Structure) -> Iterator[MeshRates]:
    """Those of a kappa-m….hdf5, whatever the crystal. Raises InputError."""
    with opened(paths[0], key) as file:
        yield look(file)


def look(file: Foreign) -> MeshRates:
    """What a kappa-m….hdf5 says. Raises Unsound; so do its rates where linewidths are missing or none."""
    _require_modes_of_a_mesh(file)
    divisions = file.numbers("mesh")
    q, frequency = (finite(file.numbers(name)) for name in ("qpoint", "frequency"))
    divisions = mesh_rates.require_mesh(divisions)
    mesh_rates.require_points(divisions, q)
    if frequency.ndim == 2 and len(frequency) == divisions.prod() != len(q):
        # a reducible collision matrix of irreducible points: every point, the first division running fastest
        frequency = frequency[mesh_rates.steps(q, divisions) @ np.cumprod([1, *divisions[:2]])]
    weight = finite(file.numbers("weight")).astype(float) if "weight" in file else np.ones(len(q))
    mesh_rates.require_branches(q, frequency, weight)
    kelvin = temperatures(file)
    mesh_rates.require_rising(kelvin)
    solved = SOLVED if "kappa_RTA" in file else SOLVED[:-1]
    return MeshRates(
        file.path.name, divisions, q, frequency * 1e12, weight, kelvin, _rates(file, len(kelvin), frequency.shape),
        _boundary(file), _tensors(file, RELAXED, kelvin), _tensors(file, solved, kelvin),
    )  # fmt: skip


def _rates(file: Foreign, count: int, shape: tuple[int, ...]) -> Callable[[int], np.ndarray]:
    """1/τ = 4πγ of the temperature of a number, those of isotopes and electrons included; a row is read at a time."""
    if "gamma" not in file:
        raise Unsound("has no linewidths (gamma)")
    gamma = file.array("gamma", row_of=0)

    def rate(number: int) -> np.ndarray:
        if gamma.shape != (count, *shape):
            raise Unsound("is damaged: the shape of its linewidths is not that of temperatures, points and branches")
        tables: list[Array | np.ndarray] = [gamma, *_electrons(file, gamma.shape)]
        return sum((rates(finite(widths[number])) for widths in tables), start=rates(_isotopes(file, shape)))

    return rate


def _isotopes(file: Foreign, shape: tuple[int, ...]) -> np.ndarray:
    """Linewidths by isotopes, (p, n); zero without."""
    found = finite(file.numbers("gamma_isotope")) if "gamma_isotope" in file else np.zeros(shape)
    if found.shape != shape:
        raise Unsound("is damaged: gamma_isotope has another shape than gamma")
    return found


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


def _boundary(file: Foreign) -> float:
    """L in m after which boundaries scatter, which gamma does not include; infinite without. Raises Unsound."""
    if "boundary_mfp" not in file:
        return np.inf
    length = finite(file.numbers("boundary_mfp")) * MICRON
    if length.size != 1 or not SHORTEST <= length.item() <= LONGEST:
        raise Unsound("is damaged: boundary_mfp is no length in µm")
    return float(length.item())


def _tensors(file: Foreign, names: tuple[str, ...], kelvin: np.ndarray) -> np.ndarray | None:
    """The first of some tensors that is there, (t, 3, 3); None where there is none to compare with."""
    found = [file.numbers(name) for name in names if name in file][:1]
    if not found or found[0].shape != (len(kelvin), 6) or not np.all(np.isfinite(found[0])):
        return None
    return symmetric(found[0])


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
