"""What an input may say about the lifetimes of phonons."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from hpcph.config.section import Section
from hpcph.config.units import Length, Time

RelaxationTime = Annotated[Time, Field(ge=1e-30, le=1)]


class Lifetimes(Section):
    """One relaxation time or phono3py's linewidths, and boundaries."""

    time: RelaxationTime | None = None
    phono3py: Annotated[str, Field(min_length=1)] | None = None
    interpolate: bool = False
    boundary: Annotated[Length, Field(ge=1e-12, le=1e3)] | None = None

    @model_validator(mode="after")
    def _one_source(self):
        if (self.time is None) == (self.phono3py is None):
            raise ValueError("give either time, such as 10 ps, or phono3py, a kappa-m….hdf5 with linewidths")
        if self.interpolate and self.phono3py is None:
            raise ValueError("only linewidths of phono3py are interpolated; leave interpolate out")
        return self

    @property
    def by_mode(self) -> bool:
        """Have modes lifetimes of their own?"""
        return self.phono3py is not None or self.boundary is not None


Lifetime = Annotated[
    Annotated[RelaxationTime, Tag("number")] | Annotated[Lifetimes, Tag("section")],
    Discriminator(lambda value: "section" if isinstance(value, (dict, Lifetimes)) else "number"),
]
