"""Magnetic moment of modes, theory §5."""

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import e as charge
from scipy.constants import hbar, physical_constants

from hpcph.crystal import dynamical
from hpcph.phonons import angular_momentum, magnetic_moment

NUCLEAR = physical_constants["nuclear magneton"][0]
STEPS = 64  # a period; the average of products of two harmonics is exact
few = settings(max_examples=40, deadline=None, derandomize=True)


def moments(case, q, born=None):
    """μ_n from Born charges, (k, n, 3) A m²."""
    S = case.structure
    ratio = magnetic_moment.gyromagnetic_tensor(S.born_aij if born is None else born, S.mass_a)
    return magnetic_moment.moments(angular_momentum.polarization_by_atom(physics.modes(case, q)), ratio)


def orbit(e, omega, born, mass):
    """Period average of (e/2) Σ u_a × (Z_a u̇_a) for one mode with the amplitude of one phonon, (3,) A m²."""
    u = np.sqrt(2 * hbar / omega) * e.reshape(-1, 3) / np.sqrt(mass)[:, None]
    phase = np.exp(-2j * np.pi * np.arange(STEPS) / STEPS)[:, None, None]
    position, velocity = (u * phase).real, (-1j * omega * u * phase).real
    current = charge * np.einsum("aij,taj->tai", born, velocity)
    return 0.5 * np.cross(position, current).sum(axis=1).mean(axis=0)


@few
@given(st.integers(0, 2**32 - 1))
def test_classical_orbits_carry_the_moment(seed):
    """Any polarization vector and any, also unsymmetric, Born charges: the average over a period is ħ⟨n|N|n⟩."""
    rng = np.random.default_rng(seed)
    atoms = rng.integers(1, 5)
    born, mass = rng.normal(size=(atoms, 3, 3)), rng.uniform(1, 9, atoms) * 1e-26
    e = rng.normal(size=3 * atoms) + 1j * rng.normal(size=3 * atoms)
    e /= np.linalg.norm(e)
    by_atom = 2 * np.cross(e.real.reshape(-1, 3), e.imag.reshape(-1, 3))[None, None]
    found = magnetic_moment.moments(by_atom, magnetic_moment.gyromagnetic_tensor(born, mass))[0, 0]
    np.testing.assert_allclose(found, orbit(e, 1e13, born, mass), rtol=1e-10, atol=1e-12 * charge * hbar / mass.min())


