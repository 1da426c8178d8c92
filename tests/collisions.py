"""Files like phono3py's collision-m….hdf5, of made-up collisions in crystals of the physics tests."""

from pathlib import Path

import h5py
import linewidths
import numpy as np
import physics

from hpcph.boltzmann.points import every_point, irreducible_points
from hpcph.config.lifetime import LifetimesSection
from hpcph.config.mesh import MeshSection
from hpcph.crystal import mesh
from hpcph.crystal.mesh import preserving, reciprocal_rotations
from hpcph.prepare import scattering

T = np.array([100.0, 300.0])


def made_up(name: str, grid, strength: float = 0.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """γ (t, d, n) and a matrix (t, d, n, d, n) on every point, in THz, as symmetric as the crystal, not as a matrix.

    strength : norm of the matrix over the smallest γ
    """
    structure, divisions = physics.case(name).structure, np.array(grid)
    points = every_point(structure, divisions)
    frequency = physics.frequencies(physics.case(name), points.q_kc)
    d, n = frequency.shape
    gamma = widths(frequency)
    gamma[:, 0, :3] = 0
    random = np.random.default_rng(seed).normal(size=(len(T), d, n, d, n))
    random += random.transpose(0, 3, 4, 1, 2) + 0.1 * np.random.default_rng(seed + 1).normal(size=random.shape)
    matrix = np.zeros_like(random)
    for image in images(structure, divisions)[0]:
        matrix += random[:, image][:, :, :, image]
    matrix[:, 0, :3] = 0
    matrix[:, :, :, 0, :3] = 0
    norm = max(np.linalg.norm(m.reshape(d * n, -1), 2) for m in matrix)
    return gamma, matrix * (strength * gamma[gamma > 0].min() / norm)


def widths(frequency: np.ndarray) -> np.ndarray:
    """γ of modes, (t, …) THz."""
    return np.stack([0.02 * (1 + kelvin / 100 + np.abs(frequency) / 20) for kelvin in T])


def images(structure, divisions) -> tuple[np.ndarray, np.ndarray]:
    """What point group and time reversal make of every point, (g, d), and of vectors like velocities, (g, 3, 3)."""
    kept = preserving(structure, divisions, np.zeros(3))
    turned, cartesian = reciprocal_rotations(structure.rotations[kept]), structure.rotations_cartesian[kept]
    turned, cartesian = np.concatenate([turned, -turned]), np.concatenate([cartesian, -cartesian])
    _, once = np.unique(turned, axis=0, return_index=True)
    q = every_point(structure, divisions).q_kc
    steps = np.rint(np.einsum("gij,kj->gki", turned[once], q) * divisions).astype(int) % divisions
    return steps @ np.array([1, divisions[0], divisions[0] * divisions[1]]), cartesian[once]


def irreducible(name: str, grid, gamma: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same collisions in phono3py's irreducible form, Σ_R Ω(k, Rk') R: (t, p, n), (t, p, n, 3, p, n, 3)."""
    structure, divisions = physics.case(name).structure, np.array(grid)
    first = [
        int(np.rint(q * grid) @ [1, grid[0], grid[0] * grid[1]]) for q in irreducible_points(structure, divisions).q_kc
    ]
    number, turn = images(structure, divisions)
    found = sum(
        np.einsum("tpnqm,xy->tpnxqmy", matrix[:, first][:, :, :, image[first]], r)
        for image, r in zip(number, turn, strict=True)
    )
    return gamma[:, first], found


def write(path: Path, gamma: np.ndarray, matrix: np.ndarray, **more) -> Path:
    """A file; more : other datasets, or None to leave one out."""
    datasets = {"temperature": T, "gamma": gamma, "collision_matrix": matrix, "version": np.bytes_("4.9.0")} | more
    with h5py.File(path, "w") as file:
        for name, values in datasets.items():
            if values is not None:
                file[name] = values
    return path


def beside(path: Path, name: str, grid, factor: float = 1) -> Path:
    """The kappa-m….hdf5 of the same run; factor : on its linewidths."""
    points = mesh.monkhorst_pack(physics.case(name).structure, grid, (0, 0, 0), symmetry=True)
    gamma = factor * widths(physics.frequencies(physics.case(name), points.q_kc))
    return linewidths.write(path, name, grid, T, lambda *_: gamma)


def read(path: Path, name: str, grid, shift=(0.0, 0.0, 0.0), **how):
    """What a run makes of such a file: Scattering, Boltzmann and remarks."""
    given = LifetimesSection(collision_matrix=str(path), **how)
    where = MeshSection(grid=list(grid), shift=list(shift))
    return scattering.collisions(given, path, where, physics.case(name).crystal, T, T, None)
