"""Magnetic moment of modes: ions that carry Born charges round in orbits, theory §5.

m = (e/2) Σ_a u_a × Z_a u̇_a. Of ε^λ Z_a only the antisymmetric part does not average out over a period, and every
antisymmetric 3×3 matrix is made of the three M^κ, so the moment of an atom is its angular momentum times a tensor:
    N^λ_a = (e/2m_a) ½(M^λ Z_a + Z_aᵀ M^λ) = Σ_κ g_a^λκ M^κ,   g_a = (e/2m_a) ½(tr Z_a − Z_aᵀ).
"""

from functools import lru_cache

import numpy as np

from hpcph.constants import elementary_charge, hbar
from hpcph.phonons.modes import Modes


def gyromagnetic_tensor(born_aij: np.ndarray, mass_a: np.ndarray) -> np.ndarray:
    """g_a of every atom, μ^λ = g^λκ L^κ, (a, 3, 3) in C kg⁻¹.

    born_aij : ndarray (a, 3, 3) in e, Z_a[polarization, displacement]; mass_a : ndarray (a,) kg
    """
    trace = np.trace(born_aij, axis1=1, axis2=2)[:, None, None]
    return elementary_charge / (4 * mass_a[:, None, None]) * (trace * np.eye(3) - born_aij.swapaxes(1, 2))


def scalar_ratio(born_aij: np.ndarray, mass_a: np.ndarray) -> np.ndarray:
    """The same with the mean charge tr Z_a/3 of every atom, e Z̄_a/2m_a times 1: the usual estimate."""
    mean = np.trace(born_aij, axis1=1, axis2=2) / 3
    return (elementary_charge * mean / (2 * mass_a))[:, None, None] * np.eye(3)


def moments(polarization_knai: np.ndarray, ratio_aij: np.ndarray) -> np.ndarray:
    """μ_n = ħ⟨n|N|n⟩ from the polarization of the atoms, (k, n, a, 3) in ħ; (k, n, 3) in A m²."""
    return hbar * np.einsum("aij,knaj->kni", ratio_aij, polarization_knai)


def matrices(modes: Modes, ratio_aij: np.ndarray) -> np.ndarray:
    """n^λ_nm = ⟨n|N^λ|m⟩, (k, 3, n, m) complex in C kg⁻¹.

    With p × q = g_a^λ· an atom's N^λ is −i(p qᵀ − q pᵀ), so n^λ = Y + Y† with Y = −i (p·e)† (q·e): as short a product
    as that of M.
    """
    e = modes.eigenvector_kmn
    points, n = e.shape[:2]
    atoms = n // 3
    across = _factors(ratio_aij.tobytes())  # p and q of the three λ
    turned = np.empty((6, points, atoms, n), complex)
    np.matmul(across, e.reshape(points, atoms, 3, n).view(float), out=np.moveaxis(turned.view(float), 0, 2))
    left = np.multiply(turned[:3].conj(), -1j).swapaxes(-1, -2)
    found = np.empty((3, points, n, n), complex)
    for axis in range(3):
        Y = left[axis] @ turned[3 + axis]
        np.conjugate(Y.swapaxes(-1, -2), out=found[axis])
        found[axis] += Y
    return found.swapaxes(0, 1)


@lru_cache(maxsize=4)
def _factors(ratio: bytes) -> np.ndarray:
    """p and q of every vector c = p × q along the last axis of g, three each, (a, 6, 3): p a unit vector across c.

    ratio : the numbers of ratio_aij, which every block of k-points comes with
    """
    c = np.frombuffer(ratio).reshape(-1, 3, 3)
    p = np.linalg.qr(c[..., None], mode="complete").Q[..., 1]
    return np.concatenate([p, np.cross(c, p)], axis=1)
