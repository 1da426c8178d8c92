"""The change of variables that draws points towards Γ."""

import numpy as np
import physics
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hpcph.crystal import mesh, refinement
from hpcph.crystal.lattice import Structure

WATSON = 0.2527310098586630  # ∫ dk/(2π)³ 1/(6 − 2 Σ cos k_i), Watson's third integral
matrices = st.lists(st.floats(-1, 1), min_size=9, max_size=9).map(lambda x: np.reshape(x, (3, 3)))


def lattice(vectors) -> Structure:
    """A crystal with nothing in it."""
    return Structure(
        lattice_vc=np.asarray(vectors, float),
        fractional_ac=np.zeros((1, 3)),
        mass_a=np.ones(1),
        symbols=("X",),
        rotations=np.eye(3, dtype=int)[None],
        space_group="P1",
    )


@settings(max_examples=300, deadline=None)
@given(reciprocal=matrices)
def test_selling_resolves_the_identity(reciprocal):
    """At most six lattice vectors, positive weights, Σ w R R = 1; for every lattice, however skewed."""
    assume(abs(np.linalg.det(reciprocal)) > 1e-3)
    integers, weight = refinement.selling(reciprocal)
    vectors = integers @ (2 * np.pi * np.linalg.inv(reciprocal).T)
    assert len(weight) <= 6 and np.all(weight > 0)
    dropped = min(1e-6, 1e-8 * np.linalg.cond(reciprocal) ** 2)  # weights below 1e-9 of the largest count as none
    np.testing.assert_allclose(np.einsum("r,rc,rd->cd", weight, vectors, vectors), np.eye(3), rtol=0, atol=dropped)


@settings(max_examples=50, deadline=None)
@given(direct=matrices, level=st.integers(1, 6), seed=st.integers(0, 99))
def test_the_map_is_one_to_one_and_periodic(direct, level, seed):
    """Monotone: (k − k')·(s − s') > 0. A reciprocal vector added to s is added to k. The Jacobian is the derivative."""
    assume(abs(np.linalg.det(direct)) > 1e-2)
    structure = lattice(direct)
    rng = np.random.default_rng(seed)
    s = rng.uniform(-1, 1, (20, 3))
    k, jacobian = refinement.refine(structure, s, level)
    assert np.all(jacobian > 0)
    translation = np.array([1, -2, 3])
    moved, same = refinement.refine(structure, s + translation, level)
    np.testing.assert_allclose(moved, k + translation, atol=1e-12)
    np.testing.assert_allclose(same, jacobian, rtol=1e-9)
    cartesian = structure.reciprocal_vc
    step = np.einsum("kc,kc->k", np.diff(k, axis=0) @ cartesian, np.diff(s, axis=0) @ cartesian)
    assert np.all(step > 0)
    h = 1e-5
    ahead, behind = ([refinement.refine(structure, s + x * e, level)[0] for e in np.eye(3)] for x in (h, -h))
    columns = np.stack([(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)], axis=-1)
    assert np.linalg.det(columns) == pytest.approx(jacobian, abs=1e-3 * jacobian.max())


@pytest.mark.parametrize("level", [1, 3, 5])
def test_steps_at_gamma_are_finer_by_three_a_level(level):
    """k = 3^−level s there, in every direction."""
    structure = physics.loaded("quartz_pbesol").structure
    s = 1e-6 * np.random.default_rng(0).normal(size=(9, 3))
    k, jacobian = refinement.refine(structure, s, level)
    np.testing.assert_allclose(k, s / 3**level, rtol=1e-6)
    np.testing.assert_allclose(jacobian, 3.0 ** (-3 * level), rtol=1e-6)


@pytest.mark.parametrize("name", ["quartz_pbesol", "stishovite", "P2_13", "P6_222"])
def test_the_map_commutes_with_the_point_group(name):
    """k(R s) = R k(s) for every operation, so irreducible points stay what they are."""
    structure = physics.loaded(name).structure
    s = physics.random_q(structure, 10)
    k, jacobian = refinement.refine(structure, s, 3)
    for rotation in mesh.reciprocal_rotations(structure.rotations):
        turned, same = refinement.refine(structure, s @ rotation.T, 3)
        np.testing.assert_allclose(turned, k @ rotation.T, atol=1e-7)
        np.testing.assert_allclose(same, jacobian, rtol=1e-5)


def watson(divisions: int, level: int) -> float:
    """Watson's integral as a sum over a mesh."""
    points = mesh.monkhorst_pack(lattice(np.eye(3)), (divisions,) * 3, (0.5, 0.5, 0.5), False, level)
    return float(points.weight_k @ (1 / (6 - 2 * np.cos(2 * np.pi * points.q_kc).sum(axis=1))))


def test_a_pole_like_that_of_acoustic_modes_is_integrated():
    """1/k²: an even mesh errs like 1/N, by per cents; a level divides that by three."""
    plain = [1 - watson(n, 0) / WATSON for n in (12, 24)]
    assert plain[1] > 0.02
    assert plain[0] / plain[1] == pytest.approx(2, rel=0.02)
    once = 1 - watson(24, 1) / WATSON
    assert once / plain[1] == pytest.approx(1 / 3, rel=0.1)
    assert abs(1 - watson(24, 3) / WATSON) < 5e-4
    assert abs(1 - watson(48, 5) / WATSON) < 1e-4


@pytest.mark.parametrize(("name", "grid"), [("quartz_pbesol", 6), ("zno", 6), ("P2_13", 4)])
def test_irreducible_and_full_refined_sums_agree(name, grid):
    """The refined mesh has the symmetry of the even one."""
    shift = mesh.automatic_shift(physics.loaded(name).structure, (grid,) * 3)
    full, reduced = (physics.response(name, grid, shift, (100, 300), s, refinement=3) for s in (False, True))
    for tensor in physics.TENSORS:
        a, b = full[tensor], reduced[tensor]
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-7 * np.abs(a).max())
