"""Phonon Barnett effect: angular momentum and magnetization that a rotation of the crystal induces."""

import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import errors, labels, style
from hpcph.result.tensors import ROTATION_MAGNETIZATION, ROTATION_PAM_DENSITY
from hpcph.show import axis

PANELS = {
    ROTATION_PAM_DENSITY: "PAM density per angular velocity",
    ROTATION_MAGNETIZATION: "magnetization per angular velocity",
}


def draw(result: xr.Dataset) -> Figure:
    """Both along the axis about which the crystal turns, against temperature; the second where it is known."""
    present = [quantity for quantity in PANELS if quantity.variable in result]
    temperature = result["temperature"].values
    figure = style.sheet(3.4 * len(present), 2.8)
    for number, quantity in enumerate(present, 1):
        axes = figure.add_subplot(1, len(present), number)
        value = axis.diagonal(result, quantity.variable)
        colour = style.OKABE_ITO[number - 1]
        axes.plot(temperature, value, color=colour, **style.markers(len(temperature)))
        errors.draw(axes, temperature, value, errors.diagonal(result, quantity.variable), colour)
        axes.axhline(0, color="0.6", lw=0.6, zorder=0)
        axes.set_xlabel("temperature (K)")
        axes.set_ylabel(labels.label(quantity, f"{PANELS[quantity]}\n"))
        axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    turning = f"crystal turning about {axis.name(result)}, first order in the angular velocity; no feedback"
    bands = errors.words(errors.diagonal(result, present[0].variable))
    style.note(figure, turning, bands, axis.meaning(result))
    return figure
