"""Linewidths of the modes at Γ from phono3py's kappa-….hdf5, those by isotopes included."""

import os
from pathlib import Path

import h5py
import numpy as np

from hpcph.errors import InputError
from hpcph.output.storage import own_numbers, require_hard_links

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
    if not os.path.isfile(path):  # pathlib raises where a folder may not be searched
        raise InputError(KEY, path, "no such file; give a kappa-….hdf5 of phono3py")
    try:
        with h5py.File(path, "r") as file:
            require_hard_links(file)
            gamma, frequency = own_numbers(file, "gamma", row_of=1), own_numbers(file, "frequency")
            temperature = np.atleast_1d(own_numbers(file, "temperature")[...]).astype(float)
            if "band_index" in file:
                raise InputError(KEY, path, "holds one band alone; calculate all bands of grid point 0")
            point: tuple[int, ...] = ()
            if gamma.ndim == 3:  # a mesh: (t, grid point, n)
                point = (int(np.flatnonzero(np.all(np.abs(own_numbers(file, "qpoint")[...]) < 1e-12, axis=1))[0]),)
            elif int(own_numbers(file, "grid_point")[()]) != 0:
                raise InputError(KEY, path, "holds another grid point than Γ; calculate grid point 0")
            gamma_tn, levels = gamma[(slice(None), *point)], frequency[(*point, ...)]
            if "gamma_isotope" in file:
                isotopes = own_numbers(file, "gamma_isotope")[...].reshape(frequency.shape)
                gamma_tn = gamma_tn + isotopes[(*point, ...)]
    except InputError:
        raise
    except Exception as err:  # h5py raises whatever it likes at damaged files
        raise InputError(KEY, path, f"is no kappa-….hdf5 of phono3py with the Γ point ({type(err).__name__})") from None
    finite = all(np.isfinite(numbers).all() for numbers in (gamma_tn, levels, temperature))
    if levels.ndim != 1 or not gamma_tn.size or gamma_tn.shape != (len(temperature), *levels.shape) or not finite:
        raise InputError(KEY, path, "is damaged: shapes do not fit or numbers are not finite")
    return gamma_tn, levels, temperature
