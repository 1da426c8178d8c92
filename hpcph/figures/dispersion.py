"""Dispersion whose lines are coloured by what a mode carries along the axis (Fig. 2d of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.transforms import Affine2D

from hpcph.constants import nuclear_magneton
from hpcph.figures import labels, legs, sheet, style
from hpcph.figures.sheet import Layout
from hpcph.result import maps
from hpcph.result.modes import (
    BANDS_FREQUENCY,
    BANDS_HELICITY,
    BANDS_MOMENT,
    BANDS_MOMENT_CIRCULAR,
    BANDS_POLARIZATION,
    BANDS_POLARIZATION_CIRCULAR,
    BANDS_Q,
)
from hpcph.show import axis, sets, units

POINTS = 72  # to the inch
THIN, THICK = 0.6, 2.4  # points: lines of modes that carry nothing, and most
MANY, FINER = 60, 0.6  # branches from which lines are finer, by which factor
MOST, TAIL = 0.99, 1.25  # quantile that rules colours where the largest value is that many times beyond it
NOTHING = 1e-9  # ħ or μ_N: rounding


def layout(_: xr.Dataset) -> Layout:
    """One panel as wide as a page."""
    return Layout(sheet.WIDTH, 4.2)


def polarization(result: xr.Dataset, axes: Axes) -> None:
    """All branches along the whole path, coloured by the phonon polarization."""
    values = axis.of_modes(result, BANDS_POLARIZATION_CIRCULAR, BANDS_POLARIZATION)
    lines = whole_path(axes, result, values)
    bar(axes, lines, polarized(result, "phonon polarization"), values)
    sheet.note(axes, nothing(values), axis.meaning(result), side_by_side(result))


def moment(result: xr.Dataset, axes: Axes) -> None:
    """All branches along the whole path, coloured by the magnetic moment; the largest vector is marked, which is also
    what a run prints and a survey lists."""
    values = axis.of_modes(result, BANDS_MOMENT_CIRCULAR, BANDS_MOMENT) / nuclear_magneton
    lines = whole_path(axes, result, values)
    text = rf"magnetic moment ${labels.symbol(BANDS_MOMENT, axis.name(result))}$ ($\mu_\mathrm{{N}}$)"
    bar(axes, lines, text, values)
    sheet.note(axes, _largest(axes, result, values), nothing(values), axis.meaning(result), side_by_side(result))


def helicity(result: xr.Dataset, axes: Axes) -> None:
    """All branches along the whole path, coloured by l along the wave vector, as from Γ to its nearest image."""
    values = result[BANDS_HELICITY.variable].values
    lines = whole_path(axes, result, values)
    words = rf"helicity ${labels.symbol(BANDS_HELICITY)} = \mathbf{{l}}\cdot\hat{{\mathbf{{k}}}}$"
    bar(axes, lines, labels.label(BANDS_HELICITY, words), values)
    sheet.note(axes, nothing(values), "degenerate modes: the mean of their set")


def _largest(axes: Axes, result: xr.Dataset, along_kn: np.ndarray) -> str:
    """Circles the largest moment and says where it is; empty where all are rounding."""
    definite = (
        result[BANDS_MOMENT_CIRCULAR.variable].values if BANDS_MOMENT_CIRCULAR.variable in result else 0 * along_kn
    )
    size = maps.sizes(result[BANDS_MOMENT.variable].values, definite) / nuclear_magneton
    if size.max() < NOTHING:
        return ""
    k, n = maps.first_largest(size)
    scale = units.frequency(result, BANDS_FREQUENCY.variable)
    stored = float(result[BANDS_FREQUENCY.variable].values[k, n])
    axes.plot(result["distance"].values[k], scale.shown * stored, "o", ms=7, mfc="none", mec="black", mew=0.9, zorder=4)
    q = ", ".join(f"{component:.4g}" for component in result[BANDS_Q.variable].values[k])
    return (
        f"circle: largest moment, |μ| = {style.number(size[k, n])} $\\mu_\\mathrm{{N}}$, "
        f"branch {n + 1} at q = ({q}), {scale.text(stored, 3)}"
    )


def polarized(result: xr.Dataset, words: str) -> str:
    """Words, l along the axis, unit."""
    return labels.label(BANDS_POLARIZATION, f"{words} ${labels.symbol(BANDS_POLARIZATION, axis.name(result))}$")


def whole_path(axes: Axes, result: xr.Dataset, values: np.ndarray) -> LineCollection:
    """All branches along the path, coloured by values (q, n); the lines that a colour bar explains."""
    distance, scale = result["distance"].values, units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[BANDS_FREQUENCY.variable].values * scale.shown
    fine = 1.0 if result.sizes["branch"] < MANY else FINER
    limit = limit_of(values)
    for leg in legs.legs(result):
        p = leg.points
        every = result[BANDS_FREQUENCY.variable].values[p] * scale.hertz
        carried = segment_values(values[p], every)
        width = fine * widths(carried, limit)
        lines = coloured(axes, distance[p], frequency[p], carried, beside(every, width), width, limit)
    legs.wave_vectors(axes, result)
    axes.set_ylim(min(0, 1.02 * frequency.min()), 1.02 * frequency.max())
    axes.axhline(0, color="0.6", lw=0.5, zorder=0)
    axes.set_ylabel(scale.label)
    return lines


def segment_values(value_kn: np.ndarray, frequency_kn: np.ndarray) -> np.ndarray:
    """Value of the segments between the points of a leg, (k − 1, n); frequencies in Hz.

    The modes of a degenerate point are not those of the lines that meet there: a segment that has one degenerate end
    takes the value of the other.
    """
    first, second = segment_ends(value_kn, frequency_kn)
    return (first + second) / 2


def segment_ends(value_kn: np.ndarray, frequency_kn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (k − 1, n, …) at both ends of the segments: at a degenerate end the limit, along the segment."""
    value, known = sets.settled(value_kn, frequency_kn)
    known = known.reshape(known.shape + (1,) * (value.ndim - 2))
    first, second = value[:-1], value[1:]
    start, end = known[:-1], known[1:]
    return np.where(end & ~start, second, first), np.where(start & ~end, first, second)


