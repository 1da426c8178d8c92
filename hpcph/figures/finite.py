"""A finite sample under a laser: temperature, angular momentum, magnetization, and its field outside."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm, Colormap, Normalize
from matplotlib.ticker import MaxNLocator

from hpcph.figures import labels, sample, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
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


def layout(result: xr.Dataset) -> Layout:
    """A map a field, and a panel of the field outside."""
    columns = 1 + len(_densities(result)) + _has_stray(result)
    return Layout(min(2.0 * columns, sheet.WIDTH), 3.6, columns=columns, flows=True)


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Maps on the plane through the axis (with feedback, where it has a solution), and the field on the axis."""
    names = _densities(result)
    shown = SAMPLE_DENSITIES if not cut.has_feedback(result) else {density: density for density in names}
    every = sheet.every(axes)
    plane = cut.plane(result)
    temperature, base = cut.temperature(result)
    _panel(every[0], plane, temperature, f"$T$ − {base:.6g} K" if base else "$T$", "K")
    for one, density in zip(every[1:], names, strict=False):
        values = cut.middle(result, shown[density].variable)[..., cut.ALONG]
        _panel(one, plane, values, f"${labels.symbol(density, 'z')}$", density.unit)
    for one in every[: 1 + len(names)]:
        one.set_ylabel(f"$z$ ({plane.along})")
        one.set_xlabel(f"{'$r$' if cut.is_round(result) else '$x$'} ({plane.across})")
    if _has_stray(result):
        _stray(every[-1], result)
    sheet.note(axes, _words(result), sample.assumptions(result))


def _densities(result: xr.Dataset) -> list[Quantity]:
    return [density for density in SAMPLE_DENSITIES if density.variable in result]


def _has_stray(result: xr.Dataset) -> bool:
    return SAMPLE_STRAY_FIELD.variable in result and cut.has_feedback(result)


def _scale(values: np.ndarray) -> tuple[Normalize, str | Colormap]:
    """Colours of both signs, nearly white at zero; of one sign from the least to the largest."""
    low, high = float(values.min()), float(values.max())
    if low < 0 < high:
        return CenteredNorm(0.0, max(-low, high)), style.SIGNED_AREA
    return Normalize(low, high), style.SEQUENTIAL


def _panel(axes: Axes, plane: cut.Plane, values: np.ndarray, text: str, unit: str) -> None:
    norm, colours = _scale(values)
    image = axes.pcolormesh(plane.x, plane.z, values, norm=norm, cmap=colours, shading="gouraud", rasterized=True)
    axes.set_aspect(plane.aspect)
    axes.xaxis.set_major_locator(MaxNLocator(4, prune="both"))  # those at the corners would touch the labels of z
    assert norm.vmin is not None and norm.vmax is not None
    power, written = scales.units(np.abs(values[values != 0]), unit)
    bar = sheet.colours(axes, image, f"{text} ({written})", location="top", pad=0.02, aspect=14)
    bar.set_ticks([norm.vmin, *([0.0] if norm.vmin < 0 < norm.vmax else []), norm.vmax])
    bar.ax.xaxis.set_major_formatter(lambda value, _: style.number(float(f"{value / 10.0**power:.3g}")))
    ends = bar.ax.get_xticklabels()
    ends[0].set_horizontalalignment("left")
    ends[-1].set_horizontalalignment("right")
    bar.ax.tick_params(labelsize=6)


def _stray(axes: Axes, result: xr.Dataset) -> None:
    """B_z on the axis against the distance from the nearer face."""
    sides, unit = cut.outside(result)
    for (label, away, field), colour in zip(sides, (style.OKABE_ITO[1], style.OKABE_ITO[0]), strict=True):
        axes.plot(away, field, color=colour, label=label, marker="o", ms=2.5)
    axes.set_xscale("log")
    scales.logarithmic(axes.xaxis)
    scales.value(axes, "$B_z$ on the axis", "T")
    axes.set_xlabel(f"from the face ({unit})")
    axes.legend(fontsize=6.5)


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
