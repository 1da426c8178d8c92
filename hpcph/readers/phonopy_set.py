"""A set of phonopy's files as one of its objects, in Å, eV and atomic masses, and what the user should know of it.

phonopy.load would take what lies about, believe the units, ignore files that it has no use for, and read YAML with a
loader that executes tags; here every file is opened by hpcph, has a use, and is checked before phonopy computes.
"""

import contextlib
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.constants import angstrom
from hpcph.errors import InputError, counted
from hpcph.readers import calculators, cells, cuts, forces, numbers, primitive
from hpcph.readers.calculators import CalculatorUnits
from hpcph.readers.cells import Described
from hpcph.readers.files import Content, FileKind, Files, blaming, opened
from hpcph.readers.numbers import Forces

TOLERANCE = 1e-15  # m, phonopy's default
NARROWEST, WIDEST = 1e-18, 1e-11  # m, tolerances that make sense
UNLIKE, UNRELATED = 0.01, 0.3  # differences of force constants of atoms that translations map on each other, relative
Hdf5 = Callable[[str, Path, Path], tuple[np.ndarray, np.ndarray | None, str | None]]


@dataclass(frozen=True)
class Reading:
    """phonopy's object with force constants in eV Å⁻², and lines that the user should read.

    tolerance : m, how far places may be off their space group; units : of the files
    """

    phonopy: Any
    remarks: tuple[str, ...]
    tolerance: float
    units: CalculatorUnits


@dataclass(frozen=True)
class Constants:
    """Force constants that a file holds, eV Å⁻².

    phi : ndarray (rows, n, 3, 3); rows : ndarray (rows,) int, their atoms in the supercell, None where it says nothing
    """

    content: Content
    phi: np.ndarray
    rows: np.ndarray | None


def no_hdf5(key: str, named: Path, unpacked: Path) -> Any:
    """Where nobody reads HDF5."""
    raise InputError(key, named, "is HDF5, which is not read here; give FORCE_CONSTANTS")


def read(files: Files, hdf5: Hdf5) -> Reading:
    """Read a file set.

    hdf5 : force constants, atoms of their rows and unit of a force_constants.hdf5: hdf5(key, named, unpacked)

    Raises InputError where a file is missing, is not phonopy's, contradicts another, or holds no force constants.
    """
    files = files.absolute()
    if files.ngqpt is not None:
        raise InputError(
            "crystal.ngqpt", files.ngqpt, "chooses a grid of a DDB of ABINIT, which is none here; leave it out"
        )
    with _quiet() as folder:
        given = {key: opened(f"crystal.{key}", path, folder) for key, path in files.named().items()}
        crystal, forced, constant = _roles(given, hdf5)
        said = cells.described(crystal, files.calculator, folder)
        units = calculators.chosen(crystal, said.header, said.block, files.calculator)
        cell = said.cell.copy()
        cell.cell = np.array(cell.cell) * units.length
        cells.require_sound(crystal, cell)
        supercell = cuts.supercell(files.supercell, said)
        constants = _constants(said, constant, units, hdf5, alone=forced is None)
        tolerance = files.symmetry_tolerance or _stated_tolerance(said, units) or TOLERANCE
        own, ph = _cut(files.primitive, said, cell, supercell, constants, tolerance / angstrom)
        remarks = _of_units(said, units)
        if files.supercell is not None and said.supercell is not None:
            remarks.append(f"crystal.supercell is not needed: {said.content.path.name} has it")
        if primitive.is_automatic(files.primitive) and said.primitive is None:
            remarks += [text for text in [primitive.sentence(ph.primitive_matrix)] if text]
        remarks += _charge(ph, own, said, given.get("born"), units)
        if constants is not None:
            phi, apart = cuts.compact(own, ph, constants.phi)
            what = f"force constants of atoms that translations map on each other differ by {apart:.1%}"
            if apart > UNRELATED:
                raise constants.content.refuse(
                    f"{what}: of another crystal.supercell, primitive cell or order of atoms"
                )
            remarks += [f"{what}; crystal.primitive: P takes them as they are"] * (apart > UNLIKE)
        else:
            moved = _forces(said, forced, ph)
            phi, more = forces.constants_from(ph, forced or crystal, moved, units)
            remarks += more + forces.of_others(forced or crystal, said.dataset, moved)
        _require_own(constants.content if constants else forced or crystal, ph, phi)
        with blaming(crystal):
            ph.force_constants = phi
    return Reading(ph, tuple(remarks), tolerance, units)


