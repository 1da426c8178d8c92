"""Units of the programs that forces come from, by the names that phonopy gives them, in Å and eV.

A file of phonopy names its calculator, and in `physical_unit` its units; older ones spell them otherwise or lack one of
the two. Nothing of it is taken for granted: what contradicts is refused, and so is what phonopy does not know.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hpcph import constants
from hpcph.errors import InputError
from hpcph.readers.files import Content

NAMES = (
    "abacus", "abinit", "aims", "castep", "cp2k", "crystal", "dftbp", "elk", "exciting", "fleur", "lammps", "octopus",
    "pwmat", "qe", "qlm", "siesta", "turbomole", "vasp", "wien2k",
)  # fmt: skip
FORMER = {"pwscf": "qe", "dftb+": "dftbp"}
BOHR = constants.bohr / constants.angstrom  # Å
HARTREE = constants.hartree / constants.elementary_charge  # eV
LENGTHS = {"angstrom": 1.0, "au": BOHR}  # Å
CONSTANTS = {  # eV Å⁻²
    "ev/angstrom^2": 1.0,
    "ev/angstrom.au": 1 / BOHR,
    "ry/au^2": HARTREE / 2 / BOHR**2,
    "mry/au^2": HARTREE / 2000 / BOHR**2,
    "hartree/au^2": HARTREE / BOHR**2,
    "hartree/angstrom.au": HARTREE / BOHR,
}
COULOMB = constants.elementary_charge / (4e-10 * constants.pi * constants.epsilon_0)  # e²/4πε₀ in eV Å
ALIKE = 0.01  # of e²/4πε₀ between what files state and what it is: rounding, older constants, nothing more


@dataclass(frozen=True)
class CalculatorUnits:
    """One of a calculator's units in Å and eV.

    length : Å; constant : eV Å⁻²; coulomb : e²/4πε₀ in its units, energy times length
    """

    calculator: str
    length_name: str
    constant_name: str
    force_name: str
    length: float
    constant: float
    coulomb: float

    @property
    def force(self) -> float:
        """eV Å⁻¹: force constants times length."""
        return self.constant * self.length

    @property
    def energy_length(self) -> float:
        """eV Å of the unit of `coulomb`."""
        return self.constant * self.length**3

    def __str__(self) -> str:
        return f"{self.length_name} and {self.constant_name}"


def units(calculator: str) -> CalculatorUnits:
    """Those of a calculator of NAMES, from phonopy's table."""
    from phonopy.physical_units import get_calculator_physical_units

    found = get_calculator_physical_units(calculator)
    names = found.length_unit, found.force_constants_unit, found.force_unit
    length, constant = LENGTHS[spelled(names[0])], CONSTANTS[spelled(names[1])]
    return CalculatorUnits(calculator, *names, length, constant, found.nac_factor)


def spelled(unit: Any) -> str:
    """A unit as this program spells it, whatever version of phonopy wrote it."""
    text = str(unit).lower().replace(" ", "").replace("**", "^").replace("a.u.", "au").replace("å", "angstrom")
    return re.sub(r"\bang\b", "angstrom", re.sub(r"\b(?:bohr|a_0)\b", "au", text))


def constant_unit(content: Content, name: str) -> float:
    """A unit of force constants in eV Å⁻². Raises InputError where it is none that phonopy knows."""
    if spelled(name) not in CONSTANTS:
        raise content.refuse(f"has force constants in {name!r}, a unit that phonopy does not know")
    return CONSTANTS[spelled(name)]


def chosen(content: Content, header: Any, block: Any, wanted: str | None) -> CalculatorUnits:
    """The units of a file of phonopy.

    header : its section phonopy, with the calculator; block : its section physical_unit; wanted : crystal.calculator

    Raises InputError where they contradict each other, or name what phonopy does not know.
    """
    named = header.get("calculator") if isinstance(header, Mapping) else None
    calculator = None if named is None else FORMER.get(str(named).lower(), str(named).lower())
    if calculator is not None and calculator not in NAMES:
        raise content.refuse(f"is of the calculator {named!r}, which phonopy does not know")
    stated = _stated(content, block)
    if calculator is None and wanted is None and stated:
        return _of_block(content, stated)
    found = units(calculator or wanted or "vasp")
    if wanted is not None and not _same(found, units(wanted)):
        raise InputError("crystal.calculator", wanted, f"{content.path.name} says {named}; correct one of them")
    for name, said in stated.items():
        if spelled(getattr(found, f"{name}_name")) != said:
            fix = f"physical_unit says {said}, which is not of {found.calculator} ({found}); correct the file"
            raise content.refuse(fix if calculator else f"{fix} or crystal.calculator")
    return found


def _same(one: CalculatorUnits, other: CalculatorUnits) -> bool:
    return (one.length, one.constant) == (other.length, other.constant)


def _stated(content: Content, block: Any) -> dict[str, str]:
    """Units that a section physical_unit states, as this program spells them."""
    if block is None:
        return {}
    if not isinstance(block, Mapping):
        raise content.refuse("has a physical_unit that is no list of units")
    mass = spelled(block.get("atomic_mass", "amu"))
    if mass not in ("amu", "u", "da"):
        raise content.refuse(f"has masses in {block['atomic_mass']!r}; atomic masses (AMU) are what phonopy knows")
    keys = {"length": "length", "force": "force", "force_constants": "constant"}
    return {name: spelled(block[key]) for key, name in keys.items() if block.get(key) is not None}


def _of_block(content: Content, stated: dict[str, str]) -> CalculatorUnits:
    """The units that fit a section physical_unit: VASP's, to which phonopy gives no name, or those of all that fit."""
    fitting = [u for u in map(units, NAMES) if all(spelled(getattr(u, f"{n}_name")) == s for n, s in stated.items())]
    unnamed = next((u for u in fitting if u.calculator == "vasp"), None)
    if unnamed:
        return unnamed
    if not fitting:
        said = ", ".join(stated.values())
        raise content.refuse(f"is in {said}, which are the units of no calculator that phonopy knows")
    if not all(_same(u, fitting[0]) for u in fitting):
        raise content.refuse("does not say enough of its units; crystal.calculator names the program that made it")
    return fitting[0]


def coulomb(content: Content, stated: float | None, of: CalculatorUnits) -> float:
    """e²/4πε₀ in eV Å as a file states it in its units. Raises InputError where that is not what it is."""
    if stated is None:
        return of.coulomb * of.energy_length
    try:
        found = float(stated) * of.energy_length
    except (TypeError, ValueError):
        found = float("nan")
    if not abs(found / COULOMB - 1) < ALIKE:
        fix = f"its factor for charges is {stated}, that of {of.calculator} {of.coulomb:.6g} ({of})"
        raise content.refuse(f"{fix}; correct it, or crystal.calculator")
    return found
