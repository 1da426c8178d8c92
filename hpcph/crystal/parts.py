"""What of a block of k-points is computed at a time: no more than fits in memory, however many modes there are."""

from itertools import pairwise

import numpy as np

from hpcph.crystal.mesh import block_size, blocks

AT_WORK = 72 << 20  # bytes that a rank has at work at a time; of 90 modes and fewer every block fits
PER_ELEMENT = 256  # bytes a point and element of D: with its derivatives, eigenvectors, and what is made of them


def at_once(modes: int, room: int) -> int:
    """k-points whose matrices, and what is made of them, fit in so many bytes; one at least."""
    return max(1, room // (PER_ELEMENT * modes**2))


def parts(q_kc: np.ndarray, block: slice, modes: int, room: int) -> list[slice]:
    """All of a block of points (k, 3) at a time, but where blocks had to grow, or do not fit in so many bytes."""
    most, found = at_once(modes, room), []
    for run in blocks(q_kc[block], block_size(modes)):
        points = run.stop - run.start
        count = -(-points // most)
        edges = [block.start + run.start + points * i // count for i in range(count + 1)]
        found += [slice(low, high) for low, high in pairwise(edges)]
    return found
