"""Maps into a file that is laid out: by all ranks together with parallel HDF5, else through rank 0.

Either way the same bytes reach the same places. Every rank has pieces: ascending ranges along spec.along with their
numbers, or none.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hpcph.disk.room import unwritable, writing
from hpcph.parallel.relay import to_root
from hpcph.result.quantity import Dataset
from hpcph.result.staging import Piece, Staging, portions

if TYPE_CHECKING:
    import h5py

    from hpcph.result.mapfile import MapWriter

PORTION = 8 << 20  # bytes of a map that rank 0 takes from a rank at a time


def together(comm) -> bool:
    """Can all ranks write into one file, or does everything go through rank 0?"""
    from hpcph.result.mapfile import is_parallel

    return bool(comm.has_mpi and is_parallel())


def way(parallel: bool) -> str:
    """For plan and log."""
    from hpcph.result.mapfile import version

    hdf5 = f"HDF5 {version()}"
    return f"by all ranks together, parallel {hdf5}" if parallel else f"by rank 0, {hdf5} without MPI"


def map_writer(path: Path, comm) -> "MapWriter | MapRelay":
    """The file, open to take maps; a context manager whose methods are collective. Raises InputError on every rank.

    Rank 0 knows the way: where it writes alone, the others need no HDF5 and load none.
    """
    if comm.on_root(partial(together, comm)):
        from hpcph.result.mapfile import MapWriter

        comm.agree(unwritable(path))  # a rank that alone cannot open it would keep the others in MPI's opening of it
        return MapWriter(path, comm)
    return MapRelay(path, comm)


class MapRelay:
    """The file, open on rank 0, which takes the others' pieces portion by portion."""

    def __init__(self, path: Path, comm):
        def open_() -> "h5py.h5f.FileID":
            from hpcph.result.mapfile import opened

            with writing(path.parent):
                return opened(path)

        self._comm, self._folder, self._staging = comm, path.parent, Staging()
        self._file = comm.for_root(open_)

    def __enter__(self) -> "MapRelay":
        return self

    def __exit__(self, kind, *_) -> None:
        def close() -> None:
            with writing(self._folder):
                self._file.close()

        if kind is None:
            self._comm.on_root(close)

    def write(self, spec: Dataset, pieces: Sequence[Piece]) -> None:
        """Write what all ranks computed. Raises OSError on rank 0, which takes all portions whatever the disk says."""
        failure: OSError | None = None
        for ranges, data in to_root(self._comm, self._portions(spec, pieces)):
            from hpcph.result.mapfile import put

            try:
                put(self._file, spec, ranges, data)
            except OSError as err:
                failure = err
        if failure is not None:
            raise failure

    def _portions(self, spec: Dataset, pieces: Sequence[Piece]) -> Iterator[tuple[list[slice], np.ndarray]]:
        rest = list(spec.shape)
        length = rest.pop(spec.along)
        most = max(1, PORTION // max(1, int(np.prod(rest)) * np.dtype(spec.dtype).itemsize))
        for portion in portions(pieces, min(most, max(1, length)), spec.along):
            yield [rows for rows, _ in portion], self._staging.side_by_side(spec, [values for _, values in portion])
