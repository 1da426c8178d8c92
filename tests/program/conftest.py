"""The small run that most tests of this folder look at, computed once."""

import pytest
from parallel import world
from program.small import contents


@pytest.fixture(scope="session")
def result():
    """Outcome of the small run and its file; the contents are None on other ranks than 0."""
    with world.communicator() as comm, world.shared_folder(comm) as folder:
        outcome = world.compute(comm, folder, world.quartz())
        yield outcome, contents(outcome.path) if comm.root else None
        comm.mpi.Barrier()


@pytest.fixture
def data(result):
    """Contents of the file; other ranks have nothing to look at."""
    if result[1] is None:
        pytest.skip("rank 0 looks")
    return result[1]
