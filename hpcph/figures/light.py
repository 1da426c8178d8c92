"""Second-order dc response along the axis to light of a frequency (Figs. 2–4 of arXiv:2505.05313)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hpcph.figures import labels, style
from hpcph.result.light import MODEL, OPTICS_CARRIED_CURRENT, OPTICS_LEVEL_FREQUENCY, OPTICS_LEVEL_MODES, TENSORS
from hpcph.result.quantity import Quantity
from hpcph.show import axis, units
from hpcph.show import light as response

LINEAR = {"xx": (style.OKABE_ITO[0], 2.2), "yy": (style.OKABE_ITO[1], 1.0), "zz": (style.OKABE_ITO[2], 1.0)}
PARTS = {"Re": "black", "Im": style.OKABE_ITO[3]}
LEVELS = {"degenerate (chiral) level": (style.OKABE_ITO[4], 0.07), "single level": ("0.45", 0.035)}
FIELD = r"field E(t) = E exp(−iωt) + c.c.; mean response $\Sigma\,\chi_{\mu\nu}E_\mu E^*_\nu$"

CARRIED = "dashed: l·v of the modes, what wave packets carry along; the torques of the lattice make the difference"


OBSERVABLES = {  # words for the small print
    "pam": "phonon angular momentum",
    "peltier": "energy current",
    "orbital_current": "current of angular momentum through the bonds",
}


def draw(result: xr.Dataset, name: str) -> Figure:
    """Four panels: Re χ_xx, χ_yy, χ_zz; χ_yz; χ_zx; χ_xy."""
    tensor, index = TENSORS[name], axis.name(result)
    figure = style.sheet(style.WIDTH, 5.0)
    panels = figure.subplots(2, 2, sharex=True).ravel()
    _curves(panels, result, tensor.variable, 1.0, "-")
    carried = name == "orbital_current" and OPTICS_CARRIED_CURRENT.variable in result
    if carried:
        _curves(panels, result, OPTICS_CARRIED_CURRENT.variable, 0.7, "--")
    for axes, letter, component in zip(panels, "abcd", (r"\mu\mu", "yz", "zx", "xy"), strict=True):
        real = r"\mathrm{Re}\," if letter == "a" else ""
        axes.set_title(f"({letter}) " + (", ".join(LINEAR) if letter == "a" else component))
        axes.set_ylabel(f"${real}{labels.symbol(tensor, f'{index};{component}')}$ ({unit_text(result, tensor)})")
        finish(axes, result)
    for axes in panels[2:]:
        axes.set_xlabel(units.frequency(result, "frequency").label)
    figure.legend(handles=_legend(carried), loc="outside upper center", ncols=4)
    dashed = CARRIED if carried else ""
    style.note(figure, f"{OBSERVABLES[name]}, along the axis", FIELD, dashed, axis.meaning(result))
    return figure


def frequencies(result: xr.Dataset, name: str = "frequency") -> np.ndarray:
    """Frequencies of light, of levels or of pairs as they are shown."""
    return result[name].values * units.frequency(result, "frequency").shown


def unit_text(result: xr.Dataset, quantity: Quantity) -> str:
    """The unit of a response per (V/m)² in mathematical type."""
    return f"{MODEL} units" if units.is_model(result) else labels.unit(quantity.unit)


def finish(axes: Axes, result: xr.Dataset) -> None:
    """Range of the light, levels at the lower edge, a zero line, room for curves that are zero."""
    omega = frequencies(result)
    kinds = dict(zip((True, False), LEVELS.values(), strict=True))
    modes = result[OPTICS_LEVEL_MODES.variable].values
    for at, count in zip(frequencies(result, OPTICS_LEVEL_FREQUENCY.variable), modes, strict=True):
        colour, height = kinds[bool(count > 1)]
        axes.axvline(at, 0, height, color=colour, lw=1.2, zorder=1, gid="level")
    axes.axhline(0, color="0.6", lw=0.5, zorder=0)
    if len(omega) > 1:
        axes.set_xlim(omega[0], omega[-1])
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    if not any(np.any(np.asarray(line.get_ydata())[1:]) for line in axes.lines if line.get_gid() == "response"):
        axes.set_ylim(-1, 1)
        axes.set_yticks([0])
        axes.text(0.5, 0.6, "vanishes", transform=axes.transAxes, ha="center", color="0.4")


def marks() -> list[Line2D]:
    """What the ticks at the levels mean, for legends."""
    return [
        Line2D([], [], ls="", marker="|", mew=1.2, ms=size, color=colour, label=text)
        for (text, (colour, _)), size in zip(LEVELS.items(), (9, 5), strict=True)
    ]


def _curves(panels, result: xr.Dataset, name: str, width: float, dash: str) -> None:
    chi, omega = response.along(result, name), frequencies(result)
    look = {"ls": dash, "gid": "response", **style.markers(len(omega))}
    for component, (colour, lw) in LINEAR.items():
        value = chi[:, *response.COMPONENTS[component]].real
        panels[0].plot(omega, value, color=colour, lw=lw if dash == "-" else width, **look)
    for axes, component in zip(panels[1:], ("yz", "zx", "xy"), strict=True):
        value = chi[:, *response.COMPONENTS[component]]
        for part, colour in PARTS.items():
            axes.plot(omega, value.real if part == "Re" else value.imag, color=colour, lw=width, **look)


def _legend(carried: bool) -> list[Line2D]:
    lines = [Line2D([], [], color=colour, lw=lw, label=name) for name, (colour, lw) in LINEAR.items()]
    lines += [Line2D([], [], color=colour, lw=1, label=f"{part} (b–d)") for part, colour in PARTS.items()]
    if carried:
        lines.append(Line2D([], [], color="0.3", lw=0.7, ls="--", label="carried by wave packets"))
    return [*lines, *marks()]
