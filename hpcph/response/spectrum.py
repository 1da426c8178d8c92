"""Which frequencies and which branches carry the response along the axis."""

from dataclasses import dataclass, fields

import numpy as np

from hpcph.crystal.lattice import SYMMETRIC
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.lifetimes import lifetimes
from hpcph.phonons.modes import Modes
from hpcph.response.occupation import occupation
from hpcph.response.tensors import CHI, DIAGONAL, FLOW, GAMMA_NL, HELICITY, OCCUPIED, OFF_DIAGONAL
from hpcph.response.thermal import FORBIDDEN
from hpcph.response.weights import ModeWeights

PARTS = 4  # of a spectrum, each by frequency and by branch


@dataclass(frozen=True)
class Intervals:
    """Intervals of the frequency between edges (w + 1,) in Hz, and temperatures (s,) in K."""

    edges: np.ndarray
    temperature: np.ndarray


@dataclass(frozen=True)
class Projection:
    """What contracts the weights of irreducible points to the component along the axis, symmetry included.

    n·γ·n of a tensor averaged over operations is a contraction of the sum before the average with the average of
    Rᵀn ⊗ Rᵀn, so every mode has a share of its own.

    flow : ndarray (9,), of γ^NL, sign of improper operations included; susceptibility : ndarray (6,), Voigt order
    trace : ndarray (9,), of H, which improper operations make vanish
    """

    flow: np.ndarray
    susceptibility: np.ndarray
    trace: np.ndarray

    @classmethod
    def along(cls, axis: np.ndarray, operations: np.ndarray) -> "Projection":
        """For a unit vector (3,) and operations (g, 3, 3), Cartesian."""
        images = axis @ operations
        parity = np.linalg.det(operations)
        mean = np.einsum("gi,gj->ij", images, images) / len(operations)
        flow = np.einsum("g,gi,gj->ij", parity, images, images) / len(operations)
        mean, flow = (np.where(np.abs(of) < FORBIDDEN, 0.0, of) for of in (mean, flow))
        chiral = np.eye(3) * np.rint(parity.mean())
        return cls(flow.ravel(), np.array([mean[i, j] * (1 if i == j else 2) for i, j in SYMMETRIC]), chiral.ravel())


@dataclass(frozen=True)
class Spectrum:
    """Shares of the response along the axis, by frequency (s, w) and by branch (s, n); either adds up to the response.

    gamma_nl : γ^NL/τ times V in sums, J m⁻² K⁻¹ after `per_volume`; diagonal, off_diagonal : χ, J s² m⁻³, an oscillator
    carrying g (f + ½) of χ^OD; helicity : the trace of H, J s m⁻³
    """

    gamma_nl: np.ndarray
    diagonal: np.ndarray
    off_diagonal: np.ndarray
    helicity: np.ndarray
    gamma_nl_by_branch: np.ndarray
    diagonal_by_branch: np.ndarray
    off_diagonal_by_branch: np.ndarray
    helicity_by_branch: np.ndarray

    def flat(self) -> np.ndarray:
        """All numbers in one row, for a reduction."""
        return np.concatenate([getattr(self, f.name).ravel() for f in fields(self)])

    @classmethod
    def from_flat(cls, row: np.ndarray, wanted: Intervals, modes: int) -> "Spectrum":
        """The inverse of `flat`."""
        temperatures = len(wanted.temperature)
        shapes = [(temperatures, len(wanted.edges) - 1)] * PARTS + [(temperatures, modes)] * PARTS
        parts = np.split(row, np.cumsum([int(np.prod(s)) for s in shapes])[:-1])
        return cls(*(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)))

    @staticmethod
    def width(wanted: Intervals, modes: int) -> int:
        """Length of the row."""
        return PARTS * len(wanted.temperature) * (len(wanted.edges) - 1 + modes)

    def per_volume(self, volume: float, lifetime: float) -> "Spectrum":
        """γ^NL and χ from sums: over the volume of the cell, the flow times the relaxation time."""
        scaled = {f.name: getattr(self, f.name) * (lifetime if "gamma" in f.name else 1) / volume for f in fields(self)}
        return Spectrum(**scaled)


def spectral_sums(
    modes: Modes,
    weights: ModeWeights,
    weight_k: np.ndarray,
    wanted: Intervals,
    projection: Projection,
    rate_skn: np.ndarray | None = None,
) -> Spectrum:
    """Partial sums of a block of k-points, theory §3 and §4; degenerate modes share the mean over their block.

    rate_skn : ndarray (s, k, n), 1/τ of modes in s⁻¹; None for one relaxation time, per s
    """
    block, count = modes.degenerate_blocks(), len(wanted.edges) - 1
    f, slope, warming = occupation(modes.thermal_kn, wanted.temperature)
    if rate_skn is not None:
        warming *= lifetimes(rate_skn)
    shares = np.stack(
        [
            -weights.of(GAMMA_NL, FLOW) @ projection.flow,
            weights.of(CHI, DIAGONAL) @ projection.susceptibility,
            weights.of(CHI, OFF_DIAGONAL) @ projection.susceptibility,
            weights.of(HELICITY, OCCUPIED) @ projection.trace,
        ],
        axis=-1,
    )
    shares = block_average(shares, block) * weight_k[:, None, None]
    thermal = (warming, slope, f + 0.5, f)
    contributions = [factor * shares[..., i] for i, factor in enumerate(thermal)]  # (s, k, n) each
    interval = np.searchsorted(wanted.edges, modes.frequency_kn.ravel() / (2 * np.pi), side="right") - 1
    interval = np.clip(interval, 0, count - 1)
    by_frequency = [
        np.array([np.bincount(interval, weights=of_t.ravel(), minlength=count) for of_t in part])
        for part in contributions
    ]
    return Spectrum(*by_frequency, *(part.sum(axis=1) for part in contributions))
