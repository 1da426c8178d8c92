"""Generate harmonic force constants of α-quartz from the CHIK rigid-ion potential, without truncation.

Potential: A. Carré, J. Horbach, S. Ispas, W. Kob, EPL 82, 17001 (2008).  For two ions of species s, s' at distance r,

    φ(r) = q_s q_s' e²/(4π ε0 r) + A exp(−b r) − C / r⁶.

Every lattice sum runs to infinity ("CHIK, untruncated"; the published model cuts its short range near 6.5 Å): the sums
of 1/r and of 1/r⁶ by Ewald's method, the exponential until it falls below rounding.  The crystal is right-handed
quartz, space group P3_121, a along x and c along z.  Cell and atoms are relaxed, the Hessian of a 4×4×4 supercell
(576 atoms) is analytic, and the result is written as an xz-compressed phonopy parameter file.

Units are those of phonopy: Å, eV, eV/Å², elementary charges.

Usage: python inputs/quartz/generate.py [--output FILE]
"""

import argparse
import itertools
import lzma
import tempfile
from pathlib import Path

import numpy as np
import spglib
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms
from scipy.special import erfc

COULOMB = 14.399652  # e²/(4π ε0) in eV Å, with the six decimals phonopy stores: the same value for potential and NAC
Q_SI = 1.910418
CHARGES = np.array([Q_SI] * 3 + [-Q_SI / 2] * 6)  # (9,) e
SYMBOLS = ["Si"] * 3 + ["O"] * 6
# A (eV), b (1/Å), C (eV Å⁶) of Carré et al. (2008); rows and columns Si, O
A_TABLE = np.array([[3150.462646, 27029.419922], [27029.419922, 659.595398]])
B_TABLE = np.array([[2.851451, 5.158606], [5.158606, 2.590066]])
C_TABLE = np.array([[626.751953, 148.099091], [148.099091, 26.836679]])

SUPERCELL = 4
ALPHA = 0.36  # Ewald splitting (1/Å); no result depends on it
R_CUT = 18.0  # Å; exp(−(ALPHA R_CUT)²) = 6e-19, exp(−2.59 R_CUT) = 6e-21
K_CUT = 4.7  # 1/Å; exp(−(K_CUT / 2 ALPHA)²) = 3e-19
START = np.array([5.02, 5.50, 0.47, 0.41, 0.27, 0.21])  # a, c (Å); u of Si; x, y, z of O
COMPLEX_STEP = 1e-30
NEWTON_STEP = 1e-4


def crystal(parameters):
    """Return the cell (3, 3; rows are lattice vectors in Å) and fractional positions (9, 3) of P3_121 quartz.

    parameters: (6,) a, c in Å; u of Si on 3a (u, 0, 1/3); x, y, z of O on 6c.  Real or complex.
    """
    a, c, u, x, y, z = parameters
    cell = np.array([[a, 0, 0], [-a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]])
    positions = [
        [u, 0, 1 / 3],
        [0, u, 2 / 3],
        [1 - u, 1 - u, 0],
        [x, y, z],
        [1 - y, x - y, z + 1 / 3],
        [1 + y - x, 1 - x, z + 2 / 3],
        [y, x, 1 - z],
        [x - y, 1 - y, 2 / 3 - z],
        [1 - x, 1 + y - x, 1 / 3 - z],
    ]
    return cell, np.array(positions)


def pair_table(table):
    """Spread a (2, 2) species table over the atom pairs of the cell: (9, 9)."""
    species = [int(symbol == "O") for symbol in SYMBOLS]
    return table[np.ix_(species, species)]


def integer_box(half_widths):
    """All integer triples n with |n_i| ≤ half_widths[i]: (N, 3)."""
    return np.array(list(itertools.product(*[range(-n, n + 1) for n in half_widths])))


