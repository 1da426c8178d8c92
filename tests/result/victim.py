"""What happens to a process that is given files: in a child of its own, with limits, so that nothing else is harmed."""

import contextlib
import io
import os
import pickle
import resource
import signal
from collections.abc import Callable, Iterable

PEAK = 500 << 20  # bytes that the child may hold in addition to what it starts with
SECONDS = 30  # for one file


def each(items: Iterable, look: Callable) -> list:
    """look(item) of every item, in a child that has few megabytes and no patience; a crash fails with its item."""
    items = list(items)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(write, "wb") as out:
            size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + PEAK, size + PEAK))
            for item in items:
                signal.alarm(SECONDS)
                pickle.dump(look(item), out)
                out.flush()
        os._exit(0)
    os.close(write)
    found: list = []
    with os.fdopen(read, "rb") as answers:
        with contextlib.suppress(EOFError):
            while True:
                found.append(pickle.load(answers))
    status = os.waitpid(child, 0)[1]
    assert status == 0, f"ended with status {status} at {items[len(found)] if len(found) < len(items) else 'the end'}"
    return found


def command(arguments: list[str]) -> tuple[int, str]:
    """Exit code and stderr of a command in this process; the traceback of what should not happen."""
    import traceback

    from hpcph.cli import main
    from hpcph.parallel.comm import Comm, Solitary

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            code = main(arguments, Comm(Solitary()))
        except BaseException:
            return -1, traceback.format_exc()
    return code, err.getvalue()
