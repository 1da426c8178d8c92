"""What was computed from files before, in the user's cache folder: kept where it can be, missed where it cannot.

HPCPH_CACHE names another folder; empty or `off`, nothing is kept. An entry is written whole or not at all; one that is
damaged, or somebody else's, is none. The oldest entries make room for new ones.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from hpcph.disk.draft import draft

VARIABLE, OFF = "HPCPH_CACHE", ("", "off")
MAGIC = b"hpcph cache 1 "
USERS = platformdirs.user_cache_path("hpcph")
MOST = 4 << 30  # bytes of all entries
LARGEST = 1 << 30  # bytes of one


def folder() -> Path | None:
    """Where entries are; None where none are wanted."""
    named = os.environ.get(VARIABLE)
    if named is None:
        return USERS
    return None if named in OFF else Path(named)


def get(key: str) -> bytes | None:
    """The entry of a key, None where there is none that is whole."""
    place = folder()
    if place is None:
        return None
    try:
        descriptor = os.open(place / key, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if about.st_uid != os.geteuid() or about.st_size > LARGEST:
                return None
            first, _, data = file.read().partition(b"\n")
    except OSError:
        return None
    if first != MAGIC + _sum(data):
        return None
    with suppress(OSError):
        os.utime(place / key)  # those that are used stay
    return data


def put(key: str, data: bytes) -> None:
    """Keep an entry, if that can be."""
    place = folder()
    if place is None or len(data) > LARGEST:
        return
    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(place, len(data))
        with draft(place / key) as temporary:
            temporary.write_bytes(MAGIC + _sum(data) + b"\n" + data)


def _make_room(place: Path, size: int) -> None:
    """Remove the entries that nobody used for longest, until there is room for so many bytes."""
    entries = sorted((about.st_mtime, about.st_size, entry.path) for entry, about in _entries(place))
    held = sum(of for _, of, _ in entries) + size
    for _, of, path in entries:
        if held <= MOST:
            return
        os.unlink(path)
        held -= of


def _entries(place: Path) -> list[tuple[os.DirEntry, os.stat_result]]:
    with os.scandir(place) as found:
        return [(entry, entry.stat(follow_symlinks=False)) for entry in found if entry.is_file(follow_symlinks=False)]


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()
