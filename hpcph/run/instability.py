"""What the user should read about imaginary modes: how many, which is the lowest, and where."""

from pathlib import Path

import h5py
import numpy as np

from hpcph.phonons.modes import ZERO

SECTIONS = {"bands": "on the path", "orbits": "among the orbits"}
ANGULAR = 2 * np.pi  # rad


def imaginary(frequency_kn: np.ndarray, q_kc: np.ndarray, place: str) -> list[str]:
    """One line where modes are imaginary, else none.

    frequency_kn : ndarray (k, n) Hz, negative where imaginary; q_kc : ndarray (k, 3) fractional; place : of the points
    """
    unstable = frequency_kn < -ZERO / ANGULAR
    if not unstable.any():
        return []
    k, n = np.unravel_index(np.argmin(frequency_kn), frequency_kn.shape)
    q = ", ".join(f"{x:.4f}" for x in q_kc[k])
    points = f"{np.sum(unstable.any(axis=1))} of {len(q_kc)} points {place}"
    return [f"imaginary modes (negative) at {points}, down to {frequency_kn[k, n] / 1e12:.4f} THz at q = ({q})"]


def imaginary_in_maps(path: Path) -> list[str]:
    """A line for bands and for orbits that a finished file holds."""
    found = []
    with h5py.File(path, "r") as file:
        for section, place in SECTIONS.items():
            frequency = file.get(f"{section}/frequency")
            if frequency is not None and frequency.attrs["unit"] == "Hz":  # the springs of models are positive
                found += imaginary(frequency[...], file[f"{section}/q"][...], place)
    return found
