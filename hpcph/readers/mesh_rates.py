"""Rates 1/τ of modes on a mesh, whichever program calculated them, and the way from its points to those of a crystal.

A reader makes MeshRates of its files; all that follows is the same for all of them. Whatever is wrong is Unsound, which
the reader's context makes the complaint about its file.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hpcph.crystal import mesh
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.lattice import Structure
from hpcph.disk.guard import Unsound
from hpcph.errors import InputError
from hpcph.phonons.lifetimes import Reference
from hpcph.phonons.modes import diagonalise

TOLERANCE = 0.03  # of the highest frequency: rates are often taken from other force constants
ORDERED = 1e-6  # of the highest frequency, by which rounding may put branches out of order
NEAR = 1e-3  # K: a temperature of the file this close is the one that is asked for
ON_MESH = 1e-5  # steps
FAR = 1e3  # reciprocal lattice vectors: no wave vector is further from Γ
POINTS = 1 << 24  # of a mesh
FASTEST, SLOWEST = 1e19, 1e-138  # s⁻¹: no mode lives shorter, and one that lives longer counts as living for ever


@dataclass(frozen=True)
class MeshRates:
    """What a program says about the rates of modes on a mesh through Γ, at least at one point of every star.

    name : of its file
    divisions : ndarray (3,) int; q_pc : ndarray (p, 3) fractional; frequency_pn : ndarray (p, n) Hz, ascending
    weight_p : ndarray (p,), to how many points of the mesh each contributes, as the file says
    temperature : ndarray (t,) K, ascending
    rate : 1/τ at the temperature of a number, (p, n) s⁻¹, read when it is asked for; all causes but boundaries
    boundary : length L in m after which boundaries scatter too, infinite without
    relaxed_tij, solved_tij : ndarray (t, 3, 3) W m⁻¹ K⁻¹, its own κ in relaxation time and beyond, or None
    remarks : what the user should know about the rates
    """

    name: str
    divisions: np.ndarray
    q_pc: np.ndarray
    frequency_pn: np.ndarray
    weight_p: np.ndarray
    temperature: np.ndarray
    rate: Callable[[int], np.ndarray]
    boundary: float = np.inf
    relaxed_tij: np.ndarray | None = None
    solved_tij: np.ndarray | None = None
    remarks: tuple[str, ...] = ()

    @property
    def mesh(self) -> str:
        """Such as 24×24×24."""
        return "×".join(map(str, self.divisions))


def require_mesh(divisions: np.ndarray) -> np.ndarray:
    """Three whole divisions of a mesh that is not too large, (3,) int. Raises Unsound."""
    whole = divisions.shape == (3,) and divisions.dtype.kind in "iu" and divisions.min() >= 1
    if not whole or divisions.astype(float).prod() > POINTS:
        raise Unsound("has no mesh of three divisions")
    return divisions.astype(int)


def require_points(divisions: np.ndarray, q_pc: np.ndarray) -> None:
    """Raise Unsound where wave vectors are not on the mesh."""
    if q_pc.ndim != 2 or q_pc.shape[1] != 3 or np.abs(q_pc).max() > FAR or not _off_mesh(q_pc, divisions) < ON_MESH:
        raise Unsound("is damaged: its wave vectors are not on its mesh")


def require_branches(q_pc: np.ndarray, frequency_pn: np.ndarray, weight_p: np.ndarray) -> None:
    """Raise Unsound where frequencies and weights are not those of the points."""
    ordered = frequency_pn.ndim == 2 and np.diff(frequency_pn, axis=1).min(initial=0) >= -ORDERED * frequency_pn.max()
    if not ordered or len(frequency_pn) != len(q_pc):
        raise Unsound("is damaged: its frequencies are not those of its points, ascending")
    if weight_p.shape != (len(q_pc),) or not 0 < weight_p.min() <= weight_p.max() <= POINTS:
        raise Unsound("is damaged: its weights are not those of its points")


def require_rising(temperature: np.ndarray) -> None:
    """Raise Unsound where temperatures do not rise."""
    if not temperature.size or np.any(np.diff(temperature) <= 0):
        raise Unsound("is damaged: its temperatures do not rise")


def require_rates(rate: np.ndarray) -> np.ndarray:
    """Rates in s⁻¹, those below all others as zero. Raises Unsound where they are none."""
    if not np.all(np.isfinite(rate)):
        raise Unsound("is damaged: it holds numbers that are not finite")
    if rate.min(initial=0) < 0:
        raise Unsound(f"has negative rates 1/τ, down to {rate.min():.2g} s⁻¹")
    if rate.max(initial=0) > FASTEST:
        raise Unsound(f"is damaged: it has rates 1/τ up to {rate.max():.2g} s⁻¹")
    return np.where(rate < SLOWEST, 0, rate)


def _off_mesh(q_pc: np.ndarray, divisions: np.ndarray) -> float:
    """Largest distance from a point of the mesh, in steps."""
    return float(np.abs(q_pc * divisions - np.rint(q_pc * divisions)).max())


def steps(q_pc: np.ndarray, divisions: np.ndarray) -> np.ndarray:
    """Points of the mesh in whole steps from Γ, each 0 … n − 1."""
    return np.rint(q_pc * divisions).astype(int) % divisions


def stars(found: MeshRates, structure: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Star of every row, (p,) int, and of every point of the whole mesh, (d,) int, the last division running fastest.

    Raises Unsound where point group and time reversal do not bring the rows to every point.
    """
    n = found.divisions
    rows = np.ravel_multi_index(tuple(steps(found.q_pc, n).T), tuple(n))
    if len(rows) * len(mesh.star_operations(structure, n)) < n.prod():  # nor need the whole mesh be looked at
        raise Unsound(f"has {len(rows)} points, too few for its mesh: it is of another crystal or symmetry")
    whole = mesh.stars(structure, n)
    known, star = np.unique(whole[rows], return_inverse=True)
    lacking = ~np.isin(whole, known)
    if np.any(lacking):
        raise Unsound(f"lacks {lacking.sum()} of {n.prod()} points of its mesh: it is of another crystal or symmetry")
    return star.ravel(), np.searchsorted(known, whole)


