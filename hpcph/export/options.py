"""What the command line says about an export, checked: one line a mistake."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.config.units import convert
from hpcph.errors import InputError

FORMATS = ("extxyz", "phononwebsite", "vesta", "table", "moments")
VECTORS = ("displacement", "polarization")
MAX_CELLS = 10_000  # repetitions in all
MAX_FRAMES = 10_000
MAX_AMPLITUDE = 5e-9  # m
MAX_BRANCH = 10**6


@dataclass(frozen=True)
class Options:
    """Texts as they are given, or None; the properties are what they mean.

    Raises InputError, on construction, where one means nothing.
    """

    format: str
    q: str | None = None
    branch: str = "1"
    cells: str | None = None
    frames: str = "32"
    amplitude: str = "0.3 angstrom"
    vectors: str = "displacement"
    leg: str | None = None
    output: Path | None = None

    def __post_init__(self) -> None:
        _one_of("--format", self.format, FORMATS)
        _one_of("--vectors", self.vectors, VECTORS)
        _ = self.wave_vector, self.branch_number, self.repetitions, self.frame_count, self.metres

    @property
    def wave_vector(self) -> np.ndarray | None:
        """Fractional, (3,)."""
        if self.q is None:
            return None
        try:
            q = np.array([float(x) for x in self.q.split(",")])
        except ValueError:
            q = np.array([])
        if q.shape != (3,) or not np.all(np.abs(q) <= 1e3):
            raise InputError("--q", self.q, "give three fractional coordinates, such as 0,0,0.091")
        return q

    @property
    def branch_number(self) -> int:
        """From 1."""
        return _whole("--branch", self.branch, MAX_BRANCH)

    @property
    def repetitions(self) -> tuple[int, int, int] | None:
        """Of the primitive cell along a, b, c."""
        if self.cells is None:
            return None
        parts = [_number(part) for part in self.cells.split(",")]
        if len(parts) != 3 or min(parts) < 1:
            raise InputError("--cells", self.cells, "give three whole numbers from 1, such as 1,1,11")
        a, b, c = parts
        if a * b * c > MAX_CELLS:
            raise InputError("--cells", self.cells, f"{a * b * c} cells in all; at most {MAX_CELLS}")
        return a, b, c

    @property
    def frame_count(self) -> int:
        """Pictures of one period."""
        return _whole("--frames", self.frames, MAX_FRAMES)

    @property
    def metres(self) -> float:
        """The amplitude."""
        try:
            value = convert(self.amplitude, "m", "0.3 angstrom")
        except ValueError as err:
            raise InputError("--amplitude", self.amplitude, str(err)) from None
        if not 0 < value <= MAX_AMPLITUDE:
            raise InputError("--amplitude", self.amplitude, f"must be above 0 and at most {MAX_AMPLITUDE * 1e10:g} Å")
        return value


def _one_of(key: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(key, value, f"give one of {', '.join(known)}")


def _whole(key: str, text: str, most: int) -> int:
    if not 1 <= _number(text) <= most:
        raise InputError(key, text, f"give a whole number from 1 to {most}")
    return _number(text)


def _number(text: str) -> int:
    """A whole number of up to nine digits; 0 where the text is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
