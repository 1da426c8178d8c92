"""What an input may say about samples and the L-L coupling."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from hpcph.config.section import Kelvin, Section, as_list, as_rows
from hpcph.config.units import Length

Positive = Annotated[Length, Field(ge=1e-15, le=1)]  # m; squares and their inverses stay far from overflow


class CalibrateSection(Section):
    """Choose the feedback scale so that γ^LL has this value at this temperature and radius."""

    gamma_ll: Annotated[float, Field(gt=0, lt=1e3)] = Field(description="γ^LL that the scale is chosen for")
    temperature: Kelvin = Field(description="temperature at which γ^LL has this value")
    radius: Positive = Field(description="radius at which γ^LL has this value")


class SampleSection(Section):
    """Shape and sizes; `axis` is the symmetry axis (the third edge of a cuboid)."""

    shape: Literal["cylinder", "sphere", "cuboid", "ring"] = Field(
        default="cylinder", description="shape, its symmetry axis (of a cuboid the third edge) along `axis`"
    )
    radius: Annotated[list[Positive], BeforeValidator(as_list), Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="one or several radii of a cylinder, a sphere or a ring"
    )
    inner_radius: Positive | None = Field(default=None, description="inner radius of a ring")
    height: Positive | None = Field(
        default=None, description="height of a cylinder or a ring; without it they turn about their axis only"
    )
    edges: (
        Annotated[
            list[Annotated[list[Positive], Field(min_length=3, max_length=3)]],
            BeforeValidator(as_rows),
            Field(min_length=1, max_length=1000),
        ]
        | None
    ) = Field(default=None, description="edges of a cuboid, one or several `[a, b, c]`, c along the axis")

    @model_validator(mode="after")
    def _sizes_of_the_shape(self):
        wanted = {"cylinder": {"radius"}, "sphere": {"radius"}, "cuboid": {"edges"}, "ring": {"radius", "inner_radius"}}
        optional = {"height"} if self.shape in ("cylinder", "ring") else set()
        given = {k for k in ("radius", "inner_radius", "height", "edges") if getattr(self, k) is not None}
        if missing := wanted[self.shape] - given:
            raise ValueError(f"a {self.shape} needs {' and '.join(sorted(missing))}")
        if extra := given - wanted[self.shape] - optional:
            raise ValueError(f"a {self.shape} has no {' or '.join(sorted(extra))}")
        if self.shape == "ring" and self.inner_radius >= min(self.radius):
            raise ValueError("the inner radius must be below every radius")
        return self


class FeedbackSection(Section):
    """L-L coupling."""

    sample: SampleSection = Field(description="shape and sizes of the samples")
    coupling: Literal["parallel", "antiparallel"] = Field(
        default="parallel", description="`parallel` (amplifies) or `antiparallel` (screens)"
    )
    scale: Annotated[float, Field(ge=1e-30, le=1e30)] | None = Field(
        default=None, description="multiplies χ; without it 1, which is first principles"
    )
    calibrate: CalibrateSection | None = Field(
        default=None, description="choose the scale so that γ^LL has a given value, instead of `scale`"
    )

    @model_validator(mode="after")
    def _one_scale(self):
        if self.scale is not None and self.calibrate is not None:
            raise ValueError("give scale or calibrate, not both")
        if self.calibrate is not None and self.coupling == "antiparallel":
            raise ValueError("calibrate sets an amplification, so it needs coupling: parallel")
        if self.calibrate is not None and (self.sample.inner_radius or 0) >= self.calibrate.radius:
            raise ValueError("the radius of calibrate must be above the inner radius of the ring")
        return self
