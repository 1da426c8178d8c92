"""Second-order dc response to light: phonon angular momentum, energy current and orbital current (theory §6, [NL]).

Convention: E(t) = E e^{−iωt} + E* e^{iωt} = 2 Re E e^{−iωt}, and the mean of an observable per volume is
O = Σ_{μν} χ_{μν}(0; ω, −ω) E_μ E*_ν. [NL] Eq. 10 differs by a constant factor. χ_{μν} is Hermitian in μν: linear light
sees its real, circular light its imaginary part. `mean` takes the field as it is measured, E(t) = Re E e^{−iωt}.

The driven state is a coherent state, hence with x = (b_n, b†_n̄), which light drives to X(ω), exactly
    χ_{μν} = [X†(ω) O X(ω)]_{νμ} + [X†(−ω) O X(−ω)]_{μν},
the two assignments of (μ, ω) and (ν, −ω). An operator O is a matrix of the four blocks b†b, b†b†, bb, bb†, an array
(…, 2n, 2n); leading axes are its components.
"""

import numpy as np

from hpcph.constants import epsilon_0, speed_of_light
from hpcph.response.light import OpticalModes, amplitudes

LEVI_CIVITA = np.array([np.cross(v, np.eye(3)) for v in np.eye(3)])  # ε_λμν
INTENSITY = 0.5 * epsilon_0 * speed_of_light  # W m⁻² of a wave Re E e^{−iωt} in vacuum is this times |E|², (V/m)²


def angular_momentum_matrices(atoms: int) -> np.ndarray:
    """(M^λ)_{aμ,bν} = −i δ_ab ε_λμν, (3, m, m) complex."""
    return moment_matrices(np.tile(np.eye(3), (atoms, 1, 1)))


def moment_matrices(ratio_aij: np.ndarray) -> np.ndarray:
    """N^λ = Σ_κ g_a^λκ M^κ on every atom, (3, m, m) complex in C kg⁻¹ (theory §5).

    ratio_aij : ndarray (a, 3, 3), as of hpcph.phonons.magnetic_moment.gyromagnetic_tensor
    """
    atoms = len(ratio_aij)
    full = -1j * np.einsum("alk,kij,ab->laibj", ratio_aij, LEVI_CIVITA, np.eye(atoms))
    return full.reshape(3, 3 * atoms, 3 * atoms)


def angular_momentum(modes: OpticalModes, matrices_cmm: np.ndarray) -> np.ndarray:
    """Operator of Σ_a u × p from the matrices M^λ, (3, 2n, 2n); response in J s m⁻³ per (V/m)².

    With `moment_matrices` for M^λ it is the operator of the magnetic moment, response in A m⁻¹ per (V/m)².
    """
    return _motion(modes, matrices_cmm)


def energy_current(modes: OpticalModes) -> np.ndarray:
    """Operator of the energy current along every direction, (3, 2n, 2n); response in W m⁻² per (V/m)².

    J_λ = ½ Σ_ab (R_a − R_b)_λ j_ab with the power j_ab = ½(u_a·Φ_ab u̇_b − u̇_a·Φ_ab u_b) from b to a, that is
    ½ i q†∂_λD p.
    """
    return _motion(modes, 0.5 * modes.slope_cmm)


def orbital_current(modes: OpticalModes) -> np.ndarray:
    """Operator of the current of angular momentum component κ along λ, (3, 3, 2n, 2n) [κ, λ]; J m⁻² per (V/m)².

    From the continuity equation of the bonds: a bond of energy V_ab = u_a·Φ_ab u_b − ½ u_a·S_ab u_a − ½ u_b·S_ab u_b,
    S_ab being the symmetric part of Φ_ab, turns atom a with τ_ab = −u_a × ∂V_ab/∂u_a. Half of τ_ab − τ_ba is what a
    gains from b; τ_ab + τ_ba is what the lattice, not being isotropic, gives to both. So
        J^κ_λ = ½ Σ_ab (R_a − R_b)_λ ½(τ_ab − τ_ba)_κ = ½ q†[M^κ ∂_λD − ½(M^κ Ĩ_λ − Ĩ_λ M^κ)] q,
    Ĩ_aa = Σ_c √(m_c/m_a) ∂_λD_ac: [NL] Eq. 12 for κ = λ = z, of which the Hermitian part alone has a mean.

    The sum of the torques does not vanish where the amplitude varies in space, so this current is not what a wave
    packet carries along: that is `carried_current`. On the chain of [NL] their signs differ at 1.47 and agree at 2.72.
    """
    mass, slope = modes.structure.mass_a, modes.slope_cmm
    atoms = len(mass)
    ratio = np.sqrt(mass[None, :] / mass[:, None])
    on_site = np.einsum("lacbd,ab->lacd", slope.reshape(3, atoms, 3, atoms, 3), ratio)
    I = np.einsum("lacd,ab->lacbd", on_site, np.eye(atoms)).reshape(slope.shape)
    M = angular_momentum_matrices(atoms)[:, None]
    W = M @ slope - 0.5 * (M @ I - I @ M)
    v = _between_modes(modes, 0.5 * (W + W.conj().swapaxes(-1, -2))) / _roots(modes)
    return np.concatenate([np.concatenate([v, v], axis=-1)] * 2, axis=-2)


