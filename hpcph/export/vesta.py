"""Arrows on atoms as a VESTA file.

The format is not documented by its authors; sections and their meaning are those of
https://github.com/Griffin-Group/vestacrystparser (file_format.md, format version 3.5.4). Components of a vector are
those along the directions of a, b and c with the modulus in Å: Cartesian ones would come out slanted in hexagonal cells
(https://github.com/AdityaRoy-1996/Phonopy_VESTA/issues/5). VESTA draws no vectors without the sections of style.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase.geometry import cell_to_cellpar

from hpcph.crystal.elements import element
from hpcph.show import atoms

LONGEST_ARROW = 2.0  # Å on the screen
ARROW = "0.250 220  50  47 1"  # radius in Å, colour, through the atom
FORMAT = "#VESTA_FORMAT_VERSION 3.5.4"
HEADER = """GROUP
1 1 P 1
SYMOP
 0.000000  0.000000  0.000000  1  0  0   0  1  0   0  0  1   1
 -1.0 -1.0 -1.0  0 0 0  0 0 0  0 0 0
TRANM 0
 0.000000  0.000000  0.000000  1  0  0   0  1  0   0  0  1"""
STYLE = """SPLAN
  0   0   0   0
LBLAT
 -1
LBLSP
 -1
DLATM
 -1
DLBND
 -1
DLPLY
 -1
PLN2D
  0   0   0   0
{elements}
SCENE
 1.000000  0.000000  0.000000  0.000000
 0.000000  1.000000  0.000000  0.000000
 0.000000  0.000000  1.000000  0.000000
 0.000000  0.000000  0.000000  1.000000
  0.000   0.000
  0.000
  1.000
HBOND 0 2

STYLE
DISPF 37753794
MODEL   0  1  0
SURFS   0  1  1
SECTS  32  1
FORMS   0  1
ATOMS   0  0  1
BONDS   1
POLYS   1
VECTS {scale:.6f}
FORMP
  1  1.0   0   0   0
ATOMP
 24  24   0  50  2.0   0
BONDP
  1  16  0.250  2.000 127 127 127
POLYP
 204 1  1.000 180 180 180
UCOLP
   0   1  1.000   0   0   0
COMPS 1
LABEL 1    12  1.000 0
PROJT 0  0.962
BKGRC
 255 255 255
DPTHQ 1 -0.5000  3.5000"""


@dataclass(frozen=True)
class Arrows:
    """Vectors (i, 3) on the atoms, Cartesian; axial ones are angular momenta, the others displacements."""

    vector_iv: np.ndarray
    axial: bool


def text(title: str, lattice_vc: np.ndarray, fractional_ic: np.ndarray, symbols: Sequence[str], arrows: Arrows) -> str:
    """The file. Vectors keep their values; the scale of the view makes the longest arrow LONGEST_ARROW.

    lattice_vc : ndarray (3, 3), rows a, b, c in Å; fractional_ic : ndarray (i, 3) of this lattice; symbols : species
    """
    symbols = [element(species) for species in symbols]
    lengths = np.linalg.norm(lattice_vc, axis=1)
    along_axes = arrows.vector_iv @ np.linalg.inv(lattice_vc) * lengths
    longest = np.linalg.norm(arrows.vector_iv, axis=1).max()
    scale = LONGEST_ARROW / longest if longest > 0 else 1.0
    cell = " ".join(f"{x:.6f}" for x in cell_to_cellpar(lattice_vc))
    parts = [
        f"{FORMAT}\n\n\nCRYSTAL\n\nTITLE\n{title}\n",
        HEADER,
        f"CELLP\n  {cell}\n  0.000000 0.000000 0.000000 0.000000 0.000000 0.000000",
        _structure(fractional_ic, symbols),
        "BOUND\n  0 1 0 1 0 1\n  0 0 0 0 0\nSBOND\n  0 0 0 0",
        _sites(symbols),
        _vectors(along_axes, 0 if arrows.axial else 1),
        STYLE.format(elements=_elements(symbols), scale=scale),
    ]
    return "\n".join(parts) + "\n"


def _structure(fractional_ic: np.ndarray, symbols: Sequence[str]) -> str:
    lines = ["STRUC"]
    for number, (symbol, place) in enumerate(zip(symbols, fractional_ic, strict=True), start=1):
        x, y, z = place
        lines.append(f"  {number} {symbol} {symbol}{number} 1.0000 {x:.8f} {y:.8f} {z:.8f} 1a 1")
        lines.append("    0.000000 0.000000 0.000000 0.00")
    lines += ["  0 0 0 0 0 0 0", "THERI 1"]
    lines += [f"  {number} {symbol}{number} 0.010000" for number, symbol in enumerate(symbols, start=1)]
    return "\n".join([*lines, "  0 0 0"])


def _sites(symbols: Sequence[str]) -> str:
    lines = [f"  {number} {symbol}{number} {_look(symbol)} 204 0" for number, symbol in enumerate(symbols, start=1)]
    return "\n".join(["SITET", *lines, "  0 0 0 0 0 0"])


def _elements(symbols: Sequence[str]) -> str:
    lines = [f"  {n} {symbol} {_look(symbol)} 204" for n, symbol in enumerate(dict.fromkeys(symbols), start=1)]
    return "\n".join(["ATOMT", *lines, "  0 0 0 0 0 0"])


def _look(symbol: str) -> str:
    """Radius and colour, the colour twice: of the site and by default."""
    colour = " ".join(str(int(255 * part)) for part in atoms.colour(symbol))
    return f"{atoms.radius(symbol):.4f} {colour} {colour}"


def _vectors(along_axes: np.ndarray, polar: int) -> str:
    lines = ["VECTR"]
    for number, (u, v, w) in enumerate(along_axes, start=1):
        lines += [f"  {number} {u:.8f} {v:.8f} {w:.8f} {polar}", f"  {number} 0 0 0 0", "  0 0 0 0 0"]
    lines += ["  0 0 0 0 0", "VECTT"]
    lines += [f"  {number} {ARROW}" for number in range(1, len(along_axes) + 1)]
    return "\n".join([*lines, "  0 0 0 0 0"])
