"""The field on the axis of a magnetized sample, against closed forms and quadrature."""

from itertools import pairwise

import numpy as np
import pytest

from hpcph.constants import mu_0
from hpcph.heat.fields import Fields
from hpcph.heat.grid import Grid, Part, cuboid, cylinder
from hpcph.heat.stray import stray_by_plane, stray_points


def field(grid: Grid, moment: np.ndarray, parts: int = 1) -> np.ndarray:
    """B at the stray points, by that many ranks."""
    cuts = np.linspace(0, grid.nodes[0], parts + 1).astype(int)
    pieces = []
    for low, high in pairwise(cuts):
        part, own = Part(grid, low, high), moment[:, low:high]
        pieces.append(stray_by_plane(Fields(part, own[2], own, own)))
    return np.concatenate(pieces).sum(axis=0)


@pytest.mark.parametrize("grid", [cylinder(1.0, 2.0, (4, 4)), cuboid((2.0, 2.0, 2.0), (4, 5, 4))],
                         ids=["cylinder", "cuboid"])  # fmt: skip
def test_a_uniform_magnet_has_the_field_of_its_two_faces(grid):
    """Exactly near by, however few cells; within what a dipole is off farther away."""
    moment = np.zeros((3, *grid.nodes))
    moment[2] = 5.0
    z = stray_points(Part(grid, 0, grid.nodes[0]))

    def solid_angle(height):
        away = np.abs(height)
        if grid.shape == "cylinder":
            return 2 * np.pi * (1 - away / np.sqrt(1 + away**2))
        return 4 * np.arcsin(1 / (1 + away**2))

    expected = mu_0 * 5 / (4 * np.pi) * np.where(z > 0, 1, -1) * (solid_angle(z - 2) - solid_angle(z))
    found = field(grid, moment)
    np.testing.assert_allclose(found[:, 2], expected, rtol=2e-5 if grid.shape == "cuboid" else 1e-11)
    near = np.minimum(np.abs(z), np.abs(z - 2)) < 1
    np.testing.assert_allclose(found[near, 2], expected[near], rtol=1e-11)
    assert np.abs(found[:, :2]).max() < 1e-12 * np.abs(found).max()


def quadrature(grid: Grid, moment: np.ndarray, points: np.ndarray) -> np.ndarray:
    """B of dipoles at Gauss points in the volume of every node; for a cylinder also around it."""
    node, weight = np.polynomial.legendre.leggauss(24)
    around = grid.shape == "cylinder"
    sides = []
    for direction, (position, measure) in enumerate(zip(grid.position, grid.measure, strict=True)):
        if around and direction == 1:
            sides.append((np.linspace(0, 2 * np.pi, 24, endpoint=False)[None], np.full((1, 24), 1 / 24)))
            continue
        edge = np.concatenate([[0.0], np.cumsum(measure)])
        edge = np.sqrt(edge / np.pi) if around and direction == 0 else position[0] + edge
        half = np.diff(edge)[:, None] / 2
        where = (edge[:-1, None] + edge[1:, None]) / 2 + half * node
        sides.append((where, half * weight * (2 * np.pi * where if around and direction == 0 else 1)))
    found = np.zeros((len(points), 3))
    for k, j, i in np.ndindex(grid.nodes):
        (x, wx), (y, wy), (z, wz) = ((s[n], w[n]) for n, (s, w) in zip((i, j, k), sides, strict=True))
        x, y, z = np.meshgrid(x, y, z, indexing="ij")
        m = moment[:, k, j, i]
        mx, my, mz = m[:, None, None, None] + 0 * x
        if around:
            x, y, mx, my = x * np.cos(y), x * np.sin(y), mx * np.cos(y), mx * np.sin(y)
        weights = wx[:, None, None] * wy[:, None] * wz
        for p, height in enumerate(points):
            away = np.array([-x, -y, height - z])
            r = np.linalg.norm(away, axis=0)
            along = (np.array([mx, my, mz]) * away).sum(axis=0)
            dipole = 3 * along * away / r**5 - np.array([mx, my, mz]) / r**3
            found[p] += mu_0 / (4 * np.pi) * (weights * dipole).sum(axis=(1, 2, 3))
    return found


@pytest.mark.parametrize("grid", [cylinder(1.0, 0.8, (2, 3)), cuboid((2.0, 1.6, 1.1), (3, 2, 2))],
                         ids=["cylinder", "cuboid"])  # fmt: skip
def test_uneven_magnets_have_the_field_of_their_cells(grid):
    """Every component of the magnetization, against quadrature; the same by one rank and by two."""
    moment = np.random.default_rng(7).normal(size=(3, *grid.nodes))
    if grid.shape == "cylinder":
        moment[1] = 0.0  # circling moments have no field on the axis
    points = stray_points(Part(grid, 0, grid.nodes[0]))
    found = field(grid, moment)
    size = np.abs(found).max(axis=1, keepdims=True)
    expected = quadrature(grid, moment, points)
    np.testing.assert_allclose(found / size, expected / size, rtol=0, atol=2e-5 if grid.shape == "cuboid" else 1e-7)
    near = np.minimum(np.abs(points), np.abs(points - points.mean() * 2)) < 0.6
    np.testing.assert_allclose((found / size)[near], (expected / size)[near], rtol=0, atol=1e-6)
    np.testing.assert_allclose(field(grid, moment, 2), found, rtol=1e-12, atol=1e-12 * np.abs(found).max())
