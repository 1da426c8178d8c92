"""η between the samples of a result: Γ falls as r⁻² where proportions are kept."""

import numpy as np
import xarray as xr

from hpcph.response import amplification
from hpcph.response.feedback import Coupling, amplified, coupling_tensor
from hpcph.result.tensors import (
    FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL,
    THERMAL_GAMMA_NL,
)
from hpcph.result.thermal import FEEDBACK_CRITICAL_RADIUS, FEEDBACK_GAMMA_LL_TOTAL, FEEDBACK_INVERSE_INERTIA
from hpcph.show import axis, doubt

CHI = (FEEDBACK_SUSCEPTIBILITY_DIAGONAL.variable, FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL.variable)


def between(result: xr.Dataset, radius: np.ndarray, total_tr: np.ndarray) -> np.ndarray:
    """η at radii (r,) in m whose γ^LL is total_tr, (t, r); NaN where it does not exist or is not known."""
    critical = result[FEEDBACK_CRITICAL_RADIUS.variable].values[:, None]
    solvable = ~(radius <= critical) & (total_tr < 1)
    if FEEDBACK_INVERSE_INERTIA.variable not in result:  # of an earlier version, whose η was that of γ^LL
        return np.where(solvable, 1 / np.where(solvable, 1 - total_tr, 1), np.nan)
    return _amplified(result, radius, total_tr, solvable).along


def errors(result: xr.Dataset, radius: np.ndarray, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Known errors of η by source, (t, r); found : γ^LL as `total` and η as `amplification` at the radii."""
    total, eta = found["total"], found["amplification"]
    reference = float(result["radius"].values[0])
    straight = {
        source: eta**2 * result[name].values[:, :1] * (reference / radius) ** 2
        for source, name in doubt.beside(result, FEEDBACK_GAMMA_LL_TOTAL.variable).items()
    }
    if FEEDBACK_INVERSE_INERTIA.variable not in result or THERMAL_GAMMA_NL.variable not in result:
        return straight
    whole = _amplified(result, radius, total, ~np.isnan(eta))
    if whole.kept.all():
        return straight
    n, inverse = axis.unit(result), _inverse(result, radius)
    strength = float(result.attrs["feedback_scale"])
    gamma = strength * _sign(result) * np.einsum("tij,rjk->trik", _chi(result), inverse)
    driven = result[THERMAL_GAMMA_NL.variable].values @ n
    for source in straight:
        chi = sum(result[doubt.beside(result, name)[source]].values for name in CHI)
        opened = strength * np.einsum("tij,rjk->trik", chi, np.abs(inverse))
        flow = result[doubt.beside(result, THERMAL_GAMMA_NL.variable)[source]].values @ np.abs(n)
        slanted, _ = amplification.errors(gamma, opened, n, driven, flow, whole)
        straight[source] = np.where(whole.kept, straight[source], slanted)
    return straight


def _amplified(
    result: xr.Dataset, radius: np.ndarray, total_tr: np.ndarray, solvable_tr: np.ndarray
) -> amplification.Amplification:
    n, flow = axis.unit(result), THERMAL_GAMMA_NL.variable
    own, tensor = coupling_tensor(
        _chi(result), _inverse(result, radius), float(result.attrs["feedback_scale"]) * _sign(result)
    )
    driven = result[flow].values @ n if flow in result else None
    return amplified(own, tensor, total_tr, n, driven, solvable_tr)


def _chi(result: xr.Dataset) -> np.ndarray:
    diagonal, off_diagonal = (result[name].values for name in CHI)
    return diagonal + off_diagonal


def _inverse(result: xr.Dataset, radius: np.ndarray) -> np.ndarray:
    """V_sample I⁻¹ at radii, in the proportions of the first sample, (r, 3, 3)."""
    first = result[FEEDBACK_INVERSE_INERTIA.variable].values[0]
    return first * (float(result["radius"].values[0]) / radius[:, None, None]) ** 2


def _sign(result: xr.Dataset) -> int:
    return Coupling[result.attrs["coupling"].upper()].value
