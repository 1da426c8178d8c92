"""What an input may say about the atoms themselves, and objects of Python that are said as it: ASE's, pymatgen's."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field, field_validator, model_validator

from hpcph.config.section import Section
from hpcph.config.units import AtomicMass, Coordinates
from hpcph.crystal.elements import ISOTOPES, NONE, NUMBERS
from hpcph.errors import InputError, did_you_mean

MOST = 5000  # atoms
WHOLE = 1e-3  # of an atom
KEY = "crystal.structure"

Vector = Annotated[list[Annotated[Coordinates, Field(ge=-1e4, le=1e4)]], Field(min_length=3, max_length=3)]


class StructureSection(Section):
    """The unit cell of a potential's crystal, as ASE has it: Å, u, Cartesian places; periodic in all directions."""

    lattice: Annotated[list[Vector], Field(min_length=3, max_length=3)] = Field(
        description="lattice vectors a, b, c, a row each"
    )
    species: Annotated[list[str], Field(min_length=1, max_length=MOST)] = Field(
        description="symbols of the elements, one an atom"
    )
    positions: Annotated[list[Vector], Field(min_length=1, max_length=MOST)] = Field(
        description="Cartesian places of the atoms, a row each"
    )
    masses: Annotated[list[Annotated[AtomicMass, Field(gt=0, le=1e3)]], Field(max_length=MOST)] | None = Field(
        default=None, description="one an atom; without it those of the elements"
    )

    @field_validator("species")
    @classmethod
    def _are_elements(cls, value):
        for symbol in value:
            if symbol not in NUMBERS or symbol == NONE:
                raise ValueError(f"has {symbol!r}, which is no element{did_you_mean(symbol, list(NUMBERS)[1:])}")
        return value

    @model_validator(mode="after")
    def _of_one_crystal(self):
        masses = self.positions if self.masses is None else self.masses
        if not len(self.species) == len(self.positions) == len(masses):
            raise ValueError("species, positions and masses must be of the same number of atoms")
        return self


def said(value: Any) -> dict[str, Any] | None:
    """What an input says instead of an Atoms of ASE or a Structure of pymatgen; None of anything else.

    Cell, places, elements and masses, with all their digits. Raises InputError where places are taken in part.
    """
    if all(hasattr(value, name) for name in ("get_chemical_symbols", "cell", "positions", "has")):
        sites = value.info.get("occupancy", {}).values()  # of a CIF
        _require_whole(all(len(site) == 1 and abs(sum(site.values()) - 1) < WHOLE for site in sites))
        found = _section(value.cell, value.get_chemical_symbols(), value.positions)
        return {**found, "masses": value.get_masses().tolist()} if value.has("masses") else found
    if all(hasattr(value, name) for name in ("lattice", "cart_coords", "is_ordered")):
        _require_whole(value.is_ordered)
        names = [getattr(getattr(one, "element", one), "name", None) for one in value.species]
        found = _section(value.lattice.matrix, [one.symbol for one in value.species], value.cart_coords)
        isotopes = any(name in ISOTOPES for name in names)  # whose symbol is H, and whose mass is not
        return {**found, "masses": [float(one.atomic_mass) for one in value.species]} if isotopes else found
    return None


def _require_whole(whole: bool) -> None:
    if not whole:
        raise InputError(KEY, None, "has places that are taken in part; a potential needs whole atoms")


def _section(lattice: Any, symbols: list[str], places: Any) -> dict[str, Any]:
    rows = [np.asarray(matrix, float).tolist() for matrix in (lattice, places)]
    return {"lattice": rows[0], "species": symbols, "positions": rows[1]}
