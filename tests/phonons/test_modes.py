"""Frequencies, group velocities and what is left out of the sums."""

import numpy as np
import physics
import pytest

from hpcph.crystal import dynamical
from hpcph.phonons.modes import diagonalise

CRYSTALS = ("embedded", *physics.QUARTZ, "zno", "stishovite", "P2_13", "P6_1")


@pytest.mark.parametrize("name", CRYSTALS)
def test_group_velocity_is_the_slope_of_the_frequency(name):
    """v_n = ∂ω_n/∂k against central differences with Richardson extrapolation, modes 0.05 THz apart."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 6, seed=3)
    modes = physics.modes(case, q)
    to_fractional = np.linalg.inv(case.structure.reciprocal_vc)
    gap = np.diff(modes.frequency_kn, axis=1) / physics.THZ
    edge = np.full((len(q), 1), np.inf)
    alone = np.minimum(np.hstack([edge, gap]), np.hstack([gap, edge])) > 0.05
    assert alone.sum() > alone.size / 3
    for c in range(3):

        def central(step, c=c):
            shift = step * np.eye(3)[c] @ to_fractional
            return (physics.frequencies(case, q + shift) - physics.frequencies(case, q - shift)) / (2 * step)

        slope = (4 * central(5e5) - central(1e6)) / 3 * physics.THZ
        assert np.abs(slope - modes.velocities()[..., c])[alone].max() < 0.05  # m s⁻¹, of some 10³


@pytest.mark.parametrize("name", CRYSTALS)
def test_velocity_matrices_are_hermitian_with_the_velocities_on_the_diagonal(name):
    """V^c_nm = V^c_mn* and V^c_nn = v_n."""
    case = physics.case(name)
    modes = physics.modes(case, physics.random_q(case.structure, 3))
    V = modes.velocity_matrices(np.arange(3))
    assert np.abs(V - V.conj().swapaxes(-1, -2)).max() < 1e-10 * np.abs(V).max()
    assert np.abs(np.einsum("kcnn->knc", V) - modes.velocities()).max() < 1e-10 * np.abs(V).max()


@pytest.mark.parametrize("name", CRYSTALS)
def test_time_reversal(name):
    """ω(−k) = ω(k) and v(−k) = −v(k)."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 5)
    there, back = physics.modes(case, q), physics.modes(case, -q)
    assert np.abs(there.frequency_kn - back.frequency_kn).max() < 1e-9 * there.frequency_kn.max()
    assert np.abs(there.velocities() + back.velocities()).max() < 1e-5


@pytest.mark.parametrize("name", CRYSTALS)
def test_three_translations_are_left_out_at_gamma(name):
    """At Γ three modes are at rest and in no sum; nothing is unstable, nothing is left out elsewhere."""
    case = physics.case(name)
    modes = physics.modes(case, [[0, 0, 0], [1, 0, -1], [0.1, 0.2, 0.3]])
    assert (~modes.active_kn).sum(axis=1).tolist() == [3, 3, 0]
    assert np.all(modes.frequency_kn[:2][~modes.active_kn[:2]] == 0)
    assert not modes.unstable_kn.any()
    total = physics.sums(modes, [300.0])
    assert total.left_out.tolist() == [6, 0]
    assert np.all(np.isfinite(total.flat()))


def test_translations_are_left_out_even_where_they_are_not_at_rest():
    """Force constants that break the acoustic sum rule: at Γ the three modes nearest to rest are the translations."""
    case = physics.case("embedded")
    pairs = case.pairs
    own = (pairs.first == pairs.second) & ~pairs.cell.any(axis=1)
    held = pairs.with_phi(pairs.phi + 0.1 * own[:, None, None] * np.eye(3))  # N m⁻¹, holds every atom to its place
    crystal = dynamical.build(case.structure, held, case.dipoles)
    lowest = np.linalg.eigvalsh(dynamical.matrices(crystal, np.zeros((1, 3))))[0, :4]
    assert np.all(lowest[:3] > (0.1 * physics.THZ) ** 2)
    modes = diagonalise(crystal, np.zeros((1, 3)))
    assert (~modes.active_kn).sum() == 3
    assert modes.frequency_kn[modes.active_kn].min() ** 2 == pytest.approx(lowest[3])
    assert not diagonalise(crystal, np.array([[1e-6, 0, 0]])).frequency_kn.min() < 0.1 * physics.THZ
