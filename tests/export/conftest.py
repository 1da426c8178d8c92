"""A small result of embedded quartz without sum rules, so that phonopy's own force constants rule its motion."""

import pytest
from export import newton
from parallel import world

ORBITS = [[0, 0, 0.25], [0.25, 0.25, 0.25], [0, 0, 0.091]]


@pytest.fixture(scope="session")
def result(tmp_path_factory):
    """Path of result.h5; the points of its path are multiples of ¼ wherever the supercell of phonopy needs them."""
    data = world.quartz(
        crystal__sum_rules=[],
        crystal__allow_unstable=True,
        mesh__grid=[2, 2, 2],
        modes=False,
        **dict.fromkeys(("slices", "spectrum", "optics", "feedback"), world.DROP),  # what is not there opens faster
        orbits={"q": ORBITS},
    )
    return world.result(tmp_path_factory.mktemp("export"), data)


@pytest.fixture(scope="session")
def crystal():
    """The force constants as phonopy reads them."""
    return newton.load()
