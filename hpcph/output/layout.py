"""What result.h5 contains: names, shapes, units and descriptions of interface and README."""

from collections.abc import Sequence

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import Mesh
from hpcph.output import tensors
from hpcph.output.store import Dataset
from hpcph.output.tensors import ERRORS, T
from hpcph.response.convergence import FeedbackUncertainty, Uncertainty
from hpcph.response.feedback import Feedback
from hpcph.response.maps import Path, species_names
from hpcph.response.sample import Samples
from hpcph.response.spectrum import Intervals, Spectrum
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.thermal import ThermalResponse

R = "/feedback/radius"


def mode_maps(points: int, modes: int) -> list[Dataset]:
    """Tables of every irreducible k-point (`modes: true`)."""
    k, n = "k_point", "branch"
    return [
        Dataset("/modes/q", (points, 3), "1", "fractional wave vector, first Brillouin zone", (k, "reciprocal")),
        Dataset("/modes/k", (points, 3), "rad m-1", "the same, Cartesian, 2π included", (k, "cartesian_k")),
        Dataset("/modes/weight", (points,), "1", "fraction of the zone that the point stands for", (k,)),
        Dataset("/modes/frequency", (points, modes), "Hz", "frequency ν, negative where imaginary", (k, n)),
        Dataset("/modes/polarization", (points, modes, 3), "ħ", "phonon polarization l", (k, n, "cartesian_l")),
        Dataset("/modes/group_velocity", (points, modes, 3), "m s-1", "group velocity", (k, n, "cartesian_v")),
        Dataset("/modes/flow", (points, modes), "J s m s-1", "p_n: γ^NL = −(τ/V) Σ w p ∂f/∂T, along the axis", (k, n)),
        Dataset(
            "/modes/diagonal", (points, modes), "J2 s2", "d_n: χ^D = (1/V) Σ w d (−∂f/∂ħω), along the axis", (k, n)
        ),
        Dataset(
            "/modes/off_diagonal", (points, modes), "J s2", "g_n: χ^OD = (1/V) Σ w (c_0 + g f), along the axis", (k, n)
        ),
    ]


def band_maps(points: int, symbols: tuple[str, ...]) -> list[Dataset]:
    """Dispersion along the path."""
    species = len(set(symbols))
    axes = ("/bands/distance", "branch", "/bands/species", "cartesian_l")
    shape = (points, 3 * len(symbols), species, 3)
    return [
        *_modes_at("/bands", axes[0], points, len(symbols)),
        Dataset("/bands/polarization_by_species", shape, "ħ", "part of every species", axes),
    ]


def orbit_maps(points: int, symbols: tuple[str, ...]) -> list[Dataset]:
    """Modes at single wave vectors."""
    return _modes_at("/orbits", "orbit", points, len(symbols))


def _modes_at(group: str, q: str, points: int, atoms: int) -> list[Dataset]:
    """Degenerate modes carry the mean polarization of their block; their vectors have definite l along the axis."""
    n, c, modes = "branch", "cartesian_l", 3 * atoms
    each, every = (points, modes), (points, modes, atoms, 3)
    vector = "polarization vector e, phase e^{ik·(T + r)}, largest component real"
    return [
        Dataset(f"{group}/frequency", each, "Hz", "frequency ν, negative where imaginary", (q, n)),
        Dataset(f"{group}/polarization", (*each, 3), "ħ", "phonon polarization l", (q, n, c)),
        Dataset(
            f"{group}/polarization_by_atom", (points, modes, atoms, 3), "ħ", "part of every atom", (q, n, "atom", c)
        ),
        Dataset(
            f"{group}/crystal_angular_momentum",
            each,
            "ħ",
            "label m of the turn by 2π/N about the axis, modulo N; NaN off the axis",
            (q, n),
        ),
        Dataset(f"{group}/eigenvector", every, "1", vector, (q, n, "atom", "cartesian"), np.complex64),
    ]


def band_axes(path: Path, symbols: tuple[str, ...]) -> list[Dataset]:
    """Where the points of the path lie."""
    q, corner = "/bands/distance", "path_corner"
    return [
        Dataset.of("/bands/q", path.q_kc, "1", "fractional wave vector", (q, "reciprocal")),
        Dataset.of(q, path.distance_k, "m-1", "length of the path, |Δk| summed over legs, 2π included", (q,)),
        Dataset.of("/bands/corner", np.array(path.corner), "1", "first and last point of every leg", (corner,)),
        Dataset.of(
            "/bands/species", species_names(symbols), "1", "chemical symbols of the species axis", ("/bands/species",)
        ),
        Dataset.of("/bands/label", list(path.label), "1", "names of these points", (corner,)),
    ]


