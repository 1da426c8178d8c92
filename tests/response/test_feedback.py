"""The coupled response ⟨L⟩ = ⟨L⟩⁰ + Γ⟨L⟩."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hpcph.response import sample
from hpcph.response.feedback import Coupling, along, feedback
from hpcph.response.tensors import CHI, DIAGONAL, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse

DENSITY = 2.5
few = settings(max_examples=40, deadline=None, derandomize=True)
SEED = st.integers(0, 2**32 - 1)
PARALLEL, ANTIPARALLEL = Coupling.PARALLEL, Coupling.ANTIPARALLEL


def thermal(diagonal, off_diagonal) -> ThermalResponse:
    """A response with given χ (t, 3, 3)."""
    parts = {(CHI, DIAGONAL): diagonal, (CHI, OFF_DIAGONAL): off_diagonal}
    return ThermalResponse(parts, np.arange(1.0, len(diagonal) + 1))


def symmetric(rng, count=4) -> np.ndarray:
    a = rng.normal(size=(count, 3, 3))
    return a + a.swapaxes(1, 2)


def positive(rng, count=4) -> np.ndarray:
    a = rng.normal(size=(count, 3, 3))
    return a @ a.swapaxes(1, 2)


def bodies(axis, shape="cuboid") -> sample.Samples:
    if shape == "cuboid":
        edges = np.array([[1.0, 2.0, 3.0], [2.5, 1.5, 4.0]])
        return sample.samples(shape, [1.0, 2.0], sample.cuboid(edges), DENSITY, axis)
    return sample.samples(shape, [1.0, 2.0], sample.cylinder([1.0, 2.0]), DENSITY, axis)


def largest(diagonal, off_diagonal, samples) -> float:
    tensor = np.einsum("tij,rjk->trik", diagonal + off_diagonal, samples.inverse_inertia_rij)
    return np.linalg.eigvals(tensor).real.max()


def random_case(seed):
    rng = np.random.default_rng(seed)
    axis = rng.normal(size=3)
    return rng, axis, bodies(axis), positive(rng), positive(rng), rng.normal(size=(4, 3))


@few
@given(SEED)
def test_below_the_threshold_it_is_the_geometric_series(seed):
    """Σ Γⁿ⟨L⟩⁰ of the full 3×3 tensor."""
    _, axis, samples, diagonal, off_diagonal, density = random_case(seed)
    scale = 0.6 / largest(diagonal, off_diagonal, samples)
    found = feedback(thermal(diagonal, off_diagonal), samples, density, axis, PARALLEL, scale)
    for t in range(4):
        for r in range(2):
            tensor = scale * (diagonal + off_diagonal)[t] @ samples.inverse_inertia_rij[r]
            term = total = density[t]
            for _ in range(120):
                term = tensor @ term
                total = total + term
            np.testing.assert_allclose(found.pam_density[t, r], total, rtol=1e-9, atol=1e-10)
    assert found.supercritical == 0


@few
@given(SEED, st.floats(0.2, 5))
def test_nan_exactly_above_the_threshold(seed, strength):
    """NaN where the largest eigenvalue of Γ is 1 or more, and nowhere else."""
    _, axis, samples, diagonal, off_diagonal, density = random_case(seed)
    scale = strength / largest(diagonal, off_diagonal, samples)
    found = feedback(thermal(diagonal, off_diagonal), samples, density, axis, PARALLEL, scale)
    tensor = scale * np.einsum("tij,rjk->trik", diagonal + off_diagonal, samples.inverse_inertia_rij)
    beyond = np.abs(np.linalg.eigvals(tensor)).max(-1) >= 1
    np.testing.assert_array_equal(np.isnan(found.pam_density).all(-1), beyond)
    np.testing.assert_array_equal(np.isnan(found.pam_density).any(-1), beyond)
    np.testing.assert_array_equal(np.isnan(found.amplification), beyond)
    assert found.supercritical == beyond.sum()


@few
@given(SEED)
def test_antiparallel_screens(seed):
    """For any strength a solution that satisfies (1 + |Γ|)⟨L⟩ = ⟨L⟩⁰ and turns the body less."""
    rng, axis, samples, diagonal, off_diagonal, density = random_case(seed)
    scale = 10 ** rng.uniform(-2, 3)
    other = feedback(thermal(diagonal, off_diagonal), samples, density, axis, ANTIPARALLEL, scale)
    same = feedback(thermal(diagonal, off_diagonal), samples, density, axis, PARALLEL, scale)
    np.testing.assert_array_equal(other.gamma_total, -same.gamma_total)
    assert np.isfinite(other.pam_density).all()
    energy = [
        np.einsum("tri,rij,trj->tr", L, samples.inverse_inertia_rij, L) for L in (density[:, None], other.pam_density)
    ]
    assert (energy[1] <= energy[0] * (1 + 1e-12)).all()
    assert np.isnan(other.critical_radius).all()
    tensor = scale * np.einsum("tij,rjk->trik", diagonal + off_diagonal, samples.inverse_inertia_rij)
    back = other.pam_density + np.einsum("trij,trj->tri", tensor, other.pam_density)
    np.testing.assert_allclose(back, np.broadcast_to(density[:, None], back.shape), rtol=1e-8, atol=1e-9)


@few
@given(SEED)
def test_rotating_everything_rotates_the_answer(seed):
    """χ, axis and density turned together: scalars stay, ⟨L⟩ turns (for a body that is round about its axis)."""
    rng = np.random.default_rng(seed)
    axis, density = rng.normal(size=3), rng.normal(size=(4, 3))
    diagonal, off_diagonal = positive(rng), positive(rng)
    R = Rotation.random(random_state=seed % 2**31).as_matrix()

    def made(turn):
        specific = sample.cylinder([1.0, 2.0], 3.0)
        samples = sample.samples("cylinder", [1.0, 2.0], specific, DENSITY, turn @ axis)
        parts = [turn @ chi @ turn.T for chi in (diagonal, off_diagonal)]
        found = feedback(thermal(*parts), samples, density @ turn.T, turn @ axis, PARALLEL, 0.02)
        return found, found.amplified

    (plain, before), (turned, after) = made(np.eye(3)), made(R)
    np.testing.assert_allclose(after.along, before.along, rtol=1e-7)
    np.testing.assert_allclose(after.length, before.length, rtol=1e-7)
    for name in ("gamma_diagonal", "gamma_off_diagonal", "gamma_total", "largest", "critical_radius"):
        np.testing.assert_allclose(getattr(turned, name), getattr(plain, name), rtol=1e-8, err_msg=name)
    np.testing.assert_allclose(turned.pam_density, plain.pam_density @ R.T, rtol=1e-7, atol=1e-8)


@few
@given(SEED, st.floats(0.1, 10))
def test_scale_is_a_factor_of_chi_and_nothing_else(seed, scale):
    """scale with χ is 1 with scale·χ in everything but gamma_unscaled, which stays that of χ."""
    _, axis, samples, diagonal, off_diagonal, density = random_case(seed)
    a = feedback(thermal(diagonal, off_diagonal), samples, density, axis, PARALLEL, scale)
    b = feedback(thermal(scale * diagonal, scale * off_diagonal), samples, density, axis, PARALLEL, 1.0)
    for name in ("gamma_diagonal", "gamma_off_diagonal", "gamma_total", "amplification", "critical_radius"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(a.pam_density, b.pam_density, rtol=1e-6, atol=1e-9)
    first = feedback(thermal(diagonal, off_diagonal), samples, density, axis, PARALLEL, 1.0)
    np.testing.assert_allclose(a.gamma_unscaled, first.gamma_total, rtol=1e-12)


@few
@given(SEED, st.floats(0.05, 0.95), st.sampled_from(Coupling))
def test_amplification_is_what_the_solution_has_of_what_is_driven(seed, strength, sign):
    """n·⟨L⟩/n·⟨L⟩⁰ and |⟨L⟩|/|⟨L⟩⁰| of a Cartesian solution, in bodies whose axes are not the crystal's."""
    _, axis, samples, diagonal, off_diagonal, density = random_case(seed)
    scale = strength / largest(diagonal, off_diagonal, samples)
    found = feedback(thermal(diagonal, off_diagonal), samples, density, axis, sign, scale)
    gamma = sign.value * scale * np.einsum("tij,rjk->trik", diagonal + off_diagonal, samples.inverse_inertia_rij)
    L = np.linalg.solve(np.eye(3) - gamma, np.broadcast_to(density[:, None, :, None], (4, 2, 3, 1)))[..., 0]
    np.testing.assert_allclose(found.amplification, L @ axis / (density @ axis)[:, None], rtol=1e-9)
    lengths = np.linalg.norm(L, axis=-1) / np.linalg.norm(density, axis=-1)[:, None]
    np.testing.assert_allclose(found.amplified.length, lengths, rtol=1e-9)
    assert not found.amplified.kept.any()
    only = feedback(thermal(diagonal, off_diagonal), samples, None, axis, sign, scale)
    assert np.isnan(only.amplification).all() and only.amplified.length is None and only.supercritical == 0


