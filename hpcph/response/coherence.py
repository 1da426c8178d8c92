"""Interband parts of γ^NL and κ, from the Wigner transport equation (theory §3).

With Γ = 1/τ, Δ = ω_n − ω_m and the Lorentzian W_nm = ½(Γ_n + Γ_m)/(Δ² + ¼(Γ_n + Γ_m)²), sums over pairs that are not
degenerate, ∂f standing for ½(∂f_n/∂T + ∂f_m/∂T):
    γ^coh_ij = −(1/V) Σ Re[A^i_mn V^j_nm] ∂f W_nm,       κ^coh_ij = (1/V) Σ ½ħ(ω_n + ω_m) Re[V^i_nm V^j_mn] ∂f W_nm.
κ^coh is eq. (6) of Simoncelli, Marzari, Mauri, Nat. Phys. 15, 809 (2019). Within a degenerate block W = τ, which is the
intraband part.
"""

import numpy as np

from hpcph.constants import hbar
from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.modes import FROZEN, Modes
from hpcph.response.occupation import occupation
from hpcph.response.tensors import INTERBAND, E, L, N, Sum, sums

TOGETHER = 1 << 17  # pairs times temperatures that are looked at together


def coherence_sums(
    modes: Modes, rate_tkn: np.ndarray, weight_k: np.ndarray, temperature: np.ndarray, gyromagnetic_aij=None
) -> dict[Sum, np.ndarray]:
    """Partial sums of a block of k-points, V κ^coh, V γ^coh and with moments V γ^N,coh: by sum, (t, columns).

    rate_tkn : ndarray (t, k, n), 1/τ in s⁻¹, alike in degenerate modes; (1, 1, 1) of one relaxation time
    temperature : ndarray (t,) K
    weight_k : ndarray (k,), fraction of the zone that a point stands for
    """
    first, second = np.triu_indices(modes.frequency_kn.shape[1], 1)
    (wanted,) = (s for s in sums(gyromagnetic_aij is not None, interband=True) if s.channel is INTERBAND)
    columns = _products(modes, wanted, gyromagnetic_aij, first, second)
    columns *= 2 * weight_k[:, None]  # either order of a pair counts
    block = modes.degenerate_blocks()
    omega = block_average(modes.frequency_kn, block)
    gap = omega[:, second] - omega[:, first]
    active = modes.active_kn[:, first] & modes.active_kn[:, second]
    gap[(block[:, first] == block[:, second]) | ~active] = np.inf
    square = gap**2
    _, _, warming = occupation(np.where(modes.active_kn, omega, FROZEN), temperature)
    found = np.zeros((len(temperature), len(columns)))
    rate_tkn = np.broadcast_to(rate_tkn, (len(rate_tkn), *omega.shape))
    step = max(1, TOGETHER // (len(temperature) * len(first)))
    for low in range(0, len(weight_k), step):  # pieces that stay in the cache
        k = slice(low, low + step)
        lorentzian = _means(rate_tkn[:, k], first, second)
        lorentzian /= lorentzian**2 + square[k]
        lorentzian = lorentzian * _means(warming[:, k], first, second)
        found += lorentzian.reshape(len(temperature), -1) @ columns[:, k].reshape(len(columns), -1).T
    return {wanted: found}


def _means(values_tkn: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of the two modes of every pair, (t, k, pairs)."""
    found = np.take(values_tkn, first, axis=-1)
    found += np.take(values_tkn, second, axis=-1)
    found *= 0.5
    return found


def _products(modes: Modes, wanted: Sum, gyromagnetic_aij, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """½ħ(ω_n + ω_m) Re[V^i_nm V^j_mn], −Re[A^i_mn V^j_nm] and the same of moments, (columns, k, pairs)."""
    omega = np.where(modes.active_kn, modes.frequency_kn, np.inf)
    n = omega.shape[1]

    def pairs(matrices: np.ndarray) -> np.ndarray:
        """Real and imaginary parts of three matrices, (3, 2, k, pairs)."""
        flat = np.take(matrices.reshape(-1, 3, n * n), first * n + second, axis=-1)
        return np.stack([flat.real, flat.imag], axis=1).transpose(2, 1, 0, 3).copy()

    V = pairs(modes.velocity_matrices(slice(None)))
    energy = 0.5 * hbar * (modes.frequency_kn[:, first] + modes.frequency_kn[:, second])
    size = -energy / np.sqrt(omega[:, first]) / np.sqrt(omega[:, second])
    carried = {E: (energy, V), L: (size, pairs(angular_momentum.matrices(modes)))}
    if gyromagnetic_aij is not None:
        carried[N] = size, pairs(magnetic_moment.matrices(modes, gyromagnetic_aij))
    return np.stack([carried[answer][0] * _real(carried[answer][1][i], V[j]) for answer, i, _, j in wanted.pairs])


def _real(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Re x* y of real and imaginary parts (2, …)."""
    return x[0] * y[0] + x[1] * y[1]
