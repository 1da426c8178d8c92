"""What a run will cost, before it is run."""

from dataclasses import dataclass, replace

import numpy as np

from hpcph.cost import model as cost
from hpcph.cost.model import Load
from hpcph.crystal.mesh import block_size
from hpcph.errors import counted
from hpcph.heat.setup import Setup
from hpcph.heat.solver import team_size
from hpcph.response.coherence import TOGETHER
from hpcph.response.tensors import INTERBAND, sums
from hpcph.result import sample
from hpcph.workflow.job import Job, stages

RANK_BASE = 150 << 20  # bytes of an idle rank: interpreter, NumPy, HDF5, MPI
NODE_BYTES, NODE_SECONDS = 1300, 5e-5  # of a rank for a node of a finite sample, measured on 10⁷
TRIALS = 8  # temperatures that the search for a threshold is taken to need
BANDWIDTH = 2e9  # bytes s⁻¹ of a collision matrix that a rank takes from its memory
SERIES = 5  # meshes that a wanted accuracy is taken to need


@dataclass(frozen=True)
class Plan:
    """Cost of a run; memory, maps and the file that they are in in bytes, time in s; nodes of the finite sample."""

    work: Load
    memory_per_rank: int
    maps: int
    file: int
    seconds: float
    accuracy: float | None
    nodes: int
    matrix: str | None

    def lines(self, way: str) -> list[str]:
        """For the terminal; way : how maps are written."""
        work = self.work
        idle = f" ({counted(work.ranks - work.blocks, 'ranks')} will be idle)" if work.ranks > work.blocks else ""
        lines = [
            f"k-points           {work.points}",
            f"blocks             {work.blocks} on {counted(work.ranks, 'ranks')}{idle}",
            f"memory per rank    {self.memory_per_rank / 2**20:.0f} MiB",
            f"result file        {self.file / 2**20:.1f} MiB",
            f"estimated time     {self.seconds:.3g} s, start-up apart, on this machine's cores",
        ]
        if self.maps:
            lines.append(f"maps               written {way}")
        if self.nodes:
            lines.insert(2, f"nodes of the sample {self.nodes}")
        if self.matrix is not None:
            lines.append(f"collision matrix   {self.matrix}")
        if self.accuracy is not None:
            lines.append(f"accuracy           counted are {SERIES} meshes; the run takes as many as it needs")
        return lines


def plan(job: Job, ranks: int) -> Plan:
    """Count points, blocks and bytes; the time is that of the cost model with typical coefficients."""
    if job.accuracy is not None:
        job = replace(job, samplings=job.samplings[:SERIES])
    todo = stages(job)
    work = cost.load(todo, ranks)
    n = job.crystal.modes
    maps = {spec.name: spec for stage in todo for spec in stage.maps}
    g = 0 if job.crystal.dipoles is None else len(job.crystal.dipoles.wavevector_gc)
    block = block_size(n) * 16 * (25 * n * n + 24 * g)
    nodes, share = _nodes(job.sample, ranks)
    maps |= {spec.name: spec for spec in sample.maps(job.sample, job.gyromagnetic is not None)}
    if job.scattering is not None:
        block += job.scattering.nbytes + 8 * 4 * len(job.temperature) * block_size(n) * n
    if job.coherent:
        columns = sum(s.width for s in sums(job.gyromagnetic is not None, interband=True) if s.channel is INTERBAND)
        block += 8 * (4 * TOGETHER + columns * block_size(n) * n * n)
    matrix, seconds = None, cost.typical(n).seconds(work)
    if job.boltzmann is not None:
        own = job.boltzmann.bytes_of(ranks)
        block += own
        seconds += len(job.temperature) * own * job.boltzmann.passes / BANDWIDTH
        matrix = f"{job.boltzmann.size} unknowns, {own / 2**20:.1f} MiB a rank, in the memory and time above"
    mapped = sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in maps.values())
    tables = job.crystal.nbytes + max((other.nbytes for other in job.others), default=0)  # which come one by one
    partial = sum(stage.row_bytes for stage in todo)
    return Plan(
        work=work,
        memory_per_rank=RANK_BASE + block + tables + partial // ranks + NODE_BYTES * share,
        maps=mapped,
        file=mapped + (1 << 20),
        seconds=seconds + NODE_SECONDS * share * (1 + TRIALS * (job.sample is not None and job.sample.threshold)),
        accuracy=job.accuracy,
        nodes=nodes,
        matrix=matrix,
    )


def _nodes(setup: Setup | None, ranks: int) -> tuple[int, int]:
    """Nodes of a finite sample, in all and of a rank."""
    nodes = 0 if setup is None else int(np.prod(setup.grid.nodes))
    return nodes, 0 if setup is None else nodes // team_size(setup.grid, ranks)
