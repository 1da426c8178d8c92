"""Text files read line by line, whose complaints name the line and what was expected there."""

import re

import numpy as np

from hpcph.errors import InputError
from hpcph.readers.files import Content

BARE = re.compile(r"(?<=[\d.])([-+]\d{3})\b")  # 0.12-100: Fortran drops the letter of exponents of three digits
LARGEST = 1e30  # no number of such files is larger
SHOWN = 40  # letters of a line


def numbers(text: str) -> np.ndarray:
    """All numbers of a text as Fortran writes them. Raises ValueError where there is something else."""
    return np.array(BARE.sub(r"E\1", text.replace("D", "E").replace("d", "e")).split(), float)


class Lines:
    """The lines of a text in turn; `at` is the number of the one taken last, from 1."""

    def __init__(self, content: Content):
        self.content, self.lines, self.at = content, content.text.splitlines(), 0

    def __bool__(self) -> bool:
        """Whether there is more."""
        return self.at < len(self.lines)

    def refuse(self, expected: str) -> InputError:
        """The complaint about the line taken last."""
        if self.at > len(self.lines):
            return self.content.refuse(f"ends after line {len(self.lines)}: expected {expected}; it is cut off")
        shown = " ".join(self.lines[self.at - 1].split())[:SHOWN]
        return self.content.refuse(f"line {self.at}: expected {expected}, found {shown!r}")

    def next(self) -> str:
        """The next line, "" behind the last."""
        self.at += 1
        return self.lines[self.at - 1] if self.at <= len(self.lines) else ""

    def take(self, expected: str) -> str:
        """The next line. Raises InputError behind the last."""
        found = self.next()
        if self.at > len(self.lines):
            raise self.refuse(expected)
        return found

    def past_blank(self) -> str:
        """The next line that is not blank."""
        while self and not self.lines[self.at].strip():
            self.at += 1
        return self.next()

    def coming(self) -> str:
        """The next line that is not blank, which stays the next one."""
        return next((text for text in self.lines[self.at :] if text.strip()), "")

    def numbers(self, text: str, count: int, expected: str) -> np.ndarray:
        """The numbers of a text of the line taken last, all of them finite, (count,). Raises InputError."""
        try:
            found = numbers(text)
        except ValueError:
            raise self.refuse(expected) from None
        if len(found) != count or not np.all(np.abs(found) < LARGEST):
            raise self.refuse(expected)
        return found

    def begins(self, count: int, expected: str) -> np.ndarray:
        """The numbers that the next line begins with, (count,); remarks may follow. Raises InputError."""
        return self.numbers(" ".join(self.next().split()[:count]), count, expected)

    def integers(self, count: int, expected: str) -> list[int]:
        """The integers that the next line begins with. Raises InputError."""
        words = self.next().split()[:count]
        if len(words) != count or not all(re.fullmatch(r"[-+]?\d{1,9}", word) for word in words):
            raise self.refuse(expected)
        return [int(word) for word in words]

    def whole(self, text: str, count: int, expected: str) -> list[int]:
        """The positive whole numbers of a text of the line taken last. Raises InputError."""
        words = text.split()
        if len(words) != count or not all(re.fullmatch(r"\d{1,9}", word) and int(word) for word in words):
            raise self.refuse(expected)
        return [int(word) for word in words]

    def rows(self, expected: str, columns: int = 3) -> np.ndarray:
        """Three rows of numbers and nothing else, (3, columns). Raises InputError."""
        return np.array([self.numbers(self.next(), columns, expected) for _ in range(3)])
