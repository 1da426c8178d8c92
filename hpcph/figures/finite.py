"""A finite sample under a laser: temperature, angular momentum, magnetization, and its field outside."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hpcph.figures import labels, sample, style
from hpcph.result.quantity import Quantity
from hpcph.result.sample import (
    SAMPLE_AMPLIFICATION,
    SAMPLE_DENSITIES,
    SAMPLE_GAMMA_LL,
    SAMPLE_STRAY_FIELD,
    SAMPLE_THRESHOLD_POWER,
)
from hpcph.show import cut, doubt
from hpcph.show.numbers import alone


def draw(result: xr.Dataset) -> Figure:
    """Maps on the plane through the axis (with feedback, where it has a solution), and the field on the axis."""
    names = [density for density in SAMPLE_DENSITIES if density.variable in result]
    shown = SAMPLE_DENSITIES if not cut.has_feedback(result) else {density: density for density in names}
    stray = SAMPLE_STRAY_FIELD.variable in result
    figure = style.sheet(1.9 * (1 + len(names)) + 2.3 * stray, 3.6)
    every = figure.subplots(1, 1 + len(names) + stray, width_ratios=[1] * (1 + len(names)) + [1.2] * stray)
    plane = cut.plane(result)
    temperature, base = cut.temperature(result)
    _panel(every[0], plane, temperature, f"$T$ − {base:.6g} K (K)" if base else "$T$ (K)")
    for axes, density in zip(every[1:], names, strict=False):
        values = cut.middle(result, shown[density].variable)[..., cut.ALONG]
        _panel(axes, plane, values, labels.label(density, f"${labels.symbol(density, 'z')}$"))
    every[0].set_ylabel(f"$z$ ({plane.along})")
    for axes in every[: 1 + len(names)]:
        axes.set_xlabel(f"{'distance from axis' if cut.is_round(result) else '$x$'} ({plane.across})")
    if stray:
        _stray(every[-1], result)
    style.note(figure, _words(result), sample.assumptions(result))
    return figure


def _scale(values: np.ndarray) -> tuple[Normalize, str | Colormap]:
    """Colours of both signs, grey at zero; of one sign from the least to the largest."""
    low, high = float(values.min()), float(values.max())
    if low < 0 < high:
        return TwoSlopeNorm(0.0, low, high), style.SIGNED
    return Normalize(low, high), style.SEQUENTIAL


def _panel(axes: Axes, plane: cut.Plane, values: np.ndarray, label: str) -> None:
    norm, colours = _scale(values)
    image = axes.pcolormesh(plane.x, plane.z, values, norm=norm, cmap=colours, shading="gouraud", rasterized=True)
    axes.set_aspect(plane.aspect)
    axes.xaxis.set_major_locator(MaxNLocator(4, prune="both"))  # those at the corners would touch the labels of z
    assert axes.figure is not None and norm.vmin is not None and norm.vmax is not None
    bar = axes.figure.colorbar(image, ax=axes, location="top", pad=0.02, aspect=14)
    bar.set_ticks([norm.vmin, *([0.0] if norm.vmin < 0 < norm.vmax else []), norm.vmax])
    bar.ax.xaxis.set_major_formatter(lambda value, _: style.number(float(f"{value:.3g}")))
    ends = bar.ax.get_xticklabels()
    ends[0].set_horizontalalignment("left")
    ends[-1].set_horizontalalignment("right")
    bar.ax.tick_params(labelsize=6)
    bar.set_label(label)


def _stray(axes: Axes, result: xr.Dataset) -> None:
    """|B_z| on the axis against the distance from the nearer face."""
    if not cut.has_feedback(result):
        axes.set_axis_off()
        return
    sides, unit = cut.outside(result)
    for (label, away, field), colour in zip(sides, (style.OKABE_ITO[1], style.OKABE_ITO[0]), strict=True):
        axes.loglog(away, np.abs(field), color=colour, label=label, marker="o", ms=2.5)
    axes.set_xlabel(f"distance from the face ({unit})")
    axes.set_ylabel("$|B_z|$ on the axis (T)")
    axes.legend()


def _words(result: xr.Dataset) -> str:
    """Power, γ^LL and η, without the digits that their errors leave open."""
    power, spot = float(result.attrs["sample_power"]), str(result.attrs["sample_spot"])
    gamma, eta = _closed(result, SAMPLE_GAMMA_LL), _closed(result, SAMPLE_AMPLIFICATION)
    coupled = f"η {eta}, with feedback" if cut.has_feedback(result) else "supercritical, without feedback"
    if np.isfinite(result.get(SAMPLE_THRESHOLD_POWER.variable, np.nan)):
        coupled += f", threshold {_closed(result, SAMPLE_THRESHOLD_POWER)} W"
    light = "even light" if spot == "uniform" else f"spot of radius {spot}"
    return (
        f"{result.attrs['sample_shape']}, {style.number(power)} W absorbed, {light}; "
        rf"$\gamma^\mathrm{{LL}}$ of the sample {gamma}, {coupled}; z along the axis"
    )


def _closed(result: xr.Dataset, quantity: Quantity) -> str:
    errors = [float(result[error]) for error in doubt.beside(result, quantity.variable).values()]
    return style.typeset(alone(float(result[quantity.variable]), *errors))
