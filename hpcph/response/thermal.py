"""Brillouin-zone sums of the thermal response: γ^NL, χ^D and χ^OD at every temperature, theory §3, §4 and §5."""

from dataclasses import dataclass, fields, replace

import numpy as np

from hpcph.constants import boltzmann, hbar
from hpcph.crystal.lattice import SYMMETRIC
from hpcph.phonons.modes import Modes
from hpcph.response.weights import ModeWeights


@dataclass(frozen=True)
class ThermalSums:
    """Weighted sums over k-points; they add up block by block. With moments, nine columns more each (ModeWeights).

    flow : ndarray (t, 9), −Σ w p ∂f/∂T, J m K⁻¹ (γ^NL times V/τ)
    diagonal, off_diagonal : ndarray (t, 6), Voigt order, J s² (χ times V)
    left_out : ndarray (2,), number of zero modes and of imaginary modes that the sums leave out
    """

    flow: np.ndarray
    diagonal: np.ndarray
    off_diagonal: np.ndarray
    left_out: np.ndarray

    def __add__(self, other: "ThermalSums") -> "ThermalSums":
        return ThermalSums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def flat(self) -> np.ndarray:
        """All numbers in one row, for a reduction."""
        return np.concatenate([getattr(self, f.name).ravel() for f in fields(self)])

    @staticmethod
    def width(temperatures: int, moments: bool) -> int:
        """Length of the row."""
        return (48 if moments else 21) * temperatures + 2

    @classmethod
    def from_flat(cls, row: np.ndarray, temperatures: int) -> "ThermalSums":
        """The inverse of `flat`."""
        more = 9 if len(row) == cls.width(temperatures, moments=True) else 0
        shapes = [(temperatures, 9 + more), (temperatures, 6 + more), (temperatures, 6 + more), (2,)]
        parts = np.split(row, np.cumsum([int(np.prod(s)) for s in shapes])[:-1])
        return cls(*(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)))


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
    zero_modes, unstable_modes : numbers of modes left out, on the points that were computed
    magnetic : the same for the magnetization; None without moments
    """

    temperature: np.ndarray
    gamma_nl_rate: np.ndarray
    chi_diagonal: np.ndarray
    chi_off_diagonal: np.ndarray
    zero_modes: int
    unstable_modes: int
    magnetic: MagneticResponse | None = None

    @property
    def chi(self) -> np.ndarray:
        """Isothermal susceptibility of L per volume, both channels, (t, 3, 3) J s² m⁻³."""
        return self.chi_diagonal + self.chi_off_diagonal

    def at(self, keep: np.ndarray) -> "ThermalResponse":
        """The same at some of the temperatures, keep (t,) bool."""
        tensors = ("temperature", "gamma_nl_rate", "chi_diagonal", "chi_off_diagonal")
        magnetic = self.magnetic and self.magnetic.at(keep)
        return replace(self, magnetic=magnetic, **{name: getattr(self, name)[keep] for name in tensors})


def occupation(omega: np.ndarray, temperature: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """f, −∂f/∂(ħω) in J⁻¹ and ∂f/∂T in K⁻¹ of the Bose function, each (t, …) for omega (…) rad s⁻¹, all > 0."""
    kT = boltzmann * temperature.reshape(-1, *[1] * omega.ndim)
    x = hbar * omega / kT
    f = _bose(x)
    slope = f * (1 + f) / kT
    return f, slope, slope * (x * boltzmann)


def _bose(x: np.ndarray) -> np.ndarray:
    """1/(eˣ − 1); exp is three times as fast as expm1, which is better only where x is small."""
    with np.errstate(over="ignore"):
        f = np.exp(x)
    f -= 1
    small = x < 0.1
    f[small] = np.expm1(x[small])
    return np.divide(1, f, out=f)


def thermal_sums(modes: Modes, weights: ModeWeights, weight_k: np.ndarray, temperature: np.ndarray) -> ThermalSums:
    """Partial sums of a block of k-points, weight_k (k,) being the fraction of the zone that each stands for.

    −∂f/∂(ħω) = f(1 + f)/kT and ∂f/∂T = f(1 + f) ħω/kT²: what depends on T alone comes after the sums.
    """
    energy = hbar * np.where(modes.active_kn, modes.frequency_kn, 1e20)
    kT = boltzmann * temperature[:, None]
    f = _bose(energy.ravel() / kT)
    w = weight_k[:, None, None]
    pairs = weights.diagonal_kn.shape[-1]
    off_diagonal = f @ (w * weights.off_diagonal_kn).reshape(-1, pairs)
    f += f * f
    return ThermalSums(
        flow=f @ (-w * energy[..., None] * weights.flow_kn).reshape(-1, pairs + 3) / (kT * temperature[:, None]),
        diagonal=f @ (w * weights.diagonal_kn).reshape(-1, pairs) / kT,
        off_diagonal=off_diagonal + weight_k @ weights.zero_point_k,
        left_out=np.array([(~modes.active_kn & ~modes.unstable_kn).sum(), modes.unstable_kn.sum()], float),
    )


def response(sums: ThermalSums, temperature: np.ndarray, volume: float, operations: np.ndarray) -> ThermalResponse:
    """Tensors from the sums over irreducible points: averaged over the operations, per volume.

    L and m are axial and ∇T polar, so γ → det(R) R γ Rᵀ and χ → R χ Rᵀ; time reversal changes neither.

    volume : of the primitive cell, m³; operations : ndarray (g, 3, 3) Cartesian
    """
    parity, even = np.linalg.det(operations), np.ones(len(operations))

    def average(tensors: np.ndarray, signs: np.ndarray) -> np.ndarray:
        turned = np.einsum("g,gij,tjk,glk->til", signs, operations, tensors.reshape(-1, 3, 3), operations)
        return turned / (len(operations) * volume)

    magnetic = None
    if sums.flow.shape[1] > 9:
        magnetic = MagneticResponse(
            gamma_nl_rate=average(sums.flow[:, 9:], parity),
            chi_diagonal=average(sums.diagonal[:, 6:], even),
            chi_off_diagonal=average(sums.off_diagonal[:, 6:], even),
        )
    return ThermalResponse(
        temperature=temperature,
        gamma_nl_rate=average(sums.flow[:, :9], parity),
        chi_diagonal=average(_tensor(sums.diagonal), even),
        chi_off_diagonal=average(_tensor(sums.off_diagonal), even),
        zero_modes=int(sums.left_out[0]),
        unstable_modes=int(sums.left_out[1]),
        magnetic=magnetic,
    )


def _tensor(voigt: np.ndarray) -> np.ndarray:
    full = np.empty((len(voigt), 3, 3))
    for component, (i, j) in enumerate(SYMMETRIC):
        full[:, i, j] = full[:, j, i] = voigt[:, component]
    return full
