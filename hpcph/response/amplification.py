"""How much more the feedback makes of what is driven, ⟨L⟩ = (1 − Γ)⁻¹⟨L⟩⁰, theory §4.

Three numbers: the component along the axis, η = n·⟨L⟩/n·⟨L⟩⁰; the length, |⟨L⟩|/|⟨L⟩⁰|; the largest eigenvalue of Γ,
which alone decides about the threshold. Where Γ keeps the axis, n·Γ = γ^LL n, as on a symmetry axis or in a body that
turns about its axis alone, η is 1/(1 − γ^LL) whatever is driven; elsewhere it can have any size and sign.
"""

from dataclasses import dataclass

import numpy as np

KEPT = 1e-12  # of the largest component of Γ: what is smaller across the axis is rounding
FORBIDDEN = 1e-12  # of |⟨L⟩⁰|: a component along the axis that is smaller is rounding


@dataclass(frozen=True)
class Amplification:
    """By temperature and sample, ndarrays (t, r); NaN where there is no solution, or nothing known to be driven.

    along : η; length : |⟨L⟩|/|⟨L⟩⁰|, None where nothing that drives is known; kept : bool, is η that of γ^LL alone?
    """

    along: np.ndarray
    length: np.ndarray | None
    kept: np.ndarray


def amplification(
    gamma_trij: np.ndarray, total_tr: np.ndarray, axis_ri: np.ndarray, driven_tri: np.ndarray | None, solvable_tr
) -> Amplification:
    """Of a Γ whose component along the axis is γ^LL = total_tr; tensors and vectors in one frame a sample.

    axis_ri : ndarray (r, 3), unit vectors; driven_tri : ndarray (t, r, 3), ⟨L⟩⁰ in any unit
    solvable_tr : ndarray (t, r) bool, has the linear response a solution?
    """
    across = np.einsum("ri,trij->trj", axis_ri, gamma_trij) - total_tr[..., None] * axis_ri
    kept = np.abs(across).max(axis=-1) <= KEPT * np.abs(gamma_trij).max(axis=(-2, -1))
    along = np.where(solvable_tr, 1 / np.where(solvable_tr, 1 - total_tr, 1.0), np.nan)
    if driven_tri is None:
        return Amplification(np.where(kept, along, np.nan), None, kept)
    size = np.abs(driven_tri).max(axis=-1, keepdims=True)
    source = np.divide(driven_tri, size, out=np.zeros_like(driven_tri), where=size > 0)
    system = np.where(solvable_tr[..., None, None], np.eye(3) - gamma_trij, np.eye(3))
    coupled = np.linalg.solve(system, source[..., None])[..., 0]
    coupled[~solvable_tr] = np.nan
    component = np.einsum("ri,tri->tr", axis_ri, source)
    there = np.abs(component) > FORBIDDEN
    ratio = np.einsum("ri,tri->tr", axis_ri, coupled) / np.where(there, component, np.nan)
    after, before = (np.linalg.norm(vector, axis=-1) for vector in (coupled, source))
    length = np.divide(after, before, out=np.where(kept, along, np.nan), where=before > 0)  # nothing: as along the axis
    return Amplification(np.where(kept, along, ratio), length, kept)


def errors(
    gamma_trij: np.ndarray,
    opened_trij: np.ndarray,
    axis: np.ndarray,
    driven_ti: np.ndarray,
    open_ti: np.ndarray,
    found: Amplification,
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the errors of η and of |⟨L⟩|/|⟨L⟩⁰|, to first order, (t, r) each, NaN where these are.

    With the row a = n·(1 − Γ)⁻¹ that of η is (|a|·δΓ|⟨L⟩| + |a − ηn|·δ⟨L⟩⁰)/|n·⟨L⟩⁰|; that of the length has the
    direction of ⟨L⟩ in the place of n. (Where Γ keeps the axis the first is η² δγ^LL, whatever is driven.)

    opened_trij, open_ti : δΓ and δ⟨L⟩⁰, not negative; axis : (3,) unit vector; all Cartesian
    """
    assert found.length is not None
    solvable = np.isfinite(found.length)
    size = np.abs(driven_ti).max(axis=-1, keepdims=True)
    source, doubt = (np.divide(x, size, out=np.zeros_like(x), where=size > 0) for x in (driven_ti, open_ti))
    system = np.where(solvable[..., None, None], np.eye(3) - gamma_trij, np.eye(3))
    inverse = np.linalg.inv(system)
    coupled = np.einsum("trij,tj->tri", inverse, source)
    pushed = np.einsum("trij,trj->tri", opened_trij, np.abs(coupled))

    def bound(left: np.ndarray, kept: np.ndarray, over: np.ndarray) -> np.ndarray:
        row = np.einsum("tri,trij->trj", left, inverse)
        change = (np.abs(row) * pushed).sum(axis=-1) + (np.abs(row - kept) * doubt[:, None]).sum(axis=-1)
        return np.divide(change, over, out=np.full(solvable.shape, np.nan), where=solvable & (over > 0))

    normal = np.broadcast_to(axis, coupled.shape)
    along = bound(normal, found.along[..., None] * normal, np.abs(source @ axis)[:, None])
    straight, before = (x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-300) for x in (coupled, source))
    length = bound(straight, found.length[..., None] * before[:, None], np.linalg.norm(source, axis=-1)[:, None])
    return along, length
