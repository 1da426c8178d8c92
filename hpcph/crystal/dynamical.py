"""D(k) and ∂D/∂k as a lattice Fourier series plus the dipole part, phonopy's phase convention (theory §1).

D_{aμ,bν}(k) = (m_a m_b)^-½ Σ_T Φ_ab(T) e^{ik·(T + r_b − r_a)} + D^dd(k). Hermitian matrices are kept as their upper
triangle U with half the diagonal, D = U + U†, and so are their derivatives: half the work in every sum over T.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.lattice import PairTable, Structure


@dataclass(frozen=True)
class Crystal:
    """All that a rank needs to diagonalise k-points.

    structure : the primitive cell
    dipoles : Gonze–Lee part, or None
    cells : list of three ndarrays of int, the ranges of T along a, b, c
    series : ndarray (Tx·Ty, Tz·4·t), real: U and ∂_c U (c = 1, 2, 3) of t upper-triangle elements, without e^{ik·T}
    upper : the two index arrays (t,) of the upper triangle
    delta_tc : ndarray (t, 3) fractional, r_b − r_a of every element
    """

    structure: Structure
    dipoles: Dipoles | None
    cells: list[np.ndarray]
    series: np.ndarray
    upper: tuple[np.ndarray, np.ndarray]
    delta_tc: np.ndarray

    @property
    def modes(self) -> int:
        """Number of branches, 3 × atoms."""
        return 3 * len(self.structure.mass_a)


def build(structure: Structure, pairs: PairTable, dipoles: Dipoles | None) -> Crystal:
    """Lay the (short-range) force constants out on a box of lattice translations, mass-weighted.

    The four fields are Φ/√(m m) and x_c Φ/√(m m), in rad² s⁻² and m rad² s⁻²; i is put in at evaluation.
    """
    low, high = pairs.cell.min(0), pairs.cell.max(0)
    cells = [np.arange(lo, hi + 1) for lo, hi in zip(low, high, strict=True)]
    n = 3 * len(structure.mass_a)
    weighted = pairs.phi / np.sqrt(structure.mass_a[pairs.first] * structure.mass_a[pairs.second])[:, None, None]
    x = structure.separation(pairs)
    upper = np.triu_indices(n)
    position = np.full((n, n), -1)
    position[upper] = np.arange(len(upper[0]))
    box = np.zeros((*(len(c) for c in cells), 4, len(upper[0])))
    i, j, k = (pairs.cell - low).T
    for mu in range(3):
        for nu in range(3):
            element = position[3 * pairs.first + mu, 3 * pairs.second + nu]
            kept = element >= 0
            place = i[kept], j[kept], k[kept], slice(None), element[kept]
            box[place] += (np.column_stack([np.ones(len(x)), x]) * weighted[:, mu, nu, None])[kept]
    box[..., upper[0] == upper[1]] *= 0.5
    atom = np.arange(n) // 3
    delta = structure.fractional_ac[atom[upper[1]]] - structure.fractional_ac[atom[upper[0]]]
    return Crystal(structure, dipoles, cells, box.reshape(len(cells[0]) * len(cells[1]), -1), upper, delta)


def matrices(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """D(k) as a full Hermitian matrix.

    q_kc : ndarray (k, 3) fractional wave vectors

    Returns
    -------
    ndarray (k, n, n) complex, rad² s⁻²
    """
    half = _series(crystal, q_kc, fields=1)[:, 0]
    if crystal.dipoles is not None:
        half = half + 0.5 * crystal.dipoles.matrix(q_kc @ crystal.structure.reciprocal_vc)
    return half + half.conj().swapaxes(-1, -2)


def matrices_and_halves(crystal: Crystal, q_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D(k) and half derivatives: ∂D/∂k_c = H_c + H_c†.

    Points that follow each other with the same q_a and q_b (a line along c*) share most of the work.

    q_kc : ndarray (k, 3) fractional wave vectors

    Returns
    -------
    ndarray (k, n, n) complex, rad² s⁻²; its lower triangle is not filled where there is no dipole part
    ndarray (k, 3, n, n) complex, m rad² s⁻²
    """
    half = _series(crystal, q_kc, fields=4)
    D, H = half[:, 0], half[:, 1:]
    diagonal = np.arange(crystal.modes)
    D[:, diagonal, diagonal] *= 2
    if crystal.dipoles is not None:
        dipole, slopes = crystal.dipoles.matrix_and_halves(q_kc @ crystal.structure.reciprocal_vc)
        D += dipole
        H += slopes
    return D, H


def derivatives(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """∂D/∂k_c, (k, 3, n, n) complex in m rad² s⁻², full Hermitian matrices."""
    _, H = matrices_and_halves(crystal, q_kc)
    return H + H.conj().swapaxes(-1, -2)


def _series(crystal: Crystal, q_kc: np.ndarray, fields: int) -> np.ndarray:
    """Σ_T over the box: first along a and b, once a line, then along c. (k, fields, n, n) complex, upper triangle."""
    n, (ta, tb, tc) = crystal.modes, crystal.cells
    elements = len(crystal.upper[0])
    table = crystal.series.reshape(len(crystal.series), len(tc), 4, elements)[:, :, :fields]
    table = table.reshape(len(table), -1)
    step = np.diff(q_kc[:, :2], axis=0)
    first = np.flatnonzero(np.r_[True, np.any(np.abs(step - np.rint(step)) > 1e-12, axis=1)])
    along_a = np.exp(2j * np.pi * np.outer(q_kc[first, 0], ta))
    along_b = np.exp(2j * np.pi * np.outer(q_kc[first, 1], tb))
    plane = (along_a[:, :, None] * along_b[:, None, :]).reshape(len(first), -1)
    summed = np.empty((len(first), table.shape[1]), complex)
    summed.real = plane.real @ table
    summed.imag = plane.imag @ table
    along_c = np.exp(2j * np.pi * np.outer(q_kc[:, 2], tc))
    values = np.empty((len(q_kc), fields * elements), complex)
    for line, (start, stop) in enumerate(zip(first, [*first[1:], len(q_kc)], strict=True)):
        np.matmul(along_c[start:stop], summed[line].reshape(len(tc), -1), out=values[start:stop])
    values = values.reshape(len(q_kc), fields, elements)  # type: ignore[assignment]
    values *= np.exp(2j * np.pi * (q_kc @ crystal.delta_tc.T))[:, None]
    values[:, 1:] *= 1j
    full = np.zeros((len(q_kc), fields, n * n), complex)
    full[:, :, crystal.upper[0] * n + crystal.upper[1]] = values
    return full.reshape(len(q_kc), fields, n, n)
