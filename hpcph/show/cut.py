"""A finite sample as it is shown: values on the plane through its axis, in lengths of its own size."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from hpcph.result.sample import SAMPLE_AMPLIFICATION, SAMPLE_STRAY_FIELD, SAMPLE_STRAY_Z, SAMPLE_TEMPERATURE_FIELD

ALONG = 2  # component along the axis
PREFIXES = ((1e-9, "nm"), (1e-6, "µm"), (1e-3, "mm"), (1.0, "m"))
FLAT = 0.01  # of the temperature: smaller differences are shown as such


def is_round(result: xr.Dataset) -> bool:
    """Whether the sample is a cylinder, of which a half plane is stored."""
    return str(result.attrs["sample_shape"]) == "cylinder"


def has_feedback(result: xr.Dataset) -> bool:
    """Whether the feedback has a solution; where it has none, fields with it are NaN."""
    return bool(np.isfinite(float(result[SAMPLE_AMPLIFICATION.variable])))


def middle(result: xr.Dataset, variable: str) -> np.ndarray:
    """Values (z, x, …) on the plane y ≈ 0; of a cylinder both of its halves, vectors along the axis unchanged."""
    values = result[variable].isel(y=result.sizes["y"] // 2).values
    return np.concatenate([values[:, :0:-1], values], axis=1) if is_round(result) else values


def temperature(result: xr.Dataset) -> tuple[np.ndarray, float]:
    """T (z, x) on that plane above a base, K: the lowest where T is nearly the same everywhere, else 0."""
    values = middle(result, SAMPLE_TEMPERATURE_FIELD.variable)
    base = float(values.min()) if np.ptp(values) < FLAT * values.max() else 0.0
    return values - base, base


@dataclass(frozen=True)
class Plane:
    """x and z of middle in units of length, what those are, and the aspect of the axes."""

    x: np.ndarray
    z: np.ndarray
    across: str
    along: str
    aspect: Literal["equal", "auto"]


def plane(result: xr.Dataset) -> Plane:
    """Long and flat samples have a unit for either direction, others are drawn as they are."""
    x, z = result["x"].values, result["z"].values
    x = np.concatenate([-x[:0:-1], x]) if is_round(result) else x
    like = 0.4 < np.ptp(z) / np.ptp(x) < 6
    across, along = (length_unit(max(x[-1], z[-1]) if like else length) for length in (x[-1], z[-1]))
    return Plane(x / across[0], z / along[0], across[1], along[1], "equal" if like else "auto")


def outside(result: xr.Dataset) -> tuple[list[tuple[str, np.ndarray, np.ndarray]], str]:
    """On the axis outside by side: its name, distances from the nearer face, B_z in T; and the unit of the distances.

    The sides are above the top and below the bottom.
    """
    z, top = result[SAMPLE_STRAY_Z.variable].values, float(result["z"].values[-1])
    field = result[SAMPLE_STRAY_FIELD.variable].values[:, ALONG]
    factor, unit = length_unit(float(result["x"].values[-1]))
    sides = (("above the top", z > top, z - top), ("below the bottom", z < 0, -z))
    return [(name, away[chosen] / factor, field[chosen]) for name, chosen, away in sides], unit


def length_unit(length: float) -> tuple[float, str]:
    """The largest unit that is no longer than a length, its size in m and its name."""
    return next((f, u) for f, u in reversed(PREFIXES) if length >= f or u == "nm")
