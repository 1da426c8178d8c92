"""Meshes that are finer along one direction than along another.

Axes that the point group carries into one another, a family, have to keep their divisions. Of two families one may ask
for more: branches that nearly cross on planes do so across these planes.
"""

from itertools import pairwise

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import even_grid, reciprocal_rotations

COARSE = (8, 12, 16)  # divisions of the meshes that tell the shape of finer ones

Grid = tuple[int, int, int]


def families(structure: Structure) -> list[tuple[int, ...]]:
    """The periodic axes a*, b*, c* as 0, 1, 2, those together that operations mix."""
    mixed = np.any(reciprocal_rotations(structure.rotations) != 0, axis=0)
    reached = np.linalg.matrix_power(mixed.astype(int), 3) > 0
    return sorted({tuple(np.flatnonzero(row & structure.periodic).tolist()) for row in reached} - {()})


def probes(structure: Structure) -> tuple[Grid, ...]:
    """Grids from COARSE[0] to COARSE[-1], each finer than the one before along one family.

    None where all axes are one family, or one has too few divisions to become finer each time.
    """
    together, grids = families(structure), [even_grid(structure, divisions) for divisions in COARSE]
    if len(together) < 2 or any(a[f[0]] == b[f[0]] for f in together for a, b in pairwise(grids)):
        return ()
    found = grids[:1]
    for finer in grids[1:]:
        for family in together:
            a, b, c = (finer[n] if n in family else found[-1][n] for n in range(3))
            found.append((a, b, c))
    return tuple(found)


def stretched(grid: Grid, stretch_v: np.ndarray) -> Grid:
    """The even numbers nearest to divisions times stretch_v (3,); one stays one, which is the normal of a layer."""
    a, b, c = np.where(np.array(grid) > 1, np.maximum(2, 2 * np.rint(np.array(grid) * stretch_v / 2)), 1).astype(int)
    return int(a), int(b), int(c)
