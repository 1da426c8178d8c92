"""The meshes that follow each other until they are as accurate as wanted."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hpcph.crystal.mesh import Sampling
from hpcph.crystal.shape import stretched
from hpcph.parallel.comm import Comm
from hpcph.response import convergence
from hpcph.response.shape import stretch
from hpcph.workflow.job import Job, answer, mesh_of, probe, read
from hpcph.workflow.stage import Stage

if TYPE_CHECKING:
    from hpcph.workflow.findings import Runs


def accurate(job: Job, runs: "Runs") -> bool:
    """Has the last mesh the accuracy that is wanted, if one is wanted?"""
    if job.accuracy is None or not runs:
        return False
    operations = job.crystal.structure.rotations_cartesian
    errors = convergence.relative(convergence.uncertainty(runs), runs[-1][1], operations)
    return bool(np.max(errors) <= job.accuracy)  # false where one is unknown


def shaped(
    comm: Comm, job: Job, runs: "Runs", compute: Callable[[Stage], np.ndarray]
) -> tuple[list[Stage], tuple[Sampling, ...]]:
    """Stages of the probes that are none of the first meshes, and the samplings as these tell to stretch them.

    Collective. runs : of the first meshes, on rank 0; compute : all blocks of a stage, whose sums are on rank 0
    """
    done: list[Stage] = []
    found = {mesh.grid: (mesh, response) for mesh, response in runs}
    for wanted in (wanted for wanted in job.probes if wanted not in job.samplings):
        comm.phase = "laying out a mesh"
        mesh = comm.on_root(partial(mesh_of, job, wanted))
        done.append(probe(job, mesh))
        row = compute(done[-1])
        if comm.root:
            found[mesh.grid] = mesh, answer(job, read(replace(job, intervals=None), row)[0], mesh)
    probed = [found[wanted.grid] for wanted in job.probes] if comm.root else []
    factors = comm.on_root(lambda: stretch(probed, job.crystal.structure))
    return done, tuple(replace(s, grid=stretched(s.grid, factors)) for s in job.samplings)
