"""The bonds of a crystal, which figures and page draw."""

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.neighborlist import natural_cutoffs, neighbor_list

from hpcph.show.atoms import number

SLACK = 1.1  # bonds are at most this times the sum of covalent radii

Site = tuple[int, tuple[int, int, int]]  # an atom and the lattice translation T of its cell


def bonded(
    symbols: Sequence[str], position_ac: np.ndarray, lattice_vc: np.ndarray, home: Sequence[Site]
) -> tuple[list[Site], list[tuple[int, int]]]:
    """The sites of home followed by those bonded to them, and every bond of home as two numbers in that list.

    position_ac : ndarray (a, 3) fractional; lattice_vc : ndarray (3, 3) Å, rows a, b, c
    """
    atoms = Atoms([number(symbol) for symbol in symbols], scaled_positions=position_ac, cell=lattice_vc, pbc=True)
    neighbours: list[list[tuple[int, np.ndarray]]] = [[] for _ in symbols]
    for a, b, step in zip(*neighbor_list("ijS", atoms, natural_cutoffs(atoms, mult=SLACK)), strict=True):
        neighbours[a].append((int(b), step))
    sites = {site: number for number, site in enumerate(home)}
    bonds = set()
    for a, T in home:
        for b, step in neighbours[a]:
            x, y, z = (int(t) for t in T + step)
            ends = sites[a, T], sites.setdefault((b, (x, y, z)), len(sites))
            bonds.add((min(ends), max(ends)))
    return list(sites), sorted(bonds)
