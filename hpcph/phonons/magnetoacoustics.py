"""Sound in a magnetic field: long waves along a direction, and what the field changes of their velocities (theory §9).

A uniform displacement a of the cell draws the sublattices along, x = [1 − G D(k)] a with G the inverse of D for all
that is none. Sound then obeys ω² a = A(k) a − 2ω B·n(k) a with A = D_aa − D_ao G D_oa and n = x†N x, of which long
waves keep A = k² A₂ and n = k n₁, both real and symmetric: v² a = A₂ a − 2v B·n₁ a.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dynamical import Crystal, matrices

SHORT = 2e-3  # of the shortest of a*, b*, c*: the least of the wave vectors that the limit is drawn from
STEPS = np.array([1.0, 2.0, 3.0])
ALIKE = 1e-5  # of the velocity: waves closer than this share a degenerate set
ROUNDING = 1e-10  # of the turning of ions over the ω of sound at a*: what is smaller, symmetry forbids


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
    reciprocal = crystal.structure.reciprocal_vc
    step = SHORT * np.linalg.norm(reciprocal, axis=1).min()
    k = step * STEPS
    D = matrices(crystal, k[:, None] * direction @ np.linalg.inv(reciprocal))
    mass = crystal.structure.mass_a
    uniform = np.kron(np.sqrt(mass / mass.sum())[:, None], np.eye(3))  # (n, 3)
    rest = np.linalg.svd(uniform)[0][:, 3:]  # what is orthogonal to it
    drawn = -rest @ np.linalg.solve(rest.T @ D @ rest, rest.T @ D @ uniform)
    x = uniform + drawn
    square = uniform.T @ D @ x
    moment = x.conj().swapaxes(-1, -2) @ _moment(gyromagnetic_aij, direction) @ x
    A = _leading(square.real, k, constant=True)
    n = _leading(moment.real / k[:, None, None], k, constant=False)
    values, vectors = np.linalg.eigh((A + A.T) / 2)
    velocity = np.sqrt(np.where(values > 0, values, np.nan))
    change = np.empty(3)
    for members in _sets(velocity):
        inside = vectors[:, members]
        own, turn = np.linalg.eigh(-inside.T @ ((n + n.T) / 2) @ inside)
        change[members], vectors[:, members] = own / velocity[members], inside @ turn
    least = ROUNDING * np.abs(gyromagnetic_aij).max() * SHORT / (step * velocity)
    return SoundInField(velocity, vectors.T, np.where(np.abs(change) < least, 0.0, change))


def _moment(gyromagnetic_aij: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """N along the direction, (n, n) imaginary."""
    atoms = len(gyromagnetic_aij)
    c = np.einsum("i,aij->aj", direction, gyromagnetic_aij)
    full = np.zeros((atoms, 3, atoms, 3), complex)
    full[np.arange(atoms), :, np.arange(atoms)] = -1j * np.cross(c[:, None], np.eye(3))  # −i ε_λμν c_λ
    return full.reshape(3 * atoms, 3 * atoms)


def _leading(values_kij: np.ndarray, k: np.ndarray, constant: bool) -> np.ndarray:
    """Of an even function of k its k² (where it has a constant, which exact sum rules make zero) or its constant."""
    powers = k[:, None] ** (2 * np.arange(len(k)))
    found = np.tensordot(np.linalg.inv(powers / powers[-1]), values_kij, axes=1)
    return (found / powers[-1][:, None, None])[1 if constant else 0]


def _sets(velocity: np.ndarray) -> list[np.ndarray]:
    """Degenerate sets of ascending velocities."""
    apart = np.diff(velocity) > ALIKE * velocity[:-1]
    return np.split(np.arange(3), np.flatnonzero(apart) + 1)
