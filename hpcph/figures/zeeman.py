"""What a magnetic field does to single modes: their shift per tesla along the path, and the levels of Γ it splits."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.constants import hbar, nuclear_magneton
from hpcph.figures import legs, sheet, style
from hpcph.figures.sheet import Layout
from hpcph.result.field import (
    FIELD_CENTRE_FREQUENCY,
    FIELD_CENTRE_SPLITTING,
    FIELD_MAGNETIC,
    FIELD_SHIFT_PER_TESLA,
    FIELD_SOUND_CHANGE,
)
from hpcph.result.modes import BANDS_FREQUENCY
from hpcph.show import axis, units

MEGA = 1e6
DOT = 6.0  # points²
ROUNDING = 1e-6 * nuclear_magneton / (2 * np.pi * hbar)  # Hz T⁻¹: an ion of charge e on a circle makes about μ_N/h
SEEN = 1e-6  # of the largest splitting


def layout(_: xr.Dataset) -> Layout:
    """The path, and beside it Γ."""
    return Layout(sheet.WIDTH, 3.6, columns=2, flows=True, options={"width_ratios": (2.2, 1)})


def draw(result: xr.Dataset, panels: np.ndarray) -> None:
    """A dot a mode, coloured by its frequency; beside it the splitting of the degenerate levels of Γ."""
    scale = units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[BANDS_FREQUENCY.variable].values * scale.shown
    shift = result[FIELD_SHIFT_PER_TESLA.variable].values / (2 * np.pi * MEGA)
    distance = np.broadcast_to(result["distance"].values[:, None], shift.shape)
    along, at_gamma = panels
    order = np.argsort(np.abs(shift), axis=None, kind="stable")  # what moves most on top
    x, y, colour = (part.ravel()[order] for part in (distance, shift, frequency))
    dots = along.scatter(x, y, c=colour, s=DOT, cmap=style.SEQUENTIAL, linewidths=0, rasterized=True)
    sheet.colours(along, dots, scale.label)
    along.axhline(0, color="0.6", lw=0.5, zorder=0)
    legs.wave_vectors(along, result)
    along.set_ylabel(r"shift $\delta\nu/B$ (MHz T$^{-1}$)")
    _levels(at_gamma, result)
    x, y, z = result[FIELD_MAGNETIC.variable].values
    direction = f"field ({x:.3g}, {y:.3g}, {z:.3g}) T, first order, ions only"
    sheet.note(panels, direction, _sound(result), axis.meaning(result))


def _sound(result: xr.Dataset) -> str:
    """Changes of its velocities; empty for layers."""
    if FIELD_SOUND_CHANGE.variable not in result:
        return ""
    changes = (style.number(change) if change else "0" for change in result[FIELD_SOUND_CHANGE.variable].values)
    shown = rf"$(1/v)\,dv/dB$ = {', '.join(changes)} T$^{{-1}}$"
    return f"sound along the field, slowest first: {shown}, the other sign against it"


def _levels(axes: Axes, result: xr.Dataset) -> None:
    """A line for every degenerate level of Γ at its frequency, as long as the splitting."""
    splitting = result[FIELD_CENTRE_SPLITTING.variable].values / MEGA
    scale = units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[FIELD_CENTRE_FREQUENCY.variable].values * scale.shown
    seen = splitting > max(ROUNDING / MEGA, SEEN * np.nanmax(splitting, initial=0))
    axes.hlines(frequency[seen], 0, splitting[seen], color=style.OKABE_ITO[0], lw=1.6)
    axes.plot(splitting[seen], frequency[seen], "o", ms=3.5, color=style.OKABE_ITO[0])
    axes.set_xlim(0, 1.1 * np.max(splitting[seen]) if seen.any() else 1.0)
    axes.set_ylim(0, 1.05 * np.max(frequency))
    axes.tick_params(axis="x", pad=5)
    axes.set_xlabel(r"splitting (MHz T$^{-1}$)")
    axes.set_ylabel(scale.label)
    axes.set_title("degenerate levels of Γ" if seen.any() else "no level of Γ splits")
