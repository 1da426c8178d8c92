"""Phonon Barnett effect: angular momentum and magnetization that a rotation of the crystal induces."""

import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import style
from hpcph.output import axis

PANELS = {
    "rotation_pam_density": ("PAM density per angular velocity", r"J s$^2$ m$^{-3}$ rad$^{-1}$"),
    "rotation_magnetization": ("magnetization per angular velocity", r"A s m$^{-1}$ rad$^{-1}$"),
}


def draw(result: xr.Dataset) -> Figure:
    """Both along the axis about which the crystal turns, against temperature; the second where it is known."""
    present = {name: text for name, text in PANELS.items() if name in result}
    temperature = result["temperature"].values
    figure = style.sheet(3.4 * len(present), 2.8)
    for number, (name, (text, unit)) in enumerate(present.items(), 1):
        axes = figure.add_subplot(1, len(present), number)
        value = axis.diagonal(result, name)
        axes.plot(temperature, value, color=style.OKABE_ITO[number - 1], **style.markers(len(temperature)))
        axes.axhline(0, color="0.6", lw=0.6, zorder=0)
        axes.set_xlabel("temperature (K)")
        axes.set_ylabel(f"{text}\n({unit})")
        axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    turning = f"crystal turning about {axis.name(result)}, first order in the angular velocity; no feedback"
    style.note(figure, turning, axis.meaning(result))
    return figure
