"""Modes of points, paths and planes, as a result holds them.

A constant has the name of the quantity in an opened result: BANDS_FREQUENCY is `bands_frequency`.
"""

import numpy as np

from hpcph.response.maps import Path, species_names
from hpcph.result.quantity import Dataset, Kind, Quantity

FINITE, NUMBER, POSITIVE, RISING, FRACTION, TEXT, COMPLEX = Kind
PATH, PLANES, L, M, K, Q = "/bands/distance", "/slices/plane", "cartesian_l", "cartesian_m", "k_point", "reciprocal"
CHI = "J s2 m-3"

MODES_Q = Quantity("/modes/q", (K, Q), "1", "fractional wave vector; in the first Brillouin zone", FRACTION)
MODES_K = Quantity("/modes/k", (K, "cartesian_k"), "rad m-1", "Cartesian wave vector; 2π included")
MODES_WEIGHT = Quantity("/modes/weight", (K,), "1", "fraction of the zone that the point stands for", POSITIVE)
MODES_FREQUENCY = Quantity("/modes/frequency", (K, "branch"), "Hz", "frequency ν; negative where imaginary")
MODES_POLARIZATION = Quantity("/modes/polarization", (K, "branch", L), "ħ", "phonon polarization l")
MODES_GROUP_VELOCITY = Quantity("/modes/group_velocity", (K, "branch", "cartesian_v"), "m s-1", "group velocity")
MODES_FLOW = Quantity(
    "/modes/flow", (K, "branch"), "J s m s-1", "p_n of γ^NL along the axis; γ^NL = −(τ/V) Σ w p ∂f/∂T"
)
MODES_DIAGONAL = Quantity(
    "/modes/diagonal", (K, "branch"), "J2 s2", "d_n of χ^D along the axis; χ^D = (1/V) Σ w d (−∂f/∂ħω)"
)
MODES_OFF_DIAGONAL = Quantity(
    "/modes/off_diagonal", (K, "branch"), "J s2", "g_n of χ^OD along the axis; χ^OD = (1/V) Σ w (c_0 + g f)"
)


def _modes_at(group: str, q: str) -> tuple[Quantity, ...]:
    """Degenerate modes carry the mean of their block; their vectors have definite l along the axis."""
    each, every = (q, "branch"), (q, "branch", "atom", L)
    label = "label m of the turn by 2π/N about the axis; modulo N, NaN off the axis"
    definite = "in a degenerate set the eigenvalues of n·{}, largest l first"
    vector = "polarization vector e; phase e^{ik·(T + r)}, largest component real"
    return (
        Quantity(f"{group}/frequency", each, "Hz", "frequency ν; negative where imaginary"),
        Quantity(f"{group}/polarization", (*each, L), "ħ", "phonon polarization l", symbol="l"),
        Quantity(f"{group}/polarization_by_atom", every, "ħ", "phonon polarization l of every atom"),
        Quantity(f"{group}/crystal_angular_momentum", each, "ħ", label, NUMBER, optional=True),
        Quantity(f"{group}/eigenvector", (*every[:3], "cartesian"), "1", vector, COMPLEX, dtype=np.complex64),
        Quantity(
            f"{group}/moment", (*each, M), "A m2", "magnetic moment of a phonon; ħ⟨n|N|n⟩", optional=True, symbol="μ"
        ),
        Quantity(
            f"{group}/moment_scalar", (*each, M), "A m2",
            "magnetic moment of a phonon, scalar charges; the mean tr Z_a/3 of every atom",
            optional=True,
        ),
        Quantity(
            f"{group}/pseudo_angular_momentum", each, "ħ",
            "ℓ of the turn by 2π/N about the axis; with the phase of its screw, modulo N, NaN where none keeps q",
            NUMBER, optional=True, symbol="ℓ",
        ),
        Quantity(
            f"{group}/rotation_order", (q,), "1", "N of the highest turn about the axis that keeps q; 1 without one",
            POSITIVE, optional=True, dtype=np.int64,
        ),
        Quantity(
            f"{group}/helicity", each, "ħ", "l along the wave vector; from Γ to its nearest image, 0 at Γ",
            optional=True, symbol="h",
        ),
        Quantity(
            f"{group}/polarization_circular", each, "ħ", f"l along the axis n; {definite.format('L')}", optional=True,
            symbol="l",
        ),
        Quantity(
            f"{group}/moment_circular", each, "A m2",
            f"magnetic moment along the axis n; {definite.format('N')}",
            optional=True,
            symbol="μ",
        ),
        Quantity(
            f"{group}/moment_eigenvector", (*every[:3], "cartesian"), "1",
            "polarization vector e of the modes of moment_circular; those of eigenvector wherever n·L and n·N commute "
            "in the set", COMPLEX, optional=True, dtype=np.complex64,
        ),
    )  # fmt: skip


