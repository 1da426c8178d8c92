"""Fortran's namelists, as far as crystals need them: numbers, texts and flags, of arrays whose shapes are known.

f90nml reads more, and makes lists as long as a file wants them: 1000000000*0.0, born(1, 1, 1000000000).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from hpcph.errors import InputError
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines

TOKEN = re.compile(
    r"""(?P<skip>\s+|![^\n]*)|(?P<text>'[^'\n]*'|"[^"\n]*")|[&$](?P<group>\w+)|(?P<end>/)|(?P<comma>,)"""
    r"""|(?P<name>[A-Za-z]\w*)[ \t]*(?:\((?P<subscripts>[^()=\n]*)\))?\s*=|(?P<word>[^\s,!'"/&$=]+)|(?P<other>.)"""
)
SUBSCRIPT = re.compile(r"\s*(\d{0,9})\s*(:?)\s*(\d{0,9})\s*")
REPEATED = re.compile(r"(\d{1,5})\*(.+)")
FLAG = re.compile(r"\.?([tf])", re.IGNORECASE)


@dataclass(frozen=True)
class Assignment:
    """What a variable is set to.

    line : from 1; subscripts : as they stand in brackets, None without these; words : the values, texts with quotes
    """

    line: int
    subscripts: str | None
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Namelist:
    """The variables of a group, by name in small letters."""

    content: Content
    name: str
    assigned: dict[str, list[Assignment]]

    def refuse(self, name: str, expected: str) -> InputError:
        """The complaint about a variable, with the line of its last assignment."""
        if name not in self.assigned:
            return self.content.refuse(f"&{self.name} has no {name}: expected {expected}")
        return self._at(self.assigned[name][-1]).refuse(f"{name}, {expected}")

    def numbers(self, name: str, shape: tuple[int, ...], expected: str) -> np.ndarray:
        """An array of numbers, `shape`, NaN where nothing is assigned. Raises InputError."""
        return self._array(name, shape, expected, lambda word, lines: float(lines.numbers(word, 1, expected)[0]))

    def whole(self, name: str, shape: tuple[int, ...], most: int, expected: str) -> np.ndarray:
        """An array of whole numbers from 1 to `most`, all of them assigned. Raises InputError."""
        found = self.numbers(name, shape, expected)
        if not np.all((found >= 1) & (found <= most) & (found == np.rint(found))):
            raise self.refuse(name, expected)
        return found.astype(int)

    def texts(self, name: str, count: int, expected: str) -> list[str]:
        """Texts in quotes, all of them assigned. Raises InputError."""

        def text(word: str, lines: Lines) -> str:
            if word[0] not in "'\"":
                raise lines.refuse(expected)
            return word[1:-1].strip()

        found = self._array(name, (count,), expected, text, object)
        if any(one is None for one in found):
            raise self.refuse(name, expected)
        return list(found)

    def flag(self, name: str, default: bool) -> bool:
        """A logical. Raises InputError."""
        expected = f"{name} = .true. or .false."

        def is_true(word: str, lines: Lines) -> bool:
            if not (found := FLAG.match(word)):
                raise lines.refuse(expected)
            return found[1] in "tT"

        found = self._array(name, (1,), expected, is_true, object)[0]
        return default if found is None else found

    def _at(self, one: Assignment) -> Lines:
        lines = Lines(self.content)
        lines.at = one.line
        return lines

    def _array(
        self, name: str, shape: tuple[int, ...], expected: str, of: Callable[[str, Lines], Any], kind: type = float
    ) -> np.ndarray:
        flat: np.ndarray = np.full(prod(shape), None, object).astype(kind)
        for one in self.assigned.get(name, ()):
            lines = self._at(one)
            places = _places(one.subscripts, shape)
            repeated = [REPEATED.fullmatch(word) for word in one.words]
            counts = [int(found[1]) if found else 1 for found in repeated]
            if places is None or sum(counts) > len(places):
                raise lines.refuse(expected)
            words = [found[2] if found else word for found, word in zip(repeated, one.words, strict=True)]
            values = [value for word, n in zip(words, counts, strict=True) for value in [of(word, lines)] * n]
            flat[places[: len(values)]] = values
        return flat.reshape(shape, order="F")


def namelists(content: Content) -> dict[str, Namelist]:
    """The groups of a file by name in small letters; what stands outside them is nobody's. Raises InputError."""
    found: dict[str, Namelist] = {}
    lines, group, one = Lines(content), None, None
    lines.at, done = 1, 0
    comma = False
    for token in TOKEN.finditer(content.text):
        lines.at += content.text.count("\n", done, token.start())
        done = token.start()
        kind = token.lastgroup if token["name"] is None else "name"
        if kind == "skip":
            continue
        name = (token["group"] or "").lower()
        if kind == "end" or name == "end":
            group = None
        elif group is None:
            if kind == "group":
                group, one = found.setdefault(name, Namelist(content, name, {})), None
        elif kind == "name":
            one = Assignment(lines.at, token["subscripts"])
            group.assigned.setdefault(token["name"].lower(), []).append(one)
        elif kind in ("text", "word") and one is not None:
            one.words.append(token[0])
        elif kind != "comma" or comma or one is None or not one.words:
            raise lines.refuse(f"a variable of &{group.name}, its value, or the end of &{group.name} by /")
        comma = kind == "comma"
    if group is not None:
        raise content.refuse(f"ends in &{group.name}: expected its end by /; it is cut off")
    return found


def _places(subscripts: str | None, shape: tuple[int, ...]) -> np.ndarray | None:
    """Which elements of an array, in Fortran's order, are assigned to one after the other; None outside of it."""
    number = np.arange(prod(shape)).reshape(shape, order="F")
    if subscripts is None:
        return number.ravel(order="F")
    parts = [SUBSCRIPT.fullmatch(part) for part in subscripts.split(",")]
    if len(parts) != len(shape) or not all(parts):
        return None
    cuts, single = [], True
    for part, size in zip(parts, shape, strict=True):
        assert part is not None
        first, colon, last = part.groups()
        begin, end = int(first or 1), int(last or size) if colon else int(first or 0)
        if not 1 <= begin <= end <= size or (last and not colon):
            return None
        cuts.append(slice(begin - 1, end))
        single = single and not colon
    chosen = number[tuple(cuts)].ravel(order="F")
    return np.arange(chosen[0], prod(shape)) if single else chosen  # from one element on, as gfortran takes it
