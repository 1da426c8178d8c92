"""A finite sample, as a result holds it.

A constant has the name of the quantity in an opened result: SAMPLE_PAM is `sample_pam`.
"""

from typing import Any

import numpy as np

from hpcph.heat.grid import Part
from hpcph.heat.sample import Heated, Totals
from hpcph.heat.setup import Bath, Setup
from hpcph.heat.stray import stray_points
from hpcph.heat.threshold import Threshold
from hpcph.result.quantity import Dataset, Kind, Quantity

FINITE, NUMBER = Kind.FINITE, Kind.NUMBER
X, Y, Z = "/sample/x", "/sample/y", "/sample/z"
NODES, VECTOR = (Z, Y, X), "cartesian_sample"
V = (VECTOR,)
TRIAL, STRAY = "/sample/trial_power", "/sample/stray_z"

SAMPLE_X = Quantity(X, (X,), "m", "x across the axis; from the middle, of a cylinder the radius")
SAMPLE_Y = Quantity(Y, (Y,), "m", "y across the axis; from the middle, of a cylinder 0")
SAMPLE_Z = Quantity(Z, (Z,), "m", "z along the axis; from the bottom")
SAMPLE_FRAME = Quantity("/sample/frame", (VECTOR, "cartesian"), "1", "directions of the sample; rows are its x, y, z")

SAMPLE_TEMPERATURE_FIELD = Quantity("/sample/temperature_field", NODES, "K", "temperature")
SAMPLE_PAM_DENSITY = Quantity(
    "/sample/pam_density", (*NODES, VECTOR), "J s m-3",
    "angular momentum per volume, with feedback; NaN where supercritical, sample's frame", NUMBER, symbol="ℓ",
)  # fmt: skip
SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK = Quantity(
    "/sample/pam_density_without_feedback", (*NODES, VECTOR), "J s m-3",
    "angular momentum per volume, without feedback; sample's frame",
)  # fmt: skip
SAMPLE_MAGNETIZATION = Quantity(
    "/sample/magnetization", (*NODES, VECTOR), "A m-1",
    "magnetization, with feedback; NaN where supercritical, sample's frame", NUMBER, optional=True, symbol="M",
)  # fmt: skip
SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK = Quantity(
    "/sample/magnetization_without_feedback", (*NODES, VECTOR), "A m-1",
    "magnetization, without feedback; sample's frame", optional=True,
)  # fmt: skip
SAMPLE_DENSITIES = {  # with feedback, and without it
    SAMPLE_PAM_DENSITY: SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK,
    SAMPLE_MAGNETIZATION: SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK,
}

SAMPLE_PAM_WITHOUT_FEEDBACK = Quantity(
    "/sample/pam_without_feedback",
    V,
    "J s",
    "total angular momentum, without feedback; ∫ γ^NL ∇T dV",
    errors=True,
    closing=True,
)
SAMPLE_PAM = Quantity(
    "/sample/pam", V, "J s", "total angular momentum, with feedback", NUMBER, errors=True, closing=True
)
SAMPLE_ROTATION = Quantity(
    "/sample/rotation",
    V,
    "rad s-1",
    "rotation that the free sample takes up in turn; −I⁻¹ L",
    NUMBER,
    errors=True,
    closing=True,
)
SAMPLE_TORQUE = Quantity(
    "/sample/torque",
    V,
    "N m",
    "torque on the sample; factor of sin 2πft in −dL/dt where the power is ½P(1 + cos 2πft)",
    NUMBER,
    errors=True,
    closing=True,
)
SAMPLE_GAMMA_LL_DIAGONAL = Quantity(
    "/sample/gamma_ll_diagonal", (), "1", "γ^LL of the mean of χ^D along the axis, scaled", errors=True
)
SAMPLE_GAMMA_LL_OFF_DIAGONAL = Quantity(
    "/sample/gamma_ll_off_diagonal", (), "1", "γ^LL of the mean of χ^OD along the axis, scaled", errors=True
)
SAMPLE_GAMMA_LL = Quantity(
    "/sample/gamma_ll", (), "1", "γ^LL of the sample, scaled; of the mean of χ(T(x))", errors=True, closing=True
)
SAMPLE_EIGENVALUE = Quantity(
    "/sample/eigenvalue", (), "1",
    "largest eigenvalue of Γ of the sample; the component of Γ along the axis is γ^LL, threshold 1",
    optional=True, errors=True,
)  # fmt: skip
SAMPLE_AMPLIFICATION = Quantity(
    "/sample/amplification",
    (),
    "1",
    "amplification η of the sample; L with feedback over L without along the axis, 1/(1 − γ^LL) where Γ keeps it, NaN "
    "where supercritical",
    NUMBER,
    errors=True,
    closing=True,
)
SAMPLE_CRITICAL_RADIUS = Quantity(
    "/sample/critical_radius", (), "m",
    "critical radius of the sample; the size (as /feedback/radius) below which one of these proportions and this "
    "T(x/size) has no solution", NUMBER,
    errors=True, closing=True,
)  # fmt: skip

