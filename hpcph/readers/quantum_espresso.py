"""Force constants that Quantum ESPRESSO's q2r.x writes, as text or XML.

With Born charges a file holds the short-range part alone. A lattice vector R belongs to the first atom of a block:
Φ_ab(T) is the block (a, b) of R = −T. Masses are in u in XML.
"""

import re
from contextlib import suppress
from xml.etree import ElementTree

import numpy as np

from hpcph.readers.constants import SupercellConstants, lattice_points, of_matrices
from hpcph.readers.espresso_cell import MOST, EspressoCell, cell, header, refuse_layer, si
from hpcph.readers.espresso_dipoles import ShortRange, dipoles
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines, numbers

BEGINS = re.compile(r"\A(?:.*\n){1,12}?[ \t]*\d+[ \t]+'[^'\n]*'[ \t]+\S+[ \t]*\n|<GEOMETRY_INFO")  # a species, or XML
BLOCK = "s_s1_m1_m2_m3"
DOCUMENT_TYPE = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def looks_like(head: str) -> bool:
    """Whether a text begins as a file of q2r.x does."""
    return BEGINS.search(head) is not None


def read(content: Content) -> SupercellConstants:
    """Force constants by q2r.x, dipoles added. Raises InputError, of text with the line, of XML with the element."""
    found = short_range(content)
    refuse_layer(content, found.grid, found.charges)
    phi, what = found.phi_tab, "without Born charges"
    if found.charges is not None:
        q_qc = lattice_points(found.grid) / found.grid
        phi = phi + of_matrices(found.grid, dipoles(found, q_qc - np.rint(q_qc))).real
        what = f"short-range, its dipoles (α = {found.alpha * (found.cell.alat / 2 / np.pi) ** 2:.4g}) added"
    return si(found.cell, found.grid, phi, found.charges, what)


def short_range(content: Content) -> ShortRange:
    """What a file of q2r.x holds. Raises InputError."""
    return _xml(content) if content.text.lstrip().startswith("<") else _text(Lines(content))


def _short_range(found: EspressoCell, grid: list[int], phi: np.ndarray, charges, ewald: float) -> ShortRange:
    """phi : ndarray (n1, n2, n3, a, b, 3, 3) of R; ewald : (2π/alat)²"""
    for axis in range(3):  # R = −T
        phi = np.roll(np.flip(phi, axis), 1, axis)
    one, two, three = grid
    table = phi.reshape(-1, *phi.shape[3:])
    return ShortRange(found, (one, two, three), table, charges, ewald * (2 * np.pi / found.alat) ** 2)


def _text(lines: Lines) -> ShortRange:
    found = header(lines)
    atoms = len(found.mass_a)
    flag, *alpha = lines.next().split() or [""]
    what = "T or F, are there Born charges, and behind T maybe alpha, above 0"
    if flag not in ("T", "F") or len(alpha) > 1:
        raise lines.refuse(what)
    ewald = float(lines.numbers(alpha[0], 1, what)[0]) if alpha else 1.0
    if ewald <= 0:
        raise lines.refuse(what)
    charges = None
    if flag == "T":
        epsilon = lines.rows("a row of ε")
        born = []
        for number in range(1, atoms + 1):
            if lines.next().split() != [str(number)]:
                raise lines.refuse(f"{number}, the number of an atom, and its Born charges")
            born.append(lines.rows(f"a row of the Born charges of atom {number}"))
        charges = np.array(born), epsilon
    grid = lines.whole(lines.next(), 3, "the grid, nq1 nq2 nq3")
    if np.prod(grid) * atoms > MOST:
        raise lines.refuse(f"a grid of at most {MOST} atoms")
    return _short_range(found, grid, _blocks(lines, atoms, grid), charges, ewald)


def _blocks(lines: Lines, atoms: int, grid: list[int]) -> np.ndarray:
    """The constants, (n1, n2, n3, a, b, 3, 3): a line i j a b, then one of R and Φ for every R, the first fastest."""
    count, points = 9 * atoms**2, int(np.prod(grid))
    block = np.indices((3, 3, atoms, atoms)).reshape(4, -1).T + 1
    cells = lattice_points((grid[2], grid[1], grid[0]))[:, ::-1] + 1
    rest, begin = [text for text in lines.lines[lines.at :] if text.strip()], lines.at
    table = None
    with suppress(ValueError):  # the loop below finds where it is
        table = numbers(" ".join(rest)).reshape(count, points + 1, 4)
    if (
        table is not None
        and np.isfinite(table).all()
        and (table[:, 0] == block).all()
        and (table[:, 1:, :3] == cells).all()
    ):
        return table[:, 1:, 3].reshape(3, 3, atoms, atoms, *grid[::-1]).transpose(6, 5, 4, 2, 3, 0, 1)
    lines.at = begin
    for i, j, a, b in block:
        what = f"{i} {j} {a} {b}, the block of these components and atoms"
        if lines.past_blank().split() != [str(i), str(j), str(a), str(b)]:
            raise lines.refuse(what)
        for r in cells:
            what = f"{' '.join(map(str, r))} and a number, a force constant of block {i} {j} {a} {b}"
            row = lines.numbers(lines.past_blank(), 4, what)
            if np.any(row[:3] != r):
                raise lines.refuse(what)
    lines.past_blank()
    raise lines.refuse("the end of the file")


