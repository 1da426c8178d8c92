"""Translational, rotational and Huang invariance by changes that the supercell cannot see, lattice.md §4–6."""

from dataclasses import replace

import numpy as np
import physics
import pytest
import supercells

from hpcph.crystal import dynamical, invariances, mesh
from hpcph.crystal.invariances import SumRule

UNSTABLE = ("mp-5327", "mp-8352")  # whatever is done
SOFT = ("mp-989613",)  # TiPN₃: one of its long waves would get unstable with the rules
RAW = ("quartz_pbesol raw", "quartz_lda raw")
UNEVEN = ("P6_1", "P6_222", "mp-4266", "mp-10080", *RAW)  # files that break translation, all but the last by 1e-6 N/m
QUICK = ("embedded", *physics.QUARTZ, "stishovite", "zno", "aln", *physics.CHIRAL, *physics.PHONONDB)
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in (*physics.LARGE, *RAW, "quartz_pbesol enantiomorph")]
EVERY = [*QUICK, *SLOW]
OBEYING = [name for name in EVERY if name not in SOFT]
DIRECTIONS = np.vstack([np.eye(3), [[1, 1, 0], [0, 1, 1], [1, 0, -1]], np.random.default_rng(2).normal(size=(4, 3))])


def mean(name):
    """A force constant of the crystal, the largest, N m⁻¹."""
    return np.abs(physics.loaded(name).pairs.phi).max()


@pytest.mark.parametrize("name", OBEYING)
def test_all_rules_hold_to_rounding(name):
    """All are imposed, and of what the file's nearest images violate nothing is left."""
    report = physics.case(name).settled.report
    assert report.imposed == physics.ALL and not report.unmet and not report.left_out
    assert report.after[SumRule.TRANSLATIONAL] < 1e-13 * len(physics.loaded(name).structure.mass_a) * mean(name)
    assert report.after[SumRule.ROTATIONAL] < 1e-14 * mean(name)
    assert report.after[SumRule.HUANG] < 1e-2  # Pa


@pytest.mark.parametrize("name", [name for name in QUICK if name not in ("embedded", "P4_332", "mp-8352")])
def test_the_rules_have_something_to_do(name):
    """The nearest images break rotation by 0.1 N m⁻¹ and more, Huang's conditions by 0.1 GPa and more.

    Rigid ions hardly do so, cubic crystals of point group 432 cannot break the latter, one of m-3m breaks neither.
    """
    before = physics.case(name).settled.report.before
    assert before[SumRule.ROTATIONAL] > 0.1 and before[SumRule.HUANG] > 1e8


@pytest.mark.parametrize("name", SOFT)
def test_rules_that_make_a_wave_unstable_are_left_out(name):
    """They can be met, but a long wave that is stable without them is not with them."""
    report = physics.case(name).settled.report
    assert report.left_out == {SumRule.ROTATIONAL, SumRule.HUANG} and report.imposed == {SumRule.TRANSLATIONAL}
    forced = supercells.made(physics.loaded(name))
    violations = forced.moments.violations()
    assert violations[SumRule.ROTATIONAL] < 1e-14 * mean(name) and violations[SumRule.HUANG] < 1e-2
    q = [[0, 0.02, 0.02]]
    crystals = physics.case(name).crystal, forced.crystal
    square = [np.linalg.eigvalsh(dynamical.matrices(crystal, np.array(q))).min() for crystal in crystals]
    assert square[0] > 0 > square[1]


def test_sharing_alone_breaks_the_rules_less():
    """Nearest images of quartz: 0.84 N m⁻¹ and 10 GPa; the same sums shared by the prior: 0.15 and 0.6."""
    loaded = physics.loaded("quartz_pbesol")
    found, dipoles = supercells.laid_out(loaded)
    for table, rotation, huang in ((found.nearest(), 0.84, 10.0), (found.shared(found.weight(9.0)), 0.15, 0.6)):
        violations = invariances.moments(loaded.structure, table, loaded.dielectric, dipoles).violations()
        assert violations[SumRule.ROTATIONAL] == pytest.approx(rotation, rel=0.05)
        assert violations[SumRule.HUANG] / 1e9 == pytest.approx(huang, rel=0.1)


