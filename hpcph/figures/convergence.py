"""How the responses settle as the mesh becomes finer."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import errors, labels, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.quantity import Quantity
from hpcph.result.tensors import (
    FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL,
    THERMAL_GAMMA_NL,
)
from hpcph.result.thermal import CONVERGENCE, CONVERGENCE_GRID, CONVERGENCE_POINTS

PANELS = {
    "gamma_nl": THERMAL_GAMMA_NL,
    "diagonal": FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    "off_diagonal": FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL,
}
MARKS = {"mesh": ("s", "squares"), "lattice": ("d", "diamonds")}  # errors of the finest mesh
LEAST = 1e-6  # of a number: smaller errors are not shown
WANTED = (20.0, 100.0, 300.0)  # K


def layout(result: xr.Dataset) -> Layout:
    """A panel a response."""
    count = len(_present(result))
    return Layout(sheet.WIDTH, 2.8, columns=count, flows=True, options={"sharey": True})


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Deviation of the coarser meshes from the finest, relative to it, and its own errors."""
    points = result[CONVERGENCE_POINTS.variable].values
    chosen = temperatures(result["temperature"].values)
    every = sheet.every(axes)
    sources: dict[str, str] = {}
    for one, (name, finest) in zip(every, _present(result).items(), strict=True):
        values, spread = result[CONVERGENCE[name].variable].values, errors.diagonal(result, finest.variable)
        sources |= {source: f"{MARKS[source][1]}: {errors.WORDS[source]}" for source in spread}
        if not values.any():
            style.forbidden(one)
        for t, colour in zip(chosen, style.series(len(chosen)), strict=True):
            label = f"{result['temperature'].values[t]:g} K"
            away = deviation(values[:, t])
            one.plot(points[:-1], away[:-1], "o-", ms=3.5, color=colour, label=label)
            for source, error in spread.items():
                share, look = relative(error[t], values[-1, t]), {"ms": 5, "mfc": "none", "color": colour}
                one.plot(points[-1], share if share > LEAST else np.nan, MARKS[source][0], gid=source, **look)
        one.set_xscale("log")
        one.set_yscale("log")
        one.set_title(f"${labels.symbol(finest)}$")
        one.set_xlabel("k-points of the full mesh")
        if _leftmost(one):
            one.set_ylabel("deviation from the finest mesh")
    for one in every:
        one.set_xlim(0.7 * points[0], 1.4 * points[-1])
        scales.logarithmic(one.xaxis)
        scales.logarithmic(one.yaxis)
    sheet.legend(axes)
    grids = ", ".join("×".join(str(n) for n in grid) for grid in result[CONVERGENCE_GRID.variable].values)
    sheet.note(axes, "relative to the finest mesh; " + "; ".join(sources.values()), f"meshes {grids}")


def _present(result: xr.Dataset) -> dict[str, Quantity]:
    return {name: finest for name, finest in PANELS.items() if CONVERGENCE[name].variable in result}


def _leftmost(axes: Axes) -> bool:
    """Does nothing stand left of these axes?"""
    place = axes.get_subplotspec()
    return place is None or place.is_first_col()


def temperatures(stored: np.ndarray) -> list[int]:
    """Indices of the stored temperatures nearest to the wanted ones, each once."""
    return sorted({int(np.argmin(np.abs(stored - wanted))) for wanted in WANTED})


def deviation(value_m: np.ndarray) -> np.ndarray:
    """|x − x_finest|/|x_finest| of every mesh, NaN where nothing is left to show on a logarithmic axis."""
    return relative(value_m - value_m[-1], value_m[-1])


def relative(difference, value) -> np.ndarray:
    """|difference/value|, NaN where it cannot be shown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(difference / value)
    return np.where(np.isfinite(ratio) & (ratio > 0), ratio, np.nan)
