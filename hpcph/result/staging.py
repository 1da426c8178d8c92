"""Pieces of maps in memory: side by side, and in portions.

A piece is a range along spec.along with its numbers.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from hpcph.result.quantity import Dataset

Piece = tuple[slice, np.ndarray]


class Staging:
    """Memory that the maps of a round share: fresh pages cost more than the copy."""

    def __init__(self) -> None:
        self._bytes = np.empty(0, np.uint8)

    def side_by_side(self, spec: Dataset, values: Sequence[np.ndarray]) -> np.ndarray:
        """Numbers of neighbouring pieces as one array, until the next call."""
        shape, dtype = list(spec.shape), np.dtype(spec.dtype)
        shape[spec.along] = sum(v.shape[spec.along] for v in values)
        size = int(np.prod(shape)) * dtype.itemsize
        if self._bytes.size < size:
            self._bytes = np.empty(size, np.uint8)
        return np.concatenate(values, axis=spec.along, out=self._bytes[:size].view(dtype).reshape(shape))


def portions(pieces: Sequence[Piece], most: int, along: int) -> Iterator[list[Piece]]:
    """The same pieces in groups of at most `most` rows; longer ones are cut."""
    portion: list[Piece] = []
    room = most
    for rows, values in pieces:
        for low in range(rows.start, rows.stop, most):
            part = slice(low, min(low + most, rows.stop))
            if part.stop - part.start > room:
                yield portion
                portion, room = [], most
            inside = slice(part.start - rows.start, part.stop - rows.start)
            portion.append((part, values[(slice(None),) * along + (inside,)]))
            room -= part.stop - part.start
    if portion:
        yield portion
