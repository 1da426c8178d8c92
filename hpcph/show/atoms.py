"""How atoms look in figures, pages and files: by the element of their species."""

import numpy as np
from ase.data import covalent_radii
from ase.data.colors import jmol_colors

from hpcph.crystal.elements import NUMBERS, element


def number(species: str) -> int:
    """Atomic number; 0 of what is no element."""
    return NUMBERS[element(species)]


def radius(species: str) -> float:
    """Covalent radius, Å."""
    return float(covalent_radii[number(species)])


def colour(species: str) -> np.ndarray:
    """Jmol's colour, (3,) from 0 to 1; the heaviest elements share one."""
    return jmol_colors[min(number(species), len(jmol_colors) - 1)]
