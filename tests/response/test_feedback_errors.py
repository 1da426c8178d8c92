"""Errors of what the feedback makes, L and magnetization, from those of γ^NL and χ: bounds of the first order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.response import convergence, magnetization
from hpcph.response.feedback import Coupling, feedback
from hpcph.response.sample import cylinder, samples
from hpcph.response.tensors import CHI, CHI_N, DIAGONAL, FLOW, GAMMA_N, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse

SMALL = 1e-6  # of the numbers: errors whose squares do not count
DRIVE, DENSITY = np.array([0.3, -0.2, 1.0]) * 1e-8, 2500.0
few = settings(max_examples=30, deadline=None, derandomize=True)
OF_L = ((GAMMA_NL, FLOW), (CHI, DIAGONAL), (CHI, OFF_DIAGONAL))
PARTS = (*OF_L, (GAMMA_N, FLOW), (CHI_N, DIAGONAL), (CHI_N, OFF_DIAGONAL))


def tensors(random, count: int) -> list[np.ndarray]:
    return [random.normal(size=(2, 3, 3)) for _ in range(count)]


def responses(seed: int, zz: bool) -> tuple[ThermalResponse, convergence.Uncertainty]:
    """A response of two temperatures and small errors; zz : of crystals whose tensors have no other component."""
    random = np.random.default_rng(seed)
    only = np.zeros((3, 3))
    only[2, 2] = 1
    values = [tensor * (only if zz else 1) for tensor in tensors(random, 6)]
    for chi in values[1:3]:
        chi += 3 * only
        chi += chi.swapaxes(1, 2)
    errors = [SMALL * np.abs(tensor) * (only if zz else 1) for tensor in tensors(random, 6)]
    thermal = ThermalResponse(dict(zip(PARTS, values, strict=True)), np.array([100.0, 300.0]))
    return thermal, convergence.Uncertainty(dict(zip(PARTS, errors, strict=True)))


def moved(thermal, errors, signs) -> ThermalResponse:
    """Every number changed by its error up or down."""
    return thermal.with_({part: thermal[part] + signs[part] * errors[part] for part in PARTS})


def found(thermal: ThermalResponse, bodies, scale: float, sign: Coupling):
    """Feedback and magnetization along z."""
    axis = np.array([0.0, 0.0, 1.0])
    coupled = feedback(thermal, bodies, thermal[GAMMA_NL] @ DRIVE, axis, sign, scale)
    return coupled, magnetization.magnetization(thermal, DRIVE, coupled, bodies)


def scalars(coupled) -> np.ndarray:
    return np.stack([coupled.amplification, coupled.amplified.length, coupled.largest], axis=-1)


def bounded(seed: int, zz: bool, strength: float, sign: Coupling) -> tuple[np.ndarray, np.ndarray]:
    """Largest change over some choices of signs, and its bound: L and magnetization, with feedback.

    Beside them, as vectors (t, r, 3), η, |⟨L⟩|/|⟨L⟩⁰| and the largest eigenvalue of Γ.
    """
    thermal, errors = responses(seed, zz)
    axis = np.array([0.0, 0.0, 1.0])
    bodies = samples("cylinder", np.array([1.0, 2.0]), cylinder([1.0, 2.0], 3.0), DENSITY, axis)
    largest = np.abs(np.linalg.eigvals(np.einsum("tij,rjk->trik", thermal[CHI], bodies.inverse_inertia_rij))).max()
    scale = strength / largest
    coupled, magnetized = found(thermal, bodies, scale, sign)
    doubt = convergence.feedback_uncertainty(errors, thermal, bodies, axis, DRIVE, coupled)
    spread = magnetization.uncertainty(errors, thermal, DRIVE, coupled, doubt, bodies)
    random, changes = np.random.default_rng(seed + 1), []
    for _ in range(64):
        shape = (1, 1, 1) if zz else (2, 3, 3)
        signs = {name: random.choice([-1, 1], shape) for name in PARTS}
        other, other_m = found(moved(thermal, errors, signs), bodies, scale, sign)
        changes.append(
            [
                other.pam_density - coupled.pam_density, other_m.coupled - magnetized.coupled,
                scalars(other) - scalars(coupled),
            ]
        )  # fmt: skip
    ratios = np.stack([doubt.amplification, doubt.length, doubt.largest], axis=-1)
    return np.abs(changes).max(axis=0), np.array([doubt.pam_density, spread.coupled, ratios])


@few
@given(st.integers(0, 10**6), st.floats(0.05, 0.8), st.sampled_from(Coupling))
def test_nothing_changes_by_more_than_its_error(seed, strength, sign):
    """Full tensors that need not be symmetric about anything, any signs of their errors."""
    change, bound = bounded(seed, False, strength, sign)
    assert np.all(change <= bound * (1 + 1e-3))


@few
@given(st.integers(0, 10**6), st.floats(0.05, 0.8), st.sampled_from(Coupling))
def test_errors_along_an_axis_are_reached(seed, strength, sign):
    """Where γ^NL and χ have the component zz alone, some choice of signs gives the whole bound of L."""
    change, bound = bounded(seed, True, strength, sign)
    assert np.all(change <= bound * (1 + 1e-3) + 1e-13)
    np.testing.assert_allclose(change[2, ..., 0], bound[2, ..., 0], rtol=1e-3)
    np.testing.assert_allclose(change[0, ..., 2], bound[0, ..., 2], rtol=1e-3)
    assert np.all(change[1, ..., 2] > 0.1 * bound[1, ..., 2])
    assert not bound[:2, ..., :2].any()


def test_supercritical_points_have_no_error():
    """As they have no density; without a sample there is only what the gradient makes."""
    thermal, errors = responses(1, True)
    axis = np.array([0.0, 0.0, 1.0])
    bodies = samples("cylinder", np.array([1.0]), cylinder([1.0], 3.0), DENSITY, axis)
    coupled, _ = found(thermal, bodies, 1e9, Coupling.PARALLEL)
    assert np.isnan(coupled.pam_density).all()
    doubt = convergence.feedback_uncertainty(errors, thermal, bodies, axis, DRIVE, coupled)
    assert np.isnan(doubt.pam_density).all() and np.isnan(doubt.amplification).all()
    alone = magnetization.uncertainty(errors, thermal, DRIVE, None, None, None)
    assert alone.coupled is None
    np.testing.assert_allclose(alone.without, errors[GAMMA_N] @ np.abs(DRIVE))


def test_errors_follow_eta():
    """δL = η (δL⁰ + δγ^LL |L|) along the axis of a uniaxial crystal."""
    thermal, errors = responses(3, True)
    axis = np.array([0.0, 0.0, 1.0])
    bodies = samples("cylinder", np.array([1.0]), cylinder([1.0], np.inf), DENSITY, axis)
    scale = 0.5 / (2 * thermal[CHI][:, 2, 2].max() / DENSITY)
    coupled, _ = found(thermal, bodies, scale, Coupling.PARALLEL)
    doubt = convergence.feedback_uncertainty(errors, thermal, bodies, axis, DRIVE, coupled)
    eta, L = coupled.amplification[:, 0], np.abs(coupled.pam_density[:, 0, 2])
    plain = errors[GAMMA_NL][:, 2, 2] * abs(DRIVE[2])
    assert doubt.pam_density[:, 0, 2] == pytest.approx(eta * (plain + doubt.gamma_total[:, 0] * L), rel=1e-9)
