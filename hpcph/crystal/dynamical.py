"""D(k) and ∂D/∂k as a lattice Fourier series plus the dipole part, phonopy's phase convention (theory §1).

D_{aμ,bν}(k) = (m_a m_b)^-½ Σ_T Φ_ab(T) e^{ik·(T + r_b − r_a)} + D^dd(k). Of Hermitian matrices only the blocks of atoms
a ≤ b are summed, and only an upper triangle U with half the diagonal is kept: D = U + U†. Arrays of elements have the
k-points last: what is done before the matrices are assembled then runs over long contiguous rows.

The T of a pair of atoms are counted from its lowest on, for all pairs alike. With t = T less half of the largest, along
a and b, two opposite t need cos and sin of one angle: Φ(t) e^{iθ} + Φ(−t) e^{−iθ} = (Φ(t) + Φ(−t)) cos θ +
i (Φ(t) − Φ(−t)) sin θ, so that sums and differences are stored, and half the products done.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.dipole import Dipoles, pairs_of, triangle
from hpcph.crystal.lattice import PairTable, Structure
from hpcph.crystal.mesh import into_zone, line_starts


@dataclass(frozen=True)
class Crystal:
    """All that a rank needs to diagonalise k-points.

    structure : the primitive cell
    dipoles : Gonze–Lee part, or None
    shift_pc : ndarray (p, 3), separations x − T of the pairs a ≤ b of atoms, T counted from their lowest, fractional
    ends_p : three ndarrays (p,) int, first and second atom of the pairs, and which of lowest_tc their lowest T is
    lowest_tc : ndarray (t, 3) int, the different ones
    sizes : how many T there are along a, b, c
    plane_lc : ndarray (l, 2), one t of each two opposite ones, in units of a, b
    series : of every T along c, ndarray (2, at most l, p·9): sum and difference of Φ/√(m m) of U at the two opposite t,
        of those t that carry anything, rad² s⁻²; the inner t, which do so at most T along c, come first
    gather : ndarray (n·n,) int, where an element of U stands among the p·9, p·9 itself being a zero
    """

    structure: Structure
    dipoles: Dipoles | None
    shift_pc: np.ndarray
    ends_p: tuple[np.ndarray, np.ndarray, np.ndarray]
    lowest_tc: np.ndarray
    sizes: tuple[int, int, int]
    plane_lc: np.ndarray
    series: tuple[np.ndarray, ...]
    gather: np.ndarray

    @property
    def nbytes(self) -> int:
        """Bytes of the series, which are most of it."""
        return sum(table.nbytes for table in self.series)

    @property
    def centre(self) -> np.ndarray:
        """T − t in units of a, b, c, (3,)."""
        return np.array([(self.sizes[0] - 1) / 2, (self.sizes[1] - 1) / 2, 0])

    @property
    def modes(self) -> int:
        """Number of branches, 3 × atoms."""
        return 3 * len(self.structure.mass_a)


def build(structure: Structure, pairs: PairTable, dipoles: Dipoles | None) -> Crystal:
    """Lay the table of force constants out on a box of lattice translations, mass-weighted; zeros are left out."""
    atoms = len(structure.mass_a)
    first, second = pairs_of(atoms)
    order = np.zeros((atoms, atoms), int)
    order[first, second] = np.arange(len(first))
    used = np.flatnonzero((pairs.first <= pairs.second) & pairs.phi.any(axis=(1, 2)))
    a, b, cell = pairs.first[used], pairs.second[used], pairs.cell[used]
    phi = pairs.phi[used].reshape(-1, 9) / np.sqrt(structure.mass_a[a] * structure.mass_a[b])[:, None]
    phi[a == b] *= triangle()
    pair = order[a, b]
    lowest = np.full((len(first), 3), cell.max(axis=0, initial=0))
    np.minimum.at(lowest, pair, cell)
    place = cell - lowest[pair]
    sizes = place.max(axis=0, initial=0) + 1
    plane, series = _folded(place, sizes, pair, phi, len(first))
    different, which = np.unique(lowest, axis=0, return_inverse=True)
    return Crystal(
        structure=structure,
        dipoles=dipoles,
        shift_pc=structure.fractional_ac[second] - structure.fractional_ac[first] + lowest,
        ends_p=(first, second, which.ravel()),
        lowest_tc=different,
        sizes=(int(sizes[0]), int(sizes[1]), int(sizes[2])),
        plane_lc=plane,
        series=series,
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


def triangles(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """D(k) of which only the upper triangle is filled, as of `matrices_and_halves`, (k, n, n) complex in rad² s⁻²."""
    return _doubled(_halves(crystal, q_kc, fields=1)[0])


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
    return _doubled(half[0]), half[1:].swapaxes(0, 1)


def _doubled(half: np.ndarray) -> np.ndarray:
    """The upper triangle of D from U, in its place: the diagonal of U is half that of D."""
    np.einsum("knn->kn", half)[...] *= 2
    return half


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


def _phases(crystal: Crystal, q_kc: np.ndarray) -> np.ndarray:
    """e^{ik·shift} of the pairs, (p, 1, k), as products of those of atoms and of the few lowest T."""
    first, second, which = crystal.ends_p
    atom, lowest = (np.exp(2j * np.pi * (x @ q_kc.T)) for x in (crystal.structure.fractional_ac, crystal.lowest_tc))
    return (atom[second] * atom[first].conj() * lowest[which])[:, None]


def _halves(crystal: Crystal, q_kc: np.ndarray, fields: int) -> np.ndarray:
    """U and its derivatives, (fields, k, n, n) complex: the series over the box of T, then the dipoles.

    One field after the other, for what is at work then stays in the processor's cache. Dipoles are summed over the G
    that count in the first zone: beyond it D is that of the wave vector's image there, but for phases. Along the normal
    of a layer no wave runs: what q has along it does nothing, and derivatives along it are zero.
    """
    pairs, points = len(crystal.shift_pc), len(q_kc)
    q_kc = q_kc * crystal.structure.periodic
    given_kc, q_kc = q_kc, q_kc if crystal.dipoles is None else into_zone(crystal.structure, q_kc)
    whole = np.rint(given_kc - q_kc)
    beyond = np.flatnonzero(whole.any(axis=1))
    turn = _turn(crystal, whole[beyond])
    phase = _phases(crystal, q_kc)
    lines = line_starts(q_kc)
    ranges = list(zip(lines, [*lines[1:], points], strict=True))
    columns = _columns(crystal, q_kc[lines], fields)
    middle = np.repeat(q_kc[lines] @ crystal.centre, [stop - start for start, stop in ranges])
    along_c = np.exp(2j * np.pi * (np.outer(np.arange(crystal.sizes[2]), q_kc[:, 2]) + middle))
    turned = np.concatenate([along_c, 1j * along_c]).view(float)  # what real and imaginary parts are multiplied by
    if crystal.dipoles is not None:
        dipole_sums = crystal.dipoles.sums(q_kc @ crystal.structure.reciprocal_vc, fields)
    half = np.empty((fields, points, crystal.modes**2), complex)
    elements = np.zeros((pairs * 9 + 1, points), complex)
    # views: the last row stays zero
    by_pair, parts = elements[:-1].reshape(pairs, 9, points), elements[:-1].view(float)
    for field in range(fields):
        for line, (start, stop) in enumerate(ranges):
            here = slice(2 * start, 2 * stop)
            np.matmul(columns[field, line].T, turned[:, here], out=parts[:, here])
        by_pair *= phase
        if crystal.dipoles is not None:
            crystal.dipoles.add_to(by_pair, dipole_sums, field)
        if beyond.size:
            by_pair[..., beyond] *= turn
        np.take(elements.T, crystal.gather, axis=1, out=half[field], mode="clip")
    return half.reshape(fields, points, crystal.modes, crystal.modes)


def _columns(crystal: Crystal, q_lc: np.ndarray, fields: int) -> np.ndarray:
    """Σ_t along a and b for lines of points along c*, and that times i x: real, then imaginary parts.

    Where neither a nor b has a component along z, or y and z, as in most cells, t does not change those of x.

    Returns
    -------
    ndarray (fields, l, 2·Tc, p·9), phases of t only
    """
    lattice, size = crystal.structure.lattice_vc * crystal.structure.periodic[:, None], crystal.sizes[2]
    along = (crystal.plane_lc @ lattice[:2]).T[: fields - 1]
    turning = 1 + np.flatnonzero(along.any(axis=1)).max(initial=-1) + 1  # fields in which t is more than a phase
    angle = 2 * np.pi * (q_lc[:, :2] @ crystal.plane_lc.T)
    wave = np.stack([np.cos(angle), np.sin(angle)])
    slope = np.stack([-wave[1], wave[0]])[:, None] * along[: turning - 1, None]
    weight = np.concatenate([wave[:, None], slope], axis=1).reshape(2, turning * len(q_lc), -1)
    summed = np.empty((fields, len(q_lc), 2, size, 9 * len(crystal.shift_pc)))
    summed[turning:] = 0.0
    rows = summed[:turning].reshape(-1, *summed.shape[2:])
    for c, tables in enumerate(crystal.series):
        for part, table in enumerate(tables):
            np.matmul(weight[part, :, : len(table)], table, out=rows[:, part, c])
    rest = (crystal.shift_pc + crystal.centre) @ lattice + np.arange(size)[:, None, None] * lattice[2]
    for field, x in enumerate(np.repeat(rest, 9, axis=1).transpose(2, 0, 1)[: fields - 1], 1):  # x less that of t
        for line, found in zip(summed[0], summed[field], strict=True):
            found[0] -= x * line[1]
            found[1] += x * line[0]
    return summed.reshape(fields, len(q_lc), 2 * size, -1)


def _folded(
    place: np.ndarray, sizes: np.ndarray, pair: np.ndarray, phi: np.ndarray, pairs: int
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """plane_lc and series of a Crystal from elements (e, 9) of the pairs of atoms (e,) at T (e, 3)."""
    ahead = place[:, 0] * sizes[1] + place[:, 1]
    opposite = sizes[0] * sizes[1] - 1 - ahead
    number, row = np.unique(np.minimum(ahead, opposite), return_inverse=True)
    folded = np.zeros((2, len(number), sizes[2], pairs, 9))
    for side, sign in ((ahead <= opposite, 1), (ahead > opposite, -1)):
        at = row[side], place[side, 2], pair[side]
        folded[0][at] += phi[side]
        folded[1][at] += sign * phi[side]  # of t = 0 too, whose sine is zero
    folded = folded.reshape(*folded.shape[:3], 9 * pairs)
    some = np.asarray(folded.any(axis=(0, 3)))
    inner = np.argsort(-some.sum(axis=1), kind="stable")
    lengths = (some[inner] * np.arange(1, len(number) + 1)[:, None]).max(axis=0, initial=0)
    t = np.stack(np.divmod(number[inner], sizes[1]), axis=1) - (sizes[:2] - 1) / 2
    return t, tuple(np.ascontiguousarray(folded[:, inner[:length], c]) for c, length in enumerate(lengths))


def _gather(order: np.ndarray) -> np.ndarray:
    """Which of the p·9 elements stands at every place of the matrix; the last, a zero, below the diagonal."""
    atoms = len(order)
    place = (order[:, None, :, None] * 9 + np.arange(9).reshape(3, 1, 3)).reshape(3 * atoms, 3 * atoms)
    return np.where(np.tri(3 * atoms, k=-1), atoms * (atoms + 1) // 2 * 9, place).ravel()
