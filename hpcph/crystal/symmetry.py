"""Does the point group of the positions also hold for the force constants?"""

import numpy as np

from hpcph.crystal.dynamical import Crystal, matrices
from hpcph.crystal.mesh import reciprocal_rotations

TOLERANCE = 1e-4  # of the largest ω²: above the noise of force constants, below any real breaking of symmetry


def violation(crystal: Crystal) -> np.ndarray:
    """Largest change of ω² under every operation at a generic wave vector, relative to the largest ω², (g,)."""
    q = np.array([0.1234, 0.2071, 0.0817])
    images = reciprocal_rotations(crystal.structure.rotations) @ q
    square = np.linalg.eigvalsh(matrices(crystal, np.vstack([q[None], images])))
    return np.abs(square[1:] - square[0]).max(axis=1) / np.abs(square[0]).max()
