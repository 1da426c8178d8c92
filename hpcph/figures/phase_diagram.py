"""γ^LL over temperature and radius with its contours and the supercritical region (Fig. 3b of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from hpcph.figures import sample, scales, sheet, style
from hpcph.figures.sample import NM
from hpcph.figures.sheet import Layout
from hpcph.response.feedback import of_radius, radius_at
from hpcph.result.thermal import FEEDBACK_CRITICAL_RADIUS, FEEDBACK_GAMMA_LL_TOTAL
from hpcph.show import doubt
from hpcph.show.numbers import alone

LEVELS = (0.1, 0.5, 1.0)
REACH = 5  # critical radii within this factor below the samples are shown
FINE = 300
ROUNDING = 1e-9
CLEAR = 0.05  # of the critical radius: labels keep that far from the hatched region


def layout(_: xr.Dataset) -> Layout:
    """One panel and its colour bar."""
    return Layout(4.4, 3.4)


def draw(result: xr.Dataset, axes: Axes) -> None:
    """Colours |γ^LL|, lines contours, hatched: no linear response. The first sample's proportions are kept."""
    stored, gamma = result["temperature"].values, result[FEEDBACK_GAMMA_LL_TOTAL.variable].values[:, 0]
    reference = float(result["radius"].values[0])
    temperature = np.linspace(stored[0], stored[-1], FINE)
    gamma_t = np.interp(temperature, stored, gamma)
    critical = np.interp(temperature, stored, critical_radius(result))
    low, high = radii(result)
    radius = np.geomspace(low, high, FINE)
    size = np.abs(of_radius(gamma_t, reference, radius))
    image = axes.pcolormesh(
        temperature, radius / NM, size.T, norm=_norm(size), cmap=style.SEQUENTIAL, shading="nearest", rasterized=True
    )
    label = r"$\gamma^\mathrm{LL}$" if np.all(gamma > 0) else r"$|\gamma^\mathrm{LL}|$"
    scales.logarithmic(sheet.colours(axes, image, label, pad=0.03).ax.yaxis)
    axes.set_xlim(stored[0], stored[-1])
    axes.set_ylim(low / NM, high / NM)
    for level in levels(gamma, reference, (low, high)):
        _contour(axes, temperature, radius_at(level, gamma_t, reference), level, np.nan_to_num(critical))
    if np.nanmax(critical, initial=0) > low:
        edge = np.clip(np.nan_to_num(critical), low, high) / NM
        axes.fill_between(
            temperature, low / NM, edge, facecolor="none", hatch="////", edgecolor="white", lw=0, zorder=2
        )
    for r in result["radius"].values:
        axes.plot(1.012, r / NM, marker="<", ms=4, color="black", clip_on=False, transform=axes.get_yaxis_transform())
    axes.set_xlabel("temperature (K)")
    axes.set_ylabel("sample radius (nm)")
    sheet.note(axes, *_remarks(result, low), sample.assumptions(result))


def radii(result: xr.Dataset) -> tuple[float, float]:
    """Range of the radius (m): the samples, and the critical radii where they are not far below."""
    stored, critical = result["radius"].values, critical_radius(result)
    low = stored.min() / 2
    if np.nanmax(critical, initial=0) > stored.min() / REACH:
        low = min(low, max(0.9 * np.nanmin(critical), stored.min() / REACH))
    return float(low), float(max(1.1 * stored.max(), 2 * stored.min()))


def critical_radius(result: xr.Dataset) -> np.ndarray:
    """Radius (t,) in m below which there is no linear response, NaN where it is zero but for rounding."""
    radius, gamma = (
        result[FEEDBACK_CRITICAL_RADIUS.variable].values,
        result[FEEDBACK_GAMMA_LL_TOTAL.variable].values[:, 0],
    )
    strongest = (radius / float(result["radius"].values[0])) ** 2
    return np.where(strongest > ROUNDING * np.abs(gamma), radius, np.nan)


def levels(gamma_t: np.ndarray, reference: float, reach: tuple[float, float]) -> list[float]:
    """Levels that exist between the two radii: the Letter's, or powers of ten where none of these does."""
    signs = [sign for sign in (1, -1) if np.any(sign * gamma_t > 0)]
    for choice in (LEVELS, [10.0**n for n in range(-20, 20)]):
        found = [sign * level for sign in signs for level in choice]
        lines = [(level, radius_at(level, gamma_t, reference)) for level in found]
        here = [level for level, line in lines if np.any((line > reach[0]) & (line < reach[1]))]
        if here:
            return here
    return []


def _contour(axes: Axes, temperature: np.ndarray, radius: np.ndarray, level: float, critical: np.ndarray) -> None:
    """A line and, in the middle of what is seen of it, its level; outside the hatched region where it can be."""
    axes.plot(temperature, radius / NM, color="white", lw=2.2, zorder=3)
    axes.plot(temperature, radius / NM, color="black", lw=1.8 if abs(level) == 1 else 1.0, zorder=3)
    low, high = axes.get_ylim()
    height = (radius / NM - low) / (high - low)
    across = (temperature - temperature[0]) / (temperature[-1] - temperature[0])
    inside = (height > 0) & (height < 1)
    best = inside & (np.abs(height - 0.5) < 0.43) & (np.abs(across - 0.5) < 0.4)
    choices = [best & (radius > critical * (1 + CLEAR)), best, inside]
    seen = next((np.flatnonzero(choice) for choice in choices if choice.any()), None)
    if seen is None:
        return
    place = seen[len(seen) * 3 // 5]
    side = "left" if across[place] < 0.1 else "right" if across[place] > 0.9 else "center"  # nothing sticks out
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.9}
    where = (temperature[place], radius[place] / NM)
    axes.text(*where, style.number(level), ha=side, va="center", fontsize=7, bbox=paper, zorder=4)


def _norm(size: np.ndarray) -> LogNorm:
    positive = size[size > 0]
    return LogNorm(positive.min(), positive.max()) if positive.size else LogNorm(1e-12, 1)


def _remarks(result: xr.Dataset, low: float) -> list[str]:
    critical, temperature = critical_radius(result), result["temperature"].values
    if not np.isfinite(critical).any():
        return [r"$\gamma^\mathrm{LL}<0$: no critical radius, every sample is subcritical"]
    if np.nanmax(critical) > low:
        return ["hatched: no linear response; triangles: samples of the result"]
    t = int(np.nanargmin(np.where(np.isfinite(critical), np.abs(temperature - 300), np.nan)))
    errors = [float(error[t]) / NM for error in doubt.critical_radius(result)]
    radius = style.typeset(alone(float(critical[t]) / NM, *errors))
    return [
        f"critical radius $r_c$({temperature[t]:g} K): {radius} nm, below the range shown",
        "triangles: samples of the result",
    ]
