"""Supercells with one atom displaced, as phonopy chooses them."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.errors import InputError, counted
from hpcph.readers.primitive import automatic as shortest

KEY = "crystal.supercell"
NARROWEST = 4.0  # Å between opposite faces
MOST = 5000  # atoms


def unit_cell(symbols: Sequence[str], lattice: np.ndarray, places: np.ndarray, masses: np.ndarray | None) -> Any:
    """phonopy's atoms; lattice (3, 3) and Cartesian places (n, 3) in Å, masses (n,) in amu or None for its own."""
    from phonopy.structure.atoms import PhonopyAtoms

    return PhonopyAtoms(symbols=list(symbols), cell=lattice, positions=places, masses=masses)


def matrix(cell: Any, wanted: tuple | float, empty: int | None = None) -> np.ndarray:
    """phonopy's supercell matrix; wanted : three numbers, a matrix, or Å between opposite faces at least.

    empty : the axis along which a layer does not repeat, of which a length makes one cell

    Raises InputError where the supercell is too small or too large.
    """
    heights = _heights(np.array(cell.cell))
    if isinstance(wanted, float):
        found = np.diag(np.where(np.arange(3) == empty, 1, np.ceil(wanted / heights - 1e-6).astype(int)))
    else:
        found = np.array(wanted, int)
        found = np.diag(found) if found.ndim == 1 else found
    atoms = round(abs(np.linalg.det(found))) * len(cell)
    shown = "×".join(map(str, np.diag(found))) if np.count_nonzero(found) == 3 else str(found.tolist())
    if atoms > MOST:
        raise InputError(KEY, shown, f"makes {counted(atoms, 'atoms')}, more than {MOST}; give a smaller one")
    least = float(_heights(found.T @ np.array(cell.cell)).min())
    if least < NARROWEST:
        fix = f"opposite faces are {least:.2g} Å apart, where an atom would feel itself; give 8 Å or more, or auto"
        raise InputError(KEY, shown, fix)
    return found


def primitive(cell: Any, tolerance: float) -> Any:
    """The primitive cell of phonopy's atoms; tolerance in Å. Raises InputError where phonopy finds none."""
    import phonopy

    try:
        matrix = shortest(cell, tolerance)
        return phonopy.Phonopy(cell, np.eye(3, dtype=int), primitive_matrix=matrix, symprec=tolerance).primitive
    except Exception as err:
        raise InputError("crystal.structure", None, f"phonopy finds no crystal in it ({str(err)[:120]})") from err


def _heights(lattice: np.ndarray) -> np.ndarray:
    """Distances of opposite faces."""
    return 1 / np.linalg.norm(np.linalg.inv(lattice), axis=0)


def displaced(
    cell: Any, wanted: tuple | float, distance: float, tolerance: float, empty: int | None = None
) -> tuple[Any, Any, str]:
    """phonopy's supercell, its displacements and its own description of both; distance, tolerance in Å.

    Raises InputError where phonopy makes none.
    """
    import phonopy

    try:
        made = phonopy.Phonopy(cell, supercell_matrix=matrix(cell, wanted, empty), symprec=tolerance, log_level=0)
        made.generate_displacements(distance=distance, is_diagonal=False)  # or what is not harmonic mixes the axes
    except InputError:
        raise
    except Exception as err:
        raise InputError("crystal.structure", None, f"phonopy makes no displacements ({str(err)[:120]})") from err
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "phonopy_disp.yaml"
        made.save(saved, settings={"force_sets": False, "displacements": True})
        dataset: Any = made.dataset
        return made.supercell, dataset["first_atoms"], saved.read_text(encoding="utf-8")
