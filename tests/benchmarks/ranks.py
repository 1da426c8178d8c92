"""k-points per second on N ranks, on one, and in N runs of one rank at the same time: what ranks and cores cost.

python tests/benchmarks/ranks.py INPUT.yaml [--ranks 2] [--repeats 3] [--keep]     (not collected by pytest)

Nothing is asserted; --keep puts the row into docs/measured/ranks.json, which the page on speed shows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import h5py
import measured

ROOT = Path(__file__).resolve().parents[2]


def rates(path: Path, ranks: list[int]) -> float:
    """k-points per second of all runs together, started at once on these numbers of ranks."""
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for i, n in enumerate(ranks):
            launch = ["mpirun", "-n", str(n), "--oversubscribe", "--bind-to", "none"] if n > 1 else []
            command = [*launch, sys.executable, "-m", "hpcph", "run", str(path), "--output", f"{folder}/{i}"]
            runs.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ))
        if any(run.wait() for run in runs):
            raise SystemExit("a run failed")
        total = 0.0
        for i in range(len(ranks)):
            with h5py.File(f"{folder}/{i}/result.h5") as file:
                provenance = file["provenance"].attrs
                total += provenance["mesh_points"] / provenance["compute_time"]
        return total


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", type=Path, metavar="INPUT.yaml")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep the row for the page on speed")
    given = parser.parse_args()
    n = given.ranks
    ways = {"one rank": [1], "ranks": [n], "runs of one": [1] * n}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(given.repeats):
        for name, ranks in ways.items():
            found[name].append(rates(given.input, ranks))
    one, together, apart = (median(found[name]) for name in ways)
    print(f"1 rank {one:.0f}/s, {n} ranks {together:.0f}/s, {n} runs of one rank at once {apart:.0f}/s")
    print(f"efficiency {together / one / n:.2f} of one rank, {together / apart:.2f} of {n} runs of one rank")
    row = {
        "input": given.input.name,
        "ranks": n,
        "one rank (k-points/s)": one,
        "ranks together (k-points/s)": together,
        "as many runs of one rank (k-points/s)": apart,
        "of one rank": together / one / n,
        "of runs at once": together / apart,
    }
    if given.keep:
        measured.keep("ranks", [row], by=["input", "ranks"])
