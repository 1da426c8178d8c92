"""What a response owes to the way in which a supercell's force constants are shared among images.

Nothing of it is known; so it is computed with other exponents of the prior as well (hpcph.crystal.images), and what
changes is the error of the lattice. A coarse mesh will do, since only differences count, but not one of wave vectors
that the supercell knows.
"""

from collections.abc import Sequence

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import Mesh, automatic_shift, even_grid, monkhorst_pack
from hpcph.response.convergence import Uncertainty
from hpcph.response.thermal import ThermalResponse

SHARE = 0.25  # of a run's k-points
COARSEST, FINEST = 6, 24  # divisions: fewer are all on symmetry lines, more tell no more of the supercell
KNOWN = 0.5  # of the points of a mesh, at most, are the supercell's


def mesh_for(structure: Structure, supercell: np.ndarray, points: float) -> Mesh:
    """The finest mesh of at most so many irreducible points, or the coarsest, most of it between what is known.

    supercell : ndarray (3, 3) int, lattice vectors as rows in units of a, b, c
    """
    found = None
    for divisions in range(COARSEST, FINEST + 1, 2):
        grid = even_grid(structure, divisions)
        mesh = monkhorst_pack(structure, grid, automatic_shift(structure, grid), symmetry=True)
        if found is not None and len(mesh.q_kc) > points:
            break
        if _known(mesh, supercell) <= KNOWN:
            found = mesh
    assert found is not None, "no mesh lies between the wave vectors of a supercell"
    return found


def _known(mesh: Mesh, supercell: np.ndarray) -> float:
    """Part of a mesh that are wave vectors of the supercell."""
    waves = mesh.q_kc @ supercell.T
    return float(np.mean(np.abs(waves - np.rint(waves)).max(axis=1) < 1e-6))


def uncertainty(found: ThermalResponse, others: Sequence[ThermalResponse]) -> Uncertainty:
    """Largest change of every number, all on the same mesh."""
    return Uncertainty({p: np.max([np.abs(other[p] - found[p]) for other in others], axis=0) for p in found.parts})
