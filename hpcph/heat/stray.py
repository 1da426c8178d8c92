"""The field of a magnetized sample on its axis outside: each node's volume is a magnet of even magnetization.

Rings of a cylinder: B_z of M_z is that of two solenoids, that of M_r an integral over r of (r² + h²)^{-3/2} r².
Bricks of a cuboid: near the points B_i = −(μ₀/4π) Σ_j N_ij M_j over the corners (Engel-Herbert and Hesjedal, J. Appl.
Phys. 97, 074504 (2005)), farther away the field of dipoles, which has lost nothing there.
"""

from collections.abc import Iterator

import numpy as np

from hpcph.constants import mu_0
from hpcph.heat.fields import Fields
from hpcph.heat.grid import Part

DISTANCES = np.geomspace(0.25, 8, 16)  # of the points from a face, in half widths
NEAR = 16.0  # diagonals of a cell within which its shape counts: beyond, a dipole is at most 1e-4 off


def stray_points(part: Part) -> np.ndarray:
    """z of points on the axis below the bottom and above the top, rising, m."""
    x, _, z = part.grid.position
    distance = DISTANCES * x[-1]
    return np.concatenate([-distance[::-1], z[-1] + distance])


def stray_by_plane(found: Fields) -> np.ndarray:
    """B of the magnetization of the owned planes at the stray points, (k, p, 3) T."""
    assert found.moment is not None
    of = _rings if found.part.grid.shape == "cylinder" else _bricks
    fields = list(of(found.part, found.moment, stray_points(found.part)))
    return mu_0 * np.moveaxis(np.array(fields), 0, 1)


def _rings(part: Part, moment: np.ndarray, heights: np.ndarray) -> Iterator[np.ndarray]:
    """B/μ₀ at heights on the axis, by plane, (k, 3) each."""
    area, _, length = part.grid.measure
    outer = np.sqrt(np.cumsum(area) / np.pi)
    inner = np.concatenate([[0.0], outer[:-1]])
    ends = [side[part.low : part.high, None] for side in _ends(length, 0.0)]

    def coil(r: np.ndarray, h: np.ndarray) -> np.ndarray:
        return h / np.hypot(r, h)

    def fan(r: np.ndarray, h: np.ndarray) -> np.ndarray:
        return np.arcsinh(r / np.abs(h)) - r / np.hypot(r, h)

    for height in heights:
        lower, upper = (height - side for side in ends)
        along, across = (
            of(outer, lower) - of(outer, upper) - of(inner, lower) + of(inner, upper) for of in (coil, fan)
        )
        found = np.zeros((len(moment[2]), 3))
        found[:, 2] = (along * moment[2, :, 0] + across * moment[0, :, 0]).sum(axis=1) / 2
        yield found


def _bricks(part: Part, moment: np.ndarray, heights: np.ndarray) -> Iterator[np.ndarray]:
    """The same of a cuboid."""
    x, y, z = (np.mean(_ends(m, p[0]), axis=0) for m, p in zip(part.grid.measure, part.grid.position, strict=True))
    volume = part.volume()[part.owned]
    for height in heights:
        away = np.broadcast_arrays(-x, -y[:, None], (height - z[part.low : part.high])[:, None, None])
        square = np.sum([r**2 for r in away], axis=0)
        near = square < NEAR**2 * sum(h**2 for h in part.grid.spacing)
        along = sum(m * r for m, r in zip(moment, away, strict=True))
        strength = np.where(near, 0.0, volume * square**-2.5)
        dipoles = [strength * (3 * along * r - m * square) for m, r in zip(moment, away, strict=True)]
        found = np.array([values.sum(axis=(1, 2)) for values in dipoles]).T
        plane, *_ = np.nonzero(near)
        np.add.at(found, plane, np.einsum("ijn,jn->ni", _tensors(part, near, height), moment[:, near]))
        yield found / (4 * np.pi)


def _tensors(part: Part, chosen: np.ndarray, height: float) -> np.ndarray:
    """∂_i ∂_j ∫ dV/|r| over the volumes of nodes, (3, 3, n), at a height on the axis that is not within them.

    Terms that cancel between corners of one sign of z are left out.
    """
    plane, row, column = np.nonzero(chosen)
    corners = []
    for direction, number, point in ((0, column, 0.0), (1, row, 0.0), (2, plane + part.low, height)):
        low, high = _ends(part.grid.measure[direction], part.grid.position[direction][0])
        corners.append((point - low[number], point - high[number]))
    found = np.zeros((3, 3, np.count_nonzero(chosen)))
    for signs in np.ndindex(2, 2, 2):
        sign = (-1) ** sum(signs)
        a, b, c = (pair[s] for pair, s in zip(corners, signs, strict=True))
        r = np.sqrt(a**2 + b**2 + c**2)
        found[0, 0] -= sign * np.arctan2(b * c, a * r)
        found[1, 1] -= sign * np.arctan2(a * c, b * r)
        found[0, 1] += sign * np.sign(c) * np.log(np.abs(c) + r)
        found[0, 2] += sign * np.arcsinh(b / np.hypot(a, c))
        found[1, 2] += sign * np.arcsinh(a / np.hypot(b, c))
    found[2, 2] = -found[0, 0] - found[1, 1]
    found[[1, 2, 2], [0, 0, 1]] = found[[0, 0, 1], [1, 2, 2]]
    return found


def _ends(measure: np.ndarray, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the volumes of nodes begin and end along a direction whose measures are lengths."""
    edge = start + np.concatenate([[0.0], np.cumsum(measure)])
    return edge[:-1], edge[1:]
