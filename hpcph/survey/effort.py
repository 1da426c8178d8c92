"""What the run of a crystal is expected to cost: only the ratios count, by which work is handed out."""

from typing import Any

import numpy as np

from hpcph.config.load import from_text
from hpcph.config.mesh import MeshSection
from hpcph.constants import angstrom, atomic_mass
from hpcph.crystal import spacegroup
from hpcph.crystal.lattice import Structure
from hpcph.errors import InputError
from hpcph.potential import supercells
from hpcph.prepare.job import samplings
from hpcph.prepare.look import files_of_input
from hpcph.readers import calculators, cells, foreign
from hpcph.readers.cells import Described
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Files
from hpcph.readers.phonopy_set import TOLERANCE
from hpcph.readers.recognised import KEY, recognised
from hpcph.survey.belonging import FileSet, files_of
from hpcph.survey.candidate import Candidate
from hpcph.survey.template import Template, text

PLAIN = 4096  # points of a mesh where none is asked


def expected(found: FileSet, template: Template | None) -> float:
    """Seconds that the run of a crystal takes on one core.

    A cell of phonopy's is known already; files of another program are read for it, with what the template says of them.
    Raises InputError where they are no crystal.
    """
    mesh = None if template is None else template.mesh
    if found.described is not None:
        return seconds(*_of_described(found.described, found.keys), mesh)
    files = _files(found, template)
    if (of := foreign.recognised(files)) is not None:
        return seconds(*_of_constants(foreign.read(files, of, TOLERANCE)), mesh)
    described = recognised(files.structure or files.force_constants).described
    if described is None:
        raise InputError(KEY, found.main, "holds no crystal")
    return seconds(*_of_described(described, found.keys), mesh)


def seconds(structure: Structure, cells: int, charged: bool, mesh: MeshSection | None) -> float:
    """TODO"""
    points = float(PLAIN)
    if mesh is not None:
        points = float(np.prod(samplings(mesh, structure)[-1].grid))
    irreducible = points / len(structure.rotations)
    return irreducible * len(structure.mass_a) ** 3


def _files(found: FileSet, template: Template | None) -> Files:
    """Those that a run of the crystal reads."""
    if template is None:
        return files_of(found.keys)
    return files_of_input(from_text(found.main, text(template, Candidate("", "", found.keys))))


def _of_described(said: Described, keys: dict[str, Any]) -> tuple[Structure, int, bool]:
    """The primitive cell of a unit cell, how many of it a supercell has, and whether Born charges are known.

    Raises InputError where the unit cell is none.
    """
    cell = said.cell.copy()
    cell.cell = np.array(cell.cell) * calculators.chosen(said.content, said.header, said.block, None).length
    cells.require_sound(said.content, cell)
    whole = supercells.primitive(cell, TOLERANCE / angstrom)
    mass = np.array(whole.masses) * atomic_mass
    structure = _structure(
        np.array(whole.cell) * angstrom, np.array(whole.scaled_positions), tuple(whole.symbols), mass
    )
    repeated = np.array(keys.get("supercell", np.eye(3) if said.supercell is None else said.supercell))
    cells_ = np.prod(repeated) if repeated.ndim == 1 else np.linalg.det(repeated)
    return structure, round(abs(cells_) * len(cell) / len(whole)), said.charges is not None or "born" in keys


def _of_constants(read: SupercellConstants) -> tuple[Structure, int, bool]:
    structure = _structure(read.lattice_vc, read.fractional_ac, read.symbols, read.mass_a)
    return structure, len(read.cell_tc), read.born_aij is not None


def _structure(lattice: np.ndarray, places: np.ndarray, symbols: tuple[str, ...], mass: np.ndarray) -> Structure:
    kinds = spacegroup.kinds(symbols, mass)
    return Structure.of(spacegroup.symmetric_cell(lattice, places, kinds, None, TOLERANCE), mass, symbols)
