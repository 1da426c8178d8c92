"""XML read element by element, without a document type and so without entities; complaints name the line."""

import re
from collections.abc import Callable
from xml.parsers import expat

import numpy as np

from hpcph.errors import InputError
from hpcph.readers.files import Content
from hpcph.readers.lines import LARGEST, SHOWN, numbers

DEPTH = 12  # elements in each other


class Leaf:
    """An element of a file: its place, attributes, text and line.

    place : such as modeling/structure[initialpos]/crystal, where an element has the attribute name
    """

    def __init__(self, content: Content, place: str, attributes: dict[str, str], line: int):
        self.content, self.place, self.attributes, self.line, self.text = content, place, attributes, line, ""

    def refuse(self, expected: str, text: str | None = None) -> InputError:
        """The complaint about the element; text : of it, where not all of that is meant."""
        shown = " ".join((self.text if text is None else text).split())[:SHOWN]
        return self.content.refuse(f"line {self.line}: expected {expected}, not '{shown}'")

    def numbers(self, count: int, expected: str) -> np.ndarray:
        """The finite numbers that are its text, (count,). Raises InputError."""
        try:
            found = numbers(self.text)
        except ValueError:
            raise self.refuse(expected) from None
        if len(found) != count or not np.all(np.abs(found) < LARGEST):
            raise self.refuse(expected)
        return found

    def integers(self, text: str, most: tuple[int, ...], expected: str) -> list[int]:
        """Whole numbers from 1 to a bound each, less one. Raises InputError."""
        words = text.split()
        if len(words) != len(most) or not all(re.fullmatch(r"\d{1,9}", word) for word in words):
            raise self.refuse(expected, text)
        found = [int(word) - 1 for word in words]
        if not all(0 <= one < bound for one, bound in zip(found, most, strict=True)):
            raise self.refuse(expected, text)
        return found


def leaves(content: Content, kept: Callable[[str], object], writer: str) -> dict[str, list[Leaf]]:
    """Elements by their place, in the order of the file.

    kept : whether a place is of use; writer : the program, for complaints

    Raises InputError where it is no XML, or has a document type.
    """
    found: dict[str, list[Leaf]] = {}
    stack: list[tuple[Leaf, bool]] = []
    parser = expat.ParserCreate()

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(stack) >= DEPTH:
            raise content.refuse(f"line {parser.CurrentLineNumber}: expected at most {DEPTH} elements in each other")
        own = f"{name}[{attributes['name']}]" if "name" in attributes else name
        place = f"{stack[-1][0].place}/{own}" if stack else own
        stack.append((Leaf(content, place, attributes, parser.CurrentLineNumber), bool(kept(place))))

    def text(more: str) -> None:
        if stack and stack[-1][1]:
            stack[-1][0].text += more

    def end(_: str) -> None:
        leaf, of_use = stack.pop()
        if of_use:
            found.setdefault(leaf.place, []).append(leaf)

    def declared(*_: object) -> None:
        raise content.refuse(f"line {parser.CurrentLineNumber}: expected no DOCTYPE, which {writer} never writes")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, declared
    try:
        parser.Parse(content.data, True)
    except expat.ExpatError as err:
        what = expat.ErrorString(err.code)
        raise content.refuse(f"line {err.lineno}: expected XML to the end of the file ({what})") from None
    return found
