"""Linear axes whose power of ten stands in the label, where it meets no title."""

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hpcph.figures import style

PLAIN = range(-2, 4)  # powers of ten of largest values that are written without one


def unit(axis: Axis, values: np.ndarray, text: str) -> str:
    """Ticks for values over a power of ten, and that power with the unit, such as 10⁻²² J."""
    largest = float(np.abs(values).max(initial=0))
    power = int(np.floor(np.log10(largest))) if largest else 0
    power = 0 if power in PLAIN else power
    axis.set_major_formatter(FuncFormatter(lambda number, _: style.typeset(f"{number / 10.0**power:.6g}")))
    return rf"$10^{{{power}}}$ {text}" if power else text


def end(high: float, last: float) -> float:
    """The first round number from `high` on, at most `last`."""
    ticks = np.asarray(MaxNLocator(6).tick_values(0, high))
    return float(min(ticks[ticks >= high * (1 - 1e-9)][0], last))
