"""Brillouin-zone sums of the thermal response: every row of hpcph.response.tensors at every temperature, theory §3–§5.

One relaxation time multiplies the finished tensors, which are rates per τ; lifetimes of modes stand in the sums, whose
tensors then are γ^NL and κ themselves ("per s").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from hpcph.constants import boltzmann, hbar
from hpcph.phonons.lifetimes import lifetimes
from hpcph.phonons.modes import Modes
from hpcph.response.displacement import over_images
from hpcph.response.occupation import bose
from hpcph.response.tensors import (
    DIAGONAL,
    DIAMAGNETIC,
    FLOW,
    HEAT,
    OCCUPIED,
    OFF_DIAGONAL,
    OSCILLATOR,
    TABLE,
    TOGETHER,
    Channel,
    Part,
    Sum,
    Tensor,
)
from hpcph.response.weights import ModeWeights

FORBIDDEN = 1e-9  # what rounding leaves of a mean over operations that vanishes
SKIPPED = 2  # zero modes and imaginary modes


@dataclass(frozen=True)
class ThermalSums:
    """Weighted sums over k-points; they add up block by block.

    of : by sum, in the order of `sums`, ndarray (t, columns), the tensors times V, those of FLOW and HEAT per τ
    left_out : ndarray (2,), number of zero modes and of imaginary modes that the sums leave out
    """

    of: Mapping[Sum, np.ndarray]
    left_out: np.ndarray

    def __add__(self, other: "ThermalSums") -> "ThermalSums":
        return ThermalSums({s: self.of[s] + other.of[s] for s in self.of}, self.left_out + other.left_out)

    def flat(self) -> np.ndarray:
        """All numbers in one row, for a reduction."""
        return np.concatenate([*(self.of[s].ravel() for s in self.of), self.left_out])

    @staticmethod
    def width(temperatures: int, every: Sequence[Sum]) -> int:
        """Length of the row."""
        return sum(temperatures * s.width for s in every) + SKIPPED

    @classmethod
    def from_flat(cls, row: np.ndarray, temperatures: int, every: Sequence[Sum]) -> "ThermalSums":
        """The inverse of `flat`."""
        *parts, left_out = np.split(row, np.cumsum([temperatures * s.width for s in every]))
        columns = {s: part.reshape(temperatures, s.width) for s, part in zip(every, parts, strict=True)}
        return cls(columns, left_out)


@dataclass(frozen=True)
class Tensors:
    """Responses per volume of crystal, or errors of them, by tensor and channel, (t, 3, 3) each, (t, a, 3, 3) by atom.

    [tensor] is the whole, [tensor, channel] one channel; those of FLOW and HEAT are per τ.
    """

    parts: Mapping[Part, np.ndarray]

    def __getitem__(self, key: Tensor | Part) -> np.ndarray:
        if isinstance(key, tuple):
            return self.parts[key]
        first, *others = (self.parts[key, channel] for channel in key.channels)
        return sum(others, start=first)

    def __contains__(self, tensor: Tensor) -> bool:
        return (tensor, tensor.channels[0]) in self.parts

    @property
    def known(self) -> list[Tensor]:
        """Those that are there, in the order of the table."""
        return [tensor for tensor in TABLE if tensor in self]

    def at(self, keep: np.ndarray) -> Self:
        """The same at some of the temperatures, keep (t,) bool."""
        return replace(self, parts={key: values[keep] for key, values in self.parts.items()})

    def untimed(self) -> Self:
        """The same without what is a rate per lifetime."""
        return replace(self, parts={part: values for part, values in self.parts.items() if not part[1].timed})

    def with_(self, changed: Mapping[Part, np.ndarray]) -> Self:
        """The same with other values of some parts."""
        return replace(self, parts={**self.parts, **changed})


@dataclass(frozen=True)
class ThermalResponse(Tensors):
    """Response tensors per volume of crystal.

    temperature : ndarray (t,) K
    zero_modes, unstable_modes : numbers of modes left out, on the points that were computed
    """

    temperature: np.ndarray
    zero_modes: int = 0
    unstable_modes: int = 0

    def at(self, keep: np.ndarray) -> Self:
        """The same at some of the temperatures, keep (t,) bool."""
        return replace(self, parts=super().at(keep).parts, temperature=self.temperature[keep])


def thermal_sums(
    modes: Modes,
    weights: ModeWeights,
    weight_k: np.ndarray,
    temperature: np.ndarray,
    rate_tkn: np.ndarray | None = None,
    interband: Mapping[Sum, np.ndarray] | None = None,
) -> ThermalSums:
    """Partial sums of a block of k-points, weight_k (k,) being the fraction of the zone that each stands for.

    −∂f/∂(ħω) = f(1 + f)/kT and ∂f/∂T = f(1 + f) ħω/kT²: what depends on T alone comes after the sums.

    rate_tkn : ndarray (t, k, n), 1/τ of modes in s⁻¹; None for one relaxation time, per s
    interband : what hpcph.response.coherence gives for them
    """
    energy = hbar * modes.thermal_kn
    kT = boltzmann * temperature[:, None]
    w, f = np.repeat(weight_k, energy.shape[1]), bose(energy.ravel() / kT)
    found: dict[Sum, np.ndarray] = {}  # in the order of the channels

    def add(channel: Channel, thermal: np.ndarray, factor: np.ndarray | float = 1.0, over: np.ndarray | float = 1.0):
        for s, columns in weights.of_modes.items():
            if s.channel is channel:
                found[s] = thermal @ (factor * columns).reshape(-1, s.width) / over

    occupied = w * f
    excited = occupied + 0.5 * w
    for channel in (OFF_DIAGONAL, OSCILLATOR, DIAMAGNETIC):
        add(channel, excited)
    add(OCCUPIED, occupied)
    f *= occupied
    f += occupied
    add(DIAGONAL, f, over=kT)
    if rate_tkn is not None:
        f *= lifetimes(rate_tkn).reshape(f.shape)
    add(FLOW, f, -energy[..., None], kT * temperature[:, None])
    add(HEAT, f, (energy**2)[..., None], kT * temperature[:, None])
    left_out = np.array([(~modes.active_kn & ~modes.unstable_kn).sum(), modes.unstable_kn.sum()], float)
    return ThermalSums({**found, **(interband or {})}, left_out)


def response(
    found: ThermalSums,
    temperature: np.ndarray,
    volume: float,
    operations: np.ndarray,
    images_ga: np.ndarray | None = None,
) -> ThermalResponse:
    """Tensors from the sums over irreducible points: averaged over the operations, per volume.

    L and m are axial and ∇T polar, so γ → det(R) R γ Rᵀ and χ → R χ Rᵀ; points of −k are left to those of k, so what
    time reversal changes averages out.

    volume : of the primitive cell, m³; operations : ndarray (g, 3, 3) Cartesian
    images_ga : ndarray (g, a) int, the atoms that they carry atoms to, which what is by atom needs
    """
    determinant = np.linalg.det(operations)
    turns = {}
    for parity, signs in ((1, np.ones(len(operations))), (-1, determinant)):
        turns[parity] = np.einsum("g,gij,glk->iljk", signs / len(operations), operations, operations)
        turns[parity][np.abs(turns[parity]) < FORBIDDEN] = 0.0  # what symmetry forbids is zero to the last bit
    parts = {}
    for s, columns in found.of.items():
        for tensor, own in s.parts(columns).items():
            if tensor.by_atom:
                assert images_ga is not None
                parts[tensor, s.channel] = over_images(tensor.unpack(own), operations, images_ga)
                continue
            both = (1 + tensor.reversal) / 2
            mean = np.einsum("iljk,tjk->til", turns[tensor.parity], tensor.unpack(own))
            parts[tensor, s.channel] = both * mean / volume
    known = Tensors(parts)
    whole = [tensor for tensor in TABLE if tensor.parts and all(part in known for part in tensor.parts)]
    for tensor in whole:
        first, *others = (known[part] for part in tensor.parts)
        parts[tensor, TOGETHER] = sum(others, start=first)
    zero, unstable = (int(count) for count in found.left_out)
    return ThermalResponse(parts, temperature, zero, unstable)
