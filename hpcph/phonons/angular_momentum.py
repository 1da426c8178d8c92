"""Phonon angular momentum of modes: the matrices m^λ_nm = ⟨n|M^λ|m⟩ of theory §2."""

import numpy as np

from hpcph.phonons.modes import Modes, Vibrations


def matrices(modes: Modes) -> np.ndarray:
    """m^λ_nm, (k, 3, n, m) complex in ħ.

    M^λ acts within an atom, so m^λ = Y + Y† with Y = −i e_μ† e_ν, λμν cyclic.
    """
    e = modes.eigenvector_kmn
    points, n = e.shape[:2]
    right = e.reshape(points, n // 3, 3, n)
    left = np.multiply(right.conj(), -1j).swapaxes(-1, 1)
    m = np.empty((3, points, n, n), complex)
    for axis in range(3):
        Y = left[:, :, axis - 2] @ right[:, :, axis - 1]
        np.conjugate(Y.swapaxes(-1, -2), out=m[axis])
        m[axis] += Y
    return m.swapaxes(0, 1)


def along(modes: Vibrations, axis: np.ndarray) -> np.ndarray:
    """n·m_nm for a unit vector n (3,), (k, n, m) complex in ħ."""
    return modes.eigenvector_kmn.conj().swapaxes(-1, -2) @ _turned(modes, axis[None])


def polarization_along(modes: Vibrations, axis_kc: np.ndarray) -> np.ndarray:
    """n·l_n for a vector n at every point, (k, 3): (k, n) in ħ."""
    e = modes.eigenvector_kmn
    return np.einsum("kmn,kmn->kn", e.conj(), _turned(modes, axis_kc)).real


def _turned(modes: Vibrations, axis_kc: np.ndarray) -> np.ndarray:
    """n·M e = i n × e of every atom and mode, (k, m, n) complex, for vectors n, (k, 3) or (1, 3)."""
    e = modes.eigenvector_kmn
    atoms = e.reshape(len(e), -1, 3, e.shape[2])
    out = np.empty_like(atoms)
    axis = 1j * axis_kc[:, :, None, None]
    for i in range(3):
        np.subtract(axis[:, i - 2] * atoms[:, :, i - 1], axis[:, i - 1] * atoms[:, :, i - 2], out=out[:, :, i])
    return out.reshape(e.shape)


def polarization_by_atom(modes: Modes) -> np.ndarray:
    """l^λ_n of every atom, (k, n, a, 3) in ħ; the sum over atoms is the phonon polarization of the mode."""
    e = modes.eigenvector_kmn
    atoms = e.reshape(len(e), -1, 3, e.shape[2]).transpose(0, 3, 1, 2)
    return 2 * np.cross(atoms.real, atoms.imag)


def block_average(values: np.ndarray, block_kn: np.ndarray) -> np.ndarray:
    """Mean over each degenerate block, given back to its members: what does not depend on the basis of the block.

    values : ndarray (k, n, …); block_kn : ndarray (k, n) of block numbers
    """
    k, n = block_kn.shape
    flat = (np.arange(k)[:, None] * n + block_kn).ravel()
    count = np.bincount(flat, minlength=k * n)
    sums = np.zeros((k * n, *values.shape[2:]))
    np.add.at(sums, flat, values.reshape(k * n, *values.shape[2:]))
    return (sums[flat].T / count[flat]).T.reshape(values.shape)
