"""Newton's equation in phonopy's supercell: the referee of all formats that say how atoms move."""

from dataclasses import dataclass

import numpy as np
import phonopy
from parallel import world
from scipy import constants

UNIT = constants.e / constants.angstrom**2 / constants.atomic_mass  # eV Å⁻² u⁻¹ in s⁻²


@dataclass(frozen=True)
class Reference:
    """A supercell of 4×4×4 cells: Φ (i, j, 3, 3) in eV/Å², masses (i,) in u, positions (i, 3) and lattice in Å."""

    phi: np.ndarray
    mass: np.ndarray
    position: np.ndarray
    lattice: np.ndarray

    def residual(self, position: np.ndarray, displacement: np.ndarray, frequency: float) -> float:
        """Largest |Φu − mω²u| over the largest mω²|u|.

        position, displacement : (i, 3) Å, atoms at rest in any order, u real or complex; frequency in Hz
        """
        inverse = np.linalg.inv(self.lattice)
        difference = (self.position[:, None] - position) @ inverse
        distance = np.linalg.norm((difference - difference.round()) @ self.lattice, axis=-1)
        order = distance.argmin(axis=1)
        assert distance.min(axis=1).max() < 1e-6 and len(set(order)) == len(position) == len(self.position)
        u = displacement[order]
        force = -np.einsum("ijcd,jd->ic", self.phi, u) * UNIT
        inertia = self.mass[:, None] * (2 * np.pi * frequency) ** 2 * u
        return float(np.abs(force + inertia).max() / np.abs(inertia).max())


def load() -> Reference:
    """The embedded force constants, straight from the file."""
    found = phonopy.load(world.QUARTZ["crystal"]["force_constants"], is_compact_fc=False)
    cell = found.supercell
    return Reference(np.array(found.force_constants), cell.masses, cell.positions, cell.cell)


def angular_momentum(cosine: np.ndarray, sine: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """l in ħ of the motion u = cosine·cos ωt + sine·sin ωt, (i, 3) each: L ω over twice the mean kinetic energy."""
    L = (mass[:, None] * np.cross(cosine, sine)).sum(0)
    return 2 * L / (mass[:, None] * (cosine**2 + sine**2)).sum()
