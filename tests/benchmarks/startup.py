"""Time from launch to the first line and the first k-point, cold and with the crystal kept, and peak memory of ranks.

python tests/benchmarks/startup.py [INPUT.yaml] [--ranks 1,2,4] [--repeats 3] [--keep]     (not collected by pytest)

Minima of the repeats, maxima of memory; nothing is asserted. One rank is launched without mpirun. Processor time is
that of rank 0 up to its first k-point. Cold, hpcph's cache is empty, that of the system is not. --keep puts the rows
into docs/measured/startup.json, which the page on speed shows.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
TOLD = "HPCPH_TOLD"  # folder that takes what ranks tell


def rank() -> None:
    """python -m hpcph, which notes when the first block is about to start, and what it holds at the end."""
    from hpcph.__main__ import start
    from hpcph.parallel import comm

    told: dict[str, float] = {}

    def phase(self: comm.Comm, name: str) -> None:
        self.__dict__["_phase"] = name
        if name.startswith("computing") and not told:
            told.update(clock=time.time(), processor=time.process_time())

    comm.Comm.phase = property(lambda self: self.__dict__["_phase"], phase)
    try:
        start()
    finally:
        told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        Path(os.environ[TOLD], str(comm.world().rank)).write_text(json.dumps(told))


def launch(ranks: int, source: Path, cache: Path) -> dict[str, float]:
    """Seconds from launch to the first line and to the first k-point, of processor time, and MiB."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.time()
        words = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks > 1 else []
        run = subprocess.Popen(
            [*words, sys.executable, __file__, "run", str(source), "--output", f"{folder}/out"],
            env={**os.environ, TOLD: folder, "HPCPH_CACHE": str(cache)}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert run.stdout is not None
        run.stdout.readline()
        line = time.time() - begin
        run.stdout.read()
        if run.wait():
            sys.exit(run.returncode)
        told = [json.loads(Path(folder, str(r)).read_text()) for r in range(ranks)]
    others = max((one["peak"] for one in told[1:]), default=0.0)
    return {"line": line, "point": told[0]["clock"] - begin, "processor": told[0]["processor"],
            "rank 0": told[0]["peak"], "others": others}  # fmt: skip


def main(source: Path, ranks: list[int], repeats: int) -> list[dict[str, object]]:
    """Print a line for every number of ranks, cold and warm; the rows."""
    rows: list[dict[str, object]] = []
    for n in ranks:
        found: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
        for _ in range(repeats):
            with tempfile.TemporaryDirectory() as cache:
                for state in found:  # the cold run leaves what the warm one finds
                    found[state].append(launch(n, source, Path(cache)))
        for state, runs in found.items():
            best = {name: min(one[name] for one in runs) for name in ("line", "point", "processor")}
            peak = {name: max(one[name] for one in runs) for name in ("rank 0", "others")}
            print(f"{n:4d} ranks, {state}: first line {best['line']:.2f} s, first k-point {best['point']:.2f} s, "
                  f"processor time of rank 0 {best['processor']:.2f} s; rank 0 {peak['rank 0']:.0f} MiB, "
                  f"others at most {peak['others']:.0f} MiB", flush=True)  # fmt: skip
            rows.append({
                "input": source.name, "ranks": n, "crystal is": {"cold": "read", "warm": "kept"}[state],
                "first line (s)": best["line"], "first k-point (s)": best["point"],
                "processor time of rank 0 (s)": best["processor"], "memory of rank 0 (MiB)": round(peak["rank 0"]),
                "of others, at most (MiB)": round(peak["others"]) if n > 1 else None,
            })  # fmt: skip
    return rows


if __name__ == "__main__":
    if TOLD in os.environ:
        rank()
    else:
        parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
        parser.add_argument("input", nargs="?", type=Path, default=ROOT / "inputs/quartz.yaml", metavar="INPUT.yaml")
        parser.add_argument("--ranks", default="1,2,4,8,16,32")
        parser.add_argument("--repeats", type=int, default=3)
        parser.add_argument("--keep", action="store_true", help="keep the rows for the page on speed")
        given = parser.parse_args()
        found = main(given.input, [int(n) for n in given.ranks.split(",")], given.repeats)
        if given.keep:
            import measured  # not on the ranks, whose start is measured

            measured.keep("startup", found, by=["input", "ranks", "crystal is"])
