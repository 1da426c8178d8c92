"""Dispersion along the axis, coloured by the crystal angular momentum m (Fig. 1b of arXiv:2505.05313)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hpcph.figures import legs, sheet
from hpcph.figures.legs import Leg
from hpcph.figures.sheet import Layout
from hpcph.result.modes import BANDS_CRYSTAL_ANGULAR_MOMENTUM, BANDS_FREQUENCY
from hpcph.show import axis, units

COLOURS = dict(zip((-1, 0, 1, -2, 2, 3), ("#0072B2", "0.25", "#D55E00", "#56B4E9", "#E69F00", "#009E73"), strict=True))


def on_axis(result: xr.Dataset) -> list[Leg]:
    """The legs all whose points have labels."""
    known = np.isfinite(result[BANDS_CRYSTAL_ANGULAR_MOMENTUM.variable].values).any(axis=1)
    return [leg for leg in legs.legs(result) if known[leg.points].all()]


def layout(_: xr.Dataset) -> Layout:
    """One panel of a column."""
    return Layout(sheet.COLUMN, 3.6)


def draw(result: xr.Dataset, axes: Axes) -> None:
    """Lines of every m, leg after leg."""
    scale, found = units.frequency(result, BANDS_FREQUENCY.variable), on_axis(result)
    frequency = result[BANDS_FREQUENCY.variable].values * scale.shown
    label = result[BANDS_CRYSTAL_ANGULAR_MOMENTUM.variable].values
    start, places, names = 0.0, [0.0], [found[0].start]
    for leg in found:
        distance = result["distance"].values[leg.points]
        _lines(axes, start + distance - distance[0], frequency[leg.points], label[leg.points])
        if names[-1] != leg.start:
            names[-1] += f"|{leg.start}"
        start += distance[-1] - distance[0]
        places.append(start)
        names.append(leg.end)
    for place in places[1:-1]:
        axes.axvline(place, color="0.6", lw=0.5, zorder=0)
    shown = np.concatenate([frequency[leg.points] for leg in found])
    axes.set_xticks(places, names)
    axes.tick_params(axis="x", length=0, pad=5)
    axes.set_xlim(places[0], places[-1])
    axes.set_ylim(min(0, 1.02 * shown.min()), 1.02 * shown.max())
    axes.set_xlabel("wave vector")
    axes.set_ylabel(scale.label)
    seen = sorted({int(m) for leg in found for m in np.unique(label[leg.points]) if np.isfinite(m)})
    handles = [Line2D([], [], color=COLOURS[m], label=f"m = {m:+d}".replace("-", "−").replace("+0", "0")) for m in seen]
    sheet.legend(axes, handles, most=4)
    sheet.note(axes, "m: label of the turn about the axis, continued from Γ", axis.meaning(result))


def _lines(axes: Axes, distance_k: np.ndarray, frequency_kn: np.ndarray, label_kn: np.ndarray) -> None:
    """Modes of one m do not cross: the lowest follows the lowest; dots where the label of one is missing."""
    for m, colour in COLOURS.items():
        member = label_kn == m
        counts = member.sum(axis=1)
        if not counts.any():
            continue
        if np.all(counts == counts[0]):
            axes.plot(distance_k, frequency_kn[member].reshape(-1, counts[0]), color=colour, lw=1.3)
        else:
            k, n = np.nonzero(member)
            axes.plot(distance_k[k], frequency_kn[k, n], ".", ms=2, color=colour)
