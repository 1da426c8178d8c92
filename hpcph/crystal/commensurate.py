"""Force constants of a supercell from a crystal: what a calculation in that supercell would find."""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dynamical import Crystal, matrices
from hpcph.crystal.lattice import Dielectric


@dataclass(frozen=True)
class InSupercell:
    """A crystal with the supercell that it is wanted in.

    supercell : ndarray (3, 3) int, its lattice vectors as rows in units of a, b, c
    commensurate_qc : ndarray (q, 3) fractional, its wave vectors
    dielectric : Born charges and ε, or None
    """

    crystal: Crystal
    supercell: np.ndarray
    commensurate_qc: np.ndarray
    dielectric: Dielectric | None


def supercell_constants(crystal: Crystal, q_qc: np.ndarray, atom_s: np.ndarray, cell_sc: np.ndarray) -> np.ndarray:
    """Φ of every atom of the home cell with every atom of a supercell, summed over its images, dipoles included.

    Φ_ab(T) = √(m_a m_b) (1/N) Σ_q D_ab(q) e^{−iq·(T + r_b − r_a)}: D at the supercell's own N wave vectors is all that
    it knows, so this is exact there, whatever the images share between them. At Γ without the field of the dipoles.

    q_qc : ndarray (q, 3) fractional, the N wave vectors
    atom_s : ndarray (s,) int, which atom of the cell each of the supercell repeats; cell_sc : ndarray (s, 3) int, the
    translation that brings it there

    Returns
    -------
    ndarray (a, s, 3, 3), N m⁻¹
    """
    structure = crystal.structure
    places, root = structure.fractional_ac, np.sqrt(structure.mass_a)
    atoms = len(root)
    D = matrices(crystal, q_qc).reshape(len(q_qc), atoms, 3, atoms, 3)
    D = D * np.exp(2j * np.pi * q_qc @ places.T)[:, :, None, None, None]
    phi = np.empty((atoms, len(atom_s), 3, 3))
    for b in range(atoms):
        where = np.flatnonzero(atom_s == b)
        phase = np.exp(-2j * np.pi * (cell_sc[where] + places[b]) @ q_qc.T) / len(q_qc)
        found = np.tensordot(phase, D[:, :, :, b], 1).real
        phi[:, where] = found.swapaxes(0, 1) * (root * root[b])[:, None, None, None]
    return phi
