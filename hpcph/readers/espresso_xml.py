"""What Quantum ESPRESSO's files of phonons have in common as XML, by iotk (until 6.5) or by its own tools since.

Arrays are in Fortran's order. The own tools write no element around the others, and places as three attributes.
"""

import re
from xml.etree import ElementTree

import numpy as np

from hpcph.readers.espresso_cell import MOST, EspressoCell, cell
from hpcph.readers.files import Content
from hpcph.readers.lines import LARGEST, numbers

DOCUMENT_TYPE = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
PROLOGUE = re.compile(r"\A\s*(?:<\?[^<>]*\?>\s*)*")
GEOMETRY, FIELD = "GEOMETRY_INFO/", "DIELECTRIC_PROPERTIES/"


def is_xml(content: Content) -> bool:
    """Whether a file is XML rather than text."""
    return content.text.lstrip().startswith("<")


class Elements:
    """The elements of a file, by their path; complaints name that."""

    def __init__(self, content: Content):
        """Raises InputError where it is no XML that is whole."""
        self.content = content
        if DOCUMENT_TYPE.search(content.text):
            raise content.refuse("has a document type, which no file of Quantum ESPRESSO has")
        body = PROLOGUE.sub("", content.text)
        try:
            self.root = ElementTree.fromstring(body if body.startswith("<Root") else f"<Root>{body}</Root>")
        except ElementTree.ParseError as err:
            raise content.refuse(f"is no XML that is whole: {err}") from None

    def has(self, path: str) -> bool:
        return self.root.find(path) is not None

    def children(self, path: str) -> dict[str, ElementTree.Element]:
        """The elements within one, by name."""
        found = self.root.find(path)
        return {} if found is None else {element.tag: element for element in found}

    def values(self, path: str, *shape: int) -> np.ndarray:
        """An element's numbers, as an array in C's order: Fortran's the other way round. Raises InputError."""
        return self.within(self.root.find(path), path, *shape)

    def within(self, element: ElementTree.Element | None, path: str, *shape: int) -> np.ndarray:
        """The same of an element that was found already; of a complex number come two."""
        what = f"expected {int(np.prod(shape))} finite number(s) in the element {path}"
        text = "" if element is None else re.sub(r"[(),]", " ", element.text or "")
        try:
            found = numbers(text).reshape(shape)
        except ValueError:
            raise self.content.refuse(what) from None
        if not np.all(np.abs(found) < LARGEST):
            raise self.content.refuse(what)
        return found

    def counted(self, path: str, *shape: int) -> list[int]:
        """Positive whole numbers, whose product is no larger than a supercell may be. Raises InputError."""
        found = self.values(path, *shape)
        if np.any(found != np.rint(found)) or found.min() < 1 or found.prod() > MOST:
            raise self.content.refuse(f"expected positive whole numbers in the element {path}, found {found}")
        return [int(number) for number in found]

    def cell(self) -> EspressoCell:
        """The crystal. Raises InputError."""
        (kinds,), (atoms,) = (self.counted(f"{GEOMETRY}NUMBER_OF_{what}", 1) for what in ("TYPES", "ATOMS"))
        names = [(self.root.findtext(f"{GEOMETRY}TYPE_NAME.{k + 1}") or "").strip() for k in range(kinds)]
        mass = np.array([self.values(f"{GEOMETRY}MASS.{k + 1}", 1)[0] for k in range(kinds)])
        which, places = self._atoms(kinds, atoms)
        alat = float(self.values(f"{GEOMETRY}CELL_DIMENSIONS", 6)[0])
        if alat <= 0:
            raise self.content.refuse(f"expected a positive length in the element {GEOMETRY}CELL_DIMENSIONS")
        at = self.values(f"{GEOMETRY}AT", 3, 3)
        return cell(self.content, alat, at, places, [names[k] for k in which], mass[which])

    def charges(self, atoms: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Born charges (a, 3, 3), [field, displacement], and ε; None where there are none. Raises InputError."""
        if not self.has(f"{FIELD}ZSTAR"):
            return None
        born = [self.values(f"{FIELD}ZSTAR/Z_AT_.{a + 1}", 3, 3).T for a in range(atoms)]
        return np.array(born), self.values(f"{FIELD}EPSILON", 3, 3)

    def _atoms(self, kinds: int, atoms: int) -> tuple[list[int], np.ndarray]:
        """The species of each atom, from 0, and its place in units of alat."""
        which, places = [], []
        for number in range(1, atoms + 1):
            path = f"{GEOMETRY}ATOM.{number}"
            element = self.root.find(path)
            given: dict[str, str] = {} if element is None else element.attrib
            place = given.get("TAU") or " ".join(given.get(f"TAU{x}", "") for x in "XYZ")
            what = f"expected INDEX, 1 to {kinds}, and a place, TAU, in the element {path}"
            try:
                which.append(int(given.get("INDEX", "")) - 1)
                places.append(numbers(place).reshape(3))
            except ValueError:
                raise self.content.refuse(what) from None
            if which[-1] not in range(kinds) or not np.all(np.abs(places[-1]) < LARGEST):
                raise self.content.refuse(what)
        return which, np.array(places)
