"""PETSc, which only some sections of an input need: imported where it is used, or one line."""

from typing import Any

from hpcph.errors import InputError


def require_petsc(key: str) -> None:
    """Raise InputError of that key where petsc4py is missing."""
    try:
        import petsc4py  # noqa: F401
    except ImportError:
        raise InputError(
            key, None, "needs petsc4py, which is missing; install it (README), or leave the section out"
        ) from None


def petsc() -> Any:
    """The module petsc4py.PETSc; signals and the command line stay the program's."""
    import petsc4py

    petsc4py.init(["hpcph", "-no_signal_handler"])
    from petsc4py import PETSc

    return PETSc
