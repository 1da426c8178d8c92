"""HDF5 of phonopy and phono3py: what stands in a file, taken out of it before anything is computed.

h5py raises whatever it likes at damaged files. That is caught here, around what only reads; whoever computes with the
numbers is outside, so that a mistake of the program is never taken for damage.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from hpcph.disk.guard import Unsound, blamed, is_hard, reading

UNPACK = {
    b"\x1f\x8b": "gunzip",
    b"\xfd7zXZ": "unxz",
    b"BZh": "bunzip2",
    b"(\xb5/\xfd": "unzstd",
    b"PK\x03\x04": "unzip",
}
MOST = 64 << 20  # bytes of an array that is read as a whole, or of a chunk


@dataclass(frozen=True)
class Array:
    """Numbers that stand in the file, read where they are asked for."""

    dataset: h5py.Dataset
    shape: tuple[int, ...]
    whose: str

    def __getitem__(self, where) -> np.ndarray:
        with reading(self.whose):
            return np.asarray(self.dataset[where])


@dataclass(frozen=True)
class Foreign:
    """An open file, or a group of one, and the program that should have written it. All methods raise Unsound."""

    file: h5py.Group
    whose: str

    @property
    def path(self) -> Path:
        return Path(self.file.file.filename)

    def __contains__(self, name: str) -> bool:
        with reading(self.whose):
            return is_hard(self.file, name)

    def numbers(self, name: str, most: float = MOST) -> np.ndarray:
        """A whole array; most : bytes that it may take."""
        return self.array(name, most=most)[...]

    def array(self, name: str, row_of: int | None = None, most: float = MOST, chunk: int | None = None) -> Array:
        """Real numbers that stand in the file itself, in chunks or not.

        row_of : axis of three of which one row at a time is read; most : bytes that it may take; chunk : bytes of a
        chunk, else as many
        """
        with reading(self.whose):
            dataset = self.file[name] if is_hard(self.file, name) else None
            if isinstance(dataset, h5py.Dataset) and dataset.dtype.kind in "iuf" and dataset.id.get_storage_size():
                read = dataset.nbytes // (dataset.shape[row_of] if row_of is not None and dataset.ndim == 3 else 1)
                once = int(np.prod(dataset.chunks or 0)) * dataset.dtype.itemsize
                if not (dataset.is_virtual or dataset.external or once > (chunk or most) or read > most):
                    return Array(dataset, dataset.shape, self.whose)
        raise Unsound(f"{name} is not an array of numbers in the file")

    def inside(self, name: str) -> "Foreign":
        """A group of the file, whose names lead nowhere else either."""
        with reading(self.whose):
            found = self.file[name] if is_hard(self.file, name) else None
        if not isinstance(found, h5py.Group):
            raise Unsound(f"has no group {name}")
        _require_hard(found, self.whose)
        return Foreign(found, self.whose)

    def attributes(self, name: str, count: int) -> np.ndarray:
        """Finite numbers that the file or group as a whole has."""
        with reading(self.whose):
            found = np.ravel(self.file.attrs[name]) if name in self.file.attrs else np.empty(0)
        if found.size != count or found.dtype.kind not in "iuf" or not np.all(np.isfinite(found)):
            raise Unsound(f"has no {name}")
        return found.astype(float)

    def attribute(self, name: str) -> float:
        """One such number."""
        return float(self.attributes(name, 1)[0])

    def word(self, name: str) -> str:
        """A text of one word or one line, its first letters."""
        with reading(self.whose):
            found = self.file[name]
            text = isinstance(found, h5py.Dataset) and h5py.check_string_dtype(found.dtype) is not None
            if text and found.size == 1 and not found.is_virtual and not found.external:
                return str(np.ravel(found.asstr()[...])[0])[:40]
        raise Unsound(f"has a {name} that is no word")


def _require_hard(group: h5py.Group, whose: str) -> None:
    """Raise Unsound where a name of a group leads out of it, for such a file must not be asked for it."""
    with reading(whose):
        for name in group:
            if not is_hard(group, name):
                raise Unsound(f"{ascii(name)[1:-1][:60]} is not an array of numbers in the file")


@contextmanager
def opening(path: Path, whose: str) -> Iterator[Foreign]:
    """A file whose names lead nowhere else, for such a file must not be asked for them. Raises Unsound."""
    with reading(whose):
        file = h5py.File(path, "r")
    try:
        _require_hard(file, whose)
        yield Foreign(file, whose)
    finally:
        with reading(whose):
            file.close()


@contextmanager
def opened(path: Path, key: str, whose: str, wanted: str) -> Iterator[Foreign]:
    """A file that an input names; what is wrong with it, which is Unsound, becomes InputError of that key.

    wanted : what should stand there instead
    """
    with blamed(key, path, wanted):
        with reading(whose):
            if not path.is_file():
                raise Unsound("is a folder" if path.is_dir() else "no such file")
            with path.open("rb") as raw:
                start = raw.read(8)
        if packed := [how for magic, how in UNPACK.items() if start.startswith(magic)]:
            raise Unsound(f"is compressed; unpack it with {packed[0]}")
        with opening(path, whose) as file:
            yield file
