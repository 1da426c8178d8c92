"""The errors that a result has beside its numbers: of the mesh, and of what the supercell leaves open."""

import numpy as np
import xarray as xr

from hpcph.result.thermal import FEEDBACK_CRITICAL_RADIUS, FEEDBACK_GAMMA_LL_TOTAL
from hpcph.show.numbers import SOURCES


def beside(result: xr.Dataset, variable: str) -> dict[str, str]:
    """Variables that hold the errors of one, by their source, where these are known."""
    names = {source: f"{variable}_{kind}" for kind, source in SOURCES.items()}
    return {source: name for source, name in names.items() if name in result and np.isfinite(result[name].values).any()}


def critical_radius(result: xr.Dataset) -> list[np.ndarray]:
    """Known errors (t,) of the critical radius in m, which goes like √γ^LL."""
    radius, gamma = (
        result[FEEDBACK_CRITICAL_RADIUS.variable].values,
        result[FEEDBACK_GAMMA_LL_TOTAL.variable].values[:, 0],
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        share = radius / np.abs(2 * gamma)
    return [share * result[name].values[:, 0] for name in beside(result, FEEDBACK_GAMMA_LL_TOTAL.variable).values()]
