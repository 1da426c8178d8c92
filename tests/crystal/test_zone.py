"""Cross-sections of the first Brillouin zone."""

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal.mesh import nearest_image
from hpcph.crystal.zone import cross_section, plane_frame


def area(corners):
    x, y = corners[:, 0], corners[:, 1]
    return 0.5 * abs(x @ np.roll(y, 1) - y @ np.roll(x, 1))


def test_hexagonal_sections_are_the_same_hexagon():
    """Regular, with the apothem |a*|/2, at every height up to A, and nothing above."""
    reciprocal = physics.case("embedded").structure.reciprocal_vc
    for height in (0, 0.2, 0.5):
        corners = cross_section(reciprocal, height)
        assert len(corners) == 6
        np.testing.assert_allclose(corners @ np.linalg.inv(reciprocal)[:, 2], height, atol=1e-12)
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
        np.testing.assert_allclose(edges, np.linalg.norm(reciprocal[0]) / np.sqrt(3), rtol=1e-9)
    assert len(cross_section(reciprocal, 0.51)) == 0


def test_sections_of_the_truncated_octahedron():
    """bcc reciprocal lattice: the zone is cut along a plane of reciprocal vectors a*, b* that holds Γ in a hexagon."""
    reciprocal = np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]], float)
    corners = cross_section(reciprocal, 0)
    assert len(corners) == 6
    normal = np.cross(*plane_frame(reciprocal))
    assert np.abs(corners @ normal).max() < 1e-12


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-0.4, 0.4), min_size=9, max_size=9), st.floats(-0.45, 0.45), st.integers(0, 1000))
def test_points_inside_a_section_are_nearest_to_gamma(noise, height, seed):
    """A point of the plane is inside the polygon exactly when no lattice vector brings it closer to Γ."""
    structure = physics.case("embedded").structure
    reciprocal = (np.eye(3) + np.reshape(noise, (3, 3)) * 0.5) * 1e10
    cell = type(structure)(
        2 * np.pi * np.linalg.inv(reciprocal).T, *(getattr(structure, n) for n in ("fractional_ac", "mass_a", "symbols",
        "rotations", "space_group")),
    )  # fmt: skip
    corners = cross_section(reciprocal, height)
    frame = plane_frame(reciprocal)
    points = np.random.default_rng(seed).uniform(-0.6, 0.6, (200, 2))
    q = np.column_stack([points, np.full(200, height)])
    image = nearest_image(cell, q)
    nearest = np.linalg.norm((q - image) @ reciprocal, axis=1) < 1e-6 * 1e10
    if not len(corners):
        assert not nearest.any()
        return
    flat, own = corners @ frame.T / 1e10, q @ reciprocal @ frame.T / 1e10
    step = np.roll(flat, -1, axis=0) - flat
    side = step[:, 0] * (own[:, None, 1] - flat[:, 1]) - step[:, 1] * (own[:, None, 0] - flat[:, 0])
    inside, edge = np.all(side > 0, axis=1), np.abs(side).min(axis=1) < 1e-6
    assert np.all((inside == nearest) | edge)


def test_area_of_the_sections_adds_up_to_the_zone():
    """∫ area dh of a skew lattice is |det|: nothing is cut off."""
    reciprocal = np.array([[1, 0, 0], [-0.3, 1.1, 0], [0.2, 0.1, 0.9]])
    heights = np.linspace(-0.8, 0.8, 801)
    frame = plane_frame(reciprocal)
    areas = [area(c @ frame.T) if len(c := cross_section(reciprocal, h)) else 0.0 for h in heights]
    spacing = abs(np.linalg.det(reciprocal)) / np.linalg.norm(np.cross(reciprocal[0], reciprocal[1]))
    volume = np.sum(areas) * (heights[1] - heights[0]) * spacing
    assert volume == pytest.approx(abs(np.linalg.det(reciprocal)), rel=2e-3)