def direct_pairs(cell, positions):
    """Return the pairs within R_CUT: atoms a, b and lattice translations n (N, 3), |n + r_b − r_a| > 0, and the
    separation vectors in Å (N, 3), real or complex like the cell.
    """
    heights = 1 / np.linalg.norm(np.linalg.inv(cell.real), axis=0)
    shifts = integer_box(np.ceil(R_CUT / heights).astype(int) + 1)
    fractional = shifts + (positions[None, :] - positions[:, None])[:, :, None]
    lengths = np.linalg.norm(fractional.real @ cell.real, axis=-1)
    a, b, n = np.nonzero((lengths < R_CUT) & (lengths > 1e-3))
    return a, b, shifts[n], fractional[a, b, n] @ cell


def reciprocal_vectors(cell):
    """Nonzero reciprocal lattice vectors (2π included) shorter than K_CUT, in 1/Å: (N, 3).  Real or complex cell."""
    half_widths = np.ceil(K_CUT * np.linalg.norm(cell.real, axis=1) / (2 * np.pi)).astype(int)
    vectors = integer_box(half_widths) @ (2 * np.pi * np.linalg.inv(cell).T)
    lengths = np.linalg.norm(vectors.real, axis=1)
    return vectors[(lengths < K_CUT) & (lengths > 1e-8)]


def direct_terms(r, a, b):
    """Direct-space part f of the pair potential (eV) and its derivatives f', f'' (eV/Å, eV/Å²), each (N,).

    r: (N,) distances in Å; a, b: (N,) atoms.  Coulomb: erfc(αr)/r; dispersion: (1 + s + s²/2) exp(−s)/r⁶, s = α²r².
    """
    amplitude, decay, dispersion = (pair_table(table)[a, b] for table in (A_TABLE, B_TABLE, C_TABLE))
    charge = COULOMB * CHARGES[a] * CHARGES[b]
    s = (ALPHA * r) ** 2
    gauss = np.exp(-s)
    born = amplitude * np.exp(-decay * r)
    w = erfc(ALPHA * r) / r
    slope = 2 * ALPHA / np.sqrt(np.pi) * gauss
    w1 = -(slope + w) / r
    w2 = 2 * ALPHA**2 * slope + slope / r**2 + (w / r - w1) / r
    u = (1 + s + s**2 / 2) * gauss / r**6
    u1 = -(ALPHA**6 * gauss + 6 * u) / r
    u2 = ALPHA**6 * gauss * (1 / r**2 + 2 * ALPHA**2) + 6 * (u / r - u1) / r
    value = born + charge * w - dispersion * u
    first = -decay * born + charge * w1 - dispersion * u1
    second = decay**2 * born + charge * w2 - dispersion * u2
    return value, first, second


def reciprocal_terms(k):
    """Fourier transforms (eV Å³ per unit coefficient) of the smooth parts of 1/r (times COULOMB) and 1/r⁶, each (N,).

    k: (N,) wave numbers in 1/Å, nonzero.
    """
    beta = k / (2 * ALPHA)
    gauss = np.exp(-(beta**2))
    coulomb = COULOMB * 4 * np.pi / k**2 * gauss
    bracket = np.sqrt(np.pi) * k**3 * erfc(beta) + (4 * ALPHA**3 - 2 * ALPHA * k**2) * gauss
    return coulomb, np.pi**1.5 / 12 * bracket


def energy(parameters):
    """Lattice energy in eV per primitive cell (9 atoms); analytic in its (6,) parameters, which may be complex."""
    cell, positions = crystal(parameters)
    volume = np.linalg.det(cell)
    a, b, _, separations = direct_pairs(cell, positions)
    direct = direct_terms(np.sqrt(np.sum(separations**2, axis=1)), a, b)[0].sum()
    vectors = reciprocal_vectors(cell)
    coulomb, dispersion = reciprocal_terms(np.sqrt(np.sum(vectors**2, axis=1)))
    phase = vectors @ (positions @ cell).T
    cosine, sine = np.cos(phase), np.sin(phase)
    coefficients = pair_table(C_TABLE)
    ions = (cosine @ CHARGES) ** 2 + (sine @ CHARGES) ** 2
    pairs = np.sum(cosine @ coefficients * cosine + sine @ coefficients * sine, axis=1)
    uniform = np.pi**1.5 * ALPHA**3 / 3 * coefficients.sum()
    reciprocal = (np.sum(coulomb * ions - dispersion * pairs) - uniform) / volume
    own = COULOMB * 2 * ALPHA / np.sqrt(np.pi) * np.sum(CHARGES**2) - ALPHA**6 / 6 * np.trace(coefficients)
    return (direct + reciprocal - own) / 2


