"""Diagonalisation of a block of k-points."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Self

import numpy as np

from hpcph.crystal.dynamical import Crystal, matrices_and_halves, triangles
from hpcph.crystal.mesh import directions, is_gamma
from hpcph.phonons.reality import eigh

DEGENERATE = 2 * np.pi * 1e7  # rad s⁻¹ (1e-5 THz): modes closer than this form a block
FROZEN = 1e20  # rad s⁻¹: a frequency that no temperature excites
STRIP = 28  # rows of a triangular matrix that are multiplied together
ZERO = 2 * np.pi * 1e7  # rad s⁻¹: |ω| below this is the uniform translation at Γ


@dataclass(frozen=True)
class Vibrations:
    """Frequencies and eigenvectors at a block of k-points: all that what does not move along needs.

    frequency_kn : ndarray (k, n) rad s⁻¹, ascending; imaginary frequencies are negative
    eigenvector_kmn : ndarray (k, m, n) complex, columns are modes
    active_kn : ndarray (k, n) bool, False for zero and imaginary modes, which no sum includes
    direction_kc : ndarray (k, 3) Cartesian, of the wave vectors, as hpcph.crystal.mesh.directions has them
    """

    frequency_kn: np.ndarray
    eigenvector_kmn: np.ndarray
    active_kn: np.ndarray
    direction_kc: np.ndarray

    @property
    def unstable_kn(self) -> np.ndarray:
        """Imaginary modes, (k, n) bool."""
        return self.frequency_kn < -ZERO

    @property
    def thermal_kn(self) -> np.ndarray:
        """Frequencies for the Bose function, (k, n) rad s⁻¹: modes that are not active are never excited."""
        return np.where(self.active_kn, self.frequency_kn, FROZEN)

    def degenerate_blocks(self) -> np.ndarray:
        """Block number of every mode, (k, n) int: neighbours closer than DEGENERATE share one."""
        apart = np.diff(self.frequency_kn, axis=1) > DEGENERATE
        return np.concatenate([np.zeros((len(apart), 1), int), np.cumsum(apart, axis=1)], axis=1)

    def degenerate_sets(self) -> Iterator[tuple[int, np.ndarray]]:
        """Point and members of every block of more than one mode."""
        block = self.degenerate_blocks()
        for k in np.flatnonzero(block[:, -1] < block.shape[1] - 1):
            for number in np.flatnonzero(np.bincount(block[k]) > 1):
                yield int(k), np.flatnonzero(block[k] == number)

    def at(self, where) -> Self:
        """The same at some of the points."""
        return type(self)(*(getattr(self, field.name)[where] for field in fields(self)))


@dataclass(frozen=True)
class Modes(Vibrations):
    """The same with half derivatives of D, which velocities are made of.

    half_kcmm : ndarray (k, 3, m, m) complex, ∂D/∂k_c = H_c + H_c†, in m rad² s⁻²
    """

    half_kcmm: np.ndarray

    def velocity_matrices(self, where) -> np.ndarray:
        """V^c_nm = ⟨n|∂D/∂k_c|m⟩/(ω_n + ω_m) at some of the points, (k, 3, n, m) complex in m s⁻¹ (theory §1)."""
        e = self.eigenvector_kmn[where]
        half = e.conj().swapaxes(-1, -2)[:, None] @ (self.half_kcmm[where] @ e[:, None])
        omega = self._divisor()[where]
        return (half + half.conj().swapaxes(-1, -2)) / (omega[:, None, :, None] + omega[:, None, None, :])

    def velocities(self) -> np.ndarray:
        """Group velocities v_n = ⟨n|∂D/∂k|n⟩/2ω_n, (k, n, 3) in m s⁻¹; zero for modes that are not active."""
        e = self.eigenvector_kmn
        points, n = self.frequency_kn.shape
        cuts = np.linspace(0, n, max(2, n // STRIP) + 1).astype(int)
        He, out = np.empty_like(e), np.empty((3, points, n))
        for c in range(3):
            for start, stop in pairwise(cuts):  # H_c is upper triangular: what is left of a strip's own block is zero
                np.matmul(self.half_kcmm[:, c, start:stop, start:], e[:, start:], out=He[:, start:stop])
            sums = np.einsum("kmx,kmx->kx", e.view(float), He.view(float))  # real and imaginary parts side by side
            np.add(sums[:, 0::2], sums[:, 1::2], out=out[c])
        out *= np.where(self.active_kn, 1 / self._divisor(), 0.0)
        return np.moveaxis(out, 0, -1)

    def _divisor(self) -> np.ndarray:
        return np.where(self.active_kn, self.frequency_kn, np.inf)


def diagonalise(crystal: Crystal, q_kc: np.ndarray, nonanalytic=None) -> Modes:
    """Modes at fractional wave vectors (k, 3), theory §1.

    nonanalytic : ndarray (k, m, m) or None, added to D (the direction-dependent dipole term at Γ)
    """
    D, half = matrices_and_halves(crystal, q_kc)
    if nonanalytic is not None:
        D = D + np.triu(nonanalytic)
    return Modes(*_solved(crystal, D, q_kc), directions(crystal.structure, q_kc), half)


def vibrations(crystal: Crystal, q_kc: np.ndarray) -> Vibrations:
    """Frequencies and eigenvectors alone at fractional wave vectors (k, 3): half the time."""
    return Vibrations(*_solved(crystal, triangles(crystal, q_kc), q_kc), directions(crystal.structure, q_kc))


def _solved(crystal: Crystal, D: np.ndarray, q_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequencies, eigenvectors and which modes are active, of the upper triangles of D."""
    square, vectors = eigh(crystal.structure, D, q_kc)
    frequency = np.sign(square) * np.sqrt(np.abs(square))
    active = frequency > ZERO
    for k in np.flatnonzero(is_gamma(q_kc)):  # whatever rounding or a broken sum rule left of the three translations
        active[k, np.argsort(np.abs(frequency[k]))[:3]] = False
        frequency[k, np.argsort(np.abs(frequency[k]))[:3]] = 0.0
    return frequency, vectors, active
