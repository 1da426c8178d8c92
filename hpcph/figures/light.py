"""Second-order dc response along the axis to light of a frequency (Figs. 2–4 of arXiv:2505.05313)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hpcph.figures import labels, powers, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.light import MODEL, OPTICS_CARRIED_CURRENT, OPTICS_LEVEL_FREQUENCY, OPTICS_LEVEL_MODES, TENSORS
from hpcph.result.quantity import Quantity
from hpcph.show import axis, palette, units
from hpcph.show import light as response

LINEAR = {"xx": (palette.BLUE, 2.2), "yy": (palette.GREEN, 1.0), "zz": (palette.PURPLE, 1.0)}
PARTS = {"Re": palette.BLACK, "Im": palette.VERMILION}
LEVELS = {"degenerate level": (palette.ORANGE, 0.07), "single level": ("0.45", 0.035)}
FIELD = r"field E(t) = E exp(−iωt) + c.c.; mean response $\Sigma\,\chi_{\mu\nu}E_\mu E^*_\nu$"
CARRIED = "dashed: l·v of the modes, what wave packets carry along; the torques of the lattice make the difference"
OBSERVABLES = {  # words for the small print
    "pam": "phonon angular momentum",
    "peltier": "energy current",
    "orbital_current": "current of angular momentum through the bonds",
}
PANELS = {r"\mu\mu": tuple(LINEAR), "yz": ("yz",), "zx": ("zx",), "xy": ("xy",)}
SHAPES = {1: (sheet.COLUMN, 3.3, 1), 2: (sheet.WIDTH, 3.1, 1), 3: (sheet.WIDTH, 2.9, 1), 4: (sheet.WIDTH, 5.0, 2)}


@dataclass(frozen=True)
class Observable:
    """The response of one: a panel for the diagonal, if light of any frequency has an effect there, yz, zx and xy."""

    name: str

    def layout(self, result: xr.Dataset) -> Layout:
        """As many panels as there is something to show."""
        count = max(1, len(_panels(result, self.name)))
        width, height, rows = SHAPES[count]
        return Layout(width, height, rows, count // rows, flows=True)

    def draw(self, result: xr.Dataset, axes: Panels) -> None:
        """Re χ_xx, χ_yy, χ_zz; χ_yz; χ_zx; χ_xy: those that are not zero."""
        tensor, index, shown = TENSORS[self.name], axis.name(result), _panels(result, self.name)
        for panel, letter, component in zip(sheet.row(axes), "abcd", shown, strict=False):
            for thin, name in enumerate(_tensors(result, self.name)):
                _curves(panel, result, name, component, dashed=bool(thin))
            number = f"({letter}) " if len(shown) > 1 else ""
            panel.set_title(number + ", ".join(PANELS[component]))
            real = r"\mathrm{Re}\," if component == r"\mu\mu" else ""
            finish(panel, result, f"${real}{labels.symbol(tensor, f'{index};{component}')}$", unit_text(result, tensor))
        if shown:
            sheet.legend(axes, _legend(sheet.row(axes), carried=len(_tensors(result, self.name)) > 1), most=4)
        else:
            empty(sheet.first(axes), f"{OBSERVABLES[self.name]}\nalong {index}")
        dashed = CARRIED if shown and len(_tensors(result, self.name)) > 1 else ""
        words = f"{OBSERVABLES[self.name]}, along the axis"
        sheet.note(axes, words, FIELD, zeros(result, self.name), dashed, axis.meaning(result))


def frequencies(result: xr.Dataset, name: str = "frequency") -> np.ndarray:
    """Frequencies of light, of levels or of pairs as they are shown."""
    return result[name].values * units.frequency(result, "frequency").shown


def unit_text(result: xr.Dataset, quantity: Quantity) -> str:
    """The unit of a response per (V/m)² in mathematical type."""
    return f"{MODEL} units" if units.is_model(result) else labels.unit(quantity.unit)


def zeros(result: xr.Dataset, name: str) -> str:
    """Which parts of a tensor along the axis are zero, and which of them because symmetry forbids them."""
    chi, forbidden = response.along(result, TENSORS[name].variable), response.forbidden(result, name)
    found: dict[bool, list[str]] = {True: [], False: []}
    for part, of in enumerate(PARTS):
        none: dict[bool, list[str]] = {True: [], False: []}
        for component, (i, j) in response.COMPONENTS.items():
            if not (chi.imag if part else chi.real)[:, i, j].any() and not (part and i == j):
                none[bool(forbidden[part, i, j])].append(component)
        for why, components in none.items():
            found[why] += [f"{of} {', '.join(components)}"] if components else []
    words = {True: "zero, for symmetry forbids them", False: "zero, though the point group allows them"}
    return ". ".join(f"{words[why]}: {'; '.join(parts)}" for why, parts in found.items() if parts)


def empty(axes: Axes, what: str) -> None:
    """Says that there is nothing; the small print says why."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, f"zero: {what}", ha="center", va="center", color="0.3", fontsize=7, transform=axes.transAxes)


