"""Rows of partial sums mean the same to those who write and to those who read them, whatever a run adds up."""

from itertools import product

import numpy as np
import physics
import pytest

from hpcph.response.tensors import sums
from hpcph.response.thermal import thermal_sums
from hpcph.response.weights import mode_weights


@pytest.mark.parametrize(
    "moments, displacements, field", [c for c in product((False, True), repeat=3) if c[0] or not c[2]]
)
def test_sums_come_in_the_order_in_which_they_are_read(moments, displacements, field):
    """Moments, displacements, a field, in all combinations: keys of the sums are those of the table, in its order."""
    structure = physics.case("embedded").structure
    modes = physics.modes(physics.case("embedded"), physics.random_q(structure, 2))
    ratio, mass = physics.gyromagnetic(structure) if moments else None, structure.mass_a if displacements else None
    found = thermal_sums(modes, mode_weights(modes, ratio, mass, field), np.full(2, 0.5), np.array([300.0]))
    assert list(found.of) == list(sums(moments, False, len(structure.mass_a) if displacements else 0, field))
