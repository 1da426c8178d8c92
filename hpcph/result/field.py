"""A magnetic field: shifts of modes, sound, what it induces; as a result holds them. Tensors have rows of their own.

A constant has the name of the quantity in an opened result: FIELD_SHIFT is `field_shift`.
"""

from collections.abc import Sequence

import numpy as np

from hpcph.phonons.magnetoacoustics import SoundInField
from hpcph.response.magnetism import Induced
from hpcph.response.sample import Samples
from hpcph.response.zeeman import ZeemanLevels
from hpcph.result.quantity import Dataset, Kind, Quantity
from hpcph.result.thermal import T

FINITE, NUMBER, POSITIVE, RISING, FRACTION, TEXT, COMPLEX = Kind
PATH, R, L, M = "/field/distance", "/field/radius", "cartesian_l", "cartesian_m"
EACH = (PATH, "branch")
EXACT, FIRST = "ω(B) − ω(0); both in order of size", "shift to first order in B; −μ/ħ, of degenerate modes ± the shares"

FIELD_MAGNETIC = Quantity("/field/magnetic", ("cartesian",), "T", "magnetic field; ions only", optional=True)
FIELD_DISTANCE = Quantity(PATH, (PATH,), "m-1", "length of the path; that of /bands/distance", optional=True)
FIELD_SHIFT = Quantity(
    "/field/shift", EACH, "rad s-1", f"{EXACT}, NaN at imaginary modes", NUMBER, optional=True, symbol="δω"
)
FIELD_SHIFT_PER_TESLA = Quantity(
    "/field/shift_per_tesla", EACH, "rad s-1 T-1", f"{FIRST}, NaN at imaginary modes", NUMBER, optional=True,
)  # fmt: skip
FIELD_POLARIZATION = Quantity(
    "/field/polarization", (*EACH, L), "ħ", "angular momentum u × m u̇ of a phonon in the field", NUMBER,
    optional=True, symbol="l",
)  # fmt: skip
FIELD_CENTRE_FREQUENCY = Quantity(
    "/field/centre/frequency", ("branch",), "Hz", "frequency ν at Γ, without the field; the limit along the axis",
    optional=True, closing=True,
)  # fmt: skip
FIELD_CENTRE_SHIFT = Quantity(
    "/field/centre/shift", ("branch",), "rad s-1", f"at Γ {EXACT}", NUMBER, optional=True, closing=True
)
FIELD_CENTRE_SHIFT_PER_TESLA = Quantity(
    "/field/centre/shift_per_tesla", ("branch",), "rad s-1 T-1", f"at Γ {FIRST}", NUMBER, optional=True, closing=True
)
FIELD_CENTRE_SPLITTING = Quantity(
    "/field/centre/splitting", ("branch",), "Hz T-1",
    "splitting of a degenerate set at Γ, in ν; of that which a mode is of, first order",
    NUMBER, optional=True, closing=True,
)  # fmt: skip
FIELD_SOUND_VELOCITY = Quantity(
    "/field/sound_velocity", ("wave",), "m s-1",
    "velocity of sound along the field; slowest first, without the field",
    NUMBER,
    optional=True, errors=True, meshed=False, closing=True,
)  # fmt: skip
FIELD_SOUND_CHANGE = Quantity(
    "/field/sound_change", ("wave",), "T-1", "(1/v) dv/dB of sound along the field; the other sign against it, and in "
    "the mirror image", NUMBER, optional=True, errors=True, meshed=False, closing=True,
)  # fmt: skip
FIELD_SOUND_POLARIZATION = Quantity(
    "/field/sound_polarization",
    ("wave", "cartesian"),
    "1",
    "displacements of sound along the field; unit vectors",
    optional=True,
)
FIELD_MAGNETIZATION = Quantity(
    "/field/magnetization", (T, M), "A m-1", "equilibrium magnetization in the field", optional=True, errors=True,
    symbol="M", closing=True, density=True,
)  # fmt: skip
FIELD_PAM_DENSITY = Quantity(
    "/field/pam_density", (T, L), "J s m-3", "angular momentum per volume in the field, kinetic; u × m u̇",
    optional=True, errors=True, symbol="ℓ", closing=True, density=True,
)  # fmt: skip
FIELD_PAM_DENSITY_CANONICAL = Quantity(
    "/field/pam_density_canonical", (T, L), "J s m-3",
    "angular momentum per volume in the field, canonical; u × p",
    optional=True, errors=True,
    symbol="ℓ", closing=True, density=True,
)  # fmt: skip
FIELD_RADIUS = Quantity(R, (R,), "m", "radius of the sample; that of /feedback/radius", POSITIVE, optional=True)
FIELD_PAM_DENSITY_WITH_FEEDBACK = Quantity(
    "/field/pam_density_with_feedback", (T, R, L), "J s m-3",
    "angular momentum per volume in the field, canonical, with feedback; NaN where supercritical",
    NUMBER, optional=True, errors=True, symbol="ℓ", closing=True, density=True,
)  # fmt: skip
FIELD_MAGNETIZATION_WITH_FEEDBACK = Quantity(
    "/field/magnetization_with_feedback", (T, R, M), "A m-1",
    "equilibrium magnetization in the field, with feedback; NaN where supercritical", NUMBER,
    optional=True, errors=True, symbol="M", closing=True, density=True,
)  # fmt: skip


