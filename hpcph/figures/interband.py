"""What Wigner's interband part adds to γ^NL and κ, which hold the intraband part alone."""

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

from hpcph.figures import errors, labels, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.tensors import (
    THERMAL_CONDUCTIVITY,
    THERMAL_CONDUCTIVITY_COHERENCE,
    THERMAL_GAMMA_COHERENCE,
    THERMAL_GAMMA_NL,
)
from hpcph.show import axis, component, units

PANELS = {THERMAL_GAMMA_NL: THERMAL_GAMMA_COHERENCE, THERMAL_CONDUCTIVITY: THERMAL_CONDUCTIVITY_COHERENCE}


def layout(_: xr.Dataset) -> Layout:
    """γ^NL and κ; each may be shared."""
    return Layout(sheet.WIDTH, 2.9, columns=2, flows=True, overlaid=True)


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Both parts along the axis against temperature, of γ^NL first, then of κ; else what symmetry leaves."""
    temperature = result["temperature"].values
    marks = style.markers(len(temperature))
    said, bands = "", ""
    handles: list[Line2D] = []
    for one, (within, between) in zip(np.asarray(axes), PANELS.items(), strict=True):
        one.set_xlabel("temperature (K)")
        one.axhline(0, color="0.6", lw=0.6, zorder=0)
        shown = component.of_tensor(result, within.variable)
        if shown is None:
            style.forbidden(one, "all components")
            scales.value(one, f"${labels.symbol(within)}$", within.unit)
            continue
        parts = {"within bands": (within, style.OKABE_ITO[0]), "between bands": (between, style.OKABE_ITO[1])}
        handles = []
        for label, (quantity, colour) in parts.items():
            value, doubts = shown.of(result[quantity.variable].values), shown.errors(result, quantity.variable)
            handles += one.plot(temperature, value, color=colour, label=label, **marks)
            errors.draw(one, temperature, value, doubts, colour, curves=2)
            bands = max(bands, errors.words(doubts), key=len)  # what says more
        scales.value(one, f"${labels.symbol(within, shown.index)}$", within.unit)
        if shown.words:
            said = f"${labels.symbol(within)}$: {shown.words}"
    sheet.legend(axes, handles)
    sheet.note(axes, units.lifetime(result, "relaxation time"), bands, said, axis.meaning(result))
