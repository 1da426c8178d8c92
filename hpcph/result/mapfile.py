"""A file that is laid out, as HDF5 lets ranks write maps into it: all of them, or one."""

import os
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from hpcph.result.quantity import Dataset
from hpcph.result.staging import Piece, Staging
from hpcph.result.store import FORMAT


def is_parallel() -> bool:
    """Was HDF5 built to let all ranks write into one file?"""
    return bool(h5py.get_config().mpi)


def version() -> str:
    """That of HDF5."""
    return h5py.version.hdf5_version


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


def opened(path: Path) -> h5py.h5f.FileID:
    """Without the buffer in which HDF5 collects small pieces: it reads what lies between them, half of all time."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V18, h5py.h5f.LIBVER_V18)  # FORMAT
    access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
    access.set_sieve_buf_size(0)
    return h5py.h5f.open(os.fsencode(path), h5py.h5f.ACC_RDWR, access)


def put(file: h5py.h5f.FileID, spec: Dataset, ranges: Sequence[slice], data: np.ndarray) -> None:
    """Write numbers of some ranges of a map, side by side. Raises OSError."""
    dataset = h5py.h5d.open(file, spec.name.encode())
    dataset.write(h5py.h5s.create_simple(data.shape), _selection(dataset, spec, ranges), data)


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
