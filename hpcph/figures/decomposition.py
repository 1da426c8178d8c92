"""What modes of one frequency, and what pairs of different ones, make of the angular momentum under light."""

import numpy as np
import xarray as xr

from hpcph.figures import labels, light, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.light import DEGENERATE, TENSORS
from hpcph.show import axis, units
from hpcph.show import light as response

PARTS = {
    "total": ("black", 2.0, "-"),
    r"within levels, $\propto\tau^2$": (style.OKABE_ITO[1], 1.1, "-"),
    r"between levels, $\propto\tau$": (style.OKABE_ITO[0], 1.1, "--"),
}
ACROSS = {"x": ("yz", "yy"), "y": ("zx", "zz"), "z": ("xy", "xx"), "n": ("xy", "xx")}  # circular and linear light


def layout(_: xr.Dataset) -> Layout:
    """Circular light, linear light."""
    return Layout(sheet.WIDTH, 3.0, columns=2, flows=True)


def draw(result: xr.Dataset, panels: Panels) -> None:
    """Circular light in the first panel, linear light in the second one, polarized across the axis."""
    assert isinstance(panels, np.ndarray)
    omega, index = light.frequencies(result), axis.name(result)
    total, within = (response.along(result, tensors["pam"].variable) for tensors in (TENSORS, DEGENERATE))
    titles = ("circular light", "linear light")
    for axes, component, title in zip(panels, ACROSS[index], titles, strict=True):
        place = response.COMPONENTS[component]
        circular = component[0] != component[1]
        for part, (label, (colour, width, dash)) in zip((total, within, total - within), PARTS.items(), strict=True):
            value = part[:, *place].imag if circular else part[:, *place].real
            look = {"color": colour, "lw": width, "ls": dash, "label": label, "gid": "response"}
            axes.plot(omega, value, **look, **style.markers(len(omega)))
        axes.set_title(title)
        part = "Im" if circular else "Re"
        symbol = rf"\mathrm{{{part}}}\,{labels.symbol(TENSORS['pam'], f'{index};{component}')}"
        axes.set_ylabel(f"${symbol}$ ({light.unit_text(result, TENSORS['pam'])})")
        axes.set_xlabel(units.frequency(result, "frequency").label)
        light.finish(axes, result)
    handles, _ = panels[0].get_legend_handles_labels()
    sheet.legend(panels, [*handles, *light.marks()], most=5)
    sheet.note(panels, "phonon angular momentum, along the axis", light.FIELD, axis.meaning(result))
