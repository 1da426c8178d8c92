"""Crystal angular momentum of modes: how they change under the screw (or rotation) axis that k lies on.

The operation {C|τ} by 2π/N about the axis carries atom a to atom a' and turns its displacement. In phonopy's phase
convention a mode of wave vector k along the axis becomes e^{−ik·τ} Σ_a C e_a at a'; C with the permutation of atoms
alone has the eigenvalues e^{−2πi m/N}, and m, like the angular momentum, is +1 for (x + iy)/√2. At Γ and near it,
where the modes follow continuously, m is the crystal angular momentum; it is defined modulo N.

The operation in full has e^{−2πi ℓ/N}, with ℓ = m + N k·τ/2π on the axis: the pseudo-angular momentum, with the phase
that the screw adds (Zhang and Murakami, Phys. Rev. Research 4, L012024). It belongs to every wave vector that the turn
carries to k + G: an atom's part then gets the phase e^{iG·r} of where it is carried to, and ℓ says about which axis of
those that the lattice repeats the crystal is turned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import is_gamma, reciprocal_rotations
from hpcph.phonons.modes import Modes

MIXED = 1e-3  # what may be missing of a block after the operation
SAME = 1e-6  # of a fractional coordinate
LATTICE = np.array(list(product((0, -1, 1), repeat=3)))


@dataclass(frozen=True)
class Turn:
    """{C|τ}, right-handed by 2π/order about an axis.

    rotation : ndarray (3, 3) int, on fractional positions; translation : ndarray (3,) fractional
    """

    rotation: np.ndarray
    translation: np.ndarray
    order: int

    @property
    def whole(self) -> np.ndarray:
        """The lattice vector that it makes when repeated `order` times, (3,) fractional."""
        powers = [np.linalg.matrix_power(self.rotation, j) for j in range(self.order)]
        return np.rint(np.sum(powers, axis=0) @ self.translation)


def turns_about(structure: Structure, axis: np.ndarray) -> list[Turn]:
    """The smallest turn of every order about an axis, (3,) Cartesian, the highest order first.

    Of those that differ by lattice vectors it is that whose own axis is nearest to the origin, and then that of the
    shortest screw: 3₁ goes up and 3₂ down. Repeated `order` times it moves by a lattice vector.
    """
    assert structure.operations is not None
    n = axis / np.linalg.norm(axis)
    columns = structure.lattice_vc.T
    found: dict[int, Turn] = {}
    for rotation, translation in zip(structure.operations.rotations, structure.operations.translations, strict=True):
        R = columns @ rotation @ np.linalg.inv(columns)
        if np.linalg.det(R) < 0 or np.abs(R @ n - n).max() > 1e-6:
            continue
        sine = 0.5 * n @ [R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]]
        angle = np.arctan2(sine, 0.5 * (np.trace(R) - 1)) % (2 * np.pi)
        order = round(2 * np.pi / angle) if angle > 1e-6 else 1
        if order == 1 or order in found or abs(angle - 2 * np.pi / order) > 1e-6:
            continue
        if _closes(rotation, translation):
            found[order] = Turn(rotation, _nearest(structure, translation, n), order)
    return [found[order] for order in sorted(found, reverse=True)]


def _closes(rotation: np.ndarray, translation: np.ndarray) -> bool:
    """Does the operation, repeated until it turns nothing, move by a lattice vector? In a cell that repeats a smaller
    one it may move by a vector of that, and has no labels modulo its order."""
    total, power = translation.astype(float), rotation
    while not np.array_equal(power, np.eye(3)):
        total, power = total + power @ translation, power @ rotation
    return bool(np.abs(total - np.rint(total)).max() < SAME)


def _nearest(structure: Structure, translation: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The translation, fractional, that is closest to n among those that lattice vectors make of it."""
    every = translation - np.rint(translation) + LATTICE
    cartesian = every @ structure.lattice_vc / np.abs(structure.lattice_vc).max()
    along = np.round(cartesian @ n, 6)
    across = np.round(np.linalg.norm(cartesian - np.outer(cartesian @ n, n), axis=1), 6)
    return every[np.lexsort((-along, np.abs(along), across))[0]]


def operator(structure: Structure, turn: np.ndarray) -> np.ndarray:
    """C with the permutation of atoms, (n, n) real orthogonal.

    turn : ndarray (3, 3) int, an operation of the point group on fractional positions
    """
    columns = structure.lattice_vc.T
    C = columns @ turn @ np.linalg.inv(columns)
    assert structure.operations is not None
    same = np.all(structure.operations.rotations == turn, axis=(1, 2))
    image = structure.operations.images[same.argmax()]
    atoms = len(image)
    full = np.zeros((atoms, 3, atoms, 3))
    full[image, :, np.arange(atoms), :] = C
    return full.reshape(3 * atoms, 3 * atoms)


