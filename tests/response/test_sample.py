"""Moments of inertia against numerical integration, and the limits of the shapes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.response import sample

SIZE = st.floats(0.2, 5.0)
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(24)
few = settings(max_examples=25, deadline=None, derandomize=True)


def gauss(low, high):
    """Nodes and weights of an interval."""
    return 0.5 * (high + low) + 0.5 * (high - low) * POINTS, 0.5 * (high - low) * WEIGHTS


def moments(x, y, z, mass) -> np.ndarray:
    """∫(r²δ − r_i²)dm / ∫dm about x, y, z."""
    square = np.stack([x**2, y**2, z**2])
    return np.array([((square.sum(0) - s) * mass).sum() for s in square]) / mass.sum()


def tube(inner, outer, height) -> np.ndarray:
    (r, wr), (z, wz) = gauss(inner, outer), gauss(-height / 2, height / 2)
    phi = np.arange(16) * 2 * np.pi / 16
    r, phi, z, = np.meshgrid(r, phi, z, indexing="ij")  # fmt: skip
    mass = wr[:, None, None] * r * wz
    return moments(r * np.cos(phi), r * np.sin(phi), z, mass)


@few
@given(SIZE, st.floats(0, 0.95), SIZE)
def test_hollow_cylinder_is_the_integral(radius, hole, height):
    """I/M of a cylinder with a hole about all three directions."""
    found = sample.cylinder([radius], height, hole * radius)[0]
    np.testing.assert_allclose(found, tube(hole * radius, radius, height), rtol=1e-12)


@few
@given(SIZE)
def test_sphere_is_the_integral(radius):
    """I/M of a sphere about all three directions."""
    (r, wr), (c, wc) = gauss(0, radius), gauss(-1, 1)
    phi = np.arange(16) * 2 * np.pi / 16
    r, phi, c = np.meshgrid(r, phi, c, indexing="ij")
    s = np.sqrt(1 - c**2)
    expected = moments(r * s * np.cos(phi), r * s * np.sin(phi), r * c, wr[:, None, None] * r**2 * wc)
    np.testing.assert_allclose(sample.sphere([radius])[0], expected, rtol=1e-12)


@few
@given(SIZE, SIZE, SIZE)
def test_cuboid_is_the_integral(a, b, c):
    """I/M of a cuboid: the order of the edges is that of the directions."""
    axes = [gauss(-e / 2, e / 2) for e in (a, b, c)]
    x, y, z = np.meshgrid(*[nodes for nodes, _ in axes], indexing="ij")
    mass = np.einsum("i,j,k->ijk", *[w for _, w in axes])
    np.testing.assert_allclose(sample.cuboid([[a, b, c]])[0], moments(x, y, z, mass), rtol=1e-12)


def test_limits():
    """No hole: the cylinder; all hole: r² about the axis; equal edges: isotropic a²/6; no height: held across."""
    r = np.array([1.0, 2.0])
    np.testing.assert_array_equal(sample.cylinder(r, 3.0, 0.0), sample.cylinder(r, 3.0))
    np.testing.assert_allclose(sample.cylinder(r, 3.0, r * (1 - 1e-12))[:, 2], r**2, rtol=1e-11)
    np.testing.assert_allclose(sample.cuboid([[2.0, 2.0, 2.0]]), np.full((1, 3), 4 / 6), rtol=1e-15)
    np.testing.assert_allclose(sample.cylinder(r)[:, 2], r**2 / 2, rtol=1e-15)
    assert np.isinf(sample.cylinder(r)[:, :2]).all()


@few
@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda a: np.linalg.norm(a) > 1e-2))
def test_frame_is_a_rotation_onto_the_axis(axis):
    """Rows are right-handed and orthonormal, the third along the axis whatever its length."""
    axis = np.array(axis)
    own = sample.frame(axis)
    np.testing.assert_allclose(own @ own.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(own) > 0
    np.testing.assert_allclose(own[2], axis / np.linalg.norm(axis), atol=1e-15)


def test_the_frame_of_z_is_that_of_the_crystal():
    """With the axis along z the edges of a cuboid are those along x, y, z."""
    np.testing.assert_array_equal(sample.frame(np.array([0, 0, 2.0])), np.eye(3))


@few
@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda a: np.linalg.norm(a) > 1e-2), SIZE, SIZE)
def test_inverse_inertia_is_that_of_the_body(axis, radius, height):
    """V I⁻¹ inverts ρ I/M in the sample's own frame; about the axis it is 2/(ρr²)."""
    axis, density = np.array(axis), 2650.0
    specific = sample.cylinder([radius], height)
    made = sample.samples("cylinder", [radius], specific, density, axis).inverse_inertia_rij[0]
    n = axis / np.linalg.norm(axis)
    np.testing.assert_allclose(n @ made @ n, 2 / (density * radius**2), rtol=1e-12)
    inertia = density * (specific[0, 0] * (np.eye(3) - np.outer(n, n)) + specific[0, 2] * np.outer(n, n))
    np.testing.assert_allclose(made @ inertia, np.eye(3), atol=1e-12)


def test_a_long_cylinder_turns_about_its_axis_alone():
    """Without a height V I⁻¹ is exactly zero across the axis, and free of NaN."""
    made = sample.samples("cylinder", [2.0], sample.cylinder([2.0]), 1.0, np.array([0, 0, 1.0])).inverse_inertia_rij[0]
    np.testing.assert_array_equal(made, np.diag([0, 0, 0.5]))
