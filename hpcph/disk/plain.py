"""Frozen dataclasses as bytes and back: arrays, numbers and words in a tree, nothing that could be executed.

Arrays keep type, shape, order and every bit. What comes back of a value is the same whether the bytes were kept or not.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from math import prod
from typing import Any, Literal

import numpy as np

SCALARS = (bool, int, float, str, type(None))


def packed(value: Any) -> bytes:
    """A value made of dataclasses, enumerations, arrays, numbers, text, tuples, lists, dicts and frozen sets.

    Raises TypeError where there is anything else in it.
    """
    arrays: list[np.ndarray] = []
    tree = json.dumps(_tree(value, arrays)).encode()
    return b"".join([len(tree).to_bytes(8, "little"), tree, *(array.tobytes(order="A") for array in arrays)])


def unpacked(data: bytes, kinds: Iterable[type]) -> Any:
    """The value; kinds : dataclasses and enumerations that it may be made of. Raises ValueError where data is none."""
    size = int.from_bytes(data[:8], "little")
    try:
        tree = json.loads(data[8 : 8 + size])
        return _value(tree, _Bytes(data, 8 + size), {kind.__name__: kind for kind in kinds})
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as err:
        raise ValueError(f"is no packed value ({type(err).__name__})") from err


@dataclass
class _Bytes:
    """Bytes of arrays, read one after the other."""

    data: bytes
    place: int

    def array(self, kind: str, shape: list[int], order: Literal["C", "F"]) -> np.ndarray:
        dtype, count = np.dtype(kind), prod(shape)
        found = np.frombuffer(self.data, dtype, count, self.place) if count else np.empty(0, dtype)
        self.place += count * dtype.itemsize
        return found.reshape(shape, order=order).copy(order="A")


def _tree(value: Any, arrays: list[np.ndarray]) -> Any:
    if type(value) in SCALARS:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"an array of {array.dtype} has no plain form")
        arrays.append(array)
        order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
        return {"array": [array.dtype.str, array.shape, order], "alone": isinstance(value, np.generic)}
    if isinstance(value, Enum):
        return {"word": [type(value).__name__, value.name]}
    if is_dataclass(value):
        return {"of": type(value).__name__, "is": [_tree(getattr(value, f.name), arrays) for f in fields(value)]}
    if isinstance(value, dict):
        return {"dict": [[_tree(k, arrays), _tree(v, arrays)] for k, v in value.items()]}
    if isinstance(value, frozenset):
        return {"set": sorted((_tree(one, arrays) for one in value), key=str)}
    for kind in (tuple, list):
        if type(value) is kind:
            return {kind.__name__: [_tree(one, arrays) for one in value]}
    raise TypeError(f"a {type(value).__name__} has no plain form")


def _value(tree: Any, held: _Bytes, known: dict[str, type]) -> Any:
    """In the order in which the arrays were written."""
    if not isinstance(tree, dict):
        return tree
    name = next(iter(tree))
    if name == "array":
        array = held.array(*tree[name])
        return array[()] if tree["alone"] else array
    if name == "word":
        return getattr(known[tree[name][0]], tree[name][1])
    if name == "of":
        return known[tree[name]](*(_value(one, held, known) for one in tree["is"]))
    if name == "dict":
        return {_value(k, held, known): _value(v, held, known) for k, v in tree[name]}
    return {"tuple": tuple, "list": list, "set": frozenset}[name](_value(one, held, known) for one in tree[name])
