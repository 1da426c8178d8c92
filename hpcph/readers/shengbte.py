"""Force constants of ShengBTE and FourPhonon: CONTROL, with FORCE_CONSTANTS_2ND or espresso.ifc2 beside it.

CONTROL has the crystal, in nm times lfactor, and the supercell scell. FORCE_CONSTANTS_2ND is phonopy's FORCE_CONSTANTS
in eV Å⁻², its atoms those of the cell one after the other, each in all cells, the first division running fastest.
espresso.ifc2 is a file of q2r.x, which holds its crystal: that is taken, and CONTROL must have the same. Born charges
born(field, displacement, atom) count where `nonanalytic` does. Masses are the elements', CONTROL's where `autoisotopes`
is false.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hpcph.constants import angstrom, atomic_mass, elementary_charge
from hpcph.crystal.elements import kind
from hpcph.errors import InputError, counted
from hpcph.readers import numbers, quantum_espresso
from hpcph.readers.constants import SupercellConstants, lattice_points
from hpcph.readers.espresso_matrices import PACKED
from hpcph.readers.files import Content, FileKind, head
from hpcph.readers.namelist import Namelist, namelists

BEGINS = re.compile(r"(?i)^[ \t]*[&$]allocations\b.*^[ \t]*[&$]crystal\b", re.DOTALL | re.MULTILINE)
ESPRESSO = re.compile(r"(?i)^[^!\n]*\bespresso\s*=\s*\.?t", re.MULTILINE)
CONSTANTS, OF_ESPRESSO = "FORCE_CONSTANTS_2ND", "espresso.ifc2"
NANOMETRE = 1e-9
UNIT = elementary_charge / angstrom**2  # N/m
MOST = 20_000  # atoms of a supercell
ELEMENTS = 118
ALIKE = 0.01  # of a lattice vector, by which those of two files may differ
APART = 0.1e-10  # m between places of an atom in two files that are worth a line


@dataclass(frozen=True)
class Control:
    """What CONTROL says: arrays as SupercellConstants has them; charges : Born charges and ε, or None."""

    content: Content
    lattice_vc: np.ndarray
    fractional_ac: np.ndarray
    symbols: tuple[str, ...]
    mass_a: np.ndarray
    divisions: tuple[int, int, int]
    charges: tuple[np.ndarray, np.ndarray] | None


def looks_like(head: str) -> bool:
    """Whether a text begins as CONTROL does."""
    return BEGINS.search(head) is not None


def beside(path: Path) -> list[Path]:
    """The force constants that lie beside a CONTROL; none beside another file."""
    text = head(path)
    if not looks_like(text):
        return []
    name = OF_ESPRESSO if ESPRESSO.search(text) else CONSTANTS
    found = (path.with_name(f"{name}{packed}") for packed in PACKED)
    return next(([one] for one in found if one.is_file()), [])


def read(main: Content, others: tuple[Content, ...], structure: Content | None) -> SupercellConstants:
    """The crystal of CONTROL and its force constants.

    main, structure : force constants and CONTROL; or CONTROL alone, with `others` that lie beside it

    Raises InputError.
    """
    if structure is None and not looks_like(main.text):
        raise InputError("crystal.structure", None, f"{main.path.name} holds no crystal of ShengBTE; add CONTROL")
    if structure is None and not others:
        raise main.refuse(f"has no {CONSTANTS} beside it, nor {OF_ESPRESSO} (espresso = .true.); name them")
    if structure is not None and looks_like(main.text):
        raise main.refuse(f"is a CONTROL itself: expected {CONSTANTS} or {OF_ESPRESSO}")
    control = _control(main if structure is None else structure)
    constants = others[0] if structure is None else main
    if constants.kind is FileKind.FORCE_CONSTANTS:
        return _of_phonopy(control, constants)
    if quantum_espresso.looks_like(constants.text):
        return _of_espresso(control, constants)
    raise constants.refuse(f"is no {CONSTANTS} and no {OF_ESPRESSO}: expected one of them to CONTROL")


def _control(content: Content) -> Control:
    groups = namelists(content)
    for name in ("allocations", "crystal"):
        if name not in groups:
            raise content.refuse(f"is no CONTROL of ShengBTE: expected the group &{name}")
    sizes, crystal = groups["allocations"], groups["crystal"]
    flags = groups.get("flags", Namelist(content, "flags", {}))
    kinds = int(sizes.whole("nelements", (1,), ELEMENTS, f"the number of elements, 1 to {ELEMENTS}")[0])
    atoms = int(sizes.whole("natoms", (1,), MOST, f"the number of atoms, 1 to {MOST}")[0])
    factor = float(crystal.numbers("lfactor", (1,), "the factor of the lattice vectors in nm")[0])
    rows = _full(crystal, "lattvec", (3, 3), "three lattice vectors of three numbers").T
    types = crystal.whole("types", (atoms,), kinds, f"the elements of {counted(atoms, 'atoms')}, 1 to {kinds}") - 1
    names = crystal.texts("elements", kinds, f"the names of {counted(kinds, 'elements')} in quotes")
    places = _full(crystal, "positions", (3, atoms), f"the places of {counted(atoms, 'atoms')}, three numbers each").T
    one, two, three = crystal.whole("scell", (3,), MOST, "the divisions of the supercell").tolist()
    if one * two * three * atoms > MOST:
        raise crystal.refuse("scell", f"a supercell of at most {MOST} atoms")
    mass = np.full(kinds, np.nan)
    if not flags.flag("autoisotopes", True):
        what = f"the masses of {counted(kinds, 'elements')} in u (autoisotopes = .false.)"
        mass = _full(crystal, "masses", (kinds,), what)
        if not np.all(mass > 0):
            raise crystal.refuse("masses", "masses above 0")
    return Control(
        content, rows * (1.0 if np.isnan(factor) else factor) * NANOMETRE, places, tuple(names[n] for n in types),
        mass[types] * atomic_mass, (one, two, three), _charges(crystal, flags, atoms),
    )  # fmt: skip


def _full(group: Namelist, name: str, shape: tuple[int, ...], expected: str) -> np.ndarray:
    """An array of numbers, all of them assigned."""
    found = group.numbers(name, shape, expected)
    if np.any(np.isnan(found)):
        raise group.refuse(name, expected)
    return found


def _charges(crystal: Namelist, flags: Namelist, atoms: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Born charges [field, displacement] and ε, where ShengBTE uses them."""
    if not flags.flag("nonanalytic", True) or "born" not in crystal.assigned:
        return None
    born = _full(crystal, "born", (3, 3, atoms), f"the Born charges of {counted(atoms, 'atoms')}, nine numbers each")
    if not np.any(born):
        return None
    if flags.flag("tdep", False):
        raise flags.refuse("tdep", f"false: with dipoles {CONSTANTS} is without them; give TDEP's infile.forceconstant")
    return np.moveaxis(born, 2, 0), _full(crystal, "epsilon", (3, 3), "nine numbers of ε, for there are Born charges")


