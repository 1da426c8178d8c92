"""The wave vectors of phono3py's collision matrices, in its order, and their symmetry."""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import preserving, star_operations, stars


@dataclass(frozen=True)
class Points:
    """Grid points of a mesh through Γ, first division running fastest: all, or the first of every star.

    divisions : ndarray (3,) int
    q_kc : ndarray (k, 3) fractional
    row : ndarray (d,) int, k of every point of the whole mesh, the last division running fastest
    arms_k : ndarray (k,) int, points of the star that a point stands for
    components : 3 where the deviation of a mode is a vector that turns with the star, 1 where each direction of the
        gradient is solved for by itself
    operations : ndarray (g, 3, 3) Cartesian operations over which tensors are averaged
    order : number of operations on wave vectors, time reversal included
    """

    divisions: np.ndarray
    q_kc: np.ndarray
    row: np.ndarray
    arms_k: np.ndarray
    components: int
    operations: np.ndarray
    order: int

    @property
    def weight_k(self) -> np.ndarray:
        """Fraction of the zone that a point stands for, (k,)."""
        return self.arms_k / len(self.row)

    @property
    def scale_k(self) -> np.ndarray:
        """√(arms/order), which makes the matrix of irreducible points symmetric, (k,)."""
        return np.sqrt(self.arms_k / self.order)


def every_point(structure: Structure, divisions: np.ndarray) -> Points:
    """Those of the reducible matrix."""
    steps = _steps(divisions)
    number = _number(steps, divisions)
    operations = structure.rotations_cartesian[preserving(structure, divisions, np.zeros(3))]
    one = np.ones(len(steps), int)
    return Points(divisions, steps[np.argsort(number)] / divisions, number, one, 1, operations, 1)


def irreducible_points(structure: Structure, divisions: np.ndarray) -> Points:
    """Those of the irreducible matrix: of every star under point group and time reversal the lowest number."""
    steps = _steps(divisions)
    number, star = _number(steps, divisions), stars(structure, divisions)
    lowest = np.full(len(steps), len(steps))
    np.minimum.at(lowest, star, number)
    numbers, row, arms = np.unique(lowest[star], return_inverse=True, return_counts=True)
    q = steps[np.argsort(number)[numbers]] / divisions
    operations = structure.rotations_cartesian[preserving(structure, divisions, np.zeros(3))]
    return Points(divisions, q, row.ravel(), arms, 3, operations, len(star_operations(structure, divisions)))


def _steps(divisions: np.ndarray) -> np.ndarray:
    """All points in whole steps, the last division running fastest, (d, 3) int."""
    return np.stack(np.unravel_index(np.arange(divisions.prod()), tuple(divisions)), axis=-1)


def _number(steps: np.ndarray, divisions: np.ndarray) -> np.ndarray:
    a, b, c = np.moveaxis(steps, -1, 0)
    return a + divisions[0] * (b + divisions[1] * c)
