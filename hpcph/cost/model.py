"""What a run costs: how much falls on the busiest rank, and the model that turns it into seconds.

T(N) = serial + point · (k-points of the busiest rank) + doubling · log₂ N + byte · (bytes of maps). `hpcph scaling`
fits the four coefficients to measured runs; `hpcph plan` measures the second on the spot and takes typical values of
the rest.
"""

import time
from dataclasses import asdict, dataclass
from math import ceil, log2

import numpy as np
from scipy.optimize import nnls

from hpcph.workflow.stage import POINTS, Stage

KERNEL_OVER_EIGH = 3.0  # time of a k-point over that of its eigenvalue problem, measured on α-quartz
SERIAL, DOUBLING, BYTE = 0.05, 5e-3, 1.5e-9  # s, s and s a byte, on one node with a local disk


@dataclass(frozen=True)
class Load:
    """Work of a run on a number of ranks.

    points : k-points in all; busiest : k-points of the busiest rank, whole blocks; size : bytes of maps
    """

    ranks: int
    points: int
    blocks: int
    busiest: float
    size: int


def load(stages: list[Stage], ranks: int) -> Load:
    """Count k-points, blocks and bytes; no rank gets a part of a block. Frequencies of light cost next to nothing."""
    zone = [stage for stage in stages if stage.noun == POINTS]
    return Load(
        ranks=ranks,
        points=sum(stage.points for stage in zone),
        blocks=sum(len(stage.blocks) for stage in stages),
        busiest=sum(ceil(len(stage.blocks) / ranks) * stage.points / len(stage.blocks) for stage in zone),
        size=sum(stage.map_bytes for stage in stages),
    )


@dataclass(frozen=True)
class CostModel:
    """Seconds: serial part, a k-point of the busiest rank, a doubling of the ranks (messages), a byte written."""

    serial: float
    point: float
    doubling: float
    byte: float

    def seconds(self, work: Load) -> float:
        """Time of computing and writing maps, start-up and the closing of the file apart."""
        return self.serial + self.point * work.busiest + self.doubling * log2(work.ranks) + self.byte * work.size

    def table(self) -> dict[str, float]:
        """The coefficients by name."""
        return asdict(self)


def fit(loads: list[Load], seconds: list[float]) -> CostModel:
    """Least squares of the relative deviations, no coefficient negative."""
    columns = np.array([[1.0, work.busiest, log2(work.ranks), work.size] for work in loads])
    time_ = np.asarray(seconds, float)
    largest = columns.max(axis=0)
    scale = np.where(largest > 0, largest, 1.0)
    found, _ = nnls(columns / scale / time_[:, None], np.ones(len(time_)))
    return CostModel(*(float(x) for x in found / scale))


def typical(modes: int) -> CostModel:
    """A model of this machine: the time of a bare eigenvalue problem, measured now, and typical values for the rest."""
    return CostModel(SERIAL, KERNEL_OVER_EIGH * eigh_seconds(modes), DOUBLING, BYTE)


def eigh_seconds(n: int, count: int = 50) -> float:
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
