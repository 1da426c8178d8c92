"""What modes of one frequency, and what pairs of different ones, make of the angular momentum under light."""

import numpy as np
import xarray as xr

from hpcph.figures import labels, light, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.light import DEGENERATE, TENSORS
from hpcph.show import axis, palette
from hpcph.show import light as response

PARTS = {
    "total": (palette.BLACK, 2.0, "-"),
    "within levels, ∝ τ²": (palette.VERMILION, 1.1, "-"),
    "between levels, ∝ τ": (palette.BLUE, 1.1, "--"),
}
ACROSS = {"x": ("yz", "yy"), "y": ("zx", "zz"), "z": ("xy", "xx"), "n": ("xy", "xx")}  # circular and linear light
TITLES = ("circular light", "linear light")


def layout(result: xr.Dataset) -> Layout:
    """A panel for circular light, and one for linear light, if each has an effect."""
    count = max(1, len(_shown(result)))
    return Layout(sheet.WIDTH if count > 1 else sheet.COLUMN, 3.2, columns=count, flows=True)


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Circular light, then linear light, polarized across the axis."""
    omega, index, shown = light.frequencies(result), axis.name(result), _shown(result)
    for panel, (title, parts) in zip(sheet.row(axes), shown.items(), strict=False):
        component = ACROSS[index][TITLES.index(title)]
        for value, (label, (colour, width, dash)) in zip(parts, PARTS.items(), strict=True):
            look = {"color": colour, "lw": width, "ls": dash, "label": label, "gid": "response"}
            panel.plot(omega, value, **look, **style.markers(len(omega)))
        panel.set_title(title)
        part = "Im" if title == TITLES[0] else "Re"
        symbol = rf"\mathrm{{{part}}}\,{labels.symbol(TENSORS['pam'], f'{index};{component}')}"
        light.finish(panel, result, f"${symbol}$", light.unit_text(result, TENSORS["pam"]))
    nothing = [title for title in TITLES if title not in shown]
    if shown:
        handles, _ = sheet.first(axes).get_legend_handles_labels()
        sheet.legend(axes, [*handles, *light.marks()], most=5)
    else:
        light.empty(sheet.first(axes), f"angular momentum along {index}")
    words = f"{' and '.join(nothing)} makes none; {light.zeros(result, 'pam')}" if nothing else ""
    sheet.note(axes, "phonon angular momentum, along the axis", light.FIELD, words, axis.meaning(result))


def _shown(result: xr.Dataset) -> dict[str, list[np.ndarray]]:
    """Total, within and between levels, (w,) each, of the light that makes something."""
    total, within = (response.along(result, tensors["pam"].variable) for tensors in (TENSORS, DEGENERATE))
    found = {}
    for component, title in zip(ACROSS[axis.name(result)], TITLES, strict=True):
        place = response.COMPONENTS[component]
        parts = [part[:, *place] for part in (total, within, total - within)]
        values = [part.imag if title == TITLES[0] else part.real for part in parts]
        if values[0].any():
            found[title] = values
    return found
