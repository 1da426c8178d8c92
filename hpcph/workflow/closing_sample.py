"""What a run says of a finite sample in the end: numbers with their errors of mesh and lattice."""

import numpy as np
from rich.table import Table

from hpcph.errors import counted
from hpcph.heat.sample import Totals
from hpcph.heat.setup import Setup
from hpcph.heat.threshold import Threshold
from hpcph.result.sample import Errors, torque
from hpcph.show.numbers import SOURCES, gain, with_errors


def lines(setup: Setup, totals: Totals, errors: Errors) -> list[str | Table]:
    """For the user: numbers with their errors of mesh and lattice."""
    response, imbalance = totals.response, abs(totals.leaving / totals.absorbed - 1)
    scaled = f", scale {response.scale:.4g}" if response.scale != 1 else ""
    hottest = _with_errors(totals.hottest, errors, "hottest")
    gamma = _with_errors(response.gamma_total[0, 0], errors, "gamma_ll")
    radius = _with_errors(response.critical_radius[0], errors, "critical_radius")
    plain = _with_errors(totals.without.pam[2], errors, "pam_without_feedback")
    found: list[str | Table] = [
        f"sample: {totals.coldest:.5g} to {hottest} K at {totals.absorbed:.3g} W, energy balance "
        f"{imbalance:.1e} after {counted(totals.steps, 'steps')}{_kinds(errors)}",
        f"sample: γ^LL {gamma}{scaled}, critical radius {radius} m, L along the axis {plain} J s without feedback",
    ]
    if totals.threshold is not None:
        found.append(f"sample: {_threshold_words(totals.threshold, errors)}")
    if response.supercritical:
        about = "" if response.gamma_total[0, 0] >= 1 else f" about another axis (Γ up to {response.largest[0, 0]:.4g})"
        return [*found, f"sample: supercritical{about}, the linear response with feedback has no solution"]
    rotation = -setup.body.inverse_inertia_rij[0, 2] @ totals.pam / setup.grid.volume
    turning = _with_errors(torque(setup, totals)[2], errors, "torque")
    eta = gain(float(response.amplification[0, 0]), *_of(errors, "amplification"))
    found.append(
        f"sample: with feedback L {_with_errors(totals.pam[2], errors, 'pam')} J s, η {eta}; set free it turns at "
        f"{_with_errors(rotation, errors, 'rotation')} rad/s; torque {turning} "
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
    """What the parentheses behind a number hold, of errors that are known."""
    known = "".join(f"({SOURCES[kind]})" for kind, error in errors.items() if np.isfinite(error["gamma_ll"]))
    return f"; errors {known}" if known else ""


def _of(errors: Errors, name: str) -> list[float]:
    """Of a scalar, or of a vector's component along the axis."""
    return [float(np.ravel(error[name])[-1]) for error in errors.values() if name in error]


def _with_errors(value: float, errors: Errors, name: str) -> str:
    return with_errors(float(value), *_of(errors, name))


def _threshold_words(found: Threshold, errors: Errors) -> str:
    end = found.end
    if np.isnan(found.power):
        return f"no threshold up to {end.power:.4g} W, which makes {end.hottest:.5g} K: Γ up to {end.eigenvalue:.4g}"
    power = _with_errors(found.power, errors, "threshold_power")
    return f"threshold {power} W, which makes {end.hottest:.4g} K; with more the feedback has no solution"
