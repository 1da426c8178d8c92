"""Translational and rotational invariance of the force constants, theory §7."""

import numpy as np
import physics
import pytest

from hpcph.crystal import sumrules
from hpcph.crystal.mesh import nearest_image, reciprocal_rotations
from hpcph.crystal.sumrules import SumRule

CRYSTALS = ("embedded", *physics.QUARTZ, "stishovite", "zno", *physics.CHIRAL)
DIRECTIONS = np.vstack([np.eye(3), [[1, 1, 0], [0, 1, 1], [1, 0, -1]], np.random.default_rng(2).normal(size=(4, 3))])


@pytest.mark.parametrize("name", CRYSTALS)
def test_both_rules_hold_to_rounding(name):
    """After the correction Σ Φ and the antisymmetric first moment vanish against the terms that they are sums of."""
    case = physics.case(name)
    before = sumrules.violations(case.structure, case.before, case.dipoles)
    after = sumrules.violations(case.structure, case.pairs, case.dipoles)
    largest = np.abs(case.pairs.phi).max()
    assert after[SumRule.TRANSLATIONAL] < 1e-13 * largest
    moment = largest * np.linalg.norm(case.structure.separation(case.pairs), axis=1).max()
    for rule, scale in ((SumRule.TRANSLATIONAL, largest), (SumRule.ROTATIONAL, moment)):
        assert after[rule] < 1e-13 * scale * (1 if rule is SumRule.TRANSLATIONAL else 1e10)
    assert after[SumRule.ROTATIONAL] < 1e-8 * before[SumRule.ROTATIONAL]


@pytest.mark.parametrize("name", CRYSTALS)
def test_permutation_symmetry_is_kept(name):
    """Φ_ab(T) = Φ_ba(−T)ᵀ before and after."""
    for pairs in (physics.case(name).before, physics.case(name).pairs):
        assert np.array_equal(pairs.first[pairs.reverse], pairs.second)
        assert np.array_equal(pairs.cell[pairs.reverse], -pairs.cell)
        difference = np.abs(pairs.phi - pairs.phi[pairs.reverse].swapaxes(1, 2)).max()
        assert difference < 1e-13 * np.abs(pairs.phi).max()


@pytest.mark.parametrize("name", CRYSTALS)
def test_space_group_is_kept(name):
    """ω(Rk) = ω(k) for every operation R; the correction breaks it no more than the force constants as read."""
    spread = {}
    for rules in (physics.NONE, physics.BOTH):
        case = physics.case(name, rules)
        q = physics.random_q(case.structure, 4)
        images = [nearest_image(case.structure, q @ r.T) for r in reciprocal_rotations(case.structure.rotations)]
        values = np.array([physics.frequencies(case, image) for image in images])
        spread[rules] = np.ptp(values, axis=0).max()
    assert spread[physics.BOTH] < 1.2 * spread[physics.NONE] + 1e-9


@pytest.mark.parametrize("name", physics.QUARTZ)
def test_correction_is_small(name):
    """δΦ/Φ lies between 2e-4 and 5e-4 rms; frequencies move by 0.002–0.004 THz rms and nowhere by more than 0.03."""
    case, plain = physics.case(name), physics.case(name, physics.NONE)
    change = np.sqrt(np.sum((case.pairs.phi - case.before.phi) ** 2) / np.sum(case.before.phi**2))
    assert 2e-4 < change < 5e-4
    q = physics.random_q(case.structure, 100)
    shift = physics.frequencies(case, q) - physics.frequencies(plain, q)
    assert 0.002 < np.sqrt(np.mean(shift**2)) < 0.004
    assert np.abs(shift).max() < 0.03


def slopes(case, direction, lengths):
    """ω/|q| of the three lowest modes along a Cartesian direction, |q| in units of |a*|; THz per unit, (length, 3)."""
    unit = direction / np.linalg.norm(direction) @ np.linalg.inv(case.structure.reciprocal_vc)
    unit = unit * np.linalg.norm(case.structure.reciprocal_vc[0])
    lengths = np.asarray(lengths)
    return physics.frequencies(case, lengths[:, None] * unit)[:, :3] / lengths[:, None]


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: np.array2string(d, precision=2))
def test_sound_is_linear_down_to_gamma(direction):
    """ω/|q| is constant to 1 % from |q| = 0.005 to 2e-4 in every direction."""
    values = slopes(physics.case("quartz_pbesol"), direction, [0.005, 0.002, 0.001, 5e-4, 2e-4])
    assert values.min() > 0
    assert (np.ptp(values, axis=0) / values[0]).max() < 0.01


def test_without_the_rotational_rule_the_basal_plane_is_unstable():
    """ω² ∝ −|q| below |q| ≈ 0.005: what the rule cures."""
    case = physics.case("quartz_pbesol", physics.TRANSLATION)
    assert slopes(case, case.structure.reciprocal_vc[0], [2e-4]).min() < 0


def test_sound_speeds_of_quartz():
    """ω/|q| of theory §7: along a* 9.01, 9.75, 13.05 THz, along c* 8.3, 8.3, 10.8 THz per reciprocal unit."""
    case = physics.case("quartz_pbesol")
    assert physics.frequencies(case, [[1e-3, 0, 0]])[0, :3] / 1e-3 == pytest.approx([9.01, 9.75, 13.05], rel=0.01)
    assert physics.frequencies(case, [[0, 0, 1e-3]])[0, :3] / 1e-3 == pytest.approx([8.3, 8.3, 10.8], rel=0.01)
