"""The heat equation of a finite sample against a plain PETSc Poisson problem with the same solver, in one run.

mpirun -n 2 python tests/benchmarks/sample.py [cells along x,y,z] [--keep]     (208,208,240: 10⁷ nodes, 13 GB, minutes)

--keep puts the row into docs/measured/sample.json, which the page on speed shows.
"""

import argparse
import resource
import time

import numpy as np
import petsc4py

petsc4py.init(["sample", "-no_signal_handler"])
import measured  # noqa: E402
from petsc4py import PETSc  # noqa: E402

from hpcph.heat import solver  # noqa: E402
from hpcph.heat.conduction import Loads  # noqa: E402
from hpcph.heat.grid import Part, cuboid  # noqa: E402
from hpcph.heat.rows import rows  # noqa: E402
from hpcph.heat.table import table  # noqa: E402
from hpcph.parallel.comm import world  # noqa: E402
from hpcph.parallel.listener import Listener  # noqa: E402

SIZE, POWER, SINK = 1e-6, 5e-4, 300.0


def loads(part: Part) -> Loads:
    """A spot on the top, a bottom of given temperature."""
    x, y, _ = part.position()
    light = part.face(-1) * np.exp(-2 * (x**2 + y**2) / (0.3 * SIZE) ** 2)
    zero = np.zeros(light.shape)
    return Loads(POWER / (np.pi * (0.3 * SIZE) ** 2 / 2) * light, zero, zero, part.face(0) > 0, zero)


def plain(comm, nodes: tuple[int, int, int], depth: int) -> tuple[float, int]:
    """Seconds and iterations of −Δu = 1 on a DMDA, seven points, the hierarchy that PETSc makes itself."""
    begin = time.perf_counter()
    grid = PETSc.DMDA().create(dim=3, dof=1, sizes=nodes, proc_sizes=(1, 1, comm.size), stencil_width=1, comm=comm.mpi)
    _, _, (low, high) = grid.getRanges()
    part = Part(cuboid((1.0, 1.0, 1.0), tuple(n - 1 for n in nodes)), low, high)
    shape = (part.seen.stop - part.seen.start, nodes[1], nodes[0])
    one = -np.ones(shape)
    stencil = {offset: one for offset in ((-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0, 1), (0, 1, 0), (1, 0, 0))}
    stencil[0, 0, 0] = 6 * np.ones(shape)
    coupled = rows(part, np.zeros(shape, bool), stencil)
    size = ((high - low) * nodes[0] * nodes[1], None)
    structure = (coupled.pointer, coupled.column, coupled.values(stencil))
    matrix = PETSc.Mat().createAIJ((size, size), csr=structure, comm=comm.mpi)
    ksp = PETSc.KSP().create(comm.mpi)
    ksp.setOptionsPrefix("plain_")
    options = PETSc.Options()
    for name, wanted in {**solver.OPTIONS, "ksp_rtol": 1e-9, "pc_mg_levels": depth, "mg_coarse_ksp_type": "preonly",
                         "mg_coarse_pc_type": "redundant"}.items():  # fmt: skip
        options[f"plain_{name}"] = wanted
    ksp.setDM(grid)
    ksp.setDMActive(False)
    ksp.setOperators(matrix)
    ksp.setFromOptions()
    right, found = matrix.createVecs()
    right.set(1.0)
    ksp.solve(right, found)
    assert ksp.getConvergedReason() > 0
    spent, count = time.perf_counter() - begin, ksp.getIterationNumber()
    for thing in (ksp, matrix, grid, right, found):
        thing.destroy()
    return spent, count


def main() -> None:
    """Print both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="?", default="64,64,72", help="along x,y,z (64,64,72)")
    parser.add_argument("--keep", action="store_true", help="keep the row for the page on speed")
    given = parser.parse_args()
    comm = world()
    cells = tuple(int(n) for n in given.cells.split(","))
    grid = cuboid((SIZE, SIZE, SIZE * cells[2] / cells[0]), cells)
    nodes = tuple(n + 1 for n in cells)
    count = int(np.prod(nodes))
    depth = 1
    while all(n % 2**depth == 0 and n >> depth > 4 for n in cells):
        depth += 1
    poisson, iterations = plain(comm, nodes, depth)
    temperature = np.linspace(200, 800, 31)
    kappa = table(temperature, np.outer(300 / temperature, [6.0, 6.0, 11.0]))
    begin = time.perf_counter()
    nobody = Listener(lambda _: None, lambda: False)
    found = solver.solve(comm, grid, loads, kappa, SINK, solver.NewtonLimits(1e-9, 50), nobody)
    spent = time.perf_counter() - begin
    peak = comm.mpi.allgather(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    if comm.root and found is not None:
        print(f"{count} nodes on {comm.size} ranks, peak {max(peak):.2f} GiB a rank")
        print(f"plain PETSc: {poisson:.1f} s, {1e6 * poisson / count:.2f} µs a node, {iterations} iterations")
        print(f"sample: {spent:.1f} s, {1e6 * spent / count:.2f} µs a node, {found.steps} steps, {found.linear} its")
        by_iteration = spent / found.linear / (poisson / iterations)
        print(f"a Newton step over plain: {spent / found.steps / poisson:.2f}; an iteration: {by_iteration:.2f}")
        row = {
            "nodes": count,
            "ranks": comm.size,
            "sample (s)": spent,
            "a node (µs)": 1e6 * spent / count,
            "Newton steps": found.steps,
            "plain PETSc (s)": poisson,
            "plain, a node (µs)": 1e6 * poisson / count,
            "memory a rank (GiB)": max(peak),
        }
        if given.keep:
            measured.keep("sample", [row], by=["nodes", "ranks"], ranks=comm.size)


if __name__ == "__main__":
    main()