def test_eta_can_have_any_sign_where_gamma_does_not_keep_the_axis():
    """Γ = [[0.9, 0.09], [0.09, 0.5]]: what is driven across is turned against the axis; 1/(1 − γ^LL) is 2."""
    axis, chi = np.array([0, 0, 1.0]), np.array([[[0.9, 0, 0.09], [0, 0, 0], [0.09, 0, 0.5]]])
    ball = sample.samples("sphere", [1.0], sample.sphere([1.0]), DENSITY, axis)
    density = np.array([[-5.0, 0, 1.0]])
    found = feedback(thermal(chi, 0 * chi), ball, density, axis, PARALLEL, 0.4 * DENSITY)
    assert found.gamma_total[0, 0] == pytest.approx(0.5, rel=1e-14)
    determinant = 0.1 * 0.5 - 0.09**2
    assert found.amplification[0, 0] == pytest.approx((0.1 - 0.09 * 5) / determinant, rel=1e-12)
    assert found.amplification[0, 0] < -8 and found.largest[0, 0] < 1


@few
@given(SEED, st.floats(0.05, 0.95))
def test_an_axis_that_gamma_keeps_has_one_amplification(seed, strength):
    """A body that turns about its axis alone, or a χ with that axis: 1/(1 − γ^LL), whatever is driven, or nothing."""
    rng, axis, _, diagonal, off_diagonal, density = random_case(seed)
    n = axis / np.linalg.norm(axis)
    held = bodies(axis, "cylinder")
    uniaxial = np.eye(3) + rng.uniform(0, 5) * np.outer(n, n)
    for chi, samples in ((diagonal, held), (uniaxial[None].repeat(4, 0), bodies(axis))):
        scale = strength / largest(chi, off_diagonal * 0, samples)
        for driven in (density, None):
            found = feedback(thermal(chi, off_diagonal * 0), samples, driven, axis, PARALLEL, scale)
            assert found.amplified.kept.all()
            np.testing.assert_allclose(found.amplification, 1 / (1 - found.gamma_total), rtol=1e-14)


