"""A text file line by line: complaints name the line and what was expected there."""

import re

import numpy as np

from hpcph.errors import InputError
from hpcph.readers.files import Content, FileKind

BARE = re.compile(r"(?<=[\d.])([-+]\d{3})\b")  # 0.12-100: Fortran drops the letter of exponents of three digits
LARGEST = 1e30  # no number of such files is larger
SHOWN = 40  # letters of a line


class TextLines:
    """The lines of a file, taken one after the other.

    at : number of the last line that was taken, from 1
    """

    def __init__(self, key: str, named, data: bytes | str):
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        self.content = Content(key, named, FileKind.TEXT, b"", named)
        self.rows, self.at = text.splitlines(), 0

    def __bool__(self) -> bool:
        """Whether there is more."""
        return self.at < len(self.rows)

    def take(self, expected: str) -> str:
        """The next line. Raises InputError at the end."""
        if self.at >= len(self.rows):
            raise self.content.refuse(f"ends after line {self.at}: expected {expected}; it is cut off")
        self.at += 1
        return self.rows[self.at - 1]

    def numbers(self, count: int, expected: str) -> np.ndarray:
        """The numbers that the next line begins with, (count,); remarks may follow. Raises InputError."""
        return self.parsed(self.take(expected).split()[:count], count, expected)

    def parsed(self, words: list[str], count: int, expected: str) -> np.ndarray:
        """Words of the last line as finite numbers, (count,). Raises InputError."""
        try:
            found = np.array([number(word) for word in words])
        except ValueError:
            raise self.refuse(expected) from None
        if len(found) != count or not np.all(np.abs(found) < LARGEST):
            raise self.refuse(expected)
        return found

    def integers(self, count: int, expected: str) -> list[int]:
        """The integers that the next line begins with. Raises InputError."""
        words = self.take(expected).split()[:count]
        if len(words) != count or not all(re.fullmatch(r"[-+]?\d{1,9}", word) for word in words):
            raise self.refuse(expected)
        return [int(word) for word in words]

    def refuse(self, expected: str) -> InputError:
        """The complaint about the last line."""
        shown = " ".join(self.rows[self.at - 1].split())[:SHOWN] if self.at else ""
        return self.content.refuse(f"line {self.at}: expected {expected}, not '{shown}'")


def number(word: str) -> float:
    """A number as Fortran writes it: 0.1D+02, 0.1-100. Raises ValueError; what is not finite stays so."""
    return float(BARE.sub(r"E\1", word.replace("D", "E").replace("d", "e")))
