"""What a survey looks at of a finished crystal: numbers of its result with their errors, and its group."""

from dataclasses import dataclass

import h5py
import numpy as np

from hpcph.crystal import handedness
from hpcph.crystal.lattice import Structure
from hpcph.response import independent
from hpcph.result.quantity import ERRORS, Quantity
from hpcph.result.tensors import TENSORS

ROOM = 300.0  # K
UNKNOWN = np.nan
Measured = tuple[float, ...]  # a number, and its errors by kind


@dataclass(frozen=True)
class Finished:
    """An open result.h5 and the structure that it is of."""

    file: h5py.File
    structure: Structure

    @property
    def attributes(self) -> dict:
        """Of the crystal and of where the result comes from."""
        return {**self.file["/crystal"].attrs, **self.file["/provenance"].attrs}

    @property
    def axis(self) -> np.ndarray:
        """Cartesian unit vector (3,)."""
        return np.asarray(self.attributes["axis"], float)

    @property
    def temperature(self) -> np.ndarray:
        """Temperatures of the sums, (t,) K; none without sums."""
        return self.file["/temperature"][...] if "/temperature" in self.file else np.zeros(0)

    @property
    def at(self) -> int:
        """Which of them is nearest to 300 K."""
        return int(np.argmin(np.abs(self.temperature - ROOM)))

    def __contains__(self, quantity: Quantity) -> bool:
        return quantity.path in self.file

    def of(self, quantity: Quantity) -> np.ndarray:
        """A dataset."""
        return self.file[quantity.path][...]

    def errors(self, quantity: Quantity) -> list[np.ndarray]:
        """Its errors by kind, NaN where unknown."""
        shape = self.file[quantity.path].shape
        paths = [f"{quantity.path}_{kind}" for kind in ERRORS]
        return [self.file[path][...] if path in self.file else np.full(shape, UNKNOWN) for path in paths]

    def tensor(self, quantity: Quantity) -> list[np.ndarray]:
        """A tensor with its errors at the temperature nearest to 300 K, (3, 3) each; nothing where it is not there.

        What the group forbids is 0 without error.
        """
        if quantity not in self:
            return []
        free = independent.allowed(TENSORS[quantity.variable], self.structure.rotations_cartesian)
        return [np.where(free, values[self.at], 0.0) for values in (self.of(quantity), *self.errors(quantity))]

    def along(self, quantity: Quantity) -> Measured:
        """The component of a tensor along the axis."""
        found = self.tensor(quantity)
        return _component(found, self.axis, self.axis) if found else nothing()

    def mean(self, quantity: Quantity) -> Measured:
        """A third of a tensor's trace."""
        found = self.tensor(quantity)
        return tuple(float(np.trace(part)) / 3 for part in found) if found else nothing()

    def largest(self, quantity: Quantity) -> Measured:
        """The largest answer to a cause of length one: the largest singular value of a tensor."""
        found = self.tensor(quantity)
        if not found:
            return nothing()
        left, _, right = np.linalg.svd(found[0])
        return _component(found, left[:, 0], right[0])

    def pseudoscalar(self, quantity: Quantity) -> Measured:
        """A number for each temperature, at that nearest to 300 K; 0 where the group has improper operations."""
        if quantity not in self:
            return nothing()
        if not handedness.is_sohncke(self.structure):
            return (0.0,) * (1 + len(ERRORS))
        return tuple(float(values[self.at]) for values in (self.of(quantity), *self.errors(quantity)))


def _component(tensor: list[np.ndarray], left: np.ndarray, right: np.ndarray) -> Measured:
    """left · tensor · right, and bounds of its errors; those that have no part in it may be unknown."""
    value, *errors = tensor
    wanted = handedness.Component("", np.outer(left, right))
    return float(wanted.of(value)), *(float(wanted.bound(error)) for error in errors)


def nothing() -> Measured:
    """Of what was not asked or is not known."""
    return (UNKNOWN,) * (1 + len(ERRORS))


def ratio(above: Measured, below: Measured) -> Measured:
    """A quotient whose errors add up."""
    if not below[0]:
        return nothing()
    value = above[0] / below[0]
    pairs = zip(above[1:], below[1:], strict=True)
    return (value, *(a / abs(below[0]) + abs(value * b / below[0]) for a, b in pairs))
