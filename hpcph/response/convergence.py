"""How far the sums over a mesh are from their limit, judged by coarser meshes.

Over an even mesh the 1/k² of the acoustic modes leaves an error of χ like the step h, so a mesh with r times the step
says how large it is: |Q − Q_r|/(r − 1). Drawn towards Γ by enough levels, what is left changes sign from mesh to mesh
and falls like h^3/2 or faster, as that of γ^NL and of the helicity does on any mesh: |Q − Q_r| is then the error of the
coarser mesh, and that of the finer smaller by r^3/2. A result is given the larger of two such estimates times 2.5,
because meshes can agree by chance: then nine errors of ten are below it (tests/response/test_convergence.py).

A series towards an accuracy has more meshes. If errors of γ^NL, which end it, are independent of each other and
fall like h², the difference from a mesh with r times the step has the mean square (1 + r⁴) σ²; three such differences
tell σ better than the larger of two estimates does, and 2.5 σ covers nine errors of ten too, while it is smaller by a
quarter. Of κ and γ^N it covers fewer in some crystals; they keep the larger of two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hpcph.crystal.handedness import independent
from hpcph.crystal.mesh import Mesh
from hpcph.response import amplification
from hpcph.response.feedback import Feedback
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, OFF_DIAGONAL, Part
from hpcph.response.thermal import Tensors, ThermalResponse

SAFETY = 2.5
COMPARED, MANY = 2, 3  # coarser meshes: of a grid, and of a series
INDEPENDENT = 2  # the power of the step that errors of γ^NL are taken to fall with in a series
IRREGULAR = 1.5  # the power of the step that errors fall with which change sign from mesh to mesh
SMALLEST = 1e-290  # what is smaller cannot be divided by
DEEP = 4  # levels of refinement that leave nothing of the error like h


class Uncertainty(Tensors):
    """Estimated absolute errors of a ThermalResponse, (t, 3, 3) each in its units, NaN without two coarser meshes."""


def uncertainty(runs: Sequence[tuple[Mesh, ThermalResponse]]) -> Uncertainty:
    """Errors of the last of several meshes, of which those before it tell."""
    (mesh, last), coarser = runs[-1], runs[:-1][-MANY:]
    divided = max(1, sum(n > 1 for n in mesh.grid))  # the one division along the normal of a layer is no step
    ratios = np.array([(mesh.points / other.points) ** (1 / divided) for other, _ in coarser])
    smooth = mesh.refinement >= DEEP

    def error(part: Part) -> np.ndarray:
        value = last[part]
        if len(coarser) < COMPARED:
            return np.full_like(value, np.nan)
        difference = np.abs([value - response[part] for _, response in coarser])
        r = ratios.reshape(-1, *[1] * value.ndim)
        if smooth and part[0] == GAMMA_NL and len(coarser) == MANY:
            return SAFETY * np.sqrt(np.mean(difference**2 / (1 + r ** (2 * INDEPENDENT)), axis=0))
        factor = r**-IRREGULAR if smooth or part[1].mild else 1 / (r - 1)
        return SAFETY * np.max((factor * difference)[-COMPARED:], axis=0)

    return Uncertainty({part: error(part) for part in last.parts})


def relative(errors: Uncertainty, response: ThermalResponse, operations: np.ndarray) -> tuple[float, float]:
    """Largest relative error of χ (γ^LL) and of γ^NL over the temperatures, as `by_temperature` has them."""
    feedback, flow = by_temperature(errors, response, operations).max(axis=1)
    return float(feedback), float(flow)


def by_temperature(errors: Uncertainty, response: ThermalResponse, operations: np.ndarray) -> np.ndarray:
    """Relative errors of χ (γ^LL) and of γ^NL at every temperature, as tensor norms, (2, t); NaN where unknown.

    operations : ndarray (g, 3, 3) of the crystal's point group; if it forbids γ^NL, or that is not asked, its are 0
    """
    flowing = GAMMA_NL in response and independent(operations) > 0
    feedback = _ratio(errors[CHI], response[CHI])
    return np.stack([feedback, _ratio(errors[GAMMA_NL], response[GAMMA_NL]) if flowing else np.zeros_like(feedback)])


def _ratio(error: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(t,), 0 where both are zero, infinite where the value alone is; scaled: squares of a frozen lattice underflow."""
    size = np.maximum(np.abs([value, error]).max(axis=(0, 2, 3))[:, None, None], SMALLEST)
    of_error, of_value = (np.linalg.norm(x / size, axis=(1, 2)) for x in (error, value))
    ratio = np.where(of_error == 0, 0.0, of_error + np.inf)
    return np.divide(of_error, of_value, out=ratio, where=of_value > 0)


