"""How far atoms vibrate, by species, and the critical radius beside it, which is at most √2 · √⟨u_⊥²⟩."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.constants import angstrom
from hpcph.figures import errors, sheet, style
from hpcph.figures.sheet import Layout
from hpcph.result.crystal import CRYSTAL_DENSITY, CRYSTAL_SYMBOLS
from hpcph.result.tensors import (
    CRYSTAL_DISPLACEMENT,
    FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL,
)
from hpcph.result.thermal import FEEDBACK_AMPLITUDE
from hpcph.show import axis, doubt

CHI = (FEEDBACK_SUSCEPTIBILITY_DIAGONAL, FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL)


def layout(_: xr.Dataset) -> Layout:
    """One panel, which several results share."""
    return Layout(4.2, 3.2, overlaid=True)


def draw(result: xr.Dataset, axes: Axes) -> None:
    """√⟨u²⟩ along one direction, mean over the atoms of a species and directions; with feedback √⟨u_⊥²⟩ and √(χ/ρ)."""
    temperature = result["temperature"].values
    marks = style.markers(len(temperature))
    symbols = result[CRYSTAL_SYMBOLS.variable].values.astype(str)
    for name, colour in style.names(list(dict.fromkeys(symbols))).items():
        own = symbols == name
        square = _mean(result, CRYSTAL_DISPLACEMENT.variable, own)
        width = np.sqrt(square) / angstrom
        axes.plot(temperature, width, color=colour, label=name, **marks)
        beside = doubt.beside(result, CRYSTAL_DISPLACEMENT.variable)
        open_ = {source: _mean(result, error, own) / square / 2 * width for source, error in beside.items()}
        errors.draw(axes, temperature, width, open_, colour)
    notes = ["species: root mean square along one direction, zero point included"]
    if FEEDBACK_AMPLITUDE.variable in result:
        width = result[FEEDBACK_AMPLITUDE.variable].values / angstrom
        axes.plot(temperature, width, color="black", label="√⟨u⊥²⟩", **marks)
        notes.append("black: across the axis, all atoms by mass")
        chi = sum(axis.diagonal(result, part.variable) for part in CHI)
        held = np.sqrt(chi / float(result[CRYSTAL_DENSITY.variable])) / angstrom
        axes.plot(temperature, held, color="black", ls="--", label="√(χ/ρ)", **marks)
        notes.append("dashed: critical radius of a long cylinder over √2, feedback scale 1; black classically")
    bands = errors.words(errors.diagonal(result, CRYSTAL_DISPLACEMENT.variable))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("temperature (K)")
    axes.set_ylabel("displacement (Å)")
    sheet.legend(axes)
    sheet.note(axes, "; ".join(notes), bands, axis.meaning(result))


def _mean(result: xr.Dataset, name: str, own: np.ndarray) -> np.ndarray:
    """A third of the trace, mean over some atoms, (t,)."""
    return np.trace(result[name].values[:, own], axis1=2, axis2=3).mean(axis=1) / 3