@pytest.mark.parametrize("name", ["zno", "embedded", "P2_13", "mp-717"])
def test_moments_are_the_slopes_of_the_matrix_at_gamma(name):
    """Σ_b D, Σ_b ∂D/∂k and Σ_ab ∂²D/∂k∂k of the whole D from differences, the macroscopic field left out."""
    made = supercells.made(physics.loaded(name))
    structure, dipoles = made.loaded.structure, made.dipoles
    if dipoles is not None:
        kept = np.linalg.norm(dipoles.wavevector_gc, axis=1) > 1.0
        dipoles = replace(dipoles, wavevector_gc=dipoles.wavevector_gc[kept], phase_pg=dipoles.phase_pg[:, kept])
    crystal = dynamical.build(structure, made.pairs, dipoles)
    root = np.sqrt(structure.mass_a)
    atoms = len(root)

    def matrix(k):
        """Σ_b, (a, 3, 3)."""
        D = dynamical.matrices(crystal, k[None] @ structure.lattice_vc.T / (2 * np.pi))[0]
        return np.einsum("aibj,a,b->aij", D.reshape(atoms, 3, atoms, 3), root, root)

    h = 0.003 * np.linalg.norm(structure.reciprocal_vc, axis=1).min()
    unit = np.eye(3)
    found, size = made.moments, mean(name)
    assert np.abs(matrix(np.zeros(3)) - found.total).max() < 1e-12 * size
    rise = [matrix(t * e) - matrix(-t * e) for t in (h, 2 * h) for e in unit]
    first = np.stack([(8 * rise[c] - rise[3 + c]) / (12 * h) for c in range(3)], -1).imag
    assert np.abs(first - found.first).max() < 1e-6 * np.abs(found.first).max()
    second = np.zeros((3, 3, 3, 3))
    for t, part in ((h, 4 / 3), (2 * h, -1 / 3)):
        for g, l in np.ndindex(3, 3):
            corners = [s * r * matrix(t * (s * unit[g] + r * unit[l])) for s in (1, -1) for r in (1, -1)]
            second[:, :, g, l] -= part * sum(corners).real.sum(axis=0) / (4 * t**2)
    assert np.abs(second - found.second).max() < 1e-5 * np.abs(found.second).max()


@pytest.mark.parametrize("name", EVERY)
def test_permutation_symmetry_is_kept(name):
    """Φ_ab(T) = Φ_ba(−T)ᵀ."""
    pairs = physics.case(name).pairs
    assert np.array_equal(pairs.first[pairs.reverse], pairs.second)
    assert np.array_equal(pairs.cell[pairs.reverse], -pairs.cell)
    assert np.abs(pairs.phi - pairs.phi[pairs.reverse].swapaxes(1, 2)).max() < 1e-14 * np.abs(pairs.phi).max()


def permutation(structure, rotation):
    """Where an operation of the space group takes every atom, (a,)."""
    f = structure.fractional_ac
    for b in range(len(f)):
        shifted = f @ rotation.T + (f[b] - f[0] @ rotation.T)
        apart = shifted[:, None] - f
        distance = np.linalg.norm((apart - np.rint(apart)) @ structure.lattice_vc, axis=-1)
        target = distance.argmin(axis=1)
        same = [structure.symbols[t] for t in target] == list(structure.symbols)
        if same and distance.min(axis=1).max() < 1e-12 and len(set(target)) == len(f):
            return target
    raise AssertionError("no operation of the space group")


@pytest.mark.parametrize("name", EVERY)
def test_space_group_is_kept(name):
    """D_{Ra,Rb}(Rk) = R D_ab(k) Rᵀ for every operation: the rules add no more than 1e-7 of what they change."""
    structure = physics.loaded(name).structure
    q = physics.random_q(structure, 2)
    atoms, spread, first = len(structure.mass_a), [], []
    for rules in (physics.NONE, physics.ALL):
        crystal = physics.case(name, rules).crystal
        D = dynamical.matrices(crystal, q).reshape(len(q), atoms, 3, atoms, 3)
        worst = 0.0
        for r, R in zip(structure.rotations, structure.rotations_cartesian, strict=True):
            to, image = permutation(structure, r), q @ mesh.reciprocal_rotations(r[None])[0].T
            turned = dynamical.matrices(crystal, image).reshape(len(q), atoms, 3, atoms, 3)
            expected = np.einsum("ij,kajbl,ml->kaibm", R, D, R, optimize=True)
            worst = max(worst, np.abs(turned[:, to][:, :, :, to] - expected).max())
        spread.append(worst)
        first.append(D)
    assert spread[1] < spread[0] + 1e-7 * np.abs(first[1] - first[0]).max() + 1e-13 * np.abs(first[0]).max()


@pytest.mark.parametrize("name", EVERY)
def test_frequencies_that_the_supercell_knows_stay(name):
    """At all of its wave vectors to 1e-9 THz, rules on or off; the translational one is on where a file breaks it."""
    rules = physics.TRANSLATION if name in UNEVEN else physics.NONE
    q = physics.loaded(name).commensurate_qc
    q = q[np.linalg.norm(q, axis=1) > 1e-9]
    if len(q):
        before, after = (physics.frequencies(physics.case(name, r), q) for r in (rules, physics.ALL))
        assert np.abs(after - before).max() < 1e-9
    matrices = [dynamical.matrices(physics.case(name, r).crystal, np.zeros((1, 3))) for r in (rules, physics.ALL)]
    assert np.abs(matrices[1] - matrices[0]).max() < 1e-12 * np.abs(matrices[0]).max()


