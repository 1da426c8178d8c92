"""What an input may say about meshes of the Brillouin zone."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from hpcph.config.section import Coordinate, Section, auto_or
from hpcph.config.units import Fraction, StepLength

PointCount = Annotated[int, Field(ge=1, le=2000)]
MAX_REFINEMENT = 6  # levels; 3^6 times finer at Γ leaves nothing to gain


class MeshSection(Section):
    """Monkhorst–Pack mesh, given by its divisions, by the length of its steps or by the accuracy wanted."""

    grid: Annotated[list[PointCount], Field(min_length=3, max_length=3)] | None = Field(
        default=None,
        description="Monkhorst–Pack divisions, even along shifted axes: odd ones put points on the zone face, where "
        "screw axes make all modes degenerate and falsify χ^D; this, `length` or `accuracy`",
    )
    length: Annotated[StepLength, Field(ge=1e-10, le=3e-7)] | None = Field(
        default=None,
        description="the same density for every cell: along each reciprocal vector the smallest even number of "
        "divisions not below `length`/d, d the distance of its lattice planes; `phonopy --mesh LENGTH` takes the "
        "nearest number",
    )
    accuracy: Annotated[Fraction, Field(ge=1e-4, le=0.5)] | None = Field(
        default=None,
        description="meshes follow each other, refined around Γ, until the estimated errors of γ^LL and γ^NL are "
        "below it at every temperature",
    )
    refine_gamma: Annotated[int, Field(ge=0, le=MAX_REFINEMENT)] | None = Field(
        default=None,
        description="levels of refinement around Γ of a grid or a length, 0 without it; each brings the points there "
        "three times closer to it",
    )
    shift: auto_or(Annotated[list[Coordinate], Field(min_length=3, max_length=3)]) = Field(  # type: ignore[valid-type]
        default="auto",
        description="in steps of the mesh, between −1 and 1, or `auto`: the half shift that keeps Γ off the mesh and "
        "the point group on it",
    )
    symmetry: bool = Field(
        default=True,
        description="irreducible zone by point group and time reversal; operations that the mesh breaks are left out; "
        "without it every point of `slices` is computed, too",
    )

    @model_validator(mode="after")
    def _one_of_three(self):
        if sum(one is not None for one in (self.grid, self.length, self.accuracy)) != 1:
            raise ValueError(
                "give either grid, such as [24, 24, 24], or length, such as 100 angstrom, or accuracy, such as 1%"
            )
        if self.accuracy is not None and self.refine_gamma is not None:
            raise ValueError("accuracy chooses refine_gamma itself; leave it out or give a grid or a length")
        return self

    @field_validator("shift")
    @classmethod
    def _shift_in_steps(cls, value):
        if value != "auto" and not all(-1 < s < 1 for s in value):
            raise ValueError("is in units of one step, so between -1 and 1; [0, 0, 0.5] is half a step along c*")
        return value
