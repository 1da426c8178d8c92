"""YAML as data: no tags, no anchors, no depth that would end the process, no more values than the memory holds."""

import re
from typing import Any

import numpy as np

from hpcph.readers.files import Content, blaming

DEPTH = 30  # of phonopy's files: five
VALUES = 20_000_000  # the parser takes half a kilobyte for each
PIECE = 1 << 24  # bytes
STAIRS = re.compile(rb"(?m)^[ \t]*(?:[-?:][ \t]+){%d}" % DEPTH)


def parse(content: Content) -> dict[str, Any]:
    """The mapping that a file holds. Raises InputError."""
    import yaml

    _require_flat(content)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with blaming(content, "is not the YAML of phonopy"):
        anchored = b"&" in content.data and any(getattr(e, "anchor", None) for e in yaml.parse(content.data, loader))
        found = None if anchored else yaml.load(content.data, loader)
    if anchored:
        raise content.refuse("holds anchors (&name), which phonopy never writes")
    if not isinstance(found, dict):
        raise content.refuse("is not the YAML of phonopy: it holds no mapping")
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
