"""Room on the disk, taken by plain system calls before anything else writes there.

Open MPI (4.1, ompio) loses what ranks write together without a word where the disk is full, and HDF5 may crash when it
closes a file there. So neither is let near a full disk: the blocks are the file's before.
"""

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hpcph.errors import InputError

KEEP_SIZE = 1  # FALLOC_FL_KEEP_SIZE of fallocate(2)
PIECE = 16 << 20  # bytes of zeros that are written at once
FIX = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room"),
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "restore the permission to write"),
}


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """What the system refuses is told to the user: OSError becomes InputError."""
    try:
        yield
    except OSError as err:
        raise refused(folder, err) from None


def refused(folder: Path, err: OSError) -> InputError:
    """One line with the reason and what to do."""
    reason = os.strerror(err.errno) if err.errno else str(err)[:80]
    fix = FIX.get(err.errno or 0, "make room or see to the disk")
    return InputError("output", folder, f"cannot be written ({reason}); {fix} and run the same command again")


def unwritable(path: Path) -> InputError | None:
    """Why this rank cannot write into an existing file; None where it can."""
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError as err:
        return refused(path.parent, err)
    return None


def take(descriptor: int, offset: int, size: int) -> None:
    """Give a file the blocks of a range that holds nothing yet; its length stays. Raises OSError.

    Where the file system has no fallocate (NFS 3, ext2, …) zeros are written; what was beyond the end is then free
    again, but was there.
    """
    try:
        _fallocate(descriptor, offset, size)
    except OSError as err:
        if err.errno not in (errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        _fill(descriptor, offset, size)


def _fallocate(descriptor: int, offset: int, size: int) -> None:
    call = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if call is None:  # macOS
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    while call(descriptor, KEEP_SIZE, offset, size):
        if ctypes.get_errno() != errno.EINTR:  # a signal that asks the run to stop
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _fill(descriptor: int, offset: int, size: int) -> None:
    length, end, zeros = os.fstat(descriptor).st_size, offset + size, memoryview(bytes(min(size, PIECE)))
    try:
        while offset < end:
            offset += os.pwrite(descriptor, zeros[: end - offset], offset)
        os.fsync(descriptor)  # some find out only now that there is no room
    finally:
        os.ftruncate(descriptor, length)
