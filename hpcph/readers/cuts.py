"""A crystal of phonopy cut into supercell and primitive cell; what belongs to one primitive cell moved to another."""

import contextlib
from typing import Any

import numpy as np

from hpcph.errors import InputError, counted
from hpcph.readers.cells import Described
from hpcph.readers.files import Content, line

MOST = 20_000  # atoms of a supercell
ROUGH = 4  # tolerances: two atoms and two that fix an operation may be off


def supercell(wanted: tuple | None, said: Described) -> np.ndarray:
    """phonopy's matrix of the supercell, (3, 3) int: that of the input, or of the file. Raises InputError."""
    if wanted is None and said.supercell is None:
        raise InputError(
            "crystal.supercell", None, f"{said.content.path.name} names no supercell; add crystal.supercell: [n, n, n]"
        )
    matrix = np.array(said.supercell if wanted is None else wanted)
    matrix = np.diag(matrix) if matrix.shape == (3,) else matrix
    if said.supercell is not None and not np.array_equal(matrix, said.supercell):
        fix = f"{said.content.path.name} has {said.supercell.tolist()}; leave it out"
        raise InputError("crystal.supercell", wanted, fix)
    cells = np.linalg.det(matrix) if matrix.shape == (3, 3) else 0
    if not 0.5 < cells * len(said.cell) < MOST + 0.5 or cells < 0.5:
        raise said.content.refuse(f"has a supercell of {cells:.3g} cells (crystal.supercell)")
    return matrix.astype(int)


def cut(said: Described, cell: Any, matrix: np.ndarray, primitive: Any, tolerance: float) -> Any:
    """phonopy's object for a unit cell in Å, its supercell and primitive cell. Raises InputError.

    tolerance : Å, how far places may be off their space group; more where noise keeps atoms from repeating each other
    """
    try:
        return _phonopy(said, cell, matrix, primitive, tolerance)
    except Exception as err:
        for other, distance in ((primitive, ROUGH * tolerance), ("P", tolerance)):
            with contextlib.suppress(Exception):
                found = _phonopy(said, cell, matrix, other, distance)
                break
        else:
            what = f"phonopy finds no crystal in it ({type(err).__name__}: {line(err)})"
            raise said.content.refuse(f"{what}; a larger crystal.symmetry_tolerance helps with rough places") from err
        if other is primitive:
            return found
        shown = primitive if isinstance(primitive, str) else np.array(primitive).round(6).tolist()
        fix = (
            f"is no primitive cell of {said.content.path.name}; give auto, P, or the matrix of its pure translations, "
            "or a larger crystal.symmetry_tolerance if its places are rough"
        )
        raise InputError("crystal.primitive", shown, fix) from err


def _phonopy(said: Described, cell: Any, matrix: np.ndarray, primitive: Any, tolerance: float) -> Any:
    from phonopy import Phonopy

    return Phonopy(
        cell, supercell_matrix=matrix, primitive_matrix=primitive, site_mixture_scheme=said.scheme, symprec=tolerance
    )


def fits(ph: Any, phi: np.ndarray | None, rows: np.ndarray | None, born: np.ndarray | None) -> bool:
    """Are force constants and Born charges those of the atoms of this primitive cell (force constants: or of all)?"""
    atoms, all_atoms = len(ph.primitive), len(ph.supercell)
    if born is not None and len(born) != atoms:
        return False
    if phi is None:
        return True
    if phi.shape[1] != all_atoms or len(phi) not in (atoms, all_atoms):
        return False
    return len(phi) == all_atoms or rows is None or np.array_equal(rows, ph.primitive.p2s_map)


def misfit(content: Content, ph: Any, phi: np.ndarray | None, born: np.ndarray | None) -> InputError:
    """The complaint about what fits no primitive cell."""
    atoms, all_atoms = len(ph.primitive), len(ph.supercell)
    if phi is not None and (phi.shape[1] != all_atoms or len(phi) not in (atoms, all_atoms)):
        shape = f"{len(phi)} × {phi.shape[1]} atoms, the crystal has {atoms} or {all_atoms} × {all_atoms}"
        return content.refuse(f"has force constants of {shape}; check crystal.supercell and crystal.primitive")
    if born is not None and len(born) != atoms:
        return content.refuse(f"has Born charges of {counted(len(born), 'atoms')}, the primitive cell has {atoms}")
    return content.refuse("has force constants of other atoms than those of the primitive cell (crystal.primitive)")


def moved(given: Any, wanted: Any, values: np.ndarray) -> np.ndarray:
    """What belongs to the atoms of one primitive cell for those of another one of the same supercell."""
    own = given.primitive
    return values[[own.p2p_map[own.s2p_map[s]] for s in wanted.primitive.p2s_map]]


def compact(given: Any, wanted: Any, phi: np.ndarray) -> tuple[np.ndarray, float]:
    """Φ for the atoms of a primitive cell, and by how much (relative) those of equivalent atoms differ.

    given, wanted : phonopy's objects of the same supercell; phi : of all atoms, or of the primitive cell of `given`
    """
    from phonopy.harmonic.force_constants import compact_fc_to_full_fc

    if len(phi) == len(given.primitive) and given is wanted:
        return phi, 0.0
    full = phi if len(phi) == phi.shape[1] else compact_fc_to_full_fc(given.primitive, phi)
    rows = np.ascontiguousarray(full[wanted.primitive.p2s_map])
    if len(rows) == len(full):
        return rows, 0.0
    apart = np.linalg.norm(compact_fc_to_full_fc(wanted.primitive, rows) - full)
    return rows, float(apart) / max(float(np.linalg.norm(full)), 1e-300)
