"""What the thermal part of a run found, on rank 0: tensors, feedback and magnetization, for the file and the user."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from rich.table import Table

from hpcph.boltzmann.transport import added
from hpcph.run.coupling import sign_and_scale
from hpcph.crystal.mesh import Mesh
from hpcph.run.job import Job
from hpcph.result import layout
from hpcph.result import magnetization as magnetic
from hpcph.show.numbers import SOURCES, alone, with_errors
from hpcph.run.progress import closing_table
from hpcph.phonons.lifetimes import Reference
from hpcph.response import convergence
from hpcph.response.feedback import Feedback, feedback
from hpcph.response.magnetization import Magnetization, magnetization, uncertainty
from hpcph.response.sample import Samples
from hpcph.response.spectrum import Spectrum
from hpcph.response.tensors import GAMMA_N, GAMMA_NL, GAMMA_NL_INTERBAND, KAPPA, KAPPA_INTERBAND
from hpcph.response.thermal import Tensors, ThermalResponse
from hpcph.result import tensors
from hpcph.result.quantity import Dataset

ROOM = 300.0  # K
NEAR = 1e-3  # K: a temperature of a file this close is the same
TINY = 1e-300  # W m⁻¹ K⁻¹
SAME = 1e-4  # of κ
Runs = list[tuple[Mesh, ThermalResponse]]


@dataclass(frozen=True)
class Findings:
    """Datasets, attributes of groups {path: {name: value}} and of the provenance, and what the user should read."""

    results: list[Dataset] = field(default_factory=list)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    lines: list[str | Table] = field(default_factory=list)

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(
            self.results + other.results, self.groups | other.groups, self.provenance | other.provenance,
            self.lines + other.lines,
        )  # fmt: skip


def thermal_findings(
    job: Job,
    runs: Runs,
    spectrum: Spectrum | None,
    open_: convergence.Uncertainty | None,
    beyond: Tensors | None = None,
) -> Findings:
    """Everything that follows from the sums over the zone.

    runs : responses by mesh, the last counts; spectrum : sums of that mesh by frequency and branch, or None
    open_ : error of the lattice, None of what has no supercell
    beyond : what the Boltzmann equation adds to the relaxation time, None without it
    """
    assert job.thermal is not None
    mesh, relaxed = runs[-1]
    errors = errors_of(runs, open_)
    keep = job.stored
    everything = relaxed if beyond is None else added(relaxed, beyond)
    thermal, spread = everything.at(keep), {kind: error.at(keep) for kind, error in errors.items()}
    axis, tau = job.axis, job.thermal.factor
    drive = axis * tau * job.thermal.gradient
    density = thermal[GAMMA_NL] @ drive
    results = layout.thermal(thermal, tau, density)
    for kind, error in spread.items():
        results += layout.thermal_errors(kind, error, tau, drive)
    if beyond is not None:
        results += tensors.relaxed(relaxed.at(keep))
    results += layout.convergence([(m, found.at(keep)) for m, found in runs], axis, tau)
    if spectrum is not None and job.intervals is not None:
        results += layout.spectrum(job.intervals, spectrum.per_volume(job.crystal.structure.volume, tau))
    coupled = samples = None
    doubt: dict[str, convergence.FeedbackUncertainty] = {}
    groups: dict[str, dict[str, Any]] = {
        "/thermal": {"axis": axis, "gradient": job.thermal.gradient, **job.thermal.attributes}
    }
    if job.feedback is not None:
        samples = job.feedback.samples
        coupled = feedback(thermal, samples, density, axis, *sign_and_scale(job.feedback, everything, axis))
        results += layout.feedback(coupled, samples)
        for kind, error in spread.items():
            doubt[kind] = convergence.feedback_uncertainty(error, thermal, samples, axis, drive, coupled)
            results += layout.feedback_errors(kind, doubt[kind])
        groups["/feedback"] = {"scale": coupled.scale, "coupling": coupled.coupling.name.lower()}
    scale = coupled.scale if coupled else 1.0
    magnetized = _magnetic(thermal, spread, drive, coupled, doubt, samples)
    lines: list[str | Table] = [closing_table(thermal, spread, tau, axis, coupled, doubt, samples)]
    if magnetized is not None:
        results += magnetic.magnetization(*magnetized, samples)
        lines.append(magnetic.closing_table(thermal.temperature, *magnetized, axis, scale, samples))
    if job.scattering is not None:
        lines.append(_conduction(thermal, spread, axis))
    if beyond is not None:
        lines.append(_beyond(thermal, relaxed.at(keep), spread, axis))
    if job.reference is not None:
        theirs = job.reference.relaxed_tij if beyond is None else job.reference.solved_tij
        lines += _compared(thermal, job.reference, theirs)
    operations = job.crystal.structure.rotations_cartesian
    relative = {kind: convergence.relative(error, everything, operations) for kind, error in errors.items()}
    lines += _remarks(thermal, coupled, job, relative)
    results = [replace(spec, solved=beyond is not None and spec.solved) for spec in results]
    return Findings(results, groups, _provenance(scale, everything, mesh), lines)


def errors_of(runs: Runs, open_: convergence.Uncertainty | None) -> dict[str, convergence.Uncertainty]:
    """Errors of the last response by kind: of the mesh, and of the lattice, open_, where that is known."""
    return {"error": convergence.uncertainty(runs)} | ({"lattice_error": open_} if open_ else {})


def _conduction(thermal: ThermalResponse, spread: dict[str, convergence.Uncertainty], axis: np.ndarray) -> str:
    """One line on κ, and on interband parts, whose errors are unknown, at the temperature nearest to 300 K."""
    t = int(np.argmin(np.abs(thermal.temperature - ROOM)))

    def along(tensor_tij: np.ndarray, n: np.ndarray = axis) -> float:
        return float(n @ tensor_tij[t] @ n)

    errors = [along(error[KAPPA], np.abs(axis)) for error in spread.values()]
    value = with_errors(along(thermal[KAPPA]), *errors)
    line = f"κ along the axis at {thermal.temperature[t]:g} K: {value} W m⁻¹ K⁻¹{_kinds(spread)}"
    if KAPPA_INTERBAND not in thermal:
        return line
    heat, flow = along(thermal[KAPPA_INTERBAND]), along(thermal[GAMMA_NL_INTERBAND])
    return f"{line}; interband parts, not included: κ {heat:.3g}, γ^NL {flow:.3g} J s m⁻² K⁻¹"


def _kinds(spread: dict[str, convergence.Uncertainty]) -> str:
    """What the numbers after ± are, of those that are known."""
    known = [SOURCES[kind] for kind, error in spread.items() if np.isfinite(error[GAMMA_NL]).all()]
    return f" (± {' ± '.join(known)})" if known else ""


def _beyond(
    thermal: ThermalResponse,
    relaxed: ThermalResponse,
    spread: dict[str, convergence.Uncertainty],
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


def _compared(thermal: ThermalResponse, known: Reference, theirs_tij: np.ndarray | None) -> list[str]:
    """One line on phono3py's own κ, at the temperature nearest to 300 K, where its file has it."""
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


