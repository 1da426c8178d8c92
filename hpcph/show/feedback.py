"""Where the linear response with feedback has a solution, and how it amplifies there."""

import numpy as np
import xarray as xr

from hpcph.response.feedback import solvable
from hpcph.result.thermal import FEEDBACK_AMPLIFICATION, FEEDBACK_EIGENVALUE, FEEDBACK_GAMMA_LL_TOTAL

SAME = 1e-9  # of η: what an axis that Γ keeps may differ by from 1/(1 − γ^LL)


def supercritical(result: xr.Dataset) -> np.ndarray:
    """(t, r) bool; results of earlier versions have no eigenvalues, and η wherever there is a solution."""
    if FEEDBACK_EIGENVALUE.variable in result:
        return ~solvable(result[FEEDBACK_EIGENVALUE.variable].values)
    return np.isnan(result[FEEDBACK_AMPLIFICATION.variable].values)


def turned(result: xr.Dataset) -> np.ndarray:
    """Where η is not 1/(1 − γ^LL), since Γ turns what is driven away from the axis, (t, r) bool."""
    eta, gamma = (result[q.variable].values for q in (FEEDBACK_AMPLIFICATION, FEEDBACK_GAMMA_LL_TOTAL))
    straight = np.abs(eta * (1 - gamma) - 1) <= SAME
    return ~supercritical(result) & ~straight
