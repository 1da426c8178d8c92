"""petsc4py, which only samples and collision matrices need: what the tests do where it is missing.

Tests marked `petsc` are skipped and say so, or fail when CI=true; inputs that only contain a sample go without.
"""

import os

import pytest


def missing() -> bool:
    """Is there no petsc4py?"""
    try:
        import petsc4py  # noqa: F401
    except ImportError:
        return True
    return False


def need() -> None:
    """Skip the test where petsc4py is missing; when CI=true, fail it."""
    if missing():
        reason = "petsc4py is not installed: jobscripts/install.sh says why"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def possible(sections: dict) -> dict:
    """An input with a sample beside other things: where petsc4py is missing without it, unless CI=true."""
    if missing() and os.environ.get("CI") != "true":
        return {name: value for name, value in sections.items() if name != "sample"}
    return sections
