"""What an input may say about crystals, from a file of force constants or of a model."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, WithJsonSchema, field_validator, model_validator

from hpcph.config.light import ModelSection
from hpcph.config.potential import CalculatorSection, Displacement, Side
from hpcph.config.ratios import ratio
from hpcph.config.section import NUMBERS, Section
from hpcph.config.structure import StructureSection
from hpcph.config.units import Pressure, SmallLength
from hpcph.readers import formats
from hpcph.readers.calculators import NAMES
from hpcph.readers.espresso_dipoles import Taken


def _rows(value: Any) -> str:
    """Whether a supercell is written as a length or a matrix decides which complaint the user reads."""
    if isinstance(value, (str, float)):
        return "length"
    return "matrix" if isinstance(value, list) and value and isinstance(value[0], list) else "numbers"


def _section(value: Any) -> str:
    """So does whether a calculator is a section."""
    return "section" if isinstance(value, (dict, CalculatorSection)) else "name"


Numbers = Annotated[list[Annotated[int, Field(ge=1, le=100)]], Field(min_length=3, max_length=3)]
Row = Annotated[list[Annotated[int, Field(ge=-100, le=100)]], Field(min_length=3, max_length=3)]
Supercell = Annotated[
    Annotated[Numbers, Tag("numbers")]
    | Annotated[list[Row], Field(min_length=3, max_length=3), Tag("matrix")]
    | Annotated[Side, Tag("length")],
    Discriminator(_rows),
]

TAKEN = tuple(one.value for one in Taken)
CENTRINGS = ("auto", "P", "F", "I", "A", "C", "R")
Calculator = Annotated[
    Annotated[Literal[NAMES], Tag("name")] | Annotated[CalculatorSection, Tag("section")],  # type: ignore[valid-type]
    Discriminator(_section),
]
StructureFile = Annotated[
    Annotated[str, Tag("name")] | Annotated[StructureSection, Tag("section")],
    Discriminator(lambda value: "section" if isinstance(value, (dict, StructureSection)) else "name"),
]
MATRIX = {"type": "array", "items": NUMBERS, "minItems": 3, "maxItems": 3}
Primitive = Annotated[Any, WithJsonSchema({"anyOf": [{"enum": [*CENTRINGS]}, MATRIX]})]


class CrystalSection(Section):
    """Where the force constants are, or what computes them, and what is imposed on them; or a model."""

    force_constants: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="file of phonopy with force constants, or with the forces that they follow from, or of another "
        "program with force constants or dynamical matrices; this, `model`, or `structure` with a potential as "
        "`calculator`",
    )
    model: ModelSection | None = Field(
        default=None, description="the chain of arXiv:2505.05313 in its own units, instead of a file"
    )
    structure: StructureFile | None = Field(
        default=None,
        description="unit cell or phonopy file, where that of the force constants has none; of a potential a text file "
        "that ASE reads, or the atoms themselves",
    )
    force_sets: str | None = Field(
        default=None, description="forces on the displaced supercells, where that file has none"
    )
    born: str | None = Field(default=None, description="file with Born charges")
    supercell: Supercell | None = Field(
        default=None,
        description="three numbers or phonopy's matrix, where the file has none; of a potential also what lies between "
        "its faces at least, `auto` being `12 angstrom`, which is the default",
    )
    calculator: Calculator | None = Field(
        default=None,
        description="as phonopy calls it: units, and format of the unit cell, of files that do not say; without it "
        "the file's, else `vasp`; or a potential, which computes the forces",
    )
    displacement: Displacement | None = Field(
        default=None,
        description="of single atoms, of which a potential gives the forces, or the cache of ASE has them; "
        "`0.01 angstrom` without it",
    )
    relax: Literal["none", "positions", "cell"] | None = Field(
        default=None,
        description="what a potential brings to rest before: nothing (the default), the places of the atoms, or the "
        "cell as well; the symmetry of the structure stays",
    )
    format: Literal[formats.NAMES] | None = Field(  # type: ignore[valid-type]
        default=None,
        description="what `force_constants` is; without it seen from what the file holds",
    )
    ngqpt: Numbers | None = Field(
        default=None, description="which grid of wave vectors of ABINIT's DDB; without it the largest that is whole"
    )
    q2r: Literal[TAKEN] | None = Field(  # type: ignore[valid-type]
        default=None,
        description="which field q2r.x of Quantum ESPRESSO took out of the file of a layer with Born charges, for "
        "no file says: `loto_2d` (`loto_2d = .true.`), `loto_2d-6.7` (the same by version 6.7 or before), `bulk`",
    )
    nac: Literal["gonze", "none"] | None = Field(
        default=None,
        description="`gonze`, the dipole part of Gonze and Lee, or none; without it `gonze` with Born charges",
    )
    sum_rules: list[Literal["translational", "rotational", "huang"]] = Field(
        default=["translational", "rotational", "huang"],
        description="what is imposed on the force constants; without the last two all of a supercell's force "
        "constants stay on the nearest images, as in phonopy",
    )
    stress: Annotated[list[Annotated[Pressure, Field(ge=-1e12, le=1e12)]], Field(min_length=6, max_length=6)] = Field(
        default=[0.0] * 6,
        description="stress of a strained crystal, xx, yy, zz, yz, xz, xy, tension positive, for Huang's conditions; "
        "a pressure alone makes no difference",
    )
    symmetry_tolerance: SmallLength | None = Field(
        default=None,
        description="how far places may be off their space group (root mean square), `1e-8` to `0.1 angstrom`; "
        "without it the file's, else `1e-5 angstrom`",
    )
    primitive: Primitive = Field(
        default="auto",
        description="primitive matrix as phonopy's, `P` (the file's cell) or another centring; `auto`: the file's, "
        "else the cell as it is, shortened where it is centred",
    )
    periodic: Annotated[list[bool], Field(min_length=3, max_length=3)] | None = Field(
        default=None,
        description="along which of a, b, c the crystal repeats; a layer has one `false`: its field is a layer's, its "
        "densities are given per area too, its meshes have one division there; without it all, with a warning "
        "where vacuum and Born charges look like a layer",
    )
    inverted: bool = Field(
        default=False, description="take the mirror image r → −r, the other enantiomorph of a chiral crystal"
    )
    allow_unstable: bool = Field(
        default=False,
        description="leave imaginary modes out of sums (they are counted) instead of refusing them; `bands` and "
        "`orbits` alone refuse nothing",
    )

    @model_validator(mode="after")
    def _file_or_model(self):
        given = [self.force_constants, self.model, self.potential]
        if sum(one is not None for one in given) != 1:
            raise ValueError(
                "give either force_constants, a file, or model, or structure with a potential as calculator"
            )
        self._require_what_a_potential_needs()
        if self.model is not None and (extra := self.model_fields_set - {"model"}):
            raise ValueError(f"a model has no {' or '.join(sorted(extra))}")
        return self

    def _require_what_a_potential_needs(self) -> None:
        if self.potential is None:
            extra = self.model_fields_set & {"relax"}
            if self.model is None and (extra or isinstance(self.supercell, float)):
                what = " and ".join(sorted(extra)) or "a supercell by its length"
                raise ValueError(f"{what}: for a potential only, such as calculator: {{polymlp: polymlp.yaml}}")
            if isinstance(self.structure, StructureSection):
                raise ValueError("atoms as structure are for a potential only; name the file of the unit cell")
        elif self.structure is None:
            raise ValueError("a potential needs a structure; add structure: POSCAR or another file that ASE reads")
        elif unused := [name for name in ("force_sets", "ngqpt") if getattr(self, name) is not None]:
            raise ValueError(f"a potential computes the forces; leave {' and '.join(unused)} out")

    @property
    def potential(self) -> CalculatorSection | None:
        """What computes the forces; None where a file has them."""
        return self.calculator if isinstance(self.calculator, CalculatorSection) else None

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
        if isinstance(value, list) and isinstance(value[0], list) and np.linalg.det(value) < 0.5:
            raise ValueError("must be three numbers or a 3×3 matrix whose determinant is positive")
        return value

    @field_validator("periodic")
    @classmethod
    def _bulk_or_layer(cls, value):
        if value is not None and value.count(False) > 1:
            raise ValueError("has one false at most: layers are computed, chains and molecules are not")
        return value

    @property
    def repeats(self) -> tuple[bool, bool, bool] | None:
        """Along which of a, b, c; None where the input does not say."""
        return None if self.periodic is None else (self.periodic[0], self.periodic[1], self.periodic[2])

    @property
    def supercell_matrix(self) -> tuple | None:
        """Three numbers or rows of three; None where neither is given."""
        if not isinstance(self.supercell, list):
            return None
        return tuple(tuple(x) if isinstance(x, list) else x for x in self.supercell)

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
        if isinstance(value, str) and value in CENTRINGS:
            return value
        if isinstance(value, list):
            value = [[ratio(x) for x in row] if isinstance(row, list) else row for row in value]
        matrix = np.array(value, dtype=object)
        if matrix.shape == (3, 3) and all(type(x) in (int, float) and abs(x) < 1e3 for x in matrix.ravel()):
            if abs(np.linalg.det(matrix.astype(float))) > 1e-6:
                return value
        raise ValueError("must be auto, P, F, I, A, C, R or a regular 3×3 matrix")
