"""Crystals that nobody has calculated: any cell, any charges, springs to near atoms or elements drawn at random."""

from functools import cache
from itertools import product

import numpy as np
import supercells
from hypothesis import strategies as st

from hpcph.crystal.lattice import Dielectric, PairTable, Structure, within
from hpcph.prepare.forceconstants import Loaded

ANGSTROM = 1e-10
COULOMB = 2.307e-28  # e²/4πε₀, J m


@cache
def _diagonals(largest: int) -> list[tuple[int, int, int]]:
    return [d for d in product(range(1, largest + 1), repeat=3) if d[0] * d[1] * d[2] <= largest]


@st.composite
def shapes(draw, largest: int):
    """Whole matrices with a determinant of at most such a size, either sign, compact or oblique."""
    matrix = np.diag(draw(st.sampled_from(_diagonals(largest))))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        matrix[a, b] = draw(st.integers(0, matrix[b, b] - 1))
    for a, b, times in draw(st.lists(st.tuples(*[st.integers(0, 2)] * 2, st.integers(-2, 2)), max_size=4)):
        matrix[a] += (a != b) * times * matrix[b]
    return matrix[draw(st.permutations(range(3)))]


def triclinic(seed: int, atoms: int = 2) -> tuple[Structure, Dielectric]:
    """Atoms anywhere in a cell without symmetry, any Born charges (neutral in all), any medium."""
    rng = np.random.default_rng(seed)
    root = np.eye(3) + 0.2 * rng.normal(size=(3, 3))
    born = 0.7 * rng.normal(size=(atoms, 3, 3))
    born -= born.mean(axis=0)
    structure = Structure(
        lattice_vc=3.4 * ANGSTROM * (np.eye(3) + 0.15 * rng.normal(size=(3, 3))),
        fractional_ac=np.vstack([np.zeros(3), rng.uniform(0.35, 0.65, (atoms - 1, 3))]),
        mass_a=rng.uniform(2, 8, atoms) * 1e-26,
        symbols=("X",) * atoms,
        rotations=np.eye(3, dtype=int)[None],
        space_group="P1 (1)",
        born_aij=born,
    )
    return structure, Dielectric(born, 3 * root @ root.T, COULOMB)


def springs(seed: int, supercell: np.ndarray, reach: float = 7 * ANGSTROM) -> Loaded:
    """What a supercell knows of a triclinic crystal with charges and springs between near atoms, translation obeyed."""
    structure, dielectric = triclinic(seed)
    first, second, cell = within(structure, reach)
    x = (cell + structure.fractional_ac[second] - structure.fractional_ac[first]) @ structure.lattice_vc
    r = np.maximum(np.linalg.norm(x, axis=1), 0.1 * ANGSTROM)[:, None, None]
    noise = np.random.default_rng(seed).normal(size=(len(x), 3, 3))
    phi = -200 * (1 + r / ANGSTROM) ** -4 * (x[:, :, None] * x[:, None] / r**2 + 0.1 * (noise + noise.swapaxes(1, 2)))
    itself = np.linalg.norm(x, axis=1) < 0.1 * ANGSTROM
    phi[itself] = 0.0
    pairs = PairTable.symmetric(first, second, cell, phi, np.ones(len(x)))
    total = np.zeros((len(structure.mass_a), 3, 3))
    np.add.at(total, first, pairs.phi)
    phi = pairs.phi.copy()
    phi[itself] = -total[first[itself]]
    return _known(structure, dielectric, pairs.with_phi(phi), supercell)


def drawn(structure: Structure, supercell: np.ndarray, exponent: float, cutoff: float, seed: int) -> Loaded:
    """What a supercell knows of independent Gaussian elements of variance (1 + r/Å)^−p, up to a cut-off in m."""
    first, second, cell = within(structure, cutoff)
    x = (cell + structure.fractional_ac[second] - structure.fractional_ac[first]) @ structure.lattice_vc
    deviation = (1 + np.linalg.norm(x, axis=1) / ANGSTROM) ** (-exponent / 2)
    phi = deviation[:, None, None] * np.random.default_rng(seed).normal(size=(len(x), 3, 3))
    return _known(structure, None, PairTable.symmetric(first, second, cell, phi, np.ones(len(x))), supercell)


def _known(structure: Structure, dielectric: Dielectric | None, pairs: PairTable, supercell: np.ndarray) -> Loaded:
    whole = Loaded(structure, pairs, dielectric, supercell, np.zeros((1, 3)))
    return supercells.folded(whole, supercell)