def _of_phonopy(control: Control, content: Content) -> SupercellConstants:
    phi, rows = numbers.force_constants(content)
    atoms, points = len(control.symbols), int(np.prod(control.divisions))
    if phi.shape[1] != atoms * points:
        shown = "×".join(map(str, control.divisions))
        has = f"{control.content.path.name} has {atoms} × {shown}"
        raise content.refuse(f"is of {counted(phi.shape[1], 'atoms')}: expected {atoms * points}, for {has}")
    first = np.arange(atoms) * points
    place = {int(row): n for n, row in enumerate(rows)}
    if not set(first.tolist()) <= set(place):
        raise content.refuse(f"lacks rows of atoms: expected {', '.join(map(str, first + 1))}, those of the first cell")
    own = phi[[place[int(row)] for row in first]].reshape(atoms, atoms, points, 3, 3)
    cells = lattice_points(control.divisions[::-1])[:, ::-1]  # the first division fastest
    born, epsilon = control.charges or (None, None)
    return SupercellConstants(
        control.lattice_vc, control.fractional_ac, control.symbols, control.mass_a, np.diag(control.divisions),
        cells, own.transpose(2, 0, 1, 3, 4) * UNIT, born, epsilon,
        (f"with {control.content.path.name}",),
    )  # fmt: skip


def _of_espresso(control: Control, content: Content) -> SupercellConstants:
    found = quantum_espresso.read(content)
    said = control.content.path.name
    named = [own or other for own, other in zip(found.symbols, control.symbols, strict=False)]
    if len(found.symbols) != len(control.symbols) or list(map(kind, named)) != list(map(kind, control.symbols)):
        has, wanted = (" ".join(one[:20]) for one in (control.symbols, found.symbols))
        raise control.content.refuse(f"has atoms {has}: expected {wanted} of {content.path.name}")
    if not np.array_equal(found.supercell, np.diag(control.divisions)):
        shown = " ".join(map(str, np.diag(found.supercell)))
        raise control.content.refuse(f"has scell {control.divisions}: expected {shown} of {content.path.name}")
    size = np.linalg.norm(found.lattice_vc, axis=1).max()
    if np.abs(found.lattice_vc - control.lattice_vc).max() > ALIKE * size:
        raise control.content.refuse(f"has another lattice than {content.path.name}: expected the same, in nm")
    apart = found.fractional_ac - control.fractional_ac
    off = np.linalg.norm((apart - np.rint(apart)) @ found.lattice_vc, axis=1).max()
    remarks = [f"with {said}"]
    if off > APART:
        remarks.append(f"places are those of {content.path.name}: {said} has them up to {off / angstrom:.2g} Å off")
    if found.born_aij is None and control.charges is not None:
        born, epsilon = control.charges
        found = replace(found, born_aij=born, epsilon=epsilon)
    return replace(found, remarks=(*remarks, *found.remarks))
