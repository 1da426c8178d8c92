"""The heat equation: convergence to manufactured solutions, exact derivative, conservation, any number of ranks."""

from itertools import pairwise

import numpy as np
import pytest
from mpi4py import MPI
from parallel import world

from hpcph.errors import InputError
from hpcph.heat import solver
from hpcph.heat.conduction import Conduction, Loads
from hpcph.heat.grid import Part, cuboid, cylinder
from hpcph.heat.rows import rows
from hpcph.heat.table import Table, table
from hpcph.parallel.comm import Comm
from hpcph.parallel.listener import Listener

START, SLOPE = np.array([2, 1.5, 1, 0.3, -0.4, 0.5]), np.array([0.5, -0.3, 0.4, 0.1, 0.2, -0.1])
VOIGT = ((0, 5, 4), (5, 1, 3), (4, 3, 2))
EDGES, HEIGHT, TRANSFER = (1.0, 1.2, 0.9), 1.4, 3.0


SILENT = Listener(lambda _: None, lambda: False)


def linear(components: int) -> Table:
    """κ = START + SLOPE · T between 0 and 2 K: positive definite, all components different."""
    cubic = np.zeros((4, 1, components))
    cubic[2, 0], cubic[3, 0] = SLOPE[:components], START[:components]
    return Table(np.array([0.0, 2.0]), cubic)


def derivative(f, point, axis, step=1e-3):
    """Of eighth order."""
    found = 0.0
    for m, c in ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280)):
        ahead, behind = list(point), list(point)
        ahead[axis], behind[axis] = point[axis] + m * step, point[axis] - m * step
        found = found + c * (f(*ahead) - f(*behind))
    return found / step


def in_cuboid(x, y, z):
    return 1 + 0.5 * np.sin(2 * x + y) * np.cos(z + x / 2)


def heat_in_cuboid(x, y, z):
    """−∇·κ∇T of in_cuboid."""

    def current(axis):
        def along(*p):
            kappa = [START[c] + SLOPE[c] * in_cuboid(*p) for c in VOIGT[axis]]
            return -sum(k * derivative(in_cuboid, p, b) for b, k in enumerate(kappa))

        return along

    return sum(derivative(current(axis), (x, y, z), axis) for axis in range(3))


def loads_of_cuboid(part: Part) -> Loads:
    """Temperature given on all faces."""
    place, volume = part.position(), part.volume()
    fixed = (part.side() > 0) | (part.face(0) > 0) | (part.face(-1) > 0)
    zero = np.zeros(volume.shape)
    held = np.where(fixed, in_cuboid(*place), 0)
    return Loads(heat_in_cuboid(*place) * volume, zero, zero, fixed, held)


def in_cylinder(r, z):
    return 1 + 0.5 * np.cos(2 * r**2) * np.cos(2 * z + 1)


def radial(r, z):
    """Heat current outwards."""
    return (START[0] + SLOPE[0] * in_cylinder(r, z)) * 2 * r * np.sin(2 * r**2) * np.cos(2 * z + 1)


def axial(r, z):
    return (START[2] + SLOPE[2] * in_cylinder(r, z)) * np.cos(2 * r**2) * np.sin(2 * z + 1)


def loads_of_cylinder(part: Part) -> Loads:
    """Temperature given at bottom and top, heat transfer at the side."""
    r, _, z = part.position()
    volume, side = part.volume(), part.side()
    near = np.maximum(r, 1e-6)
    heat = derivative(lambda a, b: a * radial(a, b), (near, z), 0) / near + derivative(axial, (r, z), 1)
    fixed = (part.face(0) > 0) | (part.face(-1) > 0)
    ambient = side * (TRANSFER * in_cylinder(r, z) - radial(1.0, z))
    return Loads(heat * volume, TRANSFER * side, ambient, fixed, np.where(fixed, in_cylinder(r, z), 0))


CASES = {
    "cuboid, full tensor": (lambda n: cuboid(EDGES, (n, n, n)), loads_of_cuboid, 6, in_cuboid, (8, 16)),
    "cylinder": (
        lambda n: cylinder(1.0, HEIGHT, (n, n)), loads_of_cylinder, 3, lambda r, _, z: in_cylinder(r, z), (16, 32),
    ),
}  # fmt: skip
LIMITS = solver.NewtonLimits(1e-11, 30)


