"""Time of the k-point kernel against a bare eigh of the same matrices and against phonopy, in one process.

python tests/benchmarks/kernel.py INPUT.yaml [INPUT.yaml …]     (not collected by pytest; nothing is asserted)
"""

# ruff: noqa: E402  (threads are set before NumPy is loaded)
from hpcph.parallel import threads

threads.pin()

import argparse
import time
from pathlib import Path

import numpy as np
import phonopy

from hpcph.config.load import load
from hpcph.crystal.dynamical import matrices
from hpcph.phonons.modes import diagonalise
from hpcph.prepare.crystal import files
from hpcph.prepare.job import prepare
from hpcph.response.weights import mode_weights
from hpcph.workflow.job import meshes, zone

REPEATS = 9


def seconds(*works) -> list[float]:
    """Shortest of REPEATS calls of each, taken in turn."""
    best = [np.inf] * len(works)
    for _ in range(REPEATS):
        for i, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def measure(path: Path, points: int) -> str:
    """One line: modes, G vectors, time a k-point of kernel, with moments, with sums over T, eigh, phonopy, ratios."""
    source = load(path)
    job = prepare(source).job
    *_, mesh = meshes(job)
    stage = zone(job, mesh)
    blocks = stage.blocks[: max(1, round(points * len(stage.blocks) / stage.points))]
    q = np.concatenate([mesh.q_kc[b] for b in blocks])
    D = matrices(job.crystal, q)
    kernel, moments, summed, eigh = (
        t / len(q)
        for t in seconds(
            lambda: [mode_weights(diagonalise(job.crystal, mesh.q_kc[b])) for b in blocks],
            lambda: [mode_weights(diagonalise(job.crystal, mesh.q_kc[b]), job.gyromagnetic) for b in blocks],
            lambda: [stage.work(b) for b in blocks],
            lambda: np.linalg.eigh(D),
        )
    )
    ph = phonopy.load(files(source).force_constants)
    ph.run_qpoints(q[:2], with_eigenvectors=True, with_group_velocities=True)
    start = time.perf_counter()
    ph.run_qpoints(q, with_eigenvectors=True, with_group_velocities=True)
    other = (time.perf_counter() - start) / len(q)
    g = len(job.crystal.dipoles.wavevector_gc) if job.crystal.dipoles else 0
    return (
        f"{source.input.title or path.stem:32s} {job.crystal.modes:4d} modes {g:4d} G  kernel {kernel * 1e6:8.0f} µs  "
        f"with moments {moments * 1e6:8.0f} µs  "
        f"with {len(job.temperature)} T {summed * 1e6:8.0f} µs  eigh {eigh * 1e6:8.0f} µs  "
        f"phonopy {other * 1e6:8.0f} µs  "
        f"kernel/eigh {kernel / eigh:5.2f} ({summed / eigh:.2f})  phonopy/kernel {other / kernel:5.1f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT.yaml")
    parser.add_argument("--points", type=int, default=400, help="k-points of each mesh (400)")
    given = parser.parse_args()
    for name in given.inputs:
        print(measure(name, given.points), flush=True)
