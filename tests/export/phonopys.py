"""Crystals written as phonopy's files, and how phonopy and hpcph have them again."""

from pathlib import Path

import numpy as np
import phonopy

from hpcph.constants import angstrom, atomic_mass, elementary_charge
from hpcph.crystal.commensurate import InSupercell
from hpcph.crystal.dynamical import Crystal, matrices, nonanalytic
from hpcph.crystal.invariances import SumRule
from hpcph.crystal.supercell import Loaded, settle
from hpcph.export.phonopy import CONSTANTS, PARAMS, write
from hpcph.prepare import forceconstants
from hpcph.readers import force_constants
from hpcph.readers.files import Files

EXACT = 1e-10  # of the largest element of D
UNIT = elementary_charge / angstrom**2 / atomic_mass
FARTHER = 1.6  # G than phonopy has
DIRECTIONS = np.array([[0, 0, 1.0], [1, 0, 0], [0.3, 0.2, -0.5]])
ALL = frozenset(SumRule)


def files(folder: Path) -> Files:
    return Files(folder / CONSTANTS, structure=folder / PARAMS)


def exported(loaded: Loaded, folder: Path, rules=ALL) -> Crystal:
    """A crystal with its sum rules, written."""
    found = settle(loaded, rules).crystal
    given = InSupercell(found, loaded.supercell, loaded.commensurate_qc, loaded.dielectric)
    write(given, ["a test"], folder)
    return found


def by_phonopy(folder: Path) -> phonopy.Phonopy:
    """As phonopy.load has it."""
    return phonopy.load(folder / PARAMS, force_constants_filename=folder / CONSTANTS, log_level=0)


def converged(ph: phonopy.Phonopy) -> phonopy.Phonopy:
    """The same with more G and no wider Gaussians in the sum over dipoles, which phonopy ends at 5e-9 of D."""
    charges, shortest = ph.nac_params, (900 / (4 * np.pi) / ph.primitive.volume) ** (1 / 3)
    mean, least = np.trace(charges["dielectric"]) / 3, np.linalg.eigvalsh(charges["dielectric"])[0]
    width = shortest * np.sqrt(mean / (4 * np.log(1e10)))
    ph.nac_params = {**charges, "G_cutoff": FARTHER * np.sqrt(mean / least) * shortest, "Lambda": width}
    return ph


def apart(folder: Path, found: Crystal, q_qc: np.ndarray, hand: int = 1) -> float:
    """By how much phonopy's D of the files differs from that of a crystal, relative; at Γ in several directions too.

    hand : −1 where the axes are reversed
    """
    ph = by_phonopy(folder)
    ph = ph if found.dipoles is None else converged(ph)
    own, D, differences = ph.dynamical_matrix, matrices(found, q_qc), []
    for q, expected in zip(q_qc, D, strict=True):
        own.run(hand * q)
        differences.append(np.abs(own.dynamical_matrix * UNIT - expected))
    if found.dipoles is not None:
        for direction in DIRECTIONS:
            own.run(np.zeros(3), q_direction=direction @ ph.primitive.cell.T)
            expected = matrices(found, np.zeros((1, 3)))[0] + nonanalytic(found, found.dipoles, direction)
            differences.append(np.abs(own.dynamical_matrix * UNIT - expected))
    return float(np.max(differences) / np.abs(D).max())


def read_again(folder: Path) -> Loaded:
    return forceconstants.load(files(folder), force_constants.read)


def differ(one: Crystal, other: Crystal, q_qc: np.ndarray) -> float:
    """Largest difference of two crystals' D, relative."""
    first, second = (matrices(each, q_qc) for each in (one, other))
    return np.abs(first - second).max() / np.abs(first).max()
