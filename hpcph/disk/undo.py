"""The end of a run changes the structure of its file: here is how that is taken back after a kill.

Large maps were given their places when the file was laid out. What stands around them is small: it is kept aside before
the change, and put back, the file cut to its former length, before a run continues.
"""

import os
from pathlib import Path

import h5py

from hpcph.disk.draft import draft, sweep

LARGE = 1 << 16  # bytes: maps of this size and more are left where they are


def snapshot(path: Path) -> None:
    """Keep everything but the large maps of a closed file aside."""
    with open(path, "rb") as file, draft(_kept(path)) as new, open(new, "wb") as kept:
        size = os.fstat(file.fileno()).st_size
        kept.write(f"{size}\n".encode())
        for low, high in _around(path, size):
            kept.write(f"{low} {high}\n".encode())
            file.seek(low)
            kept.write(file.read(high - low))


def restore(path: Path) -> None:
    """Put it back, if the end of the run had begun."""
    if not _kept(path).exists():
        return
    with open(_kept(path), "rb") as kept, open(path, "r+b") as file:
        file.truncate(int(kept.readline()))
        while line := kept.readline():
            low, high = map(int, line.split())
            file.seek(low)
            file.write(kept.read(high - low))
        file.flush()
        os.fsync(file.fileno())
    forget(path)


def forget(path: Path) -> None:
    """The run is over."""
    _kept(path).unlink(missing_ok=True)
    sweep(_kept(path))


def _kept(path: Path) -> Path:
    return path.with_name(f"{path.name}.undo")


def _around(path: Path, size: int) -> list[tuple[int, int]]:
    """The ranges of bytes between large maps."""
    taken: list[tuple[int, int]] = []

    def note(_: str, item) -> None:
        if isinstance(item, h5py.Dataset) and item.id.get_storage_size() >= LARGE:
            taken.append((item.id.get_offset(), item.id.get_offset() + item.id.get_storage_size()))

    with h5py.File(path, "r") as file:
        file.visititems(note)
    edges = [0, *(edge for span in sorted(taken) for edge in span), size]
    return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if high > low]
