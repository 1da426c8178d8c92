"""Time of the k-point kernel against a bare eigh of the same matrices and against phonopy, in one process.

python tests/benchmarks/kernel.py INPUT.yaml [INPUT.yaml …] [--keep]     (not collected by pytest; nothing is asserted)

--keep puts the rows into docs/measured/kernel.json, which the page on speed shows.
"""

# ruff: noqa: E402  (threads are set before NumPy is loaded)
from hpcph.parallel import threads

threads.pin()

import argparse
import time
from pathlib import Path

import measured
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


def measure(path: Path, points: int) -> measured.Row:
    """Modes, G vectors, µs a k-point of kernel, with moments, with sums over T, of eigh, of phonopy, and ratios."""
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
    return {
        "crystal": source.input.title or path.stem,
        "modes": job.crystal.modes,
        "G": g,
        "kernel (µs)": kernel * 1e6,
        "with moments (µs)": moments * 1e6,
        "T": len(job.temperature),
        "with sums over T (µs)": summed * 1e6,
        "eigh (µs)": eigh * 1e6,
        "phonopy (µs)": other * 1e6,
        "kernel / eigh": kernel / eigh,
        "with sums / eigh": summed / eigh,
        "phonopy / kernel": other / kernel,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT.yaml")
    parser.add_argument("--points", type=int, default=400, help="k-points of each mesh (400)")
    parser.add_argument("--keep", action="store_true", help="keep the rows for the page on speed")
    given = parser.parse_args()
    for name in given.inputs:
        row = measure(name, given.points)
        print(*(f"{column} {measured.rounded(value)}" for column, value in row.items()), sep="   ", flush=True)
        if given.keep:
            measured.keep("kernel", [row], by=["crystal"])
