"""Sparse rows of a stencil: which nodes are coupled, which does not change, and how strongly, which does."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hpcph.heat.grid import Part

Offset = tuple[int, int, int]  # along z, y, x


@dataclass(frozen=True)
class Rows:
    """Rows of the nodes that a part owns. Fixed nodes are coupled to nothing: their row is the mean of the diagonal.

    offsets : where neighbours are, the node itself among them; valid : ndarray (k, j, i, offset) bool, what is stored
    pointer, column : of compressed rows, columns being numbers in the whole grid
    """

    part: Part
    fixed: np.ndarray
    offsets: list[Offset]
    valid: np.ndarray
    pointer: np.ndarray
    column: np.ndarray

    def values(self, stencil: dict[Offset, np.ndarray]) -> np.ndarray:
        """What is stored of a stencil on the seen nodes."""
        found = np.empty(self.valid.shape)
        for place, offset in enumerate(self.offsets):
            found[..., place] = stencil[offset][self.part.owned]
        centre = found[..., self.offsets.index((0, 0, 0))]
        centre[self.fixed] = centre.mean()
        return found[self.valid]


def rows(part: Part, fixed: np.ndarray, offsets: Iterable[Offset]) -> Rows:
    """fixed : bool, of the seen nodes (k, j, i)."""
    _, across, columns = part.grid.nodes
    offsets = sorted(offsets)
    valid = np.zeros((part.high - part.low, across, columns, len(offsets)), bool)
    for place, offset in enumerate(offsets):
        own, other = zip(*(_overlap(n, step) for n, step in zip(fixed.shape, offset, strict=True)), strict=True)
        free = np.zeros(fixed.shape, bool)
        free[own] = ~(fixed[own] | fixed[other])
        valid[..., place] = free[part.owned]
    valid[..., offsets.index((0, 0, 0))] = True
    flat = valid.reshape(-1, len(offsets))
    pointer = np.concatenate([[0], np.cumsum(flat.sum(axis=1))]).astype(np.int32)
    shift = np.array([(z * across + y) * columns + x for z, y, x in offsets], np.int32)
    number = np.arange(part.low * across * columns, part.high * across * columns, dtype=np.int32)
    return Rows(part, fixed[part.owned], offsets, valid, pointer, (number[:, None] + shift)[flat])


def _overlap(length: int, step: int) -> tuple[slice, slice]:
    """Positions that have a neighbour so many steps away, and those neighbours."""
    return slice(max(0, -step), length - max(0, step)), slice(max(0, step), length - max(0, -step))
