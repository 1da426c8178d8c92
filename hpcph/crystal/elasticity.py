"""Elastic constants of long waves at constant macroscopic field, from the moments of the force constants.

Born & Huang 1954, §26–27: with L = M1 and Γ the inverse of Φ(Γ) without its three translations,
A_{ij,gl} = (1/V)[−½ M2_{ij,gl} − ½ (L_ig Γ L_jl + L_il Γ L_jg)] and C_{ig,jl} = A_{ij,gl} + A_{gj,il} − A_{ig,jl}.
C has the symmetries of an elastic tensor if and only if the three invariances hold.
"""

import numpy as np

from hpcph.crystal.invariances import Moments
from hpcph.crystal.lattice import SYMMETRIC


def tensor(found: Moments, at_gamma: np.ndarray) -> np.ndarray:
    """C_{ig,jl} in Pa, (3, 3, 3, 3).

    at_gamma : ndarray (3a, 3a) N m⁻¹, force constants of uniform displacements of the sublattices at E = 0
    """
    value, vector = np.linalg.eigh(at_gamma)
    optical = np.argsort(np.abs(value))[3:]
    inverse = (vector[:, optical] / value[optical]) @ vector[:, optical].T
    strain = found.first.reshape(-1, 3, 3)
    inner = np.einsum("xig,xy,yjl->igjl", strain, inverse, strain, optimize=True)
    A = -0.5 * found.second - 0.5 * (np.einsum("igjl->ijgl", inner) + np.einsum("iljg->ijgl", inner))
    A /= found.volume
    return np.einsum("ijgl->igjl", A) + np.einsum("gjil->igjl", A) - np.einsum("igjl->igjl", A)


def voigt(tensor: np.ndarray) -> np.ndarray:
    """The 6×6 matrix in the order xx, yy, zz, yz, xz, xy."""
    return np.array([[tensor[(*one, *other)] for other in SYMMETRIC] for one in SYMMETRIC])


def softest(voigt: np.ndarray, strains: int = 6) -> float:
    """Least energy density of a strain over half its square, Pa: below zero the crystal is unstable to that strain.

    strains : that there are; of a layer three, for the others cost nothing
    """
    root = np.sqrt([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    value = np.linalg.eigvalsh(voigt * np.outer(root, root))
    return float(value[np.argsort(np.abs(value))[6 - strains :]].min())


def asymmetry(tensor: np.ndarray) -> float:
    """Largest change of C when indices of a pair, or the pairs, are exchanged, Pa."""
    exchanged = (tensor.swapaxes(0, 1), tensor.transpose(2, 3, 0, 1))
    return float(max(np.abs(tensor - other).max() for other in exchanged))
