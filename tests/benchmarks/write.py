"""A map file, written collectively and through rank 0, against a plain sequential write of the same bytes, in one run.

mpirun -n N python tests/benchmarks/write.py [--gigabytes 2] [--folder DIR] [--keep]     (not collected by pytest;
nothing is asserted). --keep puts the medians into docs/measured/write.json, which the page on speed shows. Where ranks
share cores with anything else, give mpirun `--mca mpi_yield_when_idle 1`: ranks that wait spin.
A serial h5py leaves the collective write out.

The map file is that of a mesh with `modes: true`: the layout, blocks and rounds of the program, every block on a
random rank, as the hand-out leaves it. The plain write is rank 0's alone, of as many bytes in large buffers; the others
sleep meanwhile. All times start without a file and end when the disk has the bytes (fsync); each goes first in turn,
and before any another file is written and removed, so that all find free memory that was just in use: filling the
page cache was seen to take up to six times as long otherwise, presumably because a virtual machine returns idle memory.
"""

import argparse
import os
import tempfile
import time
from functools import partial
from pathlib import Path

import measured
import numpy as np
from mpi4py import MPI

from hpcph.crystal.mesh import blocks
from hpcph.parallel.comm import Comm
from hpcph.result.mapfile import MapWriter
from hpcph.result.modes import mode_maps
from hpcph.result.store import lay_out
from hpcph.result.writers import MapRelay, together
from hpcph.workflow import driver
from hpcph.workflow.stage import Stage

MODES = 27


def stage(size: float) -> Stage:
    """The zone of a full n×n×n mesh whose tables have about `size` bytes."""
    row = sum(int(np.prod(spec.shape)) * 8 for spec in mode_maps(1, MODES))
    n = round((size / row) ** (1 / 3))
    q = np.stack(np.unravel_index(np.arange(n**3), (n, n, n)), -1) / n
    return Stage("zone", len(q), blocks(q), mode_maps(len(q), MODES), 0, lambda rows: (None, {}))


def pieces(work: Stage) -> dict[str, np.ndarray]:
    """Random numbers for the longest block of every map; blocks take their beginning."""
    longest = max(rows.stop - rows.start for rows in work.blocks)
    rng = np.random.default_rng(0)
    return {spec.name: rng.normal(size=(longest, *spec.shape[1:])) for spec in work.maps}


def rounds_of(work: Stage, ranks: int) -> list[tuple[int, int]]:
    """Ranges of blocks that the program writes together."""
    most, count = driver._blocks_a_round(work, ranks), len(work.blocks)
    return [(low, min(low + most, count)) for low in range(0, count, most)]


def maps(writer, comm: Comm, work: Stage, data: dict[str, np.ndarray], owner: np.ndarray, path: Path) -> float:
    """Seconds for a way of the program; writer : MapWriter or MapRelay."""
    wait(comm)
    begin = time.perf_counter()
    comm.on_root(lambda: lay_out(path, work.maps))
    for low, high in rounds_of(work, comm.size):
        mine = [work.blocks[b] for b in range(low, high) if owner[b] == comm.rank]
        with writer(path, comm) as file:
            for spec in work.maps:
                file.write(spec, [(rows, data[spec.name][: rows.stop - rows.start]) for rows in mine])
    comm.on_root(lambda: sync(path))
    return time.perf_counter() - begin


def sequential(comm: Comm, total: int, path: Path) -> float:
    """Seconds for one process that writes `total` bytes one after the other, on every rank."""

    def alone() -> float:
        begin = time.perf_counter()
        plain(total, path)
        sync(path)
        return time.perf_counter() - begin

    spent = alone() if comm.root else 0.0
    wait(comm)
    return comm.bcast(spent)


def plain(total: int, path: Path) -> None:
    """Any bytes, in large pieces."""
    piece = memoryview(np.ones(driver.BUFFER // 8)).cast("B")
    with open(path, "wb", buffering=0) as file:
        for low in range(0, total, len(piece)):
            file.write(piece[: total - low])


def sync(path: Path) -> None:
    """Wait until the disk has the file."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def wait(comm: Comm) -> None:
    """A barrier that leaves the processor to the others."""
    request = comm.mpi.Ibarrier()
    while not request.Test():
        time.sleep(0.01)


def fresh(comm: Comm, total: int, path: Path) -> None:
    """No file, nothing left to do for the disk, and free memory that was just in use."""
    wait(comm)
    if comm.root:
        path.unlink(missing_ok=True)
        os.sync()
        plain(total, path)
        path.unlink()
    wait(comm)


def main(comm: Comm, size: float, repeats: int, folder: Path) -> measured.Row:
    """Print every pair, then the medians, which are the row."""
    work = stage(size)
    data = pieces(work)
    total = sum(int(np.prod(spec.shape)) * 8 for spec in work.maps)
    owner = np.random.default_rng(1).integers(comm.size, size=len(work.blocks))
    ways = {
        "collective": partial(maps, MapWriter, comm, work, data, owner),
        "rank 0": partial(maps, MapRelay, comm, work, data, owner),
        "sequential": partial(sequential, comm, total),
    }
    if not together(comm):
        del ways["collective"]
    names, rates = list(ways), []
    for turn in range(repeats):
        rate = {}
        for name in [*names[turn % len(names) :], *names[: turn % len(names)]]:
            fresh(comm, total, folder / "file")
            rate[name] = total / 1e6 / ways[name](folder / "file")
        rates.append([rate[name] for name in names])
        if comm.root:
            print(line(names, rates[-1]), flush=True)
    if comm.root:
        rounds = len(rounds_of(work, comm.size))
        print(f"{comm.size} ranks, {total / 1e9:.2f} GB, {len(work.blocks)} blocks in {rounds} rounds; medians:")
        print(line(names, np.median(rates, axis=0)))
    medians = dict(zip(names, np.median(rates, axis=0).tolist(), strict=True))
    shares = {f"{name} / plain": rate / medians["sequential"] for name, rate in medians.items() if name != "sequential"}
    return {
        "ranks": comm.size,
        "file (GB)": round(total / 1e9, 1),
        **{f"{'plain' if name == 'sequential' else name} (MB/s)": rate for name, rate in medians.items()},
        **shares,
    }


def line(names: list[str], rates) -> str:
    """MB/s of every way, and over that of the plain write."""
    return "   ".join(f"{name} {r:5.0f} MB/s ({r / rates[-1]:.2f})" for name, r in zip(names, rates, strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=2, help="size of the file (2)")
    parser.add_argument("--repeats", type=int, default=3, help="pairs of writes (3)")
    parser.add_argument("--folder", type=Path, default=Path("."), help="on the disk to be measured (here)")
    parser.add_argument("--keep", action="store_true", help="keep the medians for the page on speed")
    given = parser.parse_args()
    world = Comm(MPI.COMM_WORLD)
    with tempfile.TemporaryDirectory(dir=given.folder) if world.root else tempfile.TemporaryDirectory() as name:
        row = main(world, given.gigabytes * 1e9, given.repeats, Path(world.bcast(name)))
        wait(world)
    if given.keep and world.root:
        measured.keep("write", [row], by=["ranks", "file (GB)"], ranks=world.size)