def carried_current(modes: OpticalModes) -> np.ndarray:
    """Operator of the angular momentum κ that wave packets carry along λ, (3, 3, 2n, 2n) [κ, λ]; J m⁻² per (V/m)².

    ½(m^κ V^λ + V^λ m^κ) within each level: l v of the modes that a level splits into away from Γ. It is what bonds and
    the torques of the lattice bring to a distant place together, and follows the product of PAM and energy current.
    """
    matrices = angular_momentum_matrices(len(modes.structure.mass_a))
    m = _between_modes(modes, matrices)[:, None]
    V = 2 * _between_modes(modes, modes.slope_cmm) / _roots(modes)
    k = 0.25 * (m @ _inside(modes, V) + _inside(modes, V) @ m)
    k = _inside(modes, k)
    zero = np.zeros_like(k)
    return np.concatenate([np.concatenate([k, zero], axis=-1), np.concatenate([zero, k], axis=-1)], axis=-2)


def within_levels(modes: OpticalModes, operator: np.ndarray) -> np.ndarray:
    """The operator between modes of one frequency only: the part of a response that grows like τ² at resonance.

    What is left, operator − within_levels, mixes different frequencies and grows like τ.
    """
    return operator * np.tile(modes.level_n[:, None] == modes.level_n, (2, 2))


def tensor(modes: OpticalModes, operator: np.ndarray, omega_w: np.ndarray, lifetime) -> np.ndarray:
    """χ_{…;μν}(0; ω, −ω) per volume of crystal, (w, …, 3, 3) complex, in the unit of the operator per (V/m)².

    operator : ndarray (…, 2n, 2n)
    omega_w : ndarray (w,) rad s⁻¹
    lifetime : s, finite, one or one a mode; amplitudes decay at 1/2τ
    """
    X, Y = amplitudes(modes, omega_w, lifetime), amplitudes(modes, -omega_w, lifetime)
    X_left, Y_left = X.conj().swapaxes(1, 2), Y.conj().swapaxes(1, 2)
    components = operator.reshape(-1, *operator.shape[-2:])
    out = np.empty((len(omega_w), len(components), 3, 3), complex)
    for index, O in enumerate(components):
        out[:, index] = (X_left @ (O @ X)).swapaxes(1, 2) + Y_left @ (O @ Y)
    out /= modes.structure.volume
    assert np.isfinite(out).all(), "a response without damping"
    return out.reshape(len(omega_w), *operator.shape[:-2], 3, 3)


def by_level_pairs(modes: OpticalModes, operator: np.ndarray, omega_w: np.ndarray, lifetime) -> np.ndarray:
    """The same with the contribution of every pair of levels, (w, …, 3, 3, l, l); the sum over the pairs is `tensor`.

    Levels, not modes: what two modes of one frequency contribute depends on how they are chosen.
    """
    X, Y = amplitudes(modes, omega_w, lifetime), amplitudes(modes, -omega_w, lifetime)
    member = np.tile(modes.level_n, 2)[:, None] == np.arange(modes.level_n.max() + 1)
    components = operator.reshape(-1, *operator.shape[-2:])
    levels = member.shape[1]
    out = np.empty((len(omega_w), len(components), 3, 3, levels, levels), complex)
    X_levels, Y_levels = (np.einsum("wiu,il->wlui", x, member, optimize=True) for x in (X, Y))
    for index, O in enumerate(components):
        out[:, index] = np.einsum("wavi,ij,wbuj->wuvab", X_levels.conj(), O, X_levels, optimize=True)
        out[:, index] += np.einsum("waui,ij,wbvj->wuvab", Y_levels.conj(), O, Y_levels, optimize=True)
    out /= modes.structure.volume
    return out.reshape(len(omega_w), *operator.shape[:-2], 3, 3, levels, levels)


def mean(chi: np.ndarray, jones: np.ndarray) -> np.ndarray:
    """Mean density under the field E(t) = Re E e^{−iωt}, (…) real: ¼ Σ χ_{…;μν} E_μ E*_ν.

    A Jones vector of length 1 gives it per squared peak field; divided by INTENSITY that is per W m⁻² of intensity.

    chi : ndarray (…, 3, 3); jones : ndarray (3,) complex, V m⁻¹
    """
    return 0.25 * np.einsum("...uv,u,v->...", chi, jones, jones.conj(), optimize=True).real


def _motion(modes: OpticalModes, kernel: np.ndarray) -> np.ndarray:
    """The four blocks of i q†K p for Hermitian, imaginary K, (…, m, m) → (…, 2n, 2n)."""
    omega, k = modes.frequency_n, _between_modes(modes, kernel) / _roots(modes)
    number = (omega[:, None] + omega) * k
    pair = (omega[:, None] - omega) * k
    top = np.concatenate([number, pair], axis=-1)
    return np.concatenate([top, -np.concatenate([pair, number], axis=-1)], axis=-2)


def _inside(modes: OpticalModes, matrix: np.ndarray) -> np.ndarray:
    """What an (…, n, n) matrix has between modes of one level."""
    return matrix * (modes.level_n[:, None] == modes.level_n)


def _between_modes(modes: OpticalModes, matrix: np.ndarray) -> np.ndarray:
    """⟨n|…|m⟩, (…, n, n)."""
    e = modes.eigenvector_mn
    return e.conj().T @ matrix @ e


def _roots(modes: OpticalModes) -> np.ndarray:
    """4√(ω_n ω_m), (n, n)."""
    return 4 * np.sqrt(np.outer(modes.frequency_n, modes.frequency_n))
