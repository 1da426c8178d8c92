"""What an input may say about maps of the Brillouin zone: bands, slices, orbits, spectrum."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from hpcph.config.section import Coordinate, Kelvin, Section, as_rows, auto_or
from hpcph.config.temperature import Temperatures

Place = Annotated[list[Coordinate], Field(min_length=3, max_length=3)]
Point = Annotated[
    Annotated[str, Field(min_length=1), Tag("name")]
    | Annotated[dict[str, Place], Field(min_length=1, max_length=1), Tag("place")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "place"),
]
Run = Annotated[list[Point], Field(min_length=2, max_length=100)]


def runs(value: Any) -> Any:
    """Runs of points: those of text such as Γ-M-K|L-H; a single run is a list of one."""
    if not isinstance(value, str) or not re.search("[-–|]", value):
        return as_rows(value)
    return [[name.strip() for name in re.split("[-–]", run)] for run in value.split("|")]


class BandsSection(Section):
    """Dispersion along a path: auto, or runs of points like Γ-M-K|L-H or [{Γ: [0, 0, 0]}, {A: [0, 0, 0.5]}]."""

    path: Annotated[
        auto_or(Annotated[list[Run], Field(min_length=1, max_length=100)]), BeforeValidator(runs)  # type: ignore[valid-type]
    ] = Field(
        default="auto",
        description="`auto`, or runs of its points such as `Γ-M-K|L-H` (Γ is G or GAMMA, too), or of other points such "
        "as `[[{Γ: [0, 0, 0]}, {A: [0, 0, 1/2]}]]`, fractional",
    )
    points: Annotated[int, Field(ge=2, le=10_000)] = Field(default=101, description="points a leg of the path")


class SlicesSection(Section):
    """Contributions to χ on planes of constant q along the axis."""

    temperature: Kelvin = Field(description="temperature of the contributions to χ")
    planes: Annotated[list[Annotated[Coordinate, Field(ge=-0.5, le=0.5)]], Field(min_length=1, max_length=200)] = Field(
        description="fractional coordinates q_c of the planes; the lattice vector c must lie along the axis"
    )
    grid: Annotated[list[Annotated[int, Field(ge=2, le=5000)]], Field(min_length=2, max_length=2)] = Field(
        default=[101, 101], description="points of every plane along a* and b*"
    )


Vector = Annotated[list[Annotated[Coordinate, Field(ge=-1e3, le=1e3)]], Field(min_length=3, max_length=3)]


class OrbitsSection(Section):
    """Modes at single fractional wave vectors, with eigenvectors."""

    q: Annotated[list[Vector], BeforeValidator(as_rows), Field(min_length=1, max_length=1000)] = Field(
        description="one or several fractional wave vectors, of any zone; at Γ the limit along the axis"
    )


class SpectrumSection(Section):
    """Shares of the responses by frequency and by branch."""

    temperature: Temperatures = Field(description="temperatures of the shares, one or several")
    points: Annotated[int, Field(ge=2, le=10_000)] = Field(default=300, description="number of frequencies")
