"""ALAMODE's force constants as XML (.xml of alm), Rydberg/bohr², of a supercell whose translations it lists.

An FC2 has pair1, an atom of the primitive cell and a direction, and pair2, an atom of the supercell, a direction and
which of 27 images of it is meant; the value is divided by the number of images already, so that their sum is that of
the pair. Masses are not in it; Born charges are in another file, ε and then rows of the field for each atom.
"""

import re
from collections.abc import Mapping
from itertools import combinations
from xml.parsers import expat

import numpy as np

from hpcph.constants import bohr, hartree
from hpcph.errors import InputError
from hpcph.readers import cells
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines, numbers

BEGINS = re.compile(r"<Data>\s*<(?:ALM_version|ANPHON_version|Optimize|Description|Structure)\b")
STRUCTURE, MAPS = "Data/Structure", "Data/Symmetry/Translations/map"
PAIRS = "Data/ForceConstants/HARMONIC/FC2"
KEPT = (STRUCTURE, "Data/Symmetry", PAIRS)
DEPTH, MOST = 12, 100_000  # elements in each other; atoms of the supercell
IMAGES = 27
OFF = 1e-3  # of the supercell: how far atoms may be off the translations
LARGEST = 1 << 27  # elements of the force constants
UNIT = hartree / 2 / bohr**2
SHORT = 60  # lattice vectors that a primitive cell is looked for among


class Leaf:
    """An element of the file: its place such as Data/Structure/Position/pos, attributes, text and line."""

    def __init__(self, place: str, attributes: dict[str, str], line: int):
        self.place, self.attributes, self.line, self.text = place, attributes, line, ""


def looks_like(head: str) -> bool:
    """Whether a text begins as ALAMODE's XML does."""
    return BEGINS.search(head[:2000]) is not None


def read(content: Content, born: Content | None = None) -> SupercellConstants:
    """The force constants of ALAMODE's XML, without masses; born : its .born file. Raises InputError."""
    if not looks_like(content.text):
        raise content.refuse("is no XML of ALAMODE: expected <Data> with <ALM_version> in its first lines")
    leaves = _leaves(content)
    lattice_s, place_s, names = _structure(content, leaves)
    home, at, translations = _translations(content, leaves.get(MAPS, []), place_s)
    supercell = _supercell(content, lattice_s, translations)
    symbols = tuple(names[atom] for atom in home)
    lattice, fractional = np.linalg.inv(supercell) @ lattice_s, place_s[home] @ supercell
    return SupercellConstants(
        lattice, fractional, symbols, np.full(len(home), np.nan), supercell,
        np.rint(translations @ supercell).astype(int), _pairs(content, leaves.get(PAIRS, []), len(home), at),
        *_charges(born, len(home)),
    )  # fmt: skip


def _leaves(content: Content) -> dict[str, list[Leaf]]:
    """The elements that are used, by their place. Raises InputError where it is no XML, or has a DOCTYPE."""
    found: dict[str, list[Leaf]] = {}
    stack: list[Leaf] = []
    parser = expat.ParserCreate()

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(stack) >= DEPTH:
            raise content.refuse(f"line {parser.CurrentLineNumber}: expected at most {DEPTH} elements in each other")
        place = f"{stack[-1].place}/{name}" if stack else name
        stack.append(Leaf(place, attributes, parser.CurrentLineNumber))

    def text(more: str) -> None:
        if stack and stack[-1].place.startswith(KEPT):
            stack[-1].text += more

    def end(_: str) -> None:
        leaf = stack.pop()
        if leaf.place.startswith(KEPT):
            found.setdefault(leaf.place, []).append(leaf)

    def declared(*_: object) -> None:
        raise content.refuse(f"line {parser.CurrentLineNumber}: expected no DOCTYPE, which ALAMODE never writes")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, declared
    try:
        parser.Parse(content.data, True)
    except expat.ExpatError as err:
        what = expat.ErrorString(err.code)
        raise content.refuse(f"line {err.lineno}: expected XML to the end of the file ({what})") from None
    return found