def labels(structure: Structure, modes: Modes, axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Crystal angular momentum m of every mode, −N/2 < m ≤ N/2, and modes that have one.

    The modes of a degenerate block are those of definite m, the largest first. The wave vectors must lie on the axis.

    Returns
    -------
    ndarray (k, n), whole numbers; NaN for modes that the operation mixes with others, as force constants do that obey
        it less well than degenerate modes are told apart
    ndarray (k, m, n) complex, the eigenvectors
    """
    turns = turns_about(structure, axis)
    turn, order = (turns[0].rotation, turns[0].order) if turns else (np.eye(3, dtype=int), 1)
    S = operator(structure, turn)
    label, vectors = np.full(modes.frequency_kn.shape, np.nan), modes.eigenvector_kmn.copy()
    for k, numbers in enumerate(modes.degenerate_blocks()):
        for members in _sets(numbers):
            found = _of_set(S, vectors[k][:, members], order)
            if found is not None:
                label[k, members], vectors[k][:, members] = found[0], vectors[k][:, members] @ found[1]
    return label, vectors


def pseudo_angular_momentum(
    structure: Structure, modes: Modes, l_kn: np.ndarray, q_kc: np.ndarray, direction_kc: np.ndarray, axis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """ℓ of every mode under the highest turn about an axis that leaves its wave vector as it is, modulo N.

    In a degenerate set they stand in falling order of l, as the modes of hpcph.phonons.eigenvectors do.

    l_kn : ndarray (k, n), l along the axis of the modes, which in a set are of definite l; direction_kc : ndarray
    (k, 3) Cartesian, the side from which Γ is approached

    Returns
    -------
    ndarray (k, n), −N/2 < ℓ ≤ N/2; NaN without a turn, and for modes that it mixes with others
    ndarray (k,) int, N; 1 without a turn
    """
    turns = turns_about(structure, axis)
    value, order = np.full(modes.frequency_kn.shape, np.nan), np.ones(len(q_kc), int)
    for k, (q, numbers) in enumerate(zip(q_kc, modes.degenerate_blocks(), strict=True)):
        turn = next((turn for turn in turns if _keeps(structure, turn, q, direction_kc[k])), None)
        if turn is None:
            continue
        N, part = turn.order, round(float(q @ turn.whole), 9)
        S = at(structure, turn, q) * np.exp(2j * np.pi * part / N)  # whose eigenvalues are roots of 1
        order[k] = N
        for members in _sets(numbers):
            found = _of_set(S, modes.eigenvector_kmn[k][:, members], N)
            if found is not None:
                j, rotation = found
                carried = np.abs(rotation.T) ** 2 @ l_kn[k, members]
                folded = N / 2 - (N / 2 - j - part) % N
                value[k, members] = folded[np.lexsort((-j, -np.round(carried, 6)))]
    return value, order


def at(structure: Structure, turn: Turn, q_c: np.ndarray) -> np.ndarray:
    """{C|τ} on the modes of a wave vector that it carries to k + G, (n, n) complex unitary; q_c : ndarray (3,)."""
    G = np.rint(reciprocal_rotations(turn.rotation) @ q_c - q_c)
    phase = np.exp(2j * np.pi * (structure.fractional_ac @ G - (q_c + G) @ turn.translation))
    return np.repeat(phase, 3)[:, None] * operator(structure, turn.rotation)


def _keeps(structure: Structure, turn: Turn, q_c: np.ndarray, direction_c: np.ndarray) -> bool:
    """Does a turn leave a wave vector as it is, and at Γ the line from which that is approached?"""
    moved = reciprocal_rotations(turn.rotation) @ q_c - q_c
    if np.abs(moved - np.rint(moved)).max() > SAME:
        return False
    side = direction_c @ structure.lattice_vc.T
    turned = reciprocal_rotations(turn.rotation) @ side
    either = min(np.abs(turned - side).max(), np.abs(turned + side).max())
    return not is_gamma(q_c[None])[0] or bool(either < SAME * np.abs(side).max())


def _sets(number_n: np.ndarray) -> Iterator[np.ndarray]:
    """Members of every block of a point, single modes included."""
    return (np.flatnonzero(number_n == number) for number in range(number_n[-1] + 1))


def _of_set(S: np.ndarray, e: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Labels and modes of a set, in terms of its vectors e (m, n); None where the operation leads out of it."""
    in_block = e.conj().T @ S @ e
    if np.abs(in_block @ in_block.conj().T - np.eye(e.shape[1])).max() > MIXED:
        return None
    return _definite(in_block, order)


def _definite(S: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """m in falling order and orthonormal vectors of a unitary S, from the projectors Σ_j e^{2πi mj/N} S^j/N."""
    if len(S) == 1:
        m = round(float(-np.angle(S[0, 0]) * order / (2 * np.pi)))
        return np.array([order // 2 - (order // 2 - m) % order]), np.eye(1, dtype=complex)
    powers = np.stack([np.linalg.matrix_power(S, j) for j in range(order)])
    found: list[int] = []
    columns: list[np.ndarray] = []
    for m in range(order // 2, order // 2 - order, -1):
        projector = np.einsum("j,jnm->nm", np.exp(2j * np.pi * m * np.arange(order) / order), powers) / order
        left, size, _ = np.linalg.svd(projector)
        columns += list(left[:, size > 0.5].T)
        found += [m] * int((size > 0.5).sum())
    assert len(found) == len(S), "not an operation of this order"
    return np.array(found), np.array(columns).T
