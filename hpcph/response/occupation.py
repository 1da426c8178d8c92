"""Bose function and its derivatives."""

import numpy as np

from hpcph.constants import boltzmann, hbar


def occupation(omega: np.ndarray, temperature: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """f, −∂f/∂(ħω) in J⁻¹ and ∂f/∂T in K⁻¹ of the Bose function, each (t, …) for omega (…) rad s⁻¹, all > 0."""
    kT = boltzmann * temperature.reshape(-1, *[1] * omega.ndim)
    x = hbar * omega / kT
    f = bose(x)
    slope = f * (1 + f) / kT
    return f, slope, slope * (x * boltzmann)


def bose(x: np.ndarray) -> np.ndarray:
    """1/(eˣ − 1); exp is three times as fast as expm1, which is better only where x is small."""
    with np.errstate(over="ignore"):
        f = np.exp(x)
    f -= 1
    small = x < 0.1
    f[small] = np.expm1(x[small])
    return np.divide(1, f, out=f)
