"""Communicators: errors that concern every rank, and a reduction whose result no rank count can change."""

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

from hpcph.errors import InputError

SEGMENT = 1 << 20  # doubles in one reduction


class RankError(RuntimeError):
    """Something went wrong on some rank; raised on every rank."""


class Comm:
    """An MPI communicator with what hpcph needs of it."""

    def __init__(self, mpi):
        self.mpi = mpi
        self.rank: int = mpi.rank
        self.size: int = mpi.size

    @property
    def root(self) -> bool:
        """Is this the rank that reads, reports and writes the small things?"""
        return self.rank == 0

    def bcast(self, value: Any) -> Any:
        """Rank 0's value on every rank."""
        return self.mpi.bcast(value, root=0)

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

    def agree(self, failure: Exception | None) -> None:
        """Turn any rank's exception into an exception on every rank. Collective.

        InputError stays what it is; of anything else the traceback is printed once, by the rank that it happened on.
        """
        if failure is not None and not isinstance(failure, InputError):
            trace = "".join(traceback.format_exception(failure))
            sys.stderr.write(f"hpcph: rank {self.rank} of {self.size} failed\n{trace}")
            sys.stderr.flush()
        mine = failure if isinstance(failure, InputError) else (failure and RankError(f"rank {self.rank}: {failure}"))
        failures = [f for f in self.mpi.allgather(mine) if f is not None]
        if failures:
            raise failures[0]

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

    def library(self) -> str:
        """Name and version of the MPI library."""
        from mpi4py import MPI

        return MPI.Get_library_version().split(",")[0].strip("\x00\n ")

    def abort(self, code: int) -> None:
        """End every rank now."""
        sys.stderr.flush()
        self.mpi.Abort(code)


def world() -> Comm:
    """All ranks that were started together; one where nobody started more. Raises InputError where MPI is missing."""
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as err:  # no mpi4py, or no library behind it
        fix = (
            "is missing; install an MPI library and mpi4py (README), or use figures, report and export, which need none"
        )
        raise InputError("MPI", None, fix) from err
    return Comm(MPI.COMM_WORLD)


class Solitary:
    """What Comm needs of MPI in a process of its own, for commands that only read a result."""

    rank, size = 0, 1

    def bcast(self, value: Any, root: int) -> Any:
        """The value."""
        return value

    def allgather(self, value: Any) -> list[Any]:
        """The value of everyone."""
        return [value]

    def Abort(self, code: int) -> None:
        """End the process."""
        sys.exit(code)


def launched_behind_another() -> bool:
    """Did mpirun or srun start this process as one of many, and not as the first?"""
    ranks = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID")
    return next((os.environ[name] for name in ranks if name in os.environ), "0") != "0"
