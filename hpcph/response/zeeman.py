"""What a magnetic field does to single modes: along a path, and at Γ."""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dynamical import Crystal
from hpcph.phonons.magnetic_field import in_field
from hpcph.phonons.modes import diagonalise
from hpcph.response.maps import limits


def shifts(
    crystal: Crystal, q_kc: np.ndarray, direction_kc: np.ndarray, gyromagnetic_aij: np.ndarray, field: np.ndarray
) -> dict[str, np.ndarray]:
    """Zeeman shift of modes at wave vectors, as of a piece of a path.

    direction_kc : ndarray (q, 3) Cartesian, the side from which Γ is approached; field : ndarray (3,) T

    Returns
    -------
    shift (q, n) rad s⁻¹, shift_per_tesla (q, n) rad s⁻¹ T⁻¹ to first order, polarization (q, n, 3) ħ in the field
    """
    found = in_field(diagonalise(crystal, q_kc, limits(crystal, q_kc, direction_kc)), gyromagnetic_aij, field)
    return {
        "shift": found.shift_kn,
        "shift_per_tesla": found.first_kn / np.linalg.norm(field),
        "polarization": found.polarization_kni,
    }


@dataclass(frozen=True)
class ZeemanLevels:
    """Modes of Γ, the limit from a direction.

    frequency_n : ndarray (n,) Hz; shift_n : ndarray (n,) rad s⁻¹; per_tesla_n : ndarray (n,) rad s⁻¹ T⁻¹
    splitting_n : ndarray (n,) Hz T⁻¹, between the outermost of a degenerate set, zero of single modes
    """

    frequency_n: np.ndarray
    shift_n: np.ndarray
    per_tesla_n: np.ndarray
    splitting_n: np.ndarray


def at_gamma(crystal: Crystal, direction: np.ndarray, gyromagnetic_aij: np.ndarray, field: np.ndarray) -> ZeemanLevels:
    """Levels of Γ as seen from a Cartesian direction (3,), in a field (3,) in T."""
    q, side = np.zeros((1, 3)), direction[None]
    modes = diagonalise(crystal, q, limits(crystal, q, side))
    found = in_field(modes, gyromagnetic_aij, field)
    per_tesla, block = found.first_kn[0] / np.linalg.norm(field), modes.degenerate_blocks()[0]
    spread = [np.ptp(per_tesla[block == number]) for number in block]
    return ZeemanLevels(
        modes.frequency_kn[0] / (2 * np.pi), found.shift_kn[0], per_tesla, np.array(spread) / (2 * np.pi)
    )
