"""Eigenvectors that do not depend on the basis LAPACK happens to choose: what orbits and animations are drawn from."""

import numpy as np

from hpcph.phonons import angular_momentum
from hpcph.phonons.modes import Modes

EQUAL = 1e-6  # components of a mode closer than this, relative to the largest, count as equally large


def canonical(modes: Modes, axis: np.ndarray) -> np.ndarray:
    """Polarization vectors e of every mode, (k, n, a, 3) complex, Σ_a |e_a|² = 1.

    Modes that share a degenerate block are those of definite angular momentum along the axis, the largest first; the
    largest component of every mode, the first of equally large ones, is real and positive.

    axis : ndarray (3,), unit vector
    """
    vectors = modes.eigenvector_kmn.copy()
    block = modes.degenerate_blocks()
    shared = np.flatnonzero(block[:, -1] < block.shape[1] - 1)
    if shared.size:
        m = np.einsum("i,kinm->knm", axis, angular_momentum.matrices(modes.at(shared)))
        for k, of_k in zip(shared, m, strict=True):
            for number in np.flatnonzero(np.bincount(block[k]) > 1):
                members = np.flatnonzero(block[k] == number)
                _, rotation = np.linalg.eigh(of_k[np.ix_(members, members)])
                vectors[k][:, members] = vectors[k][:, members] @ rotation[:, ::-1]
    modes_first = vectors.swapaxes(1, 2)
    size = np.abs(modes_first)
    first = np.argmax(size > (1 - EQUAL) * size.max(axis=2, keepdims=True), axis=2)
    largest = np.take_along_axis(modes_first, first[..., None], axis=2)
    modes_first = modes_first * (np.abs(largest) / largest)
    return modes_first.reshape(*block.shape, -1, 3)


def amplitudes(vector: np.ndarray, q_c: np.ndarray, fractional_ac: np.ndarray, mass_a: np.ndarray) -> np.ndarray:
    """Complex amplitudes U of one mode, (a, 3), the largest |U_a| being 1: u_a(T, t) = Re U_a e^{i(2π q·T − ωt)}.

    vector : ndarray (a, 3) complex, as of `canonical`; q_c, fractional_ac : fractional wave vector and positions
    """
    phase = np.exp(2j * np.pi * fractional_ac @ q_c)
    u = vector * phase[:, None] / np.sqrt(mass_a)[:, None]
    return u / np.linalg.norm(u, axis=-1).max()
