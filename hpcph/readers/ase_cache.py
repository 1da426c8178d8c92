"""The cache of ase.phonons.Phonons: forces in eV/Å on the atoms of a supercell, each atom of a cell moved to and fro.

A folder of files cache.eq.json, cache.0x+.json, …, or combined.json with all of them. Atoms of the supercell are those
of the cell over and over, cells in the order of n1, n2, n3, the last running fastest; the moved ones are those of the
first cell, or of the one in its middle (center_refcell). Supercell, displacement and crystal are not in it.
    Φ_ab(T) = (F_b⁻ − F_b⁺)/2δ, after Frederiksen, PRB 75, 205413 (2007): what the forces add up to is taken from the
moved atom.
"""

import json
import re
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.constants import angstrom, atomic_mass, elementary_charge
from hpcph.errors import InputError, counted
from hpcph.readers import cells
from hpcph.readers.constants import UNSYMMETRIC, SupercellConstants, lattice_points, within
from hpcph.readers.files import Content

FOLDER = ("cache.eq.json", "combined.json")
BEGINS = re.compile(r'\s*\{\s*"(?:forces|eq|\d+[xyz][-+])"\s*:\s*\{\s*"(?:forces|__ndarray__)"\s*:')
FILE = re.compile(r"cache\.(eq|\d{1,6}[xyz][-+])\.json(?:\.\w+)?")
DELTA = 1e-12  # m, ASE's own
FORCE = elementary_charge / angstrom  # N of eV/Å
LARGEST, MOST = 1e6, 20_000  # eV/Å of a force; atoms of a supercell
DRIFT = 1e-3  # of the force on a moved atom: more that the forces add up to is worth a line


def looks_like(head: str) -> bool:
    """Whether a text begins as a file of the cache does."""
    return BEGINS.match(head) is not None


def beside(path: Path) -> list[Path]:
    """The other files of the cache that a file belongs to."""
    if not FILE.fullmatch(path.name):
        return []
    try:
        return sorted(one for one in path.parent.iterdir() if FILE.fullmatch(one.name) and one.name != path.name)
    except OSError:
        return []


def read(
    contents: tuple[Content, ...], structure: Content, supercell: tuple | None, displacement: float | None
) -> SupercellConstants:
    """The force constants of a cache, without the symmetry and the sum rules that ASE would impose on them.

    structure : the cell; supercell : n1, n2, n3, without it the only one that
    makes Φ_ab(T) and Φ_ba(−T)ᵀ one; displacement : m, 0.01 Å without it

    Raises InputError.
    """
    main = contents[0]
    forces = _all_forces(contents)
    cell = cells.alone(structure)
    atoms = len(cell)
    count = counted(atoms, "atoms")
    moved = [f"{a}{c}" for a in range(atoms) for c in "xyz"]
    lacking = [f"{name}{sign}" for name in moved for sign in "-+" if f"{name}{sign}" not in forces]
    if lacking:
        fix = f"lacks the forces {lacking[0]}: expected both displacements of each of the {count}"
        raise main.refuse(f"{fix} of {structure.path.name}")
    of_none = next((one for one in forces if one != "eq" and one[:-1] not in moved), None)
    if of_none:
        raise main.refuse(f"has the forces {of_none}: expected those of the {count} of {structure.path.name}")
    still = next((one for one in moved if np.array_equal(forces[f"{one}-"], forces[f"{one}+"])), None)
    if still:
        raise main.refuse(f"has the same forces {still}- and {still}+: expected those of opposite displacements")
    sizes = {len(table) for table in forces.values()}
    if len(sizes) > 1 or not 0 < max(sizes) <= MOST or max(sizes) % atoms:
        many = " and ".join(map(str, sorted(sizes)))
        has = f"has forces on {many} atoms"
        raise main.refuse(f"{has}: expected as many in all of its files, a multiple of {atoms}")
    minus, plus = (np.array([forces[f"{name}{sign}"] for name in moved]) for sign in "-+")
    delta = displacement or DELTA
    phi = (minus - plus).reshape(atoms, 3, -1, atoms, 3).transpose(2, 0, 3, 1, 4) * FORCE / (2 * delta)
    said = f"displacements of {delta / angstrom:g} Å" + (", ASE's own" if displacement is None else "")
    has = f"{main.path.name} has forces on {counted(len(phi), 'cells')} of {structure.path.name}"
    if supercell is not None:
        found = _on(_grid(has, supercell, len(phi)), cell, phi, said)
    else:
        tried = [_on(grid, cell, phi, said) for grid in _grids(len(phi))]
        fitting = [one for one in tried if one.asymmetry < UNSYMMETRIC] or tried
        found = fitting[0]
        if len(fitting) > 1:
            fix = f"{has}, and does not say how they lie; add crystal.supercell, such as "
            raise InputError("crystal.supercell", None, f"{fix}{np.diag(found.supercell).tolist()}")
    return found


