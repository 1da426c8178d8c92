"""Text files read line by line, whose complaints name the line and what was expected there."""

import re
from typing import NoReturn

import numpy as np

from hpcph.readers.files import Content

EXPONENT = re.compile(r"(\d)([-+]\d{3})\b")  # Fortran leaves the E of 1.0E-101 out


def numbers(text: str) -> np.ndarray:
    """All numbers of a text as Fortran writes them. Raises ValueError where there is something else."""
    return np.array(EXPONENT.sub(r"\1E\2", text.replace("D", "E")).split(), float)


class Lines:
    """The lines of a text in turn; `at` is the number of the one read last."""

    def __init__(self, content: Content):
        self.content, self.lines, self.at = content, content.text.splitlines(), 0

    def refuse(self, expected: str) -> NoReturn:
        """Raise the complaint about the line read last."""
        there = self.at <= len(self.lines)
        found = repr(self.lines[self.at - 1].strip()[:40]) if there else "the end of the file"
        raise self.content.refuse(f"line {min(self.at, len(self.lines) + 1)}: expected {expected}, found {found}")

    def next(self) -> str:
        """The next line, "" behind the last."""
        self.at += 1
        return self.lines[self.at - 1] if self.at <= len(self.lines) else ""

    def past_blank(self) -> str:
        """The next line that is not blank."""
        while self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1
        return self.next()

    def coming(self) -> str:
        """The next line that is not blank, which stays the next one."""
        return next((text for text in self.lines[self.at :] if text.strip()), "")

    def numbers(self, text: str, count: int, expected: str) -> np.ndarray:
        """The numbers of a text of the line read last, all of them finite."""
        try:
            found = numbers(text)
        except ValueError:
            self.refuse(expected)
        if len(found) != count or not np.all(np.isfinite(found)):
            self.refuse(expected)
        return found

    def whole(self, text: str, count: int, expected: str) -> list[int]:
        """The positive whole numbers of a text of the line read last."""
        words = text.split()
        if len(words) != count or not all(re.fullmatch(r"\d{1,9}", word) and int(word) for word in words):
            self.refuse(expected)
        return [int(word) for word in words]

    def rows(self, expected: str, columns: int = 3) -> np.ndarray:
        """Three rows of numbers, (3, columns)."""
        return np.array([self.numbers(self.next(), columns, expected) for _ in range(3)])
