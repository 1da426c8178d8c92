"""What an input may say about a finite sample under a laser."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from hpcph.config.feedback import Positive
from hpcph.config.section import Kelvin, Section
from hpcph.config.units import Frequency, HeatTransfer, Power

WIDE, FINE = 100, 2  # a spot or depth beyond so many sizes of the sample is even; below so many cells it is lost
MAX_NODES = 2**31 - 1  # PETSc's numbers
CellCount = Annotated[int, Field(ge=4, le=20_000)]


def _word_or(word: str, kind: Any) -> Any:
    """A word or a value of that kind: whether text begins with a letter decides which complaint the user reads."""
    choice = Annotated[Literal[word], Tag("word")] | Annotated[kind, Tag("value")]  # type: ignore[valid-type]
    is_word = Discriminator(lambda value: "word" if isinstance(value, str) and value[:1].isalpha() else "value")
    return Annotated[choice, is_word]


class LaserSection(Section):
    """Light that the top absorbs: power, 1/e² radius of the spot, depth at which 1/e is left."""

    power: Annotated[Power, Field(ge=1e-18, le=1e9)] = Field(description="absorbed power")
    spot: _word_or("uniform", Positive) = Field(description="1/e² radius, or `uniform`")  # type: ignore[valid-type]
    depth: Positive | None = Field(
        default=None, description="depth at which 1/e is left; without it the surface absorbs"
    )


class BathSection(Section):
    """What a face touches; without a transfer coefficient it has that temperature."""

    temperature: Kelvin = Field(description="temperature of what the face touches")
    transfer: Annotated[HeatTransfer, Field(ge=1e-6, le=1e12)] | None = Field(
        default=None, description="heat transfer to it; without it the face has that temperature"
    )


class ConductivitySection(Section):
    """κ of the crystal by temperature, instead of that of the run's modes."""

    temperature: Annotated[list[Kelvin], Field(min_length=2, max_length=10_000)] = Field(
        description="temperatures, rising"
    )
    axial: list[Annotated[float, Field(ge=1e-9, le=1e9)]] = Field(
        description="κ along the axis at each temperature, W m⁻¹ K⁻¹"
    )
    radial: list[Annotated[float, Field(ge=1e-9, le=1e9)]] = Field(
        description="κ across the axis at each temperature, W m⁻¹ K⁻¹"
    )

    @model_validator(mode="after")
    def _a_table(self):
        if not len(self.temperature) == len(self.axial) == len(self.radial):
            raise ValueError("temperature, axial and radial must be lists of one length, W m⁻¹ K⁻¹ at each temperature")
        if not np.all(np.diff(self.temperature) > 0):
            raise ValueError("the temperatures must rise")
        return self


class SampleSolverSection(Section):
    """Residual, over the absorbed power, that counts as solved; Newton steps that it may take."""

    tolerance: Annotated[float, Field(ge=1e-12, le=1e-3)] = Field(
        default=1e-9, description="residual, over the absorbed power, that counts as solved"
    )
    iterations: Annotated[int, Field(ge=1, le=1000)] = Field(default=50, description="Newton steps that it may take")


Face = _word_or("insulated", BathSection)


