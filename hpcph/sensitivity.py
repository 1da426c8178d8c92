"""How much γ^NL owes to what the supercell does not know, judged on rank 0 before the work starts."""

from dataclasses import replace

import numpy as np

from hpcph.crystal.mesh import automatic_shift, even_grid, monkhorst_pack
from hpcph.job import Job, read, zone
from hpcph.response import convergence, sharing
from hpcph.response.thermal import ThermalResponse, response

DIVISIONS = 6
ROOM = 300.0  # K


def of_flow(job: Job) -> float | None:
    """Relative change of γ^NL at 300 K when the supercell is shared otherwise, None where symmetry forbids γ^NL."""
    structure = job.crystal.structure
    grid = even_grid(structure, DIVISIONS)
    mesh = monkhorst_pack(structure, grid, automatic_shift(structure, grid), symmetry=True)
    simple = replace(
        job, temperature=np.array([ROOM]), scattering=None, gyromagnetic=None, intervals=None, store_modes=False,
        allow_unstable=True,
    )  # fmt: skip

    def summed(crystal) -> ThermalResponse:
        row, _ = zone(replace(simple, crystal=crystal), mesh).work(slice(0, len(mesh.q_kc)))
        assert row is not None
        return response(read(simple, row)[0], simple.temperature, structure.volume, mesh.operations)

    if not convergence.allows_axial(structure.rotations_cartesian):
        return None
    found, *others = (summed(crystal) for crystal in (job.crystal, *job.others))
    return convergence.relative(sharing.uncertainty(found, others), found, structure.rotations_cartesian)[1]
