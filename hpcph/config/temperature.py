"""What an input may say about temperatures."""

from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from hpcph.config.section import Kelvin, Section, as_list
from hpcph.config.units import TemperatureStep

MAX_TEMPERATURES = 10_000


class RangeSection(Section):
    """Equidistant temperatures, both ends included."""

    from_: Kelvin = Field(alias="from", description="lowest temperature")
    to: Kelvin = Field(description="highest temperature, itself included where steps reach it")
    step: Annotated[TemperatureStep, Field(gt=0)] = Field(
        description="difference of two temperatures: `20 degC` is 20 K"
    )

    @model_validator(mode="after")
    def _in_order(self):
        if self.to < self.from_:
            raise ValueError("'to' must not be below 'from'")
        if (self.to - self.from_) / self.step > MAX_TEMPERATURES:
            raise ValueError(f"has more than {MAX_TEMPERATURES} steps; take a larger step")
        return self

    def values(self) -> list[float]:
        """The temperatures, K."""
        count = int(np.floor((self.to - self.from_) / self.step * (1 + 1e-12) + 1e-9)) + 1
        return [self.from_ + i * self.step for i in range(count)]


Temperatures = Annotated[list[Kelvin], BeforeValidator(as_list), Field(min_length=1, max_length=MAX_TEMPERATURES)]
