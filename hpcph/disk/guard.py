"""What files of anybody, HDF5 above all, make a reader raise becomes one complaint; no link is followed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from hpcph.errors import InputError


class Unsound(ValueError):
    """What is wrong with a file, in a few words."""


@contextmanager
def reading(whose: str) -> Iterator[None]:
    """What a file makes h5py raise becomes Unsound: damaged, or not of the program whose file it should be."""
    try:
        yield
    except (Unsound, MemoryError):
        raise
    except Exception as err:
        number = getattr(err, "errno", None)
        if "truncated file" in str(err):
            raise Unsound("is cut off: it was not copied or downloaded whole") from err
        what = "cannot be read" if number else f"is damaged or not of {whose}"
        raise Unsound(f"{what} ({os.strerror(number) if number else type(err).__name__})") from err


@contextmanager
def blamed(key: str, path: Path, wanted: str) -> Iterator[None]:
    """What is wrong with a file that an input names becomes InputError of that key.

    wanted : what should stand there instead, such as "a kappa-m….hdf5 of phono3py"
    """
    try:
        yield
    except Unsound as err:
        raise InputError(key, path, f"{err}; give {wanted}") from err


def is_hard(group: h5py.Group, name: str) -> bool:
    """Does the group hold something of that name itself? h5py's own tests follow links, into whatever they name."""
    try:
        return group.id.links.get_info(name.encode()).type == h5py.h5l.TYPE_HARD
    except RuntimeError:  # no such name
        return False
