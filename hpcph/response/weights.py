"""Temperature-independent weights of every mode in the thermal response, theory §3 and §4.

The temperature enters only through f_n, ∂f/∂T and ∂f/∂(ħω), so one diagonalisation serves all temperatures:
    γ^NL(T) = −(τ/V) Σ p_n ∂f_n/∂T,   κ(T) = (τ/V) Σ c_n ħω_n ∂f_n/∂T,
    χ^D(T) = (1/V) Σ d_n (−∂f_n/∂ħω),   χ^OD(T) = (1/V) [c_0 + Σ g_n f_n].
The magnetic moment (§5) has the same structure: N in the place of the first M gives γ^N and χ^{N,L}, of both χ^{N,N}.
In a magnetic field (§9) the clouds ⟨x x⟩ of the atoms add a diamagnetic part of that form to each of the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from hpcph.constants import hbar
from hpcph.crystal.lattice import SYMMETRIC
from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.displacement import squares
from hpcph.phonons.modes import Modes, Vibrations
from hpcph.response.tensors import (
    DIAGONAL,
    DIAMAGNETIC,
    FLOW,
    HEAT,
    KAPPA,
    OCCUPIED,
    OFF_DIAGONAL,
    Channel,
    E,
    L,
    N,
    Q,
    Sum,
    Tensor,
    V,
    displacements,
    sums,
)

Columns = tuple[np.ndarray, np.ndarray]  # of every column, places of two components among those of the operators


@dataclass(frozen=True)
class ModeWeights:
    """Weights of a block of k-points in what a run sums, a column for every component; inactive modes carry none.

    A moment stands with n^i_nm (C kg⁻¹) in the place of m^i_nm, so that its weights have A m² for every ħ.

    polarization_kni : ndarray (k, n, 3), l_n in ħ
    velocity_knj : ndarray (k, n, 3), m s⁻¹
    of_modes : by sum, ndarray (k, n, columns):
        HEAT c^{ij}_n = Σ_{m in the block of n} Re V^i_nm V^j_mn, m² s⁻²
        FLOW p^{ij}_n = ħ Σ_{m in the block of n} m^i_nm V^j_mn, J m s⁻¹ s
        OCCUPIED h^{ij}_n = ħ l^i_n k̂^j, J s, whose zero-point part Σ_n h_n = 0 is left out
        DIAGONAL d^{ij}_n = Σ_{m in the block of n} A^i_nm A^j_mn, J² s²
        OFF_DIAGONAL g^{ij}_n, J s²
        OSCILLATOR s^{ij}_n of every atom, m², see hpcph.phonons.displacement
        DIAMAGNETIC the same as g, of the clouds
    """

    polarization_kni: np.ndarray
    velocity_knj: np.ndarray
    of_modes: Mapping[Sum, np.ndarray]

    def of(self, tensor: Tensor, channel: Channel) -> np.ndarray:
        """Weights of one tensor, (k, n, columns)."""
        found = next(s for s in self.of_modes if s.channel is channel and tensor in s.tensors)
        return found.parts(self.of_modes[found])[tensor]

    def zero_point_of(self, tensor: Tensor) -> np.ndarray:
        """c_0^{ij} = ½ Σ_n g_n of one tensor, (k, columns) in J s²: every oscillator adds f_n + ½."""
        return 0.5 * self.of(tensor, OFF_DIAGONAL).sum(axis=1)

    def speeds(self, modes: Modes) -> np.ndarray:
        """|v_n|, in a degenerate block the root of the mean square, which no choice of its basis changes, (k, n)."""
        squares = self.of(KAPPA, HEAT)[..., [i == j for i, j in KAPPA.pairs]]
        return np.sqrt(block_average(squares.sum(axis=-1), modes.degenerate_blocks()))


def mode_weights(
    modes: Modes, gyromagnetic_aij: np.ndarray | None = None, mass_a: np.ndarray | None = None, field: bool = False
) -> ModeWeights:
    """All weights of the modes; nothing in them depends on phases or on the basis of a degenerate block.

    gyromagnetic_aij : ndarray (a, 3, 3) in C kg⁻¹, the moments of the atoms in terms of their L; None without them
    mass_a : ndarray (a,) in kg, where displacements are wanted; their weights have m²
    field : is a magnetic field asked for?
    """
    matrices = [angular_momentum.matrices(modes)]
    if gyromagnetic_aij is not None:
        matrices.append(magnetic_moment.matrices(modes, gyromagnetic_aij))
    wanted = _wanted(gyromagnetic_aij is not None, field)
    block, active = modes.degenerate_blocks(), modes.active_kn
    components = [m[:, i] for m in matrices for i in range(3)]
    means = np.stack([np.einsum("knn->kn", m).real for m in components])
    velocity, heading = modes.velocities(), modes.direction_kc
    moving, moved = hbar * active * means, np.moveaxis(velocity, -1, 0)
    alone = {  # components first, of modes that share no block
        HEAT: (moved, moved),
        FLOW: (moving, moved),
        OCCUPIED: (moving, heading.T[:, :, None]),
        DIAGONAL: (moving, moving),
    }
    own = {}
    for s, (i, j) in wanted.items():
        if s.channel in alone:
            left, right = alone[s.channel]
            own[s] = np.moveaxis(left[i] * right[j], 0, -1)
    shared = np.flatnonzero(block[:, -1] < block.shape[1] - 1)
    if shared.size:
        inside = _Inside(modes, np.concatenate([m[shared] for m in matrices], axis=1), block[shared], shared)
        for s, columns in own.items():
            if s.channel is not OCCUPIED:
                columns[shared] = inside.columns(s.channel, wanted[s])
    static = _between_blocks(modes, components, {s: wanted[s] for s in wanted if s.channel is OFF_DIAGONAL}, block)
    if field and gyromagnetic_aij is not None:
        static |= _of_clouds(modes, gyromagnetic_aij, [s for s in wanted if s.channel is DIAMAGNETIC])
    if mass_a is not None:
        static[displacements(len(mass_a))] = squares(modes, mass_a)
    return ModeWeights(
        polarization_kni=np.moveaxis(means[:3], 0, -1),
        velocity_knj=velocity,
        of_modes=own | static,
    )


def weights_along(modes: Vibrations, axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """d_n and g_n of n·χ·n alone, each (k, n) in J² s² and J s², for a unit vector n (3,); c_0 is ½ Σ g_n."""
    block, active = modes.degenerate_blocks(), modes.active_kn
    m = angular_momentum.along(modes, axis)
    square = m.real**2
    square += m.imag**2
    inside = (block[:, :, None] == block[:, None, :]) & active[:, :, None] & active[:, None, :]
    g = np.vecdot(square, _kernel(modes, block)) * (hbar / np.where(active, modes.frequency_kn, np.inf))
    return hbar**2 * np.sum(square, axis=2, where=inside), g


@cache
def _wanted(moments: bool, field: bool) -> Mapping[Sum, Columns]:
    """Sums of a run, and where their columns are among the components of the operators or of the velocity."""
    first = {L: 0, N: 3, V: 0, E: 0, Q: 0}
    found = {}
    for s in sums(moments, field=field):
        places = [(first[answer] + i, first[cause] + j) for answer, i, cause, j in s.pairs]
        found[s] = (np.array([i for i, _ in places]), np.array([j for _, j in places]))
    return found


class _Inside:
    """Sums over the members of a degenerate block, where modes share one: A² is ħ² there. m (k, components, n, m)"""

    def __init__(self, modes: Modes, m: np.ndarray, block: np.ndarray, where):
        active = modes.active_kn[where]
        self.both = (block[:, :, None] == block[:, None, :]) & active[:, :, None] & active[:, None, :]
        self.m, self.velocity = m, modes.velocity_matrices(where)

    def columns(self, channel: Channel, pairs: Columns) -> np.ndarray:
        """c_n, p_n or d_n of pairs of components, (k, n, columns)."""
        if channel is FLOW:
            flow = np.einsum("kinm,kjmn,knm->knij", self.m, self.velocity, self.both, optimize=True).real
            return hbar * flow[(..., *pairs)]
        if channel is HEAT:
            return self._products(self.velocity, pairs)
        return hbar**2 * self._products(self.m, pairs)

    def _products(self, x: np.ndarray, pairs: Columns) -> np.ndarray:
        """Σ_m Re x^i_nm x^j_mn."""
        products = np.stack([(x[:, i] * x[:, j].conj()).real for i, j in zip(*pairs, strict=True)], axis=-1)
        return np.einsum("knmv,knm->knv", products, self.both)


def _between_blocks(
    modes: Modes, components: list[np.ndarray], columns: Mapping[Sum, Columns], block: np.ndarray
) -> dict[Sum, np.ndarray]:
    """g_n = (ħ/ω_n) Σ_m Re(m^i_nm m^j_mn) (ω_m² + 3ω_n²)/(ω_m² − ω_n²), m active and outside the block of n.

    That is theory §4 with A and B put in.

    components : matrices (k, n, m) of the operators' components
    """
    frequency, active = modes.frequency_kn, modes.active_kn
    kernel = np.repeat(_kernel(modes, block), 2, axis=2)  # real and imaginary parts of m stand side by side
    parts = [m.view(float) for m in components]
    found = {s: np.empty((s.width, *block.shape)) for s in columns}
    for component, own in enumerate(parts):
        weighted = own * kernel
        for s, (i, j) in columns.items():
            for column in np.flatnonzero(np.minimum(i, j) == component):
                np.vecdot(weighted, parts[max(i[column], j[column])], out=found[s][column])
    scale = hbar / np.where(active, frequency, np.inf)
    return {s: np.moveaxis(values * scale, 0, -1) for s, values in found.items()}


def _kernel(modes: Vibrations, block: np.ndarray) -> np.ndarray:
    """(ω_m² + 3ω_n²)/(ω_m² − ω_n²), (k, n, m); zero where m is not active or in the block of n."""
    square, active = modes.frequency_kn**2, modes.active_kn
    gap = square[:, None, :] - square[:, :, None]
    together = block[:, None, :] == block[:, :, None]
    together |= ~(active[:, None, :] & active[:, :, None])
    np.copyto(gap, np.inf, where=together)
    kernel = square[:, None, :] + 3 * square[:, :, None]
    kernel /= gap
    return kernel


def _of_clouds(modes: Modes, gyromagnetic_aij: np.ndarray, wanted: list[Sum]) -> dict[Sum, np.ndarray]:
    """g_n = −(ħ/ω_n) Re⟨n|½(X^i Y^j + Y^j X^i)|n⟩ of operators X, Y within the atoms (theory §9); c_0 is ½ Σ g_n.

    With N^i = Σ_κ g_a^iκ M^κ and M^κM^λ + M^λM^κ = 2δ_κλ − |κ⟩⟨λ| − |λ⟩⟨κ| that is −(ħ/ω_n) Σ_a (g_a^X Q_a g_a^Yᵀ)_ij,
    Q_a = |e_a|² − Re e_a e_a†, the moment of inertia of the cloud; g_a is 1 for L.
    """
    e = modes.eigenvector_kmn
    k, n = modes.frequency_kn.shape
    atoms = e.reshape(k, n // 3, 3, n)
    cloud = np.stack([(atoms[:, :, i] * atoms[:, :, j].conj()).real for i, j in SYMMETRIC], axis=2).reshape(k, -1, n)
    scale = (-hbar / np.where(modes.active_kn, modes.frequency_kn, np.inf))[..., None]
    of = {N: gyromagnetic_aij, L: np.broadcast_to(np.eye(3), gyromagnetic_aij.shape)}
    found = {}
    for s in wanted:
        through = np.stack([_through(of[answer][:, i], of[cause][:, j]).ravel() for answer, i, cause, j in s.pairs])
        found[s] = (through @ cloud).swapaxes(1, 2) * scale
    return found


def _through(x_ai: np.ndarray, y_ai: np.ndarray) -> np.ndarray:
    """x·Q·y of every atom as a row of numbers for the components of P in Q = tr P − P, Voigt order, (a, 6)."""
    both = -0.5 * (x_ai[:, :, None] * y_ai[:, None, :] + y_ai[:, :, None] * x_ai[:, None, :])
    both += np.einsum("ai,ai->a", x_ai, y_ai)[:, None, None] * np.eye(3)
    return np.stack([both[:, i, j] * (1 if i == j else 2) for i, j in SYMMETRIC], axis=1)
