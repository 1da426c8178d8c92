"""What an input may say (see README, input table). Every rule that a value must obey stands beside its key."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from hpcph.config.feedback import FeedbackSection
from hpcph.config.finite import FiniteSampleSection
from hpcph.config.lifetime import Lifetime, LifetimesSection
from hpcph.config.light import LinewidthsSection, ModelSection, OpticsSection
from hpcph.config.section import Kelvin, Section, as_list, as_rows
from hpcph.config.units import Fraction, Gradient, Pressure, SmallLength, TemperatureStep
from hpcph.readers.calculators import NAMES

PointCount = Annotated[int, Field(ge=1, le=2000)]
MAX_TEMPERATURES = 10_000
MAX_REFINEMENT = 6  # levels; 3^6 times finer at Γ leaves nothing to gain


def _auto_or(kind: Any) -> Any:
    """`auto` or a value of that kind: whether it is a word decides which complaint the user reads."""
    choice = Annotated[Literal["auto"], Tag("word")] | Annotated[kind, Tag("value")]
    return Annotated[choice, Discriminator(lambda value: "word" if isinstance(value, str) else "value")]


def _rows(value: Any) -> str:
    """Whether a supercell is written as a matrix decides which complaint the user reads."""
    return "matrix" if isinstance(value, list) and value and isinstance(value[0], list) else "numbers"


Numbers = Annotated[list[Annotated[int, Field(ge=1, le=100)]], Field(min_length=3, max_length=3)]
Row = Annotated[list[Annotated[int, Field(ge=-100, le=100)]], Field(min_length=3, max_length=3)]
Supercell = Annotated[
    Annotated[Numbers, Tag("numbers")] | Annotated[list[Row], Field(min_length=3, max_length=3), Tag("matrix")],
    Discriminator(_rows),
]


class CrystalSection(Section):
    """Where the force constants are and what is imposed on them; or a model."""

    force_constants: Annotated[str, Field(min_length=1)] | None = None
    model: ModelSection | None = None
    structure: str | None = None
    force_sets: str | None = None
    born: str | None = None
    supercell: Supercell | None = None
    calculator: Literal[NAMES] | None = None  # type: ignore[valid-type]
    nac: Literal["gonze", "none"] | None = None
    sum_rules: list[Literal["translational", "rotational", "huang"]] = ["translational", "rotational", "huang"]
    stress: Annotated[list[Annotated[Pressure, Field(ge=-1e12, le=1e12)]], Field(min_length=6, max_length=6)] = [
        0.0
    ] * 6
    symmetry_tolerance: SmallLength | None = None
    primitive: Any = "auto"
    inverted: bool = False
    allow_unstable: bool = False

    @model_validator(mode="after")
    def _file_or_model(self):
        if (self.force_constants is None) == (self.model is None):
            raise ValueError("give either force_constants, a file of phonopy, or model")
        if self.model is not None and (extra := self.model_fields_set - {"model"}):
            raise ValueError(f"a model has no {' or '.join(sorted(extra))}")
        return self

    @field_validator("sum_rules")
    @classmethod
    def _all_need_translational(cls, rules):
        if rules and "translational" not in rules:
            raise ValueError(
                f"{rules[0]} invariance needs the translational rule too; write [translational, {rules[0]}]"
            )
        return rules

    @field_validator("supercell")
    @classmethod
    def _right_handed(cls, value):
        if value and isinstance(value[0], list) and np.linalg.det(value) < 0.5:
            raise ValueError("must be three numbers or a 3×3 matrix whose determinant is positive")
        return value

    @property
    def supercell_matrix(self) -> tuple | None:
        """Three numbers or rows of three."""
        return None if self.supercell is None else tuple(tuple(x) if isinstance(x, list) else x for x in self.supercell)

    @field_validator("symmetry_tolerance")
    @classmethod
    def _between_rounding_and_bonds(cls, value):
        if value is not None and not 0.999e-18 <= value <= 1.001e-11:
            raise ValueError(
                "must be between 1e-8 and 0.1 angstrom: more than rounding, less than what tells sites apart"
            )
        return value

    @field_validator("primitive")
    @classmethod
    def _known_primitive(cls, value):
        if isinstance(value, str) and value in ("auto", "P", "F", "I", "A", "C", "R"):
            return value
        matrix = np.array(value, dtype=object)
        if matrix.shape == (3, 3) and all(type(x) in (int, float) and abs(x) < 1e3 for x in matrix.ravel()):
            if abs(np.linalg.det(matrix.astype(float))) > 1e-6:
                return value
        raise ValueError("must be auto, P, F, I, A, C, R or a regular 3×3 matrix")


class MeshSection(Section):
    """Monkhorst–Pack mesh, given by its divisions or by the accuracy that it should reach."""

    grid: Annotated[list[PointCount], Field(min_length=3, max_length=3)] | None = None
    accuracy: Annotated[Fraction, Field(ge=1e-4, le=0.5)] | None = None
    refine_gamma: Annotated[int, Field(ge=0, le=MAX_REFINEMENT)] | None = None
    shift: _auto_or(Annotated[list[float], Field(min_length=3, max_length=3)]) = "auto"  # type: ignore[valid-type]
    symmetry: bool = True

    @model_validator(mode="after")
    def _grid_or_accuracy(self):
        if (self.grid is None) == (self.accuracy is None):
            raise ValueError("give either grid, such as [24, 24, 24], or accuracy, such as 1%")
        if self.accuracy is not None and self.refine_gamma is not None:
            raise ValueError("accuracy chooses refine_gamma itself; leave it out or give a grid")
        return self

    @field_validator("shift")
    @classmethod
    def _shift_in_steps(cls, value):
        if value != "auto" and not all(-1 < s < 1 for s in value):
            raise ValueError("is in units of one step, so between -1 and 1; [0, 0, 0.5] is half a step along c*")
        return value


class RangeSection(Section):
    """Equidistant temperatures, both ends included."""

    from_: Kelvin = Field(alias="from")
    to: Kelvin
    step: Annotated[TemperatureStep, Field(gt=0)]

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


Point = Annotated[
    dict[str, Annotated[list[float], Field(min_length=3, max_length=3)]], Field(min_length=1, max_length=1)
]
Run = Annotated[list[Point], Field(min_length=2, max_length=100)]


class BandsSection(Section):
    """Dispersion along a path: auto, or runs of points like [{Γ: [0, 0, 0]}, {A: [0, 0, 0.5]}]."""

    path: _auto_or(Annotated[list[Run], Field(min_length=1, max_length=100)]) = "auto"  # type: ignore[valid-type]
    points: Annotated[int, Field(ge=2, le=10_000)] = 101


class SlicesSection(Section):
    """Contributions to χ on planes of constant q along the axis."""

    temperature: Kelvin
    planes: Annotated[list[Annotated[float, Field(ge=-0.5, le=0.5)]], Field(min_length=1, max_length=200)]
    grid: Annotated[list[Annotated[int, Field(ge=2, le=5000)]], Field(min_length=2, max_length=2)] = [101, 101]


Vector = Annotated[list[Annotated[float, Field(ge=-1e3, le=1e3)]], Field(min_length=3, max_length=3)]


class OrbitsSection(Section):
    """Modes at single fractional wave vectors, with eigenvectors."""

    q: Annotated[list[Vector], BeforeValidator(as_rows), Field(min_length=1, max_length=1000)]


class SpectrumSection(Section):
    """Shares of the responses by frequency and by branch."""

    temperature: Temperatures
    points: Annotated[int, Field(ge=2, le=10_000)] = 300


@dataclass(frozen=True)
class ThermalInput:
    """Sums over the zone: temperatures in ascending order, (t,) K; gradient in K m⁻¹."""

    mesh: MeshSection
    temperatures: np.ndarray
    lifetime: LifetimesSection
    gradient: float


MODEL_RANGE = 1e5  # frequencies and lifetimes of a model beyond it were meant in SI
THERMAL = ("mesh", "temperature", "lifetime", "gradient")


class Input(Section):
    """The whole input."""

    title: str = ""
    crystal: CrystalSection
    axis: Annotated[list[Annotated[float, Field(ge=-1e6, le=1e6)]], Field(min_length=3, max_length=3)] = [0.0, 0.0, 1.0]
    mesh: MeshSection | None = None
    temperature: (
        Annotated[
            Annotated[RangeSection, Tag("range")] | Annotated[Temperatures, Tag("list")],
            Discriminator(lambda value: "range" if isinstance(value, (dict, RangeSection)) else "list"),
        ]
        | None
    ) = None
    lifetime: Lifetime | None = None
    gradient: Gradient | None = None
    feedback: FeedbackSection | None = None
    magnetization: _auto_or(bool) = "auto"  # type: ignore[valid-type]
    modes: bool = False
    bands: BandsSection | None = None
    orbits: OrbitsSection | None = None
    slices: SlicesSection | None = None
    spectrum: SpectrumSection | None = None
    sample: FiniteSampleSection | None = None
    optics: OpticsSection | None = None
    output: Annotated[str, Field(min_length=1)] = "runs/hpcph"

    @field_validator("axis")
    @classmethod
    def _axis_has_a_direction(cls, axis):
        if np.linalg.norm(axis) < 1e-6:
            raise ValueError("has no direction; [0, 0, 1] is Cartesian z")
        return axis

    def mistakes(self) -> list[tuple[str, str]]:
        """Keys that do not fit together, with the fix."""
        thermal = (self.mesh, self.temperature, self.lifetime, self.gradient)
        missing = [name for name, value in zip(THERMAL, thermal, strict=True) if value is None]
        together = ", ".join(THERMAL)
        if self.crystal.model is not None:
            sections = (*THERMAL, "feedback", "slices", "spectrum", "modes", "sample")
            given = [name for name in sections if getattr(self, name)]
            found = [(name, "a model has bands, orbits and optics only; leave it out") for name in given]
            return found + self._units_of_a_model()
        if not missing:
            return self._other_meshes()
        if len(missing) < len(THERMAL):
            return [(name, f"is missing; {together} belong together") for name in missing]
        needing = [name for name in ("feedback", "spectrum", "modes", "sample") if getattr(self, name)]
        if not needing and not (self.bands or self.orbits or self.slices or self.optics):
            return [("mesh", f"is missing; add {together}, or one of bands, orbits, slices, optics")]
        return [(name, f"needs {together}; add them") for name in needing]

    def _other_meshes(self) -> list[tuple[str, str]]:
        """Linewidths are known on one mesh."""
        thermal = self.thermal
        if thermal is None or not thermal.lifetime.on_a_mesh or thermal.lifetime.interpolate:
            return []
        given = [name for name in ("accuracy", "refine_gamma") if getattr(thermal.mesh, name)]
        other = "" if thermal.lifetime.collision_matrix else ", or lifetime.interpolate: true"
        fix = f"needs points that phono3py's mesh has not; give its grid alone{other}"
        return [("mesh", f"{name} {fix}") for name in given]

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
        if self.mesh is None or self.temperature is None or self.lifetime is None or self.gradient is None:
            return None
        given = self.temperature
        values = given.values() if isinstance(given, RangeSection) else given
        lifetime = (
            self.lifetime if isinstance(self.lifetime, LifetimesSection) else LifetimesSection(time=self.lifetime)
        )
        return ThermalInput(self.mesh, np.unique(np.asarray(values, float)), lifetime, self.gradient)
