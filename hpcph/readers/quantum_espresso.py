"""Force constants that Quantum ESPRESSO's q2r.x writes, as text or XML.

With Born charges a file holds the short-range part alone. A lattice vector R belongs to the first atom of a block:
Φ_ab(T) is the block (a, b) of R = −T. Masses are in u in XML.
"""

import re
from contextlib import suppress

import numpy as np

from hpcph.errors import InputError, counted
from hpcph.readers.constants import SupercellConstants, lattice_points, of_matrices
from hpcph.readers.espresso_cell import MOST, EspressoCell, header, require_known, si
from hpcph.readers.espresso_dipoles import ShortRange, Taken, dipoles
from hpcph.readers.espresso_xml import Elements, is_xml
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines, numbers

BEGINS = re.compile(r"\A(?:.*\n){1,12}?[ \t]*\d+[ \t]+'[^'\n]*'[ \t]+\S+[ \t]*\n|<GEOMETRY_INFO")  # a species, or XML
BLOCK = "s_s1_m1_m2_m3"
WORDS = (
    "with loto_2d = .true. give loto_2d, or loto_2d-6.7 of Quantum ESPRESSO 6.7 or before, without it bulk; "
    "of prefix.dyn0 and its files nobody has to know"
)


def looks_like(head: str) -> bool:
    """Whether a text begins as a file of q2r.x does."""
    return BEGINS.search(head) is not None


def read(content: Content, periodic: tuple[bool, ...] | None = None, said: str | None = None) -> SupercellConstants:
    """Force constants by q2r.x, dipoles added. Raises InputError, of text with the line, of XML with the element.

    periodic : along which of a, b, c the crystal repeats; said : what q2r.x took out, as Taken; None where the input
    does not say
    """
    found = short_range(content)
    taken = _taken(content, found, periodic, said)
    phi, what = found.phi_tab, "without Born charges"
    if found.charges is not None:
        q_qc = lattice_points(found.grid) / found.grid
        phi = phi + of_matrices(found.grid, dipoles(found, q_qc - np.rint(q_qc), taken)).real
        of = {Taken.BULK: "its dipoles", Taken.LAYER: "a layer's dipoles"}.get(taken, "a layer's dipoles as in 6.7")
        what = f"short-range, {of} (α = {found.alpha * (found.cell.alat / 2 / np.pi) ** 2:.4g}) added"
    return si(found.cell, found.grid, phi, found.charges, what)


def _taken(content: Content, found: ShortRange, periodic: tuple[bool, ...] | None, said: str | None) -> Taken:
    """What was taken out: of a bulk its field, of a layer what the input says. Raises InputError."""
    layer = periodic is not None and not all(periodic)
    if found.charges is None or found.grid[2] > 1:
        if said is not None and said != Taken.BULK.value:
            raise InputError(
                "crystal.q2r", said, f"{content.path.name} has no charges or several q along c; leave it out"
            )
        return Taken.BULK
    require_known(content, found.grid, found.charges, periodic)
    if said is None and layer:
        raise InputError("crystal.q2r", None, f"which field q2r.x took out, {content.path.name} does not say; {WORDS}")
    if said is not None and said != Taken.BULK.value and (periodic is None or periodic[2]):
        raise InputError("crystal.q2r", said, "is of a layer normal to c: crystal.periodic: [true, true, false]")
    if found.recent and said == Taken.EARLY.value:
        raise InputError(
            "crystal.q2r", said, f"{content.path.name} says alpha, which 6.7 did not; give loto_2d or bulk"
        )
    return Taken(said or Taken.BULK.value)


def short_range(content: Content) -> ShortRange:
    """What a file of q2r.x holds. Raises InputError."""
    return _xml(Elements(content)) if is_xml(content) else _text(Lines(content))


def _short_range(found: EspressoCell, grid: list[int], phi: np.ndarray, charges, said: float | None) -> ShortRange:
    """phi : ndarray (n1, n2, n3, a, b, 3, 3) of R; said : alpha in (2π/alat)², None where the file does not say"""
    ewald = 1.0 if said is None else said
    for axis in range(3):  # R = −T
        phi = np.roll(np.flip(phi, axis), 1, axis)
    one, two, three = grid
    table = phi.reshape(-1, *phi.shape[3:])
    return ShortRange(found, (one, two, three), table, charges, ewald * (2 * np.pi / found.alat) ** 2, said is not None)


def _text(lines: Lines) -> ShortRange:
    found = header(lines)
    atoms = len(found.mass_a)
    flag, *alpha = lines.next().split() or [""]
    what = "T or F, are there Born charges, and behind T maybe alpha, above 0"
    if flag not in ("T", "F") or len(alpha) > 1:
        raise lines.refuse(what)
    ewald = float(lines.numbers(alpha[0], 1, what)[0]) if alpha else None
    if ewald is not None and ewald <= 0:
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


def _xml(elements: Elements) -> ShortRange:
    content = elements.content
    if not elements.has("INTERATOMIC_FORCE_CONSTANTS"):
        raise content.refuse("expected the element INTERATOMIC_FORCE_CONSTANTS; give the file that q2r.x writes")
    found = elements.cell()
    atoms = len(found.mass_a)
    of = "INTERATOMIC_FORCE_CONSTANTS/"
    grid = elements.counted(f"{of}MESH_NQ1_NQ2_NQ3", 3)
    ewald = float(elements.values(f"{of}alpha_ewald", 1)[0]) if elements.has(f"{of}alpha_ewald") else None
    if np.prod(grid) * atoms > MOST or (ewald is not None and ewald <= 0):
        raise content.refuse(f"expected a grid of at most {MOST} atoms and alpha_ewald above 0, found {grid}, {ewald}")
    phi = np.empty((*grid, atoms, atoms, 3, 3))
    blocks = elements.children(of.rstrip("/"))
    for index in np.ndindex(*grid, atoms, atoms):
        r, (a, b) = index[:3], index[3:]
        tag = ".".join(map(str, (BLOCK, a + 1, b + 1, *(n + 1 for n in r))))
        element = blocks[tag].find("IFC") if tag in blocks else None
        phi[index] = elements.within(element, f"{of}{tag}/IFC", 3, 3).T
    if sum(tag.startswith(BLOCK) for tag in blocks) != phi.size // 9:
        raise content.refuse(f"expected {counted(phi.size // 9, 'elements')} {of}{BLOCK}, found more")
    return _short_range(found, grid, phi, elements.charges(atoms), ewald)
