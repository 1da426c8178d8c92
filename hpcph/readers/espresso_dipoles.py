"""The part of Quantum ESPRESSO's force constants that q2r.x takes out and matdyn.x adds: dipoles."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hpcph.crystal.lattice import reciprocal
from hpcph.readers.constants import lattice_points
from hpcph.readers.espresso_cell import EspressoCell

CUTOFF = 14.0  # of K·ε·K/4α, where matdyn.x ends its sum
NONE = 1e-8  # rad bohr⁻¹: K of 0


class Taken(Enum):
    """What q2r.x took out, by its input and version, as crystal.q2r has it.

    EARLY : what 6.7 and before have for a layer, whose units leave it too weak by alat/2π in bohr
    """

    BULK = "bulk"
    LAYER = "loto_2d"
    EARLY = "loto_2d-6.7"


@dataclass(frozen=True)
class ShortRange:
    """What a file of q2r.x holds, in Rydberg units.

    grid : of q and of R
    phi_tab : ndarray (t, a, b, 3, 3), T in the order of `lattice_points`, without dipoles where there are charges
    charges : Born charges (a, 3, 3), [field, displacement], and ε (3, 3), or None
    alpha : bohr⁻², of the Ewald sum
    recent : does the file say alpha, as those of 7.2 and later do?
    """

    cell: EspressoCell
    grid: tuple[int, int, int]
    phi_tab: np.ndarray
    charges: tuple[np.ndarray, np.ndarray] | None
    alpha: float
    recent: bool = False


def dipoles(found: ShortRange, q_qc: np.ndarray, taken: Taken = Taken.BULK) -> np.ndarray:
    """What matdyn.x adds at wave vectors, Ry bohr⁻², (q, a, b, 3, 3) complex.

    C_ab(q) = Σ_{K ≠ 0} w(K) (K·Z_a)(K·Z_b) e^{iK·(r_a − r_b)} − δ_ab Re Σ_c C_ac(0), K = q + G, the last its symmetric
    part, cut at x > 14 and at a G_i of √(56 α)/b_i + 1; along directions with one q there is no G but 0. Of a bulk
    w = (8π/V) e^{−x}/(K·ε·K), x = K·ε·K/4α; of a layer normal to c, on a cell of area A and height h,
    w = (4π/A) e^{−x}/(K + (h/2) K·(ε − 1)·K), x = K²/4α.

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
    metric = epsilon if taken is Taken.BULK else np.eye(3)
    factor, screened = _of_bulk(cell) if taken is Taken.BULK else _of_layer(cell, epsilon, taken)

    def at(q: np.ndarray) -> np.ndarray:
        k = (whole + q) @ b_vc
        square = np.einsum("kc,cd,kd->k", k, metric, k)
        used = (square > NONE**2) & (square < most)
        k, square = k[used], square[used]
        size = np.sqrt(factor * np.exp(-square / (4 * found.alpha)) / screened(k, square))
        wave = size[:, None] * np.exp(1j * k @ cell.places_ac.T)
        moved = (wave[:, :, None] * np.einsum("kc,acv->kav", k, born)).reshape(-1, 3 * atoms)
        return (moved.T @ moved.conj()).reshape(atoms, 3, atoms, 3).swapaxes(1, 2)

    total = np.array([at(q) for q in q_qc])
    own = at(np.zeros(3)).real.sum(axis=1)
    total[:, np.arange(atoms), np.arange(atoms)] -= (own + own.swapaxes(1, 2)) / 2
    return total


Screened = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of K (k, 3) and its square in the metric of the sum


def _of_bulk(cell: EspressoCell) -> tuple[float, Screened]:
    return 8 * np.pi / abs(np.linalg.det(cell.lattice_vc)), lambda k, square: square


def _of_layer(cell: EspressoCell, epsilon: np.ndarray, taken: Taken) -> tuple[float, Screened]:
    area = float(np.linalg.norm(np.cross(*cell.lattice_vc[:2])))
    height = abs(np.linalg.det(cell.lattice_vc)) / area
    polarizability = height / 2 * (epsilon - np.eye(3))[:2, :2]

    def screened(k: np.ndarray, square: np.ndarray) -> np.ndarray:
        return np.sqrt(square) + np.einsum("kc,cd,kd->k", k[:, :2], polarizability, k[:, :2])

    return 4 * np.pi / area * (cell.alat / (2 * np.pi) if taken is Taken.EARLY else 1.0), screened