def orbit_axes(q_kc: np.ndarray) -> list[Dataset]:
    """The wave vectors of /orbits."""
    return [Dataset.of("/orbits/q", q_kc, "1", "fractional wave vector", ("orbit", "reciprocal"))]


def slice_maps(shape: tuple[int, int, int]) -> list[Dataset]:
    """Contributions on planes; `shape` is (i, j, p)."""
    i, j, p = shape
    axes = ("/slices/plane", "slice_a", "slice_b")
    text = "contribution of a k-point to χ^{} along the axis; its zone average is χ^{}; NaN at Γ, at imaginary modes"
    return [
        Dataset("/slices/diagonal", (p, i, j), "J s2 m-3", text.format("D", "D"), axes, along=1),
        Dataset("/slices/off_diagonal", (p, i, j), "J s2 m-3", text.format("OD", "OD"), axes, along=1),
    ]


def slice_axes(q_ijpc: np.ndarray, reciprocal_vc: np.ndarray) -> list[Dataset]:
    """Where the points of the slices lie, fractional and Cartesian."""
    q = np.moveaxis(q_ijpc, 2, 0)
    axes = ("/slices/plane", "slice_a", "slice_b")
    return [
        Dataset.of("/slices/plane", q[:, 0, 0, 2], "1", "fractional q_c of the plane", ("/slices/plane",)),
        Dataset.of("/slices/q", q, "1", "fractional wave vector", (*axes, "reciprocal")),
        Dataset.of(
            "/slices/k", q @ reciprocal_vc, "rad m-1", "the same, Cartesian, 2π included", (*axes, "cartesian_k")
        ),
    ]


def crystal(structure: Structure) -> list[Dataset]:
    """The primitive cell."""
    born = [] if structure.born_aij is None else [born_charges(structure.born_aij)]
    return [
        *born,
        Dataset.of("/crystal/lattice", structure.lattice_vc, "m", "rows a, b, c", ("lattice_vector", "cartesian")),
        Dataset.of(
            "/crystal/positions", structure.fractional_ac, "1", "fractional positions", ("atom", "lattice_vector")
        ),
        Dataset.of("/crystal/masses", structure.mass_a, "kg", "masses of the atoms", ("atom",)),
        Dataset.of("/crystal/symbols", list(structure.symbols), "1", "chemical symbols", ("atom",)),
        Dataset.of("/crystal/volume", structure.volume, "m3", "volume of the primitive cell"),
        Dataset.of("/crystal/density", structure.density, "kg m-3", "mass density"),
    ]


def born_charges(born_aij: np.ndarray) -> Dataset:
    """As they are used: symmetrised, neutral in all."""
    axes = ("atom", "cartesian_polarization", "cartesian_displacement")
    return Dataset.of("/crystal/born_charges", born_aij, "e", "Born charges Z_a", axes)


def thermal(result: ThermalResponse, lifetime: float, pam_density: np.ndarray) -> list[Dataset]:
    """Response to the gradient without feedback, and all tensors."""
    text = "angular momentum per volume, no feedback"
    return [
        Dataset.of(T, result.temperature, "K", "temperature", (T,)),
        Dataset.of("/thermal/pam_density", pam_density, "J s m-3", text, (T, "cartesian_l")),
        *tensors.responses(result, lifetime),
    ]


def thermal_errors(kind: str, found: Uncertainty, lifetime: float, drive: np.ndarray) -> list[Dataset]:
    """Errors of a kind beside the numbers of `thermal`; drive (3,) is τ∇T in s K m⁻¹."""
    density = found[GAMMA_NL] @ np.abs(drive)
    own = Dataset.of(f"/thermal/pam_density_{kind}", density, "J s m-3", ERRORS[kind], (T, "cartesian_l"))
    return [own, *tensors.errors(kind, found, lifetime)]


