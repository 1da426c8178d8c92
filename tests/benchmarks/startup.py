"""Peak memory of every rank and the time from launch to the first k-point, by number of ranks.

python tests/benchmarks/startup.py [INPUT.yaml] [--ranks 1,2,4]     (not collected by pytest; nothing is asserted)
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from hpcph.parallel import threads  # noqa: E402

threads.pin()  # NumPy is loaded below
LAUNCHED = "HPCPH_LAUNCHED"


def rank(path: Path) -> None:
    """One rank of a run that notes when its first block starts, and what it holds at the end."""
    from mpi4py import MPI

    import hpcph.workflow.driver
    from hpcph.parallel.comm import Comm
    from hpcph.parallel.signals import Stop
    from hpcph.prepare.entrance import read

    comm = Comm(MPI.COMM_WORLD)
    first: list[float] = []
    lay_out_zone = hpcph.workflow.driver.zone

    def zone(job, mesh):
        stage = lay_out_zone(job, mesh)

        def work(block):
            first.append(time.time())
            return stage.work(block)

        return replace(stage, work=work)

    hpcph.workflow.driver.zone = zone
    prepare = read(comm, lambda: path)
    with open(os.devnull, "w") as nowhere:
        sys.stdout, terminal = nowhere, sys.stdout
        hpcph.workflow.driver.run(comm, prepare, Path(comm.bcast(tempfile.mkdtemp() if comm.root else None)), Stop())
        sys.stdout = terminal
    memory = comm.mpi.gather(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    starts = comm.mpi.gather(first[0] if first else None)
    if comm.root:
        begin = min(s for s in starts if s is not None) - float(os.environ[LAUNCHED])
        others = f"{min(memory[1:]):6.0f} – {max(memory[1:]):4.0f} MiB" if comm.size > 1 else ""
        print(f"{comm.size:5d} ranks  first k-point after {begin:5.1f} s  rank 0 {memory[0]:5.0f} MiB  others {others}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", nargs="?", type=Path, default=ROOT / "inputs/quartz.yaml", metavar="INPUT.yaml")
    parser.add_argument("--ranks", default="1,2,4,8,16,32")
    given = parser.parse_args()
    if LAUNCHED in os.environ:
        rank(given.input)
    else:
        for n in given.ranks.split(","):
            launch = ["mpirun", "-n", n, "--oversubscribe", "--bind-to", "none", sys.executable, __file__]
            subprocess.run([*launch, str(given.input)], env={**os.environ, LAUNCHED: str(time.time())}, check=True)
