"""Dynamical matrices of a grid of q by Quantum ESPRESSO's ph.x, or SSCHA in its format: prefix.dyn0, prefix.dyn1, ….

prefix.dyn0 has the grid and how many files there are; each of the others the matrices of a star, in Ry bohr⁻² and
without masses, of all q of it, Cartesian in units of 2π/alat. C_ab(q) = Σ_T Φ_ab(T) e^{2πi q·T}, dipoles included.
"""

import re
from fractions import Fraction
from math import lcm
from pathlib import Path

import numpy as np

from hpcph.errors import counted
from hpcph.readers.constants import SupercellConstants, lattice_points, of_matrices
from hpcph.readers.espresso_cell import MOST, EspressoCell, header, require_known, si
from hpcph.readers.espresso_xml import Elements, is_xml
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines

NUMBERED = re.compile(r"(.*?)(\d+)((?:\.(?:xml|txt|dat))?)((?:\.(?:gz|xz|bz2|lzma))?)")
PACKED = ("", ".xz", ".gz", ".bz2", ".lzma")
BEGINS = re.compile(
    r"\A\s*Dynamical matrix file|Dynamical +Matrix in cartesian axes|<DYNAMICAL_MAT_\.1>"
    r"|\A[ \t]*\d+[ \t]+\d+[ \t]+\d+[ \t]*\n[ \t]*\d+[ \t]*\n[ \t]*(?:-?\d*\.\S+[ \t]+){2}-?\d*\.\S+[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)  # the last is dyn0
GRID = re.compile(r"[ \t]*\d+[ \t]+\d+[ \t]+\d+[ \t]*\n[ \t]*\d+[ \t]*\n")  # how dyn0 begins
MATRIX = re.compile(r"\s*Dynamical\s+Matrix in cartesian axes", re.IGNORECASE)
Q = re.compile(r"\s*q\s*=\s*\(([^()]*)\)\s*")
ALIKE = 1e-5  # of a step of the grid, by which a q may be off; of lattice vectors and places, relative
FINEST = 100  # divisions of a grid
Read = tuple[EspressoCell, tuple[np.ndarray, np.ndarray] | None, list[tuple[np.ndarray, np.ndarray]]]
RAMAN = 12  # lines of an atom's Raman tensor: three times a title and three rows
CONJUGATE = 1e-3  # of C, by which that of −q may differ from the conjugate


def looks_like(head: str) -> bool:
    """Whether a text begins as one of the files does."""
    return BEGINS.search(head) is not None


def beside(path: Path) -> list[Path]:
    """The other files of the grid, in order: those with the next numbers, of the same packing or another."""
    found = _numbered(path)
    if found is None or found[1] > 1:
        return []
    others: list[Path] = []
    before, number, form, packed = found
    while one := _there(path, f"{before}{(number := number + 1)}", form, packed):
        others.append(one)
    return others


def _numbered(path: Path) -> tuple[str, int, str, str] | None:
    """What stands before the number of a file, the number, and behind it form and packing; None where it has none.

    A prefix may end in digits: where no file has the number 0 or 1, the last digit alone is it.
    """
    found = NUMBERED.fullmatch(path.name)
    if found is None:
        return None
    before, digits, form, packed = found.groups()
    if digits[-1] in "01" and not any(_there(path, before + first, form, packed) for first in "01"):
        before, digits = before + digits[:-1], digits[-1]
    return before, int(digits), form, packed


def _there(path: Path, name: str, form: str, packed: str) -> Path | None:
    """The file of that name beside one, in its form and packing or another; None where there is none."""
    ends = [f"{xml}{end}" for xml in ("", ".xml") for end in (packed, *PACKED)]  # dyn0 is never XML
    files = (path.with_name(name + end) for end in dict.fromkeys([form + packed, *ends]))
    return next((file for file in files if file.is_file()), None)


def read(contents: tuple[Content, ...], periodic: tuple[bool, ...] | None = None) -> SupercellConstants:
    """Force constants from the matrices of all q of a grid.

    contents : prefix.dyn0 or prefix.dyn1, and all that `beside` says; or a file without a number, which has all q
    periodic : along which of a, b, c the crystal repeats, None where the input does not say

    Raises InputError where a file is missing, damaged, of another crystal, or a q of the grid is there not at all or
    twice with matrices that differ.
    """
    first = contents[0]
    said, files = None, contents
    if GRID.match(first.text):
        said, count = _grid_file(first)
        files = contents[1 : count + 1]
        if len(files) < count:
            raise first.refuse(
                f"is of {counted(count, 'files')} of matrices, but the one with number {len(files) + 1} is not there"
            )
    elif (found := _numbered(first.path)) is not None and found[1] != 1:
        raise first.refuse("is one of several files of matrices; give the one with number 0, or 1, and all beside it")
    cell, charges, matrices = None, None, []
    for content in files:
        own, dielectric, found_here = _file(content)
        if cell is not None and not _same(cell, own):
            raise content.refuse(f"has another cell, other atoms or masses than {files[0].path.name}")
        cell, charges = cell or own, charges or dielectric
        matrices += [(content, q, matrix) for q, matrix in found_here]
    assert cell is not None
    per_step = [q @ cell.lattice_vc.T / cell.alat for _, q, _ in matrices]
    grid = said or _grid(files[-1], per_step, len(cell.mass_a))
    require_known(first, grid, charges, periodic)
    phi = of_matrices(grid, _on_grid(grid, per_step, matrices))
    if np.abs(phi.imag).max() > CONJUGATE * np.abs(phi).max():
        raise first.refuse("and the files beside it have matrices of q and −q that are not complex conjugates")
    what = f"matrices of {np.prod(grid)} q in {len(files)} file(s)"
    return si(cell, grid, phi.real, charges, what)


def _grid_file(content: Content) -> tuple[tuple[int, int, int], int]:
    """The grid, and how many files of matrices there are."""
    lines = Lines(content)
    one, two, three = lines.whole(lines.next(), 3, "the grid, nq1 nq2 nq3")
    if one * two * three > MOST:
        raise lines.refuse(f"a grid of at most {MOST} q")
    (count,) = lines.whole(lines.next(), 1, "the number of files")
    return (one, two, three), count


def _file(content: Content) -> Read:
    """Cell, Born charges with ε where they are, and every q with its matrix, (3,) and (a, b, 3, 3)."""
    return _xml(Elements(content)) if is_xml(content) else _text(Lines(content))


def _xml(elements: Elements) -> Read:
    cell = elements.cell()
    (count,), atoms, found = elements.counted("GEOMETRY_INFO/NUMBER_OF_Q", 1), len(cell.mass_a), []
    for number in range(1, count + 1):
        of = f"DYNAMICAL_MAT_.{number}"
        blocks, matrix = elements.children(of), np.empty((atoms, atoms, 3, 3), complex)
        for a, b in np.ndindex(atoms, atoms):
            tag = f"PHI.{a + 1}.{b + 1}"
            parts = elements.within(blocks.get(tag), f"{of}/{tag}", 3, 3, 2)
            matrix[a, b] = (parts[..., 0] + 1j * parts[..., 1]).T
        found.append((elements.values(f"{of}/Q_POINT", 3), matrix))
    return cell, elements.charges(atoms), found


def _text(lines: Lines) -> Read:
    if "dynamical matrix file" not in lines.next().lower():
        raise lines.refuse("'Dynamical matrix file', with which ph.x begins them")
    lines.next()  # the title
    cell = header(lines)
    atoms, found = len(cell.mass_a), []
    while MATRIX.match(lines.coming()):
        lines.past_blank()
        there = Q.fullmatch(lines.past_blank())
        if there is None:
            raise lines.refuse("q = ( three numbers )")
        found.append((lines.numbers(there[1], 3, "q = ( three numbers )"), _matrix(lines, atoms)))
    if not found:
        lines.past_blank()
        raise lines.refuse("'Dynamical  Matrix in cartesian axes'")
    charges = _charges(lines, atoms) if "dielectric" in lines.coming().lower() else None
    if "raman tensor" in lines.coming().lower():
        for _ in range(1 + RAMAN * atoms):
            lines.past_blank()
    if "diagonalizing" not in lines.past_blank().lower():
        raise lines.refuse("'Dynamical  Matrix in cartesian axes' or 'Diagonalizing the dynamical matrix'")
    return cell, charges, found


def _matrix(lines: Lines, atoms: int) -> np.ndarray:
    matrix = np.empty((atoms, atoms, 3, 3), complex)
    for a, b in np.ndindex(atoms, atoms):
        if lines.past_blank().split() != [str(a + 1), str(b + 1)]:
            raise lines.refuse(f"{a + 1} {b + 1}, a pair of atoms, and its block")
        rows = lines.rows(f"a row of the block of atoms {a + 1} and {b + 1}: three complex numbers", 6)
        matrix[a, b] = rows[:, ::2] + 1j * rows[:, 1::2]
    return matrix


def _charges(lines: Lines, atoms: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Born charges and ε; None where ε stands alone."""
    lines.past_blank()
    if not lines.coming():
        raise lines.refuse("ε")
    rows = [lines.numbers(lines.past_blank(), 3, "a row of ε") for _ in range(3)]
    if "charges" not in lines.coming().lower():
        return None
    lines.past_blank()
    born = []
    for number in range(1, atoms + 1):
        words = lines.past_blank().split()
        if words[:1] != ["atom"] or words[-1] != str(number):
            raise lines.refuse(f"'atom # {number}' and its Born charges")
        born.append(lines.rows(f"a row of the Born charges of atom {number}"))
    if lines.coming().lower().lstrip().startswith("effective charges u-e"):  # the same by other means
        lines.past_blank()
        for _ in range(4 * atoms):
            lines.past_blank()
    return np.array(born), np.array(rows)


def _same(one: EspressoCell, other: EspressoCell) -> bool:
    if one.symbols != other.symbols or not np.allclose(one.mass_a, other.mass_a, rtol=ALIKE, atol=0):
        return False
    size = ALIKE * one.alat
    return all(np.allclose(getattr(one, n), getattr(other, n), atol=size) for n in ("lattice_vc", "places_ac"))


def _grid(content: Content, per_step: list[np.ndarray], atoms: int) -> tuple[int, int, int]:
    """The coarsest grid that all q are of; per_step : q fractional."""
    one, two, three = (
        lcm(*(Fraction(float(x)).limit_denominator(FINEST).denominator for x in along))
        for along in np.array(per_step).T
    )
    if one * two * three * atoms > MOST:
        raise content.refuse(f"and those beside it have q of no grid: {one} × {two} × {three} would be needed")
    return one, two, three


def _on_grid(
    grid: tuple[int, int, int], per_step: list[np.ndarray], matrices: list[tuple[Content, np.ndarray, np.ndarray]]
) -> np.ndarray:
    """The matrices in the order of `lattice_points`, (t, a, b, 3, 3); every q once."""
    shape = np.array(grid)
    found: list[np.ndarray | None] = [None] * int(shape.prod())
    for q, (content, cartesian, matrix) in zip(per_step, matrices, strict=True):
        whole = np.rint(q * shape)
        shown = "(" + " ".join(f"{x:.6f}" for x in cartesian) + ")"
        if np.abs(q * shape - whole).max() > ALIKE * shape.max() * 100:
            raise content.refuse(f"has q = {shown}, which is none of the grid {_by(grid)}")
        place = int(np.ravel_multi_index((whole.astype(int) % shape).tolist(), grid))
        before = found[place]
        if before is not None and np.abs(before - matrix).max() > CONJUGATE * np.abs(matrix).max():
            raise content.refuse(f"has q = {shown} a second time, with another matrix")
        found[place] = matrix
    missing = [place for place, matrix in enumerate(found) if matrix is None]
    if missing:
        q = lattice_points(grid)[missing[0]] / shape
        where = " ".join(f"{x:.4g}" for x in q)
        raise matrices[0][0].refuse(
            f"and the files beside it have {len(found) - len(missing)} of the {len(found)} q of the grid {_by(grid)}; "
            f"q = ({where}) in reciprocal lattice vectors is not there"
        )
    return np.array(found)


def _by(grid: tuple[int, int, int]) -> str:
    return "×".join(map(str, grid))