@pytest.mark.parametrize("axis", [[0, 0, 1], [0, 0, -3.0], [1, 2, 2]])
def test_gamma_of_a_cylinder(axis):
    """γ^LL = 2χ/(ρr²) along the axis, both channels apart and together; the length of the axis is no matter."""
    rng, axis, r = np.random.default_rng(1), np.array(axis, float), np.array([1.0, 2.0])
    diagonal, off_diagonal = symmetric(rng), symmetric(rng)
    found = feedback(thermal(diagonal, off_diagonal), bodies(axis, "cylinder"), np.ones((4, 3)), axis, PARALLEL, 1.0)
    n = axis / np.linalg.norm(axis)
    for chi, gamma in ((diagonal, found.gamma_diagonal), (off_diagonal, found.gamma_off_diagonal)):
        np.testing.assert_allclose(gamma, 2 * (chi @ n @ n)[:, None] / (DENSITY * r**2), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.gamma_total, found.gamma_diagonal + found.gamma_off_diagonal, rtol=1e-14)
    np.testing.assert_allclose(found.gamma_total, along(diagonal + off_diagonal, bodies(axis, "cylinder"), axis))


def test_a_sphere_and_a_ring_have_their_own_moments():
    """γ^LL = 5χ/(2ρr²) for a sphere, 2χ/(ρ(r² + r_i²)) for a ring."""
    axis, chi = np.array([0, 0, 1.0]), np.diag([1.0, 2.0, 3.0])[None]
    ball = sample.samples("sphere", [2.0], sample.sphere([2.0]), DENSITY, axis)
    ring = sample.samples("ring", [2.0], sample.cylinder([2.0], inner=1.0), DENSITY, axis)
    np.testing.assert_allclose(along(chi, ball, axis), [[5 * 3 / (2 * DENSITY * 4)]], rtol=1e-14)
    np.testing.assert_allclose(along(chi, ring, axis), [[2 * 3 / (DENSITY * 5)]], rtol=1e-14)


