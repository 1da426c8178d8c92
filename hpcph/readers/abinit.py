"""ABINIT's derivative database (DDB), as text: second derivatives of the energy at irreducible wave vectors.

A block of q lists elements ∂²E/∂x_iκ*∂x_jλ in reduced coordinates, Hartree; κ up to natom are atoms, natom + 2 is the
electric field. With rows a, b, c of the lattice A, C = A⁻¹ (∂²E) A⁻ᵀ of displacements, and Aᵀ/2π turns the field.
Elements that symmetry gives are left out, and one wave vector of a star stands for all.
"""

import re
from dataclasses import dataclass
from math import prod

import numpy as np

from hpcph.constants import atomic_mass, bohr, hartree
from hpcph.crystal import spacegroup
from hpcph.crystal.elements import SYMBOLS
from hpcph.readers import cells, grids, stars
from hpcph.readers.constants import SupercellConstants, lattice_points
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines, numbers
from hpcph.readers.stars import Waves

TITLE, BLOCKS = "DERIVATIVE DATABASE", "Database of total energy derivatives"
HEADER = re.compile(r"\s*([A-Za-z_]\w*)((?:\s+[-+.\d][-+.\dDEde]*)+)\s*$")
BLOCK = re.compile(r"\s*(.*?)\s*-\s*# elements\s*:\s*(.*?)\s*$")
SECOND = "2nd derivatives ("  # stationary) or non-stat.)
MOST = 1000  # atoms
TOLERANCE = 1e-15  # m, how far places may be off their space group
NOISE, NONSENSE = 1e-3, 0.1  # relative change of a block by the symmetry of its places


