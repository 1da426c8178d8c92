"""Crystal angular momentum of modes: how they change under the screw (or rotation) axis that k lies on.

The operation {C|τ} by 2π/N about the axis carries atom a to atom a' and turns its displacement. In phonopy's phase
convention a mode of wave vector k along the axis becomes e^{−ik·τ} Σ_a C e_a at a'; C with the permutation of atoms
alone has the eigenvalues e^{−2πi m/N}, and m, like the angular momentum, is +1 for (x + iy)/√2. At Γ and near it,
where the modes follow continuously, m is the crystal angular momentum; it is defined modulo N.
"""

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.phonons.modes import Modes

MIXED = 1e-3  # what may be missing of a block after the operation


def turn_about(structure: Structure, axis: np.ndarray) -> tuple[np.ndarray, int]:
    """The smallest turn of the point group about an axis, right-handed, and N.

    axis : ndarray (3,) Cartesian

    Returns
    -------
    ndarray (3, 3) int, acting on fractional positions; int, 1 without such an axis
    """
    n = axis / np.linalg.norm(axis)
    best, order = np.eye(3, dtype=int), 1
    for fractional, R in zip(structure.rotations, structure.rotations_cartesian, strict=True):
        if np.linalg.det(R) < 0 or np.abs(R @ n - n).max() > 1e-6:
            continue
        sine = 0.5 * n @ [R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]]
        angle = np.arctan2(sine, 0.5 * (np.trace(R) - 1)) % (2 * np.pi)
        if angle > 1e-6 and round(2 * np.pi / angle) > order and abs(np.sin(np.pi * 2 * np.pi / angle)) < 1e-6:
            best, order = fractional, round(2 * np.pi / angle)
    return best, order


def operator(structure: Structure, turn: np.ndarray) -> np.ndarray:
    """C with the permutation of atoms, (n, n) real orthogonal.

    turn : ndarray (3, 3) int, an operation of the point group on fractional positions
    """
    columns = structure.lattice_vc.T
    C = columns @ turn @ np.linalg.inv(columns)
    assert structure.operations is not None
    same = np.all(structure.operations.rotations == turn, axis=(1, 2))
    image = structure.operations.images[same.argmax()]
    atoms = len(image)
    full = np.zeros((atoms, 3, atoms, 3))
    full[image, :, np.arange(atoms), :] = C
    return full.reshape(3 * atoms, 3 * atoms)


def labels(structure: Structure, modes: Modes, axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Crystal angular momentum m of every mode, −N/2 < m ≤ N/2, and modes that have one.

    The modes of a degenerate block are those of definite m, the largest first. The wave vectors must lie on the axis.

    Returns
    -------
    ndarray (k, n), whole numbers; NaN for modes that the operation mixes with others, as force constants do that obey
        it less well than degenerate modes are told apart
    ndarray (k, m, n) complex, the eigenvectors
    """
    turn, order = turn_about(structure, axis)
    S = operator(structure, turn)
    block = modes.degenerate_blocks()
    label = np.full(block.shape, np.nan)
    vectors = modes.eigenvector_kmn.copy()
    for k, numbers in enumerate(block):
        for number in range(numbers[-1] + 1):
            members = np.flatnonzero(numbers == number)
            e = vectors[k][:, members]
            in_block = e.conj().T @ S @ e
            if np.abs(in_block @ in_block.conj().T - np.eye(len(members))).max() > MIXED:
                continue
            of_block, rotation = _definite(in_block, order)
            label[k, members], vectors[k][:, members] = of_block, e @ rotation
    return label, vectors


def _definite(S: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """m in falling order and orthonormal vectors of a unitary S, from the projectors Σ_j e^{2πi mj/N} S^j/N."""
    powers = np.stack([np.linalg.matrix_power(S, j) for j in range(order)])
    found: list[int] = []
    columns: list[np.ndarray] = []
    for m in range(order // 2, order // 2 - order, -1):
        projector = np.einsum("j,jnm->nm", np.exp(2j * np.pi * m * np.arange(order) / order), powers) / order
        left, size, _ = np.linalg.svd(projector)
        columns += list(left[:, size > 0.5].T)
        found += [m] * int((size > 0.5).sum())
    assert len(found) == len(S), "not an operation of this order"
    return np.array(found), np.array(columns).T
