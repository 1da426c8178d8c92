"""Linewidths of the modes at Γ from phono3py's kappa-….hdf5, those by isotopes included."""

from pathlib import Path

import numpy as np

from hpcph.disk.guard import Unsound
from hpcph.errors import InputError
from hpcph.readers.phono3py import finite, opened, temperatures

KEY = "optics.lifetime.linewidths"
ACOUSTIC = 3
NEAR = 1e-3  # K: a temperature of the file this close is the one that is asked for


def lifetimes_at_gamma(path: Path, temperature: float, frequency_n: np.ndarray) -> np.ndarray:
    """τ = 1/4πγ of the optical modes in order of frequency, (n,) s.

    frequency_n : ndarray (n,) Hz, the optical frequencies of the crystal, ascending; those of the file may differ from
        them by TOLERANCE, since linewidths are often taken from another calculation

    Raises InputError where the file is not phono3py's, has no Γ point or temperature, or is of another crystal.
    """
    gamma_tn, frequency, temperatures = _read(path)
    chosen = np.flatnonzero(np.abs(temperatures - temperature) < NEAR)
    if not chosen.size:
        between = f"{temperatures.min():g} to {temperatures.max():g} K"
        raise InputError("optics.lifetime.temperature", temperature, f"{path.name} has no such temperature ({between})")
    order = np.argsort(frequency)[ACOUSTIC:]
    theirs, gamma = frequency[order] * 1e12, gamma_tn[chosen[0], order] * 1e12
    if len(theirs) != len(frequency_n):
        counts = f"{len(theirs)} optical modes, the crystal {len(frequency_n)}"
        raise InputError(KEY, path, f"is of another crystal: it has {counts}")
    apart = np.abs(theirs - frequency_n).max()
    if apart > TOLERANCE * frequency_n.max():
        raise InputError(KEY, path, f"is of another crystal: its frequencies differ by up to {apart / 1e12:.2g} THz")
    if not np.all(gamma > 0):
        raise InputError(KEY, path, f"has linewidths that are not positive at {temperature:g} K; take a higher one")
    return 1 / (4 * np.pi * gamma)


TOLERANCE = 0.03  # of the highest frequency


def _read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """γ (t, n) THz, frequencies (n,) THz and temperatures (t,) K of the Γ point."""
    with opened(path, KEY, "kappa-….hdf5") as file:
        if "band_index" in file:
            raise Unsound("holds one band alone, not all of grid point 0")
        gamma, frequency, kelvin = file.array("gamma", row_of=1), file.numbers("frequency"), temperatures(file)
        isotopes = file.numbers("gamma_isotope") if "gamma_isotope" in file else np.zeros(frequency.shape)
        if gamma.shape != (len(kelvin), *frequency.shape) or isotopes.size != frequency.size:
            raise Unsound("is damaged: shapes do not fit")
        point = (_gamma_point(file.numbers("qpoint"), len(frequency)),) if frequency.ndim == 2 else ()
        if not point and (frequency.ndim != 1 or np.any(file.numbers("grid_point") != 0)):
            raise Unsound("holds another grid point than Γ")
        gamma_tn, levels = gamma[(slice(None), *point)], frequency[(*point, ...)]
        return finite(gamma_tn + isotopes.reshape(frequency.shape)[(*point, ...)]), finite(levels), kelvin


def _gamma_point(q_pc: np.ndarray, points: int) -> int:
    """Which of the points is Γ. Raises Unsound."""
    found = np.flatnonzero(np.all(np.abs(q_pc) < 1e-12, axis=-1))
    if q_pc.shape != (points, 3) or not found.size:
        raise Unsound("has no Γ point")
    return int(found[0])
