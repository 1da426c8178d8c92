"""Numbers that a person reads: each with its errors, and no digit beyond the largest of them."""

import math
from collections.abc import Iterable

SOURCES = {"error": "mesh", "lattice_error": "lattice"}  # what errors of a kind come from
FINEST, EXACT = 4, 9  # decimals of a mantissa where an error is unknown, and at most
WRITTEN_OUT = range(-3, 6)  # powers of ten of numbers that are written without one
BESIDE = range(-6, 6)  # and of errors beside them


def with_errors(value: float, *errors: float) -> str:
    """A number with its errors, NaN where unknown; 0 alone is what symmetry forbids."""
    known = beside(value, errors)
    like = (_left(value, errors) or max(known)) if known else value
    return " ± ".join([rounded(value, *errors), *(_error(error, _is_plain(like)) for error in known)])


def beside(value: float, errors: Iterable[float]) -> list[float]:
    """Those errors that stand beside a number: none where it is zero and so are they, or where they are unknown."""
    known = [error for error in errors if math.isfinite(error)]
    return known if math.isfinite(value) and (value or any(known)) else []


def rounded(value: float, *errors: float) -> str:
    """A number without digits that its errors leave open."""
    if not math.isfinite(value):
        return f"{value:g}"
    left = _left(value, errors)
    return _written(left, last_place(value, *errors), _is_plain(left)) if left else "0"


def _left(value: float, errors: Iterable[float]) -> float:
    """A number, or where it is below its last place what this is rounded to."""
    if value == 0 or size(value) >= (place := last_place(value, *errors)):
        return value
    return math.copysign(10.0**place, value) if abs(value) >= 0.5 * 10.0**place else 0.0


def alone(value: float, *errors: float) -> str:
    """A number whose errors are not beside it: its first digit, with a warning, where they leave all of it open."""
    if math.isfinite(value) and value and size(value) < last_place(value, *errors):
        return f"≈ {_written(value, size(value), _is_plain(value))}"
    return rounded(value, *errors)


def last_place(value: float, *errors: float) -> int:
    """Power of ten of the last digit that a number has, which is not 0."""
    known = [error for error in errors if math.isfinite(error)]
    finest = size(value) - (EXACT if known and len(known) == len(errors) else FINEST)
    return max(_place(max(known)), finest) if any(known) else finest


def size(value: float) -> int:
    """Power of ten of the first digit."""
    return math.floor(math.log10(abs(value)))


def _place(error: float) -> int:
    """Power of ten of the last digit of an error: it has one, two where the first is 1."""
    return size(error) - (error < 2 * 10.0 ** size(error))


def _error(error: float, plain: bool) -> str:
    """An error as it stands beside a number that is plain or has a power of ten; 0 is none at all."""
    return _written(error, _place(error), plain and size(error) in BESIDE) if error else "0"


def _is_plain(value: float) -> bool:
    """Is a number of this size written without a power of ten?"""
    return size(value) in WRITTEN_OUT


def _written(value: float, place: int, plain: bool) -> str:
    """A number down to the power of ten of its last digit."""
    if plain:
        return f"{round(value, -place):.{max(0, -place)}f}"
    decimals = size(value) - place
    text = f"{value:.{decimals}e}"
    carried = int(text.partition("e")[2]) > size(value)  # 9.96 is 10.0
    return f"{float(text):.{decimals + 1}e}" if carried else text
