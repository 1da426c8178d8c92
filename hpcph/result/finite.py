"""What result.h5 and the closing lines say about a finite sample."""

from typing import Any

import numpy as np
from rich.table import Table

from hpcph.heat.grid import Part
from hpcph.heat.sample import Heated, Totals
from hpcph.heat.setup import Bath, Setup
from hpcph.heat.stray import stray_points
from hpcph.heat.threshold import Threshold
from hpcph.show.numbers import SOURCES, alone, with_errors
from hpcph.result import sample
from hpcph.result.quantity import Dataset, Quantity

Errors = dict[str, dict[str, float | np.ndarray]]  # by kind and name


def maps(setup: Setup | None, moments: bool) -> list[Dataset]:
    """Fields on the nodes; of a cylinder on the half plane y = 0, x ≥ 0, where x, y, z are r, φ, z."""
    if setup is None:
        return []
    nodes = setup.grid.nodes
    fields = [sample.SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK, sample.SAMPLE_PAM_DENSITY]
    if moments:
        fields += [sample.SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK, sample.SAMPLE_MAGNETIZATION]
    return [sample.SAMPLE_TEMPERATURE_FIELD.shaped(*nodes), *(field.shaped(*nodes, 3) for field in fields)]


def pieces(found: Heated) -> dict[str, list[tuple[slice, np.ndarray]]]:
    """What a rank has of the maps."""
    if found.without is None or found.coupled is None:
        return {}
    part = found.without.part
    values = {sample.SAMPLE_TEMPERATURE_FIELD: found.without.temperature}
    for fields, density, magnetization in (
        (found.without, sample.SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK, sample.SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK),
        (found.coupled, sample.SAMPLE_PAM_DENSITY, sample.SAMPLE_MAGNETIZATION),
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
        sample.SAMPLE_X: x,
        sample.SAMPLE_Y: y,
        sample.SAMPLE_Z: z,
        sample.SAMPLE_FRAME: setup.frame,
        sample.SAMPLE_PAM_WITHOUT_FEEDBACK: totals.without.pam,
        sample.SAMPLE_PAM: totals.pam,
        sample.SAMPLE_ROTATION: -setup.body.inverse_inertia_rij[0] @ totals.pam / setup.grid.volume,
        sample.SAMPLE_TORQUE: _torque(setup, totals),
        sample.SAMPLE_GAMMA_LL_DIAGONAL: response.gamma_diagonal[0, 0],
        sample.SAMPLE_GAMMA_LL_OFF_DIAGONAL: response.gamma_off_diagonal[0, 0],
        sample.SAMPLE_GAMMA_LL: response.gamma_total[0, 0],
        sample.SAMPLE_EIGENVALUE: response.largest[0, 0],
        sample.SAMPLE_AMPLIFICATION: response.amplification[0, 0],
        sample.SAMPLE_CRITICAL_RADIUS: response.critical_radius[0],
        **_threshold(totals.threshold),
    }
    if totals.stray is not None:
        found |= {
            sample.SAMPLE_MOMENT_WITHOUT_FEEDBACK: totals.without.moment,
            sample.SAMPLE_MOMENT: totals.coupled.moment,
            sample.SAMPLE_STRAY_Z: stray_points(Part(setup.grid, 0, setup.grid.nodes[0])),
            sample.SAMPLE_STRAY_FIELD: totals.stray,
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
        sample.SAMPLE_THRESHOLD_POWER: found.power,
        sample.SAMPLE_TRIAL_POWER: power,
        sample.SAMPLE_TRIAL_EIGENVALUE: eigenvalue,
        sample.SAMPLE_TRIAL_HOTTEST: hottest,
    }


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
