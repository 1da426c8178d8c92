"""A supercell as another program has it, in any order of atoms, told from the cell that it repeats."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcph.constants import angstrom
from hpcph.errors import InputError, counted
from hpcph.readers.constants import within
from hpcph.readers.files import Content

FAR = 2e-3  # of a lattice vector: how far that of the supercell may be off whole ones
APART = 0.1e-10  # m: how far atoms may be off those that they repeat
ALIKE, UNRELATED = 0.01, 0.3  # differences of Φ of atoms that translations map on each other, relative


@dataclass(frozen=True)
class Repeated:
    """Where the atoms of a supercell belong.

    supercell : ndarray (3, 3) int, its lattice vectors as rows in units of a, b, c
    cell_tc : ndarray (t, 3) int, its lattice points, the first of them 0
    atom_ta : ndarray (t, a) int, which of its atoms is atom a at T
    """

    supercell: np.ndarray
    cell_tc: np.ndarray
    atom_ta: np.ndarray

    @staticmethod
    def single(atoms: int) -> "Repeated":
        """A cell that is its own supercell."""
        return Repeated(np.eye(3, dtype=int), np.zeros((1, 3), int), np.arange(atoms)[None])


def require_supercell(content: Content, of: Repeated, wanted: tuple | None) -> None:
    """Raise InputError where an input names another supercell, in phonopy's way, than that of the files."""
    if wanted is not None:
        matrix = np.array(wanted)
        if not np.array_equal(np.diag(matrix) if matrix.ndim == 1 else matrix.T, of.supercell):
            fix = f"{content.path.name} has {of.supercell.T.tolist()}; leave it out"
            raise InputError("crystal.supercell", wanted, fix)


def repeated(
    content: Content,
    lattice_sc: np.ndarray,
    fractional_sc: np.ndarray,
    symbols: list[str],
    structure: Content,
    cell: Any,
) -> Repeated:
    """How the supercell of a file repeats the cell of another.

    lattice_sc : ndarray (3, 3) m and fractional_sc : ndarray (s, 3), with symbols : of the supercell
    cell : phonopy's unit cell, of `structure`

    Raises InputError where it does not.
    """
    lattice, places = np.array(cell.cell) * angstrom, np.array(cell.scaled_positions)
    said = f"the cell that {content.path.name} repeats"
    steps = lattice_sc @ np.linalg.inv(lattice)
    supercell = np.rint(steps).astype(int)
    count = round(float(np.linalg.det(supercell)))
    if np.abs(steps - supercell).max() > FAR or count < 1:
        raise structure.refuse(f"has a lattice that fits no whole number of times: expected {said}")
    atoms = len(places)
    if count * atoms != len(symbols):
        has = f"has {counted(atoms, 'atoms')} in {counted(count, 'cells')}"
        raise structure.refuse(f"{has}: expected {len(symbols)} in {said}")
    found = fractional_sc @ steps
    apart = found[:, None] - places
    off = np.linalg.norm((apart - np.rint(apart)) @ lattice, axis=2)
    off[np.array(symbols)[:, None] != np.array(cell.symbols)] = np.inf
    atom_s = off.argmin(axis=1)
    cell_sc = within(np.rint(found - places[atom_s]).astype(int), supercell)
    worst = int(off.min(axis=1).argmax())
    keys = {(*T, int(a)): s for s, (T, a) in enumerate(zip(cell_sc.tolist(), atom_s, strict=True))}
    if off[worst].min() > APART or len(keys) != len(symbols):
        where = " ".join(f"{x:.4f}" for x in fractional_sc[worst])
        raise structure.refuse(f"has no atom that {symbols[worst]} at {where} repeats: expected {said}")
    points = sorted({key[:3] for key in keys}, key=lambda T: (any(T), T))
    return Repeated(supercell, np.array(points), np.array([[keys[*T, a] for a in range(atoms)] for T in points]))


def averaged(content: Content, of: Repeated, phi_ss: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Φ_ab(T), the mean over all cells that T is counted from, (t, a, b, 3, 3), and a line where these differ.

    phi_ss : ndarray (s, s, 3, 3), of all atoms of the supercell

    Raises InputError where they have little to do with each other.
    """
    place = {tuple(T): t for t, T in enumerate(of.cell_tc.tolist())}
    tables = []
    for t, origin in enumerate(of.cell_tc):
        to = [place[tuple(T)] for T in within(of.cell_tc + origin, of.supercell).tolist()]
        tables.append(phi_ss[of.atom_ta[t]][:, of.atom_ta[to]].swapaxes(0, 1))
    mean = np.mean(tables, axis=0)
    spread = np.sqrt(np.mean([np.sum((table - mean) ** 2) for table in tables]) / np.sum(mean**2))
    what = f"force constants of atoms that translations map on each other differ by {spread:.1%}"
    if not spread < UNRELATED:
        raise content.refuse(f"{what}: damaged, or of another order of atoms")
    return mean, [what] if spread > ALIKE else []
