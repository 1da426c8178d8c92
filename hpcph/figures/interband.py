"""What Wigner's interband part adds to γ^NL and κ, which hold the intraband part alone."""

import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import errors, labels, style
from hpcph.result.tensors import (
    THERMAL_CONDUCTIVITY,
    THERMAL_CONDUCTIVITY_COHERENCE,
    THERMAL_GAMMA_COHERENCE,
    THERMAL_GAMMA_NL,
)
from hpcph.show import axis, units

PANELS = {THERMAL_GAMMA_NL: THERMAL_GAMMA_COHERENCE, THERMAL_CONDUCTIVITY: THERMAL_CONDUCTIVITY_COHERENCE}


def draw(result: xr.Dataset) -> Figure:
    """Both parts along the axis against temperature, of γ^NL on the left and of κ on the right."""
    temperature = result["temperature"].values
    marks = style.markers(len(temperature))
    figure = style.sheet(style.WIDTH, 2.9)
    for axes, (within, between) in zip(figure.subplots(1, 2), PANELS.items(), strict=True):
        parts = {"within bands": (within, style.OKABE_ITO[0]), "between bands": (between, style.OKABE_ITO[1])}
        for label, (quantity, colour) in parts.items():
            value = axis.diagonal(result, quantity.variable)
            axes.plot(temperature, value, color=colour, label=label, **marks)
            errors.draw(axes, temperature, value, errors.diagonal(result, quantity.variable), colour, curves=2)
        if not axis.diagonal(result, within.variable).any():
            style.forbidden(axes)
        axes.axhline(0, color="0.6", lw=0.6, zorder=0)
        axes.set_xlabel("temperature (K)")
        axes.set_ylabel(labels.label(within))
        axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    bands = errors.words(errors.diagonal(result, THERMAL_GAMMA_COHERENCE.variable))
    style.note(figure, units.lifetime(result, "relaxation time"), bands, axis.meaning(result))
    return figure
