"""Numbers that are written as ratios, such as 1/3: no decimal fraction is a third."""

import re
from fractions import Fraction
from typing import Any

RATIO = re.compile(r"\s*([+-]?\d{1,9})\s*/\s*(\d{1,9})\s*")


def ratio(value: Any) -> Any:
    """The float that text such as -1/3 stands for; whatever else it is, as it is. Raises ValueError for n/0."""
    match = RATIO.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    if not int(match[2]):
        raise ValueError("divides by zero; write it like 1/3")
    return float(Fraction(int(match[1]), int(match[2])))
