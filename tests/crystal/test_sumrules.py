"""Translational and rotational invariance of the force constants, theory §7."""

import numpy as np
import physics
import pytest

from hpcph.crystal import dipole, sumrules
from hpcph.crystal.mesh import nearest_image, reciprocal_rotations
from hpcph.crystal.sumrules import SumRule

CRYSTALS = ("embedded", *physics.QUARTZ, "stishovite", "zno", *physics.CHIRAL)
DIRECTIONS = np.vstack([np.eye(3), [[1, 1, 0], [0, 1, 1], [1, 0, -1]], np.random.default_rng(2).normal(size=(4, 3))])


def first_moment(case):
    """Σ_{Tb} Φ_{aα,bβ} x_γ, (a, 3, 3, 3) in N; that of the dipole part from finite differences of its matrix at Γ."""
    atoms = len(case.structure.mass_a)
    moment = np.zeros((atoms, 3, 3, 3))
    np.add.at(
        moment, case.pairs.first, case.pairs.phi[..., None] * case.structure.separation(case.pairs)[:, None, None]
    )
    if case.dipoles is None:
        return moment
    root = np.sqrt(case.structure.mass_a)
    step = 1e-3 * np.linalg.norm(case.structure.reciprocal_vc[0])
    for c, k in enumerate(np.eye(3)):  # the term G = 0 is even in k and drops out of the differences
        D = dipole.blocks(case.dipoles, step * np.outer([1, -1, 2, -2], k), fields=1)[:, 0]
        slope = (8 * (D[0] - D[1]) - (D[2] - D[3])) / (12 * step)
        moment[..., c] += np.einsum("abij,a,b->aij", slope.imag, root, root)
    return moment


@pytest.mark.parametrize("name", CRYSTALS)
def test_both_rules_hold_to_rounding(name):
    """Σ Φ = 0 and a symmetric total first moment; the residue is rounding against the violation before."""
    case = physics.case(name)
    before = sumrules.violations(case.structure, case.before, case.dipoles)
    after = sumrules.violations(case.structure, case.pairs, case.dipoles)
    assert after[SumRule.TRANSLATIONAL] < 1e-13 * len(case.structure.mass_a) * np.abs(case.pairs.phi).max()
    assert after[SumRule.ROTATIONAL] < 1e-9 * before[SumRule.ROTATIONAL]
    moment = first_moment(case)
    assert np.abs(moment - moment.swapaxes(-1, -2)).max() < 1e-9 * np.abs(moment).max()


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
    """ω(Rk) = ω(k) for every operation R: the correction adds no more to the error than 1e-6 of what it shifts."""
    spread, at_first = [], []
    for rules in (physics.NONE, physics.ALL):
        case = physics.case(name, rules)
        q = physics.random_q(case.structure, 4)
        images = [nearest_image(case.structure, q @ r.T) for r in reciprocal_rotations(case.structure.rotations)]
        values = np.array([physics.frequencies(case, image) for image in images])
        spread.append(np.ptp(values, axis=0).max())
        at_first.append(values[0])
    assert spread[1] < spread[0] + 1e-6 * np.abs(at_first[1] - at_first[0]).max() + 1e-12


@pytest.mark.parametrize("name", physics.QUARTZ)
def test_correction_is_small(name):
    """Not above the prototype of theory §7: δΦ/Φ ≤ 5e-4 rms, frequencies move by ≤ 0.004 THz rms, ≤ 0.03 at most."""
    case, plain = physics.case(name), physics.case(name, physics.NONE)
    change = np.sqrt(np.sum((case.pairs.phi - case.before.phi) ** 2) / np.sum(case.before.phi**2))
    assert 5e-5 < change < 5e-4
    q = physics.random_q(case.structure, 100)
    shift = physics.frequencies(case, q) - physics.frequencies(plain, q)
    assert np.sqrt(np.mean(shift**2)) < 0.004
    assert np.abs(shift).max() < 0.03


@pytest.mark.parametrize("name", CRYSTALS)
def test_correction_makes_no_crystal_unstable(name):
    """Real frequencies away from Γ, even where a small supercell leaves little freedom (P6_222)."""
    grid = 4 if name == "P4_332" else 8
    q = np.stack(np.meshgrid(*[np.arange(grid) / grid] * 3, indexing="ij"), -1).reshape(-1, 3)[1:]
    assert physics.frequencies(physics.case(name), q).min() > 0.1


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
