"""The heat equation by PETSc: Newton's method, its linear steps by GMRES with geometric multigrid. Collective.

Ranks own whole planes of the grid, so PETSc's numbers are those of the grid; ranks that would have none watch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from hpcph.errors import InputError, Stopped, counted
from hpcph.heat.conduction import Conduction, Loads
from hpcph.heat.grid import Grid, Part
from hpcph.heat.rows import rows
from hpcph.heat.table import Table
from hpcph.parallel.listener import Listener
from hpcph.parallel.petsc import calling_back, group, petsc

PLANES = 3  # that a rank must own at least, of the finest grid
FEW = {2: 50_000, 3: 3000}  # nodes of a grid in so many dimensions that are solved for directly
ISOTROPIC = 2.0  # ratio of resistances to the neighbours up to which point smoothers do
ROUNDING = 2.0**-52  # of what neighbours exchange: the least residual that numbers can have (measured: a fourth)
PREFIX = "hpcph_sample_"
OPTIONS = {
    "ksp_type": "fgmres", "ksp_gmres_restart": 20, "ksp_rtol": 1e-4, "ksp_max_it": 200, "pc_type": "mg",
    "pc_mg_galerkin": "both", "mg_levels_ksp_type": "richardson", "mg_levels_ksp_max_it": 2, "mg_levels_pc_type": "sor",
}  # fmt: skip


@dataclass(frozen=True)
class NewtonLimits:
    """When to stop: residual over the absorbed power, and Newton steps."""

    tolerance: float
    iterations: int


@dataclass(frozen=True)
class Temperature:
    """The solution on the planes of one rank.

    theta : ndarray (k, j, i) K, seen nodes, relative to the reference
    leaving_k : ndarray (k,) W, heat that the baths take from the owned planes
    steps, linear : Newton steps and linear iterations in all; residual : of the equation, over the absorbed power
    """

    part: Part
    theta: np.ndarray
    leaving_k: np.ndarray
    steps: int
    linear: int
    residual: float


def solve(
    comm,
    grid: Grid,
    loads: Callable[[Part], Loads],
    conductivity: Table,
    reference: float,
    limits: NewtonLimits,
    listener: Listener,
) -> Temperature | None:
    """Temperature in a sample; None on ranks without a part. Collective over comm (hpcph.parallel.comm.Comm).

    loads : what acts on a part; reference : K, temperatures are relative to it

    Raises InputError where the solver does not converge, Stopped between two steps where a rank was asked to.
    """
    library = petsc()  # begun on all ranks of the world, whether they take part or not
    team = comm.mpi.Split(0 if comm.rank < team_size(grid, comm.size) else 1, comm.rank)
    try:
        found, failure = None, None
        if comm.rank < team_size(grid, comm.size):
            try:
                found = _Problem(library, team, grid, loads, conductivity, reference, limits, listener).solve()
            except (InputError, Stopped) as err:
                failure = err
        comm.agree(failure)
        return found
    finally:
        team.Free()


def team_size(grid: Grid, ranks: int) -> int:
    """How many ranks take part."""
    return max(1, min(ranks, grid.nodes[0] // PLANES))


def share(planes: int, ranks: int) -> list[int]:
    """Planes of every rank."""
    return [planes // ranks + (rank < planes % ranks) for rank in range(ranks)]


@dataclass(frozen=True)
class Level:
    """Nodes along x, y, z, and how those along z are shared among the ranks."""

    nodes: tuple[int, int, int]
    planes: tuple[int, ...]


def levels(grid: Grid, ranks: int, kappa: np.ndarray) -> list[Level]:
    """Grids from fine to coarse: halved are the directions along which heat flows most easily between neighbours.

    Point smoothers deal with nothing else, so this ends where such a direction cannot be halved on all ranks; and at
    once for grids that are solved directly. kappa : ndarray (3,), κ along x, y, z
    """
    z, y, x = grid.nodes
    found = [Level((x, y, z), tuple(share(z, ranks)))]
    distance = np.array([h if n > 1 else np.inf for h, n in zip(grid.spacing, (x, y, z), strict=True)]) / np.sqrt(kappa)
    while not _is_small(grid, found[-1]):
        nodes, planes = found[-1].nodes, found[-1].planes
        first = np.cumsum([0, *planes[:-1]])
        halved = tuple(int((f + p + 1) // 2 - (f + 1) // 2) for f, p in zip(first, planes, strict=True))
        can = [n > 3 and n % 2 == 1 for n in nodes]
        can[2] = can[2] and min(halved) > 0
        chosen = can & (distance < ISOTROPIC * distance.min())
        if not chosen.any():
            return found
        distance = np.where(chosen, 2 * distance, distance)
        a, b, c = (n // 2 + 1 if c else n for n, c in zip(nodes, chosen, strict=True))
        found.append(Level((a, b, c), halved if chosen[2] else planes))
    return found


def _is_small(grid: Grid, level: Level) -> bool:
    """Is it solved directly?"""
    return bool(np.prod(level.nodes) <= FEW[sum(n > 1 for n in grid.nodes)])


class _Problem:
    """PETSc's objects of one solution."""

    def __init__(
        self, library, team, grid: Grid, loads, conductivity: Table, reference: float, limits: NewtonLimits, listener
    ):
        self.petsc, self.limits, self.listener, self.team = library, limits, listener, team
        self.group = group(team)
        self.levels = levels(grid, team.size, conductivity.at(np.array([reference]))[:3, 0])
        self.grids = [self._layout(level) for level in self.levels]
        _, _, (low, high) = self.grids[0].getRanges()
        part = Part(grid, low, high)
        self.equation = Conduction(part, loads(part), conductivity, reference)
        acting = self.equation.loads
        self.power = team.allreduce(float(np.abs(acting.source[part.owned]).sum()))
        self.scale = self.power or team.allreduce(float(np.abs(acting.ambient[part.owned]).sum())) or 1.0
        self.seen = self.grids[0].createLocalVec()

    def _layout(self, level: Level):
        x, y, _ = level.nodes
        return self.petsc.DMDA().create(
            dim=3, dof=1, sizes=level.nodes, proc_sizes=(1, 1, len(level.planes)),
            ownership_ranges=([x], [y], list(level.planes)), stencil_type=self.petsc.DMDA.StencilType.BOX,
            stencil_width=1, comm=self.group,
        )  # fmt: skip

    def solve(self) -> Temperature:
        part, acting = self.equation.part, self.equation.loads
        solution = self.grids[0].createGlobalVec()
        solution.setArray(acting.held[part.owned])
        size = int(np.prod(part.grid.nodes))
        snes = self.petsc.SNES().create(comm=self.group)
        matrix = self._matrix(solution)
        snes.setFunction(self._function, solution.duplicate())
        snes.setJacobian(self._jacobian, matrix, matrix)
        snes.setTolerances(
            rtol=0, atol=self.limits.tolerance * self.scale / sqrt(size), stol=0, max_it=self.limits.iterations
        )
        self._prepare(snes.getKSP())
        snes.setMonitor(self._monitor)
        snes.setConvergenceHistory()
        with calling_back():
            snes.solve(None, solution)
        norm, steps, linear = snes.getFunctionNorm(), snes.getIterationNumber(), snes.getLinearSolveIterations()
        residual = norm * sqrt(size) / self.scale
        if snes.getConvergedReason() <= 0 and not norm <= ROUNDING * self._exchanged(matrix, solution):
            raise InputError("sample", None, self._failure(snes, residual))
        theta = self._look(solution)
        leaving = self.equation.leaving(theta)[part.owned].sum(axis=(1, 2))
        for thing in (snes, matrix, solution, self.seen, *self.grids):
            thing.destroy()
        return Temperature(part, theta, leaving, steps, linear, residual)

    def _exchanged(self, matrix, solution) -> float:
        """Norm of the heat that nodes give and take, W."""
        heat = matrix.getDiagonal()
        heat.pointwiseMult(heat, solution)
        return float(heat.norm())

    def _failure(self, snes, residual: float) -> str:
        """What went wrong, and what to do."""
        steps, linear = snes.getIterationNumber(), snes.getLinearSolveIterations()
        where = f"residual {residual:.1e} of the power after {counted(steps, 'steps')} and {linear} linear iterations"
        reason, inner = snes.getConvergedReason(), snes.getKSP().getConvergedReason()
        if inner == self.petsc.KSP.ConvergedReason.DIVERGED_PCSETUP_FAILED:
            return f"temperature is undetermined to rounding ({where}): the heat sinks are too weak; raise a transfer"
        if reason == self.petsc.SNES.ConvergedReason.DIVERGED_LINEAR_SOLVE:
            why = (
                "its linear equations do not: take cells that are less elongated, in numbers divisible by powers of two"
            )
        elif reason == self.petsc.SNES.ConvergedReason.DIVERGED_MAX_IT:
            why = "take more sample.solver.iterations, or less power"
        else:
            why = "Newton's method stands still: take less power, or a conductivity that changes less with temperature"
        return f"temperature does not converge ({where}); {why}"

    def _prepare(self, ksp) -> None:
        """Multigrid from the coarsest grid to the finest, Galerkin's operators on the coarse ones."""
        options = self.petsc.Options()
        direct = _is_small(self.equation.part.grid, self.levels[-1])
        coarsest = {"pc_type": "redundant", "redundant_pc_type": "lu"} if direct else {"pc_type": "gamg"}
        count = len(self.grids)
        place = "mg_coarse_" if count > 1 else "mg_levels_0_"
        coarsest = {place + name: value for name, value in {"ksp_type": "preonly", **coarsest}.items()}
        for name, value in {**OPTIONS, "pc_mg_levels": str(count), **coarsest}.items():
            options[PREFIX + name] = value
        ksp.setOptionsPrefix(PREFIX)
        ksp.setFromOptions()
        for level in range(1, count):
            fine, rough = self.grids[count - 1 - level], self.grids[count - level]
            ksp.getPC().setMGInterpolation(level, rough.createInterpolation(fine)[0])

    def _look(self, vector) -> np.ndarray:
        """The seen nodes, (k, j, i)."""
        part = self.equation.part
        self.grids[0].globalToLocal(vector, self.seen)
        return self.seen.getArray().reshape(part.seen.stop - part.seen.start, *part.grid.nodes[1:]).copy()

    def _function(self, _, vector, result) -> None:
        part, acting = self.equation.part, self.equation.loads
        theta = self._look(vector)
        found = self.equation.residual(theta)
        found = np.where(acting.fixed, theta - acting.held, found)
        result.setArray(found[part.owned])

    def _matrix(self, vector):
        first = self.equation.jacobian(self._look(vector))
        self.rows = rows(self.equation.part, self.equation.loads.fixed, first)
        structure = (self.rows.pointer, self.rows.column, self.rows.values(first))
        matrix = self.petsc.Mat().createAIJ((vector.getSizes(), vector.getSizes()), csr=structure, comm=self.group)
        matrix.setOption(self.petsc.Mat.Option.NEW_NONZERO_LOCATION_ERR, True)
        return matrix

    def _jacobian(self, _, vector, matrix, __) -> None:
        value = self.rows.values(self.equation.jacobian(self._look(vector)))
        matrix.setValuesCSR(self.rows.pointer, self.rows.column, value)
        matrix.assemble()

    def _monitor(self, snes, step: int, norm: float) -> None:
        size = int(np.prod(self.equation.part.grid.nodes))
        linear = snes.getLinearSolveIterations()
        self.listener.say(
            f"sample: step {step}, residual {norm * sqrt(size) / self.scale:.1e} of the power, "
            f"{linear} linear iterations"
        )
        self.listener.heed(self.team, "heating the sample")
