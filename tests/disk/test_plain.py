"""Dataclasses as bytes: what comes back is what was there, to the last bit, and nothing else comes."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hpcph.disk.plain import packed, unpacked


class Side(Enum):
    LEFT = "l"
    RIGHT = "r"


@dataclass(frozen=True)
class Inner:
    name: str
    values: np.ndarray


@dataclass(frozen=True)
class Outer:
    inner: Inner | None
    parts: tuple
    by_side: dict
    sides: frozenset


KINDS = (Inner, Outer, Side)
kinds = hnp.integer_dtypes() | hnp.floating_dtypes() | hnp.complex_number_dtypes() | hnp.boolean_dtypes()
arrays = hnp.arrays(kinds, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0))
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


def same(a, b) -> bool:
    """Of the same types, the same bits, and the same order in memory."""
    if isinstance(a, np.ndarray):
        orders = [(x.flags.c_contiguous, x.flags.f_contiguous) for x in (np.asarray(a), b)]
        kept = orders[0] == orders[1] or not any(orders[0])
        return type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() and kept
    if isinstance(a, (Inner, Outer)):
        return type(a) is type(b) and all(same(x, vars(b)[name]) for name, x in vars(a).items())
    if isinstance(a, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and (a == b or a != a)


@given(arrays, st.lists(plain | arrays, max_size=4), st.booleans(), st.sets(st.sampled_from(Side)))
def test_what_comes_back_is_what_was_there(array, parts, turned, sides):
    """Numbers of every type, NaN and −0 among them, arrays of either order, nested."""
    array = array.T if turned else array
    value = Outer(Inner("ü", array), tuple(parts), {side: parts for side in Side}, frozenset(sides))
    assert same(unpacked(packed(value), KINDS), value)


def test_scalars_of_numpy_stay_so():
    """np.float64 and float are not the same to everybody."""
    found = unpacked(packed((np.float64(0.1), 0.1, np.int32(3))), ())
    assert [type(x) for x in found] == [np.float64, float, np.int32] and found[0] == found[1] == 0.1


def test_other_things_have_no_plain_form():
    """A function, an object or an array of objects is refused when it is packed."""
    for value in (print, object(), np.array([print], object), {"a": {1, 2}}):
        with pytest.raises((TypeError, ValueError)):
            packed(value)


def test_only_known_kinds_come_back():
    """A class that the reader does not name is not made."""
    data = packed(Inner("a", np.zeros(2)))
    with pytest.raises(ValueError, match="no packed value"):
        unpacked(data, (Outer,))


@given(st.data())
def test_damage_is_a_value_error_or_another_value(data):
    """Bytes cut off or changed anywhere make nothing worse than a ValueError."""
    whole = packed(Outer(Inner("a", np.arange(5.0)), (1, "x"), {Side.LEFT: 2}, frozenset(Side)))
    place = data.draw(st.integers(0, len(whole) - 1))
    for hurt in (
        whole[:place],
        whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :],
    ):
        try:
            unpacked(hurt, KINDS)
        except (ValueError, MemoryError):
            pass
