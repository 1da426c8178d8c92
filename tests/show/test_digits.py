"""Numbers that a person reads: the digits that their errors leave, the errors, and zero for what symmetry forbids."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcph.show.numbers import alone, rounded, with_errors

SIZES = st.floats(-30, 30).map(lambda power: 10**power)
SIGNED = st.tuples(SIZES, st.sampled_from([-1, 1])).map(math.prod)


def place(text: str) -> int:
    """Power of ten of the last digit of a number; zeros before the point are none."""
    mantissa, _, power = text.partition("e")
    whole, _, decimals = mantissa.partition(".")
    zeros = 0 if decimals or power else len(whole) - len(whole.rstrip("0"))
    return int(power or 0) - len(decimals) + zeros


@pytest.mark.parametrize(
    "numbers, words",
    [
        ((-2.19144e-17, 1.36e-18, 5e-22), "-2.19e-17 ± 1.4e-18 ± 5e-22"),
        ((91.38123, 0.0213), "91.38 ± 0.02"),
        ((136.4321, 1.62, 0.031), "136.4 ± 1.6 ± 0.03"),
        ((2134.5, 60.0), "2130 ± 60"),
        ((1.00000092370, 1.1e-7, 5e-11), "1.00000092 ± 1.1e-07 ± 5e-11"),
        ((-3e-20, 5e-19), "0 ± 5e-19"),
        ((4e-19, 5e-19), "4e-19 ± 5e-19"),
        ((0.0, 0.0, 0.0), "0"),
        ((-0.0, math.nan, 0.0), "0"),
        ((0.0, 2e-20), "0 ± 2e-20"),
        ((-5.04e-31, 9.9e-32), "-5.0e-31 ± 1.0e-31"),
        ((9.96e-7, 2e-8, 9.6e-16), "1.00e-06 ± 2e-08 ± 1.0e-15"),
        ((999.96, 0.2, 0.0096), "1000.0 ± 0.2 ± 0.010"),
        ((0.8123, math.nan), "0.81230"),
        ((0.8123, math.nan, 1e-9), "0.81230 ± 1.0e-09"),
        ((0.8123, 0.02, math.nan), "0.81 ± 0.02"),
        ((math.nan, 0.1), "nan"),
    ],
)
def test_examples(numbers, words):
    """Both errors, one of them unknown, none; larger than the number; no number."""
    assert with_errors(*numbers) == words


@given(SIGNED, SIZES, SIZES)
def test_no_digit_beyond_the_larger_error(value, one, other):
    """The last digit is that of the larger error, which has one digit, or two where the first is 1; nothing is lost."""
    worst, text = max(one, other), rounded(value, one, other)
    if float(text):
        assert 10.0 ** place(text) > 0.0499 * worst
        assert abs(float(text) - value) <= max(0.501 * worst, 1e-9 * abs(value))
    else:
        assert abs(value) <= 0.501 * worst


@given(SIGNED, SIZES, SIZES)
def test_errors_are_what_they_are(value, one, other):
    """Each stands behind its own ±, in one digit, or two where the first is 1."""
    words = with_errors(value, one, other).split(" ± ")
    for text, error in zip(words[1:], (one, other), strict=True):
        assert float(text) == pytest.approx(error, rel=0.26 if error >= 2 * 10.0 ** place(text) else 0.051)
        digits = text.partition("e")[0].replace(".", "").strip("0")
        assert len(digits) == 1 or (len(digits) == 2 and digits[0] == "1")


@given(SIGNED, SIZES)
def test_a_number_alone_has_a_digit(value, error):
    """Where its error leaves none, the first one with a warning."""
    text = alone(value, error)
    if text.startswith("≈ "):
        assert abs(value) < error
        assert float(text[2:]) == pytest.approx(value, rel=0.34)
    else:
        assert text == rounded(value, error) and float(text)
