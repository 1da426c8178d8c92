"""`hpcph export`: from a result and options to one file, and the lines that say what is in it."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from hpcph.constants import angstrom
from hpcph.crystal.elements import element
from hpcph.disk.draft import draft
from hpcph.errors import InputError, counted
from hpcph.export import band_yaml, cif, extxyz, motion, phononwebsite, table, vesta
from hpcph.export.options import Options
from hpcph.result.crystal import CRYSTAL_LATTICE, CRYSTAL_MASSES, CRYSTAL_POSITIONS, CRYSTAL_SYMBOLS
from hpcph.result.modes import BANDS_Q, ORBITS_Q
from hpcph.result.open import open_result
from hpcph.result.tensors import CRYSTAL_DISPLACEMENT
from hpcph.show.mode import Mode, find, sources

MAX_ATOMS = 5_000_000  # in all frames of one file
FAR = 1e-6  # of a fractional coordinate: further away is another wave vector


def export(path: Path, options: Options) -> list[str]:
    """Write the file that the options describe; what to tell the user. Raises InputError."""
    making = {
        "extxyz": _animation,
        "vesta": _arrows,
        "phononwebsite": _dispersion,
        "phonopy-band": _band_yaml,
        "cif": _ellipsoids,
        "table": _table,
        "moments": _moments,
    }
    with open_result(path) as result:
        suffix, lines, write = making[options.format](result, options)
        target = options.output or path.parent / suffix
        try:
            with draft(target) as temporary:
                write(temporary)
        except OSError as err:
            raise InputError("--output", target, f"cannot be written ({os.strerror(err.errno or 0)})") from None
    return [*lines, str(target)]


Export = tuple[str, list[str], Callable[[Path], object]]  # default file name, lines to print, what writes the file


def _animation(result: xr.Dataset, options: Options) -> Export:
    mode, lines = _mode(result, options)
    cells = options.repetitions or motion.fitting_cells(mode.q_c)
    atoms = int(np.prod(cells)) * len(mode.symbols) * options.frame_count
    if atoms > MAX_ATOMS:
        raise InputError("--frames", options.frames, f"{counted(atoms, 'atoms')} in all frames; at most {MAX_ATOMS}")
    masses = result[CRYSTAL_MASSES.variable].values
    pictures = extxyz.frames(mode, masses, cells, options.metres, options.frame_count)
    frames, each = counted(options.frame_count, "frames"), counted(len(pictures[0]), "atoms")
    lines += [_supercell(mode, cells), f"{frames} of {each}"]
    lines += _elements(mode.symbols)
    return f"{_name(mode)}.extxyz", lines, lambda target: extxyz.write(target, pictures)


def _arrows(result: xr.Dataset, options: Options) -> Export:
    mode, lines = _mode(result, options)
    moving = options.vectors == "displacement"
    cells = options.repetitions or (motion.fitting_cells(mode.q_c) if moving else (1, 1, 1))
    cell = motion.supercell(mode, cells)
    if moving:
        vectors = motion.displacement(mode, cell, options.metres, phase=0) / angstrom
        lines += [_supercell(mode, cells), "arrows: displacements at t = 0 in Å, drawn larger"]
    else:
        vectors = motion.polarization_by_atom(mode, result[CRYSTAL_MASSES.variable].values)[cell.atom_i]
        lines += ["arrows: phonon polarization of the atoms in ħ, drawn as lengths in Å times the scale of the view"]
    lines += _elements(mode.symbols)
    q = ", ".join(f"{x:g}" for x in mode.q_c)
    title = f"{result.attrs['formula']}, q = ({q}), branch {mode.branch}, {mode.frequency / 1e12:.4f} THz"
    contents = vesta.text(
        title,
        cell.lattice_vc / angstrom,
        cell.position_iv @ np.linalg.inv(cell.lattice_vc),
        [mode.symbols[a] for a in cell.atom_i],
        vesta.Arrows(vectors, axial=not moving),
    )
    return f"{_name(mode)}_{options.vectors}.vesta", lines, lambda target: target.write_text(contents, encoding="utf-8")


def _dispersion(result: xr.Dataset, options: Options) -> Export:
    contents = phononwebsite.document(result)
    written, stored = len(contents["qpoints"]), len(result[BANDS_Q.variable])
    lines = [f"{written} of {stored} points of the path, as −q with U*: the page's time factor is e^{{+iωt}}"]
    lines += _elements(result[CRYSTAL_SYMBOLS.variable].values.tolist())
    return "phononwebsite.json", lines, lambda target: phononwebsite.write(target, contents)


def _band_yaml(result: xr.Dataset, options: Options) -> Export:
    contents = band_yaml.lines(result)
    said = [f"{counted(len(result[BANDS_Q.variable]), 'points')} of the path; q and eigenvectors have phonopy's signs"]
    said += _elements(result[CRYSTAL_SYMBOLS.variable].values.tolist())
    return "band.yaml", said, lambda target: _write_lines(target, contents)


def _write_lines(target: Path, contents: Iterable[str]) -> None:
    with open(target, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in contents)


def _ellipsoids(result: xr.Dataset, options: Options) -> Export:
    if CRYSTAL_DISPLACEMENT.variable not in result:
        fix = "the result has no displacements; add `mesh`, `temperature` and `displacement: true` to the input"
        raise InputError("--format", options.format, fix)
    stored = result["temperature"].values
    t = int(np.argmin(np.abs(stored - options.kelvin)))
    symbols = result[CRYSTAL_SYMBOLS.variable].values.tolist()
    contents = cif.text(
        result.attrs["formula"], result[CRYSTAL_LATTICE.variable].values / angstrom,
        result[CRYSTAL_POSITIONS.variable].values, symbols,
        result[CRYSTAL_DISPLACEMENT.variable].values[t] / angstrom**2, float(stored[t]),
    )  # fmt: skip
    lines = [f"ellipsoids at {stored[t]:g} K, the stored temperature nearest to {options.kelvin:g} K"]
    name = f"ellipsoids_{stored[t]:g}K.cif"
    return name, lines + _elements(symbols), lambda target: target.write_text(contents, encoding="utf-8")


def _table(result: xr.Dataset, options: Options) -> Export:
    rows = table.dispersion(result)
    return "bands.csv", [], lambda target: table.write(target, rows)


def _moments(result: xr.Dataset, options: Options) -> Export:
    rows = table.moments(result, options.leg)
    leg = table.leg(result, options.leg)
    other = "" if leg == table.leg(result, None) else f"_{_file_name(leg.replace(table.DASH, '-'))}"
    return f"moments{other}.csv", [], lambda target: table.write(target, rows)


def _mode(result: xr.Dataset, options: Options) -> tuple[Mode, list[str]]:
    """The mode that is meant, and what to say about it; without a q that of the first stored orbit."""
    q = options.wave_vector
    if q is None and "orbits" not in sources(result):
        raise InputError("--q", None, "give a wave vector, such as 0,0,0.091; the result has no orbits to choose from")
    wanted = result[ORBITS_Q.variable].values[0] if q is None else q
    mode = find(result, wanted, options.branch_number)
    l = motion.polarization_by_atom(mode, result[CRYSTAL_MASSES.variable].values).sum(0)
    about = f"q = {_vector(mode.q_c)}, branch {mode.branch}: {mode.frequency / 1e12:.4f} THz, l = {_vector(l)} ħ"
    if np.abs(mode.q_c - wanted).max() > FAR:
        about += f"; the nearest stored wave vector to {_vector(wanted)} (others: section orbits)"
    return mode, [about]


def _supercell(mode: Mode, cells: tuple[int, int, int]) -> str:
    """Which wave the supercell repeats, how far it is from the mode's, and where it has no periodic boundary."""
    periodic = motion.periodic_wave_vector(mode, cells)
    size = "×".join(map(str, cells))
    text = f"supercell {size}: periodic for q = {_vector(periodic)}"
    if motion.fits(mode, cells).all():
        return f"{text}, the mode's own"
    broken = [name for name, fit in zip("abc", motion.fits(mode, cells), strict=True) if not fit]
    off = np.abs(periodic - mode.q_c).max()
    return f"{text}, {off:.2g} off; the wave does not close on itself, so it is open along {', '.join(broken)}"


def _elements(species: Sequence[str]) -> list[str]:
    """A line on species that the format knows by their element alone."""
    others = [f"{name} as {element(name)}" for name in dict.fromkeys(species) if element(name) != name]
    return [f"written as elements: {', '.join(others)}"] if others else []


def _file_name(text: str) -> str:
    """Text as part of a file's name, no two texts the same: labels of a path may hold anything."""
    return "".join(c if c.isalnum() or c in "-_'" else "%" + format(ord(c), "x") for c in text)


def _vector(values: np.ndarray) -> str:
    return "(" + ", ".join(f"{x + 0.0:.6g}" for x in values.round(9)) + ")"


def _name(mode: Mode) -> str:
    return "mode_" + "_".join(f"{x + 0.0:.6g}" for x in mode.q_c) + f"_branch{mode.branch}"
