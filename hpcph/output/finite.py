"""What result.h5 and the closing lines say about a finite sample."""

from typing import Any

import numpy as np
from rich.table import Table

from hpcph.heat.grid import Part
from hpcph.heat.sample import Heated, Totals
from hpcph.heat.setup import Bath, Setup
from hpcph.heat.stray import stray_points
from hpcph.heat.threshold import Threshold
from hpcph.output.layout import ERRORS
from hpcph.output.numbers import SOURCES, alone, with_errors
from hpcph.output.store import Dataset

GROUP = "/sample"
NODES = (f"{GROUP}/z", f"{GROUP}/y", f"{GROUP}/x")
VECTOR = "cartesian_sample"
Errors = dict[str, dict[str, float | np.ndarray]]  # by kind and name
TEMPERATURE = f"{GROUP}/temperature_field"
DENSITIES = {"pam_density": ("J s m-3", "angular momentum per volume"), "magnetization": ("A m-1", "magnetization")}
SIDES = {"_without_feedback": "without feedback", "": "with feedback, NaN where supercritical"}


def maps(setup: Setup | None, moments: bool) -> list[Dataset]:
    """Fields on the nodes; of a cylinder on the half plane y = 0, x ≥ 0, where x, y, z are r, φ, z."""
    if setup is None:
        return []
    nodes = setup.grid.nodes
    found = [Dataset(TEMPERATURE, nodes, "K", "temperature", NODES)]
    for name, (unit, text) in DENSITIES.items():
        for suffix, more in SIDES.items() if moments or name == "pam_density" else ():
            found.append(
                Dataset(
                    f"{GROUP}/{name}{suffix}", (*nodes, 3), unit, f"{text}, {more}; sample's frame", (*NODES, VECTOR)
                )
            )
    return found


def pieces(found: Heated) -> dict[str, list[tuple[slice, np.ndarray]]]:
    """What a rank has of the maps."""
    if found.without is None or found.coupled is None:
        return {}
    part = found.without.part
    values = {TEMPERATURE: found.without.temperature}
    for suffix, fields in zip(SIDES, (found.without, found.coupled), strict=True):
        values[f"{GROUP}/pam_density{suffix}"] = np.moveaxis(fields.pam, 0, -1)
        if fields.moment is not None:
            values[f"{GROUP}/magnetization{suffix}"] = np.moveaxis(fields.moment, 0, -1)
    return {name: [(slice(part.low, part.high), value)] for name, value in values.items()}


def results(setup: Setup, totals: Totals, errors: Errors) -> list[Dataset]:
    """Axes of the maps, and what the whole sample does; errors by kind."""
    x, y, z = setup.grid.position
    response, v = totals.response, (VECTOR,)
    rotation = -setup.body.inverse_inertia_rij[0] @ totals.pam / setup.grid.volume
    found = [
        Dataset.of(NODES[2], x, "m", "across the axis, from the middle; of a cylinder the radius", NODES[2:]),
        Dataset.of(NODES[1], y, "m", "across the axis, from the middle; of a cylinder 0", NODES[1:2]),
        Dataset.of(NODES[0], z, "m", "along the axis, from the bottom", NODES[:1]),
        Dataset.of(f"{GROUP}/frame", setup.frame, "1", "rows: the sample's x, y, z", (VECTOR, "cartesian")),
        Dataset.of(f"{GROUP}/pam_without_feedback", totals.without.pam, "J s", "∫ γ^NL ∇T dV", v),
        Dataset.of(f"{GROUP}/pam", totals.pam, "J s", "total angular momentum with feedback", v),
        Dataset.of(f"{GROUP}/rotation", rotation, "rad s-1", "−I⁻¹ L: what the free sample takes up in turn", v),
        Dataset.of(
            f"{GROUP}/torque",
            _torque(setup, totals),
            "N m",
            "factor of sin 2πft in −dL/dt where the power is ½P(1 + cos 2πft)",
            v,
        ),
    ]
    for name, value, text in (
        ("gamma_ll_diagonal", response.gamma_diagonal[0, 0], "γ^LL of the mean χ^D, along the axis, scaled"),
        ("gamma_ll_off_diagonal", response.gamma_off_diagonal[0, 0], "the same of χ^OD"),
        ("gamma_ll", response.gamma_total[0, 0], "γ^LL of the sample: of the mean of χ(T(x)), scaled"),
        ("eigenvalue", response.largest[0, 0], "largest of Γ, whose component along the axis is γ^LL; threshold 1"),
        ("amplification", response.amplification[0, 0], "η of the sample, 1/(1 − γ^LL), NaN where supercritical"),
    ):
        found.append(Dataset.of(f"{GROUP}/{name}", value, "1", text))
    radius = response.critical_radius[0]
    text = "size (as /feedback/radius) below which a sample of these proportions and this T(x/size) has no solution"
    found.append(Dataset.of(f"{GROUP}/critical_radius", radius, "m", text))
    found += _threshold(totals.threshold)
    if totals.stray is not None:
        point = f"{GROUP}/stray_z"
        points = stray_points(Part(setup.grid, 0, setup.grid.nodes[0]))
        found += [
            Dataset.of(f"{GROUP}/moment_without_feedback", totals.without.moment, "A m2", "∫ γ^N ∇T dV", v),
            Dataset.of(f"{GROUP}/moment", totals.coupled.moment, "A m2", "magnetic moment with feedback", v),
            Dataset.of(point, points, "m", "points on the axis, z from the bottom", (point,)),
            Dataset.of(f"{GROUP}/stray_field", totals.stray, "T", "B of the dipoles m dV there", (point, VECTOR)),
        ]
    return found + [
        Dataset.of(f"{spec.name}_{kind}", error[name], spec.unit, ERRORS[kind], spec.axes)
        for kind, error in errors.items()
        for spec in found
        if (name := spec.name.rpartition("/")[2]) in error
    ]


