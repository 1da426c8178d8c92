"""Interband parts of γ^NL and κ, from the Wigner transport equation (theory §3).

With Γ = 1/τ, Δ = ω_n − ω_m and the Lorentzian W_nm = ½(Γ_n + Γ_m)/(Δ² + ¼(Γ_n + Γ_m)²), sums over pairs that are not
degenerate, ∂f standing for ½(∂f_n/∂T + ∂f_m/∂T):
    γ^coh_ij = −(1/V) Σ Re[A^i_mn V^j_nm] ∂f W_nm,       κ^coh_ij = (1/V) Σ ½ħ(ω_n + ω_m) Re[V^i_nm V^j_mn] ∂f W_nm.
κ^coh is eq. (6) of Simoncelli, Marzari, Mauri, Nat. Phys. 15, 809 (2019). Within a degenerate block W = τ, which is the
intraband part.
"""

import numpy as np

from hpcph.constants import hbar
from hpcph.crystal.lattice import SYMMETRIC
from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.modes import FROZEN, Modes
from hpcph.response.occupation import occupation

COLUMNS, MAGNETIC = 15, 9  # κ^coh in Voigt order and γ^coh; the same of γ^N follows
TOGETHER = 1 << 17  # pairs times temperatures that are looked at together


def coherence_sums(
    modes: Modes, rate_tkn: np.ndarray, weight_k: np.ndarray, temperature: np.ndarray, gyromagnetic_aij=None
) -> np.ndarray:
    """Partial sums of a block of k-points, V κ^coh (6), V γ^coh (9), with moments V γ^N,coh (9): (t, columns).

    rate_tkn : ndarray (t, k, n), 1/τ in s⁻¹, alike in degenerate modes; temperature : ndarray (t,) K
    weight_k : ndarray (k,), fraction of the zone that a point stands for
    """
    first, second = np.triu_indices(modes.frequency_kn.shape[1], 1)
    columns = _products(modes, gyromagnetic_aij, first, second)
    columns *= 2 * weight_k[:, None]  # either order of a pair counts
    block = modes.degenerate_blocks()
    omega = block_average(modes.frequency_kn, block)
    gap = omega[:, second] - omega[:, first]
    active = modes.active_kn[:, first] & modes.active_kn[:, second]
    gap[(block[:, first] == block[:, second]) | ~active] = np.inf
    square = gap**2
    _, _, warming = occupation(np.where(modes.active_kn, omega, FROZEN), temperature)
    sums = np.zeros((len(temperature), len(columns)))
    step = max(1, TOGETHER // (len(temperature) * len(first)))
    for low in range(0, len(weight_k), step):  # pieces that stay in the cache
        k = slice(low, low + step)
        lorentzian = _means(rate_tkn[:, k], first, second)
        lorentzian /= lorentzian**2 + square[k]
        lorentzian *= _means(warming[:, k], first, second)
        sums += lorentzian.reshape(len(temperature), -1) @ columns[:, k].reshape(len(columns), -1).T
    return sums


def _means(values_tkn: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of the two modes of every pair, (t, k, pairs)."""
    found = np.take(values_tkn, first, axis=-1)
    found += np.take(values_tkn, second, axis=-1)
    found *= 0.5
    return found


def _products(modes: Modes, gyromagnetic_aij, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """½ħ(ω_n + ω_m) Re[V^i_nm V^j_mn], −Re[A^i_mn V^j_nm] and the same of moments, (columns, k, pairs)."""
    omega = np.where(modes.active_kn, modes.frequency_kn, np.inf)
    n = omega.shape[1]

    def pairs(matrices: np.ndarray) -> np.ndarray:
        """Real and imaginary parts of three matrices, (3, 2, k, pairs)."""
        flat = np.take(matrices.reshape(-1, 3, n * n), first * n + second, axis=-1)
        return np.stack([flat.real, flat.imag], axis=1).transpose(2, 1, 0, 3).copy()

    V = pairs(modes.velocity_matrices(slice(None)))
    energy = 0.5 * hbar * (modes.frequency_kn[:, first] + modes.frequency_kn[:, second])
    found = [energy * _real(V[i], V[j]) for i, j in SYMMETRIC]
    operators = [angular_momentum.matrices(modes)]
    if gyromagnetic_aij is not None:
        operators.append(magnetic_moment.matrices(modes, gyromagnetic_aij))
    size = -energy / np.sqrt(omega[:, first]) / np.sqrt(omega[:, second])
    for operator in operators:
        m = pairs(operator)
        found += [size * _real(m[i], V[j]) for i in range(3) for j in range(3)]
    return np.stack(found)


def _real(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Re x* y of real and imaginary parts (2, …)."""
    return x[0] * y[0] + x[1] * y[1]
