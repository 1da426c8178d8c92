"""Second-order dc response along the axis to light of a frequency (Figs. 2–4 of arXiv:2505.05313)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hpcph.figures import labels, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.light import MODEL, OPTICS_CARRIED_CURRENT, OPTICS_LEVEL_FREQUENCY, OPTICS_LEVEL_MODES, TENSORS
from hpcph.result.quantity import Quantity
from hpcph.show import axis, units
from hpcph.show import light as response

LINEAR = {"xx": (style.OKABE_ITO[0], 2.2), "yy": (style.OKABE_ITO[1], 1.0), "zz": (style.OKABE_ITO[2], 1.0)}
PARTS = {"Re": "black", "Im": style.OKABE_ITO[3]}
DIAGONAL = "linear"
PANELS = {DIAGONAL: ("xx", "yy", "zz"), "yz": ("yz",), "zx": ("zx",), "xy": ("xy",)}  # by the components they show
LEVELS = {"degenerate level": (style.OKABE_ITO[4], 0.07), "single level": ("0.45", 0.035)}
FIELD = r"field E(t) = E exp(−iωt) + c.c.; mean response $\Sigma\,\chi_{\mu\nu}E_\mu E^*_\nu$"

CARRIED = "dashed: l·v of the modes, what wave packets carry along; the torques of the lattice make the difference"


OBSERVABLES = {  # words for the small print
    "pam": "phonon angular momentum",
    "peltier": "energy current",
    "orbital_current": "current of angular momentum through the bonds",
}


def layout(result: xr.Dataset, name: str) -> Layout:
    """A panel for linear light, one for each pair of directions of the field; none for what symmetry forbids."""
    panels = max(1, len(_seen(result, name)))
    columns = min(panels, 2)
    rows = -(-panels // columns)
    return Layout(
        (sheet.COLUMN, sheet.WIDTH)[columns - 1], 1.3 + 2.0 * rows, rows, columns, flows=True, overlaid=True,
        empty=rows * columns - panels,
    )  # fmt: skip


def draw(result: xr.Dataset, panels: Panels, name: str) -> None:
    """Re χ_xx, χ_yy, χ_zz; χ_yz; χ_zx; χ_xy: what of them is not forbidden."""
    tensor, index, seen = TENSORS[name], axis.name(result), _seen(result, name)
    every = np.atleast_1d(np.asarray(panels, dtype=object))
    carried = name == "orbital_current" and OPTICS_CARRIED_CURRENT.variable in result
    for axes, part, letter in zip(every, seen, "abcd", strict=False):
        _curves(axes, result, tensor.variable, part, 1.0, "-")
        if carried:
            _curves(axes, result, OPTICS_CARRIED_CURRENT.variable, part, 0.7, "--")
        real, component = (r"\mathrm{Re}\,", r"\mu\mu") if part == DIAGONAL else ("", part)
        axes.set_title(f"({letter}) " + (", ".join(LINEAR) if part == DIAGONAL else part))
        axes.set_ylabel(f"${real}{labels.symbol(tensor, f'{index};{component}')}$ ({unit_text(result, tensor)})")
        axes.set_xlabel(units.frequency(result, "frequency").label)
        finish(axes, result)
    if seen:
        sheet.legend(panels, _legend(result, name, seen, carried), most=5)
    else:
        style.forbidden(every[0], "components along the axis")
    zero = [", ".join(PANELS[part]) for part in PANELS if part not in seen]
    forbidden = f"{style.FORBIDDEN} {', '.join(zero)}" if zero and seen else ""
    dashed = CARRIED if carried and seen else ""
    sheet.note(panels, f"{OBSERVABLES[name]}, along the axis", FIELD, dashed, forbidden, axis.meaning(result))


def _seen(result: xr.Dataset, name: str) -> list[str]:
    """The panels in which anything is not zero."""
    chi = response.along(result, TENSORS[name].variable)
    if name == "orbital_current" and OPTICS_CARRIED_CURRENT.variable in result:
        chi = np.concatenate([chi, response.along(result, OPTICS_CARRIED_CURRENT.variable)])
    return [part for part, held in PANELS.items() if any(chi[:, *response.COMPONENTS[one]].any() for one in held)]


def frequencies(result: xr.Dataset, name: str = "frequency") -> np.ndarray:
    """Frequencies of light, of levels or of pairs as they are shown."""
    return result[name].values * units.frequency(result, "frequency").shown


def unit_text(result: xr.Dataset, quantity: Quantity) -> str:
    """The unit of a response per (V/m)² in mathematical type."""
    return f"{MODEL} units" if units.is_model(result) else labels.unit(quantity.unit)


def finish(axes: Axes, result: xr.Dataset) -> None:
    """Range of the light, levels at the lower edge, a zero line; says where all curves are zero."""
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
        style.forbidden(axes)


def marks() -> list[Line2D]:
    """What the ticks at the levels mean, for legends."""
    return [
        Line2D([], [], ls="", marker="|", mew=1.2, ms=size, color=colour, label=text)
        for (text, (colour, _)), size in zip(LEVELS.items(), (9, 5), strict=True)
    ]


def _curves(axes: Axes, result: xr.Dataset, name: str, part: str, width: float, dash: str) -> None:
    """What of a panel is not zero."""
    chi, omega = response.along(result, name), frequencies(result)
    look = {"ls": dash, "gid": "response", **style.markers(len(omega))}
    for component in PANELS[part]:
        value = chi[:, *response.COMPONENTS[component]]
        if part == DIAGONAL and value.any():
            colour, lw = LINEAR[component]
            axes.plot(omega, value.real, color=colour, lw=lw if dash == "-" else width, **look)
        elif part != DIAGONAL:
            for numbers, colour in ((value.real, PARTS["Re"]), (value.imag, PARTS["Im"])):
                if numbers.any():
                    axes.plot(omega, numbers, color=colour, lw=width, **look)


def _legend(result: xr.Dataset, name: str, seen: list[str], carried: bool) -> list[Line2D]:
    """Of the lines that are drawn."""
    chi = response.along(result, TENSORS[name].variable)
    lines = [
        Line2D([], [], color=colour, lw=lw, label=component)
        for component, (colour, lw) in LINEAR.items()
        if chi[:, *response.COMPONENTS[component]].any()
    ]
    pairs = [chi[:, *response.COMPONENTS[part]] for part in seen if part != DIAGONAL]
    there = {"Re": any(value.real.any() for value in pairs), "Im": any(value.imag.any() for value in pairs)}
    lines += [Line2D([], [], color=colour, lw=1, label=part) for part, colour in PARTS.items() if there[part]]
    if carried:
        lines.append(Line2D([], [], color="0.3", lw=0.7, ls="--", label="carried by wave packets"))
    return [*lines, *marks()]