@few
@given(SEED)
def test_antiparallel_coupling_has_no_critical_radius_whatever_the_axis(seed):
    """A cylinder that turns about one axis alone leaves zeros in Γ, which rounding makes positive or not."""
    rng, axis, _, diagonal, off_diagonal, density = random_case(seed)
    turning = bodies(axis, "cylinder")
    found = feedback(thermal(diagonal, off_diagonal), turning, density, axis, ANTIPARALLEL, 10 ** rng.uniform(-2, 3))
    assert np.isnan(found.critical_radius).all() and np.isfinite(found.pam_density).all()


def test_critical_radius_is_where_gamma_is_one():
    """A long cylinder of that radius has γ^LL = 1: a little thinner has no solution, a little thicker has one."""
    axis, chi = np.array([0, 0, 1.0]), np.diag([0.1, 0.1, 7.0])[None]
    zero, density = np.zeros_like(chi), np.ones((1, 3))
    critical = feedback(thermal(chi, zero), bodies(axis, "cylinder"), density, axis, PARALLEL, 1.0).critical_radius[0]
    assert critical == pytest.approx(np.sqrt(2 * 7.0 / DENSITY), rel=1e-14)
    around = critical * np.array([1 - 1e-9, 1 + 1e-9])
    near = sample.samples("cylinder", around, sample.cylinder(around), DENSITY, axis)
    found = feedback(thermal(chi, zero), near, density, axis, PARALLEL, 1.0)
    assert np.isnan(found.amplification).tolist() == [[True, False]]


def test_a_long_cylinder_leaves_the_components_across_alone():
    """With a χ that is diagonal in the frame of the axis only ⟨L⟩ along it is amplified, by η."""
    axis, chi = np.array([0, 0, 1.0]), np.diag([5.0, 5.0, 0.5])[None]
    found = feedback(thermal(chi, 0 * chi), bodies(axis, "cylinder"), np.array([[1.0, 2.0, 3.0]]), axis, PARALLEL, 1.0)
    eta = 1 / (1 - 2 * 0.5 / (DENSITY * np.array([1.0, 4.0])))
    np.testing.assert_allclose(found.amplification[0], eta, rtol=1e-14)
    np.testing.assert_allclose(found.pam_density[0], [[1, 2, 3 * eta[0]], [1, 2, 3 * eta[1]]], rtol=1e-13)
