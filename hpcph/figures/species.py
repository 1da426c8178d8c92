"""What the species contribute to the polarization of one branch (Fig. 2e of the Letter)."""

import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import legs, style
from hpcph.figures.dispersion import polarized
from hpcph.result.modes import BANDS_POLARIZATION_BY_SPECIES
from hpcph.show import axis


def draw(result: xr.Dataset, branch: int) -> Figure:
    """Polarization of a branch (from 1) along the leg that follows the axis from Γ, by species and in total."""
    leg = legs.nearest_axis(result)
    assert leg
    distance = result["distance"].values[leg.points]
    parts = axis.along(result, BANDS_POLARIZATION_BY_SPECIES.variable)[leg.points, branch - 1]
    names = [str(name) for name in result["species"].values]
    figure = style.sheet(style.COLUMN, 2.7)
    axes = figure.add_subplot()
    axes.axhline(0, color="0.6", lw=0.6)
    marks = style.markers(len(distance))
    axes.plot(distance, parts.sum(axis=1), color="black", lw=1.8, label="total", **marks)
    for (name, colour), part in zip(style.names(names).items(), parts.T, strict=True):
        axes.plot(distance, part, color=colour, label=name, **marks)
    axes.set_xlim(distance[0], distance[-1])
    axes.set_xticks(distance[[0, -1]], [leg.start, leg.end])
    axes.tick_params(axis="x", pad=5)
    axes.set_xlabel("wave vector")
    axes.set_ylabel(polarized(result, "polarization"))
    axes.set_title(f"branch {branch} along {leg.title}")
    figure.legend(loc="outside upper center", ncols=min(len(names) + 1, 5))
    style.note(figure, axis.meaning(result))
    return figure
