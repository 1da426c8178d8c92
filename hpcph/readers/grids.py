"""Force constants of a supercell from those at all wave vectors of its grid, and what must be true of a crystal."""

from types import SimpleNamespace

import numpy as np

from hpcph.constants import angstrom, atomic_mass
from hpcph.readers import cells
from hpcph.readers.constants import SupercellConstants, of_matrices
from hpcph.readers.files import Content

UNREAL = 1e-6  # of the largest force constant: what is imaginary of them
FASTEST, SLOWEST = 500.0, 0.02  # THz: the highest frequency of no crystal is outside


def require_crystal(content: Content, lattice_vc: np.ndarray, fractional_ac: np.ndarray, mass_a: np.ndarray) -> None:
    """Raise InputError where a cell (m, kg) is none: flat, atoms that coincide, numbers of another unit."""
    cells.require_sound(
        content,
        SimpleNamespace(
            cell=lattice_vc / angstrom,
            scaled_positions=fractional_ac,
            masses=mass_a / atomic_mass,
            has_weighted_species=False,
            magnetic_moments=None,
        ),
    )


def transformed(content: Content, divisions: tuple[int, int, int], c_qij: np.ndarray) -> np.ndarray:
    """Φ_ab(T) = (1/N) Σ_q C_ab(q) e^{−2πi q·T}, (t, a, b, 3, 3).

    c_qij : ndarray (q, 3a, 3a), of the grid's points in the order of `lattice_points`
    """
    points, size, _ = c_qij.shape
    total = of_matrices(divisions, c_qij.reshape(points, size // 3, 3, size // 3, 3).transpose(0, 1, 3, 2, 4))
    if not np.abs(total.imag).max() <= UNREAL * np.abs(total.real).max():
        raise content.refuse("has force constants that are not real: C(−q) is not C(q)* on its grid")
    return total.real.copy()


def require_held(content: Content, found: SupercellConstants) -> None:
    """Raise InputError where an atom is tied to another one far more than to its place, or to nothing."""
    size = np.linalg.norm(found.phi_tab, axis=(3, 4))
    own, most = np.diag(size[found.home]), size.max(axis=(0, 2))
    if not np.all(own >= most / 2) or not np.all(own > 0):
        atom = int(np.argmin(own - most / 2))
        what = f"ties atom {atom + 1} to another one as strongly as to its place, or not at all"
        raise content.refuse(f"{what}: damaged or of another order of atoms")


def require_vibrating(content: Content, found: SupercellConstants) -> None:
    """Raise InputError where Γ's highest frequency is that of no crystal, or an atom is not held by its neighbours."""
    require_held(content, found)
    where = found.cell_tc[len(found.cell_tc) // 2] @ np.linalg.inv(found.supercell)
    square = max(np.linalg.eigvalsh(found.dynamical(q)).max() for q in (np.zeros(3), where))
    highest = np.sqrt(max(square, 0)) / 2e12 / np.pi
    if not SLOWEST < highest < FASTEST:
        raise content.refuse(f"makes frequencies of {highest:.3g} THz: expected force constants in the format's unit")
