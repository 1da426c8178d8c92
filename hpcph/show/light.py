"""The response to light as it is shown: components along the axis, with their symbols and units."""

import numpy as np
import xarray as xr

from hpcph.crystal import handedness
from hpcph.result.light import MEANS, TENSORS
from hpcph.show import axis, symmetry

COMPONENTS = {"xx": (0, 0), "yy": (1, 1), "zz": (2, 2), "xy": (0, 1), "yz": (1, 2), "zx": (2, 0)}
OF_L = ("orbital_current", "carried_current")  # currents of the angular momentum along the axis
NOISE = 1e-9  # of the largest element in any direction: what is smaller vanishes by symmetry


def along(result: xr.Dataset, name: str) -> np.ndarray:
    """χ_{n;μν} of the axis n, (…, 3, 3) complex, without the rounding errors of elements that vanish by symmetry.

    name : variable (w, 3, 3, 3, …)
    """
    chi = np.einsum("wlmn...,l->wmn...", result[name].values, axis.unit(result))
    limit = NOISE * _size(result, name)
    return np.where(np.abs(chi.real) > limit, chi.real, 0) + 1j * np.where(np.abs(chi.imag) > limit, chi.imag, 0)


def forbidden(result: xr.Dataset, name: str) -> np.ndarray:
    """Which parts of χ_{n;μν} of an observable the point group forbids, (2, 3, 3) bool: Re is symmetric in μν, Im not.

    The charges of a model may break the group of its springs, and so does the direction of light in a crystal: what is
    forbidden is zero there only if the numbers are.
    """
    n, group = axis.unit(result), symmetry.group(result)
    own = np.kron(n, n) if name in OF_L else n  # of the indices of the observable
    axial = 0 if name == "peltier" else 1
    rank = 4 if name in OF_L else 3
    left = np.tensordot(own, handedness.projection(group, rank, axial).reshape(len(own), 3, 3, -1), axes=1)
    parts = 0.5 * np.stack([left + left.swapaxes(0, 1), left - left.swapaxes(0, 1)])
    return np.abs(parts).max(axis=-1) <= handedness.SAME


def mean(result: xr.Dataset, name: str) -> np.ndarray:
    """Means of an observable along the axis under the polarizations of the light, (w, p), cleaned in the same way."""
    values = axis.along(result, MEANS[name].variable)
    return np.where(np.abs(values) > NOISE * _size(result, TENSORS[name].variable), values, 0)


def _size(result: xr.Dataset, name: str) -> float:
    """The largest element of a tensor in all directions, at all frequencies; of currents of L that of either.

    Along the axis alone all may be rounding errors.
    """
    alike = [TENSORS[of].variable for of in OF_L]
    every = [name, *(of for of in alike if name in alike and of in result)]
    return max(float(np.abs(result[of].values).max(initial=0)) for of in every)
