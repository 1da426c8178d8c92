"""Which pairs of levels make the angular momentum under circular light."""

import numpy as np
import xarray as xr
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from hpcph.figures import labels, light, style
from hpcph.figures.decomposition import ACROSS
from hpcph.result.light import OPTICS_LEVEL_FREQUENCY, OPTICS_PAIR_FREQUENCY, OPTICS_PAM_BY_LEVELS
from hpcph.show import axis, units
from hpcph.show import light as response

COLUMNS = 4
DECADES = 1e-4  # of the largest contribution: the darkest colour
MOST = 12  # frequencies
FEW = 8  # levels that can be named one by one


def draw(result: xr.Dataset) -> Figure:
    """|χ_xy| by pair of levels, a matrix for every stored frequency of the light."""
    component, index = ACROSS[axis.name(result)][0], axis.name(result)
    chi = response.along(result, OPTICS_PAM_BY_LEVELS.variable)
    size = np.abs(chi[:MOST, *response.COMPONENTS[component]])
    scale, levels = units.frequency(result, "frequency"), light.frequencies(result, OPTICS_LEVEL_FREQUENCY.variable)
    rows = -(-len(size) // COLUMNS)
    largest = float(size.max()) or 1.0
    figure = style.sheet(style.WIDTH, 0.5 + 1.75 * rows)
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, matrix, at in zip(grid, size, light.frequencies(result, OPTICS_PAIR_FREQUENCY.variable), strict=False):
        shown = np.maximum(matrix, DECADES * largest)
        image = axes.imshow(shown, cmap=style.SEQUENTIAL, norm=LogNorm(DECADES * largest, largest), origin="lower")
        axes.set_title(f"{scale.symbol} = {at:.4g} {scale.unit}".strip())
        axes.tick_params(length=0)
        if len(levels) <= FEW:
            names = [f"{level:.3g}" for level in levels]
            axes.set_xticks(range(len(levels)), names, rotation=90)
            axes.set_yticks(range(len(levels)), names)
        else:
            step = -(-len(levels) // FEW)
            places = range(0, len(levels), step)
            axes.set_xticks(places, [str(place + 1) for place in places])
            axes.set_yticks(places, [str(place + 1) for place in places])
    for axes in grid[len(size) :]:
        axes.set_visible(False)
    unit = light.unit_text(result, OPTICS_PAM_BY_LEVELS)
    label = f"$|{labels.symbol(OPTICS_PAM_BY_LEVELS, f'{index};{component}')}|$ ({unit})"
    figure.colorbar(image, ax=grid[: len(size)], label=label, pad=0.01, shrink=0.8)
    named = f"{scale.symbol} of the levels" if len(levels) <= FEW else "number of the level, from the lowest"
    more = result.sizes[OPTICS_PAIR_FREQUENCY.variable] - len(size)
    style.note(
        figure,
        f"contribution of pairs of levels (axes: {named}); the darkest colour is 10$^{{-4}}$ of the largest, or less",
        f"{more} more frequencies in the result" if more else "",
        axis.meaning(result),
    )
    return figure
