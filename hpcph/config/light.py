"""What an input may say about model crystals and light."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, field_validator, model_validator

from hpcph.config.section import NUMBERS, Kelvin, Section, word_or_direction
from hpcph.config.units import Angle, AngularFrequency, Time

Spring = Annotated[float, Field(gt=0, le=1e6)]
NAMED = ("x", "y", "z")
CIRCULAR = {f"circular {sign}{axis}": (axis, 1 if sign == "+" else -1) for axis in NAMED for sign in "+-"}


class ModelSection(Section):
    """The Te-like chain of three ions a cell, in its own units (hpcph.crystal.chain)."""

    name: Literal["te-chain"] = Field(description="the Te-like chain of three ions a cell, on a spiral")
    K1: Spring = Field(default=1.5, description="force constant across a bond")
    K2: Spring = Field(default=0.5, description="force constant along the second principal axis of a bond")
    K3: Spring = Field(default=3.0, description="force constant along the third principal axis of a bond")
    theta: Annotated[Angle, Field(ge=-7, le=7)] = Field(
        default=0.3 * np.pi, description="tilt of the axis of K3 from z"
    )
    delta: Annotated[float, Field(gt=0, le=10)] = Field(default=0.23, description="radius of the spiral over a")
    a: Spring = Field(default=1.0, description="lattice constant across the chain")
    c: Spring = Field(default=1.0, description="lattice constant along the chain")
    mass: Spring = Field(default=1.0, description="mass of an ion")
    charges: Annotated[list[Annotated[float, Field(ge=-1e3, le=1e3)]], Field(min_length=3, max_length=3)] = Field(
        default=[0, 1, -1], description="charges of the three ions, zero in all"
    )
    handedness: Literal["right", "left"] = Field(default="right", description="sense of the spiral")

    @field_validator("charges")
    @classmethod
    def _neutral(cls, value):
        if not np.any(value) or abs(sum(value)) > 1e-9 * np.abs(value).max():
            raise ValueError("must add up to zero and not all be zero; the paper has [0, 1, -1]")
        return value


Frequency = Annotated[AngularFrequency, Field(ge=0, le=1e16)]


class FrequenciesSection(Section):
    """Equidistant frequencies of the light, both ends included, in either order."""

    from_: Frequency = Field(
        alias="from",
        description="one end, named by frequency ν (`THz`), wave number (`cm^-1`), energy (`meV`), wavelength (`µm`) "
        "or `rad/s`; of a model in its units",
    )
    to: Frequency = Field(description="the other end, in the same way")
    points: Annotated[int, Field(ge=1, le=1_000_000)] = Field(description="how many, both ends included")

    @model_validator(mode="after")
    def _an_interval(self):
        if self.to == self.from_ and self.points > 1:
            raise ValueError("'from' and 'to' must differ")
        return self

    def omega(self) -> np.ndarray:
        """ω, (w,) ascending: rad s⁻¹, of models their own unit."""
        return np.linspace(min(self.from_, self.to), max(self.from_, self.to), self.points)


class LinewidthsSection(Section):
    """Lifetimes τ = 1/4πγ of the modes at Γ from phono3py's kappa-….hdf5."""

    linewidths: Annotated[str, Field(min_length=1)] = Field(
        description="`kappa-….hdf5` of phono3py with linewidths γ of the modes at Γ, τ = 1/4πγ, in order of frequency"
    )
    temperature: Kelvin = Field(description="temperature of the linewidths")


def _finite(value: Any) -> Any:
    if isinstance(value, float) and np.isinf(value):
        raise ValueError("must be finite: without damping the response diverges at every resonance; give e.g. 1 ps")
    return value


Lifetime = Annotated[
    Annotated[Time, Field(ge=1e-30, le=1e6), Tag("number")] | Annotated[LinewidthsSection, Tag("file")],
    Discriminator(lambda value: "file" if isinstance(value, (dict, LinewidthsSection)) else "number"),
    BeforeValidator(_finite),
]


def jones(value: Any) -> list[complex]:
    """A unit Jones vector from x, y, z, `circular +z`, or three numbers such as [1, 1j, 0]."""
    wanted = f"is no polarization; give one of {', '.join((*NAMED, *CIRCULAR))}, or three numbers such as [1, 1j, 0]"
    if isinstance(value, str):
        if value in NAMED:
            return [complex(value == axis) for axis in NAMED]
        if value not in CIRCULAR:
            raise ValueError(wanted)
        axis, sense = CIRCULAR[value]
        from hpcph.response.light import circular

        return [complex(x) for x in circular(np.eye(3)[NAMED.index(axis)], sense)]
    try:
        vector = np.array([complex(x) for x in value if not isinstance(x, bool)])
        length = np.linalg.norm(vector)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(wanted) from None
    if vector.shape != (3,) or not np.isfinite(length) or length < 1e-12:
        raise ValueError(wanted)
    return [complex(x) for x in vector / length]


def polarizations(value: Any) -> Any:
    """Given text or numbers with what they stand for; a single one is a list of one."""
    if not isinstance(value, list) or (
        len(value) == 3 and not any(isinstance(x, (str, list)) and not _is_number(x) for x in value)
    ):
        value = [value]
    return [x if isinstance(x, tuple) else (_label(x), jones(x)) for x in value]


def _is_number(value: Any) -> bool:
    try:
        complex(value)
    except (TypeError, ValueError):
        return False
    return True


def _label(value: Any) -> str:
    return value if isinstance(value, str) else str(value).replace("'", "")[:60]


Polarization = Annotated[tuple[str, list[complex]], WithJsonSchema({"anyOf": [{"enum": [*NAMED, *CIRCULAR]}, NUMBERS]})]


class OpticsSection(Section):
    """Second-order dc response to light."""

    frequency: FrequenciesSection = Field(description="frequencies of the light")
    lifetime: Lifetime = Field(
        description="lifetime of the modes at Γ: one, or by mode from phono3py's linewidths; of a model in its units"
    )
    direction: Annotated[Any, WithJsonSchema({"anyOf": [{"const": "transverse"}, NUMBERS]})] = Field(
        default="transverse",
        description="`transverse`, or the Cartesian direction of the light: the modes of Γ are then those of that "
        "side (LO and TO apart)",
    )
    polarization: Annotated[list[Polarization], BeforeValidator(polarizations), Field(min_length=1, max_length=100)] = (
        Field(
            default=["x", "circular +z"],
            validate_default=True,
            description="one or several; `circular +z` turns counter-clockwise, seen with z towards the observer; "
            "numbers are a Jones vector such as `[1, 1j, 0]`",
        )
    )
    pairs: Annotated[list[Frequency], Field(max_length=100)] = Field(
        default=[], description="frequencies at which contributions are stored by pairs of levels"
    )

    @field_validator("direction")
    @classmethod
    def _transverse_or_vector(cls, value):
        return word_or_direction(value, "transverse")
