"""The shape of meshes, told by coarse ones."""

from dataclasses import replace
from functools import cache

import numpy as np
import physics
import pytest

from hpcph.crystal import mesh, shape
from hpcph.response.shape import MOST, stretch
from hpcph.response.tensors import FLOW, GAMMA_NL

T = (20.0, 50.0, 100.0, 300.0, 400.0)
DEEP = 5


@cache
def run(name: str, grid: tuple):
    """Mesh drawn to Γ and thermal response with the automatic shift."""
    structure = physics.loaded(name).structure
    shift = mesh.automatic_shift(structure, grid)
    points = mesh.monkhorst_pack(structure, grid, shift, True, DEEP)
    return points, physics.response(name, grid, shift, T, True, refinement=DEEP)


def made(name: str, error) -> list:
    """Runs on the probes whose every number is 1 + error(grid)."""
    runs = [run(name, grid) for grid in shape.probes(physics.loaded(name).structure)]
    return [
        (
            points,
            replace(found, parts={part: np.full_like(x, 1 + error(points.grid)) for part, x in found.parts.items()}),
        )
        for points, found in runs
    ]


@pytest.mark.parametrize("share", [0.5, 1.0, 3.0])
def test_shares_of_a_known_error_become_equal(share):
    """Q = 1 + 1/a² + s/c²: a stretched mesh has c/a = √s, and the factors of its divisions have the product 1."""
    structure = physics.loaded("P6_222").structure  # whose coarse meshes have as many divisions along each axis
    found = stretch(made("P6_222", lambda grid: grid[0] ** -2.0 + share * grid[2] ** -2.0), structure)
    a, b, c = np.array(mesh.even_grid(structure, shape.COARSE[-1])) * found
    assert a == b and found.prod() == pytest.approx(1, rel=1e-12)
    assert c / a == pytest.approx(share**0.5, rel=1e-9)


def test_coarse_meshes_are_believed_within_bounds():
    """However much more they ask along one axis; where nothing changes along one, nothing is known."""
    structure = physics.loaded("embedded").structure
    found = stretch(made("embedded", lambda grid: 1e-9 / grid[0] + 1 / grid[2]), structure)
    assert found.max() <= MOST**1.5 + 1e-12 and found[2] > 2 * found[0]
    np.testing.assert_array_equal(stretch(made("embedded", lambda grid: 1 / grid[2]), structure), 1)


@pytest.mark.parametrize("name", ["embedded", "quartz_pbesol", "quartz_lda"])
def test_quartz_asks_for_more_divisions_along_the_screw_axis(name):
    """Branches that the screw axis folds nearly cross on the planes q_c = 0 and ½: 1.5 to 2.3 times as many."""
    structure = physics.loaded(name).structure
    found = stretch([run(name, grid) for grid in shape.probes(structure)], structure)
    assert 1.5 < found[2] / found[0] < 2.3


def test_a_stretched_mesh_is_the_better_of_two_with_as_many_points():
    """γ^NL of α-quartz, 20 to 400 K: the mesh that the probes ask for has at most half the error of the even one."""
    structure = physics.loaded("embedded").structure
    factors = stretch([run("embedded", grid) for grid in shape.probes(structure)], structure)
    limit = run("embedded", (56, 56, 90))[1][GAMMA_NL, FLOW]

    def error(grid: tuple) -> tuple[float, int]:
        points, found = run("embedded", grid)
        away = np.linalg.norm(found[GAMMA_NL, FLOW] - limit, axis=(1, 2)) / np.linalg.norm(limit, axis=(1, 2))
        return away.max(), len(points.q_kc)

    even = mesh.even_grid(structure, 40)
    (worse, of_even), (better, of_stretched) = error(even), error(shape.stretched(even, factors))
    assert of_stretched < 1.1 * of_even
    assert better < 0.5 * worse