def difference(found: MeshRates, crystal: Crystal) -> float:
    """Largest difference of the frequencies from those of the crystal, Hz. Raises Unsound if it is another crystal."""
    theirs = found.frequency_pn
    if theirs.shape[1] != crystal.modes:
        raise Unsound(f"is of another crystal: it has {theirs.shape[1]} modes, this one {crystal.modes}")
    parts = mesh.blocks(found.q_pc, mesh.block_size(crystal.modes))
    ours = np.concatenate([diagonalise(crystal, found.q_pc[part]).frequency_kn for part in parts]) / (2 * np.pi)
    apart = float(np.abs(theirs - ours).max())
    if not apart < TOLERANCE * ours.max():
        raise Unsound(f"is of another crystal or cell: its frequencies differ by up to {apart / 1e12:.2g} THz")
    return apart


def at(found: MeshRates, temperature: np.ndarray, interpolated: bool) -> np.ndarray:
    """1/τ at temperatures (t,) K, (t, p, n) s⁻¹.

    interpolated : linearly between the temperatures of the file, which else must have each of them

    Raises InputError where it lacks one, Unsound where rates are none.
    """
    known = found.temperature
    last = np.clip(np.searchsorted(known, temperature + NEAR) - 1, 0, None)
    step = np.clip(last + 1, None, len(known) - 1)
    share = np.clip((temperature - known[last]) / np.where(step > last, known[step] - known[last], 1), 0, 1)
    nearest = np.where(share > 0.5, step, last)
    exact = np.abs(known[nearest] - temperature) < NEAR
    outside = (temperature < known[0] - NEAR) | (temperature > known[-1] + NEAR)
    if missing := temperature[outside if interpolated else ~exact].tolist():
        between = f"{known.min():g} to {known.max():g} K" if len(known) > 1 else f"{known[0]:g} K"
        fix = f"{found.name} has {between}; calculate the linewidths there"
        inside = bool(known[0] < missing[0] < known[-1])
        raise InputError("temperature", f"{missing[0]:g}", fix + ", or set lifetime.interpolate" * inside)
    total = np.empty((len(temperature), *found.frequency_pn.shape))
    for row, (low, high, part, here, as_is) in enumerate(zip(last, step, share, nearest, exact, strict=True)):
        total[row] = found.rate(here) if as_is else (1 - part) * found.rate(low) + part * found.rate(high)
    return total


def conductivity(found: MeshRates, structure: Structure) -> Reference:
    """The program's own κ, to compare with; made symmetric, which that of points calculated by themselves is not."""
    kept = structure.rotations_cartesian[mesh.preserving(structure, found.divisions, np.zeros(3))]
    relaxed, solved = (
        None if tensors is None else np.einsum("gij,tjk,glk->til", kept, tensors, kept) / len(kept)
        for tensors in (found.relaxed_tij, found.solved_tij)
    )
    return Reference(found.name, found.temperature, relaxed, solved)
