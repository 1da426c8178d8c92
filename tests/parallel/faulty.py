"""python -m hpcph with trouble on one rank: what the tests of faults start.

PHASE, POINT, RANK and FAULT in the environment: in which phase of the run and at the call of what, on whom (-1: on
all), and what. The moment is written to the file MARK. Checkpoints are written after every round.
"""

import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from mpi4py import MPI

import hpcph.__main__  # threads before NumPy
from hpcph.config import load
from hpcph.disk import checkpoint
from hpcph.parallel import comm as communicators
from hpcph.prepare import job as prepare
from hpcph.result import mapfile
from hpcph.workflow import conclude, driver, keeper

PHASE, POINT, FAULT = (os.environ[name] for name in ("PHASE", "POINT", "FAULT"))
RANK, OUTPUT = int(os.environ["RANK"]), Path(sys.argv[-1])
hoard = []


class Oops(Exception):
    pass


def exception() -> None:
    raise Oops("on purpose")


def memory() -> None:
    """Not a hundred bytes are left to this process."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used, used))
    size = 1 << 20
    while True:
        try:
            hoard.append(bytes(size))
        except MemoryError:
            if size < 100:
                raise
            size //= 2


def full() -> None:
    """Not a byte is left on the disk."""
    with suppress(OSError), open(OUTPUT / "filler", "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


FAULTS = {
    "exception": exception,
    "memory": memory,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(0),
    "full": full,
    "read-only": lambda: os.chmod(OUTPUT, 0o500),
    "closed": lambda: os.chmod(OUTPUT, 0),
    "stranger": lambda: os.seteuid(65534),
}


def trapped(function):
    """The same function, with the fault before it."""

    def first_the_fault(*args, **kwargs):
        if comm.phase == PHASE and RANK in (comm.rank, -1) and function.__name__ == POINT:
            Path(os.environ["MARK"]).write_text(f"{time.time()}")
            FAULTS[FAULT]()
        return function(*args, **kwargs)

    return first_the_fault


class Communicator(MPI.Intracomm):
    """The world, in whose calls the fault may be."""

    allgather = trapped(MPI.Intracomm.allgather)
    bcast = trapped(MPI.Intracomm.bcast)
    Reduce = trapped(MPI.Intracomm.Reduce)


def hand_out(comm, first, last, work, progress, pause):
    """The same with blocks in which the fault may be; those of the other ranks last SLOW seconds longer."""

    def block_with_fault(block):
        trapped(work)(block)
        if comm.phase == PHASE and comm.rank != RANK:
            time.sleep(float(os.environ.get("SLOW", "0")))

    return original(comm, first, last, block_with_fault, progress, pause)


original, driver.hand_out = driver.hand_out, hand_out
mapfile.MapWriter.write = trapped(mapfile.MapWriter.write)
keeper.INTERVAL, keeper.SHARE = -1.0, 1e9
load.load = trapped(load.load)
prepare.prepare = trapped(prepare.prepare)
checkpoint.save = trapped(checkpoint.save)
conclude.complete = trapped(conclude.complete)
communicators.Comm.distribute = trapped(communicators.Comm.distribute)
comm = communicators.Comm(Communicator(MPI.COMM_WORLD))
communicators.world = lambda: comm

if __name__ == "__main__":
    hpcph.__main__.start()