def gradient(parameters):
    """Derivatives of the energy by the six parameters (eV per unit of each), exact to rounding: complex step."""
    steps = 1j * COMPLEX_STEP * np.eye(6)
    return np.array([energy(parameters + step).imag for step in steps]) / COMPLEX_STEP


def relax():
    """Relax the six free parameters by Newton's method; return them and the residual gradient, both (6,)."""
    parameters, residual = START, gradient(START)
    best = np.inf
    while np.abs(residual).max() < best:
        best, relaxed = np.abs(residual).max(), parameters
        columns = [gradient(parameters + step) - gradient(parameters - step) for step in NEWTON_STEP * np.eye(6)]
        parameters = parameters - np.linalg.solve(np.array(columns).T / (2 * NEWTON_STEP), residual)
        residual = gradient(parameters)
    return relaxed, gradient(relaxed)


def direct_hessian(cell, positions):
    """Direct-space part of the supercell Hessian (eV/Å²), summed over periodic images: (9, 9, 4, 4, 4, 3, 3)."""
    a, b, shifts, separations = direct_pairs(cell, positions)
    r = np.linalg.norm(separations, axis=1)
    _, first, second = direct_terms(r, a, b)
    unit = separations / r[:, None]
    along = np.einsum("n,ni,nj->nij", second - first / r, unit, unit)
    blocks = -along - (first / r)[:, None, None] * np.eye(3)
    hessian = np.zeros((9, 9) + (SUPERCELL,) * 3 + (3, 3))
    np.add.at(hessian, (a, b, *(shifts % SUPERCELL).T), blocks)
    return hessian


def reciprocal_hessian(cell, positions):
    """Reciprocal-space part of the supercell Hessian (eV/Å²), no macroscopic field: (9, 9, 4, 4, 4, 3, 3)."""
    vectors = reciprocal_vectors(SUPERCELL * cell)
    coulomb, dispersion = reciprocal_terms(np.linalg.norm(vectors, axis=1))
    outer = np.einsum("ni,nj->nij", vectors, vectors).reshape(-1, 9) / (SUPERCELL**3 * np.linalg.det(cell))
    translations = np.array(list(np.ndindex((SUPERCELL,) * 3)))
    coefficients = pair_table(C_TABLE)
    hessian = np.empty((9, 9, SUPERCELL**3, 9))
    for a, b in np.ndindex(9, 9):
        separations = (translations + positions[b] - positions[a]) @ cell
        weights = CHARGES[a] * CHARGES[b] * coulomb - coefficients[a, b] * dispersion
        hessian[a, b] = np.cos(separations @ vectors.T) @ (weights[:, None] * outer)
    return hessian.reshape((9, 9) + (SUPERCELL,) * 3 + (3, 3))


def rotated(hessian, rotation, images, cell):
    """Carry the Hessian (9, 9, 4, 4, 4, 3, 3) through one space-group operation.

    rotation: (3, 3) integers, acting on fractional coordinates; images: target atoms (9,) and lattice shifts (9, 3).
    """
    targets, shifts = images
    cartesian = cell.T @ rotation @ np.linalg.inv(cell.T)
    turned = np.einsum("ij,...jk,lk->...il", cartesian, hessian, cartesian)
    result = np.empty_like(hessian)
    translations = np.array(list(np.ndindex((SUPERCELL,) * 3)))
    for a, b in np.ndindex(9, 9):
        moved = (translations @ rotation.T + shifts[b] - shifts[a]) % SUPERCELL
        result[(targets[a], targets[b], *moved.T)] = turned[(a, b, *translations.T)]
    return result


