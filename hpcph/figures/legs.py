"""Legs of the path through the zone."""

import re
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.crystal.lattice import reciprocal
from hpcph.result.crystal import CRYSTAL_LATTICE
from hpcph.result.modes import BANDS_CORNER, BANDS_LABEL, BANDS_Q
from hpcph.show import axis

GAMMA = 1e-9  # |q| below which a point is Γ


@dataclass(frozen=True)
class Leg:
    """A straight piece of the path: its points are a slice, its ends have names."""

    points: slice
    start: str
    end: str

    @property
    def title(self) -> str:
        return f"{self.start}–{self.end}"


def legs(result: xr.Dataset) -> list[Leg]:
    """All legs in the order of the path."""
    corner, label = result[BANDS_CORNER.variable].values, [pretty(text) for text in result[BANDS_LABEL.variable].values]
    return [
        Leg(slice(int(a), int(b) + 1), start, end)
        for a, b, start, end in zip(corner[::2], corner[1::2], label[::2], label[1::2], strict=True)
    ]


def pretty(label: str) -> str:
    """Γ for GAMMA, lower indices, a true minus."""
    label = re.sub(r"^(GAMMA|Gamma|G)$", "Γ", str(label)).replace("-", "−")
    return re.sub(r"_(\w+)$", r"$_{\1}$", label)


def ticks(result: xr.Dataset) -> tuple[list[float], list[str]]:
    """Places and names of the corners; where the path jumps, both names: A|L."""
    distance = result["distance"].values
    places: list[float] = []
    names: list[str] = []
    for leg in legs(result):
        start, end = distance[leg.points][[0, -1]]
        if not names:
            places, names = [start], [leg.start]
        elif names[-1] != leg.start:
            names[-1] += f"|{leg.start}"
        places.append(end)
        names.append(leg.end)
    return places, names


def nearest_axis(result: xr.Dataset) -> Leg | None:
    """The leg from Γ that is nearest to the axis in direction; None where all are perpendicular to it."""
    vectors = reciprocal(result[CRYSTAL_LATTICE.variable].values)
    best, found = 1e-6, None
    for leg in legs(result):
        ends = result[BANDS_Q.variable].values[leg.points][[0, -1]]
        vector = (ends[1] - ends[0]) @ vectors
        length = float(np.linalg.norm(vector))
        if np.abs(ends).sum(axis=1).min() > GAMMA or not length:
            continue
        cosine = abs(float(vector @ axis.unit(result))) / length
        if cosine > best + 1e-9:
            best, found = cosine, leg
    return found


def wave_vectors(axes: Axes, result: xr.Dataset) -> None:
    """The horizontal axis of what is drawn along the path: ends of the legs, named."""
    places, names = ticks(result)
    for place in places[1:-1]:
        axes.axvline(place, color="0.6", lw=0.5, zorder=0)
    axes.set_xticks(places, names)
    axes.tick_params(axis="x", length=0, pad=5)
    axes.set_xlim(places[0], places[-1])
    axes.set_xlabel("wave vector")


def one(axes: Axes, result: xr.Dataset, leg: Leg) -> None:
    """The horizontal axis of what is drawn along one leg: its ends, named."""
    start, end = result["distance"].values[leg.points][[0, -1]]
    axes.set_xlim(start, end)
    axes.set_xticks([start, end], [leg.start, leg.end])
    axes.tick_params(axis="x", pad=5)
