"""Numbers on their way into the page: typed arrays as base64, plotly.js compressed, numbers and units as text."""

import base64
import gzip
import math
import re

import numpy as np
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

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


def number(value: float, error: float = math.nan, of: str = "") -> str:
    """A number with its estimated error, both in one power of ten: (−1.702 ± 0.4) × 10⁻¹⁷ J s m⁻² K⁻¹."""
    if not math.isfinite(value):
        return "–"
    power = math.floor(math.log10(abs(value))) if value else 0
    power = 0 if -3 <= power <= 4 else power
    value, error = value / 10**power, error / 10**power
    text = f"{value:.5g}"
    if math.isfinite(error) and error > 0:
        decimals = max(0, 1 - math.floor(math.log10(error)))  # two digits of the error
        text = f"{value:.{decimals}f}" if decimals > 5 else text
        text += f" ± {float(f'{error:.2g}'):.{decimals}f}"
        text = f"({text})" if power or of else text
    if power:
        text += f" × 10{str(power).translate(UPPER)}"
    return f"{text} {unit(of)}".strip().replace("-", "−")


def subscripts(text: str, pattern: str = r"(?<=[A-Za-z)])\d+") -> Markup:
    """The matches of a pattern set low, the rest escaped: Si3O6."""
    parts = re.split(f"({pattern})", text)
    return Markup("").join(Markup("<sub>{}</sub>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def space_group(text: str) -> Markup:
    """P3_121 (152) with the screw axes set low."""
    return Markup("").join(
        Markup("<sub>{}</sub>").format(p[1:]) if i % 2 else escape(p) for i, p in enumerate(re.split(r"(_\d)", text))
    )