def feedback_errors(kind: str, errors: FeedbackUncertainty) -> list[Dataset]:
    """Errors of a kind beside the numbers of `feedback`; the scale counts as exact."""
    values = {
        "gamma_ll/diagonal": errors.gamma_diagonal,
        "gamma_ll/off_diagonal": errors.gamma_off_diagonal,
        "gamma_ll/total": errors.gamma_total,
        "amplification": errors.amplification,
    }
    found = [Dataset.of(f"/feedback/{name}_{kind}", value, "1", ERRORS[kind], (T, R)) for name, value in values.items()]
    axes = (T, R, "cartesian_l")
    return [*found, Dataset.of(f"/feedback/pam_density_{kind}", errors.pam_density, "J s m-3", ERRORS[kind], axes)]


def feedback(result: Feedback, samples: Samples) -> list[Dataset]:
    """Response with feedback."""
    tr = (T, R)
    return [
        Dataset.of(
            R, samples.radius_r, "m", f"radius of the {samples.shape}; of a cuboid, of the cylinder of equal I/M", (R,)
        ),
        Dataset.of(
            "/feedback/gamma_ll/diagonal", result.gamma_diagonal, "1", "γ^LL along the axis, diagonal part, scaled", tr
        ),
        Dataset.of("/feedback/gamma_ll/off_diagonal", result.gamma_off_diagonal, "1", "off-diagonal part, scaled", tr),
        Dataset.of("/feedback/gamma_ll/total", result.gamma_total, "1", "γ^LL along the axis, scaled", tr),
        Dataset.of(
            "/feedback/gamma_ll/unscaled", result.gamma_unscaled, "1", "γ^LL along the axis, first principles", tr
        ),
        Dataset.of(
            "/feedback/amplification", result.amplification, "1", "η = 1/(1 − γ^LL), NaN where supercritical", tr
        ),
        Dataset.of(
            "/feedback/critical_radius",
            result.critical_radius,
            "m",
            "radius below which the linear response has no solution",
            (T,),
        ),
        Dataset.of(
            "/feedback/pam_density",
            result.pam_density,
            "J s m-3",
            "angular momentum per volume with feedback",
            (*tr, "cartesian_l"),
        ),
    ]


def spectrum(wanted: Intervals, found: Spectrum) -> list[Dataset]:
    """What modes of a frequency, and what branches, contribute to the responses along the axis."""
    s, w, n = "/spectrum/at_temperature", "/spectrum/spectral_frequency", "branch"
    flow, chi = "J s m-2 K-1", "J s2 m-3"
    units = {"gamma_nl": flow, "diagonal": chi, "off_diagonal": chi}
    centres = (wanted.edges[:-1] + wanted.edges[1:]) / 2
    results = [
        Dataset.of(w, centres, "Hz", "middles of the intervals of ν", (w,)),
        Dataset.of(s, wanted.temperature, "K", "temperatures of the spectra", (s,)),
    ]
    for name, unit in units.items():
        density, by_branch = getattr(found, name) / np.diff(wanted.edges), getattr(found, f"{name}_by_branch")
        text = f"share of {'γ^NL' if unit == flow else 'χ'} along the axis"
        results += [
            Dataset.of(f"/spectrum/{name}", density, f"{unit} Hz-1", f"{text} per frequency ν", (s, w)),
            Dataset.of(f"/spectrum/{name}_by_branch", by_branch, unit, f"{text} by branch", (s, n)),
        ]
    return results


def convergence(runs: Sequence[tuple[Mesh, ThermalResponse]], axis: np.ndarray, lifetime: float) -> list[Dataset]:
    """The responses along the axis on every mesh that was summed, coarse to fine."""
    m = "mesh"
    meshes = [mesh for mesh, _ in runs]
    shown = {
        "gamma_nl": ([found[GAMMA_NL] * lifetime for _, found in runs], "J s m-2 K-1", "γ^NL along the axis"),
        "diagonal": ([found[CHI, DIAGONAL] for _, found in runs], "J s2 m-3", "χ^D along the axis, unscaled"),
        "off_diagonal": ([found[CHI, OFF_DIAGONAL] for _, found in runs], "J s2 m-3", "χ^OD along the axis, unscaled"),
    }
    results = [
        Dataset.of("/convergence/points", [mesh.points for mesh in meshes], "1", "k-points of the full mesh", (m,)),
        Dataset.of("/convergence/grid", [mesh.grid for mesh in meshes], "1", "divisions", (m, "reciprocal")),
    ]
    for name, (values, unit, text) in shown.items():
        along = np.einsum("i,mtij,j->mt", axis, values, axis)
        results.append(Dataset.of(f"/convergence/{name}", along, unit, text, (m, T)))
    return results
