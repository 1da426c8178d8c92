"""Numbers on their way into the page: typed arrays as base64, plotly.js compressed, numbers and units as text."""

import base64
import gzip
import math
import re
from decimal import Decimal

import numpy as np
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from hpcph.show import numbers

SMALLEST = -6  # power of ten of errors that are written out
UPPER = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def array(values: np.ndarray, dtype: str) -> dict:
    """A typed array that page.js unpacks; dtype is f4, f8 or i2."""
    packed = np.ascontiguousarray(values, dtype=f"<{dtype}")
    return {"dtype": dtype, "shape": list(packed.shape), "bytes": base64.b64encode(packed.tobytes()).decode()}


def plotly_script() -> str:
    """plotly.js, gzip and base64: a third of its size, so that every mode of a path fits into the page."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), mtime=0)).decode()


def unit(text: str) -> str:
    """`J s m-2 K-1` as J s m⁻² K⁻¹."""
    return re.sub(r"(?<=[A-Za-z])-?\d+", lambda found: found.group().translate(UPPER), text)


def number(value: float, *errors: float, of: str = "") -> str:
    """A number with its errors, all in one power of ten: (−2.19 ± 0.14 ± 0.00005) × 10⁻¹⁷ J s m⁻² K⁻¹.

    errors : NaN where unknown; a number without any has five digits
    """
    if not math.isfinite(value):
        return "–"
    if not numbers.beside(value, errors):
        power = math.floor(math.log10(abs(value))) if value else 0
        power = 0 if -3 <= power <= 4 else power
        text = f"{value / 10**power:.5g}"
    else:
        parts = numbers.with_errors(value, *errors).split(" ± ")
        power = own_power(*parts)
        text = " ± ".join(in_power(part, power) for part in parts)
        text = f"({text})" if power or of else text
    if power:
        text += f" × 10{str(power).translate(UPPER)}"
    return f"{text} {unit(of)}".strip().replace("-", "−")


def alone(value: float, *errors: float) -> str:
    """A number whose errors are not beside it, such as in the label of a point."""
    if not math.isfinite(value) or not numbers.beside(value, errors):
        return number(value)
    warning, _, text = numbers.alone(value, *errors).rpartition(" ")
    power = own_power(text)
    text = in_power(text, power) + (f" × 10{str(power).translate(UPPER)}" if power else "")
    return f"{warning} {text}".strip().replace("-", "−")


def own_power(text: str, *errors: str) -> int:
    """Power of ten of a number as it is written; of its largest error, where nothing is left of the number."""
    powers = [int(part.partition("e")[2] or 0) for part in (text, *errors)]
    return powers[0] if text != "0" or not errors else max(powers[1:])


def in_power(text: str, power: int) -> str:
    """A number such as 5e-22 in units of a power of ten, 0.00005 in those of 10⁻¹⁷; very small ones keep a power."""
    if text == "0":
        return text
    shifted = Decimal(text).scaleb(-power)
    if shifted.adjusted() < SMALLEST:
        mantissa, _, exponent = f"{shifted:e}".partition("e")
        return f"{mantissa} × 10{str(int(exponent)).translate(UPPER)}"
    return f"{shifted:f}"


def subscripts(text: str, pattern: str = r"(?<=[A-Za-z)])\d+") -> Markup:
    """The matches of a pattern set low, the rest escaped: Si3O6."""
    parts = re.split(f"({pattern})", text)
    return Markup("").join(Markup("<sub>{}</sub>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def space_group(text: str) -> Markup:
    """P3_121 (152) with the screw axes set low."""
    return Markup("").join(
        Markup("<sub>{}</sub>").format(p[1:]) if i % 2 else escape(p) for i, p in enumerate(re.split(r"(_\d)", text))
    )
