"""YAML as data: no tags, no anchors, no depth that would end the process, no more values than the memory holds.

Nearly all of a large file is tables of numbers in the one form that phonopy and phono3py write. They are cut out, read
by NumPy, and put back into what the parser, which would take thirty times as long for them, makes of the rest.
"""

import re
from contextlib import suppress
from secrets import token_hex
from typing import Any

import numpy as np

from hpcph.readers.files import Content, blaming

DEPTH = 30  # of phonopy's files: five
VALUES = 20_000_000  # the parser takes half a kilobyte for each
PIECE = 1 << 24  # bytes
STAIRS = re.compile(rb"(?m)^[ \t]*(?:[-?:][ \t]+){%d}" % DEPTH)
NUMBER = rb"[-+]?\d++\.\d++(?:[eE][-+]\d++)?"  # what is a float to YAML 1.1 and to Python
ROW = rb"- \[ *+" + rb", *+".join([NUMBER] * 3) + rb" *+\](?:\n|\Z)"
TITLE = rb"- #[ -~]*+\n"


def _table(item: bytes) -> re.Pattern[bytes]:
    """16 items and more below each other, at one indentation; a thousand at once, which spares the matcher's stack."""
    return re.compile(rb"(?m)^( *+)%b(?:\1%b){15,999}" % (item, item))


ROWS, MATRICES = _table(ROW), _table(TITLE + rb"(?:\1  " + ROW + rb"){3}")


def parse(content: Content) -> dict[str, Any]:
    """The mapping that a file holds. Raises InputError."""
    import yaml

    _require_flat(content)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with blaming(content, "is not the YAML of phonopy"):
        anchored = b"&" in content.data and any(getattr(e, "anchor", None) for e in yaml.parse(content.data, loader))
        found = None if anchored else _loaded(content.data, loader)
    if anchored:
        raise content.refuse("holds anchors (&name), which phonopy never writes")
    if not isinstance(found, dict):
        raise content.refuse("is not the YAML of phonopy: it holds no mapping")
    return found


def _loaded(data: bytes, loader: Any) -> Any:
    """What yaml.load gives. Where a table turns out to be none of YAML's lists, as within a text, none is cut out."""
    import yaml

    rest, tables = _cut(data)
    if tables:
        with suppress(Exception):
            found = _completed(yaml.load(rest, loader), tables)
            if not tables:
                return found
    return yaml.load(data, loader)


def _cut(data: bytes) -> tuple[bytes, dict[str, list]]:
    """A text with an item in place of every table, and the tables by these items, which no file can hold by itself."""
    tables: dict[str, list] = {}

    def cut(found: re.Match[bytes]) -> bytes:
        name = token_hex()
        shape = (3,) if found.re is ROWS else (3, 3)
        tables[name] = _numbers(found[0]).reshape(-1, *shape).tolist()
        return b'%b- "%b"\n' % (found[1], name.encode())

    return ROWS.sub(cut, MATRICES.sub(cut, data)), tables


def _numbers(table: bytes) -> np.ndarray:
    """All numbers of a table, in their order."""
    rows = re.sub(rb"(?m)^ *- (?:#.*\n|\[)", b"", table)
    return np.fromstring(rows.translate(bytes.maketrans(b"],", b"  ")), sep=" ")


def _completed(node: Any, tables: dict[str, list]) -> Any:
    """The same with the rows of tables where their names stand in lists; those are taken out of `tables`."""
    if isinstance(node, dict):
        return {key: _completed(value, tables) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    found: list[Any] = []
    for item in node:
        found += tables.pop(item) if isinstance(item, str) and item in tables else [_completed(item, tables)]
    return found


def _require_flat(content: Content) -> None:
    """libyaml calls itself for every level: a hundred thousand brackets overflow its stack."""
    deepest = level = values = 0
    for start in range(0, len(content.data), PIECE):
        part = np.frombuffer(content.data[start : start + PIECE], np.uint8)
        bracket = part | 0x20  # { for [, } for ]
        steps = np.cumsum((bracket == ord("{")).astype(np.int32) - (bracket == ord("}")))
        deepest, level = max(deepest, level + int(steps.max())), level + int(steps[-1])
        values += int(np.count_nonzero((part == ord(",")) | (part == ord("\n"))))
    if deepest > DEPTH or STAIRS.search(content.data):
        raise content.refuse("is nested too deeply for a file of phonopy")
    if values > VALUES:
        raise content.refuse(f"holds more than {VALUES} values; give force constants as force_constants.hdf5")
