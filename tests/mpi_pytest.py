"""pytest under mpirun: only rank 0 writes its report, and a failure on any rank is everyone's exit code.

mpirun -n 3 python tests/mpi_pytest.py -m mpi
"""

import faulthandler
import os
import sys

import pytest
from mpi4py import MPI

LIMIT = 900  # s after which ranks that wait for each other say where, and end


def main() -> int:
    """Run the same tests on every rank; the worst exit code of all ranks."""
    rank = MPI.COMM_WORLD.rank
    faulthandler.dump_traceback_later(LIMIT, exit=True, file=os.fdopen(os.dup(2), "w"))  # at the end of MPI as well
    log = f".pytest_cache/rank{rank}.log"
    if rank:
        os.makedirs(".pytest_cache", exist_ok=True)
        report = open(log, "w")
        os.dup2(report.fileno(), 1)
    code = int(pytest.main([*sys.argv[1:], "-p", "no:cacheprovider", "--color=no"]))
    sys.stdout.flush()
    worst = MPI.COMM_WORLD.allreduce(code, op=MPI.MAX)
    if rank and code:
        os.write(2, open(log, "rb").read())
    return worst


if __name__ == "__main__":
    sys.exit(main())
