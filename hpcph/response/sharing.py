"""What a response owes to the way in which a supercell's force constants are shared among images.

Nothing of it is known; so it is computed with other exponents of the prior as well (hpcph.crystal.images), and what
changes is the error of the lattice. A coarse mesh will do, since only differences count.
"""

from collections.abc import Sequence
from operator import attrgetter

import numpy as np

from hpcph.crystal.mesh import Mesh
from hpcph.response.convergence import TENSORS, Uncertainty
from hpcph.response.thermal import MagneticResponse, ThermalResponse

SHARE = 0.25  # of a run's k-points


def mesh_for(meshes: Sequence[Mesh], others: int) -> int:
    """Number of the finest mesh that `others` crystals take no more than SHARE of the run for, or else the coarsest."""
    points = [len(mesh.q_kc) for mesh in meshes]
    return max(
        (i for i, n in enumerate(points) if others * n <= SHARE * sum(points)), key=points.__getitem__, default=0
    )


def uncertainty(found: ThermalResponse, others: Sequence[ThermalResponse]) -> Uncertainty:
    """Largest change of every number, all on the same mesh."""

    def change(name: str) -> np.ndarray:
        value = attrgetter(name)
        return np.max([np.abs(value(other) - value(found)) for other in others], axis=0)

    magnetic = MagneticResponse(*(change(f"magnetic.{name}") for name in TENSORS)) if found.magnetic else None
    flow, diagonal, off_diagonal = (change(name) for name in TENSORS)
    return Uncertainty(flow, diagonal, off_diagonal, change("conductivity_rate"), magnetic)
