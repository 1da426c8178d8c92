"""What an input may say about the lifetimes of phonons."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from hpcph.config.section import Section
from hpcph.config.units import Length, Time

RelaxationTime = Annotated[Time, Field(ge=1e-30, le=1)]
Name = Annotated[str, Field(min_length=1)]


class BoltzmannSolverSection(Section):
    """Residual of the Boltzmann equation, over its driving term, that counts as solved; iterations it may take."""

    tolerance: Annotated[float, Field(ge=1e-13, le=1e-3)] = 1e-10
    iterations: Annotated[int, Field(ge=1, le=1_000_000)] = 1000


class LifetimesSection(Section):
    """One relaxation time, phono3py's linewidths or its collision matrix, and boundaries."""

    time: RelaxationTime | None = None
    phono3py: Name | None = None
    collision_matrix: Name | None = None
    solver: BoltzmannSolverSection | None = None
    interpolate: bool = False
    boundary: Annotated[Length, Field(ge=1e-12, le=1e3)] | None = None

    @model_validator(mode="after")
    def _one_source(self):
        if (self.time is None) == (self.phono3py is None and self.collision_matrix is None):
            raise ValueError(
                "give either time, such as 10 ps, or phono3py, a kappa-m….hdf5 with linewidths, or collision_matrix"
            )
        if self.interpolate and (self.phono3py is None or self.collision_matrix is not None):
            raise ValueError("only linewidths of phono3py are interpolated; leave interpolate out")
        if self.solver is not None and self.collision_matrix is None:
            raise ValueError("only a collision matrix needs a solver; leave it out")
        return self

    @property
    def by_mode(self) -> bool:
        """Have modes lifetimes of their own?"""
        return self.on_a_mesh or self.boundary is not None

    @property
    def on_a_mesh(self) -> bool:
        """Do they come from a file of phono3py?"""
        return self.phono3py is not None or self.collision_matrix is not None


Lifetime = Annotated[
    Annotated[RelaxationTime, Tag("number")] | Annotated[LifetimesSection, Tag("section")],
    Discriminator(lambda value: "section" if isinstance(value, (dict, LifetimesSection)) else "number"),
]
