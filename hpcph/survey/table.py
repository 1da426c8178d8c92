"""The table of a survey: a row for every crystal, a column for everything that crystals are sorted by."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np


class ColumnKind(Enum):
    """What stands in a column."""

    TEXT = "text"
    FLAG = "flag"
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """One number, word or mark of every crystal.

    errors : has it errors of mesh and lattice, in the columns {name}_error and {name}_lattice_error?
    """

    name: str
    kind: ColumnKind
    unit: str
    symbol: str
    description: str
    errors: bool = False


@dataclass(frozen=True)
class SurveyTable:
    """Rows of a survey, in the order of their names.

    temperature : K, of the numbers that depend on it
    values : by name, ndarray (n,): float, NaN where there is no number, of NUMBER and COUNT; str of TEXT; bool of FLAG
    """

    title: str
    temperature: float
    columns: tuple[Column, ...]
    values: Mapping[str, np.ndarray]
