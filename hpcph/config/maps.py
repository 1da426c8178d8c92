"""What an input may say about maps of the Brillouin zone: bands, slices, orbits, spectrum."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from hpcph.config.section import Kelvin, Section, as_rows, auto_or
from hpcph.config.temperature import Temperatures

Point = Annotated[
    dict[str, Annotated[list[float], Field(min_length=3, max_length=3)]], Field(min_length=1, max_length=1)
]
Run = Annotated[list[Point], Field(min_length=2, max_length=100)]


class BandsSection(Section):
    """Dispersion along a path: auto, or runs of points like [{Γ: [0, 0, 0]}, {A: [0, 0, 0.5]}]."""

    path: auto_or(Annotated[list[Run], Field(min_length=1, max_length=100)]) = Field(  # type: ignore[valid-type]
        default="auto",
        description="`auto`, or runs of named points such as `[[{Γ: [0, 0, 0]}, {A: [0, 0, 0.5]}]]`, fractional",
    )
    points: Annotated[int, Field(ge=2, le=10_000)] = Field(default=101, description="points a leg of the path")


class SlicesSection(Section):
    """Contributions to χ on planes of constant q along the axis."""

    temperature: Kelvin = Field(description="temperature of the contributions to χ")
    planes: Annotated[list[Annotated[float, Field(ge=-0.5, le=0.5)]], Field(min_length=1, max_length=200)] = Field(
        description="fractional coordinates q_c of the planes; the lattice vector c must lie along the axis"
    )
    grid: Annotated[list[Annotated[int, Field(ge=2, le=5000)]], Field(min_length=2, max_length=2)] = Field(
        default=[101, 101], description="points of every plane along a* and b*"
    )


Vector = Annotated[list[Annotated[float, Field(ge=-1e3, le=1e3)]], Field(min_length=3, max_length=3)]


class OrbitsSection(Section):
    """Modes at single fractional wave vectors, with eigenvectors."""

    q: Annotated[list[Vector], BeforeValidator(as_rows), Field(min_length=1, max_length=1000)] = Field(
        description="one or several fractional wave vectors, of any zone; at Γ the limit along the axis"
    )


class SpectrumSection(Section):
    """Shares of the responses by frequency and by branch."""

    temperature: Temperatures = Field(description="temperatures of the shares, one or several")
    points: Annotated[int, Field(ge=2, le=10_000)] = Field(default=300, description="number of frequencies")