def finish(axes: Axes, result: xr.Dataset, text: str, unit: str) -> None:
    """The frame, and a linear axis of the response."""
    frame(axes, result)
    drawn = [np.asarray(line.get_ydata(), float) for line in axes.lines if line.get_gid() == "response"]
    axes.set_ylabel(f"{text} ({powers.unit(axes.yaxis, np.concatenate([[0.0], *drawn]), unit)})")


def frame(axes: Axes, result: xr.Dataset) -> None:
    """Range of the light, levels at the lower edge, a zero line."""
    omega = frequencies(result)
    kinds = dict(zip((True, False), LEVELS.values(), strict=True))
    modes = result[OPTICS_LEVEL_MODES.variable].values
    for at, count in zip(frequencies(result, OPTICS_LEVEL_FREQUENCY.variable), modes, strict=True):
        colour, height = kinds[bool(count > 1)]
        axes.axvline(at, 0, height, color=colour, lw=1.2, zorder=1, gid="level")
    axes.axhline(0, color="0.6", lw=0.5, zorder=0)
    if len(omega) > 1:
        axes.set_xlim(omega[0], omega[-1])
    axes.set_xlabel(units.frequency(result, "frequency").label)


def marks() -> list[Line2D]:
    """What the ticks at the levels mean, for legends."""
    return [
        Line2D([], [], ls="", marker="|", mew=1.2, ms=size, color=colour, label=text)
        for (text, (colour, _)), size in zip(LEVELS.items(), (9, 5), strict=True)
    ]


def _tensors(result: xr.Dataset, name: str) -> list[str]:
    """Variables of a figure: its tensor, and beside that of the bonds what wave packets carry."""
    carried = name == "orbital_current" and OPTICS_CARRIED_CURRENT.variable in result
    return [TENSORS[name].variable, *([OPTICS_CARRIED_CURRENT.variable] if carried else [])]


def _panels(result: xr.Dataset, name: str) -> list[str]:
    """Those with something to show."""
    every = [response.along(result, variable) for variable in _tensors(result, name)]
    return [
        panel
        for panel, parts in PANELS.items()
        if any(chi[:, *response.COMPONENTS[part]].any() for chi in every for part in parts)
    ]


def _curves(axes: Axes, result: xr.Dataset, name: str, panel: str, *, dashed: bool) -> None:
    chi, omega = response.along(result, name), frequencies(result)
    look = {"ls": "--" if dashed else "-", "gid": "response", **style.markers(len(omega))}
    for component in PANELS[panel]:
        value = chi[:, *response.COMPONENTS[component]]
        if component in LINEAR:
            colour, width = LINEAR[component]
            axes.plot(omega, value.real, color=colour, lw=0.7 if dashed else width, label=component, **look)
            continue
        for part, colour in PARTS.items():
            shown = value.real if part == "Re" else value.imag
            if shown.any():
                axes.plot(omega, shown, color=colour, lw=0.7 if dashed else 1.1, label=part, **look)


def _legend(panels: np.ndarray, *, carried: bool) -> list[Line2D]:
    drawn = {line.get_label() for panel in panels for line in panel.lines}
    known = {**LINEAR, **{part: (colour, 1.1) for part, colour in PARTS.items()}}
    lines = [Line2D([], [], color=colour, lw=lw, label=of) for of, (colour, lw) in known.items() if of in drawn]
    if carried:
        lines.append(Line2D([], [], color="0.3", lw=0.7, ls="--", label="of wave packets"))
    return [*lines, *marks()]
