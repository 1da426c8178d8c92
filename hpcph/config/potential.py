"""What an input may say about a potential that computes the forces."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from hpcph.config.section import Section
from hpcph.config.units import AtomicLength, AtomicShift

AUTOMATIC = "12 angstrom"  # between opposite faces of a supercell
Side = Annotated[
    AtomicLength, BeforeValidator(lambda value: AUTOMATIC if value == "auto" else value), Field(ge=3.99e-10, le=1.01e-8)
]
Displacement = Annotated[AtomicShift, Field(ge=0.99e-14, le=0.301e-10)]


class CalculatorSection(Section):
    """A potential: a calculator of ASE that is installed, with arguments of its own, or a file of pypolymlp."""

    model_config = ConfigDict(extra="allow")

    ase: str | None = Field(
        default=None,
        description="`module:factory`, a class or function of an installed package that gives a calculator of ASE; "
        "other keys of the section are its arguments. Never a module in a folder of yours, and no argument may name "
        "a file: weights are those that the package brings",
        examples=["ase.calculators.emt:EMT"],
    )
    polymlp: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="file of pypolymlp, such as `polymlp.yaml`; this or `ase`"
    )

    @field_validator("ase")
    @classmethod
    def _names_a_factory(cls, value):
        parts = [] if value is None else value.split(":")
        if value is not None and (len(parts) != 2 or not all(p.isidentifier() for p in _names(parts))):
            raise ValueError("must be module:factory, such as ase.calculators.emt:EMT")
        return value

    @model_validator(mode="after")
    def _one_of_both(self):
        if (self.ase is None) == (self.polymlp is None):
            raise ValueError("give either ase, as in {ase: 'ase.calculators.emt:EMT'}, or polymlp, a file")
        if self.polymlp is not None and self.arguments:
            raise ValueError(f"polymlp takes no {' or '.join(sorted(self.arguments))}")
        for name, value in self.arguments.items():
            if not name.isidentifier():
                raise ValueError(f"{name!r} is no name of an argument")
            if any("/" in text or "\\" in text for text in _texts(value)):
                raise ValueError(f"{name} names a file; a calculator gets none, only what its package brings")
        return self

    @property
    def arguments(self) -> dict[str, Any]:
        """What the factory is called with."""
        return dict(self.model_extra or {})


def _names(parts: list[str]) -> list[str]:
    return [name for part in parts for name in part.split(".")]


def _texts(value: Any) -> list[str]:
    """All text within an argument."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
