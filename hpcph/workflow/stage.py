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
    blocks : ranges of the dimension of the maps that blocks divide, of the points where `spread` makes them
    width : length of the row of partial sums, 0 for none
    spread : of a stage whose blocks' numbers stand side by side in the row, and are not added: the whole maps that
        follow from it
    """

    name: str
    points: int
    blocks: list[slice]
    maps: list[Dataset]
    width: int
    work: Callable[[slice], tuple[np.ndarray | None, dict[str, np.ndarray]]]
    noun: str = POINTS
    spread: Callable[[np.ndarray], dict[str, np.ndarray]] | None = None

    def points_from(self, block: int) -> int:
        """How many points are in this block and those after it."""
        return sum(one.stop - one.start for one in self.blocks[block:])

    @property
    def row_bytes(self) -> int:
        """Bytes of the rows of all its blocks, or of the one that they stand in."""
        return 8 * self.width * (len(self.blocks) if self.spread is None else 1)

    @property
    def map_bytes(self) -> int:
        """Bytes of its maps."""
        return sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in self.maps)

    @property
    def pieces(self) -> list[Dataset]:
        """The maps that blocks make pieces of."""
        return self.maps if self.spread is None else []