def _xml(content: Content) -> ShortRange:
    if DOCUMENT_TYPE.search(content.text):
        raise content.refuse("has a document type, which no file of Quantum ESPRESSO has")
    try:
        root = ElementTree.fromstring(content.text)
    except ElementTree.ParseError as err:
        raise content.refuse(f"is no XML that is whole: {err}") from None
    if root.find("INTERATOMIC_FORCE_CONSTANTS") is None:
        raise content.refuse("expected the element INTERATOMIC_FORCE_CONSTANTS; give the file that q2r.x writes")

    def values(path: str, *shape: int) -> np.ndarray:
        """An element's numbers, as an array in C's order: Fortran's the other way round."""
        element = root.find(path)
        what = f"expected {int(np.prod(shape))} finite number(s) in the element {path}"
        try:
            found = numbers((element.text or "") if element is not None else "").reshape(shape)
        except ValueError:
            raise content.refuse(what) from None
        if not np.all(np.isfinite(found)):
            raise content.refuse(what)
        return found

    def counted(path: str, *shape: int) -> list[int]:
        found = values(path, *shape)
        if np.any(found != np.rint(found)) or found.min() < 1 or found.prod() > MOST:
            raise content.refuse(f"expected positive whole numbers in the element {path}, found {found}")
        return [int(number) for number in found]

    geometry = "GEOMETRY_INFO/"
    (kinds,), (atoms,) = counted(f"{geometry}NUMBER_OF_TYPES", 1), counted(f"{geometry}NUMBER_OF_ATOMS", 1)
    names = [(root.findtext(f"{geometry}TYPE_NAME.{k + 1}") or "").strip() for k in range(kinds)]
    mass = np.array([values(f"{geometry}MASS.{k + 1}", 1)[0] for k in range(kinds)])
    which, places = _atoms(content, root, kinds, atoms)
    alat = float(values(f"{geometry}CELL_DIMENSIONS", 6)[0])
    if alat <= 0:
        raise content.refuse(f"expected a positive length in the element {geometry}CELL_DIMENSIONS, found {alat}")
    found = cell(content, alat, values(f"{geometry}AT", 3, 3), places, [names[k] for k in which], mass[which])
    charges = None
    if root.find("DIELECTRIC_PROPERTIES/ZSTAR") is not None:
        born = [values(f"DIELECTRIC_PROPERTIES/ZSTAR/Z_AT_.{a + 1}", 3, 3).T for a in range(atoms)]
        charges = np.array(born), values("DIELECTRIC_PROPERTIES/EPSILON", 3, 3)
    of = "INTERATOMIC_FORCE_CONSTANTS/"
    grid = counted(f"{of}MESH_NQ1_NQ2_NQ3", 3)
    ewald = float(values(f"{of}alpha_ewald", 1)[0]) if root.find(f"{of}alpha_ewald") is not None else 1.0
    if np.prod(grid) * atoms > MOST or ewald <= 0:
        raise content.refuse(f"expected a grid of at most {MOST} atoms and alpha_ewald above 0, found {grid}, {ewald}")
    phi = np.empty((*grid, atoms, atoms, 3, 3))
    by_name = {block.tag: block for block in root.find(of.rstrip("/")) or ()}
    for index in np.ndindex(*grid, atoms, atoms):
        r, (a, b) = index[:3], index[3:]
        tag = ".".join(map(str, (BLOCK, a + 1, b + 1, *(n + 1 for n in r))))
        element = by_name.get(tag)
        try:
            phi[index] = numbers(element.findtext("IFC") or "").reshape(3, 3).T if element is not None else np.nan
        except ValueError:
            phi[index] = np.nan
        if not np.all(np.isfinite(phi[index])):
            raise content.refuse(f"expected 9 finite numbers in the element {of}{tag}/IFC")
    if sum(tag.startswith(BLOCK) for tag in by_name) != phi.size // 9:
        raise content.refuse(f"expected {phi.size // 9} elements {of}{BLOCK}, found more")
    return _short_range(found, grid, phi, charges, ewald)


def _atoms(content: Content, root, kinds: int, atoms: int) -> tuple[list[int], np.ndarray]:
    """The species of each atom, from 0, and its place in units of alat."""
    which, places = [], []
    for number in range(1, atoms + 1):
        path = f"GEOMETRY_INFO/ATOM.{number}"
        element = root.find(path)
        try:
            which.append(int(element.get("INDEX")) - 1)
            places.append(numbers(element.get("TAU")).reshape(3))
        except (AttributeError, TypeError, ValueError):
            which.append(-1)
        if which[-1] not in range(kinds) or not np.all(np.isfinite(places[-1])):
            raise content.refuse(f"expected INDEX, 1 to {kinds}, and three numbers TAU in the element {path}")
    return which, np.array(places)
