"""How the responses settle as the mesh becomes finer."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import style
from hpcph.output import axis

PANELS = {
    "gamma_nl": (r"$\gamma^\mathrm{NL}$", "thermal_gamma_nl_error"),
    "diagonal": (r"$\chi^\mathrm{D}$", "feedback_susceptibility_diagonal_error"),
    "off_diagonal": (r"$\chi^\mathrm{OD}$", "feedback_susceptibility_off_diagonal_error"),
}
WANTED = (20.0, 100.0, 300.0)  # K


def draw(result: xr.Dataset) -> Figure:
    """Deviation of the coarser meshes from the finest, relative to it; squares: its own estimated error."""
    points = result["convergence_points"].values
    chosen = temperatures(result["temperature"].values)
    figure = style.sheet(style.WIDTH, 2.7)
    for axes, (name, (symbol, error)) in zip(figure.subplots(1, 3, sharey=True), PANELS.items(), strict=True):
        values = result[f"convergence_{name}"].values
        spread = axis.spread(result, error) if error in result else np.full(values.shape[1], np.nan)
        for t, colour in zip(chosen, style.series(len(chosen)), strict=True):
            label = f"{result['temperature'].values[t]:g} K"
            away = deviation(values[:, t])
            axes.plot(points[:-1], away[:-1], "o-", ms=3.5, color=colour, label=label)
            with np.errstate(divide="ignore", invalid="ignore"):  # a response that vanishes by symmetry
                own = _positive(np.abs(spread[t] / values[-1, t]))
            axes.plot(points[-1], own, "s", ms=5, mfc="none", color=colour)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_title(symbol)
        axes.set_xlabel("k-points of the full mesh")
    figure.axes[0].set_ylabel("relative deviation from the finest mesh")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right upper")
    grids = ", ".join("×".join(str(n) for n in grid) for grid in result["convergence_grid"].values)
    style.note(figure, f"squares: estimated error of the finest mesh; meshes {grids}")
    return figure


def temperatures(stored: np.ndarray) -> list[int]:
    """Indices of the stored temperatures nearest to the wanted ones, each once."""
    return sorted({int(np.argmin(np.abs(stored - wanted))) for wanted in WANTED})


def deviation(value_m: np.ndarray) -> np.ndarray:
    """|x − x_finest|/|x_finest| of every mesh, NaN where nothing is left to show on a logarithmic axis."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _positive(np.abs(value_m / value_m[-1] - 1))


def _positive(value: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(value) & (value > 0), value, np.nan)
