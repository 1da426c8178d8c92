"""Which axes may have divisions of their own, and the coarse meshes that tell how many."""

from itertools import pairwise

import numpy as np
import physics
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcph.crystal import mesh, shape

FAMILIES = {
    "quartz_pbesol": [(0, 1), (2,)],
    "P4_332": [(0, 1, 2)],
    "mp-1716": [(0,), (1,), (2,)],
    "mp-717": [(0, 1), (2,)],
    "mp-989613": [(0,), (1, 2)],
    "mp-4266": [(0, 1, 2)],
}


@pytest.mark.parametrize("name", FAMILIES)
def test_axes_that_the_point_group_mixes_are_one_family(name):
    """Trigonal, cubic, orthorhombic P, C and A, and rhombohedral axes."""
    assert shape.families(physics.loaded(name).structure) == FAMILIES[name]


@pytest.mark.parametrize("name", [name for name, found in FAMILIES.items() if len(found) > 1])
def test_each_probe_is_finer_along_one_family(name):
    """From 8 to 16 divisions; the even meshes are among them, and the point group is kept on all."""
    structure = physics.loaded(name).structure
    grids, together = shape.probes(structure), shape.families(structure)
    assert len(grids) == 1 + 2 * len(together)
    assert {mesh.even_grid(structure, n) for n in shape.COARSE} <= set(grids)
    for coarse, fine in pairwise(grids):
        changed = tuple(np.flatnonzero(np.array(fine) > np.array(coarse)).tolist())
        assert changed in together and np.all(np.array(fine) >= coarse)
    most = mesh.preserving(structure, grids[0], mesh.automatic_shift(structure, grids[0])).sum()
    for grid in grids:
        assert mesh.preserving(structure, grid, mesh.automatic_shift(structure, grid)).sum() == most


def test_one_family_has_no_probes():
    """Nothing can be stretched in a cubic or a rhombohedral crystal."""
    for name in ("P4_332", "mp-4266"):
        assert shape.probes(physics.loaded(name).structure) == ()


@given(
    st.tuples(*[st.integers(1, 200)] * 3),
    st.tuples(*[st.floats(0.25, 4)] * 3),
)
def test_stretched_divisions_are_even_and_the_nearest(grid, factors):
    """None vanishes, and the one along the normal of a layer stays."""
    found = shape.stretched(grid, np.array(factors))
    for n, factor, wanted in zip(grid, factors, found, strict=True):
        if n == 1:
            assert wanted == 1
        else:
            assert wanted % 2 == 0 and (wanted == 2 or abs(wanted - n * factor) <= 1 + 1e-9)
