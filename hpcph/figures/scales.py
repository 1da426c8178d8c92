"""Scales, ticks and labels of the axes of curves: with signs, with units that fit, without offsets beside the axes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from hpcph.figures import labels, style
from hpcph.show import prefixes

MANY = 30  # of the largest value over the tenth percentile: a linear axis would show nothing of the small ones
FEW = 2  # decades of a logarithmic axis that has ticks between whole powers
DEEPEST = 1e-4  # of the largest value: what is below it lies in the linear range
PLAIN = range(-2, 4)  # powers of ten of largest values that are written without one
TICKS = 7
MARGIN = 0.06  # of the height of the axes


def value(axes: Axes, text: str, unit: str = "1") -> None:
    """Scale, ticks and label of a y axis whose curves are drawn; signs are kept.

    Linear, or, where the curves span many decades, logarithmic on both sides of a linear range about zero. Bands of
    errors have no part in that. A prefix of the unit, or else a power of ten, stands in the label.
    """
    seen = _sizes(axes)
    power, shown = units(seen, unit)
    axes.set_ylabel(f"{text} ({shown})" if shown else text)
    linear = linear_range(seen)
    if linear:
        axes.set_yscale("symlog", linthresh=linear, linscale=1.0)
        _limit(axes)
        axes.yaxis.set_major_locator(FixedLocator(_powers(axes, linear)))
    axes.yaxis.set_major_formatter(scaled(power))


def beside(axes: Axes, factor: float, text: str, unit: str, of: str) -> str:
    """A second y axis, `factor` times the first, which is in `of`; on scales that are not linear the factor in words.

    Older second axes are replaced, since every curve that is added may change the unit.
    """
    for older in list(axes.child_axes):
        older.remove()
    seen = factor * _sizes(axes)
    power, shown = units(seen, unit)
    if axes.get_yscale() != "linear":
        return f"{text}: {style.number(factor)} {labels.unit(unit)} for 1 {labels.unit(of)}"
    axes.tick_params(which="both", right=False)
    there, back = (lambda y: np.asarray(y) * factor), (lambda y: np.asarray(y) / factor)
    other = axes.secondary_yaxis("right", functions=(there, back))
    other.yaxis.set_major_formatter(scaled(power))
    other.set_ylabel(f"{text} ({shown})")
    return ""


def logarithmic(axis: Axis) -> None:
    """Ticks of a logarithmic axis whose limits are final: whole powers, with 2 and 5 between where there are few."""
    low, high = sorted(axis.get_view_interval())
    few = np.log10(high / low) < FEW
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=TICKS))
    axis.set_major_formatter(scaled(0))
    axis.set_minor_formatter(NullFormatter())


def linear_range(sizes: np.ndarray) -> float:
    """How far about zero a scale for sizes (n,) > 0 is linear: a power of ten; 0 where it is everywhere."""
    if not sizes.size or sizes.max() < MANY * np.percentile(sizes, 10):
        return 0.0
    return float(10 ** np.floor(np.log10(max(np.percentile(sizes, 10), DEEPEST * sizes.max()))))


def _limit(axes: Axes) -> None:
    """What is drawn with a margin; of one sign, no more of the other than zero."""
    low, high = axes.dataLim.intervaly
    forward = axes.yaxis.get_transform()
    ends = forward.transform(np.array([low, high]))
    margin = MARGIN * (ends[1] - ends[0])
    bottom, top = forward.inverted().transform(ends + np.array([-margin, margin]))
    axes.set_ylim(max(bottom, 0.0) if low > 0 else bottom, min(top, 0.0) if high < 0 else top)


def _powers(axes: Axes, linear: float) -> list[float]:
    """Zero, and powers of ten of both signs from the largest that is seen down to the linear range."""
    low, high = axes.get_ylim()
    top = int(np.floor(np.log10(max(-low, high))))
    count = top - round(np.log10(linear)) + 1
    sizes = 10.0 ** np.arange(top, top - count, -max(1, -(-count * (1 + (low < -linear < linear < high)) // TICKS)))
    return [0.0, *sizes[sizes <= high], *-sizes[sizes <= -low]]


def _sizes(axes: Axes) -> np.ndarray:
    """Of all points of the curves, without zeros and gaps; lines across the axes are no curves."""
    drawn = [np.asarray(line.get_ydata(), float) for line in axes.lines if line.get_transform() == axes.transData]
    every = np.abs(np.concatenate([[], *drawn]))
    return every[np.isfinite(every) & (every > 0)]


def units(sizes: np.ndarray, unit: str) -> tuple[int, str]:
    """A power of ten that the largest of sizes (n,) > 0 asks for, and the unit of numbers that are divided by it."""
    written = "" if unit == "1" else labels.unit(unit)
    power, letter = prefixes.prefix(sizes, unit)
    if letter or not sizes.size:
        return power, letter + written
    return (0, written) if unit in prefixes.PREFIXED else _powered(sizes, written)


def in_powers(axis: Axis, values: np.ndarray, written: str) -> str:
    """Ticks of a linear axis for values over a power of ten, and that power with a unit as it is written."""
    power, shown = _powered(np.abs(values), written)
    axis.set_major_formatter(scaled(power))
    return shown


def _powered(sizes: np.ndarray, written: str) -> tuple[int, str]:
    """A power of ten that the largest of sizes (n,) asks for, and it with a unit; 0 where none is needed."""
    largest = sizes.max(initial=0)
    power = int(np.floor(np.log10(largest))) if largest else 0
    return (0, written) if power in PLAIN else (power, rf"$10^{{{power}}}$ {written}".strip())


def rounded(high: float, last: float) -> float:
    """The first round number from `high` on, at most `last`: where an axis may end."""
    ticks = np.asarray(MaxNLocator(6).tick_values(0, high))
    return float(min(ticks[ticks >= high * (1 - 1e-9)][0], last))


def scaled(power: int) -> FuncFormatter:
    """Numbers over a power of ten, each in full."""
    return FuncFormatter(lambda number, _: style.typeset(f"{number / 10.0**power:.6g}"))
