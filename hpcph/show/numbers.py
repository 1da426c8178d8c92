"""Numbers that a person reads: value(error) such as -2.19(14)e-17, the error in units of the value's last digit.

An error has one digit, two where its first is 1, and no value has digits beyond the largest of its errors. Several
stand behind each other, -2.19(14)(5)e-17, in the order of SOURCES; (0) is one of less than half a last digit.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import compress

SOURCES = {"error": "mesh", "lattice_error": "lattice"}  # what errors of a kind come from
FINEST, EXACT = 4, 9  # digits of a number behind its first where an error is unknown, and at most
WRITTEN_OUT = range(-3, 6)  # powers of ten of numbers that are written without one
FORBIDDEN = "0 (symmetry)"


def with_errors(value: float, *errors: float) -> str:
    """A number with its errors, NaN where unknown."""
    known = beside(value, errors)
    return _written(value, last_place(value, *errors), known) if known else rounded(value)


def column(values: Sequence[float], errors: Mapping[str, Sequence[float]]) -> tuple[list[str], str]:
    """Numbers below each other, and (mesh)(lattice): what stands in their parentheses; what is (0) in all is left out.

    errors : by kind (SOURCES) of every number, NaN where unknown
    """
    rows = [(value, [of[i] for of in errors.values()]) for i, value in enumerate(values)]
    seen = [any(_reaches(value, of, of[k]) for value, of in rows) for k in range(len(errors))]
    words = [
        _written(value, last_place(value, *of), beside(value, compress(of, seen)))
        if beside(value, of)
        else rounded(value)
        for value, of in rows
    ]
    return words, "".join(f"({SOURCES[kind]})" for kind in compress(errors, seen))


def _reaches(value: float, errors: Sequence[float], own: float) -> bool:
    """Is one of the errors of a number half its last digit or more?"""
    return own in beside(value, errors) and bool(_digits(own, last_place(value, *errors)))


def beside(value: float, errors: Iterable[float]) -> list[float]:
    """Those errors that stand beside a number: none where it is zero and so are they, or where they are unknown."""
    known = [error for error in errors if math.isfinite(error)]
    return known if math.isfinite(value) and (value or any(known)) else []


def rounded(value: float, *errors: float) -> str:
    """A number without digits that its errors leave open."""
    if not math.isfinite(value):
        return f"{value:g}"
    if value == 0:
        return "0"
    place = last_place(value, *errors)
    return _written(value, place, []) if abs(value) >= 0.5 * 10.0**place else "0"


def alone(value: float, *errors: float) -> str:
    """A number whose errors are not beside it: its first digit, with a warning, where they leave all of it open."""
    if math.isfinite(value) and value and size(value) < last_place(value, *errors):
        return f"≈ {_written(value, size(value), [])}"
    return rounded(value, *errors)


def gain(eta: float, *errors: float) -> str:
    """η with its errors, as long as these are smaller: near the threshold the first order says nothing."""
    return with_errors(eta, *errors) if all(not error >= abs(eta) for error in errors) else alone(eta, *errors)


def last_place(value: float, *errors: float) -> int:
    """Power of ten of the last digit that a number has; one that is 0 has those of its errors."""
    known = [error for error in errors if math.isfinite(error)]
    if not any(known):
        return size(value) - (EXACT if known and len(known) == len(errors) else FINEST)
    place = _place(max(known))
    return max(place, size(value) - (EXACT if len(known) == len(errors) else FINEST)) if value else place


def size(value: float) -> int:
    """Power of ten of the first digit."""
    return Decimal(value).adjusted()


def _place(error: float) -> int:
    """Power of ten of the last digit of an error: it has one, two where the first is 1."""
    return size(error) - int(error < 2 * 10.0 ** size(error))


def _digits(value: float, place: int) -> Decimal:
    """A number rounded to a power of ten, in units of that; no −0."""
    return Decimal(value).scaleb(-place).quantize(Decimal(1)) + 0


def _written(value: float, place: int, errors: Iterable[float]) -> str:
    """A number down to the power of ten of its last digit, and errors in units of it."""
    digits, *behind = (_digits(x, place) for x in (value, *errors))
    power = place + max(of.adjusted() for of in (digits, *behind))
    own = 0 if power in WRITTEN_OUT else power
    parentheses = "".join(f"({of.scaleb(max(0, place) if own == 0 else 0):f})" for of in behind)
    return f"{digits.scaleb(place - own):f}{parentheses}" + ("e" + f"{own:+03d}" if own else "")
