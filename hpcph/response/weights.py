"""Temperature-independent weights of every mode in the thermal response, theory §3 and §4.

The temperature enters only through f_n, ∂f/∂T and ∂f/∂(ħω), so one diagonalisation serves all temperatures:
    γ^NL(T) = −(τ/V) Σ p_n ∂f_n/∂T,   χ^D(T) = (1/V) Σ d_n (−∂f_n/∂ħω),   χ^OD(T) = (1/V) [c_0 + Σ g_n f_n].
"""

from dataclasses import dataclass

import numpy as np
from scipy.constants import hbar

from hpcph.phonons.angular_momentum import matrices
from hpcph.phonons.modes import Modes

SYMMETRIC = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))  # Voigt order of the six components of χ


@dataclass(frozen=True)
class ModeWeights:
    """Weights of a block of k-points; inactive modes carry none.

    polarization_kni : ndarray (k, n, 3), l_n in ħ
    velocity_knj : ndarray (k, n, 3), m s⁻¹
    flow_kn : ndarray (k, n, 9), p^{ij}_n = ħ Σ_{m in the block of n} m^i_nm V^j_mn, J m s⁻¹ s
    diagonal_kn : ndarray (k, n, 6), d^{ij}_n = Σ_{m in the block of n} A^i_nm A^j_mn, J² s²
    off_diagonal_kn : ndarray (k, n, 6), g^{ij}_n, J s²
    zero_point_k : ndarray (k, 6), c_0^{ij}, J s²
    """

    polarization_kni: np.ndarray
    velocity_knj: np.ndarray
    flow_kn: np.ndarray
    diagonal_kn: np.ndarray
    off_diagonal_kn: np.ndarray
    zero_point_k: np.ndarray


def mode_weights(modes: Modes) -> ModeWeights:
    """All weights of the modes; nothing in them depends on phases or on the basis of a degenerate block."""
    m = matrices(modes)
    block = modes.degenerate_blocks()
    together = block[:, :, None] == block[:, None, :]
    both = modes.active_kn[:, :, None] & modes.active_kn[:, None, :]
    polarization = np.einsum("kinn->kni", m).real
    velocity = modes.velocities()
    flow = hbar * polarization[:, :, :, None] * velocity[:, :, None, :]
    shared = np.flatnonzero(together.sum(axis=(1, 2)) > block.shape[1])
    if shared.size:
        V = modes.velocity_matrices(shared)
        inside = together[shared] & both[shared]
        flow[shared] = hbar * np.einsum("kinm,kjmn,knm->knij", m[shared], V, inside, optimize=True).real
    near, far, zero_point = _pair_kernels(modes, together & both, ~together & both)
    diagonal, off_diagonal, constant = (np.empty((*block.shape, 6)) for _ in range(3))
    for component, (i, j) in enumerate(SYMMETRIC):
        pairs = m[:, i].real * m[:, j].real + m[:, i].imag * m[:, j].imag  # Re m^i_nm m^j_mn
        np.einsum("knm,knm->kn", near, pairs, out=diagonal[..., component])
        np.einsum("knm,knm->kn", far, pairs, out=off_diagonal[..., component])
        np.einsum("knm,knm->kn", zero_point, pairs, out=constant[..., component])
    return ModeWeights(
        polarization_kni=polarization,
        velocity_knj=velocity,
        flow_kn=flow.reshape(*block.shape, 9) * modes.active_kn[..., None],
        diagonal_kn=diagonal,
        off_diagonal_kn=off_diagonal,
        zero_point_k=constant.sum(axis=1),
    )


def _pair_kernels(modes: Modes, near, far) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What multiplies Re m^i_nm m^j_mn in d_n, g_n and c_0; A and B of theory §2 put in, each (k, n, m).

    A and B of a pair add up to (ħ/ω_n)(ω_m² + 3ω_n²)/(ω_m² − ω_n²) in g_n; in a block B vanishes and A² is ħ².
    """
    omega = np.where(modes.active_kn, modes.frequency_kn, 1.0)
    n, m = omega[:, :, None], omega[:, None, :]
    gap = np.where(far, m**2 - n**2, np.inf)
    diagonal = np.where(near, hbar**2 * (n + m) ** 2 / (4 * n * m), 0.0)
    off_diagonal = hbar / n * np.where(far, 1 + 4 * n**2 / gap, 0.0)
    zero_point = np.where(far, hbar * (m - n) ** 2 / (4 * n * m * (n + m)), 0.0)
    return diagonal, off_diagonal, zero_point