@dataclass(frozen=True)
class Block:
    """Elements of one wave vector in the file's own axes: of atoms, then of the electric field.

    q_c : ndarray (3,); elements : Hartree, by row and column, the field's behind those of the atoms
    """

    q_c: np.ndarray
    elements: dict[tuple[int, int], complex]

    def whole(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """The first rows and columns, (size, size) complex, and which of the elements are known, (size, size) bool."""
        given, known = np.zeros((size, size), complex), np.zeros((size, size), bool)
        for (i, j), value in self.elements.items():
            if max(i, j) < size:
                given[i, j], known[i, j] = value, True
        return given, known


@dataclass(frozen=True)
class Header:
    """The crystal, in SI.

    type_a : ndarray (a,) int; moment : ndarray (a, 3), None where all vanish
    zion_a : ndarray (a,) in e, the charges of the ions, None where the file has none
    """

    lattice_vc: np.ndarray
    fractional_ac: np.ndarray
    symbols: tuple[str, ...]
    mass_a: np.ndarray
    type_a: np.ndarray
    moment: np.ndarray | None
    zion_a: np.ndarray | None

    @property
    def size(self) -> float:
        """Cube root of its volume, m."""
        return float(abs(np.linalg.det(self.lattice_vc)) ** (1 / 3))


def looks_like(head: str) -> bool:
    """Whether a text begins as a DDB does."""
    return TITLE in head[:400] and "DDB" in head[:400]


def read(content: Content, ngqpt: tuple[int, int, int] | None = None) -> SupercellConstants:
    """The total force constants of a DDB on a grid, the one with the most points unless it is named.

    Charges are as the file has them, with the ions' and not yet neutral in all. Raises InputError.
    """
    lines = Lines(content)
    cell = _cell(lines)
    blocks = _blocks(lines, len(cell.mass_a))
    grids.require_crystal(content, cell.lattice_vc, cell.fractional_ac, cell.mass_a)
    found = spacegroup.symmetric_cell(cell.lattice_vc, cell.fractional_ac, cell.type_a, cell.moment, TOLERANCE)
    waves = Waves.of(found.operations, cell.lattice_vc, cell.fractional_ac)
    divisions, used, others = _grid(lines, waves, blocks, ngqpt)
    size, worst, fields, whole = 3 * len(cell.mass_a), 0.0, None, []
    for block in used:
        c, changed = _averaged(lines, cell, waves, block)
        worst = max(worst, changed)
        fields = c if len(c) > size else fields
        whole.append((block.q_c, c[:size, :size] * hartree / cell.size**2))
    phi = grids.transformed(content, divisions, _unfolded(waves, whole, divisions))
    largest = f"{len(used)} of its {len(blocks)} wave vectors make its largest grid, {_names([divisions])}"
    remarks = [f"{largest}; crystal.ngqpt chooses another: {_names(others)}"] * bool(others)
    supercell = np.diag(divisions)
    remarks += [f"symmetry changes its blocks by up to {worst:.1%}"] * (worst > NOISE)
    born, epsilon = _charges(lines, cell, fields)
    return SupercellConstants(
        cell.lattice_vc, cell.fractional_ac, cell.symbols, cell.mass_a, supercell, lattice_points(divisions), phi,
        born, epsilon, tuple(remarks),
    )  # fmt: skip


def _cell(lines: Lines) -> Header:
    """The crystal that the header describes; it ends where the derivatives begin."""
    said: dict[str, tuple[int, list[str]]] = {}
    last: list[str] = []
    if not looks_like("\n".join(lines.lines[:8])):
        raise lines.content.refuse(f"is no DDB of ABINIT as text: expected {TITLE} in its first lines")
    while BLOCKS not in (row := lines.take(f"the header, then {BLOCKS}")):
        if found := HEADER.match(row):
            last = found[2].split()
            said.setdefault(found[1], (lines.at, last))
        elif row.strip() and re.fullmatch(r"[-+.\dDEde\s]+", row):
            last += row.split()
        else:
            last = []

    def values(name: str, count: int) -> np.ndarray:
        if name not in said:
            raise lines.content.refuse(f"line {lines.at}: expected {name} in the header above")
        line, words = said[name]
        try:
            array = numbers(" ".join(words))
        except ValueError:
            array = np.array([np.nan])
        if len(array) != count or not np.all(np.isfinite(array)):
            raise lines.content.refuse(f"line {line}: expected {count} numbers of {name}, not {' '.join(words[:4])}")
        return array

    natom, ntypat = (int(values(name, 1)[0]) for name in ("natom", "ntypat"))
    if not 1 <= ntypat <= natom <= MOST:
        raise lines.content.refuse(f"line {said['natom'][0]}: expected natom from ntypat to {MOST}, not {natom}")
    lattice = values("rprim", 9).reshape(3, 3) * values("acell", 3)[:, None] * bohr
    kind = values("typat", natom).astype(int) - 1
    charge, amu = values("znucl", ntypat), values("amu", ntypat)
    if kind.min() < 0 or kind.max() >= ntypat:
        raise lines.content.refuse(f"line {said['typat'][0]}: expected numbers of types from 1 to {ntypat}")
    if not np.all((charge == np.rint(charge)) & (charge >= 1) & (charge < len(SYMBOLS))):
        raise lines.content.refuse(f"line {said['znucl'][0]}: expected the charges of elements' nuclei, whole numbers")
    names = [SYMBOLS[int(z)] for z in charge]
    labels = [f"{s}{names[: n + 1].count(s)}" if names.count(s) > 1 else s for n, s in enumerate(names)]
    spin = values("spinat", 3 * natom).reshape(natom, 3) if "spinat" in said else np.zeros((natom, 3))
    return Header(
        lattice_vc=lattice,
        fractional_ac=values("xred", 3 * natom).reshape(natom, 3),
        symbols=tuple(labels[k] for k in kind),
        mass_a=amu[kind] * atomic_mass,
        type_a=kind,
        moment=spin if np.any(spin) else None,
        zion_a=values("zion", ntypat)[kind] if "zion" in said else None,
    )


def _blocks(lines: Lines, atoms: int) -> list[Block]:
    """All blocks of second derivatives; several of one wave vector become one."""
    counted = re.search(r"Number of data blocks\s*=\s*(\d{1,6})\s*$", lines.take("the number of data blocks"))
    if not counted:
        raise lines.refuse("Number of data blocks= and a number")
    found: list[Block] = []
    skipped = False
    for block in range(int(counted[1])):
        what = f"block {block + 1} of {counted[1]}"
        while not (title := BLOCK.match(row := lines.take(what))):
            if row.strip() and not skipped:
                raise lines.refuse(f"the title of {what}, with its number of elements")
        if not re.fullmatch(r"\d{1,9}", title[2]):
            raise lines.refuse(f"the number of elements of {what}")
        if skipped := not title[1].startswith(SECOND):
            continue
        row = lines.take(f"qpt of {what}")
        if not row.split()[:1] == ["qpt"]:
            raise lines.refuse(f"qpt of {what}")
        values = lines.numbers(" ".join(row.split()[1:5]), 4, f"qpt of {what} and its norm")
        if not values[3]:
            raise lines.refuse(f"qpt of {what} and a norm that is not zero")
        q = values[:3] / values[3]
        same = next((one for one in found if stars.apart(one.q_c, q) < stars.ON_GRID), None)
        if same is None:
            same = Block(q, {})
            found.append(same)
        for _ in range(int(title[2])):
            _element(lines, same, atoms, what)
    found = [block for block in found if any(max(place) < 3 * atoms for place in block.elements)]
    if not found:
        raise lines.content.refuse("holds no block of 2nd derivatives: expected those of atoms")
    return found


def _element(lines: Lines, into: Block, atoms: int, what: str) -> None:
    """One line of a block; strains, other fields and the derivative along k are not used."""
    expected = f"an element of {what}: direction, atom, direction, atom, real and imaginary part"
    words = lines.take(expected).split()
    where = lines.numbers(" ".join(words[:4]), 4, expected)
    value = lines.numbers(" ".join(words[4:]), 2, expected)
    if np.any(where != np.rint(where)) or not (np.all(where >= 1) and max(where[0], where[2]) <= 3):
        raise lines.refuse(expected)
    first, second = int(where[1]), int(where[3])
    if max(first, second) > atoms + 12:
        raise lines.refuse(f"an element of {what} with atoms up to {atoms}, or the fields behind them")
    place = {**{a: a - 1 for a in (first, second) if a <= atoms}, atoms + 2: atoms}
    if first in place and second in place:
        i, j = 3 * place[first] + int(where[0]) - 1, 3 * place[second] + int(where[2]) - 1
        into.elements[i, j] = complex(*value)


def _averaged(lines: Lines, cell: Header, waves: Waves, block: Block) -> tuple[np.ndarray, float]:
    """C of a block, with the field at Γ where the file has it, and what symmetry changed of it, relative.

    In Hartree, displacements and inverse fields in units of the size of the cell, so that both weigh alike.
    """
    atoms = len(cell.mass_a)
    fields = any(min(place) >= 3 * atoms for place in block.elements)
    fields = fields and stars.apart(block.q_c, np.zeros(3)) < stars.ON_GRID
    size = atoms + fields
    axes = np.kron(np.eye(size), np.linalg.inv(cell.lattice_vc) * cell.size)
    if fields:
        axes[-3:, -3:] = cell.lattice_vc.T / (2 * np.pi * cell.size)
    given, known = block.whole(3 * size)
    whole = stars.completed(waves, block.q_c, given, known, axes)
    where = "q = " + " ".join(f"{x:.6g}" for x in block.q_c)
    if whole is None:
        raise lines.content.refuse(f"lacks elements of the block at {where} that symmetry does not give: merge them")
    found = waves.averaged(whole, block.q_c)
    changed = float(np.linalg.norm(found - whole) / np.linalg.norm(whole)) if np.any(whole) else 1.0
    if not changed < NONSENSE:
        raise lines.content.refuse(
            f"has a block at {where} of which {changed:.0%} breaks the symmetry of the places: expected one crystal's"
        )
    return found, changed


def _grid(
    lines: Lines, waves: Waves, blocks: list[Block], wanted: tuple[int, int, int] | None
) -> tuple[tuple[int, int, int], list[Block], list[tuple[int, int, int]]]:
    """The grid of which every point is in the star of a block, the blocks that it needs, and grids that are no part of
    it or of each other, where none was wanted."""
    star = [stars.exact_star(waves, block.q_c) for block in blocks]
    points = set().union(*star)
    others: list[tuple[int, int, int]] = []
    if wanted is None:
        found = stars.grids(waves, points)
        for block, own in zip(blocks, star, strict=True):
            if not any(stars.within(q, n) for n in found for q in own):
                where = " ".join(f"{x:.6g}" for x in block.q_c)
                raise lines.content.refuse(
                    f"has q = {where} on no whole grid: expected the rest of one, or crystal.ngqpt"
                )
        equal = [n for n in found if prod(n) == prod(found[0])]
        if len(equal) > 1:
            raise lines.content.refuse(f"has several grids of one size: expected crystal.ngqpt, one of {_names(equal)}")
        wanted = found[0]
        for n in found[1:]:
            others += [n] * (not any(_is_part(n, whole) for whole in (wanted, *others)))
    elif (lack := stars.missing(points, wanted)) is not None:
        where = " ".join(map(str, lack))
        raise lines.content.refuse(f"lacks q = {where} of the grid {_names([wanted])}: expected another crystal.ngqpt")
    used = [b for b, own in zip(blocks, star, strict=True) if any(stars.within(q, wanted) for q in own)]
    return wanted, used, others


def _is_part(divisions: tuple[int, int, int], whole: tuple[int, int, int]) -> bool:
    """Are all points of a grid on another?"""
    return all(n % m == 0 for m, n in zip(divisions, whole, strict=True))


def _names(divisions: list[tuple[int, int, int]]) -> str:
    """Such as 6×6×5."""
    return ", ".join("×".join(map(str, n)) for n in divisions)


def _unfolded(waves: Waves, blocks: list[tuple[np.ndarray, np.ndarray]], divisions: tuple[int, int, int]) -> np.ndarray:
    """C at all points of a grid, (q, 3n, 3n): the mean of what the blocks of a star say."""
    size = len(blocks[0][1])
    total, count = np.zeros((prod(divisions), size, size), complex), np.zeros(prod(divisions), int)
    for origin, c in blocks:
        for s, back, q in waves.star(origin):
            step = q * divisions
            if np.abs(step - np.rint(step)).max() < stars.ON_GRID * max(divisions):
                place = np.ravel_multi_index(tuple(np.rint(step).astype(int)), divisions, mode="wrap")
                total[place] += waves.carried(c, s, back, q)
                count[place] += 1
    return total / count[:, None, None]


def _charges(lines: Lines, cell: Header, c: np.ndarray | None) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Born charges (a, 3, 3) in e and ε, from the field's rows of C in Hartree; None where there are none."""
    if c is None:
        return None, None
    if cell.zion_a is None:
        raise lines.content.refuse("has derivatives to the electric field but no zion: expected it in the header")
    born = c[-3:, :-3].real.reshape(3, -1, 3).swapaxes(0, 1) + cell.zion_a[:, None, None] * np.eye(3)
    epsilon = np.eye(3) - 4 * np.pi * c[-3:, -3:].real * bohr / cell.size
    found = cells.charges({"born": born, "dielectric": epsilon}, lines.content)
    return found["born"], found["dielectric"]
