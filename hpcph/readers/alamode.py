"""ALAMODE's force constants as XML (.xml of alm), Rydberg/bohr², of a supercell whose translations it lists.

An FC2 has pair1, an atom of the primitive cell and a direction, and pair2, an atom of the supercell, a direction and
which of 27 images of it is meant; the value is divided by the number of images already, so that their sum is that of
the pair. Masses are not in it; Born charges are in another file, ε and then rows of the field for each atom.
"""

import re
from collections.abc import Mapping
from itertools import combinations

import numpy as np

from hpcph.constants import bohr, hartree
from hpcph.errors import counted
from hpcph.readers import charges
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Content
from hpcph.readers.xml import Leaf, leaves

BEGINS = re.compile(r"<Data>\s*<(?:ALM_version|ANPHON_version|Optimize|Description|Structure)\b")
STRUCTURE, MAPS = "Data/Structure", "Data/Symmetry/Translations/map"
PAIRS = "Data/ForceConstants/HARMONIC/FC2"
KEPT = (STRUCTURE, "Data/Symmetry", PAIRS)
MOST = 100_000  # atoms of the supercell
IMAGES = 27
EXACT = 1e-4  # how far Φ_ab and Φ_ba of its own symmetry may be off each other, relative to their row
OFF = 1e-3  # of the supercell: how far atoms may be off the translations
LARGEST = 1 << 27  # elements of the force constants
UNIT = hartree / 2 / bohr**2
SHORT = 60  # lattice vectors that a primitive cell is looked for among


def looks_like(head: str) -> bool:
    """Whether a text begins as ALAMODE's XML does."""
    return BEGINS.search(head[:2000]) is not None


def read(content: Content, born: Content | None = None) -> SupercellConstants:
    """The force constants of ALAMODE's XML, without masses; born : its .born file. Raises InputError."""
    if not looks_like(content.text):
        raise content.refuse("is no XML of ALAMODE: expected <Data> with <ALM_version> in its first lines")
    given = leaves(content, lambda place: place.startswith(KEPT), "ALAMODE")
    lattice_s, place_s, names = _structure(content, given)
    home, at, translations = _translations(content, given.get(MAPS, []), place_s)
    supercell = _supercell(content, lattice_s, translations)
    symbols = tuple(names[atom] for atom in home)
    lattice, fractional = np.linalg.inv(supercell) @ lattice_s, place_s[home] @ supercell
    found = SupercellConstants(
        lattice, fractional, symbols, np.full(len(home), np.nan), supercell,
        np.rint(translations @ supercell).astype(int), _pairs(content, given.get(PAIRS, []), len(home), at),
        *(charges.in_rows(born, len(home)) if born else (None, None)),
    )  # fmt: skip
    if found.asymmetry > EXACT:
        raise content.refuse("lacks elements FC2: expected of each pair of atoms that of the exchanged one too")
    return found


def _structure(content: Content, given: dict[str, list[Leaf]]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Lattice in m, fractional places and elements of the supercell."""

    def one(name: str) -> Leaf:
        found = given.get(f"{STRUCTURE}/{name}", [])
        if len(found) != 1:
            raise content.refuse(f"has {counted(len(found), 'elements')} Structure/{name}: expected one")
        return found[0]

    lattice = [one(f"LatticeVector/a{n}").numbers(3, "a lattice vector in bohr") for n in (1, 2, 3)]
    atoms = (leaf := one("NumberOfAtoms")).integers(leaf.text, (MOST,), f"1 to {MOST} atoms")[0] + 1
    places = given.get(f"{STRUCTURE}/Position/pos", [])
    if len(places) != atoms:
        raise content.refuse(f"has {counted(len(places), 'elements')} pos: expected {atoms}, its NumberOfAtoms")
    fractional, names = np.empty((atoms, 3)), [""] * atoms
    for leaf in places:
        at = leaf.integers(leaf.attributes.get("index", ""), (atoms,), f"an index of 1 to {atoms}")[0]
        names[at] = leaf.attributes.get("element", "")
        fractional[at] = leaf.numbers(3, f"the place of atom {at + 1}")
        if not re.fullmatch(r"[A-Z][\w.-]*", names[at]):
            raise leaf.refuse(f"the element of atom {at + 1}")
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
        t, a, onto = leaf.integers(words, (atoms,) * 3, expected)
        if (t, a) in table:
            raise leaf.refuse(f"translation {t + 1} of atom {a + 1} once")
        table[t, a] = onto
    count, own = len({t for t, _ in table}), len({a for _, a in table})
    if count * own != atoms or sorted(table) != [(t, a) for t in range(count) for a in range(own)]:
        has = f"has {counted(len(maps), 'elements')} map"
        raise content.refuse(f"{has}: expected {atoms}, each translation of each atom once")
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


def _pairs(content: Content, elements: list[Leaf], own: int, at: Mapping[int, tuple[int, int]]) -> np.ndarray:
    """Φ (t, a, b, 3, 3) in N/m, images added up."""
    atoms, count = len(at), len(at) // own
    if not elements:
        raise content.refuse("has no elements ForceConstants/HARMONIC/FC2: expected harmonic force constants")
    if count * (3 * own) ** 2 > LARGEST:
        raise content.refuse(f"has {counted(atoms, 'atoms')}, {own} of them independent: expected a smaller supercell")
    found = np.zeros((count, own, own, 3, 3))
    known = set()
    for leaf in elements:
        one, two = (leaf.attributes.get(name, "") for name in ("pair1", "pair2"))
        a, i = leaf.integers(one, (own, 3), f"pair1, an atom of 1 to {own} and a direction")
        expected = f"pair2, an atom of 1 to {atoms}, a direction and an image of 1 to {IMAGES}"
        second, j, image = leaf.integers(two, (atoms, 3, IMAGES), expected)
        if (pair := (a, i, second, j, image)) in known:
            raise leaf.refuse(f"pair1 {one} and pair2 {two} once")
        known.add(pair)
        value = leaf.numbers(1, "a force constant in Ry/bohr²")[0]
        t, b = at[second]
        found[t, a, b, i, j] += value * UNIT
    return found
