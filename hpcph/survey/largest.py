"""Where the largest numbers of a crystal are: of modes on the path, and of responses to light.

What symmetry forbids is exactly 0 and nowhere; of numbers that symmetry makes equal the first counts.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.constants import nuclear_magneton
from hpcph.crystal import handedness
from hpcph.result.light import OPTICS_FREQUENCY, TENSORS
from hpcph.result.maps import first_largest, moment_sizes
from hpcph.result.modes import BANDS_CORNER, BANDS_FREQUENCY, BANDS_LABEL, BANDS_MOMENT, BANDS_POLARIZATION, BANDS_Q
from hpcph.survey.finished import UNKNOWN, Finished

ROUNDING = 1e-9  # of what there would be
OMEGA = 2 * np.pi  # rad
POLAR, AXIAL = 0, 1
CURRENTS = ("orbital_current", "carried_current")  # of the angular momentum along the axis
RESPONSES = {"pam": AXIAL, "peltier": POLAR, "magnetization": AXIAL}  # the direction of what responds


@dataclass(frozen=True)
class OnPath:
    """The largest of something over the modes of the path.

    size : of it; frequency : ν in Hz; q : fractional, "" where there is none; branch : from 1
    place : named point or leg of the path
    """

    size: float = UNKNOWN
    frequency: float = UNKNOWN
    q: str = ""
    branch: float = UNKNOWN
    place: str = ""


@dataclass(frozen=True)
class Peak:
    """The largest component of a response to light over frequencies: its size, ν in Hz, and which, λ;μν."""

    size: float = UNKNOWN
    frequency: float = UNKNOWN
    component: str = ""


def polarization(seen: Finished) -> OnPath:
    """Of |l|, in ħ; modes of a degenerate set have their mean."""
    if BANDS_POLARIZATION not in seen:
        return OnPath()
    return _on_path(seen, np.linalg.norm(seen.of(BANDS_POLARIZATION), axis=-1), 1.0)


def moment(seen: Finished) -> OnPath:
    """Of |μ|, in A m²; as the run says it."""
    return _on_path(seen, moment_sizes(seen.file), nuclear_magneton) if BANDS_MOMENT in seen else OnPath()


def peak(seen: Finished, name: str) -> Peak:
    """Of an observable."""
    if TENSORS[name] not in seen:
        return Peak()
    size = np.abs(seen.of(TENSORS[name])) * allowed(seen, name)
    if name == CURRENTS[1]:  # a part of the other, whose products of l and v vanish in more crystals
        size[size < ROUNDING * np.abs(seen.of(TENSORS[CURRENTS[0]])).max()] = 0.0
    if not size.any():
        return Peak(0.0)
    w, *components = where = first_largest(size)
    a, b, c = ("xyz"[i] for i in components)
    return Peak(float(size[where]), float(seen.of(OPTICS_FREQUENCY)[w]) / OMEGA, f"{a};{b}{c}")


def allowed(seen: Finished, name: str) -> np.ndarray:
    """Which components λ;μν of the response of an observable to light may be other than zero, (3, 3, 3) bool."""
    operations = seen.structure.rotations_cartesian
    if name in RESPONSES:
        return handedness.allowed(operations, 3, RESPONSES[name])
    along = np.kron(seen.axis, np.eye(27))  # of a tensor whose first index is that of the angular momentum
    left = along @ handedness.projection(operations, 4, 1) @ along.T
    return (np.diag(left) > handedness.SAME).reshape(3, 3, 3)


def _on_path(seen: Finished, size: np.ndarray, unit: float) -> OnPath:
    if size.max() < ROUNDING * unit:
        return OnPath(0.0)
    k, n = first_largest(size)
    q = ", ".join(f"{x:.4g}" for x in np.round(seen.of(BANDS_Q)[k], 9) + 0.0)
    return OnPath(
        size=float(size.max()),
        frequency=float(seen.of(BANDS_FREQUENCY)[k, n]),
        q=f"({q})",
        branch=float(n + 1),
        place=_place(seen, k),
    )


def _place(seen: Finished, k: int) -> str:
    """The named point of the path, or the leg between two."""
    corner = seen.of(BANDS_CORNER)
    label = [name.decode() for name in seen.of(BANDS_LABEL)]
    for (first, last), (a, b) in zip(corner.reshape(-1, 2), zip(label[::2], label[1::2], strict=True), strict=True):
        if first <= k <= last:
            return a if k == first else b if k == last else f"{a}–{b}"
    return ""
