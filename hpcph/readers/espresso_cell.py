"""What Quantum ESPRESSO's files of phonons have in common: cell, species, atoms and the lattices of ibrav.

Rydberg units: bohr, Ry bohr⁻², masses of half an electron.
"""

import re
from dataclasses import dataclass

import numpy as np

from hpcph import constants
from hpcph.readers.constants import SupercellConstants, lattice_points
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines

RYDBERG = constants.hartree / 2 / constants.bohr**2  # N m⁻¹
AMU = 911.4442431  # masses of half an electron in one of the atomic mass unit
MOST = 100_000  # atoms of a supercell
SPECIES = re.compile(r"\s*(\d+)\s+'([^']*)'\s+(\S+)\s*")
FIRST_LINE = re.compile(r"^[ \t]*\d+[ \t]+\d+[ \t]+-?\d+(?:[ \t]+-?\d*\.\d*(?:[Ee][-+]?\d+)?){6}[ \t]*$", re.MULTILINE)
GEOMETRY = ("NUMBER_OF_TYPES", "NUMBER_OF_ATOMS", "BRAVAIS_LATTICE_INDEX", "CELL_DIMENSIONS")
FIRST = "numbers of species and atoms, ibrav and six of celldm"


@dataclass(frozen=True)
class EspressoCell:
    """The crystal of a file.

    alat : bohr; lattice_vc : ndarray (3, 3), bohr; places_ac : ndarray (a, 3), bohr
    symbols, mass_a : of each atom, "" where it has no name; kg
    """

    alat: float
    lattice_vc: np.ndarray
    places_ac: np.ndarray
    symbols: tuple[str, ...]
    mass_a: np.ndarray


def si(
    cell: EspressoCell,
    grid: tuple[int, int, int],
    phi_tab: np.ndarray,
    charges: tuple[np.ndarray, np.ndarray] | None,
    remark: str,
) -> SupercellConstants:
    """Rydberg units converted; charges : Born charges (a, 3, 3), [field, displacement], and ε (3, 3)"""
    born, epsilon = charges or (None, None)
    return SupercellConstants(
        lattice_vc=cell.lattice_vc * constants.bohr,
        fractional_ac=cell.places_ac @ np.linalg.inv(cell.lattice_vc),
        symbols=cell.symbols,
        mass_a=cell.mass_a,
        supercell=np.diag(grid),
        cell_tc=lattice_points(grid),
        phi_tab=phi_tab * RYDBERG,
        born_aij=born,
        epsilon=epsilon,
        remarks=(remark,),
    )


def require_known(
    content: Content, grid: tuple[int, int, int], charges: object, periodic: tuple[bool, ...] | None
) -> None:
    """Raise InputError where charges with one q along c may be a layer's, which no file says, nor the input."""
    if charges is not None and grid[2] == 1 and periodic is None:
        raise content.refuse(
            "has one q along c (nq3 = 1) and Born charges: whether it is a layer no file says; write crystal.periodic, "
            "[true, true, false] for a layer, [true, true, true] for a bulk"
        )


def sketch(head: str) -> tuple[float, ...] | None:
    """Numbers of species and atoms, ibrav and celldm of a file of q2r.x or ph.x that begins so; None where not seen."""
    if (found := FIRST_LINE.search(head)) is not None:
        return tuple(float(word) for word in found[0].split())
    elements = [re.search(rf"<{name}\b[^>]{{0,99}}>([^<]*)<", head) for name in GEOMETRY]
    try:
        return tuple(float(word) for one in elements if one for word in one[1].split()) or None
    except ValueError:
        return None


def header(lines: Lines) -> EspressoCell:
    """Cell, species and atoms, as files of q2r.x and ph.x alike begin. Raises InputError."""
    words = lines.next().split()
    if len(words) != 9 or not all(re.fullmatch(r"-?\d{1,6}", word) for word in words[:3]):
        raise lines.refuse(FIRST)
    species, atoms, ibrav = map(int, words[:3])
    celldm = lines.numbers(" ".join(words[3:]), 6, FIRST)
    if not 0 < species <= atoms <= MOST or celldm[0] <= 0:
        raise lines.refuse(f"{FIRST}, positive ones")
    if ibrav == 0:
        if "basis" in lines.coming().lower():
            lines.next()
        at = lines.rows("a lattice vector in units of alat")
    else:
        vectors = bravais(ibrav, celldm)
        if vectors is None or not np.all(np.isfinite(vectors)):
            odd = "(ibrav −13 differs between versions; ibrav 0 says the vectors)"
            raise lines.refuse(f"{FIRST} that make a lattice {odd}")
        at = vectors
    names, masses = [], []
    for number in range(1, species + 1):
        found = SPECIES.fullmatch(lines.next())
        if found is None or int(found[1]) != number:
            raise lines.refuse(f"species {number}, its 'name' and its mass")
        names.append(found[2].strip())
        masses.append(lines.numbers(found[3], 1, f"the mass of species {number}")[0])
    which, places = [], []
    for number in range(1, atoms + 1):
        what = f"atom {number}, its species (1 to {species}) and its place"
        row = lines.numbers(lines.next(), 5, what)
        if row[0] != number or row[1] not in range(1, species + 1):
            raise lines.refuse(what)
        which.append(int(row[1]) - 1)
        places.append(row[2:])
    return cell(
        lines.content, celldm[0], at, np.array(places), [names[k] for k in which], np.array(masses)[which] / AMU
    )