def _refuse(content: Content, leaf: Leaf, expected: str, text: str | None = None) -> InputError:
    shown = " ".join((leaf.text if text is None else text).split())[:40]
    return content.refuse(f"line {leaf.line}: expected {expected}, not '{shown}'")


def _numbers(content: Content, leaf: Leaf, text: str, count: int, expected: str) -> np.ndarray:
    """Finite numbers of an element. Raises InputError."""
    try:
        found = numbers(text)
    except ValueError:
        raise _refuse(content, leaf, expected) from None
    if len(found) != count or not np.all(np.abs(found) < 1e30):
        raise _refuse(content, leaf, expected)
    return found


def _integers(content: Content, leaf: Leaf, text: str, most: tuple[int, ...], expected: str) -> list[int]:
    """Whole numbers from 1 to a bound each, less one. Raises InputError."""
    words = text.split()
    if len(words) != len(most) or not all(re.fullmatch(r"\d{1,9}", word) for word in words):
        raise _refuse(content, leaf, expected, text)
    found = [int(word) - 1 for word in words]
    if not all(0 <= one < bound for one, bound in zip(found, most, strict=True)):
        raise _refuse(content, leaf, expected, text)
    return found


def _structure(content: Content, leaves: dict[str, list[Leaf]]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Lattice in m, fractional places and elements of the supercell."""

    def one(name: str) -> Leaf:
        found = leaves.get(f"{STRUCTURE}/{name}", [])
        if len(found) != 1:
            raise content.refuse(f"has {len(found)} elements Structure/{name}: expected one")
        return found[0]

    lattice = [
        _numbers(content, leaf := one(f"LatticeVector/a{n}"), leaf.text, 3, "a lattice vector in bohr")
        for n in (1, 2, 3)
    ]
    atoms = _integers(content, leaf := one("NumberOfAtoms"), leaf.text, (MOST,), f"1 to {MOST} atoms")[0] + 1
    places = leaves.get(f"{STRUCTURE}/Position/pos", [])
    if len(places) != atoms:
        raise content.refuse(f"has {len(places)} elements pos: expected {atoms}, its NumberOfAtoms")
    fractional, names = np.empty((atoms, 3)), [""] * atoms
    for leaf in places:
        at = _integers(content, leaf, leaf.attributes.get("index", ""), (atoms,), f"an index of 1 to {atoms}")[0]
        names[at] = leaf.attributes.get("element", "")
        fractional[at] = _numbers(content, leaf, leaf.text, 3, f"the place of atom {at + 1}")
        if not re.fullmatch(r"[A-Z][\w.-]*", names[at]):
            raise _refuse(content, leaf, f"the element of atom {at + 1}")
    lacking = [n + 1 for n, name in enumerate(names) if not name]
    if lacking:
        raise content.refuse(f"lacks the place of atom {lacking[0]}: expected each index once")
    return np.array(lattice) * bohr, fractional, names


def _translations(
    content: Content, maps: list[Leaf], place_s: np.ndarray
) -> tuple[np.ndarray, dict[int, tuple[int, int]], np.ndarray]:
    """Atoms of the primitive cell (a,), translation and atom of each atom of the supercell, and translations (t, 3)."""
    atoms = len(place_s)
    table: dict[tuple[int, int], int] = {}
    for leaf in maps:
        words = f"{leaf.attributes.get('tran', '')} {leaf.attributes.get('atom', '')} {leaf.text}"
        expected = f"a translation, an atom and the atom of 1 to {atoms} that it is carried to"
        t, a, onto = _integers(content, leaf, words, (atoms,) * 3, expected)
        if (t, a) in table:
            raise _refuse(content, leaf, f"translation {t + 1} of atom {a + 1} once")
        table[t, a] = onto
    count, own = len({t for t, _ in table}), len({a for _, a in table})
    if count * own != atoms or sorted(table) != [(t, a) for t in range(count) for a in range(own)]:
        raise content.refuse(f"has {len(maps)} elements map: expected {atoms}, each translation of each atom once")
    if sorted(table.values()) != list(range(atoms)):
        raise content.refuse("maps two atoms on one: expected each atom of the supercell once")
    home = np.array([table[0, a] for a in range(own)])
    carried = np.array([[table[t, a] for a in range(own)] for t in range(count)])
    moved = place_s[carried] - place_s[home]
    moved -= np.rint(moved[:, :1])
    moved -= np.rint(moved - moved[:, :1])
    if np.abs(moved - moved[:, :1]).max() > OFF:
        t = int(np.abs(moved - moved[:, :1]).max(axis=(1, 2)).argmax())
        raise content.refuse(f"has places off translation {t + 1}: expected all atoms moved alike")
    return home, {onto: key for key, onto in table.items()}, moved.mean(axis=1)


def _supercell(content: Content, lattice_s: np.ndarray, translations: np.ndarray) -> np.ndarray:
    """Its lattice vectors in units of those of a primitive cell, (3, 3) int: diagonal where that is possible."""
    count = len(translations)
    steps = np.rint(translations * count).astype(int) % count  # of 1/count
    divisions = count // np.gcd.reduce(np.vstack([steps, [count] * 3]), axis=0)
    if np.prod(divisions) == count:
        return np.diag(divisions)
    shifts = np.indices((3, 3, 3)).reshape(3, -1).T - 1
    vectors = (np.rint(translations * count) / count + shifts[:, None]).reshape(-1, 3)
    order = np.argsort(np.linalg.norm(vectors @ lattice_s, axis=1), kind="stable")[1 : SHORT + 1]
    for chosen in combinations(vectors[order], 3):
        volume = np.linalg.det(chosen)
        if abs(abs(volume) * count - 1) < OFF:
            rows = np.array(chosen) * np.sign(volume * np.linalg.det(lattice_s))
            found = np.linalg.inv(rows)
            if np.abs(found - np.rint(found)).max() < OFF:
                return np.rint(found).astype(int)
    raise content.refuse("has translations that are no lattice: expected those of a primitive cell")


def _pairs(content: Content, leaves: list[Leaf], own: int, at: Mapping[int, tuple[int, int]]) -> np.ndarray:
    """Φ (t, a, b, 3, 3) in N/m, images added up."""
    atoms, count = len(at), len(at) // own
    if not leaves:
        raise content.refuse("has no elements ForceConstants/HARMONIC/FC2: expected harmonic force constants")
    if count * (3 * own) ** 2 > LARGEST:
        raise content.refuse(f"has {atoms} atoms, {own} of them independent: expected a smaller supercell")
    found = np.zeros((count, own, own, 3, 3))
    for leaf in leaves:
        one, two = (leaf.attributes.get(name, "") for name in ("pair1", "pair2"))
        a, i = _integers(content, leaf, one, (own, 3), f"pair1, an atom of 1 to {own} and a direction")
        expected = f"pair2, an atom of 1 to {atoms}, a direction and an image of 1 to {IMAGES}"
        second, j, _ = _integers(content, leaf, two, (atoms, 3, IMAGES), expected)
        value = _numbers(content, leaf, leaf.text, 1, "a force constant in Ry/bohr²")[0]
        t, b = at[second]
        found[t, a, b, i, j] += value * UNIT
    return found


def _charges(born: Content | None, atoms: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Born charges and ε of a .born file."""
    if born is None:
        return None, None
    lines = Lines(born)
    epsilon = np.array([lines.begins(3, "a row of ε") for _ in range(3)])
    rows = [[lines.begins(3, f"a row of the Born charges of atom {a + 1}") for _ in range(3)] for a in range(atoms)]
    if lines.coming():
        lines.past_blank()
        raise lines.refuse(f"nothing behind the Born charges of {atoms} atoms")
    found = cells.charges({"born": np.array(rows), "dielectric": epsilon}, born)
    return found["born"], found["dielectric"]
