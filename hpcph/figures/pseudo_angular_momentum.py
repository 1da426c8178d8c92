"""Dispersion along lines that a turn about the axis keeps, on zone faces too, coloured by pseudo-angular momentum."""

import numpy as np
import xarray as xr
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from hpcph.figures import legs, style
from hpcph.figures.legs import Leg
from hpcph.result.modes import BANDS_FREQUENCY, BANDS_PSEUDO_ANGULAR_MOMENTUM, BANDS_ROTATION_ORDER
from hpcph.show import axis, units

MOST = 5  # panels


def kept(result: xr.Dataset) -> list[tuple[Leg, int]]:
    """The legs all whose points a turn keeps, with its N, the lowest on the way."""
    order = result[BANDS_ROTATION_ORDER.variable].values
    return [(leg, int(order[leg.points].min())) for leg in legs.legs(result) if order[leg.points].min() > 1][:MOST]


def draw(result: xr.Dataset) -> Figure:
    """A panel a leg; what differs by N is the same, and has the same colour."""
    scale, found = units.frequency(result, BANDS_FREQUENCY.variable), kept(result)
    frequency = result[BANDS_FREQUENCY.variable].values * scale.shown
    value = result[BANDS_PSEUDO_ANGULAR_MOMENTUM.variable].values
    figure = style.sheet(1.1 + 1.9 * len(found), 3.6)
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for axes, (leg, order) in zip(panels, found, strict=True):
        distance = result["distance"].values[leg.points]
        share = np.mod(value[leg.points] / order + 0.5, 1.0) - 0.5
        x, y = np.broadcast_arrays(distance[:, None], frequency[leg.points])
        dots = axes.scatter(x, y, c=share, s=5, lw=0, cmap="twilight_shifted", norm=Normalize(-0.5, 0.5))
        axes.set_xticks(distance[[0, -1]], [leg.start, leg.end])
        axes.tick_params(axis="x", pad=5)
        axes.set_xlim(distance[0], distance[-1])
        axes.set_title(f"N = {order}")
    panels[0].set_ylabel(scale.label)
    panels[0].set_ylim(min(0, 1.02 * frequency.min()), 1.02 * frequency.max())
    symbol = r"\ell"
    figure.colorbar(dots, ax=list(panels), label=f"pseudo-angular momentum ${symbol}/N$ (ħ)", pad=0.02, aspect=30)
    words = "turn by 2π/N about the axis, phase of its screw included; −½ and ½ are the same"
    style.note(figure, words, axis.meaning(result))
    return figure
