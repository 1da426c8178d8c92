"""The digest that runs have to end with, whatever happens to them."""

import pytest
from parallel import runs, world


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory):
    """sha256 of the run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    done = world.command(0, "run", world.write(folder, runs.INPUT), "--output", folder / "out")
    assert done.returncode == 0, done.stderr
    return runs.sha(folder / "out")
