"""How far atoms are from their places: ⟨u_i u_j⟩ of harmonic ones, zero point included.

⟨u_i u_j⟩_a = (1/N_k) Σ_kn (ħ/m_a ω_n) Re(e_ai e*_aj) (f_n + ½), without the uniform translations at Γ.
"""

import numpy as np

from hpcph.constants import hbar
from hpcph.crystal.lattice import SYMMETRIC
from hpcph.phonons.modes import Modes


def squares(modes: Modes, mass_a: np.ndarray) -> np.ndarray:
    """(ħ/m_a ω_n) Re(e_ai e*_aj) of every mode, m², (k, n, 6 a), components first; none of inactive modes.

    In a degenerate block only the sum over its members is free of the choice of basis.

    mass_a : ndarray (a,) kg
    """
    e = modes.eigenvector_kmn
    points, n = e.shape[:2]
    atoms = len(mass_a)
    scale = np.sqrt(hbar / mass_a[:, None, None] / np.where(modes.active_kn, modes.frequency_kn, np.inf))
    size = e.reshape(points, atoms, 3, n).transpose(2, 1, 0, 3)
    real, imaginary = size.real * scale, size.imag * scale
    found = np.empty((len(SYMMETRIC), atoms, points, n))  # modes last: one product of matrices sums over them
    for own, (i, j) in zip(found, SYMMETRIC, strict=True):
        np.multiply(real[i], real[j], out=own)
        own += imaginary[i] * imaginary[j]
    return found.reshape(-1, points, n).transpose(1, 2, 0)