@dataclass(frozen=True)
class FeedbackUncertainty:
    """Errors of a Feedback, (t, r) each, and of its density, (t, r, 3), None where it has none.

    Its scale counts as exact.
    """

    gamma_diagonal: np.ndarray
    gamma_off_diagonal: np.ndarray
    largest: np.ndarray
    amplification: np.ndarray
    length: np.ndarray | None
    pam_density: np.ndarray | None

    @property
    def gamma_total(self) -> np.ndarray:
        """Of both channels together."""
        return self.gamma_diagonal + self.gamma_off_diagonal


def feedback_uncertainty(
    errors: Uncertainty,
    thermal: ThermalResponse,
    samples: Samples,
    axis: np.ndarray,
    drive: np.ndarray | None,
    coupled: Feedback,
) -> FeedbackUncertainty:
    """Errors of γ^LL = scale · V_sample n·χ I⁻¹·n, of the largest eigenvalue of Γ, of η, and of ⟨L⟩ = (1 − Γ)⁻¹⟨L⟩⁰.

    drive (3,) is τ∇T in s K m⁻¹, None without one
    """
    n = axis / np.linalg.norm(axis)
    lever = np.abs(samples.inverse_inertia_rij @ n)

    def along(error: np.ndarray) -> np.ndarray:
        return coupled.scale * np.einsum("i,tij,rj->tr", np.abs(n), error, lever)

    diagonal, off_diagonal = along(errors[CHI, DIAGONAL]), along(errors[CHI, OFF_DIAGONAL])
    density = None
    if drive is not None and coupled.pam_density is not None:
        source = errors[GAMMA_NL] @ np.abs(drive)
        density = fed_error(errors, thermal, samples, source, coupled.pam_density, coupled)
    eta, length = coupled.amplification**2 * (diagonal + off_diagonal), None
    if coupled.amplified.length is not None:
        along_axis, length = _ratios(errors, thermal, samples, n, n if drive is None else drive, coupled)
        eta = np.where(coupled.amplified.kept, eta, along_axis)
        length = np.where(coupled.amplified.kept & np.isnan(length), eta, length)  # nothing is driven
    return FeedbackUncertainty(
        diagonal, off_diagonal, _largest(errors, thermal, samples, coupled), eta, length, density
    )


def _largest(errors: Uncertainty, thermal: ThermalResponse, samples: Samples, coupled: Feedback) -> np.ndarray:
    """Of the largest eigenvalue of Γ, similar to a symmetric matrix whose eigenvector says how δχ moves it, (t, r)."""
    lever, own = np.linalg.eigh(samples.inverse_inertia_rij)
    root = own * np.sqrt(np.maximum(lever, 0))[:, None]
    strength = coupled.scale * coupled.coupling.value
    vectors = np.linalg.eigh(strength * np.einsum("rai,tab,rbj->trij", root, thermal[CHI], root, optimize=True))[1]
    reach = np.abs(np.einsum("rai,tri->tra", root, vectors[..., -1]))
    return coupled.scale * np.einsum("tri,tij,trj->tr", reach, errors[CHI], reach)


def _ratios(
    errors: Uncertainty, thermal: ThermalResponse, samples: Samples, n: np.ndarray, drive: np.ndarray, coupled: Feedback
) -> tuple[np.ndarray, np.ndarray]:
    """Of η and of |⟨L⟩|/|⟨L⟩⁰|."""
    inverse, strength = samples.inverse_inertia_rij, coupled.scale * coupled.coupling.value
    gamma = strength * np.einsum("tij,rjk->trik", thermal[CHI], inverse)
    opened = coupled.scale * np.einsum("tij,rjk->trik", errors[CHI], np.abs(inverse))
    driven, open_ = thermal[GAMMA_NL] @ drive, errors[GAMMA_NL] @ np.abs(drive)
    return amplification.errors(gamma, opened, n, driven, open_, coupled.amplified)


def fed_error(
    errors: Uncertainty,
    thermal: ThermalResponse,
    samples: Samples,
    source_ti: np.ndarray,
    density_tri: np.ndarray,
    coupled: Feedback,
) -> np.ndarray:
    """δ⟨L⟩ = (1 − Γ)⁻¹ (δ⟨L⟩⁰ + δΓ ⟨L⟩), all of its parts taken as positive, (t, r, 3).

    source_ti : ndarray (t, 3), δ⟨L⟩⁰; density_tri : ndarray (t, r, 3), ⟨L⟩
    """
    inverse, reach = samples.inverse_inertia_rij, np.abs(samples.inverse_inertia_rij)
    strength = coupled.scale * coupled.coupling.value
    solvable = coupled.solvable[..., None, None]
    system = np.where(solvable, np.eye(3) - strength * np.einsum("tij,rjk->trik", thermal[CHI], inverse), np.eye(3))
    opened = coupled.scale * np.einsum("tij,rjk->trik", errors[CHI], reach)
    source = source_ti[:, None] + np.einsum("trij,trj->tri", opened, np.abs(density_tri))
    return np.einsum("trij,trj->tri", np.abs(np.linalg.inv(system)), source)
