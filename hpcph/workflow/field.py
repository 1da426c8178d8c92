"""The stage of a magnetic field along the bands."""

import numpy as np

from hpcph.crystal import mesh as meshing
from hpcph.crystal.dynamical import Crystal
from hpcph.response.maps import Path
from hpcph.response.zeeman import shifts
from hpcph.result.field import maps
from hpcph.workflow.stage import Stage


def stage(crystal: Crystal, path: Path, gyromagnetic_aij: np.ndarray, field: np.ndarray) -> Stage:
    """Shifts of the modes along the path; those at Γ are the limits along its leg."""

    def work(block: slice) -> tuple[None, dict[str, np.ndarray]]:
        found = shifts(crystal, path.q_kc[block], path.direction_kc[block], gyromagnetic_aij, field)
        return None, {f"/field/{name}": values for name, values in found.items()}

    points = len(path.q_kc)
    blocks = meshing.blocks(path.q_kc, meshing.block_size(crystal.modes))
    return Stage("field", points, blocks, maps(points, crystal.modes), 0, work)
