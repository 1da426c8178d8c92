"""Phonon Barnett effect: angular momentum and magnetization that a rotation of the crystal induces."""

import xarray as xr

from hpcph.figures import errors, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.quantity import Quantity
from hpcph.result.tensors import ROTATION_MAGNETIZATION, ROTATION_PAM_DENSITY
from hpcph.show import axis, component

PANELS = {
    ROTATION_PAM_DENSITY: "PAM density per $\\Omega$",
    ROTATION_MAGNETIZATION: "magnetization per $\\Omega$",
}


def layout(result: xr.Dataset) -> Layout:
    """A panel a quantity; each may be shared."""
    count = len(_present(result))
    return Layout(3.4 * count, 2.8, columns=count, flows=True, overlaid=True)


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Both along the axis about which the crystal turns, against temperature; the second where it is known."""
    temperature, every = result["temperature"].values, sheet.every(axes)
    present = _present(result)
    said: dict[str, None] = {}
    bands = ""
    for one, quantity, colour in zip(every, present, style.OKABE_ITO, strict=False):
        one.set_xlabel("temperature (K)")
        one.axhline(0, color="0.6", lw=0.6, zorder=0)
        shown = component.of_tensor(result, quantity.variable)
        if shown is None:
            style.forbidden(one, "this response")
            continue
        value, doubts = shown.of(result[quantity.variable].values), shown.errors(result, quantity.variable)
        one.plot(temperature, value, color=colour, **style.markers(len(temperature)))
        errors.draw(one, temperature, value, doubts, colour)
        scales.value(one, PANELS[quantity], quantity.unit)
        said |= {shown.words: None}
        bands = bands or errors.words(doubts)
    turning = (
        rf"crystal turning about {axis.name(result)} at $\Omega$, first order in the angular velocity; no feedback"
    )
    sheet.note(axes, turning, bands, *said, axis.meaning(result))


def _present(result: xr.Dataset) -> list[Quantity]:
    return [quantity for quantity in PANELS if quantity.variable in result]
