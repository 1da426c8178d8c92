"""What an input may say about a magnetic field."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field, WithJsonSchema, field_validator

from hpcph.config.ratios import ratio
from hpcph.config.section import NUMBERS, Section
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
        if value == "axis":
            return value
        value = [ratio(x) for x in value] if isinstance(value, list) else value
        good = isinstance(value, list) and len(value) == 3
        good = good and all(type(x) in (int, float) and abs(x) < 1e6 for x in value)
        if not good or not np.linalg.norm(value) > 1e-6:
            raise ValueError("must be axis or a Cartesian direction such as [0, 0, 1]")
        return [float(x) for x in value]
