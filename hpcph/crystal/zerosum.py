"""The smallest weighted change of force constants that meets linear rules, min Σ_p |δ_p|²/w_p.

Every rule is of one atom (local) or of the crystal (common), and linear in a few features f of a pair: the change is
δ_p = w_p Σ_u f_pu [Σ_m R_mu λ_am + R^X_mu λ_bm + Σ_n H_nu μ_n] with multipliers λ of the two atoms and μ, where R^X
is R of the reversed pair. Their equations need of the pairs the moments Σ w f fᵀ of each pair of atoms alone.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hpcph.crystal.lattice import PairTable

RANK = 1e-11  # eigenvalues below it, of the largest, belong to rules that nothing can meet or that say nothing new


@dataclass(frozen=True)
class Field:
    """What rules take of the nine elements of a pair times its features.

    local : ndarray (9, m, u), of the atom that the pair begins at, half; common : ndarray (9, n, u)
    parity : ndarray (u,), sign of a feature when the pair is reversed
    """

    local: np.ndarray
    common: np.ndarray
    parity: np.ndarray

    @property
    def whole(self) -> np.ndarray:
        """With those of the atom that the pair ends at: its reverse, transposed, (9, 2m + n, u)."""
        transposed = np.arange(9).reshape(3, 3).T.ravel()
        return np.concatenate([self.local, self.parity * self.local[transposed], self.common], axis=1)


def smallest(
    pairs: PairTable, weight_p: np.ndarray, feature_pu: np.ndarray, field: Field, local: np.ndarray, common: np.ndarray
) -> np.ndarray:
    """The change that takes violations to zero, where that can be done.

    pairs : in the order of their first atoms; local : ndarray (a, m), common : ndarray (n,), the violations

    Returns
    -------
    ndarray (p, 3, 3), zero where the weight is
    """
    atoms, whole = len(local), field.whole
    rows = np.searchsorted(pairs.first, np.arange(atoms + 1))
    by_first = [slice(a, b) for a, b in pairwise(rows)]
    product = np.einsum("eku,elv->kluv", whole, whole, optimize=True)
    moments = (_moments(pairs.second[at], weight_p[at], feature_pu[at], atoms) for at in by_first)
    gram = _gram(moments, product, local.shape, len(common))
    multiplier = _solve(gram, -np.concatenate([local.ravel(), common]))
    of_atom, of_all = multiplier[: local.size].reshape(local.shape), multiplier[local.size :]
    change = np.zeros((len(weight_p), 9))
    for a, at in enumerate(by_first):
        ends = np.hstack([np.tile(of_atom[a], (atoms, 1)), of_atom, np.tile(of_all, (atoms, 1))])
        made = np.einsum("eku,bk->beu", whole, ends)[pairs.second[at]]
        change[at] = weight_p[at, None] * np.einsum("peu,pu->pe", made, feature_pu[at])
    return change.reshape(-1, 3, 3)


def _moments(second: np.ndarray, weight_p: np.ndarray, feature_pu: np.ndarray, atoms: int) -> np.ndarray:
    """Σ w f fᵀ of the pairs of one atom with each other, (b, u, u)."""
    found = np.zeros((atoms, feature_pu.shape[1], feature_pu.shape[1]))
    for b in range(atoms):
        chosen = feature_pu[second == b]
        found[b] = (chosen * weight_p[second == b, None]).T @ chosen
    return found


def _gram(moments, product: np.ndarray, shape: tuple[int, int], common: int) -> np.ndarray:
    """The symmetric matrix of the multipliers' equations, (a m + n, a m + n)."""
    atoms, m = shape
    local, mixed = np.zeros((atoms, m, atoms, m)), np.zeros((atoms, m, common))
    alone = np.zeros((common, common))
    every = np.arange(atoms)
    begin, end, of_all = slice(0, m), slice(m, 2 * m), slice(2 * m, None)
    for a, of_pairs in enumerate(moments):
        block = np.tensordot(of_pairs, product, axes=([1, 2], [2, 3]))  # (b, k, l)
        local[a, :, a] += block[:, begin, begin].sum(axis=0)
        local[a] += block[:, begin, end].swapaxes(0, 1)
        local[:, :, a] += block[:, end, begin]
        local[every, :, every] += block[:, end, end]
        mixed[a] += block[:, begin, of_all].sum(axis=0)
        mixed += block[:, end, of_all]
        alone += block[:, of_all, of_all].sum(axis=0)
    corner = mixed.reshape(atoms * m, common)
    return np.block([[local.reshape(atoms * m, atoms * m), corner], [corner.T, alone]])


def _solve(gram: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Multipliers of the rules that can be met, zero of the others."""
    diagonal = np.diag(gram)
    scale = np.where(diagonal > 0, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1)), 0.0)
    value, vector = np.linalg.eigh(gram * scale[:, None] * scale)
    kept = value > RANK * value[-1]
    return scale * (vector[:, kept] @ ((vector[:, kept].T @ (right * scale)) / value[kept]))
