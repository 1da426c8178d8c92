"""What the command line says about the figures, checked: one line a mistake."""

from dataclasses import dataclass

import numpy as np

from hpcph.errors import InputError


@dataclass(frozen=True)
class Choices:
    """What the user may choose: wave vector (3,) fractional or None, branch from 1, radius in m."""

    q_c: np.ndarray | None = None
    branch: int = 1
    radius: float = 20e-9

    @classmethod
    def of(cls, q: str | None, branch: str, radius: str) -> "Choices":
        """From texts, q None where it is not chosen. Raises InputError where one means nothing."""
        return cls(None if q is None else _wave_vector(q), _branch(branch), _length(radius))


def _wave_vector(text: str) -> np.ndarray:
    try:
        q = np.array([float(part) for part in text.split(",")])
    except ValueError:
        q = np.array([])
    if q.shape != (3,) or not np.all(np.abs(q) <= 1e3):
        raise InputError("--q", text, "give three fractional coordinates, such as 0,0,0.091")
    return q


def _branch(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) and len(text) < 10):
        raise InputError("--branch", text, "give a whole number from 1")
    return int(text)


def _length(text: str) -> float:
    from hpcph.config.units import convert  # pint takes its time to load

    try:
        radius = convert(text, "m", "20nm")
    except ValueError as err:
        raise InputError("--radius", text, str(err)) from None
    if not 0 < radius < float("inf"):
        raise InputError("--radius", text, "must be above 0")
    return radius
