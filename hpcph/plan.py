"""What a run will cost, before it is run."""

import time
from dataclasses import dataclass

import numpy as np

from hpcph.crystal.mesh import block_size
from hpcph.job import Job, stages

KERNEL_OVER_EIGH = 3.3  # time of a k-point over that of its eigenvalue problem, measured on α-quartz
RANK_BASE = 150 << 20  # bytes of an idle rank: interpreter, NumPy, HDF5, MPI


@dataclass(frozen=True)
class Plan:
    """Cost of a run on a number of ranks; memory and file in bytes, time in s."""

    ranks: int
    points: int
    blocks: int
    memory_per_rank: int
    file: int
    seconds: float

    def lines(self) -> list[str]:
        """For the terminal."""
        idle = f" ({self.ranks - self.blocks} ranks will be idle)" if self.ranks > self.blocks else ""
        return [
            f"k-points           {self.points}",
            f"blocks             {self.blocks} on {self.ranks} ranks{idle}",
            f"memory per rank    {self.memory_per_rank / 2**20:.0f} MiB",
            f"result file        {self.file / 2**20:.1f} MiB",
            f"estimated time     {self.seconds:.3g} s, start-up apart, on this machine's cores",
        ]


def plan(job: Job, ranks: int) -> Plan:
    """Count points, blocks and bytes; the time is that of a bare eigenvalue problem on this machine times a ratio."""
    todo = stages(job)
    n = job.crystal.modes
    points = sum(stage.points for stage in todo)
    blocks = sum(len(stage.blocks) for stage in todo)
    file = sum(int(np.prod(spec.shape)) * 8 for stage in todo for spec in stage.maps)
    g = 0 if job.crystal.dipoles is None else len(job.crystal.dipoles.wavevector_gc)
    block = block_size(n) * 16 * (25 * n * n + 24 * g)
    partial = 8 * sum(stage.width * len(stage.blocks) for stage in todo)
    waves = sum(int(np.ceil(len(stage.blocks) / ranks)) * stage.points / len(stage.blocks) for stage in todo)
    return Plan(
        ranks=ranks,
        points=points,
        blocks=blocks,
        memory_per_rank=RANK_BASE + block + job.crystal.series.nbytes + partial // ranks,
        file=file + (1 << 20),
        seconds=waves * KERNEL_OVER_EIGH * _eigh_seconds(n),
    )


def _eigh_seconds(n: int, count: int = 50) -> float:
    """Time of one n×n Hermitian eigenvalue problem in a batch, best of three."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(count, n, n)) + 1j * rng.normal(size=(count, n, n))
    a = a + a.conj().swapaxes(-1, -2)
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        np.linalg.eigh(a)
        best = min(best, time.perf_counter() - start)
    return best / count
