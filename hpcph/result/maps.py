"""What the user should read about the maps of a finished file: imaginary modes, and the largest moment."""

from pathlib import Path

import h5py
import numpy as np

from hpcph.constants import bohr_magneton, nuclear_magneton
from hpcph.errors import counted
from hpcph.phonons import magnetic_moment
from hpcph.phonons.modes import ZERO

SECTIONS = {"bands": "on the path", "orbits": "among the orbits"}
ANGULAR = 2 * np.pi  # rad
ALIKE = 1e-9  # numbers that symmetry makes equal differ by less, relative


def imaginary(frequency_kn: np.ndarray, q_kc: np.ndarray, place: str) -> list[str]:
    """One line where modes are imaginary, else none.

    frequency_kn : ndarray (k, n) Hz, negative where imaginary; q_kc : ndarray (k, 3) fractional; place : of the points
    """
    unstable = frequency_kn < -ZERO / ANGULAR
    if not unstable.any():
        return []
    k, n = np.unravel_index(np.argmin(frequency_kn), frequency_kn.shape)
    q = ", ".join(f"{x:.4f}" for x in q_kc[k])
    points = f"{np.sum(unstable.any(axis=1))} of {counted(len(q_kc), 'points')} {place}"
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


def moment_sizes(file: h5py.File) -> np.ndarray:
    """|μ| of the bands that a file holds, (k, n) in A m²; in degenerate sets along the axis, if that is more."""
    return sizes(file["/bands/moment"][...], file["/bands/moment_circular"][...])


def sizes(moment_knm: np.ndarray, circular_kn: np.ndarray) -> np.ndarray:
    """|μ| of modes, (k, n), from their vectors and, in degenerate sets, the definite components along the axis."""
    return np.maximum(np.linalg.norm(moment_knm, axis=-1), np.abs(circular_kn))


def first_largest(sizes: np.ndarray) -> tuple[int, ...]:
    """Where the largest of numbers is; of those that symmetry makes equal to it, the first."""
    where = np.unravel_index(np.argmax(sizes >= (1 - ALIKE) * sizes.max()), sizes.shape)
    return tuple(int(i) for i in where)


def largest_moment(path: Path) -> str:
    """One line on the largest |μ| of the bands that a file holds, in degenerate sets along the axis."""
    with h5py.File(path, "r") as file:
        moment = moment_sizes(file)
        q, n = first_largest(moment)
        e, crystal = file["/bands/moment_eigenvector"][q, n], file["/crystal"]
        ratio = magnetic_moment.scalar_ratio(crystal["born_charges"][...], crystal["masses"][...])
        estimate = np.linalg.norm(magnetic_moment.moments(2 * np.cross(e.real, e.imag)[None, None], ratio))
        where = ", ".join(f"{x:.3g}" for x in np.round(file["/bands/q"][q], 9) + 0.0)  # rounding of paths is no number
        frequency = file["/bands/frequency"][q, n] / 1e12
    largest = moment[q, n]
    size = f"{largest / nuclear_magneton:.3g} μ_N = {largest / bohr_magneton:.3g} μ_B"
    return (
        f"largest moment of a phonon on the path: {size} "
        f"(scalar charges: {estimate / nuclear_magneton:.3g} μ_N) at q = ({where}), {frequency:.3g} THz"
    )