def solved(comm: Comm, case: str, cells: int) -> solver.Temperature | None:
    grid, loads, components, *_ = CASES[case]
    return solver.solve(comm, grid(cells), loads, linear(components), 0.0, LIMITS, SILENT)


@pytest.mark.mpi
@pytest.mark.petsc
@pytest.mark.parametrize("case", CASES)
def test_manufactured_solutions_converge_at_second_order(case):
    """Half the cell, a quarter of the largest error, with κ(T) and, in the cuboid, all six components."""
    *_, exact, sizes = CASES[case]
    errors = []
    with world.communicator() as comm:
        for cells in sizes:
            found = solved(comm, case, cells)
            own = 0.0 if found is None else np.abs(found.theta - exact(*found.part.position())).max()
            errors.append(max(comm.mpi.allgather(own)))
    assert 1.85 < np.log2(errors[0] / errors[1]) < 2.15, errors
    assert errors[1] < 2e-3  # of a temperature that varies by 1


@pytest.mark.mpi
@pytest.mark.petsc
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("cells", "few"), [(11, 10_000), (16, 50), (11, 50)], ids=["LU", "multigrid", "algebraic"])
def test_any_number_of_ranks_finds_the_same_temperature(monkeypatch, case, cells, few):
    """To the tolerance of the solver, in few iterations: small grids, large ones, and those that cannot be halved."""
    monkeypatch.setattr(solver, "FEW", {2: few, 3: few})
    with world.communicator() as comm:
        found = solved(comm, case, cells)
        alone = solved(Comm(MPI.COMM_SELF), case, cells)
        if found is not None:
            assert found.linear <= 12 * found.steps and found.residual < 1e-11
            np.testing.assert_allclose(found.theta[found.part.owned], alone.theta[found.part.low : found.part.high],
                                       rtol=0, atol=1e-9)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_jacobian_is_the_derivative_of_the_residual(case):
    """Every entry, against central differences."""
    from scipy.sparse import csr_matrix

    build, _, components, *_ = CASES[case]
    grid = build(4)
    part = Part(grid, 0, grid.nodes[0])
    zero = np.zeros(grid.nodes)
    equation = Conduction(part, Loads(zero, part.side(), zero, zero > 0, zero), linear(components), 0.0)
    theta = np.random.default_rng(1).uniform(0.3, 1.7, grid.nodes)
    stencil = equation.jacobian(theta)
    coupled = rows(part, zero > 0, stencil)
    pointer, column, value = coupled.pointer, coupled.column, coupled.values(stencil)
    step, numeric = 1e-6, np.zeros((theta.size, theta.size))
    for node in range(theta.size):
        change = np.zeros(theta.size)
        change[node] = step
        change = change.reshape(theta.shape)
        numeric[:, node] = (equation.residual(theta + change) - equation.residual(theta - change)).ravel() / 2 / step
    found = csr_matrix((value, column, pointer)).toarray()
    np.testing.assert_allclose(found, numeric, rtol=0, atol=1e-8 * np.abs(numeric).max())


@pytest.mark.parametrize("case", CASES)
def test_operator_is_symmetric_positive_and_conserves_heat(case):
    """With κ that does not depend on T: A = Aᵀ, no negative eigenvalue, constants carry no heat, flows cancel."""
    from scipy.sparse import csr_matrix

    build, _, components, *_ = CASES[case]
    grid = build(4)
    part, zero = Part(grid, 0, grid.nodes[0]), np.zeros(grid.nodes)
    flat = Table(np.array([0.0, 2.0]), np.array([0, 0, 0, 1.0])[:, None, None] * START[:components])
    equation = Conduction(part, Loads(zero, zero, zero, zero > 0, zero), flat, 0.0)
    stencil = equation.jacobian(zero)
    coupled = rows(part, zero > 0, stencil)
    pointer, column, value = coupled.pointer, coupled.column, coupled.values(stencil)
    matrix = csr_matrix((value, column, pointer)).toarray()
    largest = np.abs(matrix).max()
    np.testing.assert_allclose(matrix, matrix.T, rtol=0, atol=1e-14 * largest)
    assert np.linalg.eigvalsh(matrix).min() > -1e-13 * largest
    assert np.abs(matrix.sum(axis=0)).max() < 1e-13 * largest


