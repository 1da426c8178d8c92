"""What result.h5 holds of a run: the quantities of hpcph.result with their numbers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import Mesh
from hpcph.response.convergence import FeedbackUncertainty, Uncertainty
from hpcph.response.feedback import Feedback
from hpcph.response.maps import Path, species_names
from hpcph.response.sample import Samples
from hpcph.response.spectrum import Intervals, Spectrum
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse
from hpcph.result import crystal as cell
from hpcph.result import modes, tensors
from hpcph.result import thermal as heated
from hpcph.result.quantity import Dataset


def mode_maps(points: int, count: int) -> list[Dataset]:
    """Tables of every irreducible k-point (`modes: true`)."""
    each = (points, count)
    return [
        modes.MODES_Q.shaped(points, 3),
        modes.MODES_K.shaped(points, 3),
        modes.MODES_WEIGHT.shaped(points),
        modes.MODES_FREQUENCY.shaped(*each),
        modes.MODES_POLARIZATION.shaped(*each, 3),
        modes.MODES_GROUP_VELOCITY.shaped(*each, 3),
        modes.MODES_FLOW.shaped(*each),
        modes.MODES_DIAGONAL.shaped(*each),
        modes.MODES_OFF_DIAGONAL.shaped(*each),
    ]


def band_maps(points: int, symbols: tuple[str, ...]) -> list[Dataset]:
    """Dispersion along the path."""
    each, atoms = (points, 3 * len(symbols)), len(symbols)
    return [
        modes.BANDS_FREQUENCY.shaped(*each),
        modes.BANDS_POLARIZATION.shaped(*each, 3),
        modes.BANDS_POLARIZATION_BY_ATOM.shaped(*each, atoms, 3),
        modes.BANDS_CRYSTAL_ANGULAR_MOMENTUM.shaped(*each),
        modes.BANDS_EIGENVECTOR.shaped(*each, atoms, 3),
        modes.BANDS_POLARIZATION_BY_SPECIES.shaped(*each, len(set(symbols)), 3),
    ]


def orbit_maps(points: int, symbols: tuple[str, ...]) -> list[Dataset]:
    """Modes at single wave vectors."""
    each, atoms = (points, 3 * len(symbols)), len(symbols)
    return [
        modes.ORBITS_FREQUENCY.shaped(*each),
        modes.ORBITS_POLARIZATION.shaped(*each, 3),
        modes.ORBITS_POLARIZATION_BY_ATOM.shaped(*each, atoms, 3),
        modes.ORBITS_CRYSTAL_ANGULAR_MOMENTUM.shaped(*each),
        modes.ORBITS_EIGENVECTOR.shaped(*each, atoms, 3),
    ]


def band_axes(path: Path, symbols: tuple[str, ...]) -> list[Dataset]:
    """Where the points of the path lie."""
    return [
        modes.BANDS_Q.of(path.q_kc),
        modes.BANDS_DISTANCE.of(path.distance_k),
        modes.BANDS_CORNER.of(path.corner),
        modes.BANDS_SPECIES.of(species_names(symbols)),
        modes.BANDS_LABEL.of(path.label),
    ]


def orbit_axes(q_kc: np.ndarray) -> list[Dataset]:
    """The wave vectors of /orbits."""
    return [modes.ORBITS_Q.of(q_kc)]


def slice_maps(shape: tuple[int, int, int]) -> list[Dataset]:
    """Contributions on planes; `shape` is (i, j, p)."""
    i, j, p = shape
    return [modes.SLICES_DIAGONAL.shaped(p, i, j), modes.SLICES_OFF_DIAGONAL.shaped(p, i, j)]


def slice_axes(q_ijpc: np.ndarray, reciprocal_vc: np.ndarray) -> list[Dataset]:
    """Where the points of the slices lie, fractional and Cartesian."""
    q = np.moveaxis(q_ijpc, 2, 0)
    return [modes.SLICES_PLANE.of(q[:, 0, 0, 2]), modes.SLICES_Q.of(q), modes.SLICES_K.of(q @ reciprocal_vc)]


def crystal(structure: Structure) -> list[Dataset]:
    """The primitive cell."""
    born = [] if structure.born_aij is None else [cell.CRYSTAL_BORN_CHARGES.of(structure.born_aij)]
    return [
        *born,
        cell.CRYSTAL_LATTICE.of(structure.lattice_vc),
        cell.CRYSTAL_POSITIONS.of(structure.fractional_ac),
        cell.CRYSTAL_MASSES.of(structure.mass_a),
        cell.CRYSTAL_SYMBOLS.of(structure.symbols),
        cell.CRYSTAL_VOLUME.of(structure.volume),
        cell.CRYSTAL_DENSITY.of(structure.density),
    ]


def thermal(result: ThermalResponse, lifetime: float, pam_density: np.ndarray) -> list[Dataset]:
    """Response to the gradient without feedback, and all tensors."""
    own = [heated.TEMPERATURE.of(result.temperature), heated.THERMAL_PAM_DENSITY.of(pam_density)]
    return own + tensors.responses(result, lifetime)


def thermal_errors(kind: str, found: Uncertainty, lifetime: float, drive: np.ndarray) -> list[Dataset]:
    """Errors of a kind beside the numbers of `thermal`; drive (3,) is τ∇T in s K m⁻¹."""
    density = heated.THERMAL_PAM_DENSITY.error(kind).of(found[GAMMA_NL] @ np.abs(drive))
    return [density, *tensors.errors(kind, found, lifetime)]


def feedback(result: Feedback, samples: Samples) -> list[Dataset]:
    """Response with feedback."""
    text = f"radius of the {samples.shape}; of a cuboid, of the cylinder of equal I/M"
    return [
        replace(heated.FEEDBACK_RADIUS, description=text).of(samples.radius_r),
        heated.FEEDBACK_GAMMA_LL_DIAGONAL.of(result.gamma_diagonal),
        heated.FEEDBACK_GAMMA_LL_OFF_DIAGONAL.of(result.gamma_off_diagonal),
        heated.FEEDBACK_GAMMA_LL_TOTAL.of(result.gamma_total),
        heated.FEEDBACK_GAMMA_LL_UNSCALED.of(result.gamma_unscaled),
        heated.FEEDBACK_AMPLIFICATION.of(result.amplification),
        heated.FEEDBACK_CRITICAL_RADIUS.of(result.critical_radius),
        heated.FEEDBACK_PAM_DENSITY.of(result.pam_density),
    ]


def feedback_errors(kind: str, errors: FeedbackUncertainty) -> list[Dataset]:
    """Errors of a kind beside the numbers of `feedback`; the scale counts as exact."""
    return [
        heated.FEEDBACK_GAMMA_LL_DIAGONAL.error(kind).of(errors.gamma_diagonal),
        heated.FEEDBACK_GAMMA_LL_OFF_DIAGONAL.error(kind).of(errors.gamma_off_diagonal),
        heated.FEEDBACK_GAMMA_LL_TOTAL.error(kind).of(errors.gamma_total),
        heated.FEEDBACK_AMPLIFICATION.error(kind).of(errors.amplification),
        heated.FEEDBACK_PAM_DENSITY.error(kind).of(errors.pam_density),
    ]


def spectrum(wanted: Intervals, found: Spectrum) -> list[Dataset]:
    """What modes of a frequency, and what branches, contribute to the responses along the axis."""
    width = np.diff(wanted.edges)
    return [
        heated.SPECTRUM_SPECTRAL_FREQUENCY.of((wanted.edges[:-1] + wanted.edges[1:]) / 2),
        heated.SPECTRUM_AT_TEMPERATURE.of(wanted.temperature),
        heated.SPECTRUM_GAMMA_NL.of(found.gamma_nl / width),
        heated.SPECTRUM_GAMMA_NL_BY_BRANCH.of(found.gamma_nl_by_branch),
        heated.SPECTRUM_DIAGONAL.of(found.diagonal / width),
        heated.SPECTRUM_DIAGONAL_BY_BRANCH.of(found.diagonal_by_branch),
        heated.SPECTRUM_OFF_DIAGONAL.of(found.off_diagonal / width),
        heated.SPECTRUM_OFF_DIAGONAL_BY_BRANCH.of(found.off_diagonal_by_branch),
    ]


def convergence(runs: Sequence[tuple[Mesh, ThermalResponse]], axis: np.ndarray, lifetime: float) -> list[Dataset]:
    """The responses along the axis on every mesh that was summed, coarse to fine."""
    meshes = [mesh for mesh, _ in runs]

    def along(values: list[np.ndarray]) -> np.ndarray:
        return np.einsum("i,mtij,j->mt", axis, values, axis)

    return [
        heated.CONVERGENCE_POINTS.of([mesh.points for mesh in meshes]),
        heated.CONVERGENCE_GRID.of([mesh.grid for mesh in meshes]),
        heated.CONVERGENCE_GAMMA_NL.of(along([found[GAMMA_NL] * lifetime for _, found in runs])),
        heated.CONVERGENCE_DIAGONAL.of(along([found[CHI, DIAGONAL] for _, found in runs])),
        heated.CONVERGENCE_OFF_DIAGONAL.of(along([found[CHI, OFF_DIAGONAL] for _, found in runs])),
    ]
