"""Sound in a magnetic field: what it changes of the velocity of long waves (theory §9).

Atoms follow the uniform displacement a of a cell as x(k) a (hpcph.phonons.acoustics), so that sound obeys
ω² a = A(k) a − 2ω B·n(k) a with n = x†N x, of which long waves keep A = k² A₂ and n = k n₁, both real and symmetric:
v² a = A₂ a − 2v B·n₁ a.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dynamical import Crystal
from hpcph.phonons.acoustics import LENGTHS, LONG, coefficients, reduced

ALIKE = 1e-5  # of the velocity: waves closer than this share a degenerate set
ROUNDING = 1e-12  # of the turning of ions over the ω of sound at LONG: what is smaller, symmetry forbids


@dataclass(frozen=True)
class SoundInField:
    """The three sound waves along a direction, the slowest first.

    velocity_n : ndarray (3,) m s⁻¹, with the macroscopic field of the wave; NaN of unstable ones
    polarization_nc : ndarray (3, 3), unit vectors
    change_n : ndarray (3,) T⁻¹, (1/v) dv/dB for the field along the wave; the other sign against it
    """

    velocity_n: np.ndarray
    polarization_nc: np.ndarray
    change_n: np.ndarray


def along(crystal: Crystal, gyromagnetic_aij: np.ndarray, direction: np.ndarray) -> SoundInField:
    """Long waves along a direction, a Cartesian unit vector (3,), in a field parallel to it."""
    square, x = reduced(crystal, LENGTHS[:, None] * direction)
    moment = x.conj().swapaxes(-1, -2) @ _moment(gyromagnetic_aij, direction) @ x
    A = coefficients(square.real)[1]
    n = coefficients(moment.real / LENGTHS[:, None, None])[0]
    values, vectors = np.linalg.eigh(A)
    velocity = np.sqrt(np.where(values > 0, values, np.nan))
    change = np.empty(3)
    for members in np.split(np.arange(3), np.flatnonzero(np.diff(velocity) > ALIKE * velocity[:-1]) + 1):
        inside = vectors[:, members]
        own, turn = np.linalg.eigh(-inside.T @ ((n + n.T) / 2) @ inside)
        change[members], vectors[:, members] = own / velocity[members], inside @ turn
    least = ROUNDING * np.abs(gyromagnetic_aij).max() / (LONG * velocity)
    return SoundInField(velocity, vectors.T, np.where(np.abs(change) < least, 0.0, change))


def _moment(gyromagnetic_aij: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """N along the direction, (n, n) imaginary."""
    atoms = len(gyromagnetic_aij)
    c = np.einsum("i,aij->aj", direction, gyromagnetic_aij)
    full = np.zeros((atoms, 3, atoms, 3), complex)
    full[np.arange(atoms), :, np.arange(atoms)] = -1j * np.cross(c[:, None], np.eye(3))  # −i ε_λμν c_λ
    return full.reshape(3 * atoms, 3 * atoms)
