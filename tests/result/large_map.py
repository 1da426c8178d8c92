"""Tables of modes of any size with values that everyone knows, written the program's way: large_map.py FOLDER BYTES."""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from mpi4py import MPI

from hpcph.crystal.mesh import MAX_BLOCKS
from hpcph.disk.durable import publish
from hpcph.parallel.comm import Comm
from hpcph.parallel.signals import Stop
from hpcph.result import modes, xdmf
from hpcph.result.quantity import Dataset
from hpcph.result.store import complete, lay_out
from hpcph.workflow import driver
from hpcph.workflow.keeper import Keeper
from hpcph.workflow.progress import Reporter
from hpcph.workflow.stage import Stage

MODES = 27


def tables(size: int) -> list[Dataset]:
    """The layout of /modes with about `size` bytes."""
    row = sum(int(np.prod(spec.shape)) * 8 for spec in modes.mode_maps(1, MODES))
    return modes.mode_maps(size // row + 1, MODES)


def value(spec: Dataset, rows: slice) -> np.ndarray:
    """Different in every element: 100 · row + column, and the length of the name as sign of the table."""
    width = int(np.prod(spec.shape[1:]))
    flat = 100.0 * np.arange(rows.start, rows.stop)[:, None] + np.arange(width) + len(spec.name) / 100
    return flat.reshape(-1, *spec.shape[1:])


def main(folder: Path, size: int) -> None:
    """Lay out, hand out, write round by round, complete, publish, describe."""
    comm, maps = Comm(MPI.COMM_WORLD), tables(size)
    cuts = np.linspace(0, maps[0].shape[0], MAX_BLOCKS + 1).astype(int)
    blocks = [slice(int(a), int(b)) for a, b in pairwise(cuts)]
    stage = Stage("zone", int(cuts[-1]), blocks, maps, 0, lambda b: (None, {m.name: value(m, b) for m in maps}))
    temporary, final = folder / ".result.h5.partial", folder / "result.h5"
    comm.on_root(lambda: lay_out(temporary, maps))
    driver._compute(comm, stage, Keeper(comm, temporary, {}, None, Stop()), Reporter(False))

    def finish() -> None:
        complete(temporary, maps, [], {}, {})
        publish(temporary, final)
        xdmf.describe(final)

    comm.on_root(finish)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
