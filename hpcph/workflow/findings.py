"""What the thermal part of a run found, on rank 0: tensors, feedback and magnetization, for the file and the user."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from rich.table import Table

from hpcph.boltzmann.transport import added
from hpcph.crystal.mesh import Mesh
from hpcph.response import convergence, displacement
from hpcph.response.displacement import Bound, bound
from hpcph.response.feedback import Feedback, feedback
from hpcph.response.magnetization import Magnetization, magnetization, uncertainty
from hpcph.response.sample import Samples
from hpcph.response.spectrum import Spectrum
from hpcph.response.tensors import DISPLACEMENT, GAMMA_N, GAMMA_NL
from hpcph.response.thermal import Tensors, ThermalResponse
from hpcph.result import responses, tensors
from hpcph.result.quantity import Dataset
from hpcph.result.thermal import SHARES
from hpcph.workflow import closing, closing_tables
from hpcph.workflow import closing_field as magnetic
from hpcph.workflow.coupling import sign_and_scale
from hpcph.workflow.job import Job

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
    drive = job.thermal.drive(axis)
    density = None if drive is None else thermal[GAMMA_NL] @ drive
    results = responses.thermal(thermal, tau, density)
    for kind, error in spread.items():
        results += responses.thermal_errors(kind, error, tau, drive)
    results += responses.helicity(thermal, spread, job.crystal.structure.volume)
    if beyond is not None:
        results += tensors.relaxed(relaxed.at(keep))
    results += responses.convergence([(m, found.at(keep)) for m, found in runs], axis, tau)
    if spectrum is not None and job.intervals is not None:
        shares = spectrum.per_volume(job.crystal.structure.volume, tau)
        names = [name for name, (_, _, timed, _) in SHARES.items() if job.thermal.timed or not timed] + ["helicity"]
        results += responses.spectrum(job.intervals, shares, names)
    coupled = samples = None
    doubt: dict[str, convergence.FeedbackUncertainty] = {}
    driven = {} if job.thermal.gradient is None else {"gradient": job.thermal.gradient}
    groups: dict[str, dict[str, Any]] = {"/thermal": {"axis": axis, **driven, **job.thermal.attributes}}
    if job.feedback is not None:
        samples = job.feedback.samples
        coupled = feedback(thermal, samples, density, axis, *sign_and_scale(job.feedback, everything, axis))
        results += responses.feedback(coupled, samples)
        for kind, error in spread.items():
            doubt[kind] = convergence.feedback_uncertainty(error, thermal, samples, axis, drive, coupled)
            results += responses.feedback_errors(kind, doubt[kind])
        groups["/feedback"] = {"scale": coupled.scale, "coupling": coupled.coupling.name.lower()}
    scale = coupled.scale if coupled else 1.0
    magnetized = _magnetic(thermal, spread, drive, coupled, doubt, samples)
    height, operations = job.crystal.structure.height, job.crystal.structure.rotations_cartesian
    lines: list[str | Table] = [
        closing_tables.responses(thermal, spread, tau, operations, axis, coupled, doubt, samples, height)
    ]
    if magnetized is not None:
        results += responses.magnetization(*magnetized, samples)
        lines.append(
            closing_tables.magnetization(thermal.temperature, *magnetized, operations, axis, scale, samples, height)
        )
    if GAMMA_NL in thermal:
        unit, factor = (
            (closing_tables.FLOW_UNITS[0], tau) if height is None else (closing_tables.FLOW_UNITS[1], tau * height)
        )
        lines += closing.components(thermal, spread, GAMMA_NL, factor, operations, axis, unit)
    lines += closing.helicity(thermal, spread, job.crystal.structure.volume, operations)
    if coupled is not None and DISPLACEMENT in thermal:
        bounded = _bound(job, thermal, spread)
        results += responses.bound(*bounded)
        lines.append(closing.vibration(thermal, coupled, doubt, *bounded))
    if job.field is not None:
        datasets, line = magnetic.equilibrium(thermal, spread, job.field, axis, coupled, samples)
        results, lines = results + datasets, [*lines, line]
    if job.scattering is not None or job.coherent:
        lines += closing.conduction(thermal, spread, tau, operations, axis, height)
    if beyond is not None:
        lines.append(closing.beyond_relaxation_time(thermal, relaxed.at(keep), spread, axis))
    if job.reference is not None:
        theirs = job.reference.relaxed_tij if beyond is None else job.reference.solved_tij
        lines += closing.compared(thermal, job.reference, theirs)
    relative = {kind: convergence.relative(error, everything, operations) for kind, error in errors.items()}
    lines += closing.remarks(thermal, coupled, doubt, job.accuracy, relative)
    results = [replace(spec, solved=beyond is not None and spec.solved) for spec in results]
    return Findings(results, groups, _provenance(scale, everything, mesh), lines)


def _bound(
    job: Job, thermal: ThermalResponse, spread: dict[str, convergence.Uncertainty]
) -> tuple[Bound, dict[str, Bound]]:
    """What the clouds of the atoms say of χ, and its errors by kind."""
    structure, axis = job.crystal.structure, job.axis
    found = bound(thermal[DISPLACEMENT], structure.mass_a, structure.volume, axis)
    about = (structure.mass_a, structure.volume, axis)
    return found, {kind: displacement.doubt(error[DISPLACEMENT], found, *about) for kind, error in spread.items()}


def errors_of(runs: Runs, open_: convergence.Uncertainty | None) -> dict[str, convergence.Uncertainty]:
    """Errors of the last response by kind: of the mesh, and of the lattice, open_, where that is known."""
    return {"error": convergence.uncertainty(runs)} | ({"lattice_error": open_} if open_ else {})


def _magnetic(
    thermal: ThermalResponse,
    spread: dict[str, convergence.Uncertainty],
    drive: np.ndarray | None,
    coupled: Feedback | None,
    doubt: dict[str, convergence.FeedbackUncertainty],
    samples: Samples | None,
) -> tuple[Magnetization, dict[str, Magnetization]] | None:
    """Magnetization in the gradient and its errors by kind, None without moments or without a gradient."""
    if GAMMA_N not in thermal or drive is None:
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
