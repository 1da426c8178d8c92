"""Quantities of the input: a number alone is SI, a string carries its unit.

The usual units are in a table; pint, which takes half a second to start, reads all others.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

if TYPE_CHECKING:
    import pint

NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
QUANTITY = re.compile(NUMBER + r"\s*((?:(?<=\s)1/)?[A-Za-zµμΩÅ°][A-Za-z0-9µμΩÅ°*/^ ·-]{0,40})")
PERCENT = re.compile(NUMBER + r"\s*%")
USUAL: dict[str, dict[str, float]] = {  # in the unit of SI; pint gives the same bits
    "m": {"m": 1, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "μm": 1e-6, "nm": 1e-9, "angstrom": 1e-10, "Å": 1e-10},
    "s": {"s": 1, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15},
    "K": {"K": 1},
    "K/m": {"K/m": 1, "K/mm": 1e3, "K/um": 1e6, "K/µm": 1e6, "K/μm": 1e6},
    "Hz": {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9, "THz": 1e12},
    "Pa": {"Pa": 1, "MPa": 1e6, "GPa": 1e9},
    "T": {"T": 1, "mT": 1e-3},
    "W": {"W": 1, "mW": 1e-3, "uW": 1e-6, "µW": 1e-6, "μW": 1e-6},
    "W/m^2/K": {"W/m^2/K": 1},
    "rad": {"rad": 1, "pi": math.pi},
    "angstrom": {"angstrom": 1, "Å": 1, "nm": 10},
    "u": {"u": 1},
}


@lru_cache(maxsize=1)
def _registry() -> "pint.UnitRegistry":
    import pint

    return pint.UnitRegistry()


def _number(value: Any, unit: str, example: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"give a number in {unit} or text such as {example}")
    if isinstance(value, str):
        return convert(value, unit, example)
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"is too large; give a number in {unit} or text such as {example}") from None


def convert(text: str, unit: str, example: str) -> float:
    """The number of text such as the example, in `unit`. Raises ValueError with what is wrong and how to write it."""
    usual = _usual(text, unit)
    if usual is not None:
        return usual
    import pint

    try:
        return float(_parsed(text, example).to(unit).magnitude)
    except pint.PintError:
        raise ValueError(f"has the wrong unit; it must convert to {unit}, as {example} does") from None


def _usual(text: str, unit: str) -> float | None:
    """The number of text with one of the usual units, in `unit`; None of any other text."""
    match = QUANTITY.fullmatch(text.strip())
    factor = USUAL.get(unit, {}).get(match[2]) if match else None
    return None if match is None or factor is None else float(match[1]) * factor


def _parsed(text: str, example: str) -> "pint.Quantity":
    match = QUANTITY.fullmatch(text.strip())
    if not match:
        raise ValueError(f"is not a number with a unit; write it like {example}")
    number, name = match.groups()
    try:
        units = _registry().parse_units(name.replace("·", "*"))
    except Exception:  # pint has a zoo of parser errors
        raise ValueError(f"has an unknown unit {name!r}{_spelled(name)}; write it like {example}") from None
    return _registry().Quantity(float(number), units)


def _spelled(name: str) -> str:
    """A unit of that name in other letters, small or capital."""
    try:
        return f" (did you mean {_registry().parse_units(name, case_sensitive=False)}?)"
    except Exception:
        return ""


def fraction(value: Any) -> float:
    """A fraction, from a number or from text such as 1%."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("give a number or text such as 1%")
    if not isinstance(value, str):
        return float(value)
    match = PERCENT.fullmatch(value.strip())
    if not match:
        raise ValueError("is not a number in percent; write it like 1%")
    return float(match.group(1)) / 100


def angular_frequency(value: Any, unit: str, example: str) -> float:
    """ω in rad s⁻¹ of light: a number, text in rad/s, or a frequency ν, wave number 1/λ, energy or wavelength."""
    if not isinstance(value, str) or "rad" in value:
        return _number(value, unit, example)
    usual = _usual(value, "Hz")
    if usual is not None:
        return 2 * math.pi * usual
    import pint

    given = _parsed(value, example)
    try:
        return 2 * math.pi * float(given.to("Hz", "spectroscopy").magnitude)
    except (pint.PintError, ZeroDivisionError):
        fix = "write it like 1 THz, 100 cm^-1, 10 meV or 50 µm"
        raise ValueError(f"is no frequency, wave number, energy or wavelength of light; {fix}") from None


def temperature_difference(value: Any, unit: str, example: str) -> float:
    """A step between two temperatures, which no zero of a scale has a part in: 1 degC is 1 K."""
    if not isinstance(value, str) or _usual(value, unit) is not None:
        return _number(value, unit, example)
    import pint

    given = _parsed(value, example)
    try:
        return float((given - _registry().Quantity(0.0, given.units)).to(unit).magnitude)
    except pint.PintError:
        raise ValueError(f"has the wrong unit; it must convert to {unit}, as {example} does") from None


def quantity(unit: str, example: str, read: Callable[[Any, str, str], float] = _number) -> Any:
    """A float in the unit, one of SI, from a number or from text such as the example; the model's schema has both."""
    says = Field(json_schema_extra={"unit": unit}, examples=[example])
    return Annotated[float, BeforeValidator(lambda value: read(value, unit, example)), says]


Fraction = Annotated[float, BeforeValidator(fraction), Field(examples=["1%"])]
Length = quantity("m", "20 nm")
SmallLength = quantity("m", "1e-5 angstrom")
AtomicShift = quantity("m", "0.01 angstrom")
AtomicLength = quantity("m", "12 angstrom")
StepLength = quantity("m", "40 angstrom")
Coordinates = quantity("angstrom", "3.1 angstrom")
AtomicMass = quantity("u", "28.085 u")
Time = quantity("s", "10 ps")
Temperature = quantity("K", "300 K")
TemperatureStep = quantity("K", "10 K", temperature_difference)
AngularFrequency = quantity("rad/s", "1 THz", angular_frequency)
Angle = quantity("rad", "0.3 pi")
Gradient = quantity("K/m", "1 K/mm")
Pressure = quantity("Pa", "2 GPa")
Power = quantity("W", "1 mW")
FluxDensity = quantity("T", "9 T")
Frequency = quantity("Hz", "1 kHz")
HeatTransfer = quantity("W/m^2/K", "1e8 W/m^2/K")
