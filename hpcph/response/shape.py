"""How much finer a mesh has to be along one direction than along another, judged by coarse meshes.

The errors that the axes of two families leave add up, to leading order: a sum over a mesh has the Fourier components of
the integrand at the multiples of its divisions along each axis, and those along two axes at once are smaller. So each
step of a series that refines one family tells its share, and shares become equal where divisions n_f grow like
E_f^(1/ORDER), E_f ~ n_f^-ORDER. All temperatures have their say: at the lowest a coarse mesh knows little.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import Mesh
from hpcph.crystal.shape import families
from hpcph.response.convergence import IRREGULAR, Uncertainty, by_temperature
from hpcph.response.thermal import ThermalResponse

ORDER = 2
MOST = 2.0  # coarse meshes are not believed more


def stretch(runs: Sequence[tuple[Mesh, ThermalResponse]], structure: Structure) -> np.ndarray:
    """Factors (3,) for the divisions along a*, b*, c*, whose product is 1; all of them 1 where nothing is known.

    runs : on meshes that are laid out by hpcph.crystal.shape.probes
    """
    together, last = families(structure), runs[-1][1]
    group = structure.rotations_cartesian
    shares_ft = np.array([by_temperature(_share(runs, f[0]), last, group).max(axis=0) for f in together])
    sizes, factors = [len(family) for family in together], np.ones(3)
    told = np.all(np.isfinite(shares_ft) & (shares_ft > 0), axis=0)
    if not told.any():
        return factors
    logarithm = np.log(shares_ft[:, told]).mean(axis=1) / ORDER
    for bound in (np.inf, np.log(MOST)):
        logarithm = np.clip(logarithm, -bound, bound)
        logarithm -= np.average(logarithm, weights=sizes)
    for family, x in zip(together, logarithm, strict=True):
        factors[list(family)] = np.exp(x)
    return factors


def _share(runs: Sequence[tuple[Mesh, ThermalResponse]], axis: int) -> Uncertainty:
    """What is left by the divisions along one axis, from the steps that changed them, as errors of irregular sums."""
    mesh, last = runs[-1]
    change = {part: np.zeros_like(value) for part, value in last.parts.items()}
    worst = dict(change)
    for (coarse, before), (fine, after) in reversed(list(pairwise(runs))):
        if fine.grid[axis] == coarse.grid[axis]:
            continue
        factor = (coarse.grid[axis] / mesh.grid[axis]) ** IRREGULAR
        for part in change:
            change[part] = change[part] + after[part] - before[part]
            worst[part] = np.maximum(worst[part], factor * np.abs(change[part]))
    return Uncertainty(worst)
