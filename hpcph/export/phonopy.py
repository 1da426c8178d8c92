"""A crystal as phonopy's files: phonopy_params.yaml with the cell and the Born charges, force_constants.hdf5 beside it.

Å, eV and atomic masses, VASP's units. The unit cell is the primitive one; force constants are of its atoms alone
(compact), summed over images as phonopy has them, so that it finds the same D at the supercell's own wave vectors.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import hpcph
from hpcph.constants import angstrom, atomic_mass, elementary_charge
from hpcph.crystal.commensurate import InSupercell, supercell_constants
from hpcph.crystal.elements import NONE, element
from hpcph.crystal.lattice import Dielectric, Structure
from hpcph.disk.draft import draft
from hpcph.errors import InputError, printable

KEY = "--output"
PARAMS, CONSTANTS = "phonopy_params.yaml", "force_constants.hdf5"
UNIT = elementary_charge / angstrom**2  # N m⁻¹ of 1 eV Å⁻²
TOLERANCE = 1e-5  # Å, of symmetry and of images that are equally near: places are on their group to far less


def write(given: InSupercell, remarks: Sequence[str], folder: Path) -> list[Path]:
    """Both files, in a folder that is made where it is not there; remarks : lines for the head of the yaml.

    Raises InputError where one of them exists, they cannot be written, or phonopy knows no such atoms.
    """
    from phonopy.file_IO import write_force_constants_to_hdf5

    require_free(folder)
    params, constants = folder / PARAMS, folder / CONSTANTS
    structure = given.crystal.structure
    hand = int(np.sign(np.linalg.det(structure.lattice_vc)))  # phonopy sums no dipoles in left-handed axes
    structure = replace(structure, lattice_vc=hand * structure.lattice_vc, fractional_ac=hand * structure.fractional_ac)
    unknown = [symbol for symbol in structure.symbols if element(symbol) == NONE]
    if unknown:
        raise InputError("FILES", ", ".join(unknown), "phonopy knows no atoms but those of elements; name them so")
    matrix = given.supercell.T * (1 if np.linalg.det(given.supercell) > 0 else -1)
    ph = _phonopy(structure, matrix)
    at = ph.primitive
    atom = np.array([at.p2p_map[s] for s in at.s2p_map])
    shift = np.array(ph.supercell.scaled_positions) @ matrix.T - structure.fractional_ac[atom]
    phi = supercell_constants(given.crystal, given.commensurate_qc, atom, hand * np.rint(shift).astype(int))
    remarks = [*remarks, *["axes a, b, c are reversed: those of the file are left-handed"] * (hand < 0)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft(constants) as temporary:
            write_force_constants_to_hdf5(
                phi / UNIT, str(temporary), np.array(at.p2s_map), "eV/angstrom^2", compression="gzip"
            )
        with draft(params) as temporary:
            temporary.write_text(_yaml(structure, matrix, given.dielectric, remarks), encoding="utf-8")
    except OSError as err:
        raise InputError(KEY, folder, f"cannot be written ({os.strerror(err.errno or 0)})") from None
    return [params, constants]


def require_free(folder: Path) -> None:
    """Raise InputError where one of the files exists."""
    for path in (folder / PARAMS, folder / CONSTANTS):
        if os.path.lexists(path):
            raise InputError(KEY, path, "exists, and nothing is overwritten; name another folder")


def _phonopy(structure: Structure, matrix: np.ndarray) -> Any:
    """phonopy's object of a cell and a supercell, which orders the atoms of this."""
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    cell = PhonopyAtoms(
        cell=structure.lattice_vc / angstrom,
        scaled_positions=structure.fractional_ac,
        symbols=[element(symbol) for symbol in structure.symbols],
        masses=structure.mass_a / atomic_mass,
    )
    return Phonopy(cell, matrix, primitive_matrix="P", is_symmetry=False, symprec=TOLERANCE)


def _yaml(structure: Structure, matrix: np.ndarray, charges: Dielectric | None, remarks: Sequence[str]) -> str:
    """phonopy's yaml; fixed decimals, for its parser takes 1e-17 for text."""
    head = [f"written by hpcph {hpcph.__version__}", *remarks]
    lines = [f"# {' '.join(printable(text).split())}" for text in head]
    lines += ["phonopy:", f'  version: "{_version()}"', "  calculator: vasp", f"  symmetry_tolerance: {TOLERANCE:.6f}"]
    if charges is not None:
        lines.append(f"  nac_unit_conversion_factor: {charges.coulomb / (elementary_charge * angstrom):.15f}")
    lines += ["physical_unit:", '  atomic_mass: "AMU"', '  length: "angstrom"', '  force_constants: "eV/angstrom^2"']
    if charges is not None:
        lines += ["born_effective_charge:"]
        for atom, born in enumerate(charges.born, 1):
            lines += [f"- # {atom}", *_rows(born, "  ")]
        lines += ["dielectric_constant:", *_rows(charges.epsilon, "  ")]
    lines += ["supercell_matrix:", *(f"- [ {', '.join(map(str, row))} ]" for row in matrix.tolist())]
    lines += ["primitive_matrix:", *_rows(np.eye(3))]
    lines += ["unit_cell:", "  lattice:", *_rows(structure.lattice_vc / angstrom, "  "), "  points:"]
    species = told_apart(structure.symbols)
    for symbol, place, mass in zip(species, structure.fractional_ac, structure.mass_a / atomic_mass, strict=True):
        lines.append(f"  - symbol: {element(symbol)}")
        lines += [f"    extended_symbol: {symbol}"] * (symbol != element(symbol))
        lines += [f"    coordinates: {_row(place)}", f"    mass: {mass:.15f}"]
    return "\n".join([*lines, ""])


def told_apart(symbols: Sequence[str]) -> list[str]:
    """Species as phonopy has them, numbered where there are several of an element: Fe_up and Fe_dn are Fe1 and Fe2."""
    kinds = list(dict.fromkeys(symbols))
    alike = {kind: [other for other in kinds if element(other) == element(kind)] for kind in kinds}
    names = {
        kind: kind if _numbered(others) else f"{element(kind)}{others.index(kind) + 1}"
        for kind, others in alike.items()
    }
    return [names[symbol] for symbol in symbols]


def _numbered(kinds: Iterable[str]) -> bool:
    """Are these an element with numbers behind it, as phonopy has species?"""
    return all(re.fullmatch(rf"{element(kind)}\d*", kind) for kind in kinds)


def _rows(matrix: np.ndarray, indent: str = "") -> list[str]:
    return [f"{indent}- {_row(row)}" for row in matrix]


def _row(row: np.ndarray) -> str:
    return f"[ {', '.join(f'{x + 0.0:.17f}' for x in row)} ]"


def _version() -> str:
    from importlib.metadata import version

    return version("phonopy")
