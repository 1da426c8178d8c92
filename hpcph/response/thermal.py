"""Brillouin-zone sums of the thermal response: γ^NL, κ, χ^D and χ^OD at every temperature, theory §3, §4 and §5.

One relaxation time multiplies the finished tensors, which are rates per τ; lifetimes of modes stand in the sums, whose
tensors then are γ^NL and κ themselves ("per s").
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from hpcph.constants import boltzmann, hbar
from hpcph.crystal.lattice import symmetric
from hpcph.phonons.lifetimes import lifetimes
from hpcph.phonons.modes import Modes
from hpcph.response.coherence import COLUMNS, MAGNETIC
from hpcph.response.occupation import bose
from hpcph.response.weights import ModeWeights

FORBIDDEN = 1e-9  # what rounding leaves of a mean over operations that vanishes


@dataclass(frozen=True)
class ThermalSums:
    """Weighted sums over k-points; they add up block by block. With moments, nine columns more each (ModeWeights).

    flow : ndarray (t, 9), −Σ w p ∂f/∂T, J m K⁻¹ (γ^NL times V/τ)
    diagonal, off_diagonal : ndarray (t, 6), Voigt order, J s² (χ times V)
    left_out : ndarray (2,), number of zero modes and of imaginary modes that the sums leave out
    conduction : ndarray (t, 6), Voigt order, Σ w c ħω ∂f/∂T, J m² s⁻² K⁻¹ (κ times V/τ); no columns for moments
    coherence : ndarray (t, 0), or of hpcph.response.coherence
    """

    flow: np.ndarray
    diagonal: np.ndarray
    off_diagonal: np.ndarray
    left_out: np.ndarray
    conduction: np.ndarray
    coherence: np.ndarray

    def __add__(self, other: "ThermalSums") -> "ThermalSums":
        return ThermalSums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def flat(self) -> np.ndarray:
        """All numbers in one row, for a reduction."""
        return np.concatenate([getattr(self, f.name).ravel() for f in fields(self)])

    @staticmethod
    def width(temperatures: int, moments: bool, coherent: bool = False) -> int:
        """Length of the row."""
        return sum(int(np.prod(shape)) for shape in _shapes(temperatures, moments, coherent))

    @classmethod
    def from_flat(cls, row: np.ndarray, temperatures: int, moments: bool, coherent: bool = False) -> "ThermalSums":
        """The inverse of `flat`."""
        shapes = _shapes(temperatures, moments, coherent)
        parts = np.split(row, np.cumsum([int(np.prod(s)) for s in shapes])[:-1])
        return cls(*(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)))


def _shapes(temperatures: int, moments: bool, coherent: bool) -> list[tuple[int, ...]]:
    t, more = temperatures, MAGNETIC if moments else 0
    return [(t, 9 + more), (t, 6 + more), (t, 6 + more), (2,), (t, 6), (t, (COLUMNS + more) * coherent)]


@dataclass(frozen=True)
class Coherence:
    """Interband parts, per volume, of modes with linewidths; first index L or m, second ∇T.

    gamma_nl : ndarray (t, 3, 3), J s m⁻² K⁻¹
    conductivity : ndarray (t, 3, 3), Wigner's, W m⁻¹ K⁻¹
    magnetic : ndarray (t, 3, 3), of γ^N, A K⁻¹; None without moments
    """

    gamma_nl: np.ndarray
    conductivity: np.ndarray
    magnetic: np.ndarray | None

    def at(self, keep: np.ndarray) -> "Coherence":
        """The same at some of the temperatures, keep (t,) bool."""
        magnetic = None if self.magnetic is None else self.magnetic[keep]
        return Coherence(self.gamma_nl[keep], self.conductivity[keep], magnetic)


@dataclass(frozen=True)
class MagneticResponse:
    """Magnetization instead of angular momentum per volume of crystal, theory §5; or the errors of these tensors.

    gamma_nl_rate : ndarray (t, 3, 3), γ^N/τ in A m⁻¹ per K m⁻¹ and s, first index m, second ∇T
    chi_diagonal, chi_off_diagonal : ndarray (t, 3, 3), χ^{N,L} in A m⁻¹ per rad s⁻¹, first index m, second Ω
    """

    gamma_nl_rate: np.ndarray
    chi_diagonal: np.ndarray
    chi_off_diagonal: np.ndarray

    @property
    def chi(self) -> np.ndarray:
        """χ^{N,L} = ∂m/∂Ω, both channels."""
        return self.chi_diagonal + self.chi_off_diagonal

    def at(self, keep: np.ndarray) -> "MagneticResponse":
        """The same at some of the temperatures, keep (t,) bool."""
        return MagneticResponse(*(getattr(self, f.name)[keep] for f in fields(self)))


@dataclass(frozen=True)
class ThermalResponse:
    """Response tensors per volume of crystal.

    temperature : ndarray (t,) K
    gamma_nl_rate : ndarray (t, 3, 3), γ^NL/τ in J m⁻² K⁻¹, first index L, second ∇T
    chi_diagonal, chi_off_diagonal : ndarray (t, 3, 3), J s² m⁻³
    conductivity_rate : ndarray (t, 3, 3), κ/τ in W m⁻¹ K⁻¹ s⁻¹
    zero_modes, unstable_modes : numbers of modes left out, on the points that were computed
    magnetic : the same for the magnetization; None without moments
    coherence : interband parts; None with one relaxation time
    """

    temperature: np.ndarray
    gamma_nl_rate: np.ndarray
    chi_diagonal: np.ndarray
    chi_off_diagonal: np.ndarray
    conductivity_rate: np.ndarray
    zero_modes: int
    unstable_modes: int
    magnetic: MagneticResponse | None = None
    coherence: Coherence | None = None

    @property
    def chi(self) -> np.ndarray:
        """Isothermal susceptibility of L per volume, both channels, (t, 3, 3) J s² m⁻³."""
        return self.chi_diagonal + self.chi_off_diagonal

    def at(self, keep: np.ndarray) -> "ThermalResponse":
        """The same at some of the temperatures, keep (t,) bool."""
        tensors = ("temperature", "gamma_nl_rate", "chi_diagonal", "chi_off_diagonal", "conductivity_rate")
        magnetic = self.magnetic and self.magnetic.at(keep)
        coherence = self.coherence and self.coherence.at(keep)
        kept = {name: getattr(self, name)[keep] for name in tensors}
        return replace(self, magnetic=magnetic, coherence=coherence, **kept)


def thermal_sums(
    modes: Modes,
    weights: ModeWeights,
    weight_k: np.ndarray,
    temperature: np.ndarray,
    rate_tkn: np.ndarray | None = None,
    coherence: np.ndarray | None = None,
) -> ThermalSums:
    """Partial sums of a block of k-points, weight_k (k,) being the fraction of the zone that each stands for.

    −∂f/∂(ħω) = f(1 + f)/kT and ∂f/∂T = f(1 + f) ħω/kT²: what depends on T alone comes after the sums.

    rate_tkn : ndarray (t, k, n), 1/τ of modes in s⁻¹; None for one relaxation time, per s
    coherence : what hpcph.response.coherence gives for them
    """
    energy = hbar * modes.thermal_kn
    kT = boltzmann * temperature[:, None]
    f = bose(energy.ravel() / kT)
    w = weight_k[:, None, None]
    pairs = weights.diagonal_kn.shape[-1]
    off_diagonal = f @ (w * weights.off_diagonal_kn).reshape(-1, pairs)
    f += f * f
    diagonal = f @ (w * weights.diagonal_kn).reshape(-1, pairs) / kT
    if rate_tkn is not None:
        f *= lifetimes(rate_tkn).reshape(f.shape)
    carried = w * energy[..., None]
    return ThermalSums(
        flow=f @ (-carried * weights.flow_kn).reshape(-1, pairs + 3) / (kT * temperature[:, None]),
        diagonal=diagonal,
        off_diagonal=off_diagonal + weight_k @ weights.zero_point_k,
        left_out=np.array([(~modes.active_kn & ~modes.unstable_kn).sum(), modes.unstable_kn.sum()], float),
        conduction=_conduction(f, carried * energy[..., None], weights) / (kT * temperature[:, None]),
        coherence=np.empty((len(temperature), 0)) if coherence is None else coherence,
    )


def _conduction(f: np.ndarray, carried: np.ndarray, weights: ModeWeights) -> np.ndarray:
    """Σ f(1 + f) τ w (ħω)² c, (t, 6)."""
    return f @ (carried * weights.conduction_kn).reshape(-1, 6)


def response(sums: ThermalSums, temperature: np.ndarray, volume: float, operations: np.ndarray) -> ThermalResponse:
    """Tensors from the sums over irreducible points: averaged over the operations, per volume.

    L and m are axial and ∇T polar, so γ → det(R) R γ Rᵀ and χ → R χ Rᵀ; time reversal changes neither.

    volume : of the primitive cell, m³; operations : ndarray (g, 3, 3) Cartesian
    """
    parity, even = np.linalg.det(operations), np.ones(len(operations))

    def average(tensors: np.ndarray, signs: np.ndarray) -> np.ndarray:
        turns = np.einsum("g,gij,glk->iljk", signs / len(operations), operations, operations)
        turns[np.abs(turns) < FORBIDDEN] = 0.0  # what symmetry forbids is zero to the last bit
        return np.einsum("iljk,tjk->til", turns, tensors.reshape(-1, 3, 3)) / volume

    magnetic = coherence = None
    if sums.coherence.shape[1]:
        moments = sums.coherence[:, COLUMNS:]
        coherence = Coherence(
            gamma_nl=average(sums.coherence[:, 6:COLUMNS], parity),
            conductivity=average(symmetric(sums.coherence[:, :6]), even),
            magnetic=average(moments, parity) if moments.shape[1] else None,
        )
    if sums.flow.shape[1] > 9:
        magnetic = MagneticResponse(
            gamma_nl_rate=average(sums.flow[:, 9:], parity),
            chi_diagonal=average(sums.diagonal[:, 6:], even),
            chi_off_diagonal=average(sums.off_diagonal[:, 6:], even),
        )
    return ThermalResponse(
        temperature=temperature,
        gamma_nl_rate=average(sums.flow[:, :9], parity),
        chi_diagonal=average(symmetric(sums.diagonal), even),
        chi_off_diagonal=average(symmetric(sums.off_diagonal), even),
        conductivity_rate=average(symmetric(sums.conduction), even),
        zero_modes=int(sums.left_out[0]),
        unstable_modes=int(sums.left_out[1]),
        magnetic=magnetic,
        coherence=coherence,
    )