def maps(points: int, branches: int) -> list[Dataset]:
    """Along a path."""
    each = (points, branches)
    return [FIELD_SHIFT.shaped(*each), FIELD_SHIFT_PER_TESLA.shaped(*each), FIELD_POLARIZATION.shaped(*each, 3)]


def path_axes(distance_k: np.ndarray) -> list[Dataset]:
    """Where its points lie, again: netCDF readers look for an axis in the group and above it."""
    return [FIELD_DISTANCE.of(distance_k)]


def at_gamma(field: np.ndarray, levels: ZeemanLevels) -> list[Dataset]:
    """The field and levels of Γ."""
    return [
        FIELD_MAGNETIC.of(field),
        FIELD_CENTRE_FREQUENCY.of(levels.frequency_n),
        FIELD_CENTRE_SHIFT.of(levels.shift_n),
        FIELD_CENTRE_SHIFT_PER_TESLA.of(levels.per_tesla_n),
        FIELD_CENTRE_SPLITTING.of(levels.splitting_n),
    ]


def sound(found: SoundInField, open_: tuple[np.ndarray, ...]) -> list[Dataset]:
    """Sound along the field; open_, of velocities and changes what the supercell leaves open, if known."""
    measured = (FIELD_SOUND_VELOCITY, FIELD_SOUND_CHANGE)
    errors = zip((quantity.error("lattice_error") for quantity in measured), open_, strict=False)
    return [
        *(error.of(value) for error, value in errors),
        FIELD_SOUND_VELOCITY.of(found.velocity_n),
        FIELD_SOUND_CHANGE.of(found.change_n),
        FIELD_SOUND_POLARIZATION.of(found.polarization_nc),
    ]


def induced(found: Induced, spread: dict[str, Induced], samples: Samples | None) -> list[Dataset]:
    """Densities in the field and, spread, their errors by kind."""
    plain = (FIELD_MAGNETIZATION, FIELD_PAM_DENSITY, FIELD_PAM_DENSITY_CANONICAL)
    fed = (FIELD_PAM_DENSITY_WITH_FEEDBACK, FIELD_MAGNETIZATION_WITH_FEEDBACK) if samples is not None else ()
    results = [FIELD_RADIUS.of(samples.radius_r)] if samples is not None else []
    results += _of([*plain, *fed], found)
    for kind, doubt in spread.items():
        results += _of([quantity.error(kind) for quantity in (*plain, *fed)], doubt)
    return results


def _of(quantities: Sequence[Quantity], found: Induced) -> list[Dataset]:
    values = (found.magnetization, found.pam_density, found.canonical, found.fed_canonical, found.fed_magnetization)
    return [quantity.of(value) for quantity, value in zip(quantities, values, strict=False)]
