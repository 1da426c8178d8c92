"""Memory of a rank that holds its part of a collision matrix, measured."""

import sys

import h5py
import numpy as np
import pytest
from parallel import world

POINTS, MODES = 1000, 9  # 9000 unknowns, 618 MiB


def measure(path: str) -> None:
    """Print the largest growth of a rank's memory over that of an idle one, bytes (a script, under mpirun)."""
    import resource
    from pathlib import Path

    from mpi4py import MPI

    from hpcph.boltzmann import solver
    from hpcph.boltzmann.transport import share
    from hpcph.parallel.petsc import petsc
    from hpcph.readers.collisions import CollisionFile, read_slab, stamp

    petsc()
    team = MPI.COMM_WORLD
    low, high = share(POINTS, team.size, team.rank)
    given = CollisionFile(Path(path), np.zeros(1, int), POINTS, MODES, 1, stamp(Path(path)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def fill(rows: np.ndarray) -> None:
        def store(first, piece) -> None:
            start = (first - low) * MODES
            rows[start : start + piece.shape[0] * MODES] = piece.reshape(-1, POINTS * MODES)

        read_slab(given, 0, low, high, store)

    rate = np.full((high - low) * MODES, 1e14)
    matrix = solver.Collisions(team, rate, fill)
    found = matrix.solve(np.ones(len(rate)), solver.KrylovLimits(1e-10, 100))
    assert found.converged
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    most = team.allreduce(grown, op=MPI.MAX)
    if team.rank == 0:
        print("grown", most)


@pytest.mark.slow
@pytest.mark.petsc
def test_memory_goes_like_one_over_the_ranks(tmp_path):
    """No rank ever holds more than its rows and what reads them: 1, 2 and 4 ranks."""
    path, size = tmp_path / "large.hdf5", POINTS * MODES
    with h5py.File(path, "w") as file:
        matrix = file.create_dataset("collision_matrix", (1, POINTS, MODES, POINTS, MODES), "f8")
        row = np.random.default_rng(0).normal(size=(MODES, POINTS, MODES)) / size
        for point in range(POINTS):
            matrix[0, point] = row
    rows = 8 * size**2
    script, grown = tmp_path / "measure.py", {}
    here = str(world.ROOT / "tests/boltzmann")
    script.write_text(
        f"import sys; sys.path[:0] = [{here!r}, {here + '/..'!r}]\nimport test_memory as t; t.measure({str(path)!r})\n"
    )
    for ranks in (1, 2, 4):
        done = world.command(ranks, script=script)
        assert done.returncode == 0, done.stderr
        grown[ranks] = int(done.stdout.split()[-1])
    print({n: f"{value / 2**20:.0f} MiB" for n, value in grown.items()}, file=sys.stderr)
    for ranks, value in grown.items():
        assert value < 1.05 * rows / ranks + (48 << 20), grown