@pytest.mark.parametrize(
    ("name", "broken"),
    [pytest.param("quartz_pbesol raw", 0.12, marks=pytest.mark.slow), ("quartz_lda raw", 0.80)],
)
def test_files_that_break_translation(name, broken):
    """Forces of a rigid shift, up to 0.8 N m⁻¹, vanish; exact matrices change by about as much and no more."""
    plain, moved = physics.case(name, physics.NONE), physics.case(name)
    assert moved.settled.report.before[SumRule.TRANSLATIONAL] == pytest.approx(broken, rel=0.05)
    assert moved.settled.report.after[SumRule.TRANSLATIONAL] < 1e-11
    loaded = physics.loaded(name)
    root = np.repeat(np.sqrt(loaded.structure.mass_a), 3)
    q = loaded.commensurate_qc[::7]
    D, other = (dynamical.matrices(c.crystal, q) * np.outer(root, root) for c in (plain, moved))
    assert np.abs(other - D).max() < 1.5 * broken
    square = np.linalg.eigvalsh(dynamical.matrices(moved.crystal, np.zeros((1, 3))))[0]
    assert np.abs(square[:3]).max() < 1e-13 * square[-1]
    as_read = np.linalg.eigvalsh(dynamical.matrices(plain.crystal, np.zeros((1, 3))))[0]
    assert np.sort(np.abs(as_read))[2] > 1e-5 * square[-1]


@pytest.mark.parametrize("shift", [(0, 0, 0), (0.5, 0.5, 0.5)])
@pytest.mark.parametrize("name", [*QUICK, *SLOW[:-1]])
def test_no_crystal_is_unstable_for_the_rules(name, shift):
    """On 6³ meshes through Γ and off it. SiO₂ of PhononDB is so at Γ, Na₄UO₅ less than without the rules."""
    case = physics.case(name)
    grid = (4, 4, 4) if name == "P4_332" else (6, 6, 6)
    q = mesh.monkhorst_pack(case.structure, grid, shift, True).q_kc
    lowest, as_read = (physics.frequencies(c, q).min() for c in (case, physics.case(name, physics.NONE)))
    if name in UNSTABLE:
        at_gamma = physics.frequencies(physics.case(name, physics.NONE), [[0, 0, 0]]).min()
        assert lowest < -1 and min(as_read, at_gamma) < lowest + 1e-3
    else:
        assert lowest > -1e-6


@pytest.mark.parametrize(("name", "largest"), [("quartz_pbesol", 0.03), ("quartz_lda", 0.04)])
def test_change_is_small(name, largest):
    """Force constants by less than 1e-3 in all, frequencies by 0.004 THz rms between the supercell's wave vectors."""
    case, plain = physics.case(name), physics.case(name, physics.NONE)
    q = physics.random_q(case.structure, 100)
    shift = physics.frequencies(case, q) - physics.frequencies(plain, q)
    assert 1e-4 < case.settled.report.change < 1e-3
    assert np.sqrt(np.mean(shift**2)) < 0.004
    assert np.abs(shift).max() < largest


def slopes(case, direction, lengths):
    """ω/|q| of the three lowest modes along a Cartesian direction, |q| in units of |a*|; THz per unit, (length, 3)."""
    unit = direction / np.linalg.norm(direction) @ np.linalg.inv(case.structure.reciprocal_vc)
    unit = unit * np.linalg.norm(case.structure.reciprocal_vc[0])
    lengths = np.asarray(lengths)
    return physics.frequencies(case, lengths[:, None] * unit)[:, :3] / lengths[:, None]


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: np.array2string(d, precision=2))
@pytest.mark.parametrize(("name", "tolerance"), [("quartz_pbesol", 0.01), ("zno", 5e-4), ("P6_222", 5e-4)])
def test_sound_is_linear_down_to_gamma(name, tolerance, direction):
    """ω/|q| is constant from |q| = 0.005 to 2e-4 in every direction, but for the acoustic activity of quartz."""
    values = slopes(physics.case(name), direction, [0.005, 0.002, 0.001, 5e-4, 2e-4])
    assert values.min() > 0
    assert (np.ptp(values, axis=0) / values[0]).max() < tolerance


def test_without_the_rotational_rule_the_basal_plane_is_unstable():
    """ω² ∝ −|q| below |q| ≈ 0.005: what the rule cures."""
    case = physics.case("quartz_pbesol", physics.TRANSLATION)
    assert slopes(case, case.structure.reciprocal_vc[0], [2e-4]).min() < 0