(
    BANDS_FREQUENCY, BANDS_POLARIZATION, BANDS_POLARIZATION_BY_ATOM, BANDS_CRYSTAL_ANGULAR_MOMENTUM,
    BANDS_EIGENVECTOR, BANDS_MOMENT, BANDS_MOMENT_SCALAR, BANDS_PSEUDO_ANGULAR_MOMENTUM, BANDS_ROTATION_ORDER,
    BANDS_HELICITY, BANDS_POLARIZATION_CIRCULAR, BANDS_MOMENT_CIRCULAR, BANDS_MOMENT_EIGENVECTOR,
) = _modes_at("/bands", PATH)  # fmt: skip
BANDS_POLARIZATION_BY_SPECIES = Quantity(
    "/bands/polarization_by_species",
    (PATH, "branch", "/bands/species", L),
    "ħ",
    "phonon polarization l of every species",
)
BANDS_Q = Quantity("/bands/q", (PATH, Q), "1", "fractional wave vector", FRACTION)
BANDS_DISTANCE = Quantity(PATH, (PATH,), "m-1", "length of the path; |Δk| summed over legs, 2π included")
BANDS_CORNER = Quantity("/bands/corner", ("path_corner",), "1", "first and last point of every leg")
BANDS_LABEL = Quantity("/bands/label", ("path_corner",), "1", "names of first and last point of every leg", TEXT)
BANDS_SPECIES = Quantity("/bands/species", ("/bands/species",), "1", "chemical symbols of the species axis", TEXT)
(
    ORBITS_FREQUENCY, ORBITS_POLARIZATION, ORBITS_POLARIZATION_BY_ATOM, ORBITS_CRYSTAL_ANGULAR_MOMENTUM,
    ORBITS_EIGENVECTOR, ORBITS_MOMENT, ORBITS_MOMENT_SCALAR, ORBITS_PSEUDO_ANGULAR_MOMENTUM, ORBITS_ROTATION_ORDER,
    ORBITS_HELICITY, ORBITS_POLARIZATION_CIRCULAR, ORBITS_MOMENT_CIRCULAR, ORBITS_MOMENT_EIGENVECTOR,
) = _modes_at("/orbits", "orbit")  # fmt: skip
ORBITS_Q = Quantity("/orbits/q", ("orbit", Q), "1", "fractional wave vector", FRACTION)

CIRCULAR = {"orbits": ORBITS_POLARIZATION_CIRCULAR, "bands": BANDS_POLARIZATION_CIRCULAR}
STORED_MODES = {  # by section: what a mode of it is
    "orbits": {"q": ORBITS_Q, "frequency": ORBITS_FREQUENCY, "polarization": ORBITS_POLARIZATION,
               "eigenvector": ORBITS_EIGENVECTOR},
    "bands": {"q": BANDS_Q, "frequency": BANDS_FREQUENCY, "polarization": BANDS_POLARIZATION,
              "eigenvector": BANDS_EIGENVECTOR},
}  # fmt: skip

PLANE = (PLANES, "slice_a", "slice_b")
SLICES_HELICITY = Quantity(
    "/slices/helicity", PLANE, "J s m-3", "contribution of a k-point to the helicity Σ ħ l·k̂ f per volume; its zone "
    "average is that, NaN at Γ, at imaginary modes", NUMBER, optional=True, along=1, symbol="h",
)  # fmt: skip
OF_POINT = "contribution of a k-point to χ^{} along the axis; its zone average is χ^{}, NaN at Γ, at imaginary modes"
SLICES_PLANE = Quantity(PLANES, (PLANES,), "1", "fractional q_c of the plane")
SLICES_Q = Quantity("/slices/q", (*PLANE, Q), "1", "fractional wave vector", FRACTION)
SLICES_K = Quantity("/slices/k", (*PLANE, "cartesian_k"), "rad m-1", "Cartesian wave vector; 2π included")
SLICES = {
    name: Quantity(f"/slices/{name}", PLANE, CHI, OF_POINT.format(part, part), NUMBER, along=1, symbol=f"χ^{part}")
    for name, part in {"diagonal": "D", "off_diagonal": "OD"}.items()
}


