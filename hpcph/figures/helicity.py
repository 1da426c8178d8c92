"""Helicity of the phonons of a chiral crystal: what tells it from its mirror image."""

import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import errors, labels, sheet, style
from hpcph.figures.sheet import Layout
from hpcph.result.thermal import HELICITY_PER_CELL
from hpcph.show import doubt


def layout(_: xr.Dataset) -> Layout:
    """One panel, which several results share."""
    return Layout(sheet.COLUMN, 2.8, overlaid=True)


def draw(result: xr.Dataset, axes: Axes) -> None:
    """Of a primitive cell against temperature; forbidden in crystals that are their own mirror image."""
    temperature, value = result["temperature"].values, result[HELICITY_PER_CELL.variable].values
    beside = doubt.beside(result, HELICITY_PER_CELL.variable)
    spread = {source: result[name].values for source, name in beside.items()}
    axes.plot(temperature, value, color=style.OKABE_ITO[0], **style.markers(len(temperature)))
    errors.draw(axes, temperature, value, spread, style.OKABE_ITO[0])
    axes.axhline(0, color="0.6", lw=0.6, zorder=0)
    axes.set_xlabel("temperature (K)")
    axes.set_ylabel(labels.label(HELICITY_PER_CELL, f"helicity of a cell ${labels.symbol(HELICITY_PER_CELL)}$"))
    if not value.any():
        style.forbidden(axes, "a pseudoscalar")
    what = r"$\Sigma\,\mathbf{l}\cdot\hat{\mathbf{k}}\,f$; the mirror image has the other sign"
    sheet.note(axes, what, errors.words(spread))
