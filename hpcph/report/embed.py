"""Numbers on their way into the page: typed arrays as base64, plotly.js compressed, numbers and units as text."""

import base64
import gzip
import math
import re

import numpy as np
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from hpcph.show import numbers

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
    """A number with its errors: −2.19(14)(5) × 10⁻¹⁷ J s m⁻² K⁻¹.

    errors : NaN where unknown; a number without any has five digits
    """
    if not math.isfinite(value):
        return "–"
    if numbers.beside(value, errors):
        return f"{powered(numbers.with_errors(value, *errors))} {unit(of)}".strip()
    written_out = value == 0 or -3 <= math.floor(math.log10(abs(value))) <= 4
    mantissa, _, power = f"{value:.4e}".partition("e")
    return f"{powered(f'{value:.5g}' if written_out else f'{float(mantissa):g}' + 'e' + power)} {unit(of)}".strip()


def amplification(eta: float, *errors: float) -> str:
    """η with its errors, its first digit where these are larger."""
    return powered(numbers.gain(eta, *errors)) if numbers.beside(eta, errors) else number(eta)


def alone(value: float, *errors: float) -> str:
    """A number whose errors are not beside it, such as in the label of a point."""
    return powered(numbers.alone(value, *errors)) if numbers.beside(value, errors) else number(value)


def powered(text: str) -> str:
    """-2.19(14)e-17 as −2.19(14) × 10⁻¹⁷."""
    mantissa, _, power = text.partition("e")
    return (mantissa + (f" × 10{str(int(power)).translate(UPPER)}" if power else "")).replace("-", "−")


def subscripts(text: str, pattern: str = r"(?<=[A-Za-z)])\d+") -> Markup:
    """The matches of a pattern set low, the rest escaped: Si3O6."""
    parts = re.split(f"({pattern})", text)
    return Markup("").join(Markup("<sub>{}</sub>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def space_group(text: str) -> Markup:
    """P3_121 (152) with the screw axes set low."""
    return Markup("").join(
        Markup("<sub>{}</sub>").format(p[1:]) if i % 2 else escape(p) for i, p in enumerate(re.split(r"(_\d)", text))
    )