@pytest.mark.parametrize("name", ["embedded", "quartz_pbesol", "zno"])
def test_orbits_of_modes(name):
    """Every mode of a crystal at a generic wave vector."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 1)
    modes, found = physics.modes(case, q), moments(case, q)[0]
    for n, (e, omega) in enumerate(zip(modes.eigenvector_kmn[0].T, modes.frequency_kn[0], strict=True)):
        expected = orbit(e, omega, case.structure.born_aij, case.structure.mass_a)
        assert np.abs(found[n] - expected).max() < 1e-12 * np.abs(found).max()


@few
@given(st.integers(0, 2**32 - 1))
def test_matrices_are_those_of_the_definition(seed):
    """n^λ_nm = ⟨n|N^λ|m⟩ with (e/2m_a)·½(M^λ Z_a + Z_aᵀ M^λ) written out; any Z_a, also zero; the diagonal is μ/ħ."""
    rng = np.random.default_rng(seed)
    case = physics.case("embedded")
    modes = physics.modes(case, [[0.1, 0.2, 0.3], [0, 0, 0.5]])
    mass = case.structure.mass_a
    born = rng.normal(size=(len(mass), 3, 3)) * rng.integers(0, 2, (len(mass), 1, 1))
    born[0] *= rng.integers(0, 2, (3, 3))
    ratio = magnetic_moment.gyromagnetic_tensor(born, mass)
    found = magnetic_moment.matrices(modes, ratio)
    e = modes.eigenvector_kmn
    for axis in range(3):
        N = np.zeros((len(e[0]),) * 2, complex)
        for a, Z in enumerate(born):
            M = -1j * physics.EPSILON[axis]
            N[3 * a : 3 * a + 3, 3 * a : 3 * a + 3] = charge / (4 * mass[a]) * (M @ Z + Z.T @ M)
        assert np.abs(found[:, axis] - e.conj().swapaxes(-1, -2) @ N @ e).max() < 1e-13 * charge / mass.min()
    diagonal = hbar * np.einsum("kinn->kni", found).real
    expected = magnetic_moment.moments(angular_momentum.polarization_by_atom(modes), ratio)
    assert np.abs(diagonal - expected).max() < 1e-13 * hbar * charge / mass.min()


@pytest.mark.parametrize("name", physics.QUARTZ)
def test_the_first_index_is_the_polarization(name):
    """The term of D at Γ, which test_maps finds to be phonopy's, is made of n·Z_a; transposed charges are others."""
    case, n = physics.case(name), np.array([0.3, -0.5, 0.8])
    n /= np.linalg.norm(n)
    S, dipoles = case.structure, case.dipoles

    def term(born):
        force = (np.einsum("c,acv->av", n, born) / np.sqrt(S.mass_a)[:, None]).ravel()
        return dipoles.screening.limit(n) * np.outer(force, force)

    found = dynamical.nonanalytic(case.crystal, dipoles, n)
    transposed = S.born_aij.swapaxes(1, 2)
    assert np.abs(term(S.born_aij) - found).max() < 1e-10 * np.abs(found).max()
    assert np.abs(term(transposed) - found).max() > 1e-2 * np.abs(found).max()
    q = physics.random_q(S, 3)
    assert np.abs(moments(case, q) - moments(case, q, transposed)).max() > 1e-3 * NUCLEAR


@pytest.mark.parametrize("name", physics.POLAR)
def test_charges_are_neutral_and_time_reversal_turns_the_moment(name):
    """Σ Z_a = 0, and μ(−k) = −μ(k), which is zero with inversion."""
    case = physics.case(name)
    assert np.abs(case.structure.born_aij.sum(axis=0)).max() < 1e-10
    q = physics.random_q(case.structure, 4)
    found = moments(case, q)
    assert np.abs(found + moments(case, -q)).max() < 1e-8 * NUCLEAR
    assert (np.abs(found).max() < 1e-8 * NUCLEAR) == (name == "stishovite")


def test_mirror_image_turns_the_moment():
    """The inverted crystal has −μ(k) at every k."""
    q = physics.random_q(physics.loaded("quartz_pbesol").structure, 10)
    one, other = (moments(physics.case(n), q) for n in ("quartz_pbesol", "quartz_pbesol enantiomorph"))
    assert np.abs(one + other).max() < 1e-5 * np.abs(one).max()


def test_quartz_has_moments_of_the_order_of_the_letter():
    """Along Γ–A the largest moment of every chiral phonon is between 0.01 and 0.1 μ_N, and along c."""
    found = moments(physics.case("quartz_pbesol"), [[0, 0, z] for z in np.linspace(0.02, 0.48, 47)]) / NUCLEAR
    assert np.abs(found[..., :2]).max() < 1e-5
    assert 0.08 < np.abs(found).max() < 0.12
    largest = np.abs(found[..., 2]).max(axis=0)
    assert np.sum((largest > 0.01) & (largest < 0.1)) > 18


@pytest.mark.parametrize("trace", [1.0, -2.4])
def test_isotropic_charges_need_no_tensor(trace):
    """Z_a = Z̄_a: the scalar estimate is exact."""
    mass = np.array([1.0, 4.0]) * 1e-26
    born = np.array([trace, -trace])[:, None, None] * np.eye(3)
    exact, scalar = magnetic_moment.gyromagnetic_tensor(born, mass), magnetic_moment.scalar_ratio(born, mass)
    np.testing.assert_allclose(exact, scalar, rtol=1e-14)
    np.testing.assert_allclose(scalar[0], charge * trace / 2e-26 * np.eye(3), rtol=1e-14)
