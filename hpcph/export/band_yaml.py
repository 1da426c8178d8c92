"""The dispersion with all eigenvectors as phonopy's band.yaml, which phonopy-bandplot, pymatgen, sumo and others read.

Keys and units are those of `BandStructure.write_yaml` of phonopy (BSD-3-Clause): ν in THz, lengths in Å, masses in u,
reciprocal vectors and distances without 2π. Every leg has its own points, also the one that it shares with the next.
The corners have the key `label` too, by which pymatgen and sumo find the legs.

Signs are phonopy's: D has the phase e^{2πi q·(r_b + T − r_a)}, so that e of a mode at q is the same there and here,
u_a(T, t) = Re e_a/√m_a e^{i(2πq·(T + r_a) − ωt)}. Modes of a degenerate set are those of definite l along the axis.
"""

import json
from collections.abc import Iterator

import numpy as np
import xarray as xr

import hpcph
from hpcph.constants import angstrom, atomic_mass
from hpcph.crystal.elements import element
from hpcph.errors import InputError
from hpcph.result.crystal import CRYSTAL_LATTICE, CRYSTAL_MASSES, CRYSTAL_POSITIONS, CRYSTAL_SYMBOLS
from hpcph.result.modes import BANDS_CORNER, BANDS_DISTANCE, BANDS_EIGENVECTOR, BANDS_FREQUENCY, BANDS_LABEL, BANDS_Q
from hpcph.show import units

CONVENTION = "u = Re e/sqrt(m) exp(i(2 pi q.(T + r) - omega t)), signs of q and e as in phonopy"


def lines(result: xr.Dataset) -> Iterator[str]:
    """The file, line by line. Raises InputError, before the first, where the result has no path."""
    if BANDS_EIGENVECTOR.variable not in result:
        raise InputError("RESULT.h5", None, "holds no path with eigenvectors; add the section bands to the input")
    legs = result[BANDS_CORNER.variable].values.reshape(-1, 2).tolist()
    names = result[BANDS_LABEL.variable].values.reshape(-1, 2).tolist()
    return _all(result, legs, [tuple(map(_text, pair)) for pair in names])


def _all(result: xr.Dataset, legs: list[list[int]], names: list[tuple[str, ...]]) -> Iterator[str]:
    lengths = [last - first + 1 for first, last in legs]
    yield f"# written by hpcph {hpcph.__version__}; {CONVENTION}"
    yield from (f"nqpoint: {sum(lengths)}", f"npath: {len(legs)}", "segment_nqpoint:", *(f"- {n}" for n in lengths))
    yield from ("labels:", *(f"- [ {', '.join(pair)} ]" for pair in names))
    yield from _cell(result)
    yield from ("", "phonon:")
    for (first, last), ends in zip(legs, names, strict=True):
        labels = dict(zip((first, last), ends, strict=True))
        for k in range(first, last + 1):
            yield from _point(result, k, labels.get(k))


def _cell(result: xr.Dataset) -> Iterator[str]:
    lattice = result[CRYSTAL_LATTICE.variable].values / angstrom
    symbols, masses = result[CRYSTAL_SYMBOLS.variable].values, result[CRYSTAL_MASSES.variable].values / atomic_mass
    yield from ("reciprocal_lattice:", *(f"- {_row(row)}" for row in np.linalg.inv(lattice).T))
    yield from (f"natom: {len(symbols)}", "lattice:", *(f"- {_row(row)}" for row in lattice), "points:")
    for symbol, place, mass in zip(symbols, result[CRYSTAL_POSITIONS.variable].values, masses, strict=True):
        yield from (f"- symbol: {element(symbol)}", f"  coordinates: {_row(place)}", f"  mass: {mass:.9f}")


def _point(result: xr.Dataset, k: int, label: str | None) -> Iterator[str]:
    """A wave vector with its modes."""
    hertz = units.frequency(result, BANDS_FREQUENCY.variable).hertz
    yield f"- q-position: {_row(result[BANDS_Q.variable].values[k])}"
    yield f"  distance: {result[BANDS_DISTANCE.variable].values[k] * angstrom / (2 * np.pi):.10f}"
    yield from () if label is None else (f"  label: {label}",)
    yield "  band:"
    modes = zip(result[BANDS_FREQUENCY.variable].values[k], result[BANDS_EIGENVECTOR.variable].values[k], strict=True)
    for number, (frequency, vector) in enumerate(modes, start=1):
        yield from (f"  - # {number}", f"    frequency: {hertz * frequency / 1e12:.10f}", "    eigenvector:")
        for atom, e in enumerate(vector, start=1):
            yield from (f"    - # atom {atom}", *(f"      - {_row(part)}" for part in zip(e.real, e.imag, strict=True)))


def _row(numbers) -> str:
    return f"[ {', '.join(f'{x:.10f}' for x in np.round(numbers, 10) + 0.0)} ]"


def _text(label: str) -> str:
    """Of ASCII alone: phonopy reads files in the encoding of the machine."""
    return json.dumps(label)
