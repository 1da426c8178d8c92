"""One mode of a result: what figures, animations and exports of orbits start from."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from hpcph.crystal.lattice import reciprocal
from hpcph.errors import InputError
from hpcph.phonons.eigenvectors import amplitudes
from hpcph.result.crystal import CRYSTAL_LATTICE, CRYSTAL_MASSES, CRYSTAL_POSITIONS, CRYSTAL_SYMBOLS
from hpcph.result.modes import STORED_MODES
from hpcph.show import units


@dataclass(frozen=True)
class Mode:
    """A mode and the cell that it moves.

    q_c : ndarray (3,) fractional; branch : from 1; frequency : Hz; polarization : ndarray (3,) ħ
    amplitude_ac : ndarray (a, 3) complex, u_a(T, t) = Re U_a e^{i(2π q·T − ωt)}, largest |U_a| 1
    lattice_vc : ndarray (3, 3) m; position_ac : ndarray (a, 3) fractional; symbols : one an atom
    """

    q_c: np.ndarray
    branch: int
    frequency: float
    polarization: np.ndarray
    amplitude_ac: np.ndarray
    lattice_vc: np.ndarray
    position_ac: np.ndarray
    symbols: tuple[str, ...]


def sources(result: xr.Dataset) -> list[str]:
    """The sections of a result that hold eigenvectors."""
    return [name for name, stored in STORED_MODES.items() if stored["eigenvector"].variable in result]


def find(result: xr.Dataset, q_c, branch: int) -> Mode:
    """The mode of a branch (from 1) at the stored wave vector that is nearest to q_c.

    Raises InputError where the result has no eigenvectors or no such branch.
    """
    stored = {name: result[STORED_MODES[name]["q"].variable].values for name in sources(result)}
    places = [(name, index, q) for name, q_points in stored.items() for index, q in enumerate(q_points)]
    if not places:
        raise InputError("RESULT.h5", None, "holds no eigenvectors; add bands or orbits to the input")
    vectors = reciprocal(result[CRYSTAL_LATTICE.variable].values)
    name, index, _ = min(places, key=lambda place: float(np.linalg.norm((place[2] - q_c) @ vectors)))
    return at(result, name, index, branch)


def at(result: xr.Dataset, section: str, index: int, branch: int) -> Mode:
    """The mode of a branch (from 1) at a point of `bands` or `orbits`. Raises InputError."""
    count = result.sizes["branch"]
    if not 1 <= branch <= count:
        raise InputError("branch", branch, f"the crystal has branches 1 to {count}")
    values = {n: result[quantity.variable].values[index] for n, quantity in STORED_MODES[section].items()}
    positions, masses = result[CRYSTAL_POSITIONS.variable].values, result[CRYSTAL_MASSES.variable].values
    n, hertz = branch - 1, units.frequency(result, STORED_MODES[section]["frequency"].variable).hertz
    return Mode(
        q_c=values["q"],
        branch=branch,
        frequency=hertz * float(values["frequency"][n]),
        polarization=values["polarization"][n],
        amplitude_ac=amplitudes(values["eigenvector"][n], values["q"], positions, masses),
        lattice_vc=result[CRYSTAL_LATTICE.variable].values,
        position_ac=positions,
        symbols=tuple(result[CRYSTAL_SYMBOLS.variable].values.tolist()),
    )
