"""The nearest images of the pairs of a supercell, the same for a pair and its reverse.

Distances come from places that obey the space group exactly, of whole steps of the lattice and of nothing else: noise
of single atoms of a supercell cannot make a pair at the border of its Wigner–Seitz cell lose an image that its reverse
keeps.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from hpcph.crystal.lattice import Structure

AT_ONCE = 2_000_000  # images whose lengths are compared together
STEPS = np.array(list(product(range(-2, 3), repeat=3)))  # of a reduced lattice, about the nearest by rounding


@dataclass(frozen=True)
class NearestImages:
    """Images of pairs (a, s) of an atom of the home cell and one of the supercell.

    first, member : ndarray (p,) int, a and s, s running slowest
    cell : ndarray (p, 3) int, T of the image in units of a, b, c
    share : ndarray (p,), 1/number of images of the pair
    """

    first: np.ndarray
    member: np.ndarray
    cell: np.ndarray
    share: np.ndarray


def nearest(
    structure: Structure,
    supercell: np.ndarray,
    atom_s: np.ndarray,
    cell_sc: np.ndarray,
    home_a: np.ndarray,
    tie: float,
) -> NearestImages:
    """All images of every pair that are at most `tie` (m) farther apart than the nearest.

    supercell : ndarray (3, 3) int, its vectors in units of a, b, c
    atom_s : ndarray (s,) int, which atom of the cell each atom of the supercell repeats
    cell_sc : ndarray (s, 3) int, the translation that brings it there
    home_a : ndarray (a,) int, the atoms of the supercell that pairs are counted from
    """
    lattice, places = structure.lattice_vc, structure.fractional_ac
    basis = reduced(supercell, structure)
    steps = STEPS[np.all(STEPS[:, ~structure.periodic] == 0, axis=1)] @ basis
    atoms = len(places)
    parts = []
    for block in np.array_split(np.arange(len(atom_s)), -(-len(atom_s) * atoms * len(steps) // AT_ONCE)):
        delta = places[atom_s[block], None] - places
        apart = cell_sc[block, None] - cell_sc[home_a]
        around = np.rint((apart + delta) @ np.linalg.inv(basis)).astype(int) * structure.periodic @ basis
        cell = (apart - around)[:, :, None] + steps
        a, b, c = np.moveaxis(cell + delta[:, :, None], -1, 0)
        # elementwise, so that x and −x are exactly as long
        x = a[..., None] * lattice[0] + b[..., None] * lattice[1] + c[..., None] * lattice[2]
        length = np.sqrt(x[..., 0] ** 2 + x[..., 1] ** 2 + x[..., 2] ** 2)
        near = length <= length.min(axis=2, keepdims=True) + tie
        member, first, image = np.nonzero(near)
        count = near.sum(axis=2)
        parts.append((first, block[member], cell[member, first, image], 1 / count[member, first]))
    return NearestImages(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def reduced(supercell: np.ndarray, structure: Structure) -> np.ndarray:
    """The same lattice by its three shortest vectors (Minkowski), (3, 3) int in units of a, b, c.

    Of a layer, whose supercell has its vector along the normal as the row of that axis, the two shortest in the plane.
    """
    basis = np.array(supercell, int)
    steps = [(-1, 0, 1) if repeats else (0,) for repeats in structure.periodic]
    shorter = True
    while shorter:
        shorter = False
        for i in np.flatnonzero(structure.periodic):
            j, k = (i + 1) % 3, (i + 2) % 3
            others = np.array([basis[i] + m * basis[j] + n * basis[k] for m in steps[j] for n in steps[k]])
            length = np.linalg.norm(others @ structure.lattice_vc, axis=1)
            best = length.argmin()
            if length[best] < length[len(others) // 2] * (1 - 1e-9):  # in the middle: m = n = 0
                basis[i], shorter = others[best], True
    return basis