class FiniteSampleSection(Section):
    """A cylinder or a cuboid, its axis along `axis`, heated at the top, with a heat sink somewhere."""

    shape: Literal["cylinder", "cuboid"] = Field(default="cylinder", description="shape, z along `axis`")
    radius: Positive | None = Field(default=None, description="radius of a cylinder")
    height: Positive | None = Field(default=None, description="height of a cylinder")
    edges: Annotated[list[Positive], Field(min_length=3, max_length=3)] | None = Field(
        default=None, description="edges of a cuboid, `[a, b, c]`"
    )
    cells: Annotated[list[CellCount], Field(min_length=2, max_length=3)] = Field(
        description="`[n_r, n_z]` of a cylinder, `[n_x, n_y, n_z]` of a cuboid; multiples of powers of two are solved"
        " fastest"
    )
    laser: LaserSection = Field(description="light that the top absorbs")
    bottom: Face = Field(  # type: ignore[valid-type]
        default="insulated", description="what the bottom touches; at least one face is a heat sink"
    )
    side: Face = Field(default="insulated", description="what the side touches")  # type: ignore[valid-type]
    top: Face = Field(default="insulated", description="what the top touches")  # type: ignore[valid-type]
    melting: Kelvin | None = Field(default=None, description="temperature that no part may reach")
    modulation: Annotated[Frequency, Field(gt=0, le=1e12)] = Field(
        default=1e3, description="frequency f of the power ½P(1 + cos 2πft), for the torque"
    )
    conductivity: ConductivitySection | None = Field(
        default=None, description="κ by temperature, instead of that of the run's modes"
    )
    solver: SampleSolverSection = Field(
        default=SampleSolverSection(), description="how well the temperatures are solved"
    )
    threshold: _word_or("auto", bool) = Field(  # type: ignore[valid-type]
        default="auto",
        description="look for the power at which the feedback loses its solution; `auto`: up to a million nodes",
    )

    @model_validator(mode="after")
    def _sizes_of_the_shape(self):
        wanted = {"cylinder": {"radius", "height"}, "cuboid": {"edges"}}[self.shape]
        given = {name for name in ("radius", "height", "edges") if getattr(self, name) is not None}
        if missing := wanted - given:
            raise ValueError(f"a {self.shape} needs {' and '.join(sorted(missing))}")
        if extra := given - wanted:
            raise ValueError(f"a {self.shape} has no {' or '.join(sorted(extra))}")
        directions = "radius and height" if self.shape == "cylinder" else "three edges"
        if len(self.cells) != (2 if self.shape == "cylinder" else 3):
            raise ValueError(f"cells counts those along the {directions} of a {self.shape}")
        if np.prod([float(count + 1) for count in self.cells]) > MAX_NODES:
            raise ValueError("cells makes more than 2³¹ nodes; take fewer")
        return self

    @model_validator(mode="after")
    def _a_heat_sink(self):
        baths = [face for face in (self.bottom, self.side, self.top) if isinstance(face, BathSection)]
        if not baths:
            raise ValueError(
                "has no heat sink, so that no temperature is stationary (the problem is singular); "
                "give bottom, side or top a temperature"
            )
        if isinstance(self.top, BathSection) and self.top.transfer is None and self.laser.depth is None:
            raise ValueError(
                "the top cannot both absorb the light and have a temperature; give laser.depth or transfer"
            )
        if self.melting is not None and self.melting <= max(bath.temperature for bath in baths):
            raise ValueError("melting must be above the temperatures of the baths")
        return self

    @model_validator(mode="after")
    def _light_that_the_cells_can_show(self):
        for name, value, size, step in self._scales():
            if value > WIDE * size:
                other = "spot: uniform" if name == "spot" else "no depth with a smaller power, or a higher sample"
                raise ValueError(f"laser.{name} is over {WIDE} times the size of the sample; give {other}")
            if value < FINE * step:
                other = "more cells or a larger spot" if name == "spot" else "more cells, or leave it out (surface)"
                raise ValueError(f"laser.{name} is below {FINE} cells of {step:.3g} m; give {other}")
        return self

    def _scales(self) -> list[tuple[str, float, float, float]]:
        """Lengths of the light beside half width or height of the sample and the size of a cell."""
        if self.edges is not None:
            half, height = max(self.edges[:2]) / 2, self.edges[2]
            across = max(edge / count for edge, count in zip(self.edges[:2], self.cells, strict=False))
        else:
            assert self.radius is not None and self.height is not None
            half, height, across = self.radius, self.height, self.radius / self.cells[0]
        found = []
        if self.laser.spot != "uniform":
            found.append(("spot", self.laser.spot, half, across))
        if self.laser.depth is not None:
            found.append(("depth", self.laser.depth, height, height / self.cells[-1]))
        return found
