"""Phonon Barnett effect: angular momentum and magnetization that a rotation of the crystal induces."""

import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import errors, style
from hpcph.result.tensors import ROTATION_MAGNETIZATION, ROTATION_PAM_DENSITY
from hpcph.show import axis

PANELS = {
    ROTATION_PAM_DENSITY.variable: ("PAM density per angular velocity", r"J s$^2$ m$^{-3}$ rad$^{-1}$"),
    ROTATION_MAGNETIZATION.variable: ("magnetization per angular velocity", r"A s m$^{-1}$ rad$^{-1}$"),
}


def draw(result: xr.Dataset) -> Figure:
    """Both along the axis about which the crystal turns, against temperature; the second where it is known."""
    present = {name: text for name, text in PANELS.items() if name in result}
    temperature = result["temperature"].values
    figure = style.sheet(3.4 * len(present), 2.8)
    for number, (name, (text, unit)) in enumerate(present.items(), 1):
        axes = figure.add_subplot(1, len(present), number)
        value = axis.diagonal(result, name)
        colour = style.OKABE_ITO[number - 1]
        axes.plot(temperature, value, color=colour, **style.markers(len(temperature)))
        errors.draw(axes, temperature, value, errors.diagonal(result, name), colour)
        axes.axhline(0, color="0.6", lw=0.6, zorder=0)
        axes.set_xlabel("temperature (K)")
        axes.set_ylabel(f"{text}\n({unit})")
        axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    turning = f"crystal turning about {axis.name(result)}, first order in the angular velocity; no feedback"
    bands = errors.words(errors.diagonal(result, next(iter(present))))
    style.note(figure, turning, bands, axis.meaning(result))
    return figure
