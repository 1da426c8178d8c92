"""The dispersion with all eigenvectors as JSON for the phonon website (H. Miranda, MIT licence).

The format has no specification but the program that reads it, https://github.com/henriquemiranda/phononwebsite:
`src/phononjson.js` (keys, units cm⁻¹; vectors of JSON files get neither masses nor e^{iq·r} there, every mode is scaled
to Σ|v|² = 1), `src/phononwebpage.js` (factor e^{2πi q·T} of a cell), `src/vibcrystal.js` (factor e^{+iωt} of time) and
`phononweb/phononweb.py` (the same keys written by its author). Lengths are in Å. So the page shows
Re v_a e^{i(2π q·T + ωt)}: v_a are displacements, with the phase e^{2πi q·r} and the factor 1/√m in them.

Time runs with the other sign here: Re U e^{i(2πq·T − ωt)}. Written as they are, all atoms would turn the wrong way and
waves travel backwards. The same motion is Re U* e^{i(−2πq·T + ωt)}, so that every point is written as −q with U*.
"""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from hpcph.constants import angstrom
from hpcph.constants import speed_of_light as light
from hpcph.crystal.elements import element
from hpcph.errors import InputError
from hpcph.phonons.eigenvectors import amplitudes
from hpcph.result.crystal import CRYSTAL_LATTICE, CRYSTAL_MASSES, CRYSTAL_POSITIONS, CRYSTAL_SYMBOLS
from hpcph.result.modes import BANDS_CORNER, BANDS_EIGENVECTOR, BANDS_FREQUENCY, BANDS_LABEL, BANDS_Q
from hpcph.show import atoms, units

DIGITS = 7  # after the point of numbers that are at most 1
MAX_NUMBERS = 4_000_000  # real numbers of vectors that a browser still loads
REPETITIONS = (3, 3, 3)


def document(result: xr.Dataset) -> dict:
    """The whole file. Raises InputError where the result has no eigenvectors along a path."""
    if BANDS_EIGENVECTOR.variable not in result:
        raise InputError("RESULT.h5", None, "holds no path with eigenvectors; add the section bands to the input")
    legs = result[BANDS_CORNER.variable].values.reshape(-1, 2)
    chosen, ends = _points(legs, result[BANDS_EIGENVECTOR.variable][0].size * 2)
    lattice = result[CRYSTAL_LATTICE.variable].values / angstrom
    positions, masses = result[CRYSTAL_POSITIONS.variable].values, result[CRYSTAL_MASSES.variable].values
    symbols = result[CRYSTAL_SYMBOLS.variable].values.tolist()
    q, e = result[BANDS_Q.variable].values[chosen], result[BANDS_EIGENVECTOR.variable].values[chosen]
    formula = str(result.attrs["formula"])
    hertz = units.frequency(result, BANDS_FREQUENCY.variable).hertz * result[BANDS_FREQUENCY.variable].values[chosen]
    return {
        "name": str(result.attrs.get("title") or formula),
        "natoms": len(symbols),
        "lattice": lattice.tolist(),
        "atom_types": [element(symbol) for symbol in symbols],
        "atom_numbers": [atoms.number(symbol) for symbol in symbols],
        "formula": formula,
        "repetitions": list(REPETITIONS),
        "atom_pos_car": (positions @ lattice).tolist(),
        "atom_pos_red": positions.tolist(),
        "highsym_qpts": _labels(ends, result[BANDS_LABEL.variable].values.tolist()),
        "line_breaks": [[int(first), int(last) + 1] for first, last in ends],
        "qpoints": (0.0 - q).tolist(),
        "distances": (result["distance"].values[chosen] * angstrom).tolist(),
        "eigenvalues": (hertz / (100 * light)).round(DIGITS).tolist(),
        "vectors": [_vectors(modes, k, positions, masses) for k, modes in zip(q, e, strict=True)],
    }


def write(path: Path, contents: dict) -> None:
    """One line of JSON."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(contents, file, ensure_ascii=False, separators=(",", ":"))


def _vectors(e_nac: np.ndarray, q_c: np.ndarray, positions: np.ndarray, masses: np.ndarray) -> list:
    """[branch][atom][xyz][re, im] of U* at one point, Σ|U|² = 1 for every mode."""
    u = np.stack([amplitudes(e_ac, q_c, positions, masses).conj() for e_ac in e_nac])
    u /= np.linalg.norm(u, axis=(1, 2), keepdims=True)
    return np.stack([u.real, u.imag], axis=-1).round(DIGITS).tolist()


def _points(legs: np.ndarray, numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the points that are written, and where the ends of the legs stand among them, (legs, 2).

    All of them, or of paths with more than MAX_NUMBERS every second, third, … of each leg and its ends.
    """
    step = 1 + int((legs[-1, 1] + 1) * numbers // MAX_NUMBERS)
    pieces = [np.append(np.arange(first, last, step), last) for first, last in legs]
    stop = np.cumsum([len(piece) for piece in pieces])
    return np.concatenate(pieces), np.stack([stop - [len(piece) for piece in pieces], stop - 1], axis=1)


def _labels(ends: np.ndarray, names: list[str]) -> list:
    """[index, name] of the corners of the path; where two legs meet the page wants one, where it jumps it reads A|L."""
    found = [[int(ends[0, 0]), names[0]]]
    for leg in range(1, len(ends)):
        before, after = names[2 * leg - 1], names[2 * leg]
        found.append([int(ends[leg, 0]), before if before == after else f"{before}|{after}"])
    return [*found, [int(ends[-1, 1]), names[-1]]]
