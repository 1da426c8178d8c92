"""Words about samples, coupling and scale that figures of the feedback share."""

import numpy as np
import xarray as xr

from hpcph.figures.style import number

NM = 1e-9


def nearest(result: xr.Dataset, radius: float) -> int:
    """Index of the stored radius that is nearest to this one (m)."""
    return int(np.argmin(np.abs(result["radius"].values - radius)))


def radius_text(radius: float) -> str:
    """Such as 20 nm."""
    return f"{radius / NM:.4g} nm"


def assumptions(result: xr.Dataset) -> str:
    """The feedback scale where it is not 1, and a coupling that screens; empty otherwise."""
    scale = float(result.attrs.get("feedback_scale", 1.0))
    words = [] if scale == 1 else [f"feedback scale {number(scale)} (multiplies χ; first principles: 1)"]
    if result.attrs.get("coupling") == "antiparallel":
        words.append("antiparallel coupling")
    return "; ".join(words)
