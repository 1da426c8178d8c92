"""One period of a mode as extended XYZ, which OVITO, ASE, VMD and others play."""

from pathlib import Path

import ase
import ase.io
import numpy as np

from hpcph.constants import angstrom
from hpcph.crystal.elements import element
from hpcph.export import motion
from hpcph.show.mode import Mode


def frames(
    mode: Mode, mass_a: np.ndarray, cells: tuple[int, int, int], amplitude: float, count: int
) -> list[ase.Atoms]:
    """`count` pictures of one period, the first not repeated at the end; lengths in Å, `amplitude` in m.

    Species that are no elements are written as theirs, X where there is none; the array `species_name` then names them.
    Atoms are displaced; the array `displacement` says by how much. Every frame's info has phase (ωt, rad), time_fs
    (of an oscillating mode), frequency_THz, q, branch, and phonon_polarization, the l of this motion in ħ (the name
    polarization alone is a dipole moment to ASE).
    """
    cell = motion.supercell(mode, cells)
    names = [mode.symbols[a] for a in cell.atom_i]
    about = {
        "frequency_THz": mode.frequency / 1e12,
        "q": mode.q_c,
        "branch": mode.branch,
        "phonon_polarization": motion.polarization_by_atom(mode, mass_a).sum(0),
    }
    pictures = []
    for phase in 2 * np.pi * np.arange(count) / count:
        shift = motion.displacement(mode, cell, amplitude, phase) / angstrom
        picture = ase.Atoms(
            [element(name) for name in names],
            positions=cell.position_iv / angstrom + shift,
            cell=cell.lattice_vc / angstrom,
            pbc=motion.fits(mode, cells),
            info=about | {"phase": phase},
        )
        if mode.frequency > 0:
            picture.info["time_fs"] = phase / (2 * np.pi * mode.frequency) * 1e15
        picture.set_array("displacement", shift)
        if any(element(name) != name for name in names):
            picture.set_array("species_name", np.array(names))
        pictures.append(picture)
    return pictures


def write(path: Path, pictures: list[ase.Atoms]) -> None:
    """All frames in one file."""
    ase.io.write(path, pictures, format="extxyz")
