"""The slices of a run: one point of every star is computed, the maps follow from all of them at the end."""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal import mesh as meshing
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.stars import Stars
from hpcph.response import maps
from hpcph.result.modes import slice_maps
from hpcph.workflow.stage import Stage

PARITY = {"diagonal": False, "off_diagonal": False, "helicity": True}  # does it change its sign with handedness?


@dataclass(frozen=True)
class Planes:
    """Points of the slices, (i, j, p, 3) fractional, their stars, and their temperature in K."""

    q: np.ndarray
    stars: Stars
    temperature: float


def stage(crystal: Crystal, planes: Planes, axis: np.ndarray) -> Stage:
    """Contributions to χ and to the helicity on the planes, the axis being a unit vector."""
    shape, stars = planes.q.shape[:3], planes.stars
    q = meshing.nearest_image(crystal.structure, planes.q.reshape(-1, 3)[stars.first_r])

    def work(block: slice) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        found = maps.slices(crystal, q[block], axis, planes.temperature)
        return np.stack([found[name] for name in PARITY], axis=1).ravel(), {}

    def spread(row: np.ndarray) -> dict[str, np.ndarray]:
        columns = row.reshape(len(q), len(PARITY)).T
        found = {}
        for (name, odd), values in zip(PARITY.items(), columns, strict=True):
            every = values[stars.star_k] * (stars.parity_k if odd else 1.0)
            found[f"/slices/{name}"] = np.moveaxis(every.reshape(shape), 2, 0)
        return found

    blocks = meshing.tapered_blocks(q, meshing.block_size(crystal.modes))
    return Stage("slices", len(q), blocks, slice_maps(shape), len(PARITY) * len(q), work, spread=spread)
