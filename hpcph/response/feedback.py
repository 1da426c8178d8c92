"""Feedback of the total angular momentum on itself through the L-L coupling, theory §4."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from hpcph.response.amplification import Amplification, amplification
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse

ROUNDING = 1e-12  # of the largest eigenvalue of Γ: what is smaller is zero, and so is a distance to the threshold


class Coupling(Enum):
    """Sign of the L-L coupling: parallel amplifies (the Letter's statement), antiparallel screens (its Eq. 2c)."""

    PARALLEL = 1
    ANTIPARALLEL = -1


@dataclass(frozen=True)
class Feedback:
    """The coupled response at every temperature t and sample r; `scale` multiplies χ in all of it.

    gamma_diagonal, gamma_off_diagonal, gamma_total, gamma_unscaled : ndarrays (t, r), γ^LL along the axis
    largest : ndarray (t, r), eigenvalue of Γ, 1 at the threshold; 0 where none is positive
    amplified : what becomes of the ⟨L⟩⁰ that a gradient along the axis, or the given density, is
    critical_radius : ndarray (t,) m, at which it ceases to have one, proportions kept; NaN if it never does
    pam_density : ndarray (t, r, 3) J s m⁻³, NaN where supercritical; None where nothing drives any
    """

    scale: float
    coupling: Coupling
    gamma_diagonal: np.ndarray
    gamma_off_diagonal: np.ndarray
    gamma_total: np.ndarray
    gamma_unscaled: np.ndarray
    largest: np.ndarray
    amplified: Amplification
    critical_radius: np.ndarray
    pam_density: np.ndarray | None

    @property
    def supercritical(self) -> int:
        """Number of (temperature, sample) points without a solution."""
        return int((~self.solvable).sum())

    @property
    def amplification(self) -> np.ndarray:
        """η along the axis, (t, r)."""
        return self.amplified.along

    @property
    def solvable(self) -> np.ndarray:
        """Has the linear response a solution? (t, r) bool. Closer to the threshold, rounding would decide."""
        return solvable(self.largest)


def solvable(largest_tr: np.ndarray) -> np.ndarray:
    """Where the largest eigenvalue of Γ leaves the linear response a solution, (t, r) bool."""
    return largest_tr < 1 - ROUNDING


def along(chi: np.ndarray, samples: Samples, axis: np.ndarray) -> np.ndarray:
    """V_sample n·χ I⁻¹·n, (t, r) for χ (t, 3, 3); 2χ/(ρr²) for a cylinder."""
    n = axis / np.linalg.norm(axis)
    return np.einsum("i,tij,rjk,k->tr", n, chi, samples.inverse_inertia_rij, n)


def of_radius(gamma_t: np.ndarray, reference: float, radius_r: np.ndarray) -> np.ndarray:
    """γ^LL (t, r) of samples with the proportions of one whose radius is `reference` and whose γ^LL is gamma_t (t,)."""
    return gamma_t[:, None] * (reference / radius_r) ** 2


def radius_at(level: float, gamma_t: np.ndarray, reference: float) -> np.ndarray:
    """Radius (t,) at which γ^LL has the level, the inverse of `of_radius`; NaN where no radius has it."""
    ratio = gamma_t / level
    return reference * np.sqrt(np.where(ratio > 0, ratio, np.nan))


def feedback(
    thermal: ThermalResponse,
    samples: Samples,
    pam_density: np.ndarray | None,
    axis: np.ndarray,
    coupling: Coupling,
    scale: float,
) -> Feedback:
    """Solve ⟨L⟩ = ⟨L⟩⁰ + Γ⟨L⟩ with Γ = ± scale · V_sample χ I⁻¹ for the vector L.

    Without a density, what a gradient along the axis would drive is amplified, where a lifetime says what that is.

    pam_density : ndarray (t, 3), the density without feedback, J s m⁻³; None where nothing drives any
    """
    factor = scale * coupling.value
    own_rij, tensor = coupling_tensor(thermal[CHI], samples.inverse_inertia_rij, factor)
    eigenvalues = np.linalg.eigvals(tensor).real  # real: Γ is similar to a symmetric matrix
    strongest = eigenvalues.max(axis=-1)
    strongest = np.where(strongest > ROUNDING * np.abs(eigenvalues).max(axis=-1), strongest, 0.0)
    diagonal = factor * along(thermal[CHI, DIAGONAL], samples, axis)
    off_diagonal = factor * along(thermal[CHI, OFF_DIAGONAL], samples, axis)
    total = diagonal + off_diagonal
    first, solved = strongest[:, 0], solvable(strongest)
    driven = pam_density
    if driven is None and GAMMA_NL in thermal:
        driven = thermal[GAMMA_NL] @ axis
    return Feedback(
        scale=scale,
        coupling=coupling,
        gamma_diagonal=diagonal,
        gamma_off_diagonal=off_diagonal,
        gamma_total=total,
        gamma_unscaled=total / scale,
        largest=strongest,
        amplified=amplified(own_rij, tensor, total, axis, driven, solved),
        critical_radius=np.where(first > 0, samples.radius_r[0] * np.sqrt(first), np.nan),
        pam_density=None if pam_density is None else _solved(tensor, own_rij, pam_density, solved),
    )


def amplified(
    own_rij: np.ndarray,
    tensor_trij: np.ndarray,
    total_tr: np.ndarray,
    axis: np.ndarray,
    driven_ti: np.ndarray | None,
    solvable_tr: np.ndarray,
) -> Amplification:
    """What a Γ in the samples' principal directions makes of a Cartesian ⟨L⟩⁰, (t, 3) in any unit or None."""
    n = axis / np.linalg.norm(axis)
    driven = None if driven_ti is None else np.einsum("rai,ta->tri", own_rij, driven_ti)
    return amplification(tensor_trij, total_tr, np.einsum("rai,a->ri", own_rij, n), driven, solvable_tr)


def coupling_tensor(chi_tij: np.ndarray, inverse_rij: np.ndarray, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """The samples' principal directions (r, 3, 3), columns, and Γ = factor · χ V_sample I⁻¹ in them, (t, r, 3, 3)."""
    lever_ri, own_rij = _principal(inverse_rij)
    tensor = factor * np.einsum("rai,tab,rbj,rj->trij", own_rij, chi_tij, own_rij, lever_ri, optimize=True)
    return own_rij, tensor


def _solved(tensor_trij: np.ndarray, own_rij: np.ndarray, pam_density: np.ndarray, solvable: np.ndarray) -> np.ndarray:
    """(1 − Γ)⁻¹⟨L⟩⁰, (t, r, 3), NaN where it has no solution; Γ in the samples' principal directions."""
    system = np.where(solvable[..., None, None], np.eye(3) - tensor_trij, np.eye(3))
    source = np.einsum("rai,ta->tri", own_rij, pam_density)[..., None]
    coupled = np.einsum("rai,tri->tra", own_rij, np.linalg.solve(system, source)[..., 0])
    coupled[~solvable] = np.nan
    return coupled


def _principal(inverse_rij: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Principal values (r, 3) and directions (r, 3, 3), columns, of V_sample I⁻¹.

    A sample that cannot turn about a direction has an exact zero there, however strong the coupling about the others.
    """
    lever, own = np.linalg.eigh(inverse_rij)
    return np.where(lever > ROUNDING * lever[:, -1:], lever, 0.0), own
