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
from hpcph.phonons.modes import Modes
from hpcph.response.occupation import occupation

COLUMNS, MAGNETIC = 15, 9  # κ^coh in Voigt order and γ^coh; the same of γ^N follows
TOGETHER = 1 << 20  # pairs times temperatures that are held at a time


def coherence_sums(
    modes: Modes, rate_tkn: np.ndarray, weight_k: np.ndarray, temperature: np.ndarray, gyromagnetic_aij=None
) -> np.ndarray:
    """Partial sums of a block of k-points, V κ^coh (6), V γ^coh (9), with moments V γ^N,coh (9): (t, columns).

    rate_tkn : ndarray (t, k, n), 1/τ in s⁻¹, alike in degenerate modes; temperature : ndarray (t,) K
    weight_k : ndarray (k,), fraction of the zone that a point stands for
    """
    first, second = np.triu_indices(modes.frequency_kn.shape[1], 1)
    products = _products(modes, gyromagnetic_aij, first, second)
    products *= 2 * weight_k[:, None, None]  # either order of a pair counts
    columns = products.reshape(-1, products.shape[-1])
    block = modes.degenerate_blocks()
    omega = block_average(modes.frequency_kn, block)
    gap = omega[:, second] - omega[:, first]
    active = modes.active_kn[:, first] & modes.active_kn[:, second]
    gap[(block[:, first] == block[:, second]) | ~active] = np.inf
    square = gap**2
    sums = np.empty((len(rate_tkn), columns.shape[1]))
    step = max(1, TOGETHER // gap.size)
    for low in range(0, len(sums), step):
        part = slice(low, low + step)
        _, _, warming = occupation(np.where(modes.active_kn, omega, 1e20), temperature[part])
        width = 0.5 * (rate_tkn[part][..., first] + rate_tkn[part][..., second])
        lorentzian = width / (square + width**2)
        lorentzian *= 0.5 * (warming[..., first] + warming[..., second])
        sums[part] = lorentzian.reshape(len(width), -1) @ columns
    return sums


def _products(modes: Modes, gyromagnetic_aij, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """½ħ(ω_n + ω_m) Re[V^i_nm V^j_mn], −Re[A^i_mn V^j_nm] and the same of moments, (k, pairs, columns)."""
    omega = np.where(modes.active_kn, modes.frequency_kn, np.inf)
    V = modes.velocity_matrices(slice(None))[..., first, second]
    both = modes.frequency_kn[:, first] + modes.frequency_kn[:, second]
    energy = 0.5 * hbar * both
    found = [energy * (V[:, i] * V[:, j].conj()).real for i, j in SYMMETRIC]
    operators = [angular_momentum.matrices(modes)]
    if gyromagnetic_aij is not None:
        operators.append(magnetic_moment.matrices(modes, gyromagnetic_aij))
    size = energy / np.sqrt(omega[:, first]) / np.sqrt(omega[:, second])
    for m in operators:
        A = size[:, None] * m[..., first, second]
        found += [-(A[:, i].conj() * V[:, j]).real for i in range(3) for j in range(3)]
    return np.stack(found, axis=-1)
