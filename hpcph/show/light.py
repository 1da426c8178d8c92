"""The response to light as it is shown: components along the axis, with their symbols and units."""

import numpy as np
import xarray as xr

from hpcph.result.light import MEANS
from hpcph.show import axis

COMPONENTS = {"xx": (0, 0), "yy": (1, 1), "zz": (2, 2), "xy": (0, 1), "yz": (1, 2), "zx": (2, 0)}
NOISE = 1e-9  # of the largest element: what is smaller vanishes by symmetry


def along(result: xr.Dataset, name: str) -> np.ndarray:
    """χ_{n;μν} of the axis n, (…, 3, 3) complex, without the rounding errors of elements that vanish by symmetry.

    name : variable (w, 3, 3, 3, …); its size is measured over all frequencies
    """
    chi = np.einsum("wlmn...,l->wmn...", result[name].values, axis.unit(result))
    limit = NOISE * np.abs(chi).max(initial=0)
    return np.where(np.abs(chi.real) > limit, chi.real, 0) + 1j * np.where(np.abs(chi.imag) > limit, chi.imag, 0)


def mean(result: xr.Dataset, name: str) -> np.ndarray:
    """Means of an observable along the axis under the polarizations of the light, (w, p), cleaned in the same way."""
    values = axis.along(result, MEANS[name].variable)
    return np.where(np.abs(values) > NOISE * np.abs(values).max(initial=0), values, 0)
