"""The digest that runs have to end with, whatever happens to them."""

import pytest
from parallel import runs, world


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory):
    """sha256 of the run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    return runs.sha(world.result(folder, runs.INPUT).parent)