def _threshold(found: Threshold | None) -> list[Dataset]:
    """Where the feedback loses its solution as the power rises, and what was tried on the way."""
    if found is None:
        return []
    name, trials = f"{GROUP}/trial_power", found.trials
    power, eigenvalue, hottest = (np.array([getattr(t, n) for t in trials]) for n in ("power", "eigenvalue", "hottest"))
    text = "absorbed power from which on the feedback has no solution, NaN where the temperatures of the run end before"
    return [
        Dataset.of(f"{GROUP}/threshold_power", found.power, "W", text),
        Dataset.of(name, power, "W", "absorbed powers that were tried", (name,)),
        Dataset.of(f"{GROUP}/trial_eigenvalue", eigenvalue, "1", "largest of Γ there, 1 at the threshold", (name,)),
        Dataset.of(f"{GROUP}/trial_hottest", hottest, "K", "hottest temperature there", (name,)),
    ]


def _threshold_words(found: Threshold, errors: Errors) -> str:
    end = found.end
    if np.isnan(found.power):
        return f"no threshold up to {end.power:.4g} W, which makes {end.hottest:.5g} K: Γ up to {end.eigenvalue:.4g}"
    power = _with_errors(found.power, errors, "threshold_power")
    return f"threshold {power} W, which makes {end.hottest:.4g} K; with more the feedback has no solution"


def _torque(setup: Setup, totals: Totals) -> np.ndarray:
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


def lines(setup: Setup, totals: Totals, errors: Errors) -> list[str | Table]:
    """For the user: numbers with their errors of mesh and lattice."""
    response, imbalance = totals.response, abs(totals.leaving / totals.absorbed - 1)
    scaled = f", scale {response.scale:.4g}" if response.scale != 1 else ""
    hottest = _with_errors(totals.hottest, errors, "hottest")
    gamma = _with_errors(response.gamma_total[0, 0], errors, "gamma_ll")
    radius = _alone(response.critical_radius[0], errors, "critical_radius")
    plain = _with_errors(totals.without.pam[2], errors, "pam_without_feedback")
    found: list[str | Table] = [
        f"sample: {totals.coldest:.5g} to {hottest} K at {totals.absorbed:.3g} W, energy balance "
        f"{imbalance:.1e} after {totals.steps} steps{_kinds(errors)}",
        f"sample: γ^LL {gamma}{scaled}, critical radius {radius} m, L along the axis {plain} J s without feedback",
    ]
    if totals.threshold is not None:
        found.append(f"sample: {_threshold_words(totals.threshold, errors)}")
    if response.supercritical:
        about = "" if response.gamma_total[0, 0] >= 1 else f" about another axis (Γ up to {response.largest[0, 0]:.4g})"
        return [*found, f"sample: supercritical{about}, the linear response with feedback has no solution"]
    rotation = -setup.body.inverse_inertia_rij[0, 2] @ totals.pam / setup.grid.volume
    eta = _alone(response.amplification[0, 0], errors, "amplification")
    found.append(
        f"sample: with feedback L {_with_errors(totals.pam[2], errors, 'pam')} J s, η {eta}; set free it turns at "
        f"{_alone(rotation, errors, 'rotation')} rad/s; torque {_alone(_torque(setup, totals)[2], errors, 'torque')} "
        f"N m at {setup.modulation:g} Hz"
    )
    if setup.modulation > totals.crossing:
        found.append(
            f"sample: heat crosses it at about {totals.crossing:.2g} Hz: the torque at {setup.modulation:g} Hz is less"
        )
    if totals.stray is not None:
        found.append(f"sample: magnetic moment {_with_errors(totals.coupled.moment[2], errors, 'moment')} A m²")
    return found


def _kinds(errors: Errors) -> str:
    """What the numbers after ± are, of those that are known."""
    known = [SOURCES[kind] for kind, error in errors.items() if np.isfinite(error["gamma_ll"])]
    return f"; ± {' ± '.join(known)}" if known else ""


def _of(errors: Errors, name: str) -> list[float]:
    """Of a scalar, or of a vector's component along the axis."""
    return [float(np.ravel(error[name])[-1]) for error in errors.values() if name in error]


def _with_errors(value: float, errors: Errors, name: str) -> str:
    return with_errors(float(value), *_of(errors, name))


def _alone(value: float, errors: Errors, name: str) -> str:
    return alone(float(value), *_of(errors, name))
