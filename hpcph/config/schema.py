"""The whole input, section by section. Every rule that a value must obey stands beside its key."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Discriminator, Field, Tag, field_validator

from hpcph.config.crystal import CrystalSection
from hpcph.config.elasticity import ElasticitySection
from hpcph.config.feedback import FeedbackSection
from hpcph.config.field import FieldSection
from hpcph.config.finite import FiniteSampleSection
from hpcph.config.lifetime import Lifetime, LifetimesSection
from hpcph.config.light import LinewidthsSection, OpticsSection
from hpcph.config.maps import BandsSection, OrbitsSection, SlicesSection, SpectrumSection
from hpcph.config.mesh import MeshSection
from hpcph.config.section import Coordinate, Section, auto_or
from hpcph.config.temperature import RangeSection, Temperatures
from hpcph.config.units import Gradient


@dataclass(frozen=True)
class ThermalInput:
    """Sums over the zone: temperatures in ascending order, (t,) K; gradient in K m⁻¹; None where it is not given.

    coherence, displacement : are interband parts wanted, and ⟨uu⟩ of the atoms?
    """

    mesh: MeshSection
    temperatures: np.ndarray
    lifetime: LifetimesSection | None
    coherence: bool
    displacement: bool
    gradient: float | None


MODEL_RANGE = 1e5  # frequencies and lifetimes of a model beyond it were meant in SI
THERMAL = ("mesh", "temperature")
ALONE = ("bands", "orbits", "elasticity", "slices", "optics", "field")  # sections that need nothing else
UPON = ("lifetime", "coherence", "gradient", "feedback", "spectrum", "modes", "sample")  # sections that need them


class Input(Section):
    """The whole input."""

    title: str = Field(default="", description="a line for the log")
    crystal: CrystalSection = Field(description="where the force constants are and what is imposed on them, or a model")
    axis: Annotated[list[Annotated[Coordinate, Field(ge=-1e6, le=1e6)]], Field(min_length=3, max_length=3)] = Field(
        default=[0.0, 0.0, 1.0], description="Cartesian axis of gradient, phonon angular momentum and sample"
    )
    mesh: MeshSection | None = Field(
        default=None,
        description="mesh of the sums over the zone; it and `temperature` belong together",
    )
    temperature: (
        Annotated[
            Annotated[RangeSection, Tag("range")] | Annotated[Temperatures, Tag("list")],
            Discriminator(lambda value: "range" if isinstance(value, (dict, RangeSection)) else "list"),
        ]
        | None
    ) = Field(default=None, description="temperatures of the sums: a range, one or several")
    lifetime: Lifetime | None = Field(
        default=None,
        description="one relaxation time; or linewidths or the collision matrix of phono3py, and boundaries; without "
        "it no γ^NL, κ and γ^N",
    )
    coherence: auto_or(bool) = Field(  # type: ignore[valid-type]
        default="auto",
        description="Wigner's interband parts of γ^NL, γ^N and κ; `auto`: where modes have linewidths of their own; "
        "with one relaxation time they cost time",
    )
    gradient: Gradient | None = Field(
        default=None, description="temperature gradient along the axis; without it no densities that it drives"
    )
    feedback: FeedbackSection | None = Field(default=None, description="L-L coupling in samples")
    magnetization: auto_or(bool) = Field(  # type: ignore[valid-type]
        default="auto",
        description="from Born charges; `auto`: where there are some (also those of a file whose dipole part "
        "`crystal.nac: none` leaves out)",
    )
    displacement: bool = Field(
        default=True,
        description="⟨u_i u_j⟩ of every atom (thermal ellipsoids), and beside `feedback` the bound that they are to χ",
    )
    field: FieldSection | None = Field(
        default=None, description="a magnetic field on the ions (Born charges): shifts of modes, sound, what it induces"
    )
    modes: bool = Field(default=False, description="store the band-resolved tables of every irreducible k-point")
    bands: BandsSection | None = Field(default=None, description="dispersion along a path")
    orbits: OrbitsSection | None = Field(default=None, description="modes at single wave vectors, with eigenvectors")
    elasticity: ElasticitySection | None = Field(
        default=None, description="velocities of sound, its polarization and acoustic activity"
    )
    slices: SlicesSection | None = Field(
        default=None, description="contributions to χ on planes of constant q along the axis"
    )
    spectrum: SpectrumSection | None = Field(
        default=None, description="shares of γ^NL and χ along the axis by frequency and by branch"
    )
    sample: FiniteSampleSection | None = Field(default=None, description="a finite sample under a laser")
    optics: OpticsSection | None = Field(default=None, description="dc response to light of second order")
    output: Annotated[str, Field(min_length=1)] = Field(
        default="runs/hpcph", description="folder of the result, relative to the current one; `--output` replaces it"
    )

    @field_validator("axis")
    @classmethod
    def _axis_has_a_direction(cls, axis):
        if np.linalg.norm(axis) < 1e-6:
            raise ValueError("has no direction; [0, 0, 1] is Cartesian z")
        return axis

    def mistakes(self) -> list[tuple[str, str]]:
        """Keys that do not fit together, with the fix."""
        missing = [name for name in THERMAL if getattr(self, name) is None]
        together = " and ".join(THERMAL)
        needing = [name for name in UPON if self._asks(name)]
        if self.crystal.model is not None:
            sections = [name for name in (*THERMAL, "slices", "elasticity", "field") if getattr(self, name)]
            given = [(name, "a model has bands, orbits and optics only; leave it out") for name in sections + needing]
            return given + self._units_of_a_model()
        if self.field is not None and self.magnetization is False:
            return [("magnetization", "field needs the moments of the ions; leave magnetization: false out")]
        if not missing:
            return self._without_lifetime() + self._other_meshes() + self._of_a_layer()
        if len(missing) < len(THERMAL):
            return [(name, f"is missing; {together} belong together") for name in missing]
        if not needing and not any(getattr(self, name) is not None for name in ALONE):
            return [("mesh", f"is missing; add {together}, or one of {', '.join(ALONE)}")]
        return [(name, f"needs {together}; add them") for name in needing] + self._of_a_layer()

    def _without_lifetime(self) -> list[tuple[str, str]]:
        """Sections that it leaves without an answer."""
        if self.lifetime is not None:
            return []
        why = {"sample": "needs a lifetime", "coherence": "needs linewidths, which phonons that live for ever have not"}
        return [(name, f"{why[name]}: add `lifetime` to the input") for name in why if self._asks(name)]

    def _asks(self, name: str) -> bool:
        """Is a section there, or a choice made?"""
        value = getattr(self, name)
        return value is not None and value is not False and value != "auto"

    def _other_meshes(self) -> list[tuple[str, str]]:
        """Linewidths are known on one mesh."""
        thermal = self.thermal
        if thermal is None or thermal.lifetime is None:
            return []
        if not thermal.lifetime.on_a_mesh or thermal.lifetime.interpolate:
            return []
        given = [name for name in ("length", "accuracy", "refine_gamma") if getattr(thermal.mesh, name)]
        other = "" if thermal.lifetime.collision_matrix else ", or lifetime.interpolate: true"
        fix = f"needs points that the mesh of the linewidths has not; give its grid alone{other}"
        return [("mesh", f"{name} {fix}") for name in given]

    def _of_a_layer(self) -> list[tuple[str, str]]:
        """A layer has no waves along its normal, none of its bending waves has a velocity, and it is no solid body."""
        periodic, found = self.crystal.periodic, []
        if periodic is None or all(periodic):
            return []
        empty, whose = periodic.index(False), "the normal of a layer (crystal.periodic)"
        if self.mesh is not None and self.mesh.grid is not None and self.mesh.grid[empty] != 1:
            grid = ", ".join("1" if n == empty else str(count) for n, count in enumerate(self.mesh.grid))
            found.append(("mesh", f"has one division along {whose}: grid: [{grid}]"))
        if self.mesh is not None and self.mesh.shift != "auto" and self.mesh.shift[empty]:
            found.append(("mesh", f"has no shift along {whose}: write 0 there"))
        for name in ("sample", "elasticity"):
            if getattr(self, name) is not None:
                found.append((name, "is for crystals that repeat along a, b and c (crystal.periodic); leave it out"))
        return found

    def _units_of_a_model(self) -> list[tuple[str, str]]:
        """Numbers that must have been given with a unit of SI."""
        if self.optics is None:
            return []
        if isinstance(self.optics.lifetime, LinewidthsSection):
            return [
                ("optics", "a model has no linewidths of phono3py; give lifetime as a number in its units, such as 20")
            ]
        strange = self.optics.frequency.omega()[-1] > MODEL_RANGE or self.optics.lifetime < 1 / MODEL_RANGE
        return [("optics", "a model has its own units: give numbers without a unit, such as 3.5 and 20")] * strange

    @property
    def thermal(self) -> ThermalInput | None:
        """What the sums over the zone need, where they are wanted."""
        if self.mesh is None or self.temperature is None:
            return None
        given = self.temperature
        values = given.values() if isinstance(given, RangeSection) else given
        lifetime = LifetimesSection(time=self.lifetime) if isinstance(self.lifetime, float) else self.lifetime
        own = lifetime is not None and lifetime.on_a_mesh
        coherence = own if self.coherence == "auto" else self.coherence
        return ThermalInput(
            self.mesh, np.unique(np.asarray(values, float)), lifetime, coherence, self.displacement, self.gradient
        )
