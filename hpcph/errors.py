"""Exceptions that are the user's business, not ours, what lines about them have in common, and how text is shown."""

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

LONGEST = 80  # letters of a value
ALIKE = 0.65  # of difflib's ratio: gird and grid have 0.75, rum and run 0.67, radius and axis 0.6


class InputError(Exception):
    """Something that the user wrote cannot be computed: where, what, how to fix it.

    Printed as one line by the command line, exit code 2.
    """

    def __init__(self, key: str, value: object, fix: str):
        super().__init__(key, value, fix)
        self.key, self.value, self.fix = key, value, fix

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {_short(self.value)}"
        return printable(f"{self.key}{shown}: {self.fix}")


class Unstable(InputError):
    """An imaginary mode; q : its fractional wave vector, three floats."""

    def __init__(self, key: str, value: object, fix: str, q: tuple[float, float, float]):
        super().__init__(key, value, fix)
        self.args = (key, value, fix, q)
        self.q = q


class Pending(InputError):
    """An input is good as far as can be seen before something long is computed, which a run does."""

    def __init__(self, what: str):
        super().__init__("crystal.calculator", None, what)
        self.args = (what,)


class Stopped(Exception):
    """The run was asked to stop and can go on from where it is; exit code 75."""


class InputErrors(InputError):
    """Several mistakes, a line each."""

    def __init__(self, errors: list[InputError]):
        super().__init__(errors[0].key, errors[0].value, errors[0].fix)
        self.args = (errors,)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(e) for e in self.errors)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "; did you mean …?" where a word is spelled nearly as one that is known, else empty."""
    import difflib

    names = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word[:LONGEST].lower(), names, 1, ALIKE)
    return f"; did you mean {names[found[0]]}?" if found else ""


def beside(path: Path) -> str:
    """ "; did you mean …?" where a file that is not there is spelled nearly as one of its folder, else empty."""
    try:
        others = (name for name in os.listdir(path.parent) if name.isprintable() and name != path.name)
        return did_you_mean(path.name, others)
    except OSError:
        return ""


def printable(text: str) -> str:
    """Text of titles, file names, inputs, as a terminal may have it: what would command it or hide is spelled out.

    Lines and tabs stay; every other control and format character, and bytes that are no text, become \\x1b, \\u202e, ….
    """
    return "".join(c if c in "\n\t" or unicodedata.category(c)[0] not in "C" else ascii(c)[1:-1] for c in text)


def counted(number: int, plural: str) -> str:
    """1 rank, 2 ranks, 1 frequency, 1 process."""
    one = f"{plural[:-3]}y" if plural.endswith("ies") else plural[: -2 if plural.endswith(("ches", "sses")) else -1]
    return f"{number} {one if number == 1 else plural}"


def _short(value: object) -> str:
    """A value in one line; of a long one, such as a path, how it begins and more of how it ends."""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 3]}…{text[1 + LONGEST // 3 - LONGEST :]}"
