"""Files that an input names: as bytes, packed or not, of bounded size; what they are is seen from what they hold."""

import bz2
import codecs
import errno
import gzip
import hashlib
import lzma
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import IO, Any

from hpcph.errors import InputError, beside
from hpcph.readers import unread

PACKED = {b"\x1f\x8b": gzip, b"\xfd7zXZ\0": lzma, b"BZh": bz2, b"]\0\0": lzma}
LARGEST = 8 << 30  # bytes of a text file
BEGINNING = 1 << 16  # bytes that say what a text is
FIRST = 64  # bytes that say what is no text
UNPACKING = (OSError, EOFError, lzma.LZMAError, zlib.error, ValueError)
LEAST, RATIO = 64 << 20, 100  # bytes that any file may unpack to; bytes for each of its own


def _line(number: str, *counts: int) -> str:
    """A line of so many numbers."""
    each = (rf"[ \t]*{number}(?:[ \t]+{number}){{{count - 1}}}[ \t]*\n" for count in counts)
    return f"(?:{'|'.join(each)})"


INTEGER, NUMBER = r"\d+", r"(?:[-+.\d]|(?i:nan|inf))\S*"
LINES = {  # how the first lines that are neither blank nor a remark begin
    "FORCE_SETS": rf"{3 * _line(INTEGER, 1)}{_line(NUMBER, 3)}|{_line(NUMBER, 6)}",
    "FORCE_CONSTANTS": rf"{_line(INTEGER, 1, 2)}{_line(INTEGER, 2)}{_line(NUMBER, 3)}",
}
KEYS = re.compile(r"^(?:phonopy|phono3py|physical_unit|unit_cell|supercell_matrix|lattice)[ \t]*:", re.MULTILINE)


class FileKind(Enum):
    """What a file is; TEXT: none of the others, so a structure or Born charges."""

    YAML = "YAML"
    HDF5 = "HDF5"
    FORCE_SETS = "FORCE_SETS"
    FORCE_CONSTANTS = "FORCE_CONSTANTS"
    RECORDS = "a binary file of CASTEP"
    TEXT = "text"


BINARY = {  # how files begin that are no text
    FileKind.HDF5: re.compile(rb"\x89HDF\r\n\x1a\n"),
    FileKind.RECORDS: re.compile(rb"\0\0..(?:CASTEP_BIN|BEGIN_PARAMETERS_DUMP)\b", re.DOTALL),
}


@dataclass(frozen=True)
class Files:
    """Where the force constants are; every name explicit, so that nothing lying about is picked up.

    force_constants : phonopy yaml, FORCE_CONSTANTS, force_constants.hdf5, FORCE_SETS or a unit cell with force_sets
    structure : phonopy yaml or unit cell (POSCAR, …), where force_constants has none
    supercell : three numbers or phonopy's 3×3 matrix
    calculator : whose units the files are in, and whose format the unit cell has, where they do not say
    symmetry_tolerance : m, how far places may be off their space group; None for the file's own
    format : of force_constants, where it shall not be seen from what they hold (readers/formats.py)
    ngqpt : which grid of wave vectors, where such a file holds several
    displacement : m, of single atoms, whose forces the files hold and do not say it
    periodic : along which of a, b, c the crystal repeats; None where the input does not say
    q2r : which field q2r.x of Quantum ESPRESSO took out (readers/espresso_dipoles.py); None where it does not say
    """

    force_constants: Path
    structure: Path | None = None
    force_sets: Path | None = None
    born: Path | None = None
    supercell: tuple | None = None
    primitive: str | list | None = "auto"
    calculator: str | None = None
    symmetry_tolerance: float | None = None
    format: str | None = None
    ngqpt: tuple[int, int, int] | None = None
    displacement: float | None = None
    periodic: tuple[bool, bool, bool] | None = None
    q2r: str | None = None

    def absolute(self) -> "Files":
        """The same files, independent of the current folder; links keep their names, which tell what lies beside."""
        paths: dict[str, Any] = {name: path.absolute() for name, path in self.named().items()}
        return replace(self, **paths)

    def named(self) -> dict[str, Path]:
        """The files of this set by key, in a fixed order."""
        names = ("force_constants", "structure", "force_sets", "born")
        return {name: path for name in names if (path := getattr(self, name)) is not None}

    def all(self) -> list[Path]:
        """The files of this set, in a fixed order."""
        return list(self.named().values())


@dataclass(frozen=True)
class Content:
    """One file: the key of the input that names it, what it is, and its bytes, unpacked.

    data : empty for what is no text, which stands unpacked in the file `plain`
    """

    key: str
    path: Path
    kind: FileKind
    data: bytes
    plain: Path

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    def refuse(self, fix: str) -> InputError:
        """The complaint about this file."""
        return InputError(self.key, self.path, fix)


