"""Numbers that a person reads: value and errors share the last digit, and no digit stands beyond the largest error."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcph.show.numbers import alone, column, gain, rounded, with_errors

SIZES = st.floats(-30, 30).map(lambda power: 10**power)
SIGNED = st.tuples(SIZES, st.sampled_from([-1, 1])).map(math.prod)


def read(text: str) -> tuple[Decimal, list[Decimal], Decimal]:
    """Value, errors and the unit of the last digit of what is shown."""
    mantissa, _, power = text.partition("e")
    number, *errors = mantissa.replace(")", "").split("(")
    unit = Decimal(1).scaleb(int(power or 0) - len(number.partition(".")[2]))
    return Decimal(number).scaleb(int(power or 0)), [Decimal(error) * unit for error in errors], unit


@pytest.mark.parametrize(
    "numbers, words",
    [
        ((-2.5e-19, 9e-20), "-2.5(9)e-19"),
        ((-2.19144e-17, 1.36e-18, 5e-19), "-2.19(14)(5)e-17"),
        ((-2.19144e-17, 1.36e-18, 5e-22), "-2.19(14)(0)e-17"),
        ((81.2, 3.0, 11.0), "81(3)(11)"),
        ((91.38123, 0.0213), "91.38(2)"),
        ((136.4321, 1.62, 0.031), "136.4(16)(0)"),
        ((2134.5, 60.0), "2130(60)"),
        ((1.00000092370, 1.1e-7, 5e-11), "1.00000092(11)(0)"),
        ((-3e-20, 5e-19), "0(5)e-19"),
        ((4e-19, 5e-19), "4(5)e-19"),
        ((4e-19, 1.5e-18), "0.4(15)e-18"),
        ((0.0, 0.0, 0.0), "0"),
        ((-0.0, math.nan, 0.0), "0"),
        ((0.0, 2e-20), "0(2)e-20"),
        ((-5.04e-31, 9.9e-32), "-5.0(10)e-31"),
        ((9.96e-7, 2e-8, 9.6e-9), "1.00(2)(1)e-06"),
        ((999.96, 0.2, 0.0096), "1000.0(2)(0)"),
        ((0.8123, math.nan), "0.81230"),
        ((0.8123, 0.02, math.nan), "0.81(2)"),
        ((math.nan, 0.1), "nan"),
    ],
)
def test_examples(numbers, words):
    """Both errors, one of them unknown, none; larger than the number; no number."""
    assert with_errors(*numbers) == words


@given(SIGNED, SIZES, SIZES)
def test_what_is_shown_is_what_there_is(value, one, other):
    """The value to half a last digit, every error to its rounding, and all end at the same digit."""
    shown, errors, _ = read(with_errors(value, one, other))
    worst = Decimal(max(one, other))
    last = max(worst.adjusted() - (worst.scaleb(-worst.adjusted()) < 2), Decimal(value).adjusted() - 9)
    for text, number in zip((shown, *errors), (value, one, other), strict=True):
        assert abs(text - Decimal(number)) <= Decimal("0.5000001").scaleb(last)


@given(SIGNED, SIZES, SIZES)
def test_no_digit_beyond_the_larger_error(value, one, other):
    """It has one digit, or two where the first is 1; fewer where the value would have more than ten."""
    shown, errors, unit = read(with_errors(value, one, other))
    digits = str(int(max(errors) / unit)).rstrip("0")
    assert len(digits) <= 2 and (len(digits) < 2 or digits[0] == "1")
    assert len(str(int(abs(shown) / unit))) <= 11
    assert Decimal(rounded(value, one, other)) == shown


@given(SIGNED, SIZES)
def test_a_number_alone_has_a_digit(value, error):
    """Where its error leaves none, the first one with a warning."""
    text = alone(value, error)
    if text.startswith("≈ "):
        assert abs(value) < error
        assert float(text[2:]) == pytest.approx(value, rel=0.34)
    else:
        assert text == rounded(value, error) and float(text)


def test_a_column_says_what_stands_in_its_parentheses():
    """A kind of errors that is below the last digit of every number is left out, of one that is not it is (0)."""
    values, mesh = [-1.16e-17, -2.19e-17], [1e-18, 1.36e-18]
    assert column(values, {"error": mesh, "lattice_error": [4e-22, 5e-22]}) == (
        ["-1.16(10)e-17", "-2.19(14)e-17"],
        "(mesh)",
    )
    both = column(values, {"error": mesh, "lattice_error": [4e-22, 5e-18]})
    assert both == (["-1.16(10)(0)e-17", "-2.2(1)(5)e-17"], "(mesh)(lattice)")
    assert column(values, {"error": [math.nan] * 2, "lattice_error": mesh})[1] == "(lattice)"
    assert column(values, {"error": [math.nan] * 2}) == (["-1.1600e-17", "-2.1900e-17"], "")
    assert column([0.0, 1.0], {"error": [0.0, 0.1]}) == (["0", "1.00(10)"], "(mesh)")


def test_an_amplification_has_errors_below_itself():
    """Near the threshold the first order says nothing: the first digit with a warning."""
    assert gain(81.2, 3.0, 11.0) == "81(3)(11)"
    assert gain(81.2, 200.0) == "≈ 80"
    assert gain(1.00000092, math.nan, 1.1e-7) == "1.0000(0)"
