"""Light on the chain of [NL]: where its figures have peaks, in which component, how they grow with the lifetime."""

import numpy as np
import pytest
from lit import CARRIED, CHIRAL, ENERGY, ORBITAL, PAM, SINGLE, along_z, modes, operator, peaks, response
from scipy.constants import c, epsilon_0

from hpcph.crystal.chain import Chain
from hpcph.response import light, optics

OMEGA = np.arange(1.0, 3.2, 0.002)
XY, YZ, ZX = (0, 1), (1, 2), (2, 0)
NEAR = 0.012  # a fifth of the width 1/τ


def at(chi, component):
    return chi[:, component[0], component[1]]


def has_peak(curve, frequency, least=0.1):
    return bool(np.any(np.abs(peaks(curve, OMEGA, least) - frequency) < NEAR))


@pytest.mark.parametrize("observable", [PAM, ENERGY])
def test_circular_light_meets_the_chiral_doublets(observable):
    """[NL] Fig. 2, 3 b–d: resonances at 1.47 and 2.72 in Im of xy, yz and zx; none in Re of xx or yy."""
    chi = along_z(observable, OMEGA)
    for frequency in CHIRAL:
        for component in (XY, YZ, ZX):
            assert has_peak(at(chi, component).imag, frequency), (component, frequency)
        for component in ((0, 0), (1, 1)):
            assert not has_peak(at(chi, component).real, frequency, least=0.005)
            nearby = np.abs(OMEGA - frequency) < 0.05
            assert np.abs(at(chi, component).real[nearby]).max() < 0.1 * np.abs(at(chi, component).real).max()


@pytest.mark.parametrize("observable", [PAM, ENERGY])
def test_linear_light_meets_the_single_modes(observable):
    """[NL] Fig. 2a, 3a: Re xx = −Re yy, peaks at 2.12 and 2.53 alone; light along the chain does nothing."""
    chi = along_z(observable, OMEGA)
    xx, yy, zz = (chi[:, i, i].real for i in range(3))
    assert np.abs(xx + yy).max() < 1e-9 * np.abs(xx).max()
    assert np.abs(zz).max() < 1e-9 * np.abs(xx).max()
    found = peaks(xx, OMEGA)
    assert len(found) == 2 and np.abs(found - SINGLE).max() < NEAR


def test_orbital_current_is_resonant_in_the_real_part():
    """[NL] Fig. 4: chiral frequencies in xx, yy, zz, yz, zx (linear light too), 2.12 and 2.53 in xy."""
    chi = along_z(ORBITAL, OMEGA)
    for frequency in CHIRAL:
        for component in ((0, 0), (1, 1), (2, 2), YZ, ZX):
            assert has_peak(at(chi, component).real, frequency), (component, frequency)
        assert not has_peak(at(chi, XY).real, frequency)
    found = peaks(at(chi, XY).real, OMEGA)
    assert len(found) == 2 and np.abs(found - SINGLE).max() < NEAR
    for component in (XY, YZ, ZX):
        assert np.abs(at(chi, component).imag).max() < 0.1 * np.abs(at(chi, component).real).max()


def test_linear_light_at_the_doublets_drives_the_orbital_current_alone():
    """Neither PAM nor energy current of a doublet under light along x or z: at 1.47 only the background is left."""
    for direction in ([1, 0, 0], [0, 0, 1]):
        for frequency in CHIRAL:
            mean = [abs(optics.mean(along_z(o, frequency), light.linear(direction))[0]) for o in (PAM, ENERGY, ORBITAL)]
            assert max(mean[:2]) < 0.05 * mean[2]


@pytest.mark.parametrize(
    "observable, component, frequency, ratio",
    [
        (PAM, XY, CHIRAL[0], 4),
        (PAM, YZ, CHIRAL[1], 4),
        (PAM, (0, 0), SINGLE[0], 2),
        (ENERGY, YZ, CHIRAL[1], 4),
        (ENERGY, (0, 0), SINGLE[1], 2),
        (ORBITAL, (2, 2), CHIRAL[0], 4),
    ],
)
def test_growth_with_the_lifetime(observable, component, frequency, ratio):
    """Peaks of doublets grow like τ², those of pairs of different modes like τ: per doubling from 20 to 160."""
    height = []
    for tau in (20, 40, 80, 160):
        around = frequency + np.linspace(-0.5, 0.5, 401) / tau
        height.append(np.abs(at(along_z(observable, around, tau), component)).max())
    assert np.array(height[1:]) / height[:-1] == pytest.approx(ratio, rel=0.02)


