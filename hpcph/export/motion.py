"""How the atoms of a supercell move in one mode: u_a(T, t) = Re A U_a e^{i(2π q·T − ωt)}."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hpcph.show.mode import Mode

LONGEST_WAVE = 12  # largest repetition along a lattice vector that is chosen automatically
FIT = 1e-6  # deviation of q·n from a whole number below which the wave closes on itself


@dataclass(frozen=True)
class Supercell:
    """Repetitions of the primitive cell and the mode's wave in them.

    cells : repetitions along a, b, c
    position_iv : ndarray (i, 3) m, cell by cell, atoms in the primitive cell's order
    phase_i : ndarray (i,) rad, 2π q·T of the cell that an atom is in
    atom_i : ndarray (i,) int, the atom of the primitive cell that it repeats
    """

    cells: tuple[int, int, int]
    lattice_vc: np.ndarray
    position_iv: np.ndarray
    phase_i: np.ndarray
    atom_i: np.ndarray


def fitting_cells(q_c: np.ndarray) -> tuple[int, int, int]:
    """The repetitions that hold whole waves of a rational wave vector near q."""
    a, b, c = (Fraction(float(q)).limit_denominator(LONGEST_WAVE).denominator for q in q_c)
    return a, b, c


def supercell(mode: Mode, cells: tuple[int, int, int]) -> Supercell:
    """Place the atoms of a mode's cell `cells` times."""
    translation = np.stack(np.meshgrid(*map(np.arange, cells), indexing="ij"), -1).reshape(-1, 3)
    atoms = len(mode.symbols)
    fractional = (translation[:, None] + mode.position_ac).reshape(-1, 3)
    return Supercell(
        cells=cells,
        lattice_vc=mode.lattice_vc * np.array(cells)[:, None],
        position_iv=fractional @ mode.lattice_vc,
        phase_i=np.repeat(2 * np.pi * translation @ mode.q_c, atoms),
        atom_i=np.tile(np.arange(atoms), len(translation)),
    )


def displacement(mode: Mode, cell: Supercell, amplitude: float, phase: float) -> np.ndarray:
    """Displacements (i, 3) in the unit of the amplitude, which is the largest |U_a|, at phase ωt in rad."""
    wave = np.exp(1j * (cell.phase_i - phase))
    return amplitude * (mode.amplitude_ac[cell.atom_i] * wave[:, None]).real


def fits(mode: Mode, cells: tuple[int, int, int]) -> np.ndarray:
    """Along which lattice vectors the supercell repeats the wave exactly, (3,) bool."""
    waves = mode.q_c * np.array(cells)
    return np.abs(waves - waves.round()) <= FIT


def periodic_wave_vector(mode: Mode, cells: tuple[int, int, int]) -> np.ndarray:
    """The wave vector nearest to the mode's whose waves the supercell repeats exactly, (3,) fractional."""
    return (mode.q_c * np.array(cells)).round() / np.array(cells)


def polarization_by_atom(mode: Mode, mass_a: np.ndarray) -> np.ndarray:
    """l_a of this very motion in ħ, (a, 3): 2 Re e_a × Im e_a.

    In degenerate sets the result's own table holds the mean over the set, which belongs to no single motion.
    """
    e = np.sqrt(mass_a)[:, None] * mode.amplitude_ac
    e = e / np.linalg.norm(e)
    return 2 * np.cross(e.real, e.imag)