def atom_images(positions, rotation, translation):
    """Atoms (9,) and lattice shifts (9, 3) on which an operation places the atoms of the cell."""
    differences = (positions @ rotation.T + translation)[:, None] - positions[None, :]
    shifts = np.rint(differences).astype(int)
    targets = np.abs(differences - shifts).max(axis=-1).argmin(axis=1)
    return targets, shifts[np.arange(len(positions)), targets]


def symmetrise(hessian, cell, positions):
    """Remove rounding: average over space group and index permutation, then set the on-site blocks from the acoustic
    sum rule (which fixes them exactly: the energy does not depend on a common translation).
    """
    numbers = [SYMBOLS.index(symbol) for symbol in SYMBOLS]
    group = spglib.get_symmetry((cell, positions, numbers), symprec=1e-8)
    operations = list(zip(group["rotations"], group["translations"], strict=True))
    average = np.zeros_like(hessian)
    for rotation, translation in operations:
        average += rotated(hessian, rotation, atom_images(positions, rotation, translation), cell) / len(operations)
    opposite = -np.arange(SUPERCELL) % SUPERCELL
    reverse = average[:, :, opposite][:, :, :, opposite][:, :, :, :, opposite]
    average = (average + np.transpose(reverse, (1, 0, 2, 3, 4, 6, 5))) / 2
    for a in range(9):
        block = average[a, a, 0, 0, 0] - average[a].sum(axis=(0, 1, 2, 3))
        average[a, a, 0, 0, 0] = (block + block.T) / 2
    return average


def phonon_model(cell, positions, hessian):
    """Phonopy object of the 4×4×4 supercell with compact force constants (9, 576, 3, 3) and Born charges."""
    unitcell = PhonopyAtoms(symbols=SYMBOLS, cell=cell, scaled_positions=positions)
    phonon = Phonopy(unitcell, supercell_matrix=SUPERCELL * np.eye(3, dtype=int), primitive_matrix=np.eye(3))
    supercell = phonon.supercell
    atoms = np.array([supercell.u2u_map[index] for index in supercell.s2u_map])
    shifts = np.rint(supercell.scaled_positions * SUPERCELL - positions[atoms]).astype(int) % SUPERCELL
    phonon.force_constants = hessian[(slice(None), atoms, *shifts.T)]
    born = CHARGES[:, None, None] * np.eye(3)
    phonon.nac_params = {"born": born, "dielectric": np.eye(3), "factor": COULOMB}
    return phonon


def write(phonon, path):
    """Write the xz-compressed parameter file (force constants with 15 decimals, in eV/Å²)."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "phonopy_params.yaml"
        phonon.save(plain, settings={"force_constants": True})
        text = plain.read_bytes()
    path.write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))


def main():
    """Relax the crystal, compute its force constants and write them."""
    parser = argparse.ArgumentParser(description="Force constants of α-quartz from the untruncated CHIK potential.")
    default = Path(__file__).with_name("phonopy_params.yaml.xz")
    parser.add_argument("--output", type=Path, default=default, help="xz-compressed phonopy parameter file")
    path = parser.parse_args().output
    parameters, residual = relax()
    print("a, c (Å); u; x, y, z:", *(f"{value:.12f}" for value in parameters))
    print(f"largest residual gradient: {np.abs(residual).max():.1e} eV per Å or per fractional unit")
    cell, positions = crystal(parameters)
    raw = direct_hessian(cell, positions) + reciprocal_hessian(cell, positions)
    hessian = symmetrise(raw, cell, positions)
    write(phonon_model(cell, positions, hessian), path)
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
