"""What an input may say about a magnetic field."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, field_validator

from hpcph.config.section import NUMBERS, Section, word_or_direction
from hpcph.config.units import FluxDensity


class FieldSection(Section):
    """A uniform magnetic field, which turns the ions by their Born charges."""

    magnetic: Annotated[FluxDensity, Field(gt=1e-9, le=1e9)] = Field(
        description="flux density; beyond the linear range of the crystal it is refused"
    )
    direction: Annotated[Any, WithJsonSchema({"anyOf": [{"const": "axis"}, NUMBERS]})] = Field(
        default="axis", description="`axis`, or a Cartesian direction of the field"
    )

    @field_validator("direction")
    @classmethod
    def _axis_or_vector(cls, value):
        return word_or_direction(value, "axis")
