"""Eigenvectors that do not depend on the basis LAPACK happens to choose: what orbits and animations are drawn from.

In a degenerate set no mode has an angular momentum or a moment of its own, but some basis of it does: that in which
n·L, or n·N, is diagonal. Its eigenvalues are what the modes of the set carry along n once anything tells them apart,
±l and ±μ of a doublet, while the mean over the set is zero by time reversal or symmetry.
"""

from dataclasses import replace

import numpy as np

from hpcph.constants import hbar
from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.modes import Modes

EQUAL = 1e-6  # components of a mode closer than this, relative to the largest, count as equally large
ALIKE = 6  # digits of l by which modes of a set are put in order


def circular(modes: Modes, axis: np.ndarray) -> tuple[np.ndarray, Modes]:
    """l along the axis, (k, n) in ħ, and the modes that carry it: of a degenerate set the eigenvectors of n·L.

    The largest comes first in a set. axis : ndarray (3,), unit vector
    """
    l = angular_momentum.polarization_by_atom(modes).sum(axis=2) @ axis
    vectors = modes.eigenvector_kmn.copy()
    shared, sets = _by_point(modes)
    if shared.size:
        m = np.einsum("i,kinm->knm", axis, angular_momentum.matrices(modes.at(shared)))
        for place, k, members in sets:
            value, rotation = np.linalg.eigh(m[place][np.ix_(members, members)])
            l[k, members], vectors[k][:, members] = value[::-1], vectors[k][:, members] @ rotation[:, ::-1]
    return l, replace(modes, eigenvector_kmn=vectors)


def magnetic(modes: Modes, ratio_aij: np.ndarray, axis: np.ndarray) -> tuple[np.ndarray, Modes]:
    """μ along the axis, (k, n) in A m², and the modes that carry it: of a degenerate set the eigenvectors of n·N.

    In a set they stand in falling order of l along the axis, as those of `circular` do. These are the same modes
    wherever n·L and n·N commute in the set: at Γ, whose sets are a doublet or a triplet, and wherever a turn about the
    axis gives every mode of the set another label. axis : ndarray (3,), unit vector

    ratio_aij : ndarray (a, 3, 3) C kg⁻¹, of hpcph.phonons.magnetic_moment
    """
    l, modes = circular(modes, axis)
    moment = magnetic_moment.moments(angular_momentum.polarization_by_atom(modes), ratio_aij) @ axis
    vectors = modes.eigenvector_kmn.copy()
    shared, sets = _by_point(modes)
    if shared.size:
        n = hbar * np.einsum("i,kinm->knm", axis, magnetic_moment.matrices(modes.at(shared), ratio_aij))
        for place, k, members in sets:
            value, rotation = np.linalg.eigh(n[place][np.ix_(members, members)])
            carried = np.abs(rotation.T) ** 2 @ l[k, members]
            order = np.lexsort((-value, -np.round(carried, ALIKE)))
            moment[k, members], vectors[k][:, members] = value[order], vectors[k][:, members] @ rotation[:, order]
    return moment, replace(modes, eigenvector_kmn=vectors)


def polarization_vectors(modes: Modes) -> np.ndarray:
    """Polarization vectors e of every mode, (k, n, a, 3) complex, Σ_a |e_a|² = 1.

    The largest component of every mode, the first of equally large ones, is real and positive.
    """
    modes_first = modes.eigenvector_kmn.swapaxes(1, 2)
    size = np.abs(modes_first)
    first = np.argmax(size > (1 - EQUAL) * size.max(axis=2, keepdims=True), axis=2)
    largest = np.take_along_axis(modes_first, first[..., None], axis=2)
    modes_first = modes_first * (np.abs(largest) / largest)
    return modes_first.reshape(*size.shape[:2], -1, 3)


def _by_point(modes: Modes) -> tuple[np.ndarray, list[tuple[int, int, np.ndarray]]]:
    """The points with degenerate sets, and of every set its point's place among them, its point and its members."""
    sets = list(modes.degenerate_sets())
    shared = np.unique([k for k, _ in sets]).astype(int)
    return shared, [(int(np.searchsorted(shared, k)), k, members) for k, members in sets]


def amplitudes(vector: np.ndarray, q_c: np.ndarray, fractional_ac: np.ndarray, mass_a: np.ndarray) -> np.ndarray:
    """Complex amplitudes U of one mode, (a, 3), the largest |U_a| being 1: u_a(T, t) = Re U_a e^{i(2π q·T − ωt)}.

    vector : ndarray (a, 3) complex, as of `polarization_vectors`; q_c, fractional_ac : fractional
    """
    phase = np.exp(2j * np.pi * fractional_ac @ q_c)
    u = vector * phase[:, None] / np.sqrt(mass_a)[:, None]
    return u / np.linalg.norm(u, axis=-1).max()
