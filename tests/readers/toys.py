"""Small crystals of springs with Born charges, and phonopy's files of them in any units."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from phonopy import Phonopy
from phonopy.physical_units import get_calculator_physical_units, get_physical_units
from phonopy.structure.atoms import PhonopyAtoms

ROCKSALT = np.array(
    [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0], [0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
)


@dataclass(frozen=True)
class Toy:
    """A crystal in Å and eV; born: charges of the atoms of the unit cell, whose primitive cell the matrix cuts out."""

    lattice: np.ndarray
    positions: np.ndarray
    symbols: tuple[str, ...]
    charges: tuple[float, ...] = ()
    supercell: tuple = (2, 2, 2)
    primitive: str = "P"
    epsilon: float = 2.4
    reach: float = 4.3

    @cached_property
    def phonopy(self) -> Phonopy:
        """With force constants and Born charges."""
        cell = PhonopyAtoms(symbols=self.symbols, cell=self.lattice, scaled_positions=self.positions)
        ph = Phonopy(cell, supercell_matrix=np.array(self.supercell), primitive_matrix=self.primitive)
        ph.force_constants = springs(ph.supercell, self.reach)
        if self.charges:
            first = [ph.supercell.u2u_map[ph.supercell.s2u_map[s]] for s in ph.primitive.p2s_map]
            born = np.array([self.charges[i] * np.eye(3) for i in first])
            ph.nac_params = {"born": born, "dielectric": self.epsilon * np.eye(3), "factor": 14.399652}
        return ph

    @cached_property
    def displaced(self) -> Phonopy:
        """The same with the forces of finite displacements instead of force constants."""
        made = self.phonopy
        ph = Phonopy(made.unitcell, made.supercell_matrix, made.primitive_matrix)
        ph.generate_displacements(distance=0.02)
        full = self.phonopy.force_constants
        displacements = np.zeros((len(ph.dataset["first_atoms"]), len(ph.supercell), 3))
        for number, first in enumerate(ph.dataset["first_atoms"]):
            displacements[number, first["number"]] = first["displacement"]
        ph.forces = -np.einsum("abij,dbj->dai", full, displacements)
        ph.force_constants = full
        ph.nac_params = made.nac_params
        return ph


def springs(cell, reach: float, images: int = 1) -> np.ndarray:
    """Central and weaker transverse springs, full force constants in eV/Å², of whatever is nearer than `reach` Å.

    images : cells on each side that a skew cell needs for that
    """
    fractional, lattice = cell.scaled_positions, cell.cell
    n = len(fractional)
    shifts = np.stack(np.meshgrid(*[np.arange(-images, images + 1)] * 3, indexing="ij"), -1).reshape(-1, 3)
    phi = np.zeros((n, n, 3, 3))
    x = (fractional[None, :] - fractional[:, None])[:, :, None] + shifts
    x = x @ lattice
    r = np.linalg.norm(x, axis=-1)
    near = (r > 0.1) & (r < reach)
    unit = x / np.where(r > 0, r, 1)[..., None]
    mass = np.add.outer(cell.masses, cell.masses)[:, :, None]
    strength = np.where(near, 12 * np.exp(-r / 1.3) * (1 + 0.01 * mass), 0)
    phi = -np.einsum("abs,absi,absj->abij", strength, unit, unit)
    phi -= 0.1 * strength.sum(-1)[..., None, None] * np.eye(3)
    phi[np.arange(n), np.arange(n)] = 0
    phi[np.arange(n), np.arange(n)] = -phi.sum(axis=1)
    return phi


def rocksalt(supercell: tuple = (1, 1, 1)) -> Toy:
    """NaCl in its cubic cell."""
    return Toy(np.eye(3) * 5.6, ROCKSALT, ("Na",) * 4 + ("Cl",) * 4, (1.1,) * 4 + (-1.1,) * 4, supercell, primitive="F")


def triclinic(seed: int, atoms: int = 3) -> Toy:
    """Any crystal without symmetry whose atoms keep apart, of random elements with charges that add up to zero."""
    rng = np.random.default_rng(seed)
    while True:
        lattice = np.diag(rng.uniform(3.4, 4.6, 3)) + rng.uniform(-0.5, 0.5, (3, 3))
        positions = rng.uniform(0, 1, (atoms, 3))
        delta = (positions[:, None] - positions)[..., None, :] + np.stack(np.meshgrid(*[[-1, 0, 1]] * 3), -1).reshape(
            -1, 3
        )
        distance = np.linalg.norm(delta @ lattice, axis=-1)
        if distance[distance > 1e-9].min() > 1.7:
            break
    symbols = tuple(rng.choice(["Li", "O", "Mg", "Si", "Ti", "Zn", "Te"], atoms, replace=False))
    charges = rng.uniform(-2, 2, atoms)
    charges -= charges.mean()
    return Toy(lattice, positions, symbols, tuple(charges), (2, 1, 2), reach=3.6)


def in_units(ph: Phonopy, calculator: str | None) -> Phonopy:
    """The same crystal in the units of a calculator, by phonopy's table."""
    units, natural = get_calculator_physical_units(calculator), get_physical_units()
    length = units.distance_to_A
    constant = units.force_to_eVperA / length
    cell = ph.unitcell.copy()
    cell.cell = cell.cell / length
    made = Phonopy(cell, ph.supercell_matrix, ph.primitive_matrix, calculator=calculator, symprec=1e-5 / length)
    made.force_constants = ph.force_constants / constant
    if ph.nac_params:
        factor = natural.Hartree * natural.Bohr / (constant * length**3)
        made.nac_params = {**ph.nac_params, "factor": factor}
    if ph.dataset:
        sets = ph.dataset["first_atoms"]
        made.dataset = {
            "natom": ph.dataset["natom"],
            "first_atoms": [
                {
                    "number": one["number"],
                    "displacement": one["displacement"] / length,
                    "forces": one["forces"] / units.force_to_eVperA,
                }
                for one in sets
            ],
        }
        made.force_constants = ph.force_constants / constant
    return made


def save(ph: Phonopy, path: Path, **settings) -> Path:
    """A phonopy yaml; settings as phonopy's: force_constants, force_sets, displacements."""
    ph.save(path, settings=settings, compression=False)
    return path