def _stated_tolerance(said: Described, units: CalculatorUnits) -> float | None:
    """That of the file, m; None where it says nothing or nonsense."""
    found = (said.tolerance or 0.0) * units.length * angstrom
    return found if NARROWEST <= found <= WIDEST else None


@contextlib.contextmanager
def _quiet() -> Iterator[Path]:
    """An empty folder, while phonopy prints to nobody. Nothing of it reads YAML; should it, then as plain data."""
    import yaml
    from phonopy import file_IO
    from phonopy.interface import phonopy_yaml

    phonopy_yaml.Loader = file_IO.Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    limit = sys.getrecursionlimit()
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nobody, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with contextlib.redirect_stdout(nobody):
                yield Path(folder)
        finally:
            sys.setrecursionlimit(limit)  # which symfc lifts for itself, and for whatever comes after


def _roles(given: dict[str, Content], hdf5: Hdf5) -> tuple[Content, Content | None, Content | None]:
    """The files of the crystal, of forces and of force constants; the last is None where the first holds them."""
    main, structure, forced = given["force_constants"], given.get("structure"), given.get("force_sets")
    if main.kind is FileKind.RECORDS:
        raise main.refuse(f"is {main.kind.value}, which phonopy does not read; leave out crystal.format")
    if main.kind in (FileKind.YAML, FileKind.TEXT):
        if main.kind is FileKind.TEXT and (structure or not forced):
            raise main.refuse("holds no force constants; add crystal.force_sets: FORCE_SETS, or name another file")
        if structure:
            raise structure.refuse(f"{main.path.name} holds the crystal already; leave it out")
        return main, forced, None
    if structure is None:
        if main.kind is FileKind.HDF5:
            hdf5(main.key, main.path, main.plain)  # which says so where it has no force constants either
        fix = f"{main.path.name} holds no crystal; add crystal.structure: phonopy_disp.yaml or POSCAR"
        raise InputError("crystal.structure", None, fix)
    if forced:
        raise forced.refuse(f"{main.path.name} is {main.kind.value} already; leave it out")
    return (structure, main, None) if main.kind is FileKind.FORCE_SETS else (structure, None, main)


def _require_own(content: Content, ph: Any, phi: np.ndarray) -> None:
    """Raise InputError where an atom acts on another one far more than on itself, whom all its neighbours hold."""
    size = np.linalg.norm(phi, axis=(2, 3))
    own = size[np.arange(len(phi)), ph.primitive.p2s_map]
    if not np.all(own >= size.max(axis=1) / 2):
        atom = int(np.argmin(own / size.max(axis=1)))
        what = (
            f"ties atom {atom + 1} to another one {size[atom].max() / own[atom]:.3g} times as strongly as to its place"
        )
        raise content.refuse(f"{what}: of another crystal.supercell or order of atoms")


def _of_units(said: Described, units: CalculatorUnits) -> list[str]:
    usual = units.length == units.constant == 1
    return [] if usual else [f"{said.content.path.name}: {units}, the units of {units.calculator}"]


def _constants(
    said: Described, file: Content | None, units: CalculatorUnits, hdf5: Hdf5, alone: bool
) -> Constants | None:
    """The force constants of a file of their own, or of the file of the crystal where that is the main one."""
    if file is None and (said.content.key != "crystal.force_constants" or said.constants is None):
        return None
    content, unit, rows = file or said.content, units.constant, None
    if file is None:
        if not alone:
            raise InputError("crystal.force_sets", None, f"{content.path.name} holds force constants; leave it out")
        phi = said.constants
    elif file.kind is FileKind.HDF5:
        phi, rows, name = hdf5(file.key, file.path, file.plain)
        unit = unit if name is None else calculators.constant_unit(file, name)
    else:
        phi, rows = numbers.force_constants(file)
    if phi is None or phi.ndim != 4 or phi.shape[2:] != (3, 3) or not np.all(np.isfinite(phi)):
        raise content.refuse("is damaged: it holds no force constants for pairs of atoms, or some that are not finite")
    return Constants(content, phi * unit, rows)


