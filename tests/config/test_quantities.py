"""The table of usual units, which stands in for pint."""

import random

import pytest

from hpcph.config import units

ENTRIES = [(unit, name) for unit, names in units.USUAL.items() for name in names]
READ = {"Hz": units.angular_frequency, "K": units.temperature_difference}


def numbers(count: int = 200) -> list[str]:
    """As people write them, and with all digits."""
    drawn = random.Random(20250504)
    short = [f"{drawn.uniform(-100, 1000):.{drawn.randrange(1, 4)}f}" for _ in range(count)]
    return ["0", "-0.0", "20", "1e-3", "2.5E+4", *short, *(repr(drawn.uniform(0, 1e3)) for _ in range(count))]


@pytest.mark.parametrize("unit, name", ENTRIES, ids=" ".join)
def test_the_table_has_the_bits_of_pint(monkeypatch, unit, name):
    """Each of 400 numbers with each of its units."""
    texts = [f"{number} {name}" for number in numbers()]

    def read() -> dict[str, str]:
        return {f"{text}: {how.__name__}": repr(how(text, unit, "1")) for text in texts for how in ways}

    ways = [units.convert, *([READ[unit]] if unit in READ else [])]
    found = read()
    monkeypatch.setattr(units, "USUAL", {})
    assert not found.items() ^ read().items()


def test_what_is_in_no_table_is_for_pint():
    """Other units, other spellings, and units of another kind, with the complaint of before."""
    assert units.convert("1 furlong", "m", "1 m") == pytest.approx(201.168, rel=1e-5)
    assert units.convert("2 nanometer", "m", "1 m") == 2e-9
    with pytest.raises(ValueError, match="wrong unit; it must convert to m"):
        units.convert("1 ps", "m", "1 nm")
    with pytest.raises(ValueError, match="unknown unit 'parrot'"):
        units.convert("1 parrot", "m", "1 nm")
