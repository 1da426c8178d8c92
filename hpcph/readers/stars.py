"""Force constants at irreducible wave vectors: elements that symmetry gives, whole stars, and the grid they make.

With waves e_a e^{2πi q·T}, phases of lattice points T alone, an operation x → Rx + t that carries atom a of the home
cell to atom g(a) of cell L_a makes of C(q) that at q' = R⁻ᵀq,
    C_{g(a) g(b)}(q') = R C_ab(q) Rᵀ e^{−2πi q'·(L_a − L_b)},   and C(−q) = C(q)*.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod

import numpy as np

from hpcph.crystal.spacegroup import Operations

FINEST = 64  # divisions of a grid
ON_GRID = 1e-6  # how far a wave vector may be off it
FOUND = 1e-6  # relative: an element that hangs on where one starts to look for it by more is not known
EXACT = 1e-14  # of the solution for missing elements
STEPS = 2000  # towards it


@dataclass(frozen=True)
class Waves:
    """How operations act on waves.

    cartesian : ndarray (s, 3, 3); reciprocal : ndarray (s, 3, 3) int, on wave vectors; images : ndarray (s, a) int
    whole : ndarray (s, a, 3) int, the cells L_a
    """

    cartesian: np.ndarray
    reciprocal: np.ndarray
    images: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(cls, at: Operations, lattice_vc: np.ndarray, fractional_ac: np.ndarray) -> "Waves":
        """Those of a space group; lattice_vc : ndarray (3, 3), rows a, b, c."""
        columns = lattice_vc.T
        turned = np.einsum("sij,aj->sai", at.rotations, fractional_ac) + at.translations[:, None]
        return cls(
            cartesian=columns @ at.rotations @ np.linalg.inv(columns),
            reciprocal=np.rint(np.linalg.inv(at.rotations).swapaxes(1, 2)).astype(int),
            images=at.images,
            whole=np.rint(turned - fractional_ac[at.images]).astype(int),
        )

    def star(self, q_c: np.ndarray) -> list[tuple[int, bool, np.ndarray]]:
        """Operation, whether time is reversed, and where it carries a wave vector to."""
        there = self.reciprocal @ q_c
        return [(s, back, -q if back else q) for back in (False, True) for s, q in enumerate(there)]

    def carried(self, c: np.ndarray, s: int, back: bool, q_c: np.ndarray) -> np.ndarray:
        """C at a wave vector of the star from that at its origin, (3n, 3n); q_c : where it is carried to.

        Rows beyond those of the atoms are macroscopic fields, which turn as displacements do.
        """
        atoms, size = self.images.shape[1], len(c) // 3
        image = np.append(self.images[s], np.arange(atoms, size))
        phase = np.ones(size, complex)
        phase[:atoms] = np.exp(-2j * np.pi * self.whole[s] @ (-q_c if back else q_c))
        R = self.cartesian[s]
        turned = np.einsum("ij,ajbk,lk->aibl", R, c.reshape(size, 3, size, 3), R)
        turned = phase[:, None, None, None] * turned * phase.conj()[None, None, :, None]
        found = np.empty_like(turned)
        axes = np.arange(3)
        found[np.ix_(image, axes, image, axes)] = turned
        return (found.conj() if back else found).reshape(3 * size, 3 * size)

    def averaged(self, c: np.ndarray, q_c: np.ndarray) -> np.ndarray:
        """The nearest C that is Hermitian and obeys all operations that leave a wave vector where it is."""
        same = [(s, back) for s, back, there in self.star(q_c) if apart(there, q_c) < ON_GRID]
        total = np.sum([self.carried(c, s, back, q_c) for s, back in same], axis=0) / len(same)
        return 0.5 * (total + total.conj().T)


def completed(
    waves: Waves, q_c: np.ndarray, given: np.ndarray, known: np.ndarray, axes: np.ndarray
) -> np.ndarray | None:
    """C with the elements that are missing, in Cartesian axes, not yet averaged; None where symmetry leaves some open.

    given : ndarray (m, m) complex in the file's own axes, known : ndarray (m, m) bool
    axes : ndarray (m, m), C = axes · given · axesᵀ
    """
    given, known = np.where(known, given, np.where(known.T, given.conj().T, 0)), known | known.T
    missing = np.nonzero(~known)
    if not len(missing[0]):
        return axes @ given @ axes.T
    from scipy.sparse.linalg import LinearOperator, lsqr  # whole files do without

    def broken(c: np.ndarray) -> np.ndarray:
        left = c - waves.averaged(c, q_c)
        return np.concatenate([left.real.ravel(), left.imag.ravel()])

    def filled(x: np.ndarray) -> np.ndarray:
        own = np.zeros(given.shape, complex)
        own[missing] = x[: len(x) // 2] + 1j * x[len(x) // 2 :]
        return axes @ own @ axes.T

    def transposed(y: np.ndarray) -> np.ndarray:
        c = (y[: len(y) // 2] + 1j * y[len(y) // 2 :]).reshape(given.shape)
        own = (axes.T @ (c - waves.averaged(c, q_c)) @ axes)[missing]
        return np.concatenate([own.real, own.imag])

    size = 2 * len(missing[0])
    matrix = LinearOperator((2 * given.size, size), matvec=lambda x: broken(filled(x)), rmatvec=transposed, dtype=float)
    start = np.random.default_rng(0).normal(size=size)
    again = lsqr(matrix, matrix @ start, atol=EXACT, btol=EXACT, iter_lim=STEPS)[0]
    if np.linalg.norm(again - start) > FOUND * np.linalg.norm(start):
        return None
    whole = axes @ given @ axes.T
    return whole + filled(lsqr(matrix, -broken(whole), atol=EXACT, btol=EXACT, iter_lim=STEPS)[0])


def apart(q_c: np.ndarray, other_c: np.ndarray) -> float:
    """How far two wave vectors are from being the same but for a reciprocal lattice vector."""
    between = q_c - other_c
    return float(np.abs(between - np.rint(between)).max())


def rational(q_c: np.ndarray) -> tuple[Fraction, ...] | None:
    """A wave vector within the cell as fractions, None where it is on no grid that is used."""
    found = tuple(Fraction(float(x)).limit_denominator(FINEST) for x in q_c)
    near = max(abs(float(one) - x) for one, x in zip(found, q_c, strict=True)) < ON_GRID
    return tuple(one % 1 for one in found) if near else None


def exact_star(waves: Waves, q_c: np.ndarray) -> set[tuple[Fraction, ...]]:
    """All that operations make of a wave vector, within the cell; nothing of one that is on no grid that is used."""
    if (q := rational(q_c)) is None:
        return set()
    rows = [(sign * matrix).tolist() for matrix in waves.reciprocal for sign in (1, -1)]
    return {tuple(sum((r * x for r, x in zip(row, q, strict=True)), Fraction(0)) % 1 for row in m) for m in rows}


def within(q: tuple[Fraction, ...], divisions: tuple[int, int, int]) -> bool:
    """Whether a wave vector is on a grid."""
    return all((x * n).denominator == 1 for x, n in zip(q, divisions, strict=True))


def grids(waves: Waves, points: set[tuple[Fraction, ...]]) -> list[tuple[int, int, int]]:
    """The grids through Γ with the symmetry of the operations whose points are all there, largest first."""
    finest = [lcm(*(q[c].denominator for q in points)) for c in range(3)]
    each = [[n for n in range(1, min(most, FINEST) + 1) if most % n == 0] for most in finest]
    return [
        n
        for n in sorted(product(each[0], each[1], each[2]), key=lambda n: -prod(n))
        if prod(n) <= len(points)
        and not np.any(waves.reciprocal * np.array(n)[:, None] % np.array(n))
        and missing(points, n) is None
    ]


def missing(points: set[tuple[Fraction, ...]], divisions: tuple[int, int, int]) -> tuple[Fraction, ...] | None:
    """A point of a grid that is not there, None where all are."""
    axes = [[Fraction(i, n) for i in range(min(n, len(points) + 1))] for n in divisions]
    return next((q for q in product(*axes) if q not in points), None)
