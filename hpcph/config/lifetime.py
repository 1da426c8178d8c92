"""What an input may say about the lifetimes of phonons."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from hpcph.config.section import Section
from hpcph.config.units import Length, Time

RelaxationTime = Annotated[Time, Field(ge=1e-30, le=1)]
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[
    Annotated[Name, Tag("name")] | Annotated[list[Name], Field(min_length=1, max_length=1000), Tag("list")],
    Discriminator(lambda value: "list" if isinstance(value, list) else "name"),
]
PROGRAMS = ("phono3py", "shengbte", "alamode", "tdep")


class BoltzmannSolverSection(Section):
    """Residual of the Boltzmann equation, over its driving term, that counts as solved; iterations it may take."""

    tolerance: Annotated[float, Field(ge=1e-13, le=1e-3)] = Field(
        default=1e-10, description="residual, over the driving term, that counts as solved"
    )
    iterations: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=1000, description="iterations that it may take"
    )


class LifetimesSection(Section):
    """One relaxation time, linewidths of a program or phono3py's collision matrix, and boundaries."""

    time: RelaxationTime | None = Field(
        default=None, description="one relaxation time, the same as `lifetime: 10 ps`; this or linewidths of a program"
    )
    phono3py: Name | None = Field(
        default=None, description="`kappa-m….hdf5`: linewidths of every mode at the temperatures of the run"
    )
    shengbte: Name | None = Field(
        default=None,
        description="folder of a run of ShengBTE or FourPhonon: `BTE.w` of its folders `T300K`, …; or a file of rates "
        "in one of them, such as `T300K/BTE.w_final`, for those of that name",
    )
    alamode: Names | None = Field(
        default=None,
        description="`PREFIX.kappa.h5`, or `PREFIX.result`; several, such as `[PREFIX.result, PREFIX.4ph.result, "
        "PREFIX.self_isotope]`, add",
    )
    tdep: Names | None = Field(
        default=None,
        description="`outfile.thermal_conductivity_grid.hdf5`; several of a temperature each",
    )
    collision_matrix: Name | None = Field(
        default=None,
        description="`collision-m….hdf5`: the linearised Boltzmann equation instead of the relaxation time",
    )
    solver: BoltzmannSolverSection | None = Field(default=None, description="how well that equation is solved")
    interpolate: bool = Field(
        default=False, description="take linewidths between the points and temperatures of the file"
    )
    boundary: Annotated[Length, Field(ge=1e-12, le=1e3)] | None = Field(
        default=None,
        description="length L: modes are scattered at the rate |v|/L too; without it that of the `kappa-m….hdf5`, or "
        "none",
    )

    @model_validator(mode="after")
    def _one_source(self):
        given = [name for name in ("time", *PROGRAMS) if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{given[0]} and {given[1]} say the same; leave one out")
        if self.collision_matrix is not None and given not in ([], ["phono3py"]):
            raise ValueError(f"a collision matrix has its own lifetimes; leave {given[0]} out")
        if not given and self.collision_matrix is None:
            raise ValueError(
                "give time, such as 10 ps, or phono3py, shengbte, alamode or tdep, files with linewidths, or "
                "collision_matrix"
            )
        if self.interpolate and (self.linewidths is None or self.collision_matrix is not None):
            raise ValueError("only linewidths are interpolated; leave interpolate out")
        if self.solver is not None and self.collision_matrix is None:
            raise ValueError("only a collision matrix needs a solver; leave it out")
        return self

    @property
    def by_mode(self) -> bool:
        """Have modes lifetimes of their own?"""
        return self.on_a_mesh or self.boundary is not None

    @property
    def on_a_mesh(self) -> bool:
        """Do they come from files of a program?"""
        return self.linewidths is not None or self.collision_matrix is not None

    @property
    def linewidths(self) -> tuple[str, list[str]] | None:
        """The program whose linewidths are named, and the names; None without."""
        for program in PROGRAMS:
            if (named := getattr(self, program)) is not None:
                return program, [named] if isinstance(named, str) else named
        return None


Lifetime = Annotated[
    Annotated[RelaxationTime, Tag("number")] | Annotated[LifetimesSection, Tag("section")],
    Discriminator(lambda value: "section" if isinstance(value, (dict, LifetimesSection)) else "number"),
]
