"""A stage of a run: blocks that are handed out to ranks, and what is done with one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hpcph.result.quantity import Dataset

POINTS = "k-points"


@dataclass(frozen=True)
class Stage:
    """Blocks of points and what is done with one: a row of partial sums (or None), and pieces of maps.

    points : how many in all; noun : what they are
    blocks : ranges of the dimension of the maps that blocks divide
    width : length of the row of partial sums, 0 for none
    """

    name: str
    points: int
    blocks: list[slice]
    maps: list[Dataset]
    width: int
    work: Callable[[slice], tuple[np.ndarray | None, dict[str, np.ndarray]]]
    noun: str = POINTS
