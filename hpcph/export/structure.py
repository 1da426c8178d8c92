"""The crystal of an opened result as ASE and pymatgen have crystals."""

from typing import TYPE_CHECKING

import ase
import numpy as np
import xarray as xr

from hpcph.constants import angstrom, atomic_mass
from hpcph.crystal.elements import NONE, element
from hpcph.errors import InputError
from hpcph.result.crystal import (
    CRYSTAL_AREA,
    CRYSTAL_LATTICE,
    CRYSTAL_MASSES,
    CRYSTAL_POSITIONS,
    CRYSTAL_SYMBOLS,
)

if TYPE_CHECKING:
    from pymatgen.core import Structure


def atoms(result: xr.Dataset) -> ase.Atoms:
    """The primitive cell: lattice in Å, the masses of the run in u, periodic unless across a layer.

    Species that are no elements are written as theirs, X where there is none; the array `species_name` then names them.
    """
    names = result[CRYSTAL_SYMBOLS.variable].values.tolist()
    elements = [element(name) for name in names]
    found = ase.Atoms(
        elements,
        scaled_positions=result[CRYSTAL_POSITIONS.variable].values,
        cell=result[CRYSTAL_LATTICE.variable].values / angstrom,
        masses=result[CRYSTAL_MASSES.variable].values / atomic_mass,
        pbc=_periodic(result),
    )
    if names != elements:
        found.set_array("species_name", np.array(names))
    return found


def structure(result: xr.Dataset) -> "Structure":
    """The same as pymatgen's Structure, with `mass` (u) and `species_name` of the sites.

    Raises InputError where pymatgen is not installed.
    """
    try:
        from pymatgen.core import DummySpecies, Lattice, Structure
    except ImportError:
        raise InputError("pymatgen", None, "is not installed; pip install pymatgen, or take hpcph.atoms") from None
    names = result[CRYSTAL_SYMBOLS.variable].values.tolist()
    found = atoms(result)
    return Structure(
        Lattice(found.cell.array, pbc=tuple(found.pbc.tolist())),
        [symbol if symbol != NONE else DummySpecies(NONE) for symbol in found.symbols],
        result[CRYSTAL_POSITIONS.variable].values,
        site_properties={"mass": found.get_masses().tolist(), "species_name": names},
    )


def _periodic(result: xr.Dataset) -> np.ndarray:
    """Along a, b, c; a layer, whose area stands in the result, ends along the vector that is normal to it."""
    if CRYSTAL_AREA.variable not in result:
        return np.ones(3, bool)
    a, b, c = result[CRYSTAL_LATTICE.variable].values
    faces = np.linalg.norm(np.cross([b, c, a], [c, a, b]), axis=1)
    return np.arange(3) != np.argmin(np.abs(faces - result[CRYSTAL_AREA.variable].values))
