"""What a crystal's group leaves of tensors and of what a gradient makes; an older result names no group."""

import numpy as np
import xarray as xr

from hpcph.crystal.handedness import Component
from hpcph.response import independent
from hpcph.result.crystal import CRYSTAL_POINT_GROUP
from hpcph.result.tensors import DRIVEN, TENSORS


def shown(result: xr.Dataset, variable: str) -> list[Component]:
    """Of a tensor the component along the axis, or where the group forbids it the independent ones."""
    return independent.shown(TENSORS[variable], group(result), np.asarray(result.attrs["axis"], float))


def allowed(result: xr.Dataset, variable: str) -> np.ndarray:
    """Which components of a tensor may be other than zero, (3, 3) bool."""
    return independent.allowed(TENSORS[variable], group(result))


def forbids(result: xr.Dataset, variable: str) -> bool:
    """Does the group forbid the component along the axis of a tensor, or of a vector that a gradient makes?"""
    operations, axis = group(result), np.asarray(result.attrs["axis"], float)
    if variable in DRIVEN:
        return "" not in independent.answers(DRIVEN[variable], operations, axis)
    return variable in TENSORS and all(one.name for one in independent.shown(TENSORS[variable], operations, axis))


def group(result: xr.Dataset) -> np.ndarray:
    """Its operations (g, 3, 3), Cartesian."""
    name = CRYSTAL_POINT_GROUP.variable
    return result[name].values if name in result else np.eye(3)[None]
