"""Points of planes that the point group and time reversal carry into each other: one of each star is enough.

Numbers along an axis n are the same at all of them where an operation keeps the axis, R n = ±n: those of two components
along it, such as n·χ·n, change by nothing. A pseudoscalar, such as l·k̂, changes its sign with every improper operation;
time reversal turns both l and k̂ round.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import AT_GAMMA, reciprocal_rotations

KEPT = 1e-10  # |R n ∓ n| of an operation that keeps the axis: numbers along it change by less than that part


@dataclass(frozen=True)
class Stars:
    """Which points are computed, and which of them every point is an image of.

    first_r : ndarray (r,) int, flat indices of the points that are computed, ascending
    star_k : ndarray (k,) int, of every point its place in `first_r`
    parity_k : ndarray (k,) int8, −1 where an improper operation makes it, else 1
    """

    first_r: np.ndarray
    star_k: np.ndarray
    parity_k: np.ndarray


def apart(points: int) -> Stars:
    """Every point by itself."""
    every = np.arange(points)
    return Stars(every, every, np.ones(points, np.int8))


def on_planes(structure: Structure, axis: np.ndarray, q_ijpc: np.ndarray) -> Stars:
    """Stars of the points of planes of constant q_c, whose steps along a* and b* lead once around the zone.

    axis : ndarray (3,), unit vector; operations that keep it carry such planes to such planes where it is along c
    q_ijpc : ndarray (i, j, p, 3) fractional, −½ … ½ along a* and b*, both included
    """
    shape, level, across = q_ijpc.shape[:3], q_ijpc[0, 0, :, 2], q_ijpc[:, :, :1, :2]
    steps = np.array(shape[:2]) - 1
    lowest, parity = np.arange(np.prod(shape)).reshape(shape), np.ones(shape, np.int8)
    for rotation, sign in zip(*_keeping(structure, axis), strict=True):
        apart = rotation[2, 2] * level[:, None] - level
        same = np.abs(apart - np.rint(apart)) < AT_GAMMA
        shift = level[:, None] * rotation[:2, 2] if rotation[:2, 2].any() else 0.0  # else all planes turn alike
        step = (across @ rotation[:2, :2].T + shift + 0.5) * steps
        whole = np.rint(step)
        place = whole.astype(int) % steps
        image = (place[..., 0] * shape[1] + place[..., 1]) * shape[2] + same.argmax(axis=1)
        on = np.all(np.abs(step - whole) < AT_GAMMA * steps, axis=-1) & same.any(axis=1)
        lower = on & (image < lowest)
        lowest[lower], parity[lower] = image[lower], sign
    first, star = np.unique(lowest, return_inverse=True)
    return Stars(first, star.ravel(), parity.ravel())


def _keeping(structure: Structure, axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Operations that keep an axis and planes of constant q_c, each with time reversal and without, on fractional wave
    vectors, (g, 3, 3) int; their parities (g,)."""
    turned = structure.rotations_cartesian @ axis
    off = np.minimum(np.abs(turned - axis).max(axis=1), np.abs(turned + axis).max(axis=1))
    onto = reciprocal_rotations(structure.rotations)
    kept = (off < KEPT) & np.all(onto[:, 2, :2] == 0, axis=1)
    parity = np.rint(np.linalg.det(structure.rotations[kept]))
    return np.concatenate([onto[kept], -onto[kept]]), np.concatenate([parity, parity])
