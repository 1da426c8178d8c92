"""What a run says of its responses in the end: every number with its errors, no digits beyond them."""

import numpy as np

from hpcph.constants import hbar
from hpcph.crystal.handedness import Component
from hpcph.errors import counted
from hpcph.phonons.lifetimes import Reference
from hpcph.response.convergence import FeedbackUncertainty, Uncertainty
from hpcph.response.displacement import Bound
from hpcph.response.feedback import Feedback
from hpcph.response.independent import independent, shown
from hpcph.response.tensors import CHI, GAMMA_NL, GAMMA_NL_INTERBAND, HELICITY, KAPPA, KAPPA_INTERBAND, Tensor
from hpcph.response.thermal import ThermalResponse
from hpcph.show.numbers import FORBIDDEN, SOURCES, gain, with_errors
from hpcph.workflow.closing_tables import FLOW_UNITS, critical_radius

ROOM = 300.0  # K
NEAR = 1e-3  # K: a temperature of a file this close is the same
TINY = 1e-300  # W m⁻¹ K⁻¹
SAME = 1e-4  # of κ


def vibration(
    thermal: ThermalResponse,
    coupled: Feedback,
    doubt: dict[str, FeedbackUncertainty],
    found: Bound,
    spread: dict[str, Bound],
) -> str:
    """One line on r_c beside what atoms vibrate across the axis, its bound, at the temperature nearest to 300 K."""
    t = _room(thermal)
    width = with_errors(1e9 * found.amplitude[t], *(1e9 * error.amplitude[t] for error in spread.values()))
    line = f"atoms vibrate across the axis by √⟨u_⊥²⟩ = {width} nm at {thermal.temperature[t]:g} K"
    radius, errors = critical_radius(coupled, doubt)
    if np.isnan(radius[t]):
        return line
    scaled = [radius[t], *(error[t] for error in errors.values())]
    plain = with_errors(*(x / np.sqrt(coupled.scale) for x in scaled))
    behind = "" if coupled.scale == 1 else f"; with the feedback scale {with_errors(*scaled)} nm"
    return f"{line}; r_c is {plain} nm, of a cylinder at most √2 times as much{behind}"


def _room(thermal: ThermalResponse) -> int:
    """Index of the temperature nearest to 300 K."""
    return int(np.argmin(np.abs(thermal.temperature - ROOM)))


def _turning(thermal: ThermalResponse, coupled: Feedback, doubt: dict[str, FeedbackUncertainty]) -> str:
    """One line on η where Γ does not keep the axis, for the first sample near 300 K, where it has a solution."""
    why, solvable = "Γ does not keep the axis: η is n·⟨L⟩/n·⟨L⟩⁰", coupled.solvable[:, 0]
    if coupled.amplified.length is None:
        return f"{why}, which needs a lifetime"
    if not solvable.any():
        return f"{why}, not 1/(1 − γ^LL)"
    t = int(np.argmin(np.where(solvable, np.abs(thermal.temperature - ROOM), np.inf)))
    errors = doubt.values()
    straight = 1 / (1 - coupled.gamma_total[t, 0])
    other = with_errors(straight, *(straight**2 * error.gamma_total[t, 0] for error in errors))
    eta = gain(coupled.amplification[t, 0], *(error.amplification[t, 0] for error in errors))
    lengths = [error.length[t, 0] for error in errors if error.length is not None]
    largest = with_errors(coupled.largest[t, 0], *(error.largest[t, 0] for error in errors))
    return (
        f"{why}, not 1/(1 − γ^LL); at {thermal.temperature[t]:g} K {eta}, not {other}; "
        f"|⟨L⟩|/|⟨L⟩⁰| {gain(coupled.amplified.length[t, 0], *lengths)}, largest eigenvalue of Γ {largest}"
    )


