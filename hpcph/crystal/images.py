"""The images of the pairs of atoms of a supercell: what its calculation fixes, and a prior for what it does not.

A supercell has force constants summed over images, Φ^S(a, b, [T]) = Σ_L Φ_ab(T + L) with L in its lattice; equivalently
D at its own wave vectors. How a sum is shared among the images nobody has calculated. Short-range elements are taken as
independent Gaussians of variance w(r) ∝ (1 + r/Å)^−p; the most probable elements for given sums are then
Φ = w Φ^S / Σ w over the group of images, and p is the exponent that makes the sums themselves most likely.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.constants import angstrom
from hpcph.crystal import ewald
from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.lattice import Dielectric, PairTable, Structure, within
from hpcph.crystal.nearest import reduced

EXPONENTS = tuple(float(p) for p in range(6, 31))
ON_SITE = 0.5 * angstrom  # m: a group with an image this near is an atom with itself
SLACK = 1e-3 * angstrom  # m, so that rounding cuts no shell of equivalent pairs in two


@dataclass(frozen=True)
class Images:
    """Every image within a cut-off of the pairs of a supercell.

    structure : the primitive cell
    pairs : PairTable whose phi is the real-space dipole part alone, and whose share that of the nearest images
    group_p : ndarray (p,) int, pairs with the same number are images of each other
    sum_g : ndarray (g, 3, 3) N m⁻¹, short-range force constants summed over the images of a group
    x_pc : ndarray (p, 3) m, separations
    distance_p : ndarray (p,) m
    cutoff : m; beyond it are dipoles only
    """

    structure: Structure
    pairs: PairTable
    group_p: np.ndarray
    sum_g: np.ndarray
    x_pc: np.ndarray
    distance_p: np.ndarray
    cutoff: float

    def weight(self, exponent: float) -> np.ndarray:
        """w(r) of the prior, 0 beyond the cut-off, (p,)."""
        return np.where(self.distance_p <= self.cutoff, (1 + self.distance_p / angstrom) ** -exponent, 0.0)

    def group_sums(self, values_p: np.ndarray) -> np.ndarray:
        """Sums over images, (g, …) for (p, …)."""
        return grouped(values_p, self.group_p, len(self.sum_g))

    def shared(self, weight_p: np.ndarray) -> PairTable:
        """Force constants with the sums spread over the images in proportion to weights, dipoles included."""
        share = weight_p / self.group_sums(weight_p)[self.group_p]
        return self._spread(share)

    def nearest(self) -> PairTable:
        """The same with all of a sum on the nearest images, as phonopy has it."""
        return self._spread(self.pairs.share)

    def _spread(self, share_p: np.ndarray) -> PairTable:
        pairs = self.pairs
        phi = pairs.phi + share_p[:, None, None] * self.sum_g[self.group_p]
        return PairTable.symmetric(pairs.first, pairs.second, pairs.cell, phi, share_p)


def grouped(values_p: np.ndarray, group_p: np.ndarray, groups: int) -> np.ndarray:
    """Sums over the pairs of each group, (g, …) for (p, …), in the order of the pairs."""
    columns = values_p.reshape(len(values_p), -1).T
    found = [np.bincount(group_p, column, minlength=groups) for column in columns]
    return np.stack(found, -1).reshape(groups, *values_p.shape[1:])


def find(
    structure: Structure,
    nearest: PairTable,
    supercell: np.ndarray,
    commensurate_qc: np.ndarray,
    dielectric: Dielectric | None,
    dipoles: Dipoles | None,
) -> Images:
    """Lay out all images and take the dipoles off the sums of the supercell.

    nearest : force constants on the nearest images; supercell : ndarray (3, 3) int, its lattice vectors as rows in
    units of a, b, c; commensurate_qc : ndarray (q, 3) fractional, its wave vectors
    dielectric, dipoles : both or neither
    """
    farthest = cutoff(structure, nearest, supercell)
    parts = [within(structure, farthest)]
    real_space = None
    if dielectric is not None and dipoles is not None and structure.empty is None:
        first, second, cell, real_space = ewald.real_space(structure, dielectric, dipoles.width)
        parts.append((first, second, cell))
    every = np.unique(np.vstack([np.column_stack(part) for part in parts]), axis=0)
    index = _Index(every)
    share, real = np.zeros(len(every)), np.zeros((len(every), 3, 3))
    place = index.of(nearest.first, nearest.second, nearest.cell)
    share[place] = nearest.share
    if real_space is not None:
        real[index.of(*parts[1])] = real_space
    pairs = PairTable.symmetric(every[:, 0], every[:, 1], every[:, 2:], real, share)
    group = _groups(pairs, supercell)
    x = structure.separation(pairs)
    empty = np.zeros((group.max() + 1, 3, 3))
    found = Images(structure, pairs, group, empty, x, np.linalg.norm(x, axis=1), farthest)
    given = np.zeros((len(every), 3, 3))
    given[place] = nearest.phi
    sums = found.group_sums(given)
    if dipoles is not None:
        one = np.unique(group, return_index=True)[1]  # any image: the phases of all are the same
        fractional = pairs.cell + structure.fractional_ac[pairs.second] - structure.fractional_ac[pairs.first]
        ends = pairs.first[one], pairs.second[one]
        sums -= ewald.on_commensurate(structure, dipoles, commensurate_qc, fractional[one], *ends)
        sums -= found.group_sums(pairs.phi)
    return Images(structure, pairs, group, sums, x, found.distance_p, farthest)


def cutoff(structure: Structure, nearest: PairTable, supercell: np.ndarray) -> float:
    """How far images are looked for, m: enough of every pair to share with, none of the nearest left out."""
    longest = np.linalg.norm(structure.separation(nearest), axis=1).max()
    return float(max(1.5 * reach(structure, supercell) + 5 * angstrom, longest + SLACK))


def exponent(images: Images) -> float:
    """p that makes the sums of the supercell most likely.

    L(p) = −½ Σ_g ln W_g − (n/2) ln((1/n) Σ_g |Φ_g|²/W_g) with W_g = Σ w over the images of a group; atoms with
    themselves are left out.
    """
    nearest = np.full(len(images.sum_g), np.inf)
    np.minimum.at(nearest, images.group_p, images.distance_p)
    apart = nearest > ON_SITE
    if not apart.any() or not images.sum_g[apart].any():  # nothing to judge by
        return EXPONENTS[0]
    square = (images.sum_g[apart] ** 2).sum(axis=(1, 2))

    def likelihood(p: float) -> float:
        variance = images.group_sums(images.weight(p))[apart]
        return -0.5 * np.log(variance).sum() - 0.5 * len(square) * np.log((square / variance).mean())

    return max(reversed(EXPONENTS), key=lambda p: round(likelihood(p), 9))  # of equals, as with one pair, the largest


def reach(structure: Structure, supercell: np.ndarray) -> float:
    """Half the shortest lattice vector of the supercell along which the crystal repeats, m."""
    shortest = (reduced(supercell, structure) @ structure.lattice_vc)[structure.periodic]
    return float(np.linalg.norm(shortest, axis=1).min() / 2)


class _Index:
    """Where a pair stands in a sorted table of (first, second, cell)."""

    def __init__(self, rows: np.ndarray):
        self.low = rows.min(axis=0)
        self.size = tuple(np.ptp(rows, axis=0) + 1)
        self.keys = self._key(rows)

    def of(self, first: np.ndarray, second: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """Rows of pairs that are in the table."""
        return np.searchsorted(self.keys, self._key(np.column_stack([first, second, cell])))

    def _key(self, rows: np.ndarray) -> np.ndarray:
        return np.ravel_multi_index(tuple((rows - self.low).T), self.size)


def _groups(pairs: PairTable, supercell: np.ndarray) -> np.ndarray:
    """A number for every class of pairs that a lattice vector of the supercell takes into each other, (p,) int."""
    order = round(abs(np.linalg.det(supercell)))
    inverse = np.rint(np.linalg.inv(supercell) * order).astype(int)
    rest = pairs.cell @ inverse % order  # T and T' are images where (T − T') S⁻¹ is whole
    rows = np.column_stack([pairs.first, pairs.second, rest])
    return np.unique(rows, axis=0, return_inverse=True)[1].ravel()
