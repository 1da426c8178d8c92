"""Files as phono3py writes them, with linewidths of our choice."""

from pathlib import Path

import h5py
import numpy as np
import physics

from hpcph.config.lifetime import LifetimesSection
from hpcph.config.mesh import MeshSection
from hpcph.crystal import mesh
from hpcph.phonons.lifetimes import Scattering
from hpcph.prepare import scattering


def constant(gamma: float):
    """One linewidth in THz for all."""
    return lambda temperature, shape: np.full((len(temperature), *shape), gamma)


def anyhow(seed: int = 0):
    """Of every mode and temperature another."""
    return lambda temperature, shape: np.random.default_rng(seed).uniform(0.01, 0.05, (len(temperature), *shape))


def write(path: Path, name: str, grid, temperature, gamma, seed: int | None = None, rules=physics.ALL) -> Path:
    """Of a crystal on a mesh through Γ, whose translations have none; seed: other irreducible points."""
    case = physics.case(name, rules)
    points = mesh.monkhorst_pack(case.structure, grid, (0, 0, 0), symmetry=True)
    frequency = physics.frequencies(case, points.q_kc)
    values = gamma(temperature, frequency.shape)
    values[:, np.flatnonzero(~points.q_kc.any(axis=1)), :3] = 0
    q = points.q_kc
    if seed is not None:
        rng = np.random.default_rng(seed)
        choice = rng.integers(len(case.structure.rotations), size=len(q))
        turned = (
            mesh.reciprocal_rotations(case.structure.rotations)[choice] * rng.choice([1, -1], len(q))[:, None, None]
        )
        q = np.einsum("kij,kj->ki", turned, q) + rng.integers(-1, 2, q.shape)
    with h5py.File(path, "w") as file:
        file["mesh"] = np.array(grid)
        file["qpoint"], file["frequency"] = q, frequency
        file["weight"] = np.rint(points.weight_k * np.prod(grid)).astype(int)
        file["temperature"] = np.array(temperature, float)
        file.create_dataset("gamma", data=values, compression="gzip")
    return path


def read(path: Path, name: str, temperature, grid=None, rules=physics.ALL, **how) -> Scattering:
    """What a run makes of such a file."""
    given = LifetimesSection(phono3py=str(path), **how)
    where = MeshSection(grid=list(grid or (2, 2, 2)), shift=[0.0, 0.0, 0.0])
    crystal = physics.case(name, rules).crystal
    return scattering.linewidths(given, [path], where, crystal, np.asarray(temperature, float))[0]
