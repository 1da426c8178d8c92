"""What a run says of its responses in the end: every number with its errors, no digits beyond them."""

import numpy as np
from rich.table import Table

from hpcph.constants import hbar, mu_0
from hpcph.phonons.lifetimes import Reference
from hpcph.response.convergence import FeedbackUncertainty, Uncertainty
from hpcph.response.displacement import Bound
from hpcph.response.feedback import Feedback
from hpcph.response.magnetization import Magnetization
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI, GAMMA_NL, GAMMA_NL_INTERBAND, HELICITY, KAPPA, KAPPA_INTERBAND, Tensor
from hpcph.response.thermal import ThermalResponse
from hpcph.show.numbers import SOURCES, alone, with_errors

ROOM = 300.0  # K
NEAR = 1e-3  # K: a temperature of a file this close is the same
TINY = 1e-300  # W m⁻¹ K⁻¹
SAME = 1e-4  # of κ
FLOW_UNITS, CHI_UNITS = ("J s m⁻² K⁻¹", "J s m⁻¹ K⁻¹"), ("J s² m⁻³", "J s² m⁻²")  # per volume, per area
ROWS, FEW = 9, 4  # temperatures in the closing tables of L and of the magnetization


def closing_table(
    thermal: ThermalResponse,
    spread: dict[str, Uncertainty],
    lifetime: float,
    axis: np.ndarray,
    coupled: Feedback | None,
    doubt: dict[str, FeedbackUncertainty],
    samples: Samples | None,
    height: float | None = None,
) -> Table:
    """T, γ^NL along the axis (χ, where no lifetime is known), and for the first sample γ^LL with its channels, η, r_c
    and the unscaled γ^LL.

    The numbers after ± are the estimated errors of mesh and lattice: spread and doubt by their kind. axis : ndarray
    (3,), unit vector; height : of the cell of a layer, m, whose γ^NL is per area
    """
    table = Table(box=None, pad_edge=False)
    volume, area, factor = (*FLOW_UNITS, lifetime) if GAMMA_NL in thermal else (*CHI_UNITS, 1.0)
    tensor = GAMMA_NL if GAMMA_NL in thermal else CHI
    unit, factor = (volume, factor) if height is None else (area, factor * height)
    headers = ["T (K)", f"{' ± '.join([tensor.symbol, *_known(spread)])} ({unit})"]
    if coupled is not None and samples is not None:
        headers += [f"γ^LL at {samples.radius_r[0] * 1e9:g} nm", "D", "OD", "η", "r_c (nm)"]
        headers += ["γ^LL unscaled"] if coupled.scale != 1 else []
    for header in headers:
        table.add_column(header, justify="right", no_wrap=True)
    chosen = np.unique(np.linspace(0, len(thermal.temperature) - 1, ROWS).round().astype(int))
    reach = np.abs(axis)
    for t in chosen:
        value = axis @ thermal[tensor][t] @ axis
        errors = [reach @ error[tensor][t] @ reach for error in spread.values()]
        row = [f"{thermal.temperature[t]:g}", with_errors(factor * value, *(factor * e for e in errors))]
        if coupled is not None:
            eta, total = coupled.amplification[t, 0], coupled.gamma_total[t, 0]
            of = {
                part: [getattr(error, part)[t, 0] for error in doubt.values()]
                for part in ("gamma_total", "gamma_diagonal", "gamma_off_diagonal", "amplification")
            }
            for part in ("gamma_total", "gamma_diagonal", "gamma_off_diagonal"):
                row.append(with_errors(getattr(coupled, part)[t, 0], *of[part]))
            row.append(_gain(eta, bool(coupled.solvable[t, 0]), of["amplification"]))
            radius = coupled.critical_radius[t] * 1e9
            row.append(alone(radius, *(radius * e / abs(2 * total) for e in of["gamma_total"] if total)))
            if coupled.scale != 1:
                row.append(alone(coupled.gamma_unscaled[t, 0], *(e / coupled.scale for e in of["gamma_total"])))
        table.add_row(*row)
    return table


