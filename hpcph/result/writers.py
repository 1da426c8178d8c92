"""Maps into a file that is laid out: by all ranks together with parallel HDF5, else through rank 0.

Either way the same bytes reach the same places. Every rank has pieces: ascending ranges along spec.along with their
numbers, or none.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import h5py
import numpy as np

from hpcph.disk.room import unwritable, writing
from hpcph.parallel.relay import to_root
from hpcph.result.quantity import Dataset
from hpcph.result.store import FORMAT

PORTION = 8 << 20  # bytes of a map that rank 0 takes from a rank at a time

Piece = tuple[slice, np.ndarray]


def together(comm) -> bool:
    """Can all ranks write into one file, or does everything go through rank 0?"""
    return bool(comm.has_mpi and h5py.get_config().mpi)


def way(parallel: bool) -> str:
    """For plan and log."""
    version = h5py.version.hdf5_version
    return f"by all ranks together, parallel HDF5 {version}" if parallel else f"by rank 0, HDF5 {version} without MPI"


def map_writer(path: Path, comm) -> "MapWriter | MapRelay":
    """The file, open to take maps; a context manager whose methods are collective. Raises InputError on every rank."""
    if together(comm):
        comm.agree(unwritable(path))  # a rank that alone cannot open it would keep the others in MPI's opening of it
        return MapWriter(path, comm)
    return MapRelay(path, comm)


class MapWriter:
    """The file, open on all ranks."""

    def __init__(self, path: Path, comm):
        self._file = h5py.File(path, "r+", driver="mpio", comm=comm.mpi, libver=FORMAT)
        self._transfer = h5py.h5p.create(h5py.h5p.DATASET_XFER)
        self._transfer.set_dxpl_mpio(h5py.h5fd.MPIO_COLLECTIVE)
        self._staging = Staging()

    def __enter__(self) -> "MapWriter":
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:  # else this rank fails alone, and the others are not closing
            self._file.close()

    def write(self, spec: Dataset, pieces: Sequence[Piece]) -> None:
        """Write what this rank computed. Raises OSError."""
        dataset = self._file[spec.name].id
        space = _selection(dataset, spec, [rows for rows, _ in pieces])
        if pieces:  # the union is read in the order of the file, which is that of the concatenation
            data = self._staging.side_by_side(spec, [values for _, values in pieces])
            memory = h5py.h5s.create_simple(data.shape)
        else:
            data = np.zeros(1, spec.dtype)
            memory = h5py.h5s.create_simple((1,))
            memory.select_none()
        dataset.write(memory, space, data, dxpl=self._transfer)


class MapRelay:
    """The file, open on rank 0, which takes the others' pieces portion by portion."""

    def __init__(self, path: Path, comm):
        def opened() -> h5py.h5f.FileID:
            with writing(path.parent):
                return _opened(path)

        self._comm, self._folder, self._staging = comm, path.parent, Staging()
        self._file = comm.for_root(opened)

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
            try:
                dataset = h5py.h5d.open(self._file, spec.name.encode())
                dataset.write(h5py.h5s.create_simple(data.shape), _selection(dataset, spec, ranges), data)
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


def _opened(path: Path) -> h5py.h5f.FileID:
    """Without the buffer in which HDF5 collects small pieces: it reads what lies between them, half of all time."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V18, h5py.h5f.LIBVER_V18)  # FORMAT
    access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
    access.set_sieve_buf_size(0)
    return h5py.h5f.open(os.fsencode(path), h5py.h5f.ACC_RDWR, access)


class Staging:
    """Memory that the maps of a round share: fresh pages cost more than the copy."""

    def __init__(self) -> None:
        self._bytes = np.empty(0, np.uint8)

    def side_by_side(self, spec: Dataset, values: Sequence[np.ndarray]) -> np.ndarray:
        """Numbers of neighbouring pieces as one array, until the next call."""
        shape, dtype = list(spec.shape), np.dtype(spec.dtype)
        shape[spec.along] = sum(v.shape[spec.along] for v in values)
        size = int(np.prod(shape)) * dtype.itemsize
        if self._bytes.size < size:
            self._bytes = np.empty(size, np.uint8)
        return np.concatenate(values, axis=spec.along, out=self._bytes[:size].view(dtype).reshape(shape))


def portions(pieces: Sequence[Piece], most: int, along: int) -> Iterator[list[Piece]]:
    """The same pieces in groups of at most `most` rows; longer ones are cut."""
    portion: list[Piece] = []
    room = most
    for rows, values in pieces:
        for low in range(rows.start, rows.stop, most):
            part = slice(low, min(low + most, rows.stop))
            if part.stop - part.start > room:
                yield portion
                portion, room = [], most
            inside = slice(part.start - rows.start, part.stop - rows.start)
            portion.append((part, values[(slice(None),) * along + (inside,)]))
            room -= part.stop - part.start
    if portion:
        yield portion


def _selection(dataset: h5py.h5d.DatasetID, spec: Dataset, ranges: Sequence[slice]) -> h5py.h5s.SpaceID:
    """Where ranges lie in the file."""
    space = dataset.get_space()
    space.select_none()
    for low, high in _runs(ranges):
        start, count = [0] * len(spec.shape), list(spec.shape)
        start[spec.along], count[spec.along] = low, high - low
        space.select_hyperslab(tuple(start), tuple(count), op=h5py.h5s.SELECT_OR)
    return space


def _runs(ranges: Sequence[slice]) -> list[tuple[int, int]]:
    """Ascending ranges with neighbours joined: the fewer pieces a selection has, the cheaper it is."""
    joined: list[tuple[int, int]] = []
    for rows in ranges:
        if joined and joined[-1][1] == rows.start:
            joined[-1] = joined[-1][0], rows.stop
        else:
            joined.append((rows.start, rows.stop))
    return joined
