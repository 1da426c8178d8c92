"""Modes in a magnetic field, theory §9."""

from dataclasses import replace

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import e as charge
from scipy.constants import hbar, physical_constants

from hpcph.crystal import dynamical
from hpcph.phonons.magnetic_field import FieldModes, in_field
from hpcph.phonons.magnetic_moment import gyromagnetic_tensor
from hpcph.phonons.modes import Modes
from hpcph.response.zeeman import at_gamma, shifts

NUCLEAR = physical_constants["nuclear magneton"][0]
STRONG = np.array([2e3, -3e3, 1e4])  # T
few = settings(max_examples=40, deadline=None, derandomize=True)


def turning(structure, field):
    """W of ẍ = −D x + 2W ẋ, (n, n) real: Σ_λ B_λ (e/2m)·½(ε^λ Z + Zᵀ ε^λ) on every ion."""
    W = np.zeros((3 * len(structure.mass_a),) * 2)
    for a, (Z, mass) in enumerate(zip(structure.born_aij, structure.mass_a, strict=True)):
        generators = [physics.EPSILON[i] @ Z + Z.T @ physics.EPSILON[i] for i in range(3)]
        W[3 * a : 3 * a + 3, 3 * a : 3 * a + 3] = charge / (4 * mass) * np.einsum("i,ijk->jk", field, generators)
    return W


def frequencies(D, W) -> np.ndarray:
    """Those of the equations of motion as a system of first order, which is not Hermitian, (n,) ascending."""
    unit = np.sqrt(np.abs(np.trace(D)) / len(D))
    motion = np.block([[np.zeros_like(D), np.eye(len(D))], [-D / unit**2, 2 * W / unit]])
    return np.sort((1j * np.linalg.eigvals(motion)).real)[len(D) :] * unit


def found(case, q, field) -> FieldModes:
    return in_field(physics.modes(case, q), physics.gyromagnetic(case.structure), np.asarray(field, float))


def well(omega, mass=2e-26, ions=1) -> tuple[Modes, np.ndarray]:
    """Ions of charge +e, each in an isotropic well of its own."""
    n = 3 * ions
    zero = np.zeros((1, 3, n, n), complex)
    known = np.full((1, n), True), np.zeros((1, 3))
    modes = Modes(np.full((1, n), omega), np.eye(n, dtype=complex)[None], *known, zero)
    return modes, gyromagnetic_tensor(np.repeat(np.eye(3)[None], ions, axis=0), np.full(ions, mass))


@pytest.mark.parametrize("tesla", [1.0, 1e3, 1e6, 3e6])
def test_an_ion_in_a_well_is_that_of_fock_and_darwin(tesla):
    """ω = √(ω₀² + ω_c²/4) ± ω_c/2 and ω₀ in any field, and of a phonon u × m u̇ = ±ħω/√(ω₀² + ω_c²/4)."""
    omega, mass = 1e13, 2e-26
    cyclotron = charge * tesla / mass
    middle = np.hypot(omega, cyclotron / 2)
    result = in_field(*well(omega, mass), np.array([0, 0, tesla]))
    expected = np.array([middle - cyclotron / 2, omega, middle + cyclotron / 2])
    np.testing.assert_allclose(result.shift_kn[0], expected - omega, atol=2e-14 * omega)
    np.testing.assert_allclose(result.first_kn[0], cyclotron / 2 * np.array([-1, 0, 1]), rtol=1e-12, atol=1e-9)
    carried = np.array([expected[0], 0, -expected[2]]) / middle
    np.testing.assert_allclose(result.polarization_kni[0, :, 2], carried, atol=1e-13 * omega / cyclotron + 1e-12)


@pytest.mark.parametrize("name", ["quartz_pbesol", "quartz_lda", "zno", "embedded"])
def test_shifts_are_those_of_the_equations_of_motion(name):
    """Any direction of the field, generic, symmetric and degenerate wave vectors."""
    case = physics.case(name)
    q = np.array([[0.11, 0.23, 0.37], [0, 0, 0.2], [0, 0, 0.5], [1 / 3, 1 / 3, 0.1]])
    result, own = found(case, q, STRONG), physics.modes(case, q).frequency_kn
    W = turning(case.structure, STRONG)
    for k, D in enumerate(dynamical.matrices(case.crystal, q)):
        expected = frequencies(D, W) - own[k]
        assert np.abs(expected).max() > 1e9
        np.testing.assert_allclose(result.shift_kn[k], expected, atol=1e-12 * own.max())


@pytest.mark.parametrize("name", ["quartz_pbesol", "zno"])
def test_the_first_order_is_left_by_the_second(name):
    """What is left falls with the square of the field, at Γ with its doublets too; per tesla nothing depends on B."""
    case = physics.case(name)
    for q in ([0.11, 0.23, 0.37], [0, 0, 0], [0, 0, 0.3]):
        weak, strong = (found(case, q, np.array([0.3, 0.4, 1.0]) * tesla) for tesla in (1e3, 2e3))
        np.testing.assert_allclose(strong.first_kn, 2 * weak.first_kn, rtol=1e-10, atol=1e-3)
        left = [np.linalg.norm(modes.shift_kn - modes.first_kn) for modes in (weak, strong)]
        assert left[1] / left[0] == pytest.approx(4, rel=0.01)
        assert left[0] < 3e-2 * np.linalg.norm(weak.first_kn)