@contextmanager
def blaming(content: Content, doing: str = "phonopy cannot read it") -> Iterator[None]:
    """Whatever a parser raises, or its call of exit, becomes the complaint about a file."""
    try:
        yield
    except InputError:
        raise
    except (Exception, SystemExit) as err:
        raise content.refuse(f"{doing} ({type(err).__name__}: {line(err)})") from err


def line(err: BaseException) -> str:
    """What an exception says, in one short line."""
    return " ".join(str(err).replace("=", " ").split())[:160]


def opened(key: str, path: Path, folder: Path) -> Content:
    """A file with its bytes; what is packed and no text is unpacked into the folder.

    Raises InputError where it is not there, cannot be read, is empty, damaged or unpacks to far more than it is.
    """
    if not os.path.isfile(path):  # pathlib raises where a folder may not be searched
        raise InputError(key, path, f"no such file; give a path relative to the input file{beside(path)}")
    try:
        with open(path, "rb") as file:
            first = file.read(FIRST)
            module = next((module for magic, module in PACKED.items() if first.startswith(magic)), None)
            kind = binary(first)
            direct = module is None and kind is None
            large = direct and os.fstat(file.fileno()).st_size > LARGEST
            data = first + file.read() if direct and not large else b""
    except OSError as err:
        raise InputError(key, path, f"cannot be read ({err.strerror})") from None
    if large:
        raise InputError(key, path, f"is larger than {LARGEST >> 30} GiB; give force_constants.hdf5")
    if kind is not None:
        return Content(key, path, kind, b"", path)
    if module:
        data = _unpacked(module, key, path)
    if not data:
        raise InputError(key, path, "is empty")
    if (kind := binary(data[:FIRST])) is not None:
        unpacked = folder / f"{key}.unpacked"
        unpacked.write_bytes(data)
        return Content(key, path, kind, b"", unpacked)
    if b"\0" in data:
        raise InputError(key, path, unread.of_bytes(data))
    data = _as_written_here(data)
    return Content(key, path, kind_of_text(data, path), data, path)


def binary(first: bytes) -> FileKind | None:
    """What a file is that begins with these bytes; None of text."""
    return next((kind for kind, begins in BINARY.items() if begins.match(first)), None)


def head(path: Path) -> str:
    """How a file begins, unpacked; "" where that cannot be read, which whoever opens it says."""
    if not os.path.isfile(path):  # a pipe would be waited for
        return ""
    try:
        with stream(path) as file:
            return as_text(file.read(BEGINNING))
    except UNPACKING:
        return ""


def stream(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked. Raises one of UNPACKING, also where it is read."""
    with open(path, "rb") as file:
        first = file.read(8)
    module = next((module for magic, module in PACKED.items() if first.startswith(magic)), None)
    return module.open(path, "rb") if module else open(path, "rb")


def as_text(data: bytes) -> str:
    """How a file that begins with these bytes is read as text."""
    return _as_written_here(data).decode("utf-8", "replace")


def _as_written_here(data: bytes) -> bytes:
    """A text without the mark of its encoding, its lines ended as ours are: editors of Windows change both."""
    return data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")


def _unpacked(module, key: str, path: Path) -> bytes:
    most = max(LEAST, RATIO * path.stat().st_size)
    try:
        with module.open(path, "rb") as file:
            data = file.read(most + 1)
    except EOFError:
        raise InputError(key, path, "is cut off: it was not copied or downloaded whole; get it again") from None
    except (OSError, lzma.LZMAError, zlib.error, ValueError) as err:
        raise InputError(key, path, f"cannot be unpacked ({type(err).__name__}: {line(err)})") from None
    if len(data) > most:
        raise InputError(key, path, f"unpacks to more than {most >> 20} MiB, which no file of force constants does")
    return data


def kind_of_text(data: bytes, path: Path) -> FileKind:
    """What a file is that begins with these bytes and is no binary one."""
    head = data[:BEGINNING].decode("utf-8", "replace")
    lines = (text.partition("#")[0] for text in head.splitlines())
    first = "".join(text + "\n" for text in lines if text.strip())
    for name, pattern in LINES.items():
        if re.match(pattern, first):
            return FileKind(name)
    if {".yaml", ".yml"} & set(path.suffixes) or KEYS.search(head):
        return FileKind.YAML
    return FileKind.TEXT


def digest_of(path: Path) -> str:
    """sha256 of a file as it lies there, which may be larger than what a rank can hold. Raises OSError."""
    if not path.is_file():  # a pipe would keep the run waiting
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
