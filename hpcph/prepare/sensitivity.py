"""How much γ^NL owes to what the supercell does not know, judged on rank 0 before the work starts."""

from dataclasses import replace

import numpy as np

from hpcph.crystal.handedness import independent
from hpcph.response import convergence, sharing
from hpcph.response.thermal import response
from hpcph.workflow.job import Job, lattice_mesh, lattice_zones, read

POINTS = 250  # of meshes that would have a coarse one like this
ROOM = 300.0  # K
LEAST = 1e-4  # change that is said as a number


def of_flow(job: Job) -> float | None:
    """Relative change of γ^NL at 300 K when the supercell is shared otherwise.

    None where symmetry forbids γ^NL, and for what has no supercell.
    """
    structure = job.crystal.structure
    bare = job.thermal and replace(job.thermal, coherent=False, clouds=False)
    simple = replace(job, temperature=np.array([ROOM]), thermal=bare, scattering=None, gyromagnetic=None, field=None)
    mesh = lattice_mesh(simple, POINTS)
    if mesh is None or not independent(structure.rotations_cartesian):
        return None
    rows = [stage.work(slice(0, stage.points))[0] for stage in lattice_zones(simple, mesh)]
    sums = [read(replace(simple, intervals=None), row)[0] for row in rows if row is not None]
    found, *others = (response(s, simple.temperature, structure.volume, mesh.operations) for s in sums)
    return convergence.relative(sharing.uncertainty(found, others), found, structure.rotations_cartesian)[1]


def line(change: float) -> str:
    """What is said of it."""
    size = f"{100 * change:.2g} %" if change >= LEAST else f"less than {100 * LEAST:g} %"
    return f"γ^NL at {ROOM:g} K changes by {size} when the supercell is shared otherwise"
