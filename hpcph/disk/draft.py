"""Files that are there whole or not at all, and that nothing lies in wait for.

What is written goes under a name that nobody can know before, as a new file: a link that was put there is not followed.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from hpcph.disk.durable import publish

TOKEN = 8  # random bytes in a name


@contextmanager
def draft(final: Path) -> Iterator[Path]:
    """Where to write what becomes `final` when the block ends well; of a block that fails nothing is left."""
    temporary = final.with_name(f".{final.name}.{secrets.token_hex(TOKEN)}.partial")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY, 0o666))
    try:
        yield temporary
        publish(temporary, final)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def reserve(path: Path) -> None:
    """A file of a name that others know, made where there is none. Raises OSError where it is a link or no file."""
    descriptor = os.open(path, os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_WRONLY, 0o666)
    try:
        if os.fstat(descriptor).st_nlink > 1:
            raise OSError(errno.EMLINK, os.strerror(errno.EMLINK))
    finally:
        os.close(descriptor)


def sweep(final: Path) -> None:
    """Remove the drafts of a file whose writers were killed; nobody may be writing one."""
    for path in final.parent.glob(f".{escape(final.name)}.{'?' * 2 * TOKEN}.partial"):
        path.unlink(missing_ok=True)
