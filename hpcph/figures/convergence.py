"""How the responses settle as the mesh becomes finer."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import errors, labels, style
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


def draw(result: xr.Dataset) -> Figure:
    """Deviation of the coarser meshes from the finest, relative to it, and its own errors."""
    points = result[CONVERGENCE_POINTS.variable].values
    chosen = temperatures(result["temperature"].values)
    figure = style.sheet(style.WIDTH, 2.8)
    sources: dict[str, str] = {}
    panels = {name: finest for name, finest in PANELS.items() if CONVERGENCE[name].variable in result}
    row = figure.subplots(1, len(panels), sharex=True, sharey=True)
    for axes, (name, finest) in zip(row, panels.items(), strict=True):
        values, spread = result[CONVERGENCE[name].variable].values, errors.diagonal(result, finest.variable)
        sources |= {source: f"{MARKS[source][1]}: {errors.WORDS[source]}" for source in spread}
        for t, colour in zip(chosen, style.series(len(chosen)), strict=True):
            label = f"{result['temperature'].values[t]:g} K"
            away = deviation(values[:, t])
            axes.plot(points[:-1], away[:-1], "o-", ms=3.5, color=colour, label=label)
            for source, error in spread.items():
                share, look = relative(error[t], values[-1, t]), {"ms": 5, "mfc": "none", "color": colour}
                axes.plot(points[-1], share if share > LEAST else np.nan, MARKS[source][0], gid=source, **look)
        axes.set_xscale("log")
        axes.set_yscale("log")
        if not values.any():
            style.forbidden(axes)
        axes.set_title(f"${labels.symbol(finest)}$")
        axes.set_xlabel("k-points of the full mesh")
    figure.axes[0].set_ylabel("relative deviation from the finest mesh")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right upper")
    grids = ", ".join("×".join(str(n) for n in grid) for grid in result[CONVERGENCE_GRID.variable].values)
    style.note(figure, "; ".join(sources.values()), f"meshes {grids}")
    return figure


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
