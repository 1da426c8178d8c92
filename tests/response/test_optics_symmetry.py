"""Responses to light under the symmetry of the crystal, mirror images, changes of basis and of units."""

from dataclasses import replace
from functools import cache

import numpy as np
import physics
import pytest
from lit import CARRIED, CHIRAL, ENERGY, LEFT, ORBITAL, PAM, modes, operator, response
from scipy.stats import unitary_group

from hpcph.crystal import dynamical
from hpcph.crystal.chain import Chain, Units
from hpcph.response import light, optics

OBSERVABLES = (PAM, ENERGY, ORBITAL, CARRIED)
LIFETIME = 3e-12  # s
POLAR = {PAM: 0, ENERGY: 1, ORBITAL: 1, CARRIED: 1}  # indices of the observable that are directions
AXIAL = {PAM: 1, ENERGY: 0, ORBITAL: 1, CARRIED: 1}  # and those of an angular momentum
QUARTZ = ("embedded", "quartz_pbesol")


@cache
def quartz(name, direction=None):
    direction_c = None if direction is None else np.array(direction)
    return light.optical_modes(physics.case(name).crystal, physics.loaded(name).dielectric.born, direction_c)


def spectrum(found, observable):
    """At resonances and between them."""
    omega = np.concatenate([found.level_frequencies[::3], found.level_frequencies[::4] * 1.02])
    return optics.tensor(found, operator(found, observable), omega, LIFETIME)


def carried_over(R, observable, chi):
    """The response of the crystal turned by R: a polar index takes R, an axial one det(R) R."""
    factor = np.linalg.det(R) ** AXIAL[observable]
    letters = "abcd"[: chi.ndim - 1]
    turned = ",".join(f"{new}{old}" for new, old in zip(letters.upper(), letters, strict=True))
    return factor * np.einsum(f"{turned},w{letters}->w{letters.upper()}", *[R] * len(letters), chi, optimize=True)


@pytest.mark.parametrize("observable", OBSERVABLES)
@pytest.mark.parametrize("name", QUARTZ)
def test_quartz_keeps_its_point_group(name, observable):
    """χ_{κ;μν} → det(R) R R R χ, Π → R R R Π, Π^(L) → det(R) R R R R Π^(L): all six operations of 32 leave them."""
    chi = spectrum(quartz(name), observable)
    operations = physics.case(name).structure.rotations_cartesian
    assert len(operations) == 6
    noise = 1e-6 if name == "embedded" else 1e-4  # of the force constants
    for R in operations:
        assert np.abs(carried_over(R, observable, chi) - chi).max() < noise * np.abs(chi).max()


@pytest.mark.parametrize("observable", OBSERVABLES)
@pytest.mark.parametrize("chain", [Chain(), LEFT], ids=["right", "left"])
def test_charges_leave_the_chain_one_two_fold_axis(chain, observable):
    """Which exchanges charges +1 and −1, and light acts twice; the screw carries charge 0 to 1 and is no symmetry."""
    chi = response(observable, np.array([1.47, 2.1, 2.5, 2.72]), chain=chain)
    operations = chain.structure.rotations_cartesian
    change = [np.abs(carried_over(R, observable, chi) - chi).max() / np.abs(chi).max() for R in operations]
    assert change[0] == 0 and change[3] < 1e-9  # identity, a + b
    assert min(change[i] for i in (1, 2, 4, 5)) > 0.05
    same = replace(chain, charges=(0.0, -1.0, 1.0))
    assert response(observable, 2.1, chain=same) == pytest.approx(response(observable, 2.1, chain=chain))


@pytest.mark.parametrize("observable", OBSERVABLES)
def test_inverted_crystal(observable):
    """χ^(L) is the same in every component, both currents change sign: E acts twice, an axial vector is even."""
    sign = (-1) ** POLAR[observable]
    omega = np.array([*CHIRAL, 2.1, 2.55])
    right, left = response(observable, omega), response(observable, omega, chain=LEFT)
    assert np.abs(left - sign * right).max() < 1e-9 * np.abs(right).max() > 0
    one, other = (spectrum(quartz(name), observable) for name in ("quartz_pbesol", "quartz_pbesol enantiomorph"))
    assert np.abs(other - sign * one).max() < 1e-4 * np.abs(one).max()