def test_grids_have_the_volume_and_the_faces_of_the_body():
    """Nodes' volumes and areas add up."""
    for grid, volume, side, face in (
        (cuboid(EDGES, (3, 4, 5)), 1.08, 2 * 0.9 * 2.2, 1.2),
        (cylinder(2.0, HEIGHT, (5, 6)), 4 * np.pi * HEIGHT, 4 * np.pi * HEIGHT, 4 * np.pi),
    ):
        part = Part(grid, 0, grid.nodes[0])
        assert grid.volume == pytest.approx(volume, rel=1e-14) == part.volume().sum()
        assert part.side().sum() == pytest.approx(side, rel=1e-14)
        for plane in (0, -1):
            assert part.face(plane).sum() == pytest.approx(face, rel=1e-14)


def test_tables_meet_their_knots_and_have_the_slope_they_say():
    """Between knots the slope is that of the values; outside both stay what they were."""
    knots = np.array([100.0, 150, 250, 400])
    made = table(knots, np.array([[5.0, 1], [4, 2], [2, 8], [1, 9]]))
    np.testing.assert_allclose(made.at(knots), [[5, 4, 2, 1], [1, 2, 8, 9]], rtol=1e-14)
    place = np.linspace(110, 390, 56)
    numeric = (made.at(place + 1e-4) - made.at(place - 1e-4)) / 2e-4
    np.testing.assert_allclose(made.slope(place), numeric, atol=1e-8)
    np.testing.assert_array_equal(made.at(np.array([1.0, 900])), [[5, 1], [1, 9]])
    np.testing.assert_array_equal(made.slope(np.array([1.0, 900])), 0)


@pytest.mark.mpi
@pytest.mark.petsc
def test_a_solver_that_does_not_converge_says_so():
    """Iterations, residual, what to try; on every rank."""
    with world.communicator() as comm, pytest.raises(InputError, match=r"residual .* after 1 step .*iterations"):
        grid, loads, components, *_ = CASES["cylinder"]
        limits = solver.NewtonLimits(1e-11, 1)
        solver.solve(comm, grid(16), loads, linear(components), 0.0, limits, SILENT)


def test_directions_are_halved_by_how_easily_heat_flows():
    """A wire and a disc of cubes, cubes of a layered crystal: its layers, and no direction across them."""

    def nodes(edges, cells, kappa):
        return [level.nodes for level in solver.levels(cuboid(edges, cells), 1, np.array(kappa))]

    alike = [1.0, 1.0, 1.0]
    assert nodes((1.0, 1.0, 1.0), (32, 32, 32), alike)[1] == (17, 17, 17)
    assert nodes((1.0, 1.0, 4.0), (32, 32, 32), alike)[1:3] == [(17, 17, 33), (9, 9, 33)]
    assert nodes((1.0, 1.0, 1.0), (32, 32, 32), [100.0, 100.0, 1.0])[1:3] == [(17, 17, 33), (9, 9, 33)]
    assert nodes((1.0, 1.0, 1e-3), (64, 64, 4), alike)[-1] == (65, 65, 3)  # across it nothing is left to halve


@pytest.mark.parametrize("ranks", [1, 2, 5, 16])
@pytest.mark.parametrize("cells", [(4, 4, 4), (33, 65, 47), (128, 8, 256)])
def test_every_rank_of_a_team_has_planes_of_every_level(cells, ranks):
    """And coarse planes belong to those who have the fine ones."""
    grid = cuboid((1.0, 1.0, 1.0), cells)
    team = solver.team_size(grid, ranks)
    assert 1 <= team <= ranks
    found = solver.levels(grid, team, np.array([1.0, 3.0, 0.5]))
    for fine, coarse in pairwise(found):
        assert len(coarse.planes) == team and min(coarse.planes) > 0 and sum(coarse.planes) == coarse.nodes[2]
        ends = np.cumsum(fine.planes)
        same = coarse.nodes[2] == fine.nodes[2]
        np.testing.assert_array_equal(np.cumsum(coarse.planes), ends if same else (ends + 1) // 2)
