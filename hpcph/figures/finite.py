"""A finite sample under a laser: temperature, angular momentum, magnetization, and its field outside."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hpcph.figures import sample, style

PREFIXES = ((1e-9, "nm"), (1e-6, "µm"), (1e-3, "mm"), (1.0, "m"))
FLAT = 0.01  # of the temperature: smaller differences are shown as such
ALONG = 2  # component along the axis
DENSITIES = {
    "pam_density": (r"$\ell_z$", r"J s m$^{-3}$"),
    "magnetization": ("$M_z$", r"A m$^{-1}$"),
}


def draw(result: xr.Dataset) -> Figure:
    """Maps on the plane through the axis (with feedback, where it has a solution), and the field on the axis."""
    names = [name for name in DENSITIES if f"sample_{name}" in result]
    stray = "sample_stray_field" in result
    figure = style.sheet(1.9 * (1 + len(names)) + 2.3 * stray, 3.6)
    every = figure.subplots(1, 1 + len(names) + stray, width_ratios=[1] * (1 + len(names)) + [1.2] * stray)
    plane = _plane(result)
    temperature, label = _middle(result, "sample_temperature_field"), "$T$ (K)"
    if np.ptp(temperature) < FLAT * temperature.max():
        temperature, label = temperature - temperature.min(), f"$T$ − {temperature.min():.6g} K (K)"
    _panel(every[0], plane, temperature, label)
    for axes, name in zip(every[1:], names, strict=False):
        symbol, unit = DENSITIES[name]
        _panel(axes, plane, _middle(result, _shown(result, name))[..., ALONG], f"{symbol} ({unit})")
    every[0].set_ylabel(f"$z$ ({plane.along})")
    for axes in every[: 1 + len(names)]:
        axes.set_xlabel(f"{'distance from axis' if _is_round(result) else '$x$'} ({plane.across})")
    if stray:
        _stray(every[-1], result)
    style.note(figure, _words(result), sample.assumptions(result))
    return figure


def _is_round(result: xr.Dataset) -> bool:
    return str(result.attrs["sample_shape"]) == "cylinder"


def _shown(result: xr.Dataset, name: str) -> str:
    """With feedback, without where that has no solution."""
    full = f"sample_{name}"
    return full if np.isfinite(float(result["sample_amplification"])) else f"{full}_without_feedback"


def _middle(result: xr.Dataset, variable: str) -> np.ndarray:
    """Values (z, x, …) on the plane y ≈ 0; of a cylinder both of its halves, vectors along the axis unchanged."""
    values = result[variable].isel(y=result.sizes["y"] // 2).values
    return np.concatenate([values[:, :0:-1], values], axis=1) if _is_round(result) else values


@dataclass(frozen=True)
class Plane:
    """x and z of _middle in units of length, what those are, and the aspect of the axes."""

    x: np.ndarray
    z: np.ndarray
    across: str
    along: str
    aspect: Literal["equal", "auto"]


def _plane(result: xr.Dataset) -> Plane:
    """Long and flat samples have a unit for either direction, others are drawn as they are."""
    x, z = result["x"].values, result["z"].values
    x = np.concatenate([-x[:0:-1], x]) if _is_round(result) else x
    like = 0.4 < np.ptp(z) / np.ptp(x) < 6
    across, along = (_unit(max(x[-1], z[-1]) if like else length) for length in (x[-1], z[-1]))
    return Plane(x / across[0], z / along[0], across[1], along[1], "equal" if like else "auto")


def _unit(length: float) -> tuple[float, str]:
    """The largest unit that is no longer than a length."""
    return next((f, u) for f, u in reversed(PREFIXES) if length >= f or u == "nm")


def _scale(values: np.ndarray) -> tuple[Normalize, str | Colormap]:
    """Colours of both signs, grey at zero; of one sign from the least to the largest."""
    low, high = float(values.min()), float(values.max())
    if low < 0 < high:
        return TwoSlopeNorm(0.0, low, high), style.SIGNED
    return Normalize(low, high), style.SEQUENTIAL


def _panel(axes: Axes, plane: Plane, values: np.ndarray, label: str) -> None:
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
    z, top = result["stray_z"].values, float(result["z"].values[-1])
    field = np.abs(result["sample_stray_field"].values[:, ALONG])
    if np.isnan(field).any():
        axes.set_axis_off()
        return
    factor, unit = _unit(float(result["x"].values[-1]))
    for chosen, away, colour, label in (
        (z > top, z - top, style.OKABE_ITO[1], "above the top"),
        (z < 0, -z, style.OKABE_ITO[0], "below the bottom"),
    ):
        axes.loglog(away[chosen] / factor, field[chosen], color=colour, label=label, marker="o", ms=2.5)
    axes.set_xlabel(f"distance from the face ({unit})")
    axes.set_ylabel("$|B_z|$ on the axis (T)")
    axes.legend()


def _words(result: xr.Dataset) -> str:
    """Power, γ^LL and η."""
    gamma, eta = float(result["sample_gamma_ll"]), float(result["sample_amplification"])
    power, spot = float(result.attrs["sample_power"]), str(result.attrs["sample_spot"])
    coupled = f"η = {style.number(eta)}, with feedback" if np.isfinite(eta) else "supercritical, without feedback"
    limit = float(result.get("sample_threshold_power", np.nan))
    coupled += f", threshold {style.number(limit)} W" if np.isfinite(limit) else ""
    light = "even light" if spot == "uniform" else f"spot of radius {spot}"
    return (
        f"{result.attrs['sample_shape']}, {style.number(power)} W absorbed, {light}; "
        rf"$\gamma^\mathrm{{LL}}$ of the sample {style.number(gamma)}, {coupled}; z along the axis"
    )
