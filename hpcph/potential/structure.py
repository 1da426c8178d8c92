"""Structures: read by ASE as text, and brought to rest in a potential without losing their symmetry."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.constants import angstrom, elementary_charge
from hpcph.errors import InputError, counted
from hpcph.potential.calculator import Potential, apart
from hpcph.potential.supercells import unit_cell
from hpcph.potential.wanted import Placed
from hpcph.readers import cells
from hpcph.readers.files import Content, FileKind, blaming, opened

KEY = "crystal.structure"
AT_REST = 5e-4  # eV/Å, forces at which a relaxation ends
STEPS = 500
SWELLING = 1.3  # of the volume, either way: more is no relaxation
GPA = elementary_charge / angstrom**3 / 1e9  # of 1 eV/Å³


def read(given: Path | Placed) -> Any:
    """The unit cell of a text file or of an input itself, as phonopy's atoms. Raises InputError where it is none."""
    return _placed(given) if isinstance(given, Placed) else _of_file(given)


def _placed(given: Placed) -> Any:
    here = Path("the input")
    masses = None if given.masses is None else np.array(given.masses)
    cell = unit_cell(given.species, np.array(given.lattice), np.array(given.positions), masses)
    cells.require_sound(Content(KEY, here, FileKind.TEXT, b"", here), cell)
    return cell


def _of_file(path: Path) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        content = opened(KEY, path, Path(folder))
        if not content.data:
            raise content.refuse("is HDF5, which holds no structure that ASE reads; give POSCAR, CIF or another text")
        name = path.name.removesuffix(".xz").removesuffix(".gz").removesuffix(".bz2")
        plain = Path(folder) / name
        plain.write_bytes(content.data)
        atoms = _by_ase(content, plain)
    return _checked(content, atoms)


def _by_ase(content: Content, plain: Path) -> Any:
    import ase.io
    from ase.io.formats import UnknownFileTypeError

    try:
        with blaming(content, "ASE cannot read it"), apart():
            return ase.io.read(plain, do_not_split_by_at_sign=True)
    except InputError as err:
        if isinstance(err.__cause__, UnknownFileTypeError):
            raise content.refuse("is no structure that ASE knows; give POSCAR, CIF, extxyz, …") from None
        raise


def _checked(content: Content, atoms: Any) -> Any:
    if atoms.cell.rank < 3:
        raise content.refuse("has no three lattice vectors")
    shared = [sum(site.values()) for site in atoms.info.get("occupancy", {}).values()]
    mixed = [site for site in atoms.info.get("occupancy", {}).values() if len(site) > 1]
    if mixed or any(abs(total - 1) > 1e-3 for total in shared):
        raise content.refuse("has places that are taken in part; a potential needs whole atoms")
    with blaming(content, "has atoms that phonopy does not know"):
        masses = atoms.get_masses() if atoms.has("masses") else None
        cell = unit_cell(atoms.get_chemical_symbols(), atoms.cell[:], atoms.positions, masses)
    cells.require_sound(content, cell)
    return cell


def relaxed(potential: Potential, cell: Any, what: str, tolerance: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Lattice (3, 3) and Cartesian places (n, 3) at rest, Å, and steps; what : positions or cell; tolerance : Å.

    Raises InputError where the potential fails, the relaxation does not end, or the crystal falls apart.
    """
    from ase.constraints import FixSymmetry
    from ase.filters import FrechetCellFilter
    from ase.optimize import BFGS

    with potential.asked():
        atoms = potential.atoms(tuple(cell.symbols), np.array(cell.cell), np.array(cell.positions))
        atoms.set_constraint(FixSymmetry(atoms, symprec=tolerance))
        free: Any = FrechetCellFilter(atoms) if what == "cell" else atoms
        volume, run = atoms.get_volume(), BFGS(free, logfile=None)
        for steps, at_rest in enumerate(run.irun(fmax=AT_REST, steps=STEPS)):
            potential.require_finite([atoms.get_potential_energy(), *atoms.get_forces().flat], "forces")
            if not 1 / SWELLING < atoms.get_volume() / volume < SWELLING:
                raise _lost(f"diverges: the volume changed by more than {SWELLING - 1:.0%}")
            if at_rest:
                return np.array(atoms.cell[:]), np.array(atoms.positions), steps
        left = np.abs(atoms.get_forces()).max()
    raise _lost(f"has not ended after {STEPS} steps, forces are still {left:.2g} eV/Å")


def _lost(what: str) -> InputError:
    return InputError("crystal.relax", None, f"the relaxation {what}; relax: none, another start or potential")


def moved(before: Any, lattice: np.ndarray, places: np.ndarray, steps: int) -> str:
    """A line on what a relaxation did."""
    old, new = (np.linalg.norm(rows, axis=1) for rows in (np.array(before.cell), lattice))
    stretch = ", ".join(f"{name} {change:+.3%}" for name, change in zip("abc", new / old - 1, strict=True))
    apart = places @ np.linalg.inv(lattice) - np.array(before.scaled_positions)
    apart = (apart - np.rint(apart)) @ lattice
    far = np.linalg.norm(apart - apart.mean(axis=0), axis=1).max()
    return f"relaxed in {counted(steps, 'steps')}: atoms by up to {far:.2g} Å, lattice {stretch}"


def residual(potential: Potential, cell: Any) -> str:
    """A line on the forces and the stress that the potential leaves in the unit cell."""
    force, kind = potential.forces(tuple(cell.symbols), np.array(cell.cell), np.array(cell.positions))
    text = f"residual forces up to {np.linalg.norm(force, axis=1).max():.2g} eV/Å ({kind})"
    atoms = potential.atoms(tuple(cell.symbols), np.array(cell.cell), np.array(cell.positions))
    if "stress" not in atoms.calc.implemented_properties:
        return text
    with potential.asked():
        stress = atoms.get_stress() * GPA
    return f"{text}, stress {', '.join(f'{s:.3g}' for s in stress)} GPa (xx, yy, zz, yz, xz, xy)"
