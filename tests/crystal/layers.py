"""Layers in vacuum: three atoms without any symmetry, at three heights, and phonopy's files of them."""

from functools import cache
from pathlib import Path

import numpy as np
from readers.toys import Toy, save

from hpcph.crystal.supercell import Loaded
from hpcph.prepare import forceconstants
from hpcph.readers.files import Files

LAYER = (True, True, False)
ROOM = 12.0  # Å, of the cell
IN_PLANE = np.array([[3.2, 0, 0], [-0.9, 3.6, 0]])
FRACTIONS = np.array([[0.1, 0.05], [0.55, 0.4], [0.3, 0.75]])
HEIGHTS = np.array([0.3, -0.4, 0.15])  # Å
CHARGES = (1.3, -0.5, -0.8)
POLARIZABILITY = 16.8  # Å, (ε − 1) h


@cache
def toy(
    height: float = ROOM,
    middle: float = 0.0,
    charges: tuple = (),
    copies: tuple = (4, 4, 1),
    order: tuple = (0, 1, 2),
) -> Toy:
    """height : of the cell, Å; middle : where in it the layer lies, fractional; order : which vectors are a, b, c."""
    axes, copied = list(order), (copies[order[0]], copies[order[1]], copies[order[2]])
    lattice = np.vstack([IN_PLANE, [0, 0, height]])[axes]
    places = np.column_stack([FRACTIONS, middle + HEIGHTS / height])[:, axes]
    epsilon = 1 + POLARIZABILITY / height  # of a cell most of which is vacuum
    return Toy(lattice, places, ("Ga", "N", "B"), charges, copied, epsilon=epsilon)


def file(folder: Path, **how) -> Path:
    """As phonopy writes it."""
    return save(toy(**how).phonopy, folder / "layer.yaml", force_constants=True)


def loaded(folder: Path, periodic=LAYER, **how) -> Loaded:
    """As it is read."""
    return forceconstants.load(Files(file(folder, **how), periodic=periodic))
