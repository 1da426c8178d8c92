"""PETSc, which only some sections of an input need: imported where it is used, or one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from hpcph.errors import InputError


def require_petsc(key: str) -> None:
    """Raise InputError of that key where petsc4py is missing or its library cannot be loaded; MPI does not begin."""
    try:
        import petsc4py.lib

        petsc4py.lib.ImportPETSc()
    except ModuleNotFoundError:
        fix = "needs petsc4py, which is missing; install it (docs/cluster/mpi.md), or leave the section out"
        raise InputError(key, None, fix) from None
    except ImportError as err:
        fix = f"needs petsc4py, which does not load ({err}); load the modules of its build, or leave the section out"
        raise InputError(key, None, fix) from None


@cache
def petsc() -> Any:
    """The module petsc4py.PETSc; signals, command line and the last word stay the program's.

    Begun once: every begin adds a collective step to the end of the program, which ranks must take equally often.
    """
    import petsc4py

    own = ("-no_signal_handler", "-options_left", "no", "-mpiuni-allow-multiprocess-launch")  # `group` refuses those
    petsc4py.init(["hpcph", *own])
    from petsc4py import PETSc

    return PETSc


def group(team) -> Any:
    """What PETSc's objects take for a communicator; of one rank PETSc's own, for it may be built without MPI.

    Raises InputError where it is, and the team has more.
    """
    if team.size == 1:
        return petsc().COMM_SELF
    if petsc().COMM_WORLD.size == 1:
        own = "build it on the MPI of mpi4py (docs/cluster/mpi.md)"
        fix = f"is built without MPI and serves one rank; start one, or {own}"
        raise InputError("petsc4py", None, fix)
    return team


@contextmanager
def calling_back() -> Iterator[None]:
    """Around what calls Python back: an exception from there leaves as itself, not inside of PETSc.Error.

    petsc4py wraps it from 3.22 on.
    """
    error = petsc().Error
    try:
        yield
    except error as failure:
        cause: BaseException | None = failure
        while isinstance(cause, error):
            cause = cause.__cause__
        if cause is None:
            raise
        raise cause from cause.__cause__