@pytest.mark.parametrize("observable", OBSERVABLES)
@pytest.mark.parametrize("name", ["chain", "embedded"])
def test_basis_of_the_modes_does_not_matter(name, observable):
    """Random phases, and random unitaries within every level, change neither tensors nor shares of levels."""
    found = modes(Chain()) if name == "chain" else quartz(name)
    mixing = np.zeros((len(found.frequency_n),) * 2, complex)
    for level in range(found.level_n[-1] + 1):
        members = np.flatnonzero(found.level_n == level)
        phase = np.exp(2j * np.pi * np.random.default_rng(level).uniform())
        mixing[np.ix_(members, members)] = (
            unitary_group.rvs(len(members), random_state=level) if len(members) > 1 else phase
        )
    scrambled = replace(
        found, eigenvector_mn=found.eigenvector_mn @ mixing, charge_nv=mixing.conj().T @ found.charge_nv
    )
    assert np.abs(scrambled.eigenvector_mn - found.eigenvector_mn).max() > 0.1
    one, other = spectrum(found, observable), spectrum(scrambled, observable)
    assert np.abs(one - other).max() < 1e-7 * np.abs(one).max()
    omega = found.level_frequencies[1:3]
    one, other = (optics.by_level_pairs(m, operator(m, observable), omega, LIFETIME) for m in (found, scrambled))
    assert np.abs(one - other).max() < 1e-7 * np.abs(one).max()


@pytest.mark.parametrize("observable", OBSERVABLES)
def test_units_of_the_model_do_not_matter(observable):
    """The responses are classical: in model units they are the same for ions of any mass, size and speed."""
    omega = np.array([1.46984, 2.2, 2.71756])
    expected = response(observable, omega)
    for units in (Units(mass=2e-25, length=4e-10), Units(time=3e-14, charge=5e-20)):
        assert response(observable, omega, chain=Chain(units=units)) == pytest.approx(
            expected, rel=1e-7, abs=1e-9 * np.abs(expected).max()
        )


def test_lifetime_of_every_mode():
    """One number, and that number for every mode, are the same; modes of a level share their mean rate."""
    found, unit = modes(Chain()), Chain().units.time
    omega = np.array([1.46, 2.7]) * Chain().units.frequency
    matrix = operator(found, PAM)
    same = optics.tensor(found, matrix, omega, np.full(6, 20 * unit))
    assert same == pytest.approx(optics.tensor(found, matrix, omega, 20 * unit))
    pair = np.array([10, 40, 20, 20, 16, 16]) * unit
    swapped = pair[[1, 0, 2, 3, 4, 5]]
    one, other = (optics.tensor(found, matrix, omega, lifetime) for lifetime in (pair, swapped))
    assert one == pytest.approx(other)
    sharper = optics.tensor(found, matrix, omega, np.array([20, 20, 20, 20, 80, 80]) * unit)
    assert np.abs(sharper[0, 2] - same[0, 2]).max() < 0.05 * np.abs(sharper[1, 2] - same[1, 2]).max()


@pytest.mark.parametrize("direction", [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0)])
def test_direction_of_the_light_splits_longitudinal_from_transverse(direction):
    """Frequencies are those of k → 0 along the direction."""
    case = physics.case("embedded")
    n = np.array(direction)
    q = 1e-5 * n @ np.linalg.inv(case.structure.reciprocal_vc) * np.linalg.norm(case.structure.reciprocal_vc[2])
    near = np.sort(physics.modes(case, [q]).frequency_kn[0])[3:]
    found = quartz("embedded", direction)
    assert np.abs(found.frequency_n - near).max() < 1e-3 * physics.THZ
    assert np.abs(found.frequency_n - quartz("embedded").frequency_n).max() > 0.5 * physics.THZ


def test_transverse_light_along_the_axis_sees_the_transverse_modes():
    """Along c the non-analytic term moves A2 modes only, which fields in the plane do not reach."""
    along, without = quartz("embedded", (0.0, 0.0, 1.0)), quartz("embedded")
    omega = without.level_frequencies * 1.01
    for observable in (PAM, ENERGY, ORBITAL):
        one, other = (optics.tensor(m, operator(m, observable), omega, LIFETIME) for m in (along, without))
        chi, expected = (x[:, 2] if x.ndim == 4 else x[:, 2, 2] for x in (one, other))
        plane = np.ix_(range(len(omega)), range(2), range(2))
        assert np.abs(chi[plane] - expected[plane]).max() < 1e-6 * np.abs(expected[plane]).max()
        assert np.abs(one - other).max() > 1e-3 * np.abs(other).max()


@pytest.mark.parametrize("name", QUARTZ)
def test_slope_of_the_dynamical_matrix_with_dipoles(name):
    """∂D/∂k at Γ is the central difference along every axis: the non-analytic term itself is even in k."""
    case = physics.case(name)
    step = 1e-4 * np.linalg.norm(case.structure.reciprocal_vc[2])
    for axis, slope in enumerate(quartz(name).slope_cmm):
        q = step * np.eye(3)[axis] @ np.linalg.inv(case.structure.reciprocal_vc)
        ahead, behind = dynamical.matrices(case.crystal, np.array([q, -q]))
        assert np.abs((ahead - behind) / (2 * step) - slope).max() < 1e-5 * np.abs(slope).max()
