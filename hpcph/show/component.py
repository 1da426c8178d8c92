"""The one component that a figure shows: along the axis, or the largest that symmetry leaves where it forbids that."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hpcph.show import axis, doubt, symmetry


@dataclass(frozen=True)
class Choice:
    """A contraction of vectors with (3,), or of tensors with (3, 3).

    index : below a symbol, such as z, xy
    words : which it is, empty along the axis
    """

    index: str
    weight: np.ndarray
    words: str = ""

    def of(self, values: np.ndarray) -> np.ndarray:
        """The component."""
        return _contracted(values, self.weight)

    def errors(self, result: xr.Dataset, variable: str) -> Mapping[str, np.ndarray]:
        """Bounds of its errors by source, from those of the Cartesian components that have a part in it."""
        share = np.abs(self.weight)
        found = {source: result[name].values for source, name in doubt.beside(result, variable).items()}
        return {source: _contracted(np.where(share > 0, error, 0.0), share) for source, error in found.items()}


def of_tensor(result: xr.Dataset, variable: str) -> Choice | None:
    """n·X·n, or the largest independent component where the group forbids it; None where it forbids all."""
    every = symmetry.shown(result, variable)
    if not every:
        return None
    one = max(every, key=lambda other: np.nanmax(np.abs(other.of(result[variable].values)), initial=0))
    if not one.name:
        return Choice(axis.name(result) * 2, one.weight)
    words = f"symmetry forbids the component along the axis; shown is {one.name}"
    return Choice(one.name.split(" ")[0].lstrip("−"), one.weight, words)


def of_answer(result: xr.Dataset, variable: str) -> Choice | None:
    """Of a vector that a gradient along the axis makes, as `of_tensor`."""
    every = symmetry.answers(result, variable)
    if not every:
        return None
    values = result[variable].values
    index, n = max(every.items(), key=lambda other: np.nanmax(np.abs(values @ other[1]), initial=0))
    if not index:
        return Choice(axis.name(result), axis.unit(result))
    return Choice(index, n, f"symmetry forbids the component along the axis; shown is {index}")


def _contracted(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.tensordot(values, weight, axes=weight.ndim)
