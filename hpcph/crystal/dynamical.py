"""D(k) and ∂D/∂k as a lattice Fourier series plus the dipole part, phonopy's phase convention (theory §1).

D_{aμ,bν}(k) = (m_a m_b)^-½ Σ_T Φ_ab(T) e^{ik·(T + r_b − r_a)} + D^dd(k). Of Hermitian matrices only the blocks of atoms
a ≤ b are summed, and only an upper triangle U with half the diagonal is kept: D = U + U†. Arrays of elements have the
k-points last: what is done before the matrices are assembled then runs over long contiguous rows.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dipole import Dipoles, triangle
from hpcph.crystal.lattice import PairTable, Structure
from hpcph.crystal.mesh import into_zone, line_starts


@dataclass(frozen=True)
class Crystal:
    """All that a rank needs to diagonalise k-points.

    structure : the primitive cell
    dipoles : Gonze–Lee part, or None
    shift_pc : ndarray (p, 3), r_b − r_a of the pairs a ≤ b of atoms, fractional
    cells : list of three ndarrays of int, the ranges of T along a, b, c
    kept : ndarray (l,) int, the T_a, T_b (flattened) that carry anything
    series : ndarray (l, p·9·Tc), Φ/√(m m) of U for every pair of atoms, rad² s⁻²
    plane_fl : ndarray (4, l) complex, 1 and i (T_a a + T_b b)_c in m: what turns the series into U and ∂_c U
    column_cpt : ndarray (3, p, Tc) complex, the rest of the factor of ∂_c, i (T_c c + r_b − r_a)_c in m
    gather : ndarray (n·n,) int, where an element of U stands among the p·9, p·9 itself being a zero
    """

    structure: Structure
    dipoles: Dipoles | None
    shift_pc: np.ndarray
    cells: list[np.ndarray]
    kept: np.ndarray
    series: np.ndarray
    plane_fl: np.ndarray
    column_cpt: np.ndarray
    gather: np.ndarray

    @property
    def modes(self) -> int:
        """Number of branches, 3 × atoms."""
        return 3 * len(self.structure.mass_a)


def build(structure: Structure, pairs: PairTable, dipoles: Dipoles | None) -> Crystal:
    """Lay the (short-range) force constants out on a box of lattice translations, mass-weighted."""
    low, high = pairs.cell.min(0), pairs.cell.max(0)
    cells = [np.arange(lo, hi + 1) for lo, hi in zip(low, high, strict=True)]
    atoms = len(structure.mass_a)
    first, second = np.triu_indices(atoms)
    order = np.zeros((atoms, atoms), int)
    order[first, second] = np.arange(len(first))
    upper = np.flatnonzero(pairs.first <= pairs.second)
    a, b = pairs.first[upper], pairs.second[upper]
    box = np.zeros((*(len(c) for c in cells), len(first), 9))
    place = *(pairs.cell[upper] - low).T, order[a, b]
    box[place] += pairs.phi[upper].reshape(-1, 9) / np.sqrt(structure.mass_a[a] * structure.mass_a[b])[:, None]
    box[..., first == second, :] *= triangle()
    table = np.moveaxis(box, 2, -1).reshape(len(cells[0]) * len(cells[1]), -1)
    kept = np.flatnonzero(table.any(axis=1))
    plane = np.stack(np.meshgrid(*cells[:2], indexing="ij"), -1).reshape(-1, 2)[kept] @ structure.lattice_vc[:2]
    shift = structure.fractional_ac[second] - structure.fractional_ac[first]
    column = (shift @ structure.lattice_vc)[:, None] + cells[2][:, None] * structure.lattice_vc[2]
    return Crystal(
        structure=structure,
        dipoles=dipoles,
        shift_pc=shift,
        cells=cells,
        kept=kept,
        series=np.ascontiguousarray(table[kept]),
        plane_fl=np.vstack([np.ones(len(kept)), 1j * plane.T]),
        column_cpt=1j * np.moveaxis(column, 2, 0),
        gather=_gather(order),
    )


def matrices(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """D(k) as a full Hermitian matrix.

    q_kc : ndarray (k, 3) fractional wave vectors

    Returns
    -------
    ndarray (k, n, n) complex, rad² s⁻²
    """
    half = _halves(crystal, q_kc, fields=1)[0]
    return half + half.conj().swapaxes(-1, -2)


def matrices_and_halves(crystal: Crystal, q_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D(k) and half derivatives: ∂D/∂k_c = H_c + H_c†.

    Points that follow each other with the same q_a and q_b (a line along c*) share most of the work.

    q_kc : ndarray (k, 3) fractional wave vectors

    Returns
    -------
    ndarray (k, n, n) complex, rad² s⁻²; only its upper triangle is filled
    ndarray (k, 3, n, n) complex, m rad² s⁻², upper triangular
    """
    half = _halves(crystal, q_kc, fields=4)
    D = half[0]
    np.einsum("knn->kn", D)[...] *= 2
    return D, half[1:].swapaxes(0, 1)


