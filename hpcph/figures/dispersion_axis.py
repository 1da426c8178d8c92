"""The lowest branches along the axis, coloured by the phonon polarization."""

import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import legs, style
from hpcph.figures.dispersion import beside, coloured, limit_of, polarized, segment_values
from hpcph.result.modes import BANDS_FREQUENCY, BANDS_POLARIZATION, BANDS_POLARIZATION_CIRCULAR
from hpcph.show import axis, units

LOW = 12  # branches


def draw(result: xr.Dataset) -> Figure:
    """The lowest branches of the leg that follows the axis from Γ."""
    leg = legs.nearest_axis(result)
    assert leg
    count = min(LOW, result.sizes["branch"])
    points = leg.points
    scale = units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[BANDS_FREQUENCY.variable].values[points, :count] * scale.shown
    values = axis.of_modes(result, BANDS_POLARIZATION_CIRCULAR, BANDS_POLARIZATION)[points]
    distance = result["distance"].values[points]
    figure = style.sheet(style.COLUMN, 3.4)
    axes = figure.add_subplot()
    every = result[BANDS_FREQUENCY.variable].values[points] * scale.hertz
    shown = segment_values(values, every)[:, :count], beside(every)[:, :count]
    lines = coloured(axes, distance, frequency, *shown, limit_of(values), 1.6)
    axes.set_xlim(distance[0], distance[-1])
    axes.set_ylim(min(0, 1.05 * frequency.min()), 1.05 * frequency.max())
    axes.set_xticks(distance[[0, -1]], [leg.start, leg.end])
    axes.tick_params(axis="x", pad=5)
    axes.set_ylabel(scale.label)
    axes.set_title(f"{leg.title}, branches 1–{count}")
    figure.colorbar(lines, ax=axes, label=polarized(result, "phonon polarization"), pad=0.02)
    style.note(figure, axis.meaning(result))
    return figure
