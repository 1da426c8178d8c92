"""Forces that are known already: one small file a supercell, whole or not there, by what it depends on.

They lie in the cache's folder, in the user's where there shall be none: a run goes on from what it has computed. What
the folder holds may be removed at any time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from hpcph.disk import cache
from hpcph.disk.cache import VARIABLE
from hpcph.disk.draft import draft
from hpcph.errors import InputError


def folder(label: str) -> Path:
    """Where what has this label lies; made where it is not there. Raises InputError."""
    path = (cache.folder() or cache.USERS).expanduser().absolute() / label
    with keeping(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def keeping(path: Path) -> Iterator[None]:
    """What the system refuses is told to the user."""
    try:
        yield
    except OSError as err:
        fix = f"forces cannot be kept there ({err.strerror}); set {VARIABLE} to a folder that can be written"
        raise InputError(VARIABLE, path, fix) from None


def load(path: Path, columns: int) -> np.ndarray | None:
    """Numbers in so many columns; None where they are not there, or not whole."""
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = isinstance(found, np.ndarray) and found.dtype == float and found.ndim == 2 and found.shape[1] == columns
    return found if whole and np.all(np.isfinite(found)) else None


def save(path: Path, values: np.ndarray) -> None:
    """Raises InputError where it cannot be written."""
    with keeping(path.parent), draft(path) as temporary, open(temporary, "wb") as file:
        np.save(file, values, allow_pickle=False)


def write(path: Path, text: str) -> None:
    """A file of text. Raises InputError where it cannot be written."""
    with keeping(path.parent), draft(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
