"""The part of Quantum ESPRESSO's force constants that q2r.x takes out and matdyn.x adds: dipoles."""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.lattice import reciprocal
from hpcph.readers.constants import lattice_points
from hpcph.readers.espresso_cell import EspressoCell

CUTOFF = 14.0  # of K·ε·K/4α, where matdyn.x ends its sum
NONE = 1e-8  # rad bohr⁻¹: K of 0


@dataclass(frozen=True)
class ShortRange:
    """What a file of q2r.x holds, in Rydberg units.

    grid : of q and of R
    phi_tab : ndarray (t, a, b, 3, 3), T in the order of `lattice_points`, without dipoles where there are charges
    charges : Born charges (a, 3, 3), [field, displacement], and ε (3, 3), or None
    alpha : bohr⁻², of the Ewald sum
    """

    cell: EspressoCell
    grid: tuple[int, int, int]
    phi_tab: np.ndarray
    charges: tuple[np.ndarray, np.ndarray] | None
    alpha: float


def dipoles(found: ShortRange, q_qc: np.ndarray) -> np.ndarray:
    """What matdyn.x adds at wave vectors, Ry bohr⁻², (q, a, b, 3, 3) complex.

    C_ab(q) = 8π/V Σ_{K ≠ 0} (K·Z_a)(K·Z_b) e^{−K·ε·K/4α}/(K·ε·K) e^{iK·(r_a − r_b)} − δ_ab Re Σ_c C_ac(0), K = q + G,
    the last its symmetric part,
    cut where K·ε·K > 56 α, and at a G_i of √(56 α)/b_i + 1; along directions with one q there is no G but 0.

    q_qc : ndarray (q, 3) fractional
    """
    assert found.charges is not None
    born, epsilon = found.charges
    epsilon = (epsilon + epsilon.T) / 2
    cell, atoms = found.cell, len(born)
    b_vc = reciprocal(cell.lattice_vc)
    most = 4 * found.alpha * CUTOFF
    bound = (np.sqrt(most) / np.linalg.norm(b_vc, axis=1)).astype(int) + 1
    bound[np.array(found.grid) == 1] = 0
    whole = lattice_points(tuple(2 * bound + 1)) - bound
    factor = 8 * np.pi / abs(np.linalg.det(cell.lattice_vc))

    def at(q: np.ndarray) -> np.ndarray:
        k = (whole + q) @ b_vc
        square = np.einsum("kc,cd,kd->k", k, epsilon, k)
        used = (square > NONE**2) & (square < most)
        k, square = k[used], square[used]
        size = np.sqrt(factor * np.exp(-square / (4 * found.alpha)) / square)
        wave = size[:, None] * np.exp(1j * k @ cell.places_ac.T)
        moved = (wave[:, :, None] * np.einsum("kc,acv->kav", k, born)).reshape(-1, 3 * atoms)
        return (moved.T @ moved.conj()).reshape(atoms, 3, atoms, 3).swapaxes(1, 2)

    total = np.array([at(q) for q in q_qc])
    own = at(np.zeros(3)).real.sum(axis=1)
    total[:, np.arange(atoms), np.arange(atoms)] -= (own + own.swapaxes(1, 2)) / 2
    return total
