"""Where nobody reads on: a pipe whose other end is closed, as behind `| head`."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def speaking() -> Iterator[None]:
    """What is printed here is all that the program is for: where nobody reads on, it ends as SIGPIPE would end it."""
    try:
        yield
    except BrokenPipeError:
        hush(sys.stdout)
        sys.exit(128 + signal.SIGPIPE)


def hush(stream: TextIO) -> None:
    """What is written from here on goes nowhere; what is left in the stream would fail as Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
