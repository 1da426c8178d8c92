"""The axis of gradient, angular momentum and sample: every vector is shown by its component along it."""

import numpy as np
import xarray as xr

from hpcph.result.quantity import ERRORS, Quantity
from hpcph.show import symmetry


def unit(result: xr.Dataset) -> np.ndarray:
    """The axis, ndarray (3,), Cartesian unit vector."""
    axis = np.asarray(result.attrs["axis"], float)
    return axis / np.linalg.norm(axis)


def name(result: xr.Dataset) -> str:
    """Index of components along the axis: x, y, z, or n with another direction."""
    found = np.flatnonzero(unit(result) > 1 - 1e-12)
    return "xyz"[found[0]] if found.size else "n"


def meaning(result: xr.Dataset) -> str:
    """What the index n stands for; empty for x, y, z."""
    if name(result) != "n":
        return ""
    return f"n = ({', '.join(f'{component:.4g}' for component in unit(result))}), the axis of gradient and sample"


def along(result: xr.Dataset, variable: str) -> np.ndarray:
    """Components along the axis of vectors, the last dimension being Cartesian; 0 where symmetry forbids them."""
    return _free(result, variable) * (result[variable].values @ unit(result))


def of_modes(result: xr.Dataset, definite: Quantity, mean: Quantity) -> np.ndarray:
    """Components along the axis of what modes carry, of degenerate sets by definite value; an older file has means."""
    return result[definite.variable].values if definite.variable in result else along(result, mean.variable)


def diagonal(result: xr.Dataset, variable: str) -> np.ndarray:
    """n·X·n of tensors, the last two dimensions being Cartesian; 0 where symmetry forbids it."""
    n = unit(result)
    return _free(result, variable) * (result[variable].values @ n @ n)


def reach(result: xr.Dataset, variable: str) -> np.ndarray:
    """Bound of the error of a component along the axis from the errors of the Cartesian ones."""
    return _free(result, variable) * (result[variable].values @ np.abs(unit(result)))


def spread(result: xr.Dataset, variable: str) -> np.ndarray:
    """Bound of the error of n·X·n from the errors of the components."""
    n = np.abs(unit(result))
    return _free(result, variable) * (result[variable].values @ n @ n)


def _free(result: xr.Dataset, variable: str) -> float:
    """0 of a component along the axis that symmetry forbids, or of its errors, 1 of others."""
    kind = next((kind for kind in ERRORS if variable.endswith(f"_{kind}")), "")
    return 0.0 if symmetry.forbids(result, variable.removesuffix(f"_{kind}")) else 1.0
