"""What a result holds of the thermal responses: quantities with their numbers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hpcph.constants import hbar
from hpcph.crystal.mesh import Mesh
from hpcph.response.convergence import FeedbackUncertainty, Uncertainty
from hpcph.response.displacement import Bound
from hpcph.response.feedback import Feedback
from hpcph.response.magnetization import Magnetization, field
from hpcph.response.sample import Samples
from hpcph.response.spectrum import Intervals, Spectrum
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, HELICITY, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse
from hpcph.result import tensors
from hpcph.result import thermal as quantities
from hpcph.result.quantity import Dataset, Quantity


def thermal(result: ThermalResponse, lifetime: float, pam_density: np.ndarray | None) -> list[Dataset]:
    """Response to the gradient without feedback, where there is one, and all tensors."""
    density = [] if pam_density is None else [quantities.THERMAL_PAM_DENSITY.of(pam_density)]
    return [quantities.TEMPERATURE.of(result.temperature), *density, *tensors.responses(result, lifetime)]


def thermal_errors(kind: str, found: Uncertainty, lifetime: float, drive: np.ndarray | None) -> list[Dataset]:
    """Errors of a kind beside the numbers of `thermal`; drive (3,) is τ∇T in s K m⁻¹, None without a gradient."""
    beside = quantities.THERMAL_PAM_DENSITY.error(kind)
    density = [] if drive is None else [beside.of(found[GAMMA_NL] @ np.abs(drive))]
    return [*density, *tensors.errors(kind, found, lifetime)]


def helicity(result: ThermalResponse, spread: Mapping[str, Uncertainty], volume: float) -> list[Dataset]:
    """The trace of H in a primitive cell, whose volume is in m³, and its errors by kind."""
    trace = {kind: np.trace(error[HELICITY], axis1=1, axis2=2) * volume / hbar for kind, error in spread.items()}
    beside = [quantities.HELICITY_PER_CELL.error(kind).of(value) for kind, value in trace.items()]
    return [quantities.HELICITY_PER_CELL.of(np.trace(result[HELICITY], axis1=1, axis2=2) * volume / hbar), *beside]


def feedback(result: Feedback, samples: Samples) -> list[Dataset]:
    """Response with feedback."""
    length = result.amplified.length
    text = f"radius of the {samples.shape}; of a cuboid, of the cylinder of equal I/M"
    density = [] if result.pam_density is None else [quantities.FEEDBACK_PAM_DENSITY.of(result.pam_density)]
    return [
        replace(quantities.FEEDBACK_RADIUS, description=text).of(samples.radius_r),
        quantities.FEEDBACK_GAMMA_LL_DIAGONAL.of(result.gamma_diagonal),
        quantities.FEEDBACK_GAMMA_LL_OFF_DIAGONAL.of(result.gamma_off_diagonal),
        quantities.FEEDBACK_GAMMA_LL_TOTAL.of(result.gamma_total),
        quantities.FEEDBACK_GAMMA_LL_UNSCALED.of(result.gamma_unscaled),
        quantities.FEEDBACK_AMPLIFICATION.of(result.amplification),
        quantities.FEEDBACK_EIGENVALUE.of(result.largest),
        quantities.FEEDBACK_INVERSE_INERTIA.of(samples.inverse_inertia_rij),
        *([] if length is None else [quantities.FEEDBACK_LENGTH_AMPLIFICATION.of(length)]),
        quantities.FEEDBACK_CRITICAL_RADIUS.of(result.critical_radius),
        *density,
    ]


def feedback_errors(kind: str, errors: FeedbackUncertainty) -> list[Dataset]:
    """Errors of a kind beside the numbers of `feedback`; the scale counts as exact."""
    beside = quantities.FEEDBACK_PAM_DENSITY.error(kind)
    return [
        quantities.FEEDBACK_GAMMA_LL_DIAGONAL.error(kind).of(errors.gamma_diagonal),
        quantities.FEEDBACK_GAMMA_LL_OFF_DIAGONAL.error(kind).of(errors.gamma_off_diagonal),
        quantities.FEEDBACK_GAMMA_LL_TOTAL.error(kind).of(errors.gamma_total),
        quantities.FEEDBACK_AMPLIFICATION.error(kind).of(errors.amplification),
        quantities.FEEDBACK_EIGENVALUE.error(kind).of(errors.largest),
        *([] if errors.length is None else [quantities.FEEDBACK_LENGTH_AMPLIFICATION.error(kind).of(errors.length)]),
        *([] if errors.pam_density is None else [beside.of(errors.pam_density)]),
    ]


def bound(found: Bound, spread: dict[str, Bound]) -> list[Dataset]:
    """What the clouds of the atoms say of χ, and, spread, its errors by kind."""
    both = (quantities.FEEDBACK_SUSCEPTIBILITY_BOUND, quantities.FEEDBACK_AMPLITUDE)
    results = [quantity.of(value) for quantity, value in zip(both, (found.chi, found.amplitude), strict=True)]
    for kind, doubt in spread.items():
        chi, amplitude = both
        results += [chi.error(kind).of(doubt.chi), amplitude.error(kind).of(doubt.amplitude)]
    return results


def spectrum(wanted: Intervals, found: Spectrum, names: Collection[str]) -> list[Dataset]:
    """What modes of a frequency, and what branches, contribute to the responses of these names along the axis."""
    width = np.diff(wanted.edges)
    return [
        quantities.SPECTRUM_SPECTRAL_FREQUENCY.of((wanted.edges[:-1] + wanted.edges[1:]) / 2),
        quantities.SPECTRUM_AT_TEMPERATURE.of(wanted.temperature),
        *(of.of(getattr(found, name) / width) for name, of in quantities.SPECTRUM.items() if name in names),
        *(
            of.of(getattr(found, f"{name}_by_branch"))
            for name, of in quantities.SPECTRUM_BY_BRANCH.items()
            if name in names
        ),
    ]


def convergence(runs: Sequence[tuple[Mesh, ThermalResponse]], axis: np.ndarray, lifetime: float) -> list[Dataset]:
    """The responses along the axis on every mesh that was summed, coarse to fine."""
    meshes = [mesh for mesh, _ in runs]

    def along(values: list[np.ndarray]) -> np.ndarray:
        return np.einsum("i,mtij,j->mt", axis, values, axis)

    settling = {
        "gamma_nl": [found[GAMMA_NL] * lifetime for _, found in runs if GAMMA_NL in found],
        "diagonal": [found[CHI, DIAGONAL] for _, found in runs],
        "off_diagonal": [found[CHI, OFF_DIAGONAL] for _, found in runs],
    }
    return [
        quantities.CONVERGENCE_POINTS.of([mesh.points for mesh in meshes]),
        quantities.CONVERGENCE_GRID.of([mesh.grid for mesh in meshes]),
        *(quantities.CONVERGENCE[name].of(along(values)) for name, values in settling.items() if values),
    ]


def magnetization(found: Magnetization, spread: dict[str, Magnetization], samples: Samples | None) -> list[Dataset]:
    """Magnetization in the gradient and, spread, its errors by kind.

    The radii stand in this group again: netCDF readers look for an axis in the group and above it.
    """
    without = (quantities.MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK, quantities.MAGNETIZATION_FIELD_WITHOUT_FEEDBACK)
    results = _density(without, found.without)
    for kind, doubt in spread.items():
        results += _density([quantity.error(kind) for quantity in without], doubt.without)
    if found.coupled is not None and samples is not None:
        coupled = (quantities.MAGNETIZATION_DENSITY, quantities.MAGNETIZATION_FIELD)
        results.append(quantities.MAGNETIZATION_RADIUS.of(samples.radius_r))
        results += _density(coupled, found.coupled)
        for kind, doubt in spread.items():
            results += _density([quantity.error(kind) for quantity in coupled], doubt.coupled)
    return results


def _density(quantities: Sequence[Quantity], values: np.ndarray | None) -> list[Dataset]:
    """Magnetization, and μ₀ times it."""
    assert values is not None
    of_m, of_field = quantities
    return [of_m.of(values), of_field.of(field(values))]