def _on(grid: tuple[int, int, int], cell: Any, phi_nabij: np.ndarray, said: str) -> SupercellConstants:
    """Cells of forces on a grid; those that were moved are T = 0.

    phi_nabij : ndarray (n, a, b, 3, 3), of atoms a that were moved and atoms b of cell n
    """
    phi, points = phi_nabij.copy(), lattice_points(grid)
    own = np.arange(len(cell))
    middle = int(np.ravel_multi_index([n // 2 for n in grid], grid))
    home = max((0, middle), key=lambda n: float(np.trace(phi[n, own, own].sum(axis=0))))
    drift = phi.sum(axis=(0, 2))
    size = float(np.linalg.norm(drift) / np.linalg.norm(phi[home, own, own] + 1e-300))
    phi[home, own, own] -= drift
    more = [f"forces add up to {size:.1%} of those on moved atoms"] if size > DRIFT else []
    return SupercellConstants(
        np.array(cell.cell) * angstrom, np.array(cell.scaled_positions), tuple(cell.symbols),
        np.array(cell.masses) * atomic_mass, np.diag(grid), within(points - points[home], np.diag(grid)), phi,
        remarks=(said, *more),
    )  # fmt: skip


def _all_forces(contents: tuple[Content, ...]) -> dict[str, np.ndarray]:
    """Forces by displacement, such as 0x+, each (s, 3) in eV/Å."""
    found = {}
    for content in contents:
        try:
            given = json.loads(content.text)
        except (ValueError, RecursionError) as err:
            raise content.refuse(f"expected JSON to the end of the file ({type(err).__name__}: {err})") from None
        name = FILE.fullmatch(content.path.name)
        if isinstance(given, Mapping) and "forces" in given:
            if name is None:
                raise content.refuse("expected the name cache.eq.json, cache.0x+.json, …, which says what was moved")
            found[name[1]] = _forces(content, given["forces"])
        else:
            parts = given.items() if isinstance(given, Mapping) else ()
            named = {key: one for key, one in parts if isinstance(one, Mapping) and "forces" in one}
            if not named:
                raise content.refuse("expected forces, as ase.phonons.Phonons writes them")
            found |= {key: _forces(content, one["forces"]) for key, one in named.items()}
    return found


def _forces(content: Content, given: Any) -> np.ndarray:
    """An array as ASE writes it into JSON: shape, type, numbers."""
    expected = "expected forces as an array of three finite numbers an atom, in eV/Å"
    parts = given.get("__ndarray__") if isinstance(given, Mapping) else None
    if not isinstance(parts, list) or len(parts) != 3 or not isinstance(parts[2], list):
        raise content.refuse(expected)
    shape, _, numbers = parts
    whole = isinstance(shape, list) and len(shape) == 2 and all(type(n) is int for n in shape)
    if not whole or shape[1] != 3 or prod(shape) != len(numbers) or not numbers:
        raise content.refuse(expected)
    if not all(type(x) in (int, float) and abs(x) < LARGEST for x in numbers):
        raise content.refuse(expected)
    return np.array(numbers, float).reshape(-1, 3)


def _grids(count: int) -> list[tuple[int, int, int]]:
    """All ways to lay so many cells."""
    divisors = [n for n in range(1, count + 1) if count % n == 0]
    return [(a, b, count // (a * b)) for a in divisors for b in divisors if count % (a * b) == 0]


def _grid(has: str, supercell: tuple, count: int) -> tuple[int, int, int]:
    """n1, n2, n3 of an input. Raises InputError where these are not so many cells."""
    matrix = np.array(supercell)
    diagonal = np.diag(matrix) if matrix.ndim == 2 else matrix
    tilted = matrix.ndim == 2 and not np.array_equal(matrix, np.diag(diagonal))
    if tilted or prod(diagonal.tolist()) != count:
        raise InputError("crystal.supercell", supercell, f"{has}; give three numbers whose product is {count}")
    one, two, three = (int(n) for n in diagonal)
    return one, two, three
