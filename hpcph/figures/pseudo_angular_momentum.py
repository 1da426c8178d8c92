"""Dispersion along lines that a turn about the axis keeps, on zone faces too, coloured by pseudo-angular momentum."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize

from hpcph.figures import legs, sheet
from hpcph.figures.legs import Leg
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.modes import BANDS_FREQUENCY, BANDS_PSEUDO_ANGULAR_MOMENTUM, BANDS_ROTATION_ORDER
from hpcph.show import axis, units
from hpcph.show.palette import BLUE, GREEN, VERMILION

NODES = ((0, GREEN), (1 / 6, BLUE), (1 / 2, "0.25"), (5 / 6, VERMILION), (1, GREEN))  # none too light for paper
TURNS = LinearSegmentedColormap.from_list("turns", NODES)  # −½ and ½ alike
ROW = 3  # panels beside each other


def kept(result: xr.Dataset) -> list[tuple[Leg, int]]:
    """The legs all whose points a turn keeps, with its N, the lowest on the way."""
    order = result[BANDS_ROTATION_ORDER.variable].values
    return [(leg, int(order[leg.points].min())) for leg in legs.legs(result) if order[leg.points].min() > 1]


def layout(result: xr.Dataset) -> Layout:
    """A panel a leg, some in a row."""
    count = len(kept(result))
    rows = -(-count // ROW)
    columns = -(-count // rows)
    return Layout(1.1 + 1.9 * columns, 0.5 + 3.1 * rows, rows, columns, flows=True, empty=rows * columns - count)


def draw(result: xr.Dataset, panels: Panels) -> None:
    """A panel a leg; what differs by N is the same, and has the same colour."""
    scale, found = units.frequency(result, BANDS_FREQUENCY.variable), kept(result)
    frequency = result[BANDS_FREQUENCY.variable].values * scale.shown
    value = result[BANDS_PSEUDO_ANGULAR_MOMENTUM.variable].values
    grid: list[Axes] = list(sheet.every(panels))
    for axes, (leg, order) in zip(grid, found, strict=True):
        share = np.mod(value[leg.points] / order + 0.5, 1.0) - 0.5
        x, y = np.broadcast_arrays(result["distance"].values[leg.points][:, None], frequency[leg.points])
        dots = axes.scatter(x, y, c=share, s=5, lw=0, cmap=TURNS, norm=Normalize(-0.5, 0.5))
        legs.one(axes, result, leg)
        axes.set_title(f"N = {order}")
        axes.set_ylabel(scale.label)
        axes.set_ylim(min(0, 1.02 * frequency.min()), 1.02 * frequency.max())
    for axes in grid:
        spec = axes.get_subplotspec()
        if spec is not None and not spec.is_first_col():
            axes.set_ylabel("")
            axes.tick_params(labelleft=False)
    symbol = r"\ell"
    label = f"pseudo-angular momentum ${symbol}/N$ (ħ)"
    sheet.colours(panels, dots, label, pad=0.02, aspect=30)
    words = "turn by 2π/N about the axis, phase of its screw included; −½ and ½ are the same"
    sheet.note(panels, words, axis.meaning(result))
