"""Bands of estimated errors: dark that of the mesh, around it and lighter what the supercell leaves open as well."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from hpcph.show import axis, doubt

Errors = Mapping[str, np.ndarray]  # by source
SHADES = {"mesh": (0.3, 3.5), "lattice": (0.15, 1.5)}  # opacity of a band; width of a bar
WORDS = {"mesh": "estimated error of the mesh", "lattice": "what the supercell of the force constants leaves open"}
FAINTEST, EDGE = 0.12, 0.5  # opacity of bands upon each other; of the thin line around each, which narrow ones need
UNSEEN = 0.01  # of the error of the mesh


def along(result: xr.Dataset, variable: str) -> Errors:
    """Of components along the axis of vectors."""
    return {source: axis.reach(result, name) for source, name in doubt.beside(result, variable).items()}


def diagonal(result: xr.Dataset, variable: str) -> Errors:
    """Of n·X·n of tensors."""
    return {source: axis.spread(result, name) for source, name in doubt.beside(result, variable).items()}


def together(errors: Errors) -> np.ndarray | float:
    """All parts of an error added up, 0 where it is unknown."""
    return sum((np.nan_to_num(error) for error in errors.values()), start=0.0)


def draw(axes: Axes, x: np.ndarray, value: np.ndarray, errors: Errors, colour, *, curves: int = 1) -> None:
    """Bands around a curve, bars at a single point.

    curves : number of curves whose bands may lie upon each other
    """
    outer = np.zeros_like(value)
    for source, error in errors.items():
        outer = outer + np.nan_to_num(error)
        opacity, width = SHADES[source]
        low, high = value - outer, value + outer
        opacity = max(opacity / np.sqrt(curves), FAINTEST)
        if len(x) > 1:
            inside, edge = to_rgba(colour, opacity), to_rgba(colour, EDGE)
            axes.fill_between(x, low, high, fc=inside, ec=edge, lw=0.3, zorder=1.5, gid=source)
        else:
            axes.vlines(x, low, high, lw=width, color=colour, alpha=opacity, gid=source)


def words(errors: Errors) -> str:
    """What the bands are, empty where there are none."""
    seen = {source: size for source, error in errors.items() if (size := float(np.nanmax(error, initial=0)))}
    if len(seen) < 2:
        return "".join(f"bands: {WORDS[source]}" for source in seen)
    if seen["lattice"] < UNSEEN * seen["mesh"]:
        return f"bands: {WORDS['mesh']}; {WORDS['lattice']} is below {UNSEEN:.0%} of it"
    return f"bands: {WORDS['mesh']} (dark), added to it {WORDS['lattice']} (light)"