def components(
    thermal: ThermalResponse,
    spread: dict[str, Uncertainty],
    tensor: Tensor,
    factor: float,
    operations: np.ndarray,
    axis: np.ndarray,
    unit: str,
) -> list[str]:
    """One line on the independent components of a tensor near 300 K, none where that along the axis is the only one.

    factor : on the way to the unit; operations : ndarray (g, 3, 3) of the point group, Cartesian
    """
    t, every = _room(thermal), independent(tensor, operations)
    if len(every) <= len(shown(tensor, operations, axis)):
        return []
    words = (f"{one.named(tensor.symbol)} = {_said(one, tensor, t, thermal, spread, factor)}" for one in every)
    return [f"independent components at {thermal.temperature[t]:g} K, {unit}{_kinds(spread)}: {', '.join(words)}"]


def _said(
    one: Component, tensor: Tensor, t: int, thermal: ThermalResponse, spread: dict[str, Uncertainty], factor: float
) -> str:
    """A component of a tensor with its errors."""
    numbers = (one.of(thermal[tensor][t]), *(one.bound(error[tensor][t]) for error in spread.values()))
    return with_errors(*(factor * float(number) for number in numbers))


def conduction(
    thermal: ThermalResponse,
    spread: dict[str, Uncertainty],
    lifetime: float,
    operations: np.ndarray,
    axis: np.ndarray,
    height: float | None = None,
) -> list[str]:
    """Lines on κ, and one on the interband parts where they are known, at the temperature nearest to 300 K.

    height : of the cell of a layer, m, whose numbers are per area: κ is a sheet's, heat current per width −κ ∇T
    """
    t = _room(thermal)
    thick, unit, flux = (1.0, "W m⁻¹ K⁻¹", FLOW_UNITS[0]) if height is None else (height, "W K⁻¹", FLOW_UNITS[1])

    def along(tensor: Tensor, factor: float = 1.0) -> str:
        """Along the axis, or by name."""
        components = shown(tensor, operations, axis)
        words = (f"{one.name} {_said(one, tensor, t, thermal, spread, thick * factor)}".lstrip() for one in components)
        return ", ".join(words) or FORBIDDEN

    def share(part: Tensor, whole: Tensor) -> str:
        of, all_ = (np.linalg.norm(thermal[tensor][t]) for tensor in (part, whole))
        return f", {of / (lifetime * all_):.2g} of it" if all_ else ""

    where = f"along the axis at {thermal.temperature[t]:g} K"
    found = [f"κ {where}: {along(KAPPA, lifetime)} {unit}{_kinds(spread)}"]
    found += components(thermal, spread, KAPPA, thick * lifetime, operations, axis, unit)
    if KAPPA_INTERBAND in thermal:
        heat = f"κ {along(KAPPA_INTERBAND)} {unit}{share(KAPPA_INTERBAND, KAPPA)}"
        flow = f"γ^NL {along(GAMMA_NL_INTERBAND)} {flux}{share(GAMMA_NL_INTERBAND, GAMMA_NL)}"
        found.append(f"interband parts {where}, not included: {heat}; {flow}")
    return found


def _kinds(spread: dict[str, Uncertainty]) -> str:
    """What the parentheses behind a number hold, of errors that are known."""
    known = "".join(f"({SOURCES[kind]})" for kind, error in spread.items() if np.isfinite(error[CHI]).all())
    return f" {known}" if known else ""


def helicity(
    thermal: ThermalResponse, spread: dict[str, Uncertainty], volume: float, operations: np.ndarray
) -> list[str]:
    """One line on the helicity of a primitive cell at the temperature nearest to 300 K, none where symmetry forbids it.

    volume : of the cell, m³; operations : ndarray (g, 3, 3) of the point group, Cartesian
    """
    if (np.linalg.det(operations) < 0).any():
        return []
    t = _room(thermal)
    value, *errors = (float(np.trace(of[HELICITY][t])) * volume / hbar for of in (thermal, *spread.values()))
    text = with_errors(value, *errors)
    where = f"helicity of a cell at {thermal.temperature[t]:g} K"
    return [f"{where}: {text} ħ{_kinds(spread)}; opposite in the mirror image"]


