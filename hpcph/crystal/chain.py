"""Te-like chain with three ions per cell on a spiral ([NL] arXiv:2505.05313, Eqs. 1 and 5; theory §6).

The model is stated in its own units of mass, length, time and charge; it is built in SI, for everything else is in SI.
The responses to light are classical: ħ appears in none of them, and in the units of the model no result depends on how
large these units are.
"""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from hpcph.constants import angstrom, atomic_mass, elementary_charge
from hpcph.crystal import dynamical, spacegroup
from hpcph.crystal.lattice import PairTable, Structure
from hpcph.errors import InputError

BONDS = ((0, 1, 0), (1, 2, 0), (2, 0, 1))  # from atom, to atom, cells ahead: D_12, D_23, D_31
TURN = 2 * np.pi / 3  # from a bond, and from an atom, to the next
START = -TURN  # azimuth of atom 1: with it the stiff axis of D_31 points (nearly) along the bond from atom 3 to atom 1


class Handedness(Enum):
    """Sense of the spiral; the left one is the right one inverted, r → −r: all bond tensors are the same."""

    RIGHT = 1
    LEFT = -1


@dataclass(frozen=True)
class Units:
    """What one unit of the model is in SI; the properties are the units of derived quantities."""

    mass: float = atomic_mass
    length: float = angstrom
    time: float = 1e-13
    charge: float = elementary_charge

    @property
    def frequency(self) -> float:
        """Angular frequency, rad s⁻¹."""
        return 1 / self.time

    @property
    def force_constant(self) -> float:
        """N m⁻¹."""
        return self.mass / self.time**2

    @property
    def electric_field(self) -> float:
        """V m⁻¹."""
        return self.mass * self.length / (self.time**2 * self.charge)

    @property
    def pam_density(self) -> float:
        """J s m⁻³."""
        return self.mass / (self.length * self.time)

    @property
    def energy_current(self) -> float:
        """W m⁻²."""
        return self.mass / self.time**3

    @property
    def orbital_current(self) -> float:
        """J m⁻², angular momentum per area and time."""
        return self.mass / self.time**2


@dataclass(frozen=True)
class Chain:
    """Parameters in model units; the defaults are those of all figures of [NL].

    k1, k2, k3 : force constants along the principal axes of a bond; k1 across, k3 (tilted by theta from z) and k2
    theta : in rad
    delta : radius of the spiral over a
    a, c : lattice constants of the hexagonal cell; neighbouring chains do not touch
    mass, charges : of the ions, the charges neutral in sum
    """

    k1: float = 1.5
    k2: float = 0.5
    k3: float = 3.0
    theta: float = 0.3 * np.pi
    delta: float = 0.23
    a: float = 1.0
    c: float = 1.0
    mass: float = 1.0
    charges: tuple[float, float, float] = (0.0, 1.0, -1.0)
    handedness: Handedness = Handedness.RIGHT
    units: Units = field(default_factory=Units)

    def __post_init__(self):
        for key in ("k1", "k2", "k3", "a", "c", "mass"):
            if not getattr(self, key) > 0:
                raise InputError(f"chain.{key}", getattr(self, key), "must be positive")
        if abs(sum(self.charges)) > 1e-12 * max(map(abs, self.charges)):
            raise InputError("chain.charges", self.charges, "must add up to zero")

    @property
    def born(self) -> np.ndarray:
        """Born charges q_a 1, (3, 3, 3) in e."""
        return np.einsum("a,cd->acd", self.charges, np.eye(3)) * (self.units.charge / elementary_charge)

    @property
    def structure(self) -> Structure:
        """The cell in SI; its point group 32 is that of the springs, charges break the three-fold screw."""
        lattice = self.units.length * np.diag([self.a, self.a, self.c])
        lattice[1, :2] = self.units.length * self.a * np.array([-0.5, np.sqrt(0.75)])
        angle = START + TURN * np.arange(3)
        position = np.stack([self.delta * self.a * np.cos(angle), self.delta * self.a * np.sin(angle)], axis=-1)
        position = np.column_stack([position, self.c * np.arange(3) / 3]) * self.units.length
        fractional = self.handedness.value * position @ np.linalg.inv(lattice)
        return Structure(
            lattice_vc=lattice,
            fractional_ac=fractional,
            mass_a=np.full(3, self.mass * self.units.mass),
            symbols=("Te",) * 3,
            rotations=_point_group(),
            space_group="P3_121 (152)" if self.handedness is Handedness.RIGHT else "P3_221 (154)",
            operations=spacegroup.located(_point_group(), fractional, np.zeros(3, int)),
        )

    @property
    def pairs(self) -> PairTable:
        """Springs between neighbours along the spiral; the acoustic sum rule gives the on-site terms."""
        springs = self.bond_tensors() * self.units.force_constant
        first, second, ahead = (np.array(column) for column in zip(*BONDS, strict=True))
        cell = np.zeros((3, 3), int)
        cell[:, 2] = self.handedness.value * ahead
        on_site = springs + np.roll(springs, 1, axis=0)  # atom a holds the bond that starts at it and the one before
        return PairTable.symmetric(
            first=np.concatenate([first, second, np.arange(3)]),
            second=np.concatenate([second, first, np.arange(3)]),
            cell=np.concatenate([cell, -cell, np.zeros((3, 3), int)]),
            phi=np.concatenate([-springs, -springs, on_site]),
            share=np.ones(9),
        )

    def bond_tensors(self) -> np.ndarray:
        """D_12, D_23, D_31, (3, 3, 3) in model units: each the one before turned by 120° about z."""
        cos, sin = np.cos(self.theta), np.sin(self.theta)
        mixed = (self.k3 - self.k2) * sin * cos
        D_31 = np.array(
            [
                [self.k1, 0, 0],
                [0, self.k2 * cos**2 + self.k3 * sin**2, -mixed],
                [0, -mixed, self.k2 * sin**2 + self.k3 * cos**2],
            ]
        )
        turns = [_about_z(TURN * step) for step in (1, 2, 0)]
        return np.stack([R @ D_31 @ R.T for R in turns])

    def crystal(self) -> dynamical.Crystal:
        """What hpcph diagonalises, SI, without a dipole part."""
        return dynamical.build(self.structure, self.pairs, None)


def _about_z(angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _point_group() -> np.ndarray:
    """Point group 32 in the hexagonal cell, (6, 3, 3) int: turns about c, the two-fold axis a + b through atom 1."""
    turn = np.array([[0, -1, 0], [1, -1, 0], [0, 0, 1]])
    flip = np.array([[0, 1, 0], [1, 0, 0], [0, 0, -1]])
    turns = [np.eye(3, dtype=int), turn, turn @ turn]
    return np.array([*turns, *(R @ flip for R in turns)])