def cell(
    content: Content, alat: float, at: np.ndarray, places: np.ndarray, names: list[str], mass: np.ndarray
) -> EspressoCell:
    """at, places : in units of alat; mass : u. Raises InputError where the lattice is flat."""
    if not abs(np.linalg.det(at)) > 1e-6:
        raise content.refuse("has lattice vectors that lie in a plane")
    return EspressoCell(alat, at * alat, places * alat, tuple(names), mass * constants.atomic_mass)


def bravais(ibrav: int, celldm: np.ndarray) -> np.ndarray | None:
    """The lattice vectors of Quantum ESPRESSO's ibrav as rows in units of celldm(1); None where it has no such ibrav.

    celldm : ndarray (6,): a in bohr, b/a, c/a, and cosines of the angles bc, ac, ab, or of the one angle there is
    """
    b, c, cos_bc, cos_ac, cos_ab = celldm[1:]
    h = 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        sin = np.sqrt(1 - cos_ab**2) if ibrav in (12, 13, 14) else np.sqrt(1 - cos_ac**2)
        if ibrav in (12, 13):  # the angle of a and b stands where others have that of b and c
            cos_ab, sin = cos_bc, np.sqrt(1 - cos_bc**2)
        rows = {
            1: lambda: np.eye(3),
            2: lambda: h * np.array([[-1, 0, 1], [0, 1, 1], [-1, 1, 0]]),
            3: lambda: h * np.array([[1, 1, 1], [-1, 1, 1], [-1, -1, 1]]),
            -3: lambda: h * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]]),
            4: lambda: [[1, 0, 0], [-h, np.sqrt(3) / 2, 0], [0, 0, c]],
            5: lambda: _trigonal(cos_bc),
            -5: lambda: _trigonal_111(cos_bc),
            6: lambda: np.diag([1, 1, c]),
            7: lambda: h * np.array([[1, -1, c], [1, 1, c], [-1, -1, c]]),
            8: lambda: np.diag([1, b, c]),
            9: lambda: [[h, b / 2, 0], [-h, b / 2, 0], [0, 0, c]],
            -9: lambda: [[h, -b / 2, 0], [h, b / 2, 0], [0, 0, c]],
            91: lambda: [[1, 0, 0], [0, b / 2, -c / 2], [0, b / 2, c / 2]],
            10: lambda: h * np.array([[1, 0, c], [1, b, 0], [0, b, c]]),
            11: lambda: h * np.array([[1, b, c], [-1, b, c], [-1, -b, c]]),
            12: lambda: [[1, 0, 0], [b * cos_ab, b * sin, 0], [0, 0, c]],
            -12: lambda: [[1, 0, 0], [0, b, 0], [c * cos_ac, 0, c * sin]],
            13: lambda: [[h, 0, -c / 2], [b * cos_ab, b * sin, 0], [h, 0, c / 2]],
            14: lambda: _triclinic(b, c, cos_bc, cos_ac, cos_ab),
        }.get(ibrav)
        return None if rows is None else np.array(rows(), float)


def _trigonal(cosine: float) -> np.ndarray:
    """Three vectors about z."""
    x, y, z = np.sqrt((1 - cosine) / 2), np.sqrt((1 - cosine) / 6), np.sqrt((1 + 2 * cosine) / 3)
    return np.array([[x, -y, z], [0, 2 * y, z], [-x, -y, z]])


def _trigonal_111(cosine: float) -> np.ndarray:
    """Three vectors about (1, 1, 1)."""
    y, z = np.sqrt((1 - cosine) / 6), np.sqrt((1 + 2 * cosine) / 3)
    u, v = (z - 2 * np.sqrt(2) * y) / np.sqrt(3), (z + np.sqrt(2) * y) / np.sqrt(3)
    return np.array([[u, v, v], [v, u, v], [v, v, u]])


def _triclinic(b: float, c: float, cos_bc: float, cos_ac: float, cos_ab: float) -> np.ndarray:
    sin = np.sqrt(1 - cos_ab**2)
    height = np.sqrt(1 + 2 * cos_bc * cos_ac * cos_ab - cos_bc**2 - cos_ac**2 - cos_ab**2)
    last = [c * cos_ac, c * (cos_bc - cos_ac * cos_ab) / sin, c * height / sin]
    return np.array([[1, 0, 0], [b * cos_ab, b * sin, 0], last])
