"""Linewidths of points that are images of each other: the sum over the zone is that over every point.

τ is invented on every arm of every star, or on one arm of each star of a subgroup, as a program writes it that knows
less of the symmetry. What is asked for is then found by hand: τ of every point of the mesh, means over all images.
"""

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal.mesh import star_operations
from hpcph.disk.guard import Unsound
from hpcph.phonons.lifetimes import mean_of_stars
from hpcph.readers.mesh_rates import MeshRates, stars

CRYSTALS = ("embedded", "zno", "P2_13", "P6_1")  # trigonal, hexagonal, cubic
GRIDS = ((2, 2, 2), (4, 4, 3), (3, 3, 3), (5, 5, 1))
CLOSE = {"rtol": 1e-10, "atol": 0}


@pytest.fixture(scope="module", autouse=True)
def crystals():
    """Read before examples are drawn: what reads them changes the recursion limit."""
    for name in CRYSTALS:
        physics.case(name)


def at_points(n: np.ndarray, q: np.ndarray, weight: np.ndarray) -> MeshRates:
    """Of a program that says nothing but which points it has."""
    zero = np.zeros((len(q), 3))
    return MeshRates("invented", n, q, zero, weight, np.array([300.0]), lambda _: zero)


def numbers(steps: np.ndarray, n: np.ndarray) -> np.ndarray:
    return np.ravel_multi_index(tuple(np.moveaxis(np.rint(steps).astype(int) % n, -1, 0)), tuple(n))


def images(turns: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Number of the image of every point of the mesh under each of the operations, (g, d)."""
    q = np.stack(np.unravel_index(np.arange(n.prod()), tuple(n)), axis=-1) / n
    return numbers(np.einsum("gij,kj->gki", turns, q) * n, n)


def generated(turns: np.ndarray) -> np.ndarray:
    """The group of some operations."""
    group = np.eye(3, dtype=int)[None]
    while True:
        more = np.unique(np.concatenate([group, (group[:, None] @ turns).reshape(-1, 3, 3)]), axis=0)
        if len(more) == len(group):
            return group
        group = more


@st.composite
def written(draw):
    """A crystal, a grid in the order of a program that knows a subgroup, and τ on every point of the mesh."""
    structure, n = physics.case(draw(st.sampled_from(CRYSTALS))).structure, np.array(draw(st.sampled_from(GRIDS)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    whole = star_operations(structure, n)
    known = generated(whole[rng.choice(len(whole), draw(st.integers(0, 2)))])
    arms = images(known, n)
    first, weight = np.unique(arms.min(axis=0), return_counts=True)
    rows = rng.permutation(len(first))
    first, weight = first[rows], weight[rows]
    chosen = arms[rng.integers(len(known), size=len(first)), first]
    q = np.stack(np.unravel_index(chosen, tuple(n)), axis=-1) / n + rng.integers(-1, 2, (len(first), 3))
    rate = rng.uniform(0.1, 10, (2, len(first), 3))
    everywhere = np.empty((2, n.prod(), 3))
    everywhere[:, arms[:, first]] = rate[:, None]
    return structure, whole, at_points(n, q, weight.astype(float)), rate, everywhere


@settings(max_examples=60, deadline=None)
@given(written(), st.floats(0, 100))
def test_the_mean_is_that_over_all_images(case, boundary):
    """Of every point: 1/τ + |v|/L is one over the mean of τ over its images under the whole point group."""
    structure, whole, grid, rate, everywhere = case
    star, point = stars(grid, structure)
    found = mean_of_stars(rate, np.full(rate.shape[1:], boundary), star, grid.weight_p)[:, point]
    mean = np.mean(1 / (everywhere[:, images(whole, grid.divisions)] + boundary), axis=1)
    np.testing.assert_allclose(found + boundary, 1 / mean, **CLOSE)
    np.testing.assert_allclose((1 / (found + boundary)).sum(axis=1), (1 / (everywhere + boundary)).sum(axis=1), **CLOSE)


def test_one_arm_a_star_is_taken_as_it_is():
    """Linewidths of irreducible points, zero at Γ among them, are those of their stars."""
    rate = np.random.default_rng(0).uniform(1, 2, (2, 5, 3))
    rate[:, 0] = 0
    star = np.array([3, 0, 4, 1, 2])
    found = mean_of_stars(rate, np.ones((5, 3)), star, np.array([1.0, 6, 2, 3, 3]))
    np.testing.assert_allclose(found[:, star], rate, rtol=1e-14, atol=1e-15)


def test_what_lives_for_ever_dies_at_the_boundary():
    """An arm without scattering and one with: the mean of L/|v| and of both together, not nothing."""
    found = mean_of_stars(np.array([[[0.0], [3.0]]]), np.ones((2, 1)), np.zeros(2, int), np.ones(2))
    np.testing.assert_allclose(1 / (found + 1), (1 + 1 / 4) / 2)


def test_a_star_that_is_missing():
    """Points that no image reaches are of another crystal."""
    structure = physics.case("embedded").structure
    with pytest.raises(Unsound, match="lacks 7 of 8 points"):
        stars(at_points(np.full(3, 2), np.zeros((1, 3)), np.ones(1)), structure)
