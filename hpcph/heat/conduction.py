"""The discrete heat equation −∇·(κ(T)∇T) = Q on the planes of one rank.

The sum over nodes of heat that leaves them is the derivative of ½ Σ ∇T·κ·∇T over the corners of all cells, κ being
that of the node in the corner and ∇T made of the three edges that meet there. The diagonal of κ gives the seven-point
formula of finite volumes around nodes, the rest couples next neighbours across faces: in all a symmetric, positive and
conservative scheme of second order for any positive tensor. Temperatures θ are relative to a reference.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hpcph.heat.grid import Part
from hpcph.heat.rows import Offset
from hpcph.heat.table import Table

CROSS = ((0, 1, 5, 2), (0, 2, 4, 1), (1, 2, 3, 0))  # two directions, Voigt index of κ, the third direction


@dataclass(frozen=True)
class Loads:
    """What acts on the seen nodes of a part, each (k, j, i).

    source : W, absorbed; exchange : W K⁻¹, heat transfer; ambient : W, Σ transfer · (ambient − reference)
    fixed : bool, nodes of given temperature; held : K, that temperature less the reference, elsewhere 0
    """

    source: np.ndarray
    exchange: np.ndarray
    ambient: np.ndarray
    fixed: np.ndarray
    held: np.ndarray


@dataclass(frozen=True)
class Conduction:
    """The equation of one part.

    conductivity : W m⁻¹ K⁻¹ with components xx, yy, zz or, of a cuboid, xx, yy, zz, yz, xz, xy
    reference : K
    """

    part: Part
    loads: Loads
    conductivity: Table
    reference: float

    def residual(self, theta: np.ndarray) -> np.ndarray:
        """Heat that leaves the seen nodes, fixed ones as all others, less what they absorb, (k, j, i) W.

        Right on the planes that the rank owns.
        """
        kappa = self.conductivity.at(theta + self.reference)
        found = self.loads.exchange * theta - self.loads.ambient - self.loads.source
        for axis, factor in self._edges():
            lower, upper = _ends(axis)
            flow = np.diff(theta, axis=axis)
            flow *= factor
            flow *= (kappa[2 - axis][lower] + kappa[2 - axis][upper]) / 2
            found[upper] += flow
            found[lower] -= flow
        for a, b, weight in self._crossed(kappa):
            _scatter(found, weight * _central(theta, b), a)
        return found

    def leaving(self, theta: np.ndarray) -> np.ndarray:
        """Heat that baths take from the seen nodes, (k, j, i) W; of a fixed one whatever reaches it."""
        exchanged = self.loads.exchange * theta - self.loads.ambient
        return np.where(self.loads.fixed, exchanged - self.residual(theta), exchanged)

    def jacobian(self, theta: np.ndarray) -> dict[Offset, np.ndarray]:
        """∂residual/∂θ by where the neighbour is; every array (k, j, i), zero where there is none."""
        kappa, slope = (f(theta + self.reference) for f in (self.conductivity.at, self.conductivity.slope))
        found = {(0, 0, 0): self.loads.exchange.copy()}
        for axis, factor in self._edges():
            lower, upper = _ends(axis)
            k, s = kappa[2 - axis], slope[2 - axis]
            mean, bend = (k[lower] + k[upper]) / 2 * factor, np.diff(theta, axis=axis) * factor / 2
            by_upper, by_lower = mean + s[upper] * bend, s[lower] * bend - mean
            step = _offset({axis: 1})
            self._add(found, (0, 0, 0), upper, by_upper)
            self._add(found, _offset({axis: -1}), upper, by_lower)
            self._add(found, step, lower, -by_upper)
            self._add(found, (0, 0, 0), lower, -by_lower)
        for a, b, weight in self._crossed(kappa):
            for source, row, signs, offset in _corners(a, b):
                self._add(found, offset, row, signs / 4 * weight[source])
        for a, b, weight in self._crossed(slope):
            bend = weight * _central(theta, b)
            for source, row, sign, way in _neighbours(a):
                self._add(found, _offset({a: -way}), row, sign / 2 * bend[source])
        return found

    def _add(self, found: dict[Offset, np.ndarray], offset: Offset, rows: tuple[slice, ...], values) -> None:
        if offset not in found:
            found[offset] = np.zeros(self.loads.source.shape)
        found[offset][rows] += values

    def _edges(self) -> Iterator[tuple[int, np.ndarray]]:
        """Axes of arrays along which there are neighbours, and the area over the distance between them in m."""
        measure, link = self.part.measure(), self.part.link()
        for direction in range(3):
            others = [measure[d] for d in range(3) if d != direction]
            if link[direction].size:
                yield 2 - direction, link[direction] * others[0] * others[1]

    def _crossed(self, kappa: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
        """Pairs of different axes, in either order, with off-diagonal κ times the measure of the third direction."""
        for a, b, component, third in CROSS if len(kappa) == 6 else ():
            weight = kappa[component] * self.part.measure()[third]
            yield 2 - a, 2 - b, weight
            yield 2 - b, 2 - a, weight


def _ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Lower and upper nodes of the edges along an axis."""
    return _along({axis: slice(None, -1)}), _along({axis: slice(1, None)})


def _along(slices: dict[int, slice]) -> tuple[slice, ...]:
    return tuple(slices.get(axis, slice(None)) for axis in range(3))


def _offset(steps: dict[int, int]) -> Offset:
    z, y, x = (steps.get(axis, 0) for axis in range(3))
    return z, y, x


def _neighbours(axis: int) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...], int, int]]:
    """Nodes, their upper or lower neighbours (themselves at the end), sign of the neighbour in ½Δ, and the step."""
    first, last = _along({axis: slice(0, 1)}), _along({axis: slice(-1, None)})
    lower, upper = _ends(axis)
    yield from ((lower, upper, 1, 1), (last, last, 1, 0), (upper, lower, -1, -1), (first, first, -1, 0))


def _corners(a: int, b: int) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...], int, Offset]]:
    """Nodes, their neighbours along a, the sign of both, and the way from those to the neighbours along b."""
    for source_a, row_a, sign_a, step_a in _neighbours(a):
        for source_b, _, sign_b, step_b in _neighbours(b):
            source = _along({a: source_a[a], b: source_b[b]})
            row = _along({a: row_a[a], b: source_b[b]})
            yield source, row, sign_a * sign_b, _offset({a: -step_a, b: step_b})


def _central(theta: np.ndarray, axis: int) -> np.ndarray:
    """Half the difference of the two neighbours; at an end the node stands for the missing one."""
    found = np.zeros_like(theta)
    for source, row, sign, _ in _neighbours(axis):
        found[source] += sign / 2 * theta[row]
    return found


def _scatter(found: np.ndarray, values: np.ndarray, axis: int) -> None:
    """Add the transpose of _central applied to values."""
    for source, row, sign, _ in _neighbours(axis):
        found[row] += sign / 2 * values[source]