SAMPLE_THRESHOLD_POWER = Quantity(
    "/sample/threshold_power", (), "W",
    "absorbed power from which on the feedback has no solution; NaN where the temperatures of the run end before",
    NUMBER, optional=True, errors=True, closing=True,
)  # fmt: skip
SAMPLE_TRIAL_POWER = Quantity(TRIAL, (TRIAL,), "W", "absorbed powers that were tried", optional=True)
SAMPLE_TRIAL_EIGENVALUE = Quantity(
    "/sample/trial_eigenvalue",
    (TRIAL,),
    "1",
    "largest eigenvalue of Γ at a power that was tried; 1 at the threshold",
    optional=True,
)
SAMPLE_TRIAL_HOTTEST = Quantity(
    "/sample/trial_hottest", (TRIAL,), "K", "hottest temperature at a power that was tried", optional=True
)

SAMPLE_MOMENT_WITHOUT_FEEDBACK = Quantity(
    "/sample/moment_without_feedback",
    V,
    "A m2",
    "magnetic moment, without feedback; ∫ γ^N ∇T dV",
    optional=True,
    errors=True,
)
SAMPLE_MOMENT = Quantity(
    "/sample/moment", V, "A m2", "magnetic moment, with feedback", NUMBER, optional=True, errors=True, closing=True
)
SAMPLE_STRAY_Z = Quantity(STRAY, (STRAY,), "m", "points on the axis; z from the bottom", optional=True)
SAMPLE_STRAY_FIELD = Quantity(
    "/sample/stray_field",
    (STRAY, VECTOR),
    "T",
    "magnetic field on the axis; B of the dipoles m dV",
    NUMBER,
    optional=True,
    symbol="B",
)


Errors = dict[str, dict[str, float | np.ndarray]]  # by kind and name


def maps(setup: Setup | None, moments: bool) -> list[Dataset]:
    """Fields on the nodes; of a cylinder on the half plane y = 0, x ≥ 0, where x, y, z are r, φ, z."""
    if setup is None:
        return []
    nodes = setup.grid.nodes
    fields = [SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK, SAMPLE_PAM_DENSITY]
    if moments:
        fields += [SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK, SAMPLE_MAGNETIZATION]
    return [SAMPLE_TEMPERATURE_FIELD.shaped(*nodes), *(field.shaped(*nodes, 3) for field in fields)]


def pieces(found: Heated) -> dict[str, list[tuple[slice, np.ndarray]]]:
    """What a rank has of the maps."""
    if found.without is None or found.coupled is None:
        return {}
    part = found.without.part
    values = {SAMPLE_TEMPERATURE_FIELD: found.without.temperature}
    for fields, density, magnetization in (
        (found.without, SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK, SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK),
        (found.coupled, SAMPLE_PAM_DENSITY, SAMPLE_MAGNETIZATION),
    ):
        values[density] = np.moveaxis(fields.pam, 0, -1)
        if fields.moment is not None:
            values[magnetization] = np.moveaxis(fields.moment, 0, -1)
    return {quantity.path: [(slice(part.low, part.high), value)] for quantity, value in values.items()}