def test_shares_of_levels():
    """Pairs of levels add up to the tensor; equal levels are the part ∝ τ², different ones the part ∝ τ."""
    chain, omega = Chain(), np.array([1.46984, 2.12132, 2.3])
    found, units = modes(chain), chain.units
    assert found.level_frequencies / units.frequency == pytest.approx([1.46984, *SINGLE, 2.71756], abs=1e-5)
    for observable in (PAM, ENERGY, ORBITAL):
        matrix = operator(found, observable)
        args = omega * units.frequency, 20 * units.time
        whole, inside = (optics.tensor(found, o, *args) for o in (matrix, optics.within_levels(found, matrix)))
        pairs = optics.by_level_pairs(found, matrix, *args)
        assert pairs.shape == (*whole.shape, 4, 4)
        assert np.abs(pairs.sum((-1, -2)) - whole).max() < 1e-12 * np.abs(whole).max()
        assert np.abs(np.trace(pairs, axis1=-2, axis2=-1) - inside).max() < 1e-12 * np.abs(whole).max()
    for frequency, part in ((1.46984, 4), (2.12132, 2)):
        matrix = operator(found, PAM)
        inside = optics.within_levels(found, matrix)
        sides = inside if part == 4 else matrix - inside
        one, other = (
            np.abs(optics.tensor(found, sides, np.array([frequency * units.frequency]), tau * units.time)).max()
            for tau in (200, 400)
        )
        assert other / one == pytest.approx(part, rel=1e-2)


@pytest.mark.parametrize("frequency", CHIRAL)
def test_energy_current_follows_the_angular_momentum_of_a_doublet(frequency):
    """Near a doublet v and L are both ∝ σ_y: Π = κ χ^(L) with one κ for all components and polarizations."""
    omega = frequency + np.linspace(-0.2, 0.2, 9) / 2000
    chi, Pi = along_z(PAM, omega, 2000), along_z(ENERGY, omega, 2000)
    kappa = np.vdot(chi, Pi) / np.vdot(chi, chi)
    assert np.abs(Pi - kappa * chi).max() < 0.01 * np.abs(Pi).max()
    assert abs(kappa.imag) < 1e-6 * abs(kappa.real)
    single = along_z(PAM, SINGLE[0], 2000)
    assert np.abs(along_z(ENERGY, SINGLE[0], 2000) - kappa * single).max() > 0.5 * np.abs(kappa * single).max()


def test_light_turns_ions_its_own_way():
    """Circular light about the chain gives L_z of its own sign at both doublets; L_x and L_y are not resonant."""
    chi = response(PAM, np.array(CHIRAL), 200)
    for sense in (1, -1):
        L = optics.mean(chi, light.circular([0, 0, 1], sense))
        assert np.all(np.sign(L[:, 2]) == sense)
        assert np.abs(L[:, :2]).max() < 0.05 * np.abs(L[:, 2]).min()


def test_jones_vectors_and_intensity():
    """Length 1, right-handed triads, and ½ε₀cE² for the intensity."""
    for axis in (*np.eye(3), np.array([1.0, 2.0, -3.0])):
        plus, minus = light.circular(axis, 1), light.circular(axis, -1)
        n = axis / np.linalg.norm(axis)
        assert np.abs(plus - minus.conj()).max() == 0
        assert np.linalg.norm(plus) == pytest.approx(1) and abs(plus @ n) < 1e-15
        assert np.imag(np.cross(plus.conj(), plus)) == pytest.approx(n)
    assert light.linear([0, 3, 4]) == pytest.approx([0, 0.6, 0.8])
    assert optics.INTENSITY == pytest.approx(epsilon_0 * c / 2)


def test_tensors_are_hermitian_in_the_fields():
    """O is real for any light."""
    for observable in (PAM, ENERGY, ORBITAL, CARRIED):
        chi = along_z(observable, OMEGA[::50])
        assert np.abs(chi - chi.conj().swapaxes(1, 2)).max() < 1e-12 * np.abs(chi).max()


def test_a_response_without_damping_is_an_error():
    """At resonance with an infinite lifetime nothing finite exists."""
    found = modes(Chain())
    with np.errstate(all="ignore"), pytest.raises(AssertionError, match="damping"):
        optics.tensor(found, operator(found, PAM), found.frequency_n[2:3], np.inf)