def side_by_side(result: xr.Dataset) -> str:
    """What a reader has to know of lines that coincide; empty where none do."""
    frequency = result[BANDS_FREQUENCY.variable].values * units.frequency(result, BANDS_FREQUENCY.variable).hertz
    drawn = any(coincide(frequency[leg.points]).sum(axis=2).max() > 1 for leg in legs.legs(result))
    return "lines of degenerate modes lie side by side, circular modes of definite value" if drawn else ""


def coincide(frequency_kn: np.ndarray) -> np.ndarray:
    """Which segments of a leg lie on each other, (k − 1, n, n) bool; frequencies in Hz."""
    apart = sets.apart(frequency_kn)
    block = sets.numbered(apart[:-1] | apart[1:])
    return block[:, :, None] == block[:, None, :]


def beside(frequency_kn: np.ndarray, width_sn: np.ndarray) -> np.ndarray:
    """How far up from its place a segment is drawn, (k − 1, n) in the unit of their widths: lines that coincide lie
    side by side and touch; frequencies in Hz."""
    wide = coincide(frequency_kn) * width_sn[:, None, :]
    return (wide.sum(axis=2) - width_sn) / 2 - np.tril(wide, -1).sum(axis=2)


def widths(value_sn: np.ndarray, limit: float) -> np.ndarray:
    """Of lines, points: the more a mode carries the wider."""
    return THIN + (THICK - THIN) * np.minimum(np.abs(value_sn) / limit, 1)


def coloured(axes: Axes, x_k, y_kn, value_sn, beside_sn, width_sn, limit: float) -> LineCollection:
    """Lines of all branches in segments, the strongest values on top; widths and shifts in points."""
    points = np.stack(np.broadcast_arrays(x_k[:, None], y_kn), axis=-1)
    segments = np.stack([points[:-1], points[1:]], axis=2).reshape(-1, 2, 2)
    value = value_sn.ravel()
    order = np.argsort(np.abs(value), kind="stable")
    figure = axes.get_figure(root=True)
    assert figure is not None
    lines = LineCollection(
        list(segments[order]),
        array=value[order],
        cmap=style.SIGNED,
        norm=Normalize(-limit, limit),
        linewidths=width_sn.ravel()[order],
        capstyle="round",
        offsets=np.stack([np.zeros(value.size), beside_sn.ravel()[order]], axis=1),
        offset_transform=Affine2D().scale(1 / POINTS) + figure.dpi_scale_trans,
    )
    axes.add_collection(lines)
    return lines


def bar(axes: Axes, lines: LineCollection, label: str, values: np.ndarray) -> None:
    """The colour bar of lines, with tips where values lie beyond its ends."""
    beyond = np.nanmax(np.abs(values)) > (1 + NOTHING) * limit_of(values)
    sheet.colours(axes, lines, label, extend="both" if beyond else "neither")


def limit_of(values: np.ndarray) -> float:
    """Where colours end: at the largest absolute value; where few exceed the others by far, at those others; at 1 where
    everything vanishes."""
    size = np.abs(values[np.isfinite(values)])
    largest, most = float(size.max()), float(np.quantile(size, MOST))
    if largest <= NOTHING:
        return 1.0
    return most if NOTHING < most < largest / TAIL else largest


def nothing(values: np.ndarray) -> str:
    """Words where all values are rounding; else none."""
    return "" if np.nanmax(np.abs(values)) > NOTHING else "zero at every point of this path"