def mode_maps(points: int, count: int) -> list[Dataset]:
    """Tables of every irreducible k-point (`modes: true`)."""
    each = (points, count)
    return [
        MODES_Q.shaped(points, 3),
        MODES_K.shaped(points, 3),
        MODES_WEIGHT.shaped(points),
        MODES_FREQUENCY.shaped(*each),
        MODES_POLARIZATION.shaped(*each, 3),
        MODES_GROUP_VELOCITY.shaped(*each, 3),
        MODES_FLOW.shaped(*each),
        MODES_DIAGONAL.shaped(*each),
        MODES_OFF_DIAGONAL.shaped(*each),
    ]


def band_maps(points: int, symbols: tuple[str, ...]) -> list[Dataset]:
    """Dispersion along the path."""
    each, atoms = (points, 3 * len(symbols)), len(symbols)
    return [
        BANDS_FREQUENCY.shaped(*each),
        BANDS_POLARIZATION.shaped(*each, 3),
        BANDS_POLARIZATION_BY_ATOM.shaped(*each, atoms, 3),
        BANDS_PSEUDO_ANGULAR_MOMENTUM.shaped(*each),
        BANDS_ROTATION_ORDER.shaped(points),
        BANDS_HELICITY.shaped(*each),
        BANDS_POLARIZATION_CIRCULAR.shaped(*each),
        BANDS_CRYSTAL_ANGULAR_MOMENTUM.shaped(*each),
        BANDS_EIGENVECTOR.shaped(*each, atoms, 3),
        BANDS_POLARIZATION_BY_SPECIES.shaped(*each, len(set(symbols)), 3),
    ]


def orbit_maps(points: int, symbols: tuple[str, ...]) -> list[Dataset]:
    """Modes at single wave vectors."""
    each, atoms = (points, 3 * len(symbols)), len(symbols)
    return [
        ORBITS_FREQUENCY.shaped(*each),
        ORBITS_POLARIZATION.shaped(*each, 3),
        ORBITS_POLARIZATION_BY_ATOM.shaped(*each, atoms, 3),
        ORBITS_PSEUDO_ANGULAR_MOMENTUM.shaped(*each),
        ORBITS_ROTATION_ORDER.shaped(points),
        ORBITS_HELICITY.shaped(*each),
        ORBITS_POLARIZATION_CIRCULAR.shaped(*each),
        ORBITS_CRYSTAL_ANGULAR_MOMENTUM.shaped(*each),
        ORBITS_EIGENVECTOR.shaped(*each, atoms, 3),
    ]


def band_axes(path: Path, symbols: tuple[str, ...]) -> list[Dataset]:
    """Where the points of the path lie."""
    return [
        BANDS_Q.of(path.q_kc),
        BANDS_DISTANCE.of(path.distance_k),
        BANDS_CORNER.of(path.corner),
        BANDS_SPECIES.of(species_names(symbols)),
        BANDS_LABEL.of(path.label),
    ]


def orbit_axes(q_kc: np.ndarray) -> list[Dataset]:
    """The wave vectors of /orbits."""
    return [ORBITS_Q.of(q_kc)]


def slice_maps(shape: tuple[int, int, int]) -> list[Dataset]:
    """Contributions on planes; `shape` is (i, j, p)."""
    i, j, p = shape
    return [quantity.shaped(p, i, j) for quantity in (*SLICES.values(), SLICES_HELICITY)]


def slice_axes(q_ijpc: np.ndarray, reciprocal_vc: np.ndarray) -> list[Dataset]:
    """Where the points of the slices lie, fractional and Cartesian."""
    q = np.moveaxis(q_ijpc, 2, 0)
    return [SLICES_PLANE.of(q[:, 0, 0, 2]), SLICES_Q.of(q), SLICES_K.of(q @ reciprocal_vc)]


def moment_maps(frequency: Dataset) -> list[Dataset]:
    """Magnetic moments beside the frequencies of a group; degenerate modes carry the mean of their block."""
    groups = {
        BANDS_FREQUENCY.path: (BANDS_MOMENT, BANDS_MOMENT_SCALAR, BANDS_MOMENT_CIRCULAR, BANDS_MOMENT_EIGENVECTOR),
        ORBITS_FREQUENCY.path: (ORBITS_MOMENT, ORBITS_MOMENT_SCALAR, ORBITS_MOMENT_CIRCULAR, ORBITS_MOMENT_EIGENVECTOR),
    }
    mean, scalar, along, vector = groups[frequency.name]
    each = frequency.shape
    return [mean.shaped(*each, 3), scalar.shaped(*each, 3), along.shaped(*each), vector.shaped(*each, each[1] // 3, 3)]
