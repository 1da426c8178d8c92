"""Threads are pinned before NumPy is imported; fixtures of the tests that also run under mpirun.

physics.py beside this file makes the crystals of the physics tests, parallel/world.py the runs of the program tests.
"""

import os
from pathlib import Path

import pytest
import solvers

from hpcph.parallel import threads

threads.pin()
os.environ.setdefault("HPCPH_CACHE", "off")  # what is tested is computed
SERIAL = (  # what measures time, or ends programs at moments
    *(f"parallel/test_{name}.py" for name in ("faults", "signals", "resume", "schedule", "many_ranks")),
    "boltzmann/test_interruption.py", "boltzmann/test_memory.py", "cost/test_scaling.py", "slurm/",
    "survey/test_killed.py", "report/test_page_speed.py",
)  # fmt: skip
LAUNCHER = ("OMPI_MCA_", "OMPI_COMM_", "PMIX_", "ORTE_", "PMI_")  # what MPI leaves in the environment
KEPT = "OMPI_MCA_btl_tcp_disable_family"  # of the Makefile
if "PYTEST_XDIST_WORKER" in os.environ:  # whose parent has begun MPI; mpirun would take the worker for a rank of that
    for variable in [name for name in os.environ if name.startswith(LAUNCHER) and name != KEPT]:
        del os.environ[variable]


def pytest_collection_modifyitems(items):
    """What measures time, or ends and starts programs at moments, is not run beside other tests."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).as_posix().startswith(SERIAL):
            item.add_marker("serial")


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
