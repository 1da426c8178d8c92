"""Files that are there whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hpcph.disk.durable import publish


@contextmanager
def draft(final: Path) -> Iterator[Path]:
    """Where to write what becomes `final` when the block ends well; of a block that fails nothing is left."""
    temporary = final.with_name(f".{final.name}.partial")
    try:
        yield temporary
        publish(temporary, final)
    finally:
        temporary.unlink(missing_ok=True)