def nonanalytic(
    crystal: Crystal, dipoles: Dipoles, direction_c: np.ndarray, q_c: np.ndarray | None = None
) -> np.ndarray:
    """The dipole term of D at Γ that depends on the Cartesian direction of approach, (n, n) complex Hermitian.

    q_c : ndarray (3,), the Γ of which zone, fractional; of the first where it is left out
    """
    turn = np.ones(1) if q_c is None else _turn(crystal, np.rint(q_c)[None])[:, 0, 0]
    elements = np.append(dipoles.limit(direction_c) * turn[:, None], 0.0)
    half = elements[crystal.gather].reshape(crystal.modes, crystal.modes)
    return half + half.conj().T


def _turn(crystal: Crystal, whole_kc: np.ndarray) -> np.ndarray:
    """e^{iG·(r_b − r_a)} of the pairs for reciprocal vectors G (k, 3) fractional: D(k + G) over D(k), (p, 1, k)."""
    return np.exp(2j * np.pi * (crystal.shift_pc @ whole_kc.T))[:, None]


def _halves(crystal: Crystal, q_kc: np.ndarray, fields: int) -> np.ndarray:
    """U and its derivatives, (fields, k, n, n) complex: the series over the box of T, then the dipoles.

    One field after the other, for what is at work then stays in the processor's cache. Dipoles are summed over the G
    that count in the first zone: beyond it D is that of the wave vector's image there, but for phases.
    """
    pairs, points = len(crystal.shift_pc), len(q_kc)
    given_kc, q_kc = q_kc, q_kc if crystal.dipoles is None else into_zone(crystal.structure, q_kc)
    whole = np.rint(given_kc - q_kc)
    beyond = np.flatnonzero(whole.any(axis=1))
    turn = _turn(crystal, whole[beyond])
    phase = np.exp(2j * np.pi * (crystal.shift_pc @ q_kc.T))[:, None]
    along_c = np.exp(2j * np.pi * np.outer(crystal.cells[2], q_kc[:, 2]))
    lines = line_starts(q_kc)
    columns = _columns(crystal, q_kc[lines], fields)
    if crystal.dipoles is not None:
        dipole_sums = crystal.dipoles.sums(q_kc @ crystal.structure.reciprocal_vc, fields)
    half = np.empty((fields, points, crystal.modes**2), complex)
    elements = np.zeros((pairs * 9 + 1, points), complex)
    # a view: the last row stays zero
    by_pair = elements[:-1].reshape(pairs, 9, points)
    for field in range(fields):
        for line, (start, stop) in enumerate(zip(lines, [*lines[1:], points], strict=True)):
            np.matmul(columns[line, field], along_c[:, start:stop], out=elements[:-1, start:stop])
        by_pair *= phase
        if crystal.dipoles is not None:
            real, imaginary = crystal.dipoles.elements(dipole_sums, field)
            by_pair.real += real
            by_pair.imag += imaginary
        if beyond.size:
            by_pair[..., beyond] *= turn
        np.take(elements.T, crystal.gather, axis=1, out=half[field], mode="clip")
    return half.reshape(fields, points, crystal.modes, crystal.modes)


def _columns(crystal: Crystal, q_lc: np.ndarray, fields: int) -> np.ndarray:
    """Σ_T along a and b for lines of points along c*, phases of T only; (l, fields, p·9, Tc) complex."""
    ta, tb, tc = crystal.cells
    along_a = np.exp(2j * np.pi * np.outer(q_lc[:, 0], ta))
    along_b = np.exp(2j * np.pi * np.outer(q_lc[:, 1], tb))
    plane = (along_a[:, :, None] * along_b[:, None, :]).reshape(len(q_lc), 1, -1)[..., crystal.kept]
    plane = (plane * crystal.plane_fl[:fields]).reshape(-1, len(crystal.kept))
    real, imaginary = np.split(np.vstack([plane.real, plane.imag]) @ crystal.series, 2)
    summed = (real + 1j * imaginary).reshape(len(q_lc), fields, -1, 9, len(tc))
    summed[:, 1:] += crystal.column_cpt[: fields - 1, :, None] * summed[:, :1]
    return summed.reshape(len(q_lc), fields, -1, len(tc))


def _gather(order: np.ndarray) -> np.ndarray:
    """Which of the p·9 elements stands at every place of the matrix; the last, a zero, below the diagonal."""
    atoms = len(order)
    place = (order[:, None, :, None] * 9 + np.arange(9).reshape(3, 1, 3)).reshape(3 * atoms, 3 * atoms)
    return np.where(np.tri(3 * atoms, k=-1), atoms * (atoms + 1) // 2 * 9, place).ravel()
