"""How long phonons live, by mode and temperature: linewidths on a grid, scattering by boundaries (theory §3)."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import star_operations
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.modes import Modes

NEAR = 1e-6  # steps of the grid: points this close to one of it are that one


@dataclass(frozen=True)
class Linewidths:
    """Rates 1/τ on a mesh through Γ.

    divisions : ndarray (3,) int
    point : ndarray (d,) int, row of the table for every point of the mesh, the last division running fastest
    temperature : ndarray (t,) K, ascending
    rate_tpn : ndarray (t, p, n) s⁻¹, branches in order of frequency
    operations : ndarray (g, 3, 3) int on fractional wave vectors, over which interpolated rates are averaged so that
        they have the crystal's symmetry; None where wave vectors must lie on the mesh
    """

    divisions: np.ndarray
    point: np.ndarray
    temperature: np.ndarray
    rate_tpn: np.ndarray
    operations: np.ndarray | None

    def rates(self, q_kc: np.ndarray, temperature: np.ndarray) -> np.ndarray:
        """1/τ at wave vectors (k, 3) and some of the temperatures (t,), (t, k, n) s⁻¹."""
        table = self.rate_tpn[np.searchsorted(self.temperature, temperature)]
        if self.operations is None:
            steps = q_kc * self.divisions
            assert np.abs(steps - np.rint(steps)).max() < NEAR, "a wave vector off the mesh of the linewidths"
            return table[:, self._row(np.rint(steps))]
        row_kc, share_kc = self._neighbours(q_kc)
        rows, column = np.unique(row_kc, return_inverse=True)
        shares = np.zeros((len(q_kc), len(rows)))
        np.add.at(shares, (np.arange(len(q_kc))[:, None], column.reshape(row_kc.shape)), share_kc)
        return shares @ table[:, rows]

    def anywhere(self, structure: Structure) -> "Linewidths":
        """The same, interpolated off the mesh."""
        return replace(self, operations=star_operations(structure, self.divisions))

    def _neighbours(self, q_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows and shares of trilinear interpolation: the corners of the cells around all images, (k, 8 g) each."""
        assert self.operations is not None
        steps = np.einsum("gij,kj->kgi", self.operations, q_kc) * self.divisions
        near = np.rint(steps)
        steps = np.where(np.abs(steps - near) < NEAR, near, steps)
        low = np.floor(steps)
        upper = steps - low
        rows, shares = [], []
        for corner in product((0, 1), repeat=3):
            rows.append(self._row(low + corner))
            shares.append(np.where(corner, upper, 1 - upper).prod(axis=-1) / len(self.operations))
        return np.concatenate(rows, axis=1), np.concatenate(shares, axis=1)

    def _row(self, steps: np.ndarray) -> np.ndarray:
        """Rows of points given in whole steps, (…, 3)."""
        index = np.moveaxis(steps.astype(int) % self.divisions, -1, 0)
        return self.point[np.ravel_multi_index(tuple(index), tuple(self.divisions))]


@dataclass(frozen=True)
class Scattering:
    """What ends the lives of modes; the rates of its causes add (Matthiessen).

    bulk : linewidths, or one rate in s⁻¹
    boundary : length in m after which a boundary scatters (Casimir), infinite without one
    """

    bulk: Linewidths | float
    boundary: float

    @property
    def everywhere(self) -> bool:
        """Are rates known at any wave vector?"""
        return not isinstance(self.bulk, Linewidths) or self.bulk.operations is not None

    @property
    def nbytes(self) -> int:
        """Size of the table."""
        return self.bulk.rate_tpn.nbytes + self.bulk.point.nbytes if isinstance(self.bulk, Linewidths) else 0

    def anywhere(self, structure: Structure) -> "Scattering":
        """The same, linewidths interpolated off their mesh."""
        if not isinstance(self.bulk, Linewidths) or self.everywhere:
            return self
        return replace(self, bulk=self.bulk.anywhere(structure))

    def reach(self, grid: tuple[int, int, int]) -> bool:
        """Are rates known at all points of a mesh through Γ?"""
        return self.everywhere or not np.any(self.bulk.divisions % np.array(grid))  # type: ignore[union-attr]

    def rates(self, modes: Modes, speed_kn: np.ndarray, q_kc: np.ndarray, temperature: np.ndarray) -> np.ndarray:
        """1/τ of a block of k-points, (t, k, n) s⁻¹; degenerate modes have the mean of their block.

        speed_kn : ndarray (k, n) m s⁻¹
        """
        if isinstance(self.bulk, Linewidths):
            bulk = self.bulk.rates(q_kc, temperature)
        else:
            bulk = np.full((len(temperature), *speed_kn.shape), self.bulk)
        block = modes.degenerate_blocks()
        shared = np.flatnonzero(block[:, -1] < block.shape[1] - 1)
        rates = bulk + speed_kn / self.boundary
        rates[:, shared] = np.moveaxis(block_average(np.moveaxis(rates[:, shared], 0, -1), block[shared]), -1, 0)
        return rates


@dataclass(frozen=True)
class Reference:
    """κ that the program of the linewidths found with them, to compare with.

    name : of its file; temperature : ndarray (t,) K
    relaxed_tij, solved_tij : ndarray (t, 3, 3) W m⁻¹ K⁻¹ in relaxation time and of the Boltzmann equation, or None
    """

    name: str
    temperature: np.ndarray
    relaxed_tij: np.ndarray | None
    solved_tij: np.ndarray | None


def mean_of_stars(rate_tpn: np.ndarray, casimir_pn: np.ndarray, star_p: np.ndarray, weight_p: np.ndarray) -> np.ndarray:
    """Rates 1/τ of stars whose arms have rates of their own, (t, s, n) s⁻¹.

    The sum of v v τ over the arms, made symmetric, is that of the mean of τ, boundaries included: κ and γ^NL are those
    of the sum over every point.

    rate_tpn : ndarray (t, p, n) s⁻¹ of rows; casimir_pn : ndarray (p, n) s⁻¹, |v|/L, which is not in what is returned
    star_p : ndarray (p,) int, star of every row; weight_p : ndarray (p,), points of the mesh that a row stands for
    """
    share = weight_p / np.bincount(star_p, weight_p)[star_p]
    stars = star_p.max() + 1

    def summed(values_pn: np.ndarray) -> np.ndarray:
        sums = np.zeros((stars, values_pn.shape[-1]))
        np.add.at(sums, star_p, share[:, None] * values_pn)
        return sums

    with np.errstate(divide="ignore"):  # translations at Γ live for ever
        total = np.stack([1 / summed(1 / (rate_pn + casimir_pn)) for rate_pn in rate_tpn])
    return np.maximum(total - summed(casimir_pn), 0)


def lifetimes(rate_tkn: np.ndarray) -> np.ndarray:
    """τ, (t, k, n) s; 0 where nothing scatters: uniform translations at Γ and modes at rest, which carry nothing."""
    return np.divide(1, rate_tkn, out=np.zeros_like(rate_tkn), where=rate_tkn > 0)
