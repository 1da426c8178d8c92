"""Good files of rates, to be spoilt."""

import physics
import pytest
from readers import rate_writers as writers
from readers.bad_rates import GRID, T


@pytest.fixture(scope="module")
def of():
    """Rates of the embedded crystal that are known."""
    return writers.known(physics.case("embedded").crystal, GRID, T)


@pytest.fixture(scope="module")
def good(tmp_path_factory, of):
    """A folder with good files of every program."""
    folder = tmp_path_factory.mktemp("good")
    writers.shengbte(folder / "run", of)
    writers.shengbte(folder / "run", of, "BTE.w_final")
    writers.alamode(folder / "a.result", of)
    writers.isotopes(folder / "a.self_isotope", of, 0.1)
    for t, kelvin in enumerate(T):
        writers.tdep(folder / f"{kelvin:g}.hdf5", of, t)
    return folder
