"""Modes of a lattice whose ions a magnetic field turns, exactly and to first order (theory §9).

With x = √m u an ion feels ẍ = −D x + 2W ẋ, W = Σ_λ B_λ iN^λ, N as in hpcph.phonons.magnetic_moment. In the modes of the
lattice without field, y = (√D x, ẋ) obeys iẏ = H y, and turned to (y₁ ± iy₂)/√2
    H = [[ω − b, b], [b, −ω − b]],    b_nm = ⟨n|B·N|m⟩,
Hermitian, with the eigenvalues ±ω(±B). Ions only: electrons are left out, and that Z_a depends on displacements.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.modes import Modes


@dataclass(frozen=True)
class FieldModes:
    """Modes in the field, those without it in the same order.

    shift_kn : ndarray (k, n) rad s⁻¹, ω_n(B) − ω_n(0), both ascending; rounding leaves 1e-15 of the highest ω
    first_kn : ndarray (k, n) rad s⁻¹, the same to first order, −B·μ_n/ħ, μ_n the eigenvalues in a degenerate block
    polarization_kni : ndarray (k, n, 3) in ħ, what a phonon of the field carries, u × m u̇ averaged over a period

    NaN at points with imaginary modes, whose energy has no bound; zero for the translations at Γ.
    """

    shift_kn: np.ndarray
    first_kn: np.ndarray
    polarization_kni: np.ndarray


def in_field(modes: Modes, gyromagnetic_aij: np.ndarray, field: np.ndarray) -> FieldModes:
    """The modes in a field, (3,) in T; gyromagnetic_aij as of hpcph.phonons.magnetic_moment."""
    b = np.einsum("i,kinm->knm", field, magnetic_moment.matrices(modes, gyromagnetic_aij))
    omega, n = modes.frequency_kn, modes.frequency_kn.shape[1]
    stable = ~np.any(modes.unstable_kn, axis=1, keepdims=True)
    own = np.where(modes.active_kn, omega, 0.0)
    H = np.concatenate([np.concatenate([-b, b], axis=2), np.concatenate([b, -b], axis=2)], axis=1)
    H[:, np.arange(2 * n), np.arange(2 * n)] += np.concatenate([own, -own], axis=1)
    values, vectors = np.linalg.eigh(H)
    velocity = np.sqrt(0.5) * (vectors[:, :n, n:] - vectors[:, n:, n:])  # ẋ in the modes without field, but for −i
    carried = np.einsum("knp,kinm,kmp->kpi", velocity.conj(), angular_momentum.matrices(modes), velocity, optimize=True)
    order = np.argsort(own, axis=1, kind="stable")
    shift, polarization = np.empty_like(own), np.empty((*own.shape, 3))
    np.put_along_axis(shift, order, values[:, n:] - np.take_along_axis(own, order, axis=1), axis=1)
    np.put_along_axis(polarization, order[..., None], 2 * carried.real, axis=1)
    seen = stable & modes.active_kn
    return FieldModes(
        shift_kn=np.where(stable, np.where(seen, shift, 0.0), np.nan),
        first_kn=np.where(stable, np.where(seen, first_order(modes, b), 0.0), np.nan),
        polarization_kni=np.where(stable[..., None], np.where(seen[..., None], polarization, 0.0), np.nan),
    )


def first_order(modes: Modes, b_knm: np.ndarray) -> np.ndarray:
    """Eigenvalues of −b within every degenerate block, ascending there, (k, n)."""
    found = -np.einsum("knn->kn", b_knm).real
    block = modes.degenerate_blocks()
    for k in np.flatnonzero(block[:, -1] < block.shape[1] - 1):
        for number in np.flatnonzero(np.bincount(block[k]) > 1):
            members = np.flatnonzero(block[k] == number)
            found[k, members] = np.linalg.eigvalsh(-b_knm[k][np.ix_(members, members)])
    return found
