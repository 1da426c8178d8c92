"""Threads are pinned before NumPy is imported; fixtures of the tests that also run under mpirun.

physics.py beside this file makes the crystals of the physics tests, parallel/world.py the runs of the program tests.
"""

import os

import pytest
import solvers

from hpcph.parallel import threads

threads.pin()


def pytest_runtest_setup(item):
    """Before any fixture of a test."""
    if item.get_closest_marker("petsc"):
        solvers.need()


@pytest.fixture(scope="session", autouse=True)
def crystals_are_read_once():
    """phonopy takes seconds to read a file set; one that is as it was is not read again by the same process."""
    from hpcph.prepare import forceconstants

    read, known = forceconstants.load, {}

    def load(files, *how):
        if not all(os.path.isfile(path) for path in files.all()):
            return read(files, *how)
        key = repr(files.absolute()), tuple(path.stat().st_mtime_ns for path in files.all())
        if key not in known:
            known[key] = read(files, *how)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forceconstants, "load", load)
        yield


@pytest.fixture
def comm():
    """A duplicate of the world communicator."""
    from parallel import world

    with world.communicator() as found:
        yield found


@pytest.fixture
def folder(comm):
    """An empty folder with the same path on every rank."""
    from parallel import world

    with world.shared_folder(comm) as path:
        yield path


@pytest.fixture(scope="session")
def aln(tmp_path_factory):
    """AlN with what phono3py computes of it."""
    from aln import AlN

    return AlN(tmp_path_factory.mktemp("aln"))
