"""Which pairs of levels make the angular momentum under circular light."""

import numpy as np
import xarray as xr
from matplotlib.colors import LogNorm

from hpcph.figures import labels, light, sheet, style
from hpcph.figures.decomposition import ACROSS
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.light import OPTICS_LEVEL_FREQUENCY, OPTICS_PAIR_FREQUENCY, OPTICS_PAM_BY_LEVELS
from hpcph.show import axis, units
from hpcph.show import light as response

COLUMNS = 4
DECADES = 1e-4  # of the largest contribution: the darkest colour
MOST = 12  # frequencies
FEW = 8  # levels that can be named one by one


def layout(result: xr.Dataset) -> Layout:
    """A matrix for every stored frequency of the light."""
    count = min(MOST, result.sizes[OPTICS_PAIR_FREQUENCY.variable])
    rows = -(-count // COLUMNS)
    columns = -(-count // rows)
    empty = rows * columns - count
    return Layout(0.8 + 1.55 * columns, 0.7 + 1.75 * rows, rows, columns, flows=True, rigid=True, empty=empty)


def draw(result: xr.Dataset, axes: Panels) -> None:
    """|χ_xy| by pair of levels."""
    component, index = ACROSS[axis.name(result)][0], axis.name(result)
    chi = response.along(result, OPTICS_PAM_BY_LEVELS.variable)
    size = np.abs(chi[:MOST, *response.COMPONENTS[component]])
    scale, levels = units.frequency(result, "frequency"), light.frequencies(result, OPTICS_LEVEL_FREQUENCY.variable)
    largest = float(size.max()) or 1.0
    grid = sheet.every(axes)
    for panel, matrix, at in zip(grid, size, light.frequencies(result, OPTICS_PAIR_FREQUENCY.variable), strict=False):
        shown = np.maximum(matrix, DECADES * largest)
        image = panel.imshow(shown, cmap=style.SEQUENTIAL, norm=LogNorm(DECADES * largest, largest), origin="lower")
        panel.set_title(f"{scale.symbol} = {at:.4g} {scale.unit}".strip())
        panel.tick_params(length=0)
        if len(levels) <= FEW:
            names = [f"{level:.3g}" for level in levels]
            panel.set_xticks(range(len(levels)), names, rotation=90)
            panel.set_yticks(range(len(levels)), names)
        else:
            step = -(-len(levels) // FEW)
            places = range(0, len(levels), step)
            panel.set_xticks(places, [str(place + 1) for place in places])
            panel.set_yticks(places, [str(place + 1) for place in places])
    unit = light.unit_text(result, OPTICS_PAM_BY_LEVELS)
    label = f"$|{labels.symbol(OPTICS_PAM_BY_LEVELS, f'{index};{component}')}|$ ({unit})"
    sheet.colours(grid, image, label, aspect=25)
    named = f"{scale.label} of the levels" if len(levels) <= FEW else "number of the level, from the lowest"
    more = result.sizes[OPTICS_PAIR_FREQUENCY.variable] - len(size)
    sheet.note(
        axes,
        f"contribution of pairs of levels (axes: {named}); the darkest colour is 10$^{{-4}}$ of the largest, or less",
        f"{more} more frequencies in the result" if more else "",
        axis.meaning(result),
    )