def _forces(said: Described, file: Content | None, ph: Any) -> Forces:
    within = forces.of_dataset(said.content, said.dataset)
    own = said.content.key == "crystal.force_constants"
    if file is None:
        if within is None or not own:
            fix = "holds no force constants; add crystal.force_sets: FORCE_SETS"
            if said.third_order:
                name = said.content.path.name
                fix = f"is phono3py's, without force constants; give force_constants: fc2.hdf5 and structure: {name}"
            raise InputError("crystal.force_constants", said.content.path, fix)
        return within
    if within is not None and own:
        raise file.refuse(f"{said.content.path.name} holds forces already; leave it out")
    return numbers.force_sets(file, len(ph.unmerged_supercell or ph.supercell))


def _cut(
    wanted: Any, said: Described, cell: Any, supercell: np.ndarray, constants: Constants | None, tolerance: float
) -> list[Any]:
    """phonopy's objects: in the primitive cell that the files were written for, and in the one that is wanted."""
    born = None if said.charges is None else np.asarray(said.charges["born"])
    phi, rows = (None, None) if constants is None else (constants.phi, constants.rows)
    if not primitive.is_automatic(wanted):
        final = wanted if isinstance(wanted, str) else np.array(wanted, float)
    else:
        with blaming(said.content, "phonopy finds no crystal in it"):
            final = primitive.automatic(cell, cuts.ROUGH * tolerance) if said.primitive is None else said.primitive
    first = final if said.primitive is None else said.primitive
    tried: list[Any] = []
    for matrix in (first, final, "P"):
        own = cuts.cut(said, cell, supercell, matrix, tolerance)
        tried.append(own)
        if cuts.fits(own, phi, rows, born):
            same = matrix is final or (np.shape(final) == (3, 3) and np.allclose(final, own.primitive_matrix))
            return [own, own if same else cuts.cut(said, cell, supercell, final, tolerance)]
    raise cuts.misfit(constants.content if constants else said.content, tried[0], phi, born)


def _charge(ph: Any, own: Any, said: Described, file: Content | None, units: CalculatorUnits) -> list[str]:
    """Give phonopy the Born charges; what the user should know of them."""
    if file is not None:
        content, found = file, born(file, ph.primitive, ph.primitive_symmetry)
    elif said.charges is not None:
        content, found = said.content, dict(said.charges, born=cuts.moved(own, ph, np.asarray(said.charges["born"])))
    else:
        return []
    found = cells.charges(found, content)
    found["factor"] = calculators.coulomb(content, found["factor"], units)
    with blaming(content):
        ph.nac_params = found
    replaced = f"Born charges of {content.path.name} instead of those of {said.content.path.name}"
    return [replaced] * (file is not None and said.charges is not None)


def born(file: Content, primitive: Any, symmetry: Any) -> dict:
    """A BORN file's charges for all atoms of a primitive cell. Raises InputError.

    primitive, symmetry : phonopy's cell and its symmetry
    """
    from phonopy.file_IO import get_born_parameters

    epsilon, charges, factor = numbers.born(file)
    independent = symmetry.get_independent_atoms()
    if len(charges) != len(independent):
        atoms = f"the crystal has {len(independent)} that symmetry does not map on each other"
        raise file.refuse(f"has the Born charges of {counted(len(charges), 'atoms')}; {atoms}")
    rows = [" ".join(map(repr, row.ravel().tolist())) for row in (epsilon, *charges)]
    with blaming(file):
        found = get_born_parameters(io.StringIO("\n".join(["-", *rows, ""])), primitive, symmetry)
    return dict(found, factor=factor)
