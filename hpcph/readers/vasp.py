"""vasprun.xml of VASP with a Hessian (IBRION = 5 to 8), of a supercell whose unit cell is in another file, or of any.

Its varray hessian is −Φ/√(m m') with the masses of the array atomtypes, in eV Å⁻² u⁻¹, or in THz² of frequencies, not
of angular ones, where the element unit says so. Born charges have rows of the field.
"""

import re

import numpy as np

from hpcph.constants import angstrom, atomic_mass, elementary_charge
from hpcph.errors import InputError, counted
from hpcph.readers import cells
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Content
from hpcph.readers.repeated import Repeated, averaged, repeated, require_supercell
from hpcph.readers.xml import Leaf, leaves

KEPT = re.compile(
    r"modeling/(?:incar|atominfo|structure\[initialpos\]|"
    r"(?:.*/)?(?:dynmat/(?:varray\[hessian\]|i\[unit\])|array\[born_charges\]|varray\[epsilon))"
)
BASIS, PLACES = (f"modeling/structure[initialpos]/{name}/v" for name in ("crystal/varray[basis]", "varray[positions]"))
MOST = 2000  # atoms
ROUNDED = 0.02  # of an element's mass, by which that of a POTCAR may be off
UNITS = {None: elementary_charge / angstrom**2 / atomic_mass, "THz^2": (2e12 * np.pi) ** 2}  # s⁻²

Leaves = dict[str, list[Leaf]]


def looks_like(head: str) -> bool:
    """Whether a text begins as vasprun.xml does."""
    return head.lstrip().startswith("<") and "<modeling>" in head[:2000]


def read(content: Content, structure: Content | None, supercell: tuple | None) -> SupercellConstants:
    """The force constants of vasprun.xml, in its own cell where there is no other.

    structure : unit cell that the run's repeats; supercell : phonopy's matrix, which must be that of the two then

    Masses are the elements', of which POTCARs have rounded ones, where the run does not set others. Raises InputError.
    """
    if not looks_like(content.text):
        raise content.refuse("is no vasprun.xml: expected <modeling> in its first lines")
    given = leaves(content, KEPT.match, "VASP")
    symbols, mass_s = _atoms(content, given)
    lattice = _rows(content, given.get(BASIS, []), "its initial lattice", 3, "a lattice vector in Å") * angstrom
    places = _rows(content, given.get(PLACES, []), "its initial places", len(symbols), "the place of an atom")
    phi = _constants(content, given, mass_s)
    born, epsilon, said = _charges(content, given, len(symbols))
    if structure is None:
        if supercell is not None:
            raise InputError("crystal.supercell", supercell, "add crystal.structure, the cell that is repeated")
        of = Repeated.single(len(symbols))
        said.append(f"no crystal.structure says which cell its {counted(len(symbols), 'atoms')} repeat")
    else:
        cell = cells.alone(structure)
        of = repeated(content, lattice, places, symbols, structure, cell)
        require_supercell(content, of, supercell)
        lattice, places = np.array(cell.cell) * angstrom, np.array(cell.scaled_positions)
    table, apart = averaged(content, of, phi)
    first = of.atom_ta[0]
    if "modeling/incar/v[POMASS]" not in given:
        mass_s = _unrounded(symbols, mass_s)
    return SupercellConstants(
        lattice, places, tuple(symbols[s] for s in first), mass_s[first] * atomic_mass, of.supercell,
        of.cell_tc, table, None if born is None else born[of.atom_ta].mean(axis=0), epsilon, (*said, *apart),
    )  # fmt: skip


def _atoms(content: Content, given: Leaves) -> tuple[list[str], np.ndarray]:
    """The element of each atom and its mass in u, as the array atomtypes has them."""
    table = _table(content, given, "atomtypes", ("atomspertype", "element", "mass"))
    symbols: list[str] = []
    masses: list[float] = []
    for count, element, mass in table:
        number = count.integers(count.text, (MOST,), f"a number of atoms, 1 to {MOST}")[0] + 1
        symbols += [element.text.strip()] * number
        masses += [float(mass.numbers(1, "the mass of an atom in u")[0])] * number
        if not masses[-1] > 0:
            raise mass.refuse("the mass of an atom in u")
        if len(symbols) > MOST:
            raise count.refuse(f"at most {MOST} atoms in all")
    return symbols, np.array(masses)


