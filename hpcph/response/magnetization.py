"""Magnetization that a temperature gradient or a rotation gives a crystal, theory §5."""

from dataclasses import dataclass

import numpy as np

from hpcph.constants import mu_0
from hpcph.response.convergence import FeedbackUncertainty
from hpcph.response.feedback import Feedback
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI_N, GAMMA_N
from hpcph.response.thermal import Tensors


@dataclass(frozen=True)
class Magnetization:
    """Magnetization in a gradient, A m⁻¹; or its errors.

    without : ndarray (t, 3), γ^N ∇T
    coupled : ndarray (t, r, 3), with feedback, NaN where supercritical; None where there is none
    """

    without: np.ndarray
    coupled: np.ndarray | None


def magnetization(
    response: Tensors, drive: np.ndarray, feedback: Feedback | None, samples: Samples | None
) -> Magnetization:
    """⟨m⟩ = γ^N ∇T ± scale · χ^{N,L} Ω with the mean field Ω = V_sample I⁻¹ ⟨L⟩^total.

    The scale stands for the strength of the coupling, ± scale · Ω being the field that acts on L, so it multiplies
    χ^{N,L} here as it does χ in Γ: where all ions have one ratio of charge and mass, m stays that ratio times L.

    drive : ndarray (3,), τ∇T in s K m⁻¹
    """
    without = response[GAMMA_N] @ drive
    if feedback is None or feedback.pam_density is None or samples is None:
        return Magnetization(without, None)
    return Magnetization(without, without[:, None] + carried(response, feedback.pam_density, feedback, samples))


def carried(response: Tensors, pam_density: np.ndarray, feedback: Feedback, samples: Samples) -> np.ndarray:
    """± scale · χ^{N,L} Ω of a density with feedback (t, r, 3), (t, r, 3) A m⁻¹."""
    strength = feedback.scale * feedback.coupling.value
    field = strength * np.einsum("rij,trj->tri", samples.inverse_inertia_rij, pam_density)
    return np.einsum("tij,trj->tri", response[CHI_N], field)


def uncertainty(
    errors: Tensors,
    response: Tensors,
    drive: np.ndarray,
    feedback: Feedback | None,
    doubt: FeedbackUncertainty | None,
    samples: Samples | None,
) -> Magnetization:
    """Bounds of the errors of `magnetization` from those of its tensors and, doubt, of the feedback."""
    without = errors[GAMMA_N] @ np.abs(drive)
    if feedback is None or feedback.pam_density is None or samples is None:
        return Magnetization(without, None)
    assert doubt is not None and doubt.pam_density is not None
    opened = carried_error(errors, response, feedback.pam_density, doubt.pam_density, feedback.scale, samples)
    return Magnetization(without, without[:, None] + opened)


def carried_error(
    errors: Tensors,
    response: Tensors,
    pam_density: np.ndarray,
    density_error: np.ndarray,
    scale: float,
    samples: Samples,
) -> np.ndarray:
    """Bounds of the errors of `carried` from those of its tensors and of the density, (t, r, 3)."""
    inverse = samples.inverse_inertia_rij
    turning = np.abs(np.einsum("rij,trj->tri", inverse, pam_density))
    opened = np.einsum("tij,trj->tri", errors[CHI_N], turning)
    lever = np.abs(np.einsum("tij,rjk->trik", response[CHI_N], inverse))
    opened += np.einsum("trij,trj->tri", lever, density_error)
    return scale * opened


def field(magnetization: np.ndarray) -> np.ndarray:
    """B = μ₀ M inside a long sample magnetized along itself, T."""
    return mu_0 * magnetization