def _gain(eta: float, solvable: bool, errors: list[float]) -> str:
    """η of a table."""
    if not solvable:
        return "supercritical"
    return "unknown" if np.isnan(eta) else alone(eta, *errors)


def closing_table_of_magnetization(
    temperature: np.ndarray,
    found: Magnetization,
    spread: dict[str, Magnetization],
    axis: np.ndarray,
    scale: float,
    samples: Samples | None,
    height: float | None = None,
) -> Table:
    """Magnetization with its errors (spread, by kind) and field along the axis at a few temperatures, without and with
    the feedback of the first sample.

    axis : (3,) unit vector; height : of the cell of a layer, m, whose magnetization is per area and fills no space
    """
    table = Table(box=None, pad_edge=False)
    known = [SOURCES[kind] for kind, error in spread.items() if np.isfinite(error.without).all()]
    table.add_column("T (K)", justify="right", no_wrap=True)
    columns = [("no feedback", found.without, [error.without for error in spread.values()])]
    if found.coupled is not None and samples is not None:
        scaled = "" if scale == 1 else ", scaled"
        errors = [error.coupled[:, 0] for error in spread.values() if error.coupled is not None]
        columns.append((f"at {samples.radius_r[0] * 1e9:g} nm{scaled}", found.coupled[:, 0], errors))
    for name, *_ in columns:
        unit = "A m⁻¹" if height is None else "A"
        table.add_column(f"{' ± '.join(['M', *known])} ({unit}), {name}", justify="right", no_wrap=True)
        if height is None:
            table.add_column("B (T)", justify="right", no_wrap=True)
    for t in np.unique(np.linspace(0, len(temperature) - 1, FEW).round().astype(int)):
        row = [f"{temperature[t]:g}"]
        for _, values, errors in columns:
            value, *beside = (float(m[t] @ n) for m, n in ((values, axis), *((e, np.abs(axis)) for e in errors)))
            thick = 1.0 if height is None else height
            row.append("supercritical" if np.isnan(value) else with_errors(*(thick * x for x in (value, *beside))))
            if height is None:
                row.append("" if np.isnan(value) else alone(*(mu_0 * x for x in (value, *beside))))
        table.add_row(*row)
    return table


def vibration(thermal: ThermalResponse, coupled: Feedback, found: Bound, spread: dict[str, Bound]) -> str:
    """One line on r_c beside what atoms vibrate across the axis, its bound, at the temperature nearest to 300 K."""
    t = int(np.argmin(np.abs(thermal.temperature - ROOM)))
    width = with_errors(1e9 * found.amplitude[t], *(1e9 * error.amplitude[t] for error in spread.values()))
    line = f"atoms vibrate across the axis by √⟨u_⊥²⟩ = {width} nm at {thermal.temperature[t]:g} K"
    radius = coupled.critical_radius[t] * 1e9
    if np.isnan(radius):
        return line
    scaled = "" if coupled.scale == 1 else f"; with the feedback scale {radius:.4g} nm"
    return f"{line}; r_c is {radius / np.sqrt(coupled.scale):.4g} nm, of a cylinder at most √2 times as much{scaled}"


def _turning(thermal: ThermalResponse, coupled: Feedback) -> str:
    """One line on η where Γ does not keep the axis, for the first sample near 300 K, where it has a solution."""
    why, solvable = "Γ does not keep the axis: η is n·⟨L⟩/n·⟨L⟩⁰", coupled.solvable[:, 0]
    if coupled.amplified.length is None:
        return f"{why}, which needs a lifetime"
    if not solvable.any():
        return f"{why}, not 1/(1 − γ^LL)"
    t = int(np.argmin(np.where(solvable, np.abs(thermal.temperature - ROOM), np.inf)))
    straight = 1 / (1 - coupled.gamma_total[t, 0])
    eta = f"{coupled.amplification[t, 0]:.4g}, not {straight:.4g}"
    return (
        f"{why}, not 1/(1 − γ^LL); at {thermal.temperature[t]:g} K {eta}; "
        f"|⟨L⟩|/|⟨L⟩⁰| {coupled.amplified.length[t, 0]:.4g}, largest eigenvalue of Γ {coupled.largest[t, 0]:.4g}"
    )


