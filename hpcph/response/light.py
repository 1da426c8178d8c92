"""The optical modes of Γ under light: how strongly it couples, and the amplitudes that it drives (theory §6).

With the mode expansion q = Σ_n e_n √(1/2ω_n) (b_n + b†_n̄), p = −i Σ_n e_n √(ω_n/2) (b_n − b†_n̄), n̄ being the mode e_n*,
the amplitudes below are √ħ ⟨b⟩: the forced motion is classical and ħ drops out of every response. Light has the
wave vector 0 here, and E is the macroscopic field inside the crystal. Photons of a direction see the modes with the
non-analytic term of that direction, and are polarized perpendicular to it; the tensors, defined for every E, leave that
to their reader. Without a direction all optical modes are transverse ones.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.constants import elementary_charge
from hpcph.crystal.dynamical import Crystal, nonanalytic
from hpcph.crystal.lattice import Structure
from hpcph.phonons.modes import diagonalise


@dataclass(frozen=True)
class OpticalModes:
    """Modes at Γ that light can drive; the uniform translations are left out.

    frequency_n : ndarray (n,) rad s⁻¹, ascending
    eigenvector_mn : ndarray (m, n) complex, columns are modes
    level_n : ndarray (n,) int, number of the frequency: degenerate modes share one
    charge_nv : ndarray (n, 3) complex, force per field on the mode e_n, Σ_a e_n† Z_aᵀ e/√m_a, in C kg^-½
    slope_cmm : ndarray (3, m, m) complex, ∂D/∂k_c in m rad² s⁻²
    structure : the primitive cell
    """

    frequency_n: np.ndarray
    eigenvector_mn: np.ndarray
    level_n: np.ndarray
    charge_nv: np.ndarray
    slope_cmm: np.ndarray
    structure: Structure

    @property
    def level_frequencies(self) -> np.ndarray:
        """One frequency a level, (l,) rad s⁻¹, the mean of its modes."""
        return np.bincount(self.level_n, self.frequency_n) / np.bincount(self.level_n)


def optical_modes(crystal: Crystal, born_acc: np.ndarray, direction_c: np.ndarray | None = None) -> OpticalModes:
    """Diagonalise Γ and project the Born charges on its optical modes.

    The frequencies with a direction are those of k → 0 along it (LO and TO apart). The term it adds to D does not
    depend on |k|, so ∂D/∂k along the direction is right; across, it diverges like 1/k: its regular part is kept.

    born_acc : ndarray (a, 3, 3) in e, Z*[polarization, displacement]
    direction_c : ndarray (3,) Cartesian, or None for the limit without the non-analytic term (transverse modes)
    """
    extra = None
    if direction_c is not None and crystal.dipoles is not None:
        extra = nonanalytic(crystal, crystal.dipoles, direction_c)[None]
    modes = diagonalise(crystal, np.zeros((1, 3)), extra)
    active, half = modes.active_kn[0], modes.half_kcmm[0]
    _, level = np.unique(modes.degenerate_blocks()[0, active], return_inverse=True)
    vectors = modes.eigenvector_kmn[0][:, active]
    root = np.sqrt(crystal.structure.mass_a)[:, None, None]
    force_mv = (born_acc * elementary_charge / root).swapaxes(1, 2).reshape(-1, 3)
    return OpticalModes(
        frequency_n=modes.frequency_kn[0, active],
        eigenvector_mn=vectors,
        level_n=level,
        charge_nv=vectors.conj().T @ force_mv,
        slope_cmm=half + half.conj().swapaxes(-1, -2),
        structure=crystal.structure,
    )


def amplitudes(modes: OpticalModes, omega_w: np.ndarray, lifetime) -> np.ndarray:
    """√ħ ⟨b_n⟩(ω) and √ħ ⟨b†_n̄⟩(ω) per field: −f_n/√2ω_n /(ω − ω_n + i/2τ_n) and f_n/√2ω_n /(ω + ω_n + i/2τ_n).

    omega_w : ndarray (w,) rad s⁻¹, negative for the other half of a real field
    lifetime : s, one or one a mode; modes of a level get the mean of their rates 1/τ

    Returns
    -------
    ndarray (w, 2n, 3) complex, in √(J s) per V m⁻¹; first all b_n, then all b†_n̄
    """
    rate = np.broadcast_to(1 / np.asarray(lifetime, float), modes.frequency_n.shape)
    rate = (np.bincount(modes.level_n, rate) / np.bincount(modes.level_n))[modes.level_n]
    force = modes.charge_nv / np.sqrt(2 * modes.frequency_n)[:, None]
    omega = omega_w[:, None] + 0.5j * rate
    resonant = -1 / (omega - modes.frequency_n)
    other = 1 / (omega + modes.frequency_n)
    return np.concatenate([resonant[..., None] * force, other[..., None] * force], axis=1)


def linear(direction_c: np.ndarray) -> np.ndarray:
    """Jones vector of a field along a direction, (3,) complex of length 1."""
    return np.asarray(direction_c, complex) / np.linalg.norm(direction_c)


def circular(axis_c: np.ndarray, sense: int) -> np.ndarray:
    """Jones vector (e₁ ± i e₂)/√2, (3,): with e^{−iωt} the field turns counter-clockwise (+1) or clockwise (−1).

    Seen with the axis pointing at the observer; e₁, e₂ and the axis are right-handed, so +1 turns ions with angular
    momentum along the axis.
    """
    n = np.asarray(axis_c, float) / np.linalg.norm(axis_c)
    first = np.cross(np.eye(3)[(np.argmax(np.abs(n)) + 1) % 3], n)
    first /= np.linalg.norm(first)
    return (first + 1j * np.sign(sense) * np.cross(n, first)) / np.sqrt(2)