def _magnetic(
    thermal: ThermalResponse,
    spread: dict[str, convergence.Uncertainty],
    drive: np.ndarray,
    coupled: Feedback | None,
    doubt: dict[str, convergence.FeedbackUncertainty],
    samples: Samples | None,
) -> tuple[Magnetization, dict[str, Magnetization]] | None:
    """Magnetization in the gradient and its errors by kind, None without moments."""
    if GAMMA_N not in thermal:
        return None
    errors = {
        kind: uncertainty(error, thermal, drive, coupled, doubt.get(kind), samples) for kind, error in spread.items()
    }
    return magnetization(thermal, drive, coupled, samples), errors


def _provenance(scale: float, result: ThermalResponse, mesh: Mesh) -> dict[str, Any]:
    return {
        "feedback_scale": scale, "mesh_grid": mesh.grid, "mesh_shift": mesh.shift, "mesh_points": len(mesh.q_kc),
        "mesh_refinement": mesh.refinement, "zero_modes_left_out": result.zero_modes,
        "unstable_modes_left_out": result.unstable_modes,
    }  # fmt: skip


def _remarks(
    thermal: ThermalResponse, coupled: Feedback | None, job: Job, relative: dict[str, tuple[float, float]]
) -> list[str]:
    """What the user should read below the closing table; relative errors of γ^LL and γ^NL by kind."""
    found = []
    for kind, (feedback_error, flow_error) in relative.items():
        if not np.isnan(feedback_error):
            words = f"γ^LL {feedback_error:.2g}, γ^NL {flow_error:.2g}"
            found.append(f"estimated error of the {SOURCES[kind]}, worst temperature: {words}")
    if job.accuracy is not None and not np.max(relative["error"]) <= job.accuracy:
        found.append(f"the accuracy {job.accuracy:.2g} was not reached on the finest mesh")
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
    return found