def conduction(
    thermal: ThermalResponse,
    spread: dict[str, Uncertainty],
    lifetime: float,
    axis: np.ndarray,
    height: float | None = None,
) -> list[str]:
    """A line on κ, and one on the interband parts where they are known, at the temperature nearest to 300 K.

    height : of the cell of a layer, m, whose numbers are per area: κ is a sheet's, heat current per width −κ ∇T
    """
    t = int(np.argmin(np.abs(thermal.temperature - ROOM)))
    thick, unit, flux = (1.0, "W m⁻¹ K⁻¹", FLOW_UNITS[0]) if height is None else (height, "W K⁻¹", FLOW_UNITS[1])

    def along(tensor: Tensor, factor: float = 1.0) -> str:
        errors = [thick * factor * float(np.abs(axis) @ error[tensor][t] @ np.abs(axis)) for error in spread.values()]
        return with_errors(thick * factor * float(axis @ thermal[tensor][t] @ axis), *errors)

    def share(part: Tensor, whole: Tensor) -> str:
        of, all_ = (float(axis @ thermal[tensor][t] @ axis) for tensor in (part, whole))
        return f", {abs(of / (lifetime * all_)):.2g} of it" if all_ else ""

    where = f"along the axis at {thermal.temperature[t]:g} K"
    found = [f"κ {where}: {along(KAPPA, lifetime)} {unit}{_kinds(spread)}"]
    if KAPPA_INTERBAND in thermal:
        heat = f"κ {along(KAPPA_INTERBAND)} {unit}{share(KAPPA_INTERBAND, KAPPA)}"
        flow = f"γ^NL {along(GAMMA_NL_INTERBAND)} {flux}{share(GAMMA_NL_INTERBAND, GAMMA_NL)}"
        found.append(f"interband parts {where}, not included: {heat}; {flow}")
    return found


def _kinds(spread: dict[str, Uncertainty]) -> str:
    """What the numbers after ± are, of those that are known."""
    return f" (± {' ± '.join(known)})" if (known := _known(spread)) else ""


def _known(spread: dict[str, Uncertainty]) -> list[str]:
    """What the known errors come from."""
    return [SOURCES[kind] for kind, error in spread.items() if np.isfinite(error[CHI]).all()]


def helicity(thermal: ThermalResponse, spread: dict[str, Uncertainty], volume: float) -> list[str]:
    """One line on the helicity of a primitive cell at the temperature nearest to 300 K, none where symmetry forbids it.

    volume : of the cell, m³
    """
    t = int(np.argmin(np.abs(thermal.temperature - ROOM)))
    value, *errors = (float(np.trace(of[HELICITY][t])) * volume / hbar for of in (thermal, *spread.values()))
    if value == 0:
        return []
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
    t = int(np.argmin(np.abs(thermal.temperature - ROOM)))
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
        parts.append(f"{what} {solved} instead of {alone(other, *errors)}")
    return f"Boltzmann equation instead of relaxation time at {thermal.temperature[t]:g} K: {', '.join(parts)}"


def compared(thermal: ThermalResponse, known: Reference, theirs_tij: np.ndarray | None) -> list[str]:
    """One line on the κ of the linewidths' program, at the temperature nearest to 300 K, where its files have it."""
    t = int(np.argmin(np.abs(thermal.temperature - ROOM)))
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
    thermal: ThermalResponse, coupled: Feedback | None, accuracy: float | None, relative: dict[str, tuple[float, float]]
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
        count = f"{coupled.supercritical} of {coupled.amplification.size}"
        found.append(
            f"{count} points (T, sample) are supercritical: the linear response has no solution there, η is NaN"
        )
    if coupled is not None and not coupled.amplified.kept.all():
        found.append(_turning(thermal, coupled))
    return found
