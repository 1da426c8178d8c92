"""What words on the command line mean. Each raises InputError, naming its option, where a word means nothing."""

import numpy as np

from hpcph.config.ratios import ratio
from hpcph.constants import angstrom
from hpcph.errors import InputError

MAX_COORDINATE = 1e3
MAX_BRANCH = 10**6


def wave_vector(text: str) -> np.ndarray:
    """Of --q: three fractional coordinates, (3,)."""
    try:
        q = np.array([float(ratio(part)) for part in text.split(",")])
    except ValueError:
        q = np.array([])
    if q.shape != (3,) or not np.all(np.abs(q) <= MAX_COORDINATE):
        raise InputError("--q", text, "give three fractional coordinates, such as 0,0,0.091 or 1/3,1/3,0")
    return q


def numbers(key: str, text: str) -> tuple[int, int, int]:
    """Three whole numbers from 1, such as 2,2,1."""
    found = tuple(digits(part) for part in text.split(","))
    if len(found) != 3 or min(found) < 1:
        raise InputError(key, text, "give three whole numbers from 1, such as 2,2,1")
    return found[0], found[1], found[2]


def whole(key: str, text: str, most: int) -> int:
    """A number from 1."""
    if not 1 <= digits(text) <= most:
        raise InputError(key, text, f"give a whole number from 1 to {most}")
    return digits(text)


def digits(text: str) -> int:
    """A whole number of up to nine digits; 0 where the text is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def temperature(key: str, text: str) -> float:
    """Above 0, in K."""
    value = _measured(key, text, "K", "300 K")
    if not 0 < value < np.inf:
        raise InputError(key, text, "must be above 0")
    return value


def length(key: str, text: str, example: str, most: float = np.inf) -> float:
    """A length with its unit, above 0 and at most `most`, in m."""
    value = _measured(key, text, "m", example)
    if not 0 < value <= most or value == np.inf:
        bound = f" and at most {most / angstrom:g} Å" if most < np.inf else ""
        raise InputError(key, text, f"must be above 0{bound}")
    return value


def _measured(key: str, text: str, unit: str, example: str) -> float:
    """A number with a unit, in that unit."""
    from hpcph.config.units import convert  # pydantic takes its time to load

    try:
        return convert(text, unit, example)
    except ValueError as err:
        raise InputError(key, text, str(err)) from None
