"""Records of Fortran's unformatted files, whose lengths stand before and behind each, big-endian."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from hpcph.errors import InputError
from hpcph.readers.files import Content

WORD = 4  # bytes of a length
LABEL = 256  # bytes of the longest label
LARGEST = 1e30  # no number of such files is larger


@dataclass(frozen=True)
class Record:
    """One of them: its number from 1, where it begins in the file, how many bytes it has, and these where they are few.

    under : the label that it stands under
    """

    number: int
    at: int
    size: int
    short: bytes
    under: str = ""

    def refuse(self, content: Content, expected: str) -> InputError:
        """The complaint about it."""
        where = f"record {self.number}, at byte {self.at}"
        return content.refuse(f"{where}{f' ({self.under})' if self.under else ''}: expected {expected}")


def records(content: Content, file: BinaryIO) -> Iterator[Record]:
    """The records of a file in turn. Raises InputError where their lengths are not those of a whole file.

    Nothing longer than a label is read. A record longer than 2 GiB comes in parts, whose lengths are negative.
    """
    end = os.fstat(file.fileno()).st_size
    at = number = 0
    file.seek(0)
    while at < end:
        number += 1
        size = _length(file)
        if size is None or at + size + 2 * WORD > end:
            what = f"{size} bytes" if size is not None else "a record"
            raise content.refuse(f"record {number}, at byte {at}: expected {what}; it is cut off, or damaged before")
        short = file.read(size) if size <= LABEL else b""
        if size > LABEL:
            file.seek(size, os.SEEK_CUR)
        if _length(file) != size:
            raise content.refuse(
                f"record {number}, at byte {at}: expected its length, {size}, behind it as well: damaged"
            )
        yield Record(number, at, size, short)
        at += size + 2 * WORD


def _length(file: BinaryIO) -> int | None:
    word = file.read(WORD)
    return abs(int.from_bytes(word, "big", signed=True)) if len(word) == WORD else None


def values(
    content: Content, file: BinaryIO, record: Record, kind: str, shape: tuple[int, ...], what: str
) -> np.ndarray:
    """The numbers of a record, of `shape`, C order.

    kind : of the numbers, i4 or f8; what : as complaints name them

    Raises InputError where there are more or fewer, or some that are not finite.
    """
    wanted = int(np.prod(shape, dtype=object)) * int(kind[1])
    if record.size != wanted:
        raise record.refuse(content, f"{wanted} bytes, {what}, found {record.size}")
    file.seek(record.at + WORD)
    found = np.frombuffer(file.read(record.size), f">{kind}").astype(int if kind[0] == "i" else float)
    if not np.all(np.abs(found) < LARGEST):
        raise record.refuse(content, f"{what}, found numbers that are not finite")
    return found.reshape(shape)
