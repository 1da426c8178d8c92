"""What is on the disk for good, and files that appear under their names at once."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Wait until the disk has everything that was written to a file."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(temporary: Path, final: Path) -> None:
    """Make the finished file durable, then visible under its name, at once."""
    flush(temporary)
    os.replace(temporary, final)
    flush_folder(final.parent)
