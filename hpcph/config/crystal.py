"""What an input may say about crystals, from a file of force constants or of a model."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from hpcph.config.light import ModelSection
from hpcph.config.section import Section
from hpcph.config.units import Pressure, SmallLength
from hpcph.readers.calculators import NAMES


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
