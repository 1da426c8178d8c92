"""Phonon angular momentum of modes: the matrices m^λ_nm = ⟨n|M^λ|m⟩ of theory §2."""

import numpy as np

from hpcph.phonons.modes import Modes


def matrices(modes: Modes) -> np.ndarray:
    """m^λ_nm, (k, 3, n, m) complex in ħ."""
    real, imaginary = hermitian_parts(modes)
    return real + 1j * imaginary


def hermitian_parts(modes: Modes) -> tuple[np.ndarray, np.ndarray]:
    """Real and imaginary part of m^λ_nm, each (k, 3, n, m) in ħ.

    M^λ acts within an atom, so m^λ = −i(X − X†) with X = e_μ† e_ν, λμν cyclic.
    """
    e = modes.eigenvector_kmn
    parts = [np.ascontiguousarray(e[:, c::3]) for c in range(3)]
    adjoint = [part.conj().swapaxes(-1, -2) for part in parts]
    real, imaginary = (np.empty((len(e), 3, e.shape[2], e.shape[2])) for _ in range(2))
    for axis in range(3):
        product = adjoint[(axis + 1) % 3] @ parts[(axis + 2) % 3]
        np.add(product.imag, product.imag.swapaxes(-1, -2), out=real[:, axis])
        np.subtract(product.real.swapaxes(-1, -2), product.real, out=imaginary[:, axis])
    return real, imaginary


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
