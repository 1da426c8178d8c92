"""Files that have to do with crystals, told from all others by how they begin: no other is read whole."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hpcph.errors import InputError
from hpcph.readers import alamode_rates, formats, unread
from hpcph.readers.files import BEGINNING, KEYS, UNPACKING, FileKind, as_text, binary, kind_of_text, line, stream
from hpcph.readers.recognised import KEY, Recognised, recognised

PACKINGS = re.compile(r"\.(?:xz|gz|bz2|lzma)$", re.IGNORECASE)
# names that force constants have; with the second, names that tell what a file was to hold which cannot be read
NAMES = re.compile(
    r"(?i)force_?sets|forces_fc2|force_?constants|phonopy_params|infile\.forceconstant$|\bfc2\.hdf5$|ifc2$|_ddb$|"
    r"\.fcs?$|\.dyn\d+$|\.castep_bin$"
)
SUFFIXES = re.compile(r"(?i)\.(?:ya?ml|xml|check)$")
RESULTS = re.compile(r"^(?:nqpoint|thermal_properties|nmode):", re.MULTILINE)  # of phonopy, which repeat the crystal
NUMBER = r"[-+]?\.?\d\S*"
SHAPES = re.compile(  # POSCAR; BORN; ε and charges in rows of three
    rf"\A.*\n[ \t]*{NUMBER}[ \t]*(?:[!#].*)?\n(?:[ \t]*{NUMBER}[ \t]+{NUMBER}[ \t]+{NUMBER}.*\n){{3}}"
    rf"|\A.*\n(?:[ \t]*+(?:#.*)?\n)*+[ \t]*{NUMBER}(?:[ \t]+{NUMBER}){{8}}[ \t]*(?:#.*)?\n"
    rf"|\A(?:[ \t]*{NUMBER}[ \t]+{NUMBER}[ \t]+{NUMBER}[ \t]*\n\s*+){{5}}"
)
PIECE = 1 << 20  # bytes


def sieved(path: Path) -> Recognised | InputError | None:
    """What a file, or a folder that stands for one, is to a crystal; None where that is nothing.

    The complaint about one that looks as if it held force constants and is of no use: Unread where it may be sound.
    """
    try:
        with complaining(path):
            return _sieved(path)
    except InputError as err:
        return err


@contextmanager
def complaining(path: Path) -> Iterator[None]:
    """Whatever a parser raises but want of memory, or its call of exit, becomes the complaint about a file."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except (Exception, SystemExit) as err:
        raise InputError(KEY, path, f"cannot be read ({type(err).__name__}: {line(err)})") from err


def unpacked_name(name: str) -> str:
    """The name of a file without what says how it is packed."""
    return PACKINGS.sub("", name)


def _sieved(path: Path) -> Recognised | InputError | None:
    if os.path.isdir(path):
        return recognised(path)
    if not os.path.isfile(path):
        return None
    name = unpacked_name(path.name)
    named = NAMES.search(name) is not None
    try:
        with stream(path) as file:
            first = file.read(BEGINNING)
    except UNPACKING:
        first = b""
    if not first:
        return recognised(path) if named or SUFFIXES.search(name) else None  # which says what is wrong
    if not _may_be(path, first):
        return unread.Unread(KEY, path, _unread(first)) if named else None
    try:
        found = recognised(path)
    except unread.Unread as err:
        return err if named else None
    except InputError:
        if _is_prose(path, first) and not named:
            return None
        raise
    if found.foreign is not None and not _holds(found.path, found.foreign.evidence):
        return None
    return _light(replace(found, path=path))


def _light(found: Recognised) -> Recognised:
    """Without tables, for there are many files."""
    if found.described is None:
        return found
    content = replace(found.described.content, data=b"")
    return replace(found, described=replace(found.described, content=content, constants=None, dataset=None))


def _may_be(path: Path, first: bytes) -> bool:
    """Does a file that begins with these bytes look like one that a crystal is made of?"""
    if binary(first) is not None:
        return True
    text = as_text(first)
    if "\0" in text or RESULTS.search(text) or alamode_rates.looks_like(text):
        return False
    kind = kind_of_text(first, path)
    if kind is FileKind.YAML:
        return KEYS.search(text) is not None
    known = kind is not FileKind.TEXT or formats.recognised(text, None) is not None
    return known or SHAPES.match(text) is not None


def _is_prose(path: Path, first: bytes) -> bool:
    """May a file that cannot be read be a text that only looks like one of phonopy's for a few lines?"""
    kind, text = kind_of_text(first, path), as_text(first)
    if kind is FileKind.YAML:
        return SUFFIXES.search(unpacked_name(path.name)) is None
    return kind is FileKind.TEXT and formats.recognised(text, None) is None


def _unread(first: bytes) -> str:
    if b"\0" in first:
        return unread.of_bytes(first)
    return "is in no form of force constants that is read here"


def _holds(path: Path, words: bytes) -> bool:
    """Do the bytes of a file, unpacked, hold these words? Read piece by piece."""
    if not words:
        return True
    kept = b""
    with stream(path) as file:
        while piece := file.read(PIECE):
            if words in kept + piece:
                return True
            kept = piece[-len(words) :]
    return False
