"""What modes carry and what drives them: the vectors of the linearised Boltzmann equation.

A gradient changes the occupation of a mode by −F·∇T. With s = √(f(1 + f)), F_j = s y_j, the equation is symmetric:
    Σ_λ' (Γ_λ δ_λλ' + Ω_λλ') y_λ'j = (ħω_λ/kT²) s_λ v_λj,        Γ = 1/τ;
    γ^NL_ij = −(1/V) Σ w ħ l_i F_j,        κ_ij = (1/V) Σ w ħω v_i F_j.
(Chaput, PRL 110, 265506 (2013); Fugallo et al., PRB 88, 045430 (2013).) Without Ω it is the relaxation time, y = x/Γ.

One number a mode is all that collisions know of it. In a degenerate set that number, velocities and moments depend on
the choice of eigenvectors; their means over the set do not. So a set takes part as a whole, with mean l, v and Ω. What
its modes do against each other (traceless in the set) decays at the rate Γ and is in the tensors of relaxation time,
block traces. Therefore tensors of this room are differences from relaxation time with the same means.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.constants import boltzmann, hbar
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.mesh import block_size, blocks
from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.lifetimes import Scattering
from hpcph.phonons.modes import diagonalise
from hpcph.response.tensors import E, L, N, solved
from hpcph.response.weights import mode_weights


@dataclass(frozen=True)
class Carriers:
    """Modes at some points; means over degenerate sets, uniform translations and imaginary modes inactive.

    omega_kn : ndarray (k, n) rad s⁻¹, 1 where inactive; active_kn : ndarray (k, n) bool
    block_kn : ndarray (k, n) int, see Modes.degenerate_blocks
    rate_tkn : ndarray (t, k, n) s⁻¹, 1/τ
    velocity_kni : ndarray (k, n, 3) m s⁻¹
    moment_kni : ndarray (k, n, 3) of angular momentum in ħ, or (k, n, 6), of the magnetic moment in C kg⁻¹ too
    """

    omega_kn: np.ndarray
    active_kn: np.ndarray
    block_kn: np.ndarray
    rate_tkn: np.ndarray
    velocity_kni: np.ndarray
    moment_kni: np.ndarray

    def width(self, temperature: float) -> np.ndarray:
        """s = √(f(1 + f)), (k, n)."""
        x = hbar * self.omega_kn / (2 * boltzmann * temperature)
        return np.where(self.active_kn, 0.5 / np.sinh(np.minimum(x, 300)), 0.0)

    def drive(self, temperature: float) -> np.ndarray:
        """The right-hand side for ∂T along x, y, z, (k, n, 3)."""
        energy = hbar * self.omega_kn / (boltzmann * temperature**2)
        return (energy * self.width(temperature))[..., None] * self.velocity_kni

    def tensors(self, weight_k: np.ndarray, temperature: float, y_knj: np.ndarray) -> np.ndarray:
        """V times what the equation solves for, in the order of `solved`, (tensors, 3, 3)."""
        width = weight_k[:, None] * self.width(temperature)
        heat = np.einsum("kn,kni,knj->ij", width * hbar * self.omega_kn, self.velocity_kni, y_knj)
        flow = np.einsum("kn,kni,knj->ij", width * -hbar, self.moment_kni, y_knj)
        own = {E: heat, **dict(zip((L, N), flow.reshape(-1, 3, 3), strict=False))}
        return np.array([own[tensor.answer] for tensor in solved(N in own)])


def carriers(
    crystal: Crystal, q_kc: np.ndarray, scattering: Scattering, temperature: np.ndarray, gyromagnetic_aij=None
) -> Carriers:
    """Those at wave vectors (k, 3)."""
    if not len(q_kc):  # more ranks than points
        n, moments = crystal.modes, 3 if gyromagnetic_aij is None else 6
        none, rates = np.zeros((0, n)), np.zeros((len(temperature), 0, n))
        vectors = np.zeros((0, n, 3)), np.zeros((0, n, moments))
        return Carriers(none, none > 0, none.astype(int), rates, *vectors)
    parts = [
        _carriers(crystal, q_kc[part], scattering, temperature, gyromagnetic_aij)
        for part in blocks(q_kc, block_size(crystal.modes))
    ]
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts], axis=1 if name == "rate_tkn" else 0)
        for name in Carriers.__dataclass_fields__
    }
    return Carriers(**joined)


def _carriers(crystal: Crystal, q_kc, scattering: Scattering, temperature, gyromagnetic_aij) -> Carriers:
    modes = diagonalise(crystal, q_kc)
    weights, block, active = mode_weights(modes), modes.degenerate_blocks(), modes.active_kn
    operators = [angular_momentum.matrices(modes)]
    if gyromagnetic_aij is not None:
        operators.append(magnetic_moment.matrices(modes, gyromagnetic_aij))
    moments = np.concatenate([np.einsum("kinn->kni", m.real) for m in operators], axis=-1)
    return Carriers(
        omega_kn=np.where(active, block_average(modes.frequency_kn, block), 1.0),
        active_kn=active,
        block_kn=block,
        rate_tkn=scattering.rates(modes, weights.speeds(modes), q_kc, temperature),
        velocity_kni=block_average(active[..., None] * weights.velocity_knj, block),
        moment_kni=block_average(active[..., None] * moments, block),
    )
