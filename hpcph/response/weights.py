"""Temperature-independent weights of every mode in the thermal response, theory §3 and §4.

The temperature enters only through f_n, ∂f/∂T and ∂f/∂(ħω), so one diagonalisation serves all temperatures:
    γ^NL(T) = −(τ/V) Σ p_n ∂f_n/∂T,   κ(T) = (τ/V) Σ c_n ħω_n ∂f_n/∂T,
    χ^D(T) = (1/V) Σ d_n (−∂f_n/∂ħω),   χ^OD(T) = (1/V) [c_0 + Σ g_n f_n].
The magnetic moment (§5) has the same structure: N in the place of the first M gives γ^N and χ^{N,L}. Its columns follow
those of L; the operators are numbered L_x L_y L_z N_x N_y N_z.
"""

from dataclasses import dataclass, replace

import numpy as np

from hpcph.constants import hbar
from hpcph.crystal.lattice import SYMMETRIC
from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.modes import Modes

PAIRS = (*SYMMETRIC, *((3 + i, j) for i in range(3) for j in range(3)))  # operators whose product is a susceptibility


@dataclass(frozen=True)
class ModeWeights:
    """Weights of a block of k-points; inactive modes carry none.

    With moments there are nine columns more in what follows the velocity, n^i_nm (C kg⁻¹) in the place of m^i_nm:
    those of flow in A m² m s⁻¹, of diagonal in J s A m², of off_diagonal and zero_point in s A m².

    polarization_kni : ndarray (k, n, 3), l_n in ħ
    velocity_knj : ndarray (k, n, 3), m s⁻¹
    conduction_kn : ndarray (k, n, 6), c^{ij}_n = Σ_{m in the block of n} Re V^i_nm V^j_mn, m² s⁻²
    flow_kn : ndarray (k, n, 9), p^{ij}_n = ħ Σ_{m in the block of n} m^i_nm V^j_mn, J m s⁻¹ s
    diagonal_kn : ndarray (k, n, 6), d^{ij}_n = Σ_{m in the block of n} A^i_nm A^j_mn, J² s²
    off_diagonal_kn : ndarray (k, n, 6), g^{ij}_n, J s²
    zero_point_k : ndarray (k, 6), c_0^{ij}, J s²
    """

    polarization_kni: np.ndarray
    velocity_knj: np.ndarray
    conduction_kn: np.ndarray
    flow_kn: np.ndarray
    diagonal_kn: np.ndarray
    off_diagonal_kn: np.ndarray
    zero_point_k: np.ndarray

    def speeds(self, modes: Modes) -> np.ndarray:
        """|v_n|, in a degenerate block the root of the mean square, which no choice of its basis changes, (k, n)."""
        return np.sqrt(block_average(self.conduction_kn[..., :3].sum(axis=-1), modes.degenerate_blocks()))

    def without_moments(self) -> "ModeWeights":
        """The columns of L alone, views."""
        pairs = {n: getattr(self, n)[..., :6] for n in ("diagonal_kn", "off_diagonal_kn", "zero_point_k")}
        return replace(self, flow_kn=self.flow_kn[..., :9], **pairs)


def mode_weights(modes: Modes, gyromagnetic_aij: np.ndarray | None = None) -> ModeWeights:
    """All weights of the modes; nothing in them depends on phases or on the basis of a degenerate block.

    gyromagnetic_aij : ndarray (a, 3, 3) in C kg⁻¹, the moments of the atoms in terms of their L; None without them
    """
    operators = [angular_momentum.matrices(modes)]
    if gyromagnetic_aij is not None:
        operators.append(magnetic_moment.matrices(modes, gyromagnetic_aij))
    block, active = modes.degenerate_blocks(), modes.active_kn[..., None]
    means = np.concatenate([np.einsum("kinn->kni", m.real) for m in operators], axis=-1)
    pairs = PAIRS if gyromagnetic_aij is not None else SYMMETRIC
    velocity = modes.velocities()
    flow = (hbar * active * means)[..., None] * velocity[:, :, None, :]
    diagonal = np.stack([means[..., i] * means[..., j] for i, j in pairs], axis=-1)
    diagonal *= hbar**2 * active
    conduction = np.stack([velocity[..., i] * velocity[..., j] for i, j in SYMMETRIC], axis=-1)
    shared = np.flatnonzero(block[:, -1] < block.shape[1] - 1)
    if shared.size:
        chosen = np.concatenate([m[shared] for m in operators], axis=1)
        inside = _inside_blocks(modes, chosen, pairs, block[shared], shared)
        flow[shared], diagonal[shared], conduction[shared] = inside
    off_diagonal = _between_blocks(modes, [m[:, i] for m in operators for i in range(3)], pairs, block)
    return ModeWeights(
        polarization_kni=means[..., :3],
        velocity_knj=velocity,
        conduction_kn=conduction,
        flow_kn=flow.reshape(*block.shape, -1),
        diagonal_kn=diagonal,
        off_diagonal_kn=off_diagonal,
        zero_point_k=0.5 * off_diagonal.sum(axis=1),
    )


def _inside_blocks(modes: Modes, m: np.ndarray, pairs, block: np.ndarray, where) -> tuple[np.ndarray, ...]:
    """p_n, d_n and c_n where modes share a block: sums over its members, A² being ħ² there.

    m : ndarray (k, operators, n, m)
    """
    active = modes.active_kn[where]
    inside = (block[:, :, None] == block[:, None, :]) & active[:, :, None] & active[:, None, :]
    V = modes.velocity_matrices(where)
    flow = hbar * np.einsum("kinm,kjmn,knm->knij", m, V, inside, optimize=True).real
    products, squares = (
        np.stack([(x[:, i] * x[:, j].conj()).real for i, j in chosen], axis=-1)
        for x, chosen in ((m, pairs), (V, SYMMETRIC))
    )
    diagonal = hbar**2 * np.einsum("knmv,knm->knv", products, inside)
    return flow, diagonal, np.einsum("knmv,knm->knv", squares, inside)


def _between_blocks(modes: Modes, operators: list[np.ndarray], pairs, block: np.ndarray) -> np.ndarray:
    """g_n = (ħ/ω_n) Σ_m Re(m^i_nm m^j_mn) (ω_m² + 3ω_n²)/(ω_m² − ω_n²), m active and outside the block of n.

    That is theory §4 with A and B put in. The zero-point constant is c_0 = ½ Σ_n g_n: every oscillator adds f_n + ½.
    """
    frequency, active = modes.frequency_kn, modes.active_kn
    other, own = frequency[:, None, :], frequency[:, :, None]
    gap = other - own
    gap *= other + own
    gap[(block[:, None, :] == block[:, :, None]) | ~(active[:, None, :] & active[:, :, None])] = np.inf
    kernel = other**2 + 3 * own**2
    kernel /= gap
    kernel = np.repeat(kernel, 2, axis=2)  # real and imaginary parts of m stand side by side
    parts = [m.view(float) for m in operators]
    sums = np.empty((*block.shape, len(pairs)))
    for own_axis in range(3):
        weighted = parts[own_axis] * kernel
        for column, pair in enumerate(pairs):
            if min(pair) == own_axis:
                np.vecdot(weighted, parts[max(pair)], out=sums[..., column])
    return sums * (hbar / np.where(active, frequency, np.inf))[..., None]
