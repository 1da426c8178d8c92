"""Feedback of the total angular momentum on itself through the L-L coupling, theory §4."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI, DIAGONAL, OFF_DIAGONAL
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
    amplification : ndarray (t, r), η = 1/(1 − γ^LL), NaN where the linear response has no solution
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
    amplification: np.ndarray
    critical_radius: np.ndarray
    pam_density: np.ndarray | None

    @property
    def supercritical(self) -> int:
        """Number of (temperature, sample) points without a solution."""
        return int(np.isnan(self.amplification).sum())


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

    pam_density : ndarray (t, 3), the density without feedback, J s m⁻³; None where nothing drives any
    """
    factor = scale * coupling.value
    lever_ri, own_rij = _principal(samples.inverse_inertia_rij)
    tensor = factor * np.einsum("rai,tab,rbj,rj->trij", own_rij, thermal[CHI], own_rij, lever_ri, optimize=True)
    eigenvalues = np.linalg.eigvals(tensor).real  # real: Γ is similar to a symmetric matrix
    strongest = eigenvalues.max(axis=-1)
    strongest = np.where(strongest > ROUNDING * np.abs(eigenvalues).max(axis=-1), strongest, 0.0)
    solvable = strongest < 1 - ROUNDING  # closer to the threshold, rounding would decide about η and the density
    diagonal = factor * along(thermal[CHI, DIAGONAL], samples, axis)
    off_diagonal = factor * along(thermal[CHI, OFF_DIAGONAL], samples, axis)
    total = diagonal + off_diagonal
    first = strongest[:, 0]
    return Feedback(
        scale=scale,
        coupling=coupling,
        gamma_diagonal=diagonal,
        gamma_off_diagonal=off_diagonal,
        gamma_total=total,
        gamma_unscaled=total / scale,
        largest=strongest,
        amplification=np.where(solvable, 1 / np.where(solvable, 1 - total, 1.0), np.nan),
        critical_radius=np.where(first > 0, samples.radius_r[0] * np.sqrt(first), np.nan),
        pam_density=None if pam_density is None else _solved(tensor, own_rij, pam_density, solvable),
    )


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
