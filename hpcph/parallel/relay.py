"""Arrays of every rank to rank 0, one after the other."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

LABEL, NUMBERS = 13, 14  # tags


def to_root(comm, own: Iterable[tuple[Any, np.ndarray]]) -> Iterator[tuple[Any, np.ndarray]]:
    """Labelled arrays of rank 0, of rank 1, …: rank 0 iterates over all of them, the others over nothing. Collective.

    Every rank must iterate to the end. An array may be of memory that the next one uses too.

    comm : hpcph.parallel.comm.Comm; own : those of this rank, contiguous
    """
    if comm.root:
        yield from own
        for rank in range(1, comm.size):
            while (told := comm.mpi.recv(source=rank, tag=LABEL)) is not None:
                label, shape, dtype = told
                array = np.empty(shape, dtype)
                comm.mpi.Recv(array.view(np.uint8), source=rank, tag=NUMBERS)
                yield label, array
    else:
        for label, array in own:
            comm.mpi.send((label, array.shape, array.dtype), dest=0, tag=LABEL)
            comm.mpi.Send(array.view(np.uint8), dest=0, tag=NUMBERS)
        comm.mpi.send(None, dest=0, tag=LABEL)
