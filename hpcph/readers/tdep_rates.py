"""Rates of TDEP's thermal_conductivity: outfile.thermal_conductivity_grid.hdf5, of one temperature on the whole mesh.

`qpoints` (q, 3) are Cartesian without 2π, in 1/bohr (their attribute says 1/A), `frequencies` and `linewidths` (q, n)
in rad/s, `lifetimes` (q, n) τ = 1/2Γ in s, all causes together, 0 where Γ vanishes; the temperature in K is an
attribute of the file. `harmonic_heat_capacity` (q, n) J/K and `group_velocities` (q, n, 3) m/s give its κ in relaxation
time. Older versions call the file outfile.grid_thermal_conductivity.hdf5.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from hpcph.constants import angstrom, bohr
from hpcph.crystal.lattice import Structure
from hpcph.disk.guard import Unsound, blamed
from hpcph.errors import counted
from hpcph.readers import hdf5, mesh_rates
from hpcph.readers.hdf5 import Foreign
from hpcph.readers.mesh_rates import MeshRates

WANTED = "an outfile.thermal_conductivity_grid.hdf5 of TDEP"
NAMES = ("qpoints", "frequencies", "lifetimes")
NEAR = 1e-3  # steps by which wave vectors may be off the mesh: lattice constants of two files are rounded differently
GAP = 1e-4  # between coordinates of points that are not each other's
ALIKE = 1e-3  # by which 2Γτ may be off one
VANISHING = 1e-30  # s: a lifetime that is not there


@contextmanager
def linewidths(key: str, paths: Sequence[Path], structure: Structure) -> Iterator[MeshRates]:
    """Those of files of a temperature each, on one mesh. Raises InputError."""
    found = []
    for path in paths:
        with hdf5.opened(path, key, "TDEP", WANTED) as file:
            found.append(_read(file, structure))
    with blamed(key, paths[0], WANTED):
        yield _together(found)


def is_of_tdep(file: Foreign) -> bool:
    """Whether a file has what such a file has."""
    return all(name in file for name in NAMES)


def temperature(file: Foreign) -> np.ndarray:
    """That of a file, (1,) K. Raises Unsound."""
    return np.array([file.attribute("temperature")])


def _read(file: Foreign, structure: Structure) -> MeshRates:
    for name in NAMES:
        if name not in file:
            raise Unsound(f"has no {name}")
    q, frequency, lifetime = (file.numbers(name).astype(float) for name in NAMES)
    if frequency.ndim != 2 or lifetime.shape != frequency.shape or q.shape != (len(frequency), 3):
        raise Unsound("is damaged: wave vectors, frequencies and lifetimes are not those of the same points")
    if not all(np.all(np.isfinite(one)) for one in (q, frequency, lifetime)):
        raise Unsound("is damaged: it holds numbers that are not finite")
    if lifetime.min() < 0:
        raise Unsound(f"has negative lifetimes, down to {lifetime.min():.2g} s")
    if "linewidths" in file:
        _require_halves(lifetime, file.numbers("linewidths"))
    divisions, fractional = _on_mesh(q, structure)
    mesh_rates.require_branches(fractional, frequency, np.ones(len(q)))
    rate = mesh_rates.require_rates(_inverse(lifetime))
    kelvin = temperature(file)
    if not kelvin[0] > 0:
        raise Unsound(f"has a temperature of {kelvin[0]:g} K")
    return MeshRates(
        file.path.name, divisions, fractional, frequency / (2 * np.pi), np.ones(len(q)), kelvin, lambda _: rate,
        relaxed_tij=_conductivity(file, lifetime, structure),
    )  # fmt: skip


def _inverse(lifetime: np.ndarray) -> np.ndarray:
    return np.divide(1, lifetime, out=np.zeros_like(lifetime), where=lifetime > VANISHING)


def _require_halves(lifetime: np.ndarray, width: np.ndarray) -> None:
    """Raise Unsound where τ is not 1/2Γ."""
    alive = lifetime > VANISHING
    if width.shape != lifetime.shape or not np.all(np.abs(2 * width[alive] * lifetime[alive] - 1) < ALIKE):
        raise Unsound("is damaged or of another version: its lifetimes are not 1/2Γ of its linewidths")


def _on_mesh(q_pc: np.ndarray, structure: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Divisions (3,) and fractional wave vectors of the mesh through Γ that they are all of. Raises Unsound.

    The length that they are reciprocal to is the one that makes them a mesh of the crystal.
    """
    for unit in (bohr, angstrom):
        fractional = q_pc @ structure.lattice_vc.T / unit
        divisions = np.array([_distinct(fractional[:, axis]) for axis in range(3)])
        steps = fractional * divisions
        whole = np.rint(steps)
        apart = len(np.unique(np.mod(whole, divisions), axis=0))
        if divisions.prod() == len(q_pc) == apart and np.abs(steps - whole).max() < NEAR:
            return mesh_rates.require_mesh(divisions), whole / divisions
    raise Unsound("is of another crystal or cell: its wave vectors are no mesh through Γ of this one")


def _distinct(values: np.ndarray) -> int:
    """How many there are modulo one."""
    inside = np.sort(values - np.floor(values))
    return int(np.sum(np.diff(inside, append=inside[0] + 1) > GAP))


def _conductivity(file: Foreign, lifetime: np.ndarray, structure: Structure) -> np.ndarray | None:
    """κ = Σ C v v τ/(V q) of the file's own numbers, (1, 3, 3); None where it lacks some."""
    names = ("harmonic_heat_capacity", "group_velocities")
    if not all(name in file for name in names):
        return None
    capacity, velocity = (file.numbers(name) for name in names)
    if capacity.shape != lifetime.shape or velocity.shape != (*lifetime.shape, 3):
        return None
    kappa = np.einsum("qn,qni,qnj->ij", capacity * lifetime, velocity, velocity)
    return kappa[None] / (structure.volume * len(lifetime)) if np.all(np.isfinite(kappa)) else None


def _together(found: list[MeshRates]) -> MeshRates:
    """Files of one temperature each as one of all of them. Raises Unsound."""
    found = sorted(found, key=lambda one: one.temperature[0])
    first = found[0]
    for one in found[1:]:
        same = one.mesh == first.mesh and one.frequency_pn.shape == first.frequency_pn.shape
        if not same or np.any(one.q_pc != first.q_pc):
            raise Unsound(f"is of {first.mesh} points, {one.name} of {one.mesh} or in another order")
        apart = np.abs(one.frequency_pn - first.frequency_pn).max()
        if apart > mesh_rates.TOLERANCE * first.frequency_pn.max():
            raise Unsound(f"is of another crystal than {one.name}: frequencies differ by up to {apart / 1e12:.2g} THz")
    kelvin = np.concatenate([one.temperature for one in found])
    if len(np.unique(kelvin)) < len(kelvin):
        raise Unsound("is of a temperature that another of the files has")
    tensors = [one.relaxed_tij for one in found if one.relaxed_tij is not None]
    return MeshRates(
        first.name if len(found) == 1 else f"{counted(len(found), 'files')} of TDEP", first.divisions, first.q_pc,
        first.frequency_pn, first.weight_p, kelvin, lambda row: found[row].rate(0),
        relaxed_tij=np.concatenate(tensors) if len(tensors) == len(found) else None,
    )  # fmt: skip