@pytest.mark.parametrize("name", ["quartz_pbesol", "zno", "stishovite"])
def test_time_reversal_turns_field_and_wave_vector(name):
    """ω(−k, −B) = ω(k, B), l the other way; with inversion nothing shifts to first order."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 3)
    here, there, across = found(case, q, STRONG), found(case, -q, -STRONG), found(case, -q, STRONG)
    scale = np.abs(here.shift_kn).max()
    np.testing.assert_allclose(there.shift_kn, here.shift_kn, atol=1e-6 * scale)
    np.testing.assert_allclose(there.polarization_kni, -here.polarization_kni, atol=1e-6)
    inverted = np.abs(across.shift_kn - here.shift_kn).max() < 1e-6 * scale
    assert inverted == (np.abs(here.first_kn).max() < 1e-6 * scale) == (name == "stishovite")


def test_the_mirror_image_shifts_the_other_way():
    """To first order, at every k; Γ is the same."""
    q = np.vstack([physics.random_q(physics.loaded("quartz_pbesol").structure, 4), [[0, 0, 0]]])
    one, other = (found(physics.case(n), q, STRONG) for n in ("quartz_pbesol", "quartz_pbesol enantiomorph"))
    scale = np.abs(one.first_kn).max()
    np.testing.assert_allclose(other.first_kn[:-1], -one.first_kn[:-1], atol=1e-5 * scale)
    np.testing.assert_allclose(other.first_kn[-1], one.first_kn[-1], atol=1e-5 * scale)


def test_doublets_of_quartz_split_by_their_moment():
    """B ∥ c: the lowest doublet of Γ has ±0.0299 μ_N; it splits by 2μB/h, the higher one turning against its moment."""
    case = physics.case("quartz_pbesol")
    field = np.array([0, 0, 9.0])
    levels = at_gamma(case.crystal, field / 9, physics.gyromagnetic(case.structure), field)
    doublet = np.flatnonzero(levels.splitting_n > 0)[:2]
    moment = hbar * levels.per_tesla_n[doublet] / NUCLEAR
    np.testing.assert_allclose(moment, [-0.0299, 0.0299], atol=1e-4)
    expected = 2 * 0.02985 * NUCLEAR / (2 * np.pi * hbar)
    np.testing.assert_allclose(levels.splitting_n[doublet], expected, rtol=2e-3)
    np.testing.assert_allclose(levels.shift_n[doublet], 9 * levels.per_tesla_n[doublet], atol=20)
    carried = shifts(case.crystal, np.zeros((1, 3)), field[None], physics.gyromagnetic(case.structure), field)
    np.testing.assert_allclose(carried["polarization"][0, doublet, 2], [-0.5212, 0.5217], atol=3e-3)
    single = levels.splitting_n == 0
    assert single.sum() == 27 - 16 and np.abs(levels.per_tesla_n[single]).max() < 1e-6 * levels.per_tesla_n.max()


@pytest.mark.parametrize(("name", "expected"), [("aln", [0.0869, 0.1012]), ("zno", [0.1015, 0.1113])])
def test_polar_doublets_of_wurtzites(name, expected):
    """Moments of E1 and of the upper E2 at Γ, limit along c, in μ_N."""
    case, field = physics.case(name), np.array([0, 0, 1.0])
    levels = at_gamma(case.crystal, field, physics.gyromagnetic(case.structure), field)
    split = levels.splitting_n > 1e-6 * levels.splitting_n.max()
    moment = np.unique(np.round(np.pi * hbar * levels.splitting_n[split] / NUCLEAR, 6))
    np.testing.assert_allclose(moment[-2:], expected, atol=2e-4)


@few
@given(st.integers(0, 2**32 - 1))
def test_nothing_depends_on_the_choice_of_eigenvectors(seed):
    """Phases and rotations of degenerate modes; doublets split all the same."""
    case = physics.case("quartz_pbesol")
    modes = physics.modes(case, [[0, 0, 0], [0, 0, 0.5], [0.1, 0.2, 0.3]])
    other, largest = physics.scrambled(modes, seed)
    ratio = physics.gyromagnetic(case.structure)
    one, two = (in_field(batch, ratio, STRONG) for batch in (modes, other))
    assert largest > 1
    for name in ("shift_kn", "first_kn"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), atol=1e-6 * np.abs(one.first_kn).max())
    np.testing.assert_allclose(two.polarization_kni, one.polarization_kni, atol=1e-6)


def test_imaginary_modes_have_no_shift_and_translations_none():
    """NaN at a point with an imaginary mode, at no other; the translations of Γ stay where they are."""
    case = physics.case("quartz_pbesol")
    modes = physics.modes(case, [[0, 0, 0], [0.1, 0.2, 0.3]])
    frequency = modes.frequency_kn.copy()
    frequency[1, 0] *= -1
    broken = replace(modes, frequency_kn=frequency, active_kn=modes.active_kn & (frequency > 0))
    result = in_field(broken, physics.gyromagnetic(case.structure), STRONG)
    for values in (result.shift_kn, result.first_kn, result.polarization_kni[..., 0]):
        assert np.isnan(values[1]).all() and np.isfinite(values[0]).all()
        assert not values[0, :3].any()
