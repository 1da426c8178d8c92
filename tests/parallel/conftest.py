"""Fixtures of the tests that also run under mpirun."""

import pytest
from parallel import world


@pytest.fixture
def comm():
    with world.communicator() as found:
        yield found


@pytest.fixture
def folder(comm):
    with world.shared_folder(comm) as path:
        yield path