def results(setup: Setup, totals: Totals, errors: Errors) -> list[Dataset]:
    """Axes of the maps, and what the whole sample does; errors by kind."""
    x, y, z = setup.grid.position
    response = totals.response
    found = {
        SAMPLE_X: x,
        SAMPLE_Y: y,
        SAMPLE_Z: z,
        SAMPLE_FRAME: setup.frame,
        SAMPLE_PAM_WITHOUT_FEEDBACK: totals.without.pam,
        SAMPLE_PAM: totals.pam,
        SAMPLE_ROTATION: -setup.body.inverse_inertia_rij[0] @ totals.pam / setup.grid.volume,
        SAMPLE_TORQUE: torque(setup, totals),
        SAMPLE_GAMMA_LL_DIAGONAL: response.gamma_diagonal[0, 0],
        SAMPLE_GAMMA_LL_OFF_DIAGONAL: response.gamma_off_diagonal[0, 0],
        SAMPLE_GAMMA_LL: response.gamma_total[0, 0],
        SAMPLE_EIGENVALUE: response.largest[0, 0],
        SAMPLE_AMPLIFICATION: response.amplification[0, 0],
        SAMPLE_CRITICAL_RADIUS: response.critical_radius[0],
        **_threshold(totals.threshold),
    }
    if totals.stray is not None:
        found |= {
            SAMPLE_MOMENT_WITHOUT_FEEDBACK: totals.without.moment,
            SAMPLE_MOMENT: totals.coupled.moment,
            SAMPLE_STRAY_Z: stray_points(Part(setup.grid, 0, setup.grid.nodes[0])),
            SAMPLE_STRAY_FIELD: totals.stray,
        }
    beside = [
        quantity.error(kind).of(error[quantity.name])
        for kind, error in errors.items()
        for quantity in found
        if quantity.errors and quantity.name in error
    ]
    return [quantity.of(value) for quantity, value in found.items()] + beside


def _threshold(found: Threshold | None) -> dict[Quantity, float | np.ndarray]:
    """Where the feedback loses its solution as the power rises, and what was tried on the way."""
    if found is None:
        return {}
    power, eigenvalue, hottest = (
        np.array([getattr(trial, name) for trial in found.trials]) for name in ("power", "eigenvalue", "hottest")
    )
    return {
        SAMPLE_THRESHOLD_POWER: found.power,
        SAMPLE_TRIAL_POWER: power,
        SAMPLE_TRIAL_EIGENVALUE: eigenvalue,
        SAMPLE_TRIAL_HOTTEST: hottest,
    }


def torque(setup: Setup, totals: Totals) -> np.ndarray:
    """N m that multiplies sin 2πft in −dL/dt, as heat follows the power ½P(1 + cos 2πft) without delay, (3,)."""
    return np.pi * setup.modulation * (totals.pam - totals.dark)


def attributes(setup: Setup, totals: Totals, errors: Errors) -> dict[str, Any]:
    """What was done to the sample, and how well the equation is solved; errors of its temperature where known."""
    warming = {f"hottest_{kind}": error["hottest"] for kind, error in errors.items() if np.isfinite(error["hottest"])}
    faces = {name: _bath(getattr(setup, name)) for name in ("bottom", "side", "top")}
    return {
        "shape": setup.grid.shape, **faces, "power": totals.absorbed, "power_leaving": totals.leaving,
        "spot": "uniform" if np.isinf(setup.laser.spot) else f"{setup.laser.spot * 1e9:.6g} nm",
        "depth": setup.laser.depth, "modulation": setup.modulation, "volume": setup.grid.volume,
        "coldest": totals.coldest, "hottest": totals.hottest, "residual": totals.residual,
        "conductivity": "modes" if setup.conductivity is None else "table", **warming,
    }  # fmt: skip


def _bath(bath: Bath | None) -> str:
    if bath is None:
        return "insulated"
    return f"{bath.temperature:g} K" + (f", {bath.transfer:g} W m-2 K-1" if np.isfinite(bath.transfer) else "")
