"""What the run of a crystal is expected to cost: only the ratios count, by which work is handed out."""

import warnings
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

# seconds on one core of two that others used too: of a run; with Born charges; of a pair of atoms, in the supercell and
# with charges; of the modes at fixed wave vectors, and of an irreducible point of the mesh, over the cube of the atoms
START, CHARGED, PAIR, CHARGED_PAIR, FIXED, POINT = 0.52, 0.43, 1.2e-4, 5e-3, 3.3e-5, 3.5e-6
USUAL = 3  # in the series of meshes of an accuracy


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
    """Start and sum rules by pairs of atoms, dipoles by pairs, eigenvalue problems by cubes.

    cells : of the supercell, in units of the primitive one; charged : are Born charges known?

    Fitted to 81 runs of inputs/survey.yaml, 1 to 56 atoms, meshes of 20 and 40 Å: for eight of ten it is 0.55 to 1.3 of
    the time they took; Spearman's rank correlation is 0.84. Sections with costs of their own, such as slices, do not
    count.
    """
    atoms = len(structure.mass_a)
    points = 0.0 if mesh is None else float(np.prod(_grid(structure, mesh))) / len(structure.rotations)
    pairs = PAIR * atoms**2 * cells + CHARGED_PAIR * charged * atoms**2
    return START + CHARGED * charged + pairs + (FIXED + POINT * points) * atoms**3


def _grid(structure: Structure, mesh: MeshSection) -> tuple[int, int, int]:
    """The finest mesh; of an accuracy one that is often enough."""
    series = samplings(mesh, structure)
    return series[-1 if mesh.accuracy is None else USUAL].grid


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = supercells.primitive(cell, TOLERANCE / angstrom)
    lattice, mass = np.array(whole.cell) * angstrom, np.array(whole.masses) * atomic_mass
    structure = _structure(lattice, np.array(whole.scaled_positions), tuple(whole.symbols), mass)
    repeated = np.array(keys.get("supercell", np.eye(3) if said.supercell is None else said.supercell))
    cells_ = np.prod(repeated) if repeated.ndim == 1 else np.linalg.det(repeated)
    return structure, round(abs(cells_) * len(cell) / len(whole)), said.charges is not None or "born" in keys


def _of_constants(read: SupercellConstants) -> tuple[Structure, int, bool]:
    structure = _structure(read.lattice_vc, read.fractional_ac, read.symbols, read.mass_a)
    return structure, len(read.cell_tc), read.born_aij is not None


def _structure(lattice: np.ndarray, places: np.ndarray, symbols: tuple[str, ...], mass: np.ndarray) -> Structure:
    kinds = spacegroup.kinds(symbols, mass)
    return Structure.of(spacegroup.symmetric_cell(lattice, places, kinds, None, TOLERANCE), mass, symbols)