def beyond_relaxation_time(
    thermal: ThermalResponse,
    relaxed: ThermalResponse,
    spread: dict[str, Uncertainty],
    axis: np.ndarray,
) -> str:
    """One line on what the relaxation time would have given, at the temperature nearest to 300 K.

    Errors are those of relaxation time, which the equation shares in the same ratio.
    """
    t = _room(thermal)
    largest = np.unravel_index(np.argmax(np.abs(thermal[GAMMA_NL][t])), (3, 3))
    parts = []
    for what, tensor in {"κ": KAPPA, "largest γ^NL": GAMMA_NL}.items():
        one, other, *errors = (source[tensor][t] for source in (thermal, relaxed, *spread.values()))
        if what == "κ":
            one, other = (float(axis @ found @ axis) for found in (one, other))
            errors = [np.abs(axis) @ error @ np.abs(axis) for error in errors]
        else:
            one, other, *errors = (float(tensor[largest]) for tensor in (one, other, *errors))
        ratio = abs(one / other) if other else np.nan
        solved = with_errors(one, *(error * ratio for error in errors))
        parts.append(f"{what} {solved} instead of {with_errors(other, *errors)}")
    return f"Boltzmann equation instead of relaxation time at {thermal.temperature[t]:g} K: {', '.join(parts)}"


def compared(thermal: ThermalResponse, known: Reference, theirs_tij: np.ndarray | None) -> list[str]:
    """One line on the κ of the linewidths' program, at the temperature nearest to 300 K, where its files have it."""
    t = _room(thermal)
    at = int(np.argmin(np.abs(known.temperature - thermal.temperature[t])))
    if theirs_tij is None or abs(known.temperature[at] - thermal.temperature[t]) > NEAR:
        return []
    ours, theirs = (np.diagonal(tensor) for tensor in (thermal[KAPPA][t], theirs_tij[at]))
    apart = float(np.max(np.abs(ours - theirs) / np.maximum(np.abs([ours, theirs]).max(axis=0), TINY)))
    mine, other = (", ".join(f"{x:.4g}" for x in values) for values in (ours, theirs))
    line = f"κ_xx, κ_yy, κ_zz in {known.name} at {thermal.temperature[t]:g} K: {other} W m⁻¹ K⁻¹; here {mine}"
    why = "degenerate sets enter as block traces, and sum rules move frequencies"
    return [f"{line}, " + ("the same" if apart < SAME else f"up to {100 * apart:.2g} % apart: {why}")]


def remarks(
    thermal: ThermalResponse,
    coupled: Feedback | None,
    doubt: dict[str, FeedbackUncertainty],
    accuracy: float | None,
    relative: dict[str, tuple[float, float]],
) -> list[str]:
    """What the user should read below the closing table; relative errors of γ^LL and γ^NL by kind.

    accuracy : that was asked for, None where none was
    """
    found = []
    for kind, (feedback_error, flow_error) in relative.items():
        if not np.isnan(feedback_error):
            words = f"γ^LL {feedback_error:.2g}" + f", γ^NL {flow_error:.2g}" * (GAMMA_NL in thermal)
            found.append(f"estimated error of the {SOURCES[kind]}, worst temperature: {words}")
    if accuracy is not None and not np.max(relative["error"]) <= accuracy:
        found.append(f"the accuracy {accuracy:.2g} was not reached on the finest mesh")
    if thermal.unstable_modes or thermal.zero_modes:
        found.append(f"left out: {thermal.zero_modes} zero and {thermal.unstable_modes} imaginary modes")
    if coupled is not None and coupled.scale != 1:
        found.append(
            f"feedback scale {coupled.scale:.6g}: multiplies χ, the only number that is not from first principles"
        )
    if coupled is not None and coupled.supercritical:
        places = f"{coupled.supercritical} of {counted(coupled.amplification.size, 'points')}"
        found.append(f"supercritical at {places} (T, sample): the linear response has no solution there, η is NaN")
    if coupled is not None and not coupled.amplified.kept.all():
        found.append(_turning(thermal, coupled, doubt))
    return found
