"""Sound, as a result holds it.

A constant has the name of the quantity in an opened result: ELASTICITY_VELOCITY is `elasticity_velocity`.
"""

import numpy as np

from hpcph.phonons.acoustics import ANGLES, Acoustics
from hpcph.result.quantity import Dataset, Kind, Quantity

FINITE, NUMBER, POSITIVE, RISING, FRACTION, TEXT, COMPLEX = Kind
D, A, P = "sound", "/elasticity/sound_angle", "/elasticity/sound_plane"

ELASTICITY_DIRECTION = Quantity(
    "/elasticity/direction", (D, "cartesian"), "1", "directions n of sound; unit vectors", optional=True
)
ELASTICITY_VELOCITY = Quantity(
    "/elasticity/velocity", (D, "wave"), "m s-1", "velocities of sound; the slowest first, with the field of the Born "
    "charges, NaN where unstable", NUMBER, optional=True, errors=True, meshed=False, symbol="v",
)  # fmt: skip
ELASTICITY_POLARIZATION = Quantity(
    "/elasticity/polarization", (D, "wave", "cartesian"), "1",
    "displacements of waves of sound; unit vectors, NaN of two with one velocity", NUMBER, optional=True,
)  # fmt: skip
ELASTICITY_ACTIVITY = Quantity(
    "/elasticity/activity", (D,), "m", "acoustic activity (ν₊ − ν₋)/(ν k); of two transverse waves of one velocity, "
    "with angular momentum along n and against it, NaN where there are no two", NUMBER,
    optional=True, errors=True, meshed=False,
)  # fmt: skip
ELASTICITY_ROTATION = Quantity(
    "/elasticity/rotation", (D,), "rad m-1", "rotation of the polarization of transverse sound about n; right-handed, "
    "at the group's frequency", NUMBER, optional=True, errors=True, meshed=False,
)  # fmt: skip
ELASTICITY_SOUND_ANGLE = Quantity(A, (A,), "rad", "angle in a plane; from its first axis", optional=True)
ELASTICITY_SOUND_PLANE = Quantity(P, (P,), "1", "planes of sound; first and second axis", TEXT, optional=True)
ELASTICITY_PLANE_VELOCITY = Quantity(
    "/elasticity/plane_velocity", (P, A, "wave"), "m s-1", "velocities of sound around planes", NUMBER,
    optional=True, symbol="v",
)  # fmt: skip
NAMES = ("xy", "yz", "zx")


def acoustics(found: Acoustics) -> list[Dataset]:
    """Sound in the directions that were asked for, with errors, and around the planes."""
    asked, error = found.asked, "lattice_error"
    rotation = asked.rotation(found.frequency)
    share = np.divide(
        found.activity_error_d, np.abs(asked.activity_d), where=asked.activity_d != 0, out=np.zeros(len(rotation))
    )
    return [
        ELASTICITY_DIRECTION.of(asked.direction_dc),
        ELASTICITY_VELOCITY.of(asked.velocity_dn),
        ELASTICITY_VELOCITY.error(error).of(found.velocity_error_dn),
        ELASTICITY_POLARIZATION.of(asked.polarization_dnc),
        ELASTICITY_ACTIVITY.of(asked.activity_d),
        ELASTICITY_ACTIVITY.error(error).of(found.activity_error_d),
        ELASTICITY_ROTATION.of(rotation),
        ELASTICITY_ROTATION.error(error).of(np.abs(rotation) * share),
        ELASTICITY_SOUND_ANGLE.of(np.linspace(0, 2 * np.pi, ANGLES)),
        ELASTICITY_SOUND_PLANE.of(NAMES),
        ELASTICITY_PLANE_VELOCITY.of(found.plane_velocity_pan),
    ]
