"""Eigenvectors of D in real arithmetic, which takes half the time, where symmetry makes D real.

An operation of order two, x → Rx + t, and time reversal keep every k with Rk = −k + G: inversion all of them, a turn by
π those in the planes across its axis. It carries atom a to g(a) and turns displacements by C, and as D(−k) = D(k)*,
    C D_ab(k) Cᵀ = D_{g(a) g(b)}(Rk)    becomes    D* = S D S†, with e^{iG·r_g(a)} C in S from atom a to g(a)
(hpcph.crystal.symmetry). In the frame in which C is diagonal S has one number in every row. Where S is symmetric,
phases w of the coordinates make these numbers 1. Then D_{g(i) g(j)} = D_ij* of coordinates i, and D is real between
those that g leaves alone, and (i + g(i))/√2 and √−1 (i − g(i))/√2 of the others.
"""

from collections.abc import Iterator

import numpy as np

from hpcph.crystal.lattice import Involution, Structure
from hpcph.crystal.mesh import AT_GAMMA
from hpcph.crystal.symmetry import ROUNDING
from hpcph.phonons import lapack

FEWEST = 60  # modes: with less the way there and back takes as long as it saves


def eigh(structure: Structure, D: np.ndarray, q_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (k, n), ascending, and eigenvectors (k, m, n) of D.

    D : ndarray (k, n, n) complex, upper triangles, with zeros below; q_kc : ndarray (k, 3) fractional wave vectors
    """
    served = list(bases(structure, q_kc)) if D.shape[1] >= FEWEST else []
    if not served:
        return lapack.eigh(D)
    square, vectors = np.empty(D.shape[:2]), np.empty_like(D)
    missing = np.ones(len(D), bool)
    for at, basis in served:
        real, exact = basis.real(D[at])
        square[at], found = lapack.eigh(real)
        vectors[at] = basis.back(found)
        missing[at[exact]] = False
    if missing.any():
        square[missing], vectors[missing] = lapack.eigh(D[missing])
    return square, vectors


def bases(structure: Structure, q_kc: np.ndarray) -> Iterator[tuple[np.ndarray, "Basis"]]:
    """Points that an operation turns round with a symmetric S, each with the first that does, and their basis."""
    left = np.ones(len(q_kc), bool)
    for by in structure.involutions:
        whole = q_kc @ (by.rotation.T + np.eye(3))
        at = np.flatnonzero(left & (np.abs(whole - np.rint(whole)).max(axis=1) < AT_GAMMA))
        phase = np.exp(2j * np.pi * (np.rint(whole[at]) @ structure.fractional_ac.T))
        symmetric = np.abs(phase - phase[:, by.image]).max(axis=1) < 1e-9
        at = at[symmetric]
        if at.size:
            left[at] = False
            yield at, Basis(by, phase[symmetric])


class Basis:
    """In which D is real at some points: coordinates that are left alone, then those of pairs, + and −.

    phase_ka : ndarray (k, a), e^{iG·r_a}
    """

    def __init__(self, by: Involution, phase_ka: np.ndarray):
        own = np.arange(3 * len(by.image))
        image = (3 * by.image[:, None] + np.arange(3)).ravel()
        alone, first = np.flatnonzero(own == image), np.flatnonzero(own < image)
        self.alone, self.half = len(alone), len(alone) + len(first)
        self.order = np.concatenate([alone, first, image[first]])
        self.frame = by.frame
        onto = (phase_ka[:, :, None] * by.sign).reshape(len(phase_ka), -1)  # S from a coordinate, and from its image
        root = np.exp(-0.5j * np.angle(onto))
        self.w = np.where(own == image, root, np.where(own < image, 1.0, onto.conj()))[:, self.order]

    def real(self, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """D in the basis from upper triangles, (k, n, n), upper blocks, and where it is real to rounding, (k,) bool."""
        n, (alone, plus, minus) = upper.shape[1], self._parts
        D = upper + upper.conj().swapaxes(1, 2)
        np.einsum("knn->kn", D)[...] *= 0.5
        D = (self.frame.T @ (D.reshape(-1, 3) @ self.frame).reshape(-1, n // 3, 3, n)).reshape(upper.shape)
        places = (n * self.order[: self.half, None] + self.order).ravel()
        D = np.take(D.reshape(-1, n * n), places, axis=1, mode="clip").reshape(-1, self.half, n)
        D *= self.w[:, : self.half, None].conj()
        D *= self.w[:, None]
        own, near, far = D[:, alone, alone], D[:, plus, plus], D[:, plus, minus]
        found = np.zeros(upper.shape)
        found[:, alone, alone] = own.real
        found[:, alone, plus] = np.sqrt(2) * D[:, alone, plus].real
        found[:, alone, minus] = -np.sqrt(2) * D[:, alone, plus].imag
        found[:, plus, plus] = near.real + far.real
        found[:, plus, minus] = far.imag - near.imag
        found[:, minus, minus] = near.real - far.real
        broken = (own.imag, D[:, alone, minus] - D[:, alone, plus].conj(), far - far.swapaxes(1, 2))
        most = np.max([np.abs(part).max(axis=(1, 2), initial=0.0) for part in broken], axis=0)
        return found, most <= ROUNDING * np.abs(found).max(axis=(1, 2))

    def back(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors (k, n, n) of the basis in Cartesian coordinates of the atoms."""
        n, (alone, plus, minus) = vectors.shape[1], self._parts
        found = np.empty(vectors.shape, complex)
        found[:, alone] = vectors[:, alone]
        found[:, plus] = np.sqrt(0.5) * (vectors[:, plus] + 1j * vectors[:, minus])
        found[:, minus] = found[:, plus].conj()
        found *= self.w[:, :, None]
        return (self.frame @ found[:, np.argsort(self.order)].reshape(-1, n // 3, 3, n)).reshape(found.shape)

    @property
    def _parts(self) -> tuple[slice, slice, slice]:
        return slice(self.alone), slice(self.alone, self.half), slice(self.half, None)
