"""Grids of nodes in a sample, and the planes of them that a rank owns.

Coordinates are those of the sample, z along its axis from the bottom (0) to the top. A cuboid has x and y from its
middle; a cylinder is the half plane y = 0, x ≥ 0, which stands for all half planes through its axis.

Every volume and area is a product of one factor a direction, so the same sums serve both shapes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np


@dataclass(frozen=True)
class Grid:
    """Nodes at the corners of equal cells; tuples are in the order x, y, z.

    position : ndarrays (i,), (j,), (k,) in m
    measure : ndarrays (i,), (j,), (k,), whose product is the volume that belongs to a node; m³ in all
    link : ndarrays, one shorter: area between two neighbours over their distance, per measure of the other directions
    rim : area of the side at the lower and the upper end of x and y, per measure of the other directions
    """

    shape: str
    position: tuple[np.ndarray, np.ndarray, np.ndarray]
    measure: tuple[np.ndarray, np.ndarray, np.ndarray]
    link: tuple[np.ndarray, np.ndarray, np.ndarray]
    rim: tuple[tuple[float, float], tuple[float, float]]

    @property
    def nodes(self) -> tuple[int, int, int]:
        """Numbers of nodes in the order of arrays: z, y, x."""
        x, y, z = (len(p) for p in self.position)
        return z, y, x

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distances of neighbours along x, y, z in m; 0 where there is one node."""
        x, y, z = (p[1] - p[0] if len(p) > 1 else 0.0 for p in self.position)
        return x, y, z

    @property
    def volume(self) -> float:
        """Of the sample, m³."""
        return float(prod(m.sum() for m in self.measure))


def cuboid(edges: Sequence[float], cells: Sequence[int]) -> Grid:
    """A cuboid with edges (3,) in m and so many cells along each."""
    a, b, c = (_even(edge, count) for edge, count in zip(edges, cells, strict=True))
    position = (a[0] - edges[0] / 2, b[0] - edges[1] / 2, c[0])
    return Grid("cuboid", position, (a[1], b[1], c[1]), (a[2], b[2], c[2]), ((1.0, 1.0), (1.0, 1.0)))


def cylinder(radius: float, height: float, cells: Sequence[int]) -> Grid:
    """A cylinder with so many cells along radius and height; its measure along x is the area of a ring."""
    r, z = _even(radius, cells[0]), _even(height, cells[1])
    middle = (r[0][:-1] + r[0][1:]) / 2
    area = np.pi * np.diff(np.concatenate([[0.0], middle, [radius]]) ** 2)
    link = 2 * np.pi * middle * r[2]
    one, none = np.ones(1), np.zeros(0)
    rim = ((0.0, 2 * np.pi * radius), (0.0, 0.0))
    return Grid("cylinder", (r[0], np.zeros(1), z[0]), (area, one, z[1]), (link, none, z[2]), rim)


def _even(length: float, cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes from 0 to a length, the stretch that belongs to each, and 1/distance of neighbours."""
    step = length / cells
    measure = np.full(cells + 1, step)
    measure[[0, -1]] /= 2
    return np.linspace(0, length, cells + 1), measure, np.full(cells, 1 / step)


@dataclass(frozen=True)
class Part:
    """Planes low ≤ k < high of a grid, which a rank owns; it sees one more at either side where there is one."""

    grid: Grid
    low: int
    high: int

    @property
    def seen(self) -> slice:
        """Planes of the grid that arrays of this part hold."""
        return slice(max(self.low - 1, 0), min(self.high + 1, self.grid.nodes[0]))

    @property
    def owned(self) -> slice:
        """Those of the seen planes that the rank owns."""
        first = self.seen.start
        return slice(self.low - first, self.high - first)

    def position(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x, y, z of the seen nodes; arrays that broadcast to (k, j, i)."""
        return _broadcast(self.grid.position, self.seen)

    def measure(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Measures along x, y, z of the seen nodes; arrays that broadcast to (k, j, i)."""
        return _broadcast(self.grid.measure, self.seen)

    def link(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Links of the seen nodes along x, y, z."""
        return _broadcast(self.grid.link, slice(self.seen.start, self.seen.stop - 1))

    def volume(self) -> np.ndarray:
        """Volume of the seen nodes, (k, j, i) m³."""
        x, y, z = self.measure()
        return x * y * z

    def side(self) -> np.ndarray:
        """Area of the seen nodes on the sides, (k, j, i) m²."""
        x, y, z = self.measure()
        area = np.zeros(np.broadcast_shapes(x.shape, y.shape, z.shape))
        for axis, others, (lower, upper) in ((2, y * z, self.grid.rim[0]), (1, x * z, self.grid.rim[1])):
            for end, rim in ((0, lower), (-1, upper)):
                np.moveaxis(area, axis, 0)[end] += rim * np.moveaxis(np.broadcast_to(others, area.shape), axis, 0)[end]
        return area

    def face(self, plane: int) -> np.ndarray:
        """Area of the seen nodes on the bottom (plane 0) or the top (plane −1), (k, j, i) m²."""
        x, y, z = self.measure()
        area = np.zeros((z.size, y.size, x.size))
        number = plane % self.grid.nodes[0]
        if self.seen.start <= number < self.seen.stop:
            area[number - self.seen.start] = (x * y)[0]
        return area


def _broadcast(arrays: Sequence[np.ndarray], planes: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y, z = arrays
    return x[None, None, :], y[None, :, None], z[planes][:, None, None]
