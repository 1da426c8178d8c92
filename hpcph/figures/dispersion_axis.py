"""The lowest branches along the axis, coloured by the phonon polarization."""

import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import legs, sheet
from hpcph.figures.dispersion import bar, beside, coloured, limit_of, nothing, polarized, segment_values, widths
from hpcph.figures.sheet import Layout
from hpcph.result.modes import BANDS_FREQUENCY, BANDS_POLARIZATION, BANDS_POLARIZATION_CIRCULAR
from hpcph.show import axis, units

LOW = 12  # branches


def layout(_: xr.Dataset) -> Layout:
    """One panel of a column."""
    return Layout(sheet.COLUMN, 3.4)


def draw(result: xr.Dataset, axes: Axes) -> None:
    """The lowest branches of the leg that follows the axis from Γ."""
    leg = legs.nearest_axis(result)
    assert leg
    count = min(LOW, result.sizes["branch"])
    points = leg.points
    scale = units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[BANDS_FREQUENCY.variable].values[points, :count] * scale.shown
    every = result[BANDS_FREQUENCY.variable].values[points] * scale.hertz
    values = axis.of_modes(result, BANDS_POLARIZATION_CIRCULAR, BANDS_POLARIZATION)[points]
    carried = segment_values(values, every)
    limit = limit_of(values[:, :count])
    width = widths(carried, limit)
    values_sn, beside_sn, width_sn = (part[:, :count] for part in (carried, beside(every, width), width))
    distance = result["distance"].values[points]
    lines = coloured(axes, distance, frequency, values_sn, beside_sn, width_sn, limit)
    legs.one(axes, result, leg)
    axes.set_ylim(min(0, 1.05 * frequency.min()), 1.05 * frequency.max())
    axes.set_ylabel(scale.label)
    axes.set_title(f"{leg.title}, branches 1–{count}")
    bar(axes, lines, polarized(result, "phonon polarization"), values[:, :count])
    sheet.note(axes, nothing(values[:, :count]), axis.meaning(result))
