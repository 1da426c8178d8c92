"""D(k) and ∂D/∂k as a lattice Fourier series plus the dipole part, phonopy's phase convention (theory §1).

D_{aμ,bν}(k) = (m_a m_b)^-½ Σ_T Φ_ab(T) e^{ik·(T + r_b − r_a)} + D^dd(k). Of Hermitian matrices only the blocks of atoms
a ≤ b are summed, those with a = b halved: D = U + U†. Half the work in every sum over T and G.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.lattice import PairTable, Structure
from hpcph.crystal.mesh import line_starts


@dataclass(frozen=True)
class Crystal:
    """All that a rank needs to diagonalise k-points.

    structure : the primitive cell
    dipoles : Gonze–Lee part, or None
    cells : list of three ndarrays of int, the ranges of T along a, b, c
    kept : ndarray (l,) int, the T_a, T_b (flattened) that carry anything
    series : ndarray (l, Tc·4·p·9), U and ∂_c U/i (c = 1, 2, 3) of every pair of atoms, without e^{ik·x}
    gather : ndarray (n·n,) int, where an element of the matrix stands among the p·9, p·9 itself being a zero
    """

    structure: Structure
    dipoles: Dipoles | None
    cells: list[np.ndarray]
    kept: np.ndarray
    series: np.ndarray
    gather: np.ndarray

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
    order = _order(len(structure.mass_a))
    scale = np.sqrt(structure.mass_a[pairs.first] * structure.mass_a[pairs.second]) * (
        1 + (pairs.first == pairs.second)
    )
    weighted = (pairs.phi / scale[:, None, None]).reshape(-1, 9)
    factor = np.column_stack([np.ones(len(weighted)), structure.separation(pairs)])
    box = np.zeros((*(len(c) for c in cells), 4, order.max() + 1, 9))
    upper = np.flatnonzero(pairs.first <= pairs.second)
    a, b, c = (pairs.cell[upper] - low).T
    place = a, b, c, slice(None), order[pairs.first[upper], pairs.second[upper]]
    box[place] += factor[upper, :, None] * weighted[upper, None, :]
    table = box.reshape(len(cells[0]) * len(cells[1]), -1)
    kept = np.flatnonzero(table.any(axis=1))
    return Crystal(structure, dipoles, cells, kept, np.ascontiguousarray(table[kept]), _gather(order))


def matrices(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """D(k) as a full Hermitian matrix.

    q_kc : ndarray (k, 3) fractional wave vectors

    Returns
    -------
    ndarray (k, n, n) complex, rad² s⁻²
    """
    half = _halves(crystal, q_kc, fields=1)[:, 0]
    return half + half.conj().swapaxes(-1, -2)


def matrices_and_halves(crystal: Crystal, q_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D(k) and half derivatives: ∂D/∂k_c = H_c + H_c†.

    Points that follow each other with the same q_a and q_b (a line along c*) share most of the work.

    q_kc : ndarray (k, 3) fractional wave vectors

    Returns
    -------
    ndarray (k, n, n) complex, rad² s⁻²; only its upper triangle is filled
    ndarray (k, 3, n, n) complex, m rad² s⁻²
    """
    half = _halves(crystal, q_kc, fields=4)
    D, atoms = half[:, 0], crystal.modes // 3
    own = D.reshape(len(D), atoms, 3, atoms, 3)
    for a in range(atoms):
        own[:, a, :, a] *= 2
    return D, half[:, 1:]


def derivatives(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """∂D/∂k_c, (k, 3, n, n) complex in m rad² s⁻², full Hermitian matrices."""
    _, H = matrices_and_halves(crystal, q_kc)
    return H + H.conj().swapaxes(-1, -2)


def nonanalytic(crystal: Crystal, dipoles: Dipoles, direction_c: np.ndarray) -> np.ndarray:
    """The dipole term of D at Γ that depends on the Cartesian direction of approach, (n, n) full real matrix."""
    elements = np.append(dipoles.limit(direction_c), 0.0)
    upper = np.triu(elements[crystal.gather].reshape(crystal.modes, crystal.modes))
    return upper + np.triu(upper, 1).T


def _halves(crystal: Crystal, q_kc: np.ndarray, fields: int) -> np.ndarray:
    """U and its derivatives, (k, fields, n, n) complex: the series over the box of T, then the dipoles."""
    atoms = crystal.modes // 3
    first, second = np.triu_indices(atoms)
    own = first == second
    elements = np.zeros((len(q_kc), fields, 9 * len(first) + 1), complex)
    # a view: the last element of a row stays zero
    by_pair = elements[:, :, :-1].reshape(len(q_kc), fields, len(first), 9)
    at_atom = np.exp(2j * np.pi * (q_kc @ crystal.structure.fractional_ac.T))
    phase = (at_atom[:, first].conj() * at_atom[:, second])[:, :, None]
    series = _series(crystal, q_kc, fields).reshape(len(q_kc), fields, len(first), 9)
    np.multiply(series[:, 0], phase, out=by_pair[:, 0])
    for c in range(1, fields):
        np.multiply(series[:, c], 1j * phase, out=by_pair[:, c])
    if crystal.dipoles is not None:
        dipole = crystal.dipoles.elements(q_kc @ crystal.structure.reciprocal_vc, fields)
        dipole[own] *= 0.5
        by_pair.real += dipole[:, 0].transpose(1, 2, 0, 3)
        by_pair.imag += dipole[:, 1].transpose(1, 2, 0, 3)
    return np.take(elements, crystal.gather, axis=2).reshape(len(q_kc), fields, crystal.modes, crystal.modes)


def _series(crystal: Crystal, q_kc: np.ndarray, fields: int) -> np.ndarray:
    """Σ_T over the box: first along a and b, once a line, then along c. (k, fields·p·9) complex, phases of T only."""
    ta, tb, tc = crystal.cells
    table = crystal.series.reshape(len(crystal.kept), len(tc), 4, -1)[:, :, :fields].reshape(len(crystal.kept), -1)
    first = line_starts(q_kc)
    along_a = np.exp(2j * np.pi * np.outer(q_kc[first, 0], ta))
    along_b = np.exp(2j * np.pi * np.outer(q_kc[first, 1], tb))
    plane = (along_a[:, :, None] * along_b[:, None, :]).reshape(len(first), -1)[:, crystal.kept]
    real, imaginary = (np.vstack([plane.real, plane.imag]) @ table).reshape(2, len(first), len(tc), -1)
    summed = real + 1j * imaginary
    along_c = np.exp(2j * np.pi * np.outer(q_kc[:, 2], tc))
    values = np.empty((len(q_kc), summed.shape[2]), complex)
    for line, (start, stop) in enumerate(zip(first, [*first[1:], len(q_kc)], strict=True)):
        np.matmul(along_c[start:stop], summed[line], out=values[start:stop])
    return values


def _order(atoms: int) -> np.ndarray:
    """Number of the pair (a, b), a ≤ b, among the upper pairs; −1 below the diagonal. (a, a) int."""
    order = np.full((atoms, atoms), -1)
    order[np.triu_indices(atoms)] = np.arange(atoms * (atoms + 1) // 2)
    return order


def _gather(order: np.ndarray) -> np.ndarray:
    """Which of the p·9 elements stands at every place of the matrix; the last, a zero, below the block diagonal."""
    atoms = len(order)
    place = order[:, None, :, None] * 9 + np.arange(9).reshape(3, 1, 3)
    nothing = atoms * (atoms + 1) // 2 * 9
    return np.where(order[:, None, :, None] >= 0, place, nothing).ravel()
