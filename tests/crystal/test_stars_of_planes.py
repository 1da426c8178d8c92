"""Stars of points of planes: what stands for a point is its image, and as few points as there can be are computed."""

from dataclasses import replace

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal import mesh, stars
from hpcph.response import maps

NAMES = ("embedded", "zno", "stishovite", "P2_13", "P6_1", "mp-717", "mp-8352", "mp-556595", "mp-3416")
few = settings(max_examples=60, deadline=None, derandomize=True)
coordinates = st.one_of(st.sampled_from([0, 0.5, -0.5, 0.25, 1 / 3, -1 / 3, 1e-9]), st.floats(-0.5, 0.5))


def along_c(structure):
    c = structure.lattice_vc[2]
    return c / np.linalg.norm(c)


def keeping(structure, axis):
    """Operations with R n = ±n on fractional wave vectors, one by one, and their determinants."""
    reciprocal = np.linalg.inv(structure.reciprocal_vc)
    for R in structure.rotations_cartesian:
        if min(np.abs(R @ axis - axis).max(), np.abs(R @ axis + axis).max()) < 1e-8:
            yield structure.reciprocal_vc @ R.T @ reciprocal, np.linalg.det(R)


@few
@given(st.sampled_from(NAMES), st.lists(coordinates, min_size=1, max_size=4), st.integers(2, 13), st.integers(2, 13))
def test_every_point_is_an_image_of_the_one_that_stands_for_it(name, planes, a, b):
    """±R q of that point, R with the parity that is told, modulo reciprocal lattice vectors; the first stands for
    itself."""
    structure = physics.case(name).structure
    axis, q = along_c(structure), maps.plane_points(planes, (a, b))
    found, points = stars.on_planes(structure, axis, q), q.reshape(-1, 3)
    images = points[found.first_r][found.star_k]
    reached = np.zeros(len(points), bool)
    for turn, parity in keeping(structure, axis):
        for sign in (1, -1):
            off = sign * images @ turn - points
            reached |= (np.abs(off - np.rint(off)).max(axis=1) < 1e-10) & (np.sign(parity) == found.parity_k)
    assert reached.all()
    assert np.array_equal(found.star_k[found.first_r], np.arange(len(found.first_r)))
    assert np.all(found.parity_k[found.first_r] == 1)


@pytest.mark.parametrize(
    ("name", "operations"), [("embedded", 12), ("zno", 24), ("stishovite", 16), ("P2_13", 8), ("mp-556595", 4)]
)
def test_as_many_points_are_computed_as_a_mesh_has_irreducible_ones(name, operations):
    """Planes that are a mesh through Γ: the points of the mesh, each once, under the operations that keep c."""
    case, n = physics.case(name), 12
    q = maps.plane_points(np.arange(n) / n - 0.5, (n + 1, n + 1))
    found = stars.on_planes(case.structure, along_c(case.structure), q)
    kept = [np.allclose(np.abs(R[:, 2]), [0, 0, 1]) for R in case.structure.rotations]
    some = replace(case.structure, rotations=case.structure.rotations[kept])
    expected = mesh.monkhorst_pack(some, (n, n, n), (0, 0, 0), symmetry=True)
    assert len(found.first_r) == len(expected.q_kc)
    counts = np.bincount(found.star_k[np.all(q < 0.5 - 1e-9, axis=-1).ravel()])
    np.testing.assert_array_equal(np.sort(counts), np.sort(np.rint(expected.weight_k * n**3)))
    assert counts.max() == operations


def test_an_operation_that_turns_the_axis_is_not_used():
    """An axis a little off c loses the three-fold axis, and one along no axis all but time reversal."""
    structure = physics.case("embedded").structure
    q = maps.plane_points([0.25, -0.25], (7, 7))
    tilted = np.array([1e-8, 0, 1.0])
    every, less, least = (
        len(stars.on_planes(structure, axis / np.linalg.norm(axis), q).first_r)
        for axis in (along_c(structure), tilted, np.array([0.3, -0.2, 1.0]))
    )
    assert every < less <= least == 36  # a plane without its repeated edges, time reversal makes the other


def test_planes_that_are_almost_the_same_stay_apart():
    """A plane through Γ and one that nearly is: the first alone has a point without a number."""
    structure = physics.case("embedded").structure
    q = maps.plane_points([0, 1e-9], (7, 7))
    found = stars.on_planes(structure, along_c(structure), q)
    assert not set(found.star_k.reshape(7, 7, 2)[..., 0].ravel()) & set(found.star_k.reshape(7, 7, 2)[..., 1].ravel())


def test_without_symmetry_every_point_stands_for_itself():
    """Edges of the planes too, which are the same points."""
    found = stars.apart(10)
    assert np.array_equal(found.first_r, np.arange(10)) and np.array_equal(found.star_k, np.arange(10))
    assert np.all(found.parity_k == 1)
