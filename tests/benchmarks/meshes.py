"""Time of the zone sums over the irreducible points against that over the full mesh, in one process.

python tests/benchmarks/meshes.py [INPUT.yaml] [--divisions 16] [--keep]     (not collected by pytest)

Nothing is asserted; --keep puts the row into docs/measured/meshes.json, which the page on speed shows.
"""

# ruff: noqa: E402  (threads are set before NumPy is loaded)
from hpcph.parallel import threads

threads.pin()

import argparse
import time
from pathlib import Path

import measured

from hpcph.config.load import load
from hpcph.crystal import mesh
from hpcph.prepare.job import prepare
from hpcph.workflow.job import zone

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 3

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", nargs="?", type=Path, default=ROOT / "inputs/quartz.yaml", metavar="INPUT.yaml")
    parser.add_argument("--divisions", type=int, default=16)
    parser.add_argument("--keep", action="store_true", help="keep the row for the page on speed")
    given = parser.parse_args()
    source = load(given.input)
    job = prepare(source).job
    structure, grid = job.crystal.structure, (given.divisions,) * 3
    shift = mesh.automatic_shift(structure, grid)
    stages = [zone(job, mesh.monkhorst_pack(structure, grid, shift, symmetry)) for symmetry in (True, False)]
    best = [float("inf")] * 2
    for _ in range(REPEATS):
        for i, stage in enumerate(stages):
            start = time.perf_counter()
            for block in stage.blocks:
                stage.work(block)
            best[i] = min(best[i], time.perf_counter() - start)
    points = [stage.points for stage in stages]
    print(f"irreducible {points[0]} points {best[0]:.3f} s, full {points[1]} points {best[1]:.3f} s")
    print(f"irreducible/full: points {points[0] / points[1]:.3f}, time {best[0] / best[1]:.3f}")
    row = {
        "crystal": source.input.title or given.input.stem,
        "mesh": f"{given.divisions}³",
        "irreducible points": points[0],
        "all points": points[1],
        "share of points": points[0] / points[1],
        "share of time": best[0] / best[1],
    }
    if given.keep:
        measured.keep("meshes", [row], by=["crystal", "mesh"])
