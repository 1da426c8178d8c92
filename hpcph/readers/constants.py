"""What any file of harmonic force constants says, in SI: what its reader makes of it."""

from dataclasses import dataclass

import numpy as np

TIDY = 1e-6  # by which entries of whole matrices may be off
UNSYMMETRIC = 0.3  # difference of a row of Φ_ab(T) and Φ_ba(−T)ᵀ, relative: no crystal has more


@dataclass(frozen=True)
class SupercellConstants:
    """Force constants of a supercell, dipoles included, exact at the supercell's own wave vectors.

    lattice_vc : ndarray (3, 3), m, rows a, b, c; fractional_ac : ndarray (a, 3)
    symbols : one an atom; mass_a : ndarray (a,), kg, NaN where the file says nothing
    supercell : ndarray (3, 3) int, its lattice vectors as rows in units of a, b, c
    cell_tc : ndarray (t, 3) int, every lattice point T of the supercell once, modulo the supercell
    phi_tab : ndarray (t, a, b, 3, 3), N m⁻¹, ∂²E/∂u_ai(0)∂u_bj(T) summed over all images of T
    born_aij : ndarray (a, 3, 3) in e, first index that of the field, second of the displacement, or None
    epsilon : ndarray (3, 3), ε∞, or None
    remarks : lines that the user should read
    """

    lattice_vc: np.ndarray
    fractional_ac: np.ndarray
    symbols: tuple[str, ...]
    mass_a: np.ndarray
    supercell: np.ndarray
    cell_tc: np.ndarray
    phi_tab: np.ndarray
    born_aij: np.ndarray | None = None
    epsilon: np.ndarray | None = None
    remarks: tuple[str, ...] = ()

    @property
    def home(self) -> int:
        """Which of the lattice points is T = 0."""
        return int(np.flatnonzero(~self.cell_tc.any(axis=1))[0])

    @property
    def asymmetry(self) -> float:
        """By how much Φ_ab(T) and Φ_ba(−T)ᵀ of different atoms differ, of the worst row, relative to it."""
        place = {tuple(point): n for n, point in enumerate(within(self.cell_tc, self.supercell).tolist())}
        back = [place[tuple(point)] for point in within(-self.cell_tc, self.supercell).tolist()]
        between = self.phi_tab.copy()
        atoms = np.arange(len(self.mass_a))
        between[self.home, atoms, atoms] = 0
        apart = between - between[back].transpose(0, 2, 1, 4, 3)
        square, size = (np.einsum("tabij,tabij->ai", part, part) for part in (apart, between))
        return float(np.sqrt((square / np.where(size > 0, size, 1)).max()))

    def dynamical(self, q_c: np.ndarray) -> np.ndarray:
        """D_ij(q) = Σ_T Φ e^{2πi q·T}/√(m m') (3n, 3n), s⁻², of lattice points alone: right at commensurate q."""
        phase = np.exp(2j * np.pi * self.cell_tc @ q_c)
        root = np.sqrt(self.mass_a)
        d = np.einsum("t,tabij->aibj", phase, self.phi_tab) / (root[:, None, None, None] * root[None, None, :, None])
        size = 3 * len(self.mass_a)
        return d.reshape(size, size)


def lattice_points(grid: tuple[int, int, int]) -> np.ndarray:
    """Every T, or numerator of q, of a grid, ndarray (t, 3) int, the last running fastest."""
    return np.indices(grid).reshape(3, -1).T


def within(cells_c: np.ndarray, supercell: np.ndarray) -> np.ndarray:
    """Lattice points, ndarray (…, 3) int, moved into one supercell."""
    steps = cells_c @ np.linalg.inv(supercell)
    return cells_c - np.floor(steps + TIDY).astype(int) @ supercell


def of_matrices(grid: tuple[int, int, int], matrices: np.ndarray) -> np.ndarray:
    """Φ(T) = Σ_q C(q) e^{−2πi q·T}/N, (t, a, b, 3, 3) complex, T in the order of `lattice_points`.

    matrices : ndarray (t, a, b, 3, 3) complex, C of q = `lattice_points`/grid; the imaginary part that comes out is
    what C(−q) = C(q)* is violated by
    """
    shape = matrices.shape
    return np.fft.fftn(matrices.reshape(*grid, *shape[1:]), axes=(0, 1, 2)).reshape(shape) / np.prod(grid)
