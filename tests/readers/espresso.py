"""What matdyn.x of Quantum ESPRESSO does, told anew: Wigner–Seitz sums and the term of Born charges, loop by loop.

Files and answers of the programs themselves are in the folder of data.
"""

import json
import re
from pathlib import Path

import numpy as np
import physics

from hpcph import constants
from hpcph.readers import quantum_espresso
from hpcph.readers.espresso_dipoles import ShortRange
from hpcph.readers.files import opened

RYDBERG = constants.hartree / 2 / constants.bohr**2
TIE = 1e-6  # alat


def content(path: Path, folder: Path):
    return opened("crystal.force_constants", path, folder)


def short_range(name: str, folder: Path) -> ShortRange:
    return quantum_espresso.short_range(content(physics.data(f"readers/{name}"), folder))


def reference(name: str) -> dict:
    return json.loads(physics.data(f"readers/{name}").read_text())


def simple(found: ShortRange) -> np.ndarray:
    """Force constants with matdyn's asr = simple."""
    phi = found.phi_tab.copy()
    for a in range(phi.shape[1]):
        phi[0, a, a] -= found.phi_tab[:, a].sum(axis=(0, 1))
    return phi


def series(found: ShortRange, phi: np.ndarray, q_c: np.ndarray) -> np.ndarray:
    """Σ_T Φ(T) e^{2πi q·T} over the nearest images, (a, b, 3, 3), Ry bohr⁻²."""
    cell, grid = found.cell, np.array(found.grid)
    steps = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3, indexing="ij"), -1).reshape(-1, 3)
    total = np.zeros(phi.shape[1:], complex)
    for t, cell_c in enumerate(np.ndindex(*found.grid)):
        images = cell_c + steps * grid
        for a, b in np.ndindex(phi.shape[1:3]):
            apart = images @ cell.lattice_vc + cell.places_ac[b] - cell.places_ac[a]
            length = np.linalg.norm(apart, axis=1)
            near = images[length < length.min() + TIE * cell.alat]
            total[a, b] += phi[t, a, b] * np.exp(2j * np.pi * near @ q_c).mean()
    return total


def layer(found: ShortRange, q_c: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """The term of loto_2d, (a, b, 3, 3), Ry bohr⁻²; 6.7 and before leave a factor 2π/alat out: scale is alat/2π."""
    born, epsilon = found.charges
    lattice, places = found.cell.lattice_vc, found.cell.places_ac
    b_vc = 2 * np.pi * np.linalg.inv(lattice).T
    area, height = lattice[0, 0] * lattice[1, 1], lattice[2, 2]
    total = np.zeros((len(born), len(born), 3, 3), complex)
    reach = [int(np.sqrt(56 * found.alpha) / np.linalg.norm(b)) + 1 for b in b_vc[:2]]
    for g in np.ndindex(2 * reach[0] + 1, 2 * reach[1] + 1):
        for q, itself in ((q_c, True), (np.zeros(3), False)):
            k = (np.array([*g, 0]) - [*reach, 0] + q) @ b_vc
            square = k @ k
            if not 1e-16 < square < 56 * found.alpha:
                continue
            r_eff = height / 2 * (k @ epsilon @ k / square - 1)
            size = scale * 4 * np.pi / area * np.exp(-square / 4 / found.alpha)
            size /= np.sqrt(square) * (1 + r_eff * np.sqrt(square))
            zk = np.einsum("c,acv->av", k, born)
            for a, b in np.ndindex(len(born), len(born)):
                block = size * np.outer(zk[a], zk[b])
                if itself:
                    total[a, b] += block * np.exp(1j * (places[a] - places[b]) @ k)
                else:
                    total[a, a] -= block * np.cos((places[a] - places[b]) @ k)
    return total


def dipoles(found: ShortRange, q_c: np.ndarray, direction=None) -> np.ndarray:
    """The term of the macroscopic field, (a, b, 3, 3), Ry bohr⁻².

    direction : fractional, from which Γ is approached
    """
    born, epsilon = found.charges
    lattice, places = found.cell.lattice_vc, found.cell.places_ac
    b_vc = 2 * np.pi * np.linalg.inv(lattice).T
    most = 4 * 14 * found.alpha
    reach = [0 if n == 1 else int(np.sqrt(most) / np.linalg.norm(b)) + 1 for n, b in zip(found.grid, b_vc, strict=True)]
    factor = 2 * 4 * np.pi / abs(np.linalg.det(lattice))
    total = np.zeros((len(born), len(born), 3, 3), complex)

    def add(k, weight, places, itself=True):
        zk = np.einsum("c,acv->av", k, born)
        for a in range(len(born)):
            phase = np.exp(1j * (places[a] - places) @ k)
            block = factor * weight * phase[:, None, None] * np.einsum("v,bw->bvw", zk[a], zk)
            if itself:
                total[a] += block
            else:
                own = block.real.sum(axis=0)
                total[a, a] -= (own + own.T) / 2

    for g in np.ndindex(*(2 * r + 1 for r in reach)):
        for q, itself in ((q_c, True), (np.zeros(3), False)):
            k = (np.array(g) - reach + q) @ b_vc
            square = k @ epsilon @ k
            if 1e-16 < square < most:
                add(k, np.exp(-square / 4 / found.alpha) / square, places, itself)
    if direction is not None:
        k = np.array(direction) @ b_vc
        add(k, 1 / (k @ epsilon @ k), 0 * places)
    return total


def modes(matrix: np.ndarray, mass_a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ν in THz and l of each mode, from C(q) in Ry bohr⁻², (a, b, 3, 3)."""
    root = np.sqrt(np.repeat(mass_a, 3))
    d = matrix.swapaxes(1, 2).reshape(len(root), -1) * RYDBERG / np.outer(root, root)
    return of_dynamical(d)


def of_dynamical(d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ν in THz and l in ħ of each mode of D in rad² s⁻²."""
    square, e = np.linalg.eigh((d + d.conj().T) / 2)
    e = e.T.reshape(len(d), -1, 3)
    l_nc = np.cross(e.conj(), e).imag.sum(axis=1)
    return np.sign(square) * np.sqrt(np.abs(square)) / (2e12 * np.pi), l_nc


def apart(found: tuple[np.ndarray, np.ndarray], frequency, pam=None) -> tuple[float, float]:
    """Largest differences of ν and of l, of modes that no other comes near."""
    frequency = np.array(frequency)
    off = np.abs(found[0] - frequency).max()
    if pam is None:
        return off, 0.0
    gap = np.abs(frequency[:, None] - frequency) + 1e9 * np.eye(len(frequency))
    alone = gap.min(axis=1) > 0.05
    return off, np.abs(found[1] - np.array(pam))[alone].max(initial=0)


def matrices(text: str, atoms: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """q in units of 2π/alat and C of a file of matdyn, (a, b, 3, 3)."""
    found = []
    for part in re.split(r"Dynamical +Matrix in cartesian axes", text)[1:]:
        head, rest = part.split(")", 1)
        q = np.array(head.split("(")[1].split(), float)
        numbers = np.array(" ".join(re.split(r"\n\s*[A-Za-z*]", rest)[0].split()).split(), float)
        table = numbers[: atoms**2 * 20].reshape(atoms**2, 20)
        rows = table[:, 2:].reshape(atoms, atoms, 3, 3, 2)
        found.append((q, rows[..., 0] + 1j * rows[..., 1]))
    return found
