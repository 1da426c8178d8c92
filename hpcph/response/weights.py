"""Temperature-independent weights of every mode in the thermal response, theory §3 and §4.

The temperature enters only through f_n, ∂f/∂T and ∂f/∂(ħω), so one diagonalisation serves all temperatures:
    γ^NL(T) = −(τ/V) Σ p_n ∂f_n/∂T,   χ^D(T) = (1/V) Σ d_n (−∂f_n/∂ħω),   χ^OD(T) = (1/V) [c_0 + Σ g_n f_n].
"""

from dataclasses import dataclass

import numpy as np
from scipy.constants import hbar

from hpcph.crystal.lattice import SYMMETRIC
from hpcph.phonons.angular_momentum import hermitian_parts
from hpcph.phonons.modes import Modes


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
    real, imaginary = hermitian_parts(modes)
    block = modes.degenerate_blocks()
    active = modes.active_kn.astype(float)
    polarization = np.einsum("kinn->kni", real)
    velocity = modes.velocities()
    flow = hbar * polarization[:, :, :, None] * velocity[:, :, None, :]
    diagonal = np.stack([polarization[..., i] * polarization[..., j] for i, j in SYMMETRIC], axis=-1)
    diagonal *= (hbar**2 * active)[..., None]
    far = (block[:, :, None] != block[:, None, :]) * (active[:, :, None] * active[:, None, :])
    response, zero_point = _pair_kernels(modes, far)
    off_diagonal, constant = np.empty((*block.shape, 6)), np.empty((len(block), 6))
    zero_point = zero_point.reshape(len(block), -1)
    pairs, scratch = np.empty_like(far), np.empty_like(far)
    for component, (i, j) in enumerate(SYMMETRIC):
        np.multiply(real[:, i], real[:, j], out=pairs)
        np.multiply(imaginary[:, i], imaginary[:, j], out=scratch)
        pairs += scratch  # Re m^i_nm m^j_mn
        np.einsum("knm,knm->kn", response, pairs, out=off_diagonal[..., component])
        np.einsum(
            "kx,kx->k", zero_point.reshape(len(block), -1), pairs.reshape(len(block), -1), out=constant[:, component]
        )
    shared = np.flatnonzero(block[:, -1] < block.shape[1] - 1)
    if shared.size:
        flow[shared], diagonal[shared] = _inside_blocks(modes, real[shared], imaginary[shared], block[shared], shared)
    return ModeWeights(
        polarization_kni=polarization,
        velocity_knj=velocity,
        flow_kn=flow.reshape(*block.shape, 9) * modes.active_kn[..., None],
        diagonal_kn=diagonal,
        off_diagonal_kn=off_diagonal,
        zero_point_k=constant,
    )


def _inside_blocks(modes: Modes, real, imaginary, block, where) -> tuple[np.ndarray, np.ndarray]:
    """p_n and d_n where modes share a block: sums over its members, A² being ħ² there."""
    m = real + 1j * imaginary
    active = modes.active_kn[where].astype(float)
    inside = (block[:, :, None] == block[:, None, :]) * (active[:, :, None] * active[:, None, :])
    V = modes.velocity_matrices(where)
    flow = hbar * np.einsum("kinm,kjmn,knm->knij", m, V, inside, optimize=True).real
    pairs = np.stack([(m[:, i] * m[:, j].conj()).real for i, j in SYMMETRIC], axis=-1)
    return flow, hbar**2 * np.einsum("knmv,knm->knv", pairs, inside)


def _pair_kernels(modes: Modes, far: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What multiplies Re m^i_nm m^j_mn in g_n and in c_0; A and B of theory §2 put in, each (k, n, m).

    A and B of a pair add up to (ħ/ω_n)(ω_m² + 3ω_n²)/(ω_m² − ω_n²) in g_n, and B to ħ(ω_m − ω_n)²/4ω_nω_m(ω_n + ω_m)
    in c_0. Pairs inside a block, or with an inactive mode, have far = 0.
    """
    omega = np.where(modes.active_kn, modes.frequency_kn, 1.0)
    n, m = omega[:, :, None], omega[:, None, :]
    gap, total = m - n, m + n
    zero_point = gap**2
    zero_point *= far
    zero_point /= total
    zero_point *= 0.25 * hbar / n / m
    gap *= total
    gap[far == 0] = np.inf
    response = 4 * n**2 / gap
    response += far
    response *= hbar / n
    return response, zero_point
