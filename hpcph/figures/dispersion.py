"""Dispersion whose lines are coloured by what a mode carries along the axis (Fig. 2d of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from hpcph.constants import nuclear_magneton
from hpcph.figures import labels, legs, style
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


def polarization(result: xr.Dataset) -> Figure:
    """All branches along the whole path, coloured by the phonon polarization."""
    figure = style.sheet(style.WIDTH, 4.2)
    axes = figure.add_subplot()
    lines = whole_path(axes, result, axis.of_modes(result, BANDS_POLARIZATION_CIRCULAR, BANDS_POLARIZATION))
    figure.colorbar(lines, ax=axes, label=polarized(result, "phonon polarization"), pad=0.01, aspect=35)
    style.note(figure, axis.meaning(result), side_by_side(result))
    return figure


def moment(result: xr.Dataset) -> Figure:
    """All branches along the whole path, coloured by the magnetic moment; the largest one is marked."""
    values = axis.of_modes(result, BANDS_MOMENT_CIRCULAR, BANDS_MOMENT) / nuclear_magneton
    figure = style.sheet(style.WIDTH, 4.2)
    axes = figure.add_subplot()
    lines = whole_path(axes, result, values)
    text = rf"magnetic moment ${labels.symbol(BANDS_MOMENT, axis.name(result))}$ ($\mu_\mathrm{{N}}$)"
    figure.colorbar(lines, ax=axes, label=text, pad=0.01, aspect=35)
    k, n = np.unravel_index(np.nanargmax(np.abs(values)), values.shape)
    scale, stored = (
        units.frequency(result, BANDS_FREQUENCY.variable),
        float(result[BANDS_FREQUENCY.variable].values[k, n]),
    )
    axes.plot(result["distance"].values[k], scale.shown * stored, "o", ms=7, mfc="none", mec="black", mew=0.9, zorder=4)
    q = ", ".join(f"{component:.4g}" for component in result[BANDS_Q.variable].values[k])
    largest = (
        f"circle: largest moment, {style.number(values[k, n])} $\\mu_\\mathrm{{N}}$, "
        f"branch {n + 1} at q = ({q}), {scale.text(stored, 3)}"
    )
    style.note(figure, largest, axis.meaning(result), side_by_side(result))
    return figure


def helicity(result: xr.Dataset) -> Figure:
    """All branches along the whole path, coloured by l along the wave vector, as from Γ to its nearest image."""
    figure = style.sheet(style.WIDTH, 4.2)
    axes = figure.add_subplot()
    lines = whole_path(axes, result, result[BANDS_HELICITY.variable].values)
    words = rf"helicity ${labels.symbol(BANDS_HELICITY)} = \mathbf{{l}}\cdot\hat{{\mathbf{{k}}}}$"
    figure.colorbar(lines, ax=axes, label=labels.label(BANDS_HELICITY, words), pad=0.01, aspect=35)
    style.note(figure, "degenerate modes: the mean of their set")
    return figure


def polarized(result: xr.Dataset, words: str) -> str:
    """Words, l along the axis, unit."""
    return labels.label(BANDS_POLARIZATION, f"{words} ${labels.symbol(BANDS_POLARIZATION, axis.name(result))}$")


def whole_path(axes: Axes, result: xr.Dataset, values: np.ndarray) -> LineCollection:
    """All branches along the path, coloured by values (q, n); the lines that a colour bar explains."""
    distance, scale = result["distance"].values, units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[BANDS_FREQUENCY.variable].values * scale.shown
    width = 1.3 if result.sizes["branch"] < 60 else 0.7
    limit = limit_of(values)
    for leg in legs.legs(result):
        p = leg.points
        every = result[BANDS_FREQUENCY.variable].values[p] * scale.hertz
        shown = segment_values(values[p], every), beside(every)
        lines = coloured(axes, distance[p], frequency[p], *shown, limit, width)
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
    close = ~sets.apart(frequency_kn)
    shared = np.pad(close, ((0, 0), (0, 1))) | np.pad(close, ((0, 0), (1, 0)))
    first, second = value_kn[:-1], value_kn[1:]
    return np.where(shared[:-1] == shared[1:], (first + second) / 2, np.where(shared[:-1], second, first))


def side_by_side(result: xr.Dataset) -> str:
    """What a reader has to know of lines that coincide; empty where none do."""
    frequency = result[BANDS_FREQUENCY.variable].values * units.frequency(result, BANDS_FREQUENCY.variable).hertz
    drawn = any(beside(frequency[leg.points]).any() for leg in legs.legs(result))
    return "lines of degenerate modes lie side by side, circular modes of definite value" if drawn else ""


def beside(frequency_kn: np.ndarray) -> np.ndarray:
    """How far up from its place a segment is drawn, (k − 1, n) in widths of a line: lines that coincide lie side by
    side; frequencies in Hz."""
    apart = sets.apart(frequency_kn)
    block = sets.numbered(apart[:-1] | apart[1:])
    same = block[:, :, None] == block[:, None, :]
    before = np.tril(same, -1).sum(axis=2)
    return (same.sum(axis=2) - 1) / 2 - before


def coloured(axes: Axes, x_k, y_kn, value_sn, beside_sn, limit: float, width: float) -> LineCollection:
    """Lines of all branches in segments, the strongest values on top."""
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
        linewidths=width,
        capstyle="round",
        offsets=np.stack([np.zeros(value.size), width * beside_sn.ravel()[order]], axis=1),
        offset_transform=Affine2D().scale(1 / POINTS) + figure.dpi_scale_trans,
    )
    axes.add_collection(lines)
    return lines


def limit_of(values: np.ndarray) -> float:
    """Largest absolute value, or 1 where everything vanishes."""
    largest = float(np.nanmax(np.abs(values)))
    return largest if largest > 1e-9 else 1.0
