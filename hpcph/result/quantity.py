"""A dataset of result.h5, said once: writing, reading back, checks, errors, labels and the list of them follow."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

import numpy as np

ERRORS = {  # kinds of them
    "error": "estimated absolute error of the mesh sum",
    "lattice_error": "absolute error of what the supercell of the force constants leaves open",
}


MORE = "; "  # ends the name that a description begins with
PER_AREA = {"1": "m", "Pa": "N m-1"}  # units times a metre that are not a power of it more


class Kind(StrEnum):
    """What numbers a dataset may hold: `fraction` is of lattice vectors, `rising` is positive too."""

    FINITE = "finite"
    NUMBER = "number"  # NaN too
    POSITIVE = "positive"
    RISING = "rising"
    FRACTION = "fraction"
    TEXT = "text"
    COMPLEX = "complex"


@dataclass(frozen=True)
class Dataset:
    """A dataset to be written: its path, unit and description, and the names of its axes.

    An axis name that is the path of another dataset makes that its dimension scale; others get one in the root, where
    netCDF readers look for it.
    dtype : of NumPy, str of words; along : of a map, the dimension that blocks divide
    solved : by an iterative solver, whose sums depend on the number of ranks
    """

    name: str
    shape: tuple[int, ...]
    unit: str
    description: str
    axes: tuple[str, ...]
    dtype: Any = np.float64
    value: Any = None
    along: int = 0
    solved: bool = False


@dataclass(frozen=True)
class Quantity:
    """What a dataset is, whatever its numbers are.

    description : the name in words, such as an axis of a plot has, and behind MORE what else there is to know
    axes : of every dimension the name, or the path of the quantity that measures it
    symbol : as in labels, such as γ^NL
    optional : there are results with its section and without it; section : whose readers need it, if not its group's
    errors : its errors may stand beside it; meshed : that of a mesh among them
    solved, solved_errors : the Boltzmann equation changes it, or them
    closing : stands in summary.json, as what a run says in the end
    density : is per volume, so that a layer has it per area too
    dtype, along : of maps, see Dataset
    """

    path: str
    axes: tuple[str, ...]
    unit: str
    description: str
    kind: Kind = Kind.FINITE
    optional: bool = False
    errors: bool = False
    meshed: bool = True
    solved: bool = False
    solved_errors: bool = False
    closing: bool = False
    density: bool = False
    section: str = ""
    symbol: str = ""
    dtype: Any = np.float64
    along: int = 0

    @property
    def group(self) -> str:
        """Section of the file that lacks something without it."""
        return self.section or "/" + self.path.split("/")[1]

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def variable(self) -> str:
        """Name in an opened result; axes have their last name alone."""
        return self.name if self.axes == (self.path,) else self.path.strip("/").replace("/", "_")

    @property
    def long_name(self) -> str:
        """The name in words, as CF has it."""
        return long_name(self.description)

    @property
    def axis_names(self) -> list[str]:
        """Last names of the axes."""
        return [axis.rpartition("/")[2] for axis in self.axes]

    def of(self, value) -> Dataset:
        """With its numbers, or words."""
        shown = (self.path, np.shape(value), self.unit, self.description, self.axes)
        if self.kind is Kind.TEXT:
            return Dataset(*shown, str, list(value))
        array = np.asarray(value)
        return Dataset(*shown, array.dtype, array, solved=self.solved)

    def shaped(self, *shape: int) -> Dataset:
        """With room for its numbers, which blocks fill."""
        return Dataset(self.path, shape, self.unit, self.description, self.axes, self.dtype, along=self.along)

    def error(self, kind: str) -> Self:
        """The quantity that holds its errors of a kind."""
        return replace(
            self, path=f"{self.path}_{kind}", description=f"{self.long_name}, {ERRORS[kind]}", kind=Kind.NUMBER,
            optional=True, errors=False, solved=self.solved_errors, closing=False, density=False,
        )  # fmt: skip

    def per_area(self) -> Self:
        """The quantity that holds it times the height of the cell of a layer."""
        return replace(
            self, path=f"{self.path}_per_area", unit=times_metre(self.unit), density=False, optional=True,
            description=extended(self.description, ", per area of a layer", "times the height of the cell"),
        )  # fmt: skip

    def beside(self) -> list[Self]:
        """Quantities that may stand beside it."""
        return [self.error(kind) for kind in ERRORS if self.errors and (self.meshed or kind != "error")]


def long_name(description: str) -> str:
    """What a description begins with."""
    return description.partition(MORE)[0]


def extended(description: str, words: str, *more: str) -> str:
    """One whose name goes on with some words, and which has more to say in the end."""
    name, *rest = description.split(MORE)
    return MORE.join([f"{name}{words}", *rest, *more])


def times_metre(unit: str) -> str:
    """The unit of a quantity times a length."""
    if unit in PER_AREA:
        return PER_AREA[unit]
    parts = unit.split()
    for place, part in enumerate(parts):
        if re.fullmatch(r"m-?\d*", part):
            power = int(part[1:] or 1) + 1
            parts[place] = f"m{power}" if power else ""
            return " ".join(filter(None, parts))
    return " ".join([parts[0], "m", *parts[1:]])
