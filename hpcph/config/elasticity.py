"""What an input may say about sound."""

from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, field_validator

from hpcph.config.section import Coordinate, Section, as_rows
from hpcph.config.units import Frequency

Direction = Annotated[list[Annotated[Coordinate, Field(ge=-1e6, le=1e6)]], Field(min_length=3, max_length=3)]


class ElasticitySection(Section):
    """Velocities of sound and acoustic activity."""

    directions: Annotated[list[Direction], BeforeValidator(as_rows), Field(min_length=1, max_length=1000)] = Field(
        default=[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        description="one or several Cartesian directions, of any length, in which sound travels",
    )
    frequency: Annotated[Frequency, Field(gt=0, le=1e12)] = Field(
        default=1e9, description="frequency at which the rotation of transverse sound is told; `1 GHz` without it"
    )

    @field_validator("directions")
    @classmethod
    def _each_is_one(cls, directions):
        for number, direction in enumerate(directions, 1):
            if np.linalg.norm(direction) < 1e-6:
                raise ValueError(f"number {number} has no direction; [0, 0, 1] is Cartesian z")
        return directions
