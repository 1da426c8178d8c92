"""What all sections of an input have in common."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from hpcph.config.ratios import ratio
from hpcph.config.units import Temperature

Kelvin = Annotated[Temperature, Field(ge=1e-6, le=1e5)]
Coordinate = Annotated[float, BeforeValidator(ratio), Field(examples=["1/3"])]


class Section(BaseModel):
    """Unknown keys are mistakes; infinities and NaN are not numbers; nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# how the model's schema, and the table of keys with it, shows what validators check by hand
NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}


def as_rows(value: Any) -> Any:
    """A single row is a list of one."""
    return [value] if isinstance(value, list) and value and not isinstance(value[0], list) else value


def as_list(value: Any) -> Any:
    """A single value is a list of one."""
    return value if isinstance(value, list) else [value]


def auto_or(kind: Any) -> Any:
    """`auto` or a value of that kind: whether it is a word decides which complaint the user reads."""
    choice = Annotated[Literal["auto"], Tag("word")] | Annotated[kind, Tag("value")]
    return Annotated[choice, Discriminator(lambda value: "word" if isinstance(value, str) else "value")]


def word_or_direction(value: Any, word: str) -> Any:
    """The word, or a Cartesian direction as three floats. Raises ValueError."""
    if value == word:
        return value
    value = [ratio(x) for x in value] if isinstance(value, list) else value
    good = isinstance(value, list) and len(value) == 3
    good = good and all(type(x) in (int, float) and abs(x) < 1e6 for x in value)
    if not good or not np.linalg.norm(value) > 1e-6:
        raise ValueError(f"must be {word} or a Cartesian direction such as [0, 0, 1]")
    return [float(x) for x in value]
