"""The constants are SciPy's, to the last bit."""

import pytest
import scipy.constants

from hpcph import constants

NAMES = {"boltzmann": "k", "speed_of_light": "c"}
TABLE = {
    "nuclear_magneton": "nuclear magneton",
    "bohr_magneton": "Bohr magneton",
    "bohr": "Bohr radius",
    "hartree": "Hartree energy",
}


@pytest.mark.parametrize("name", [n for n, value in vars(constants).items() if isinstance(value, float) and n != "pi"])
def test_constant(name):
    """CODATA 2022."""
    ours = getattr(constants, name)
    if name in TABLE:
        assert ours == scipy.constants.physical_constants[TABLE[name]][0]
    else:
        assert ours == getattr(scipy.constants, NAMES.get(name, name))
