"""Translational and rotational (Born–Huang) invariance of the force constants, theory §7.

The smallest weighted change δΦ of the short-range pairs that keeps the permutation symmetry and makes
    Σ_{Tb} Φ_{aα,bβ} = 0                                     (translation),
    Σ_{Tb} (Φ_{aα,bβ} x_γ − Φ_{aα,bγ} x_β) = 0,  x = T + r_b − r_a   (rotation),
the dipole part's own first moment included. A minimum norm with weights of the distance keeps the space group.
"""

from enum import Enum

import numpy as np
from scipy import sparse

from hpcph.crystal.dipole import Dipoles, blocks
from hpcph.crystal.lattice import PairTable, Structure

RANGE = 8e-10  # m, pairs farther apart are left as they are
DECAY = 4e-10  # m, the weight of a pair is exp(−(|x|/DECAY)²); 3e-10 makes crystals in small supercells unstable
PLANES = ((0, 1), (1, 2), (2, 0))  # the three rotations, as pairs (β, γ)


class SumRule(Enum):
    """The invariances that can be imposed."""

    TRANSLATIONAL = "translational"
    ROTATIONAL = "rotational"


def impose(structure: Structure, pairs: PairTable, dipoles: Dipoles | None, rules: frozenset[SumRule]) -> PairTable:
    """Force constants that obey the sum rules; `pairs` is the short-range part where there are dipoles."""
    if not rules:
        return pairs
    x = structure.separation(pairs)
    distance = np.linalg.norm(x, axis=1)
    near = np.flatnonzero(distance <= RANGE)
    weight = np.repeat(np.exp(-((distance[near] / DECAY) ** 2)), 9)
    rows, violation = _constraints(structure, pairs, x, near, dipoles, rules)
    exchange = _exchange(pairs, near)
    half = 0.5 * (rows + rows @ exchange)  # acts on δΦ as on its permutation-symmetric part
    scaled = half @ sparse.diags_array(weight)
    gram = (half @ scaled.T).toarray()
    multiplier = np.linalg.lstsq(gram, -violation, rcond=1e-12)[0]
    change = (scaled.T @ multiplier).reshape(-1, 3, 3)
    phi = pairs.phi.copy()
    phi[near] += change
    return pairs.with_phi(phi)


def violations(structure: Structure, pairs: PairTable, dipoles: Dipoles | None) -> dict[SumRule, float]:
    """Largest violation of each rule in N m⁻¹; of the rotational one the first moment is divided by RANGE."""
    x = structure.separation(pairs)
    every = np.arange(len(x))
    return {
        rule: float(np.abs(_constraints(structure, pairs, x, every, dipoles, frozenset([rule]))[1]).max())
        for rule in SumRule
    }


def _constraints(structure, pairs, x, near, dipoles, rules):
    """Rows acting on δΦ of the near pairs (flattened), and the violation of the total force constants."""
    atoms = len(structure.mass_a)
    equations, wrong = [], []
    total = np.zeros((atoms, 3, 3))
    np.add.at(total, pairs.first, pairs.phi)
    if dipoles is not None:
        total += _dipole_sum(structure, dipoles)
    ones = np.ones(len(near))
    equations.append(_rows(pairs.first[near], atoms, [(beta, ones) for beta in range(3)], range(3)))
    wrong.append(total if SumRule.TRANSLATIONAL in rules else np.zeros_like(total))
    if SumRule.ROTATIONAL in rules:
        moment = np.zeros((atoms, 3, 3, 3))
        np.add.at(moment, pairs.first, pairs.phi[..., None] * x[:, None, None, :])
        if dipoles is not None:
            moment += _dipole_moment(structure, dipoles)
        scale = RANGE  # rows of both kinds then weigh alike in the least-squares solve
        for beta, gamma in PLANES:
            columns = [(beta, x[near, gamma] / scale), (gamma, -x[near, beta] / scale)]
            equations.append(_rows(pairs.first[near], atoms, columns, [0, 0]))
            wrong.append((moment[:, :, beta, gamma] - moment[:, :, gamma, beta])[:, :, None] / scale)
    return sparse.vstack(equations).tocsr(), np.concatenate([w.ravel() for w in wrong])


def _rows(first, atoms, columns, slots) -> sparse.coo_array:
    """Rows (a, α, slot): Σ over pairs of a of value · δΦ_{α, column}; several columns may share a slot."""
    count = max(slots) + 1
    pair = np.arange(len(first))
    row, column, value = [], [], []
    for (beta, values), slot in zip(columns, slots, strict=True):
        for alpha in range(3):
            row.append((first * 3 + alpha) * count + slot)
            column.append(pair * 9 + 3 * alpha + beta)
            value.append(values)
    shape = (atoms * 3 * count, 9 * len(first))
    return sparse.coo_array((np.concatenate(value), (np.concatenate(row), np.concatenate(column))), shape=shape)


def _exchange(pairs: PairTable, near: np.ndarray) -> sparse.csr_array:
    """The permutation δΦ_ab(T) → δΦ_ba(−T)ᵀ on the flattened near pairs."""
    place = np.full(len(pairs.first), -1)
    place[near] = np.arange(len(near))
    partner = place[pairs.reverse[near]]
    transpose = np.arange(9).reshape(3, 3).T.ravel()
    target = (partner[:, None] * 9 + transpose).ravel()
    size = 9 * len(near)
    return sparse.csr_array((np.ones(size), (np.arange(size), target)), shape=(size, size))


def _dipole_sum(structure: Structure, dipoles: Dipoles) -> np.ndarray:
    """Σ_b C_{aα,bβ} of the dipole part at Γ (G = 0 left out), (a, 3, 3) in N m⁻¹."""
    root = np.sqrt(structure.mass_a)
    return np.einsum("abvw,a,b->avw", blocks(dipoles, np.zeros((1, 3)), fields=1)[0, 0], root, root).real


def _dipole_moment(structure: Structure, dipoles: Dipoles) -> np.ndarray:
    """Σ_b −i ∂C_{aα,bβ}/∂k_γ of the dipole part at Γ (G = 0 left out), (a, 3, 3, 3) in N m⁻¹ m."""
    root = np.sqrt(structure.mass_a)
    return np.einsum("cabvw,a,b->avwc", blocks(dipoles, np.zeros((1, 3)), fields=4)[0, 1:], root, root).imag
