"""The Bose function and its derivatives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.constants import hbar
from scipy.constants import k as boltzmann

from hpcph.response.occupation import occupation

frequencies = st.floats(1e10, 3e14)
temperatures = st.floats(1.0, 2000.0)


def values(omega, temperature):
    return [float(v[0, 0]) for v in occupation(np.array([omega]), np.array([temperature]))]


@given(omega=frequencies, temperature=temperatures)
def test_derivatives_are_slopes_of_the_occupation(omega, temperature):
    """−∂f/∂(ħω) and ∂f/∂T against differences of f; no NaN where f underflows."""
    f, slope, warming = values(omega, temperature)
    assert np.isfinite([f, slope, warming]).all()
    x = hbar * omega / (boltzmann * temperature)
    if x > 300:
        assert slope < 1e-100
        return
    h = 1e-4 / (1 + x)

    def central(g):
        return (8 * (g(h) - g(-h)) - (g(2 * h) - g(-2 * h))) / (12 * h)

    by_energy = central(lambda s: values(omega * (1 + s), temperature)[0]) / (hbar * omega)
    by_heat = central(lambda s: values(omega, temperature * (1 + s))[0]) / temperature
    np.testing.assert_allclose(slope, -by_energy, rtol=1e-8)
    np.testing.assert_allclose(warming, by_heat, rtol=1e-8)


@given(omega=frequencies, temperature=temperatures)
def test_identities(omega, temperature):
    """T ∂f/∂T = ħω (−∂f/∂ħω), −kT ∂f/∂ħω = f(1 + f), f(x) + f(−x) = −1 as (1 + f)/f = e^x."""
    f, slope, warming = values(omega, temperature)
    np.testing.assert_allclose(temperature * warming, hbar * omega * slope, rtol=1e-12)
    np.testing.assert_allclose(boltzmann * temperature * slope, f * (1 + f), rtol=1e-12)
    x = hbar * omega / (boltzmann * temperature)
    if x < 300:
        np.testing.assert_allclose(1 + 1 / f, np.exp(x), rtol=1e-10)


@given(omega=st.floats(1e9, 1e13))
def test_classical_limit(omega):
    """Hot: f → kT/ħω − ½, −∂f/∂ħω → kT/(ħω)², ∂f/∂T → k/ħω."""
    temperature = 1e5
    f, slope, warming = values(omega, temperature)
    kT, energy = boltzmann * temperature, hbar * omega
    np.testing.assert_allclose(f, kT / energy - 0.5, rtol=1e-6)
    np.testing.assert_allclose(slope, kT / energy**2, rtol=1e-6)
    np.testing.assert_allclose(warming, boltzmann / energy, rtol=1e-6)


def test_shape():
    """One row a temperature, whatever the shape of the frequencies."""
    for part in occupation(np.full((4, 5), 1e13), np.array([10.0, 20.0])):
        assert part.shape == (2, 4, 5)
        assert np.all(part[1] > part[0])