def _unrounded(symbols: list[str], mass_s: np.ndarray) -> np.ndarray:
    """Masses in u, NaN where those of the elements are meant."""
    usual = cells.usual_masses()
    near = [abs(mass / usual.get(symbol, np.inf) - 1) < ROUNDED for symbol, mass in zip(symbols, mass_s, strict=True)]
    return np.where(near, np.nan, mass_s)


def _table(content: Content, given: Leaves, name: str, columns: tuple[str, ...]) -> list[list[Leaf]]:
    """Columns of an array of atominfo."""
    place = f"modeling/atominfo/array[{name}]"
    titles = [leaf.text.strip() for leaf in given.get(f"{place}/field", [])]
    found = given.get(f"{place}/set/rc/c", [])
    if not set(columns) <= set(titles) or not found or len(found) % len(titles):
        raise content.refuse(f"has no whole array {name}: expected rows of {', '.join(columns)}; it is damaged")
    rows = [found[n : n + len(titles)] for n in range(0, len(found), len(titles))]
    return [[row[titles.index(column)] for column in columns] for row in rows]


def _rows(content: Content, found: list[Leaf], name: str, count: int, expected: str, columns: int = 3) -> np.ndarray:
    """Rows of numbers of an array, (count, columns)."""
    if len(found) != count:
        raise content.refuse(f"has {counted(len(found), 'rows')} of {name}: expected {count}")
    return np.array([leaf.numbers(columns, expected) for leaf in found])


def _constants(content: Content, given: Leaves, mass_s: np.ndarray) -> np.ndarray:
    """Φ of all atoms, (s, s, 3, 3) in N/m."""
    place = next((place for place in given if place.endswith("dynmat/varray[hessian]/v")), None)
    if place is None:
        kind = [leaf.text.strip() for leaf in given.get("modeling/incar/i[IBRION]", [])]
        of = f"is of a run with IBRION = {kind[0][:9]}" if kind else "is of a run"
        made = "or FORCE_SETS made of such runs (phonopy -f)"
        raise content.refuse(f"{of}, without a Hessian: expected IBRION = 5, 6, 7 or 8, {made}")
    atoms = len(mass_s)
    if len(given[place]) != 3 * atoms:
        fix = f"has a Hessian of {len(given[place])} rows: expected {3 * atoms}, three for each of {atoms} atoms"
        raise content.refuse(f"{fix}, none of them held by selective dynamics")
    row = f"a row of {3 * atoms} numbers of the Hessian"
    hessian = _rows(content, given[place], "the Hessian", 3 * atoms, row, 3 * atoms)
    unit = given.get(place.removesuffix("varray[hessian]/v") + "i[unit]", [None])[0]
    name = None if unit is None else unit.text.strip()
    if unit is not None and name not in UNITS:
        raise unit.refuse("THz^2, the unit of the Hessian, or none")
    root = np.repeat(np.sqrt(mass_s * atomic_mass), 3)
    phi = -hessian * UNITS[name] * root[:, None] * root
    return phi.reshape(atoms, 3, atoms, 3).swapaxes(1, 2)


def _charges(content: Content, given: Leaves, atoms: int) -> tuple[np.ndarray | None, np.ndarray | None, list[str]]:
    """Born charges (s, 3, 3) and ε of the run, None without both, and a line about one without the other."""
    born = next((place for place in given if place.endswith("array[born_charges]/set/v")), None)
    names = ("epsilon", "epsilon_scf")
    epsilon = next((place for name in names for place in given if place.endswith(f"varray[{name}]/v")), None)
    if born is None or epsilon is None:
        return None, None, ["its Born charges are left out, for there is no epsilon beside them"] * (born is not None)
    last = given[born][-3 * atoms :]
    charges = _rows(content, last, "Born charges", 3 * atoms, "a row of the Born charges of an atom")
    tensor = _rows(content, given[epsilon][-3:], "epsilon", 3, "a row of ε")
    found = cells.charges({"born": charges.reshape(atoms, 3, 3), "dielectric": tensor}, content)
    return found["born"], found["dielectric"], []
