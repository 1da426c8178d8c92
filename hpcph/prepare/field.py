"""The magnetic field of an input, as a job has it."""

import numpy as np

from hpcph.config.field import FieldSection
from hpcph.crystal.dynamical import Crystal
from hpcph.errors import InputError
from hpcph.phonons.modes import diagonalise

SMALL = 0.1  # of the lowest optical frequency of Γ: ions that turn faster leave the linear range by more than 1 %
TRANSLATIONS = 3


def vector(given: FieldSection, axis: np.ndarray, crystal: Crystal, gyromagnetic_aij: np.ndarray) -> np.ndarray:
    """The field, (3,) in T. Raises InputError where it is beyond the linear range of the crystal.

    axis : ndarray (3,), unit vector; gyromagnetic_aij : moments of the atoms in terms of their L
    """
    direction = axis if given.direction == "axis" else np.array(given.direction)
    direction = direction / np.linalg.norm(direction)
    turning = 2 * np.linalg.norm(np.einsum("i,aij->aj", direction, gyromagnetic_aij), axis=1).max()
    frequency = np.sort(np.abs(diagonalise(crystal, np.zeros((1, 3))).frequency_kn[0]))
    optical = frequency[TRANSLATIONS:]
    most = SMALL * optical[0] / turning if len(optical) and turning else np.inf
    if given.magnetic > most:
        fix = (
            "is beyond the linear range: ions would turn at more than a tenth of the lowest optical frequency of Γ, "
            f"{optical[0] / (2e12 * np.pi):.3g} THz; give at most {most:.2g} T"
        )
        raise InputError("field.magnetic", f"{given.magnetic:g} T", fix)
    return given.magnetic * direction
