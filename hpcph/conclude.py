"""The end of a run on rank 0: tensors and feedback, the rest of the file, the closing table."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.crystal.mesh import Mesh
from hpcph.errors import InputError
from hpcph.job import Job, Stage
from hpcph.output import layout, xdmf
from hpcph.output import magnetization as magnetic
from hpcph.output.progress import Reporter, closing_table
from hpcph.output.provenance import versions
from hpcph.output.store import Dataset, complete, publish
from hpcph.parallel.comm import Comm
from hpcph.response import convergence
from hpcph.response.feedback import Coupling, Feedback, along, feedback
from hpcph.response.magnetization import Magnetization, magnetization
from hpcph.response.spectrum import Spectrum
from hpcph.response.thermal import ThermalResponse

Runs = list[tuple[Mesh, ThermalResponse]]


@dataclass(frozen=True)
class Outcome:
    """Result file, digest of its datasets, and seconds of computing."""

    path: Path
    sha256: str
    seconds: float


@dataclass(frozen=True)
class Timing:
    """Clock (monotonic, s) at the beginning of the run, seconds of computing, number of hosts."""

    begin: float
    seconds: float
    hosts: int


def conclude(
    comm: Comm,
    source,
    job: Job,
    todo: list[Stage],
    runs: Runs,
    spectrum: Spectrum | None,
    temporary: Path,
    timing: Timing,
    reporter: Reporter,
) -> Outcome:
    """Complete the file whose maps are written, publish it, report.

    source : hpcph.config.load.Source; todo : the stages that were computed; runs : responses by mesh, the last counts
    spectrum : sums of the last mesh by frequency and branch, or None
    """
    given, structure = source.input, job.crystal.structure
    mesh, everything = runs[-1]
    errors = convergence.uncertainty(runs)
    keep = np.isin(job.temperature, given.temperatures)
    thermal, spread = everything.at(keep), errors.at(keep)
    axis = job.axis / np.linalg.norm(job.axis)
    drive = axis * given.lifetime * given.gradient
    density = thermal.gamma_nl_rate @ drive
    results = layout.crystal(structure) + layout.thermal(thermal, given.lifetime, density)
    results += layout.thermal_errors(spread, given.lifetime, spread.gamma_nl_rate @ np.abs(drive))
    coupled = samples = doubt = None
    if given.feedback is not None:
        coupled, samples = _feedback(given, everything, thermal, structure.density, axis, density)
        doubt = convergence.feedback_uncertainty(spread, samples, axis, coupled)
        results += layout.feedback(coupled, samples) + layout.feedback_errors(doubt)
    results += layout.convergence([(m, found.at(keep)) for m, found in runs], axis, given.lifetime)
    if spectrum is not None and job.intervals is not None:
        shares = spectrum.per_volume(structure.volume, given.lifetime)
        results += layout.spectrum(job.intervals, shares)
    if job.orbits is not None:
        results += layout.orbit_axes(job.orbits)
    magnetized, more = _magnetic(thermal, spread, given.lifetime, drive, coupled, samples)
    results += more
    if job.path is not None:
        results += layout.band_axes(job.path, structure.symbols)
    if job.planes is not None:
        results += layout.slice_axes(job.planes.q, structure.reciprocal_vc)
    scale = coupled.scale if coupled else 1.0
    maps = {spec.name: spec for stage in todo for spec in stage.maps}  # of the modes, those of the last mesh
    groups = {"/feedback": {"scale": scale, "coupling": coupled.coupling.name.lower()}} if coupled else {}
    if job.planes is not None:
        groups["/slices"] = {"temperature": job.planes.temperature}
    groups["/crystal"] = {"space_group": structure.space_group, "formula": structure.formula}
    groups["/thermal"] = {"axis": axis, "lifetime": given.lifetime, "gradient": given.gradient}
    provenance = _provenance(source, comm, timing, scale, everything, job, mesh)
    sha = complete(temporary, list(maps.values()), results, groups, provenance)
    final = temporary.parent / "result.h5"
    publish(temporary, final)
    xdmf.describe(final)
    reporter.say(closing_table(thermal, spread, given.lifetime, axis, coupled, doubt, samples))
    if magnetized is not None:
        reporter.say(magnetic.closing_table(thermal.temperature, magnetized, axis, scale, samples))
        if job.path is not None:
            reporter.say(magnetic.largest_moment(final))
    for line in _remarks(
        thermal, coupled, job, convergence.relative(errors, everything, structure.rotations_cartesian)
    ):
        reporter.say(line)
    points = sum(stage.points for stage in todo)
    rate = points / timing.seconds / comm.size
    reporter.say(f"{points} k-points in {timing.seconds:.1f} s on {comm.size} ranks: {rate:.0f} per s and rank")
    reporter.say(f"{final}  sha256 {sha[:16]}")
    return Outcome(final, sha, timing.seconds)


def _feedback(given, everything: ThermalResponse, thermal: ThermalResponse, density, axis, pam) -> tuple:
    from hpcph.prepare import build_samples, reference_sample

    wanted = given.feedback
    samples = build_samples(wanted.sample, density, axis)
    scale = 1.0 if wanted.scale is None else wanted.scale
    if wanted.calibrate is not None:
        reference = reference_sample(wanted.sample, wanted.calibrate.radius, density, axis)
        at = everything.at(everything.temperature == wanted.calibrate.temperature)
        unscaled = along(at.chi, reference, axis)[0, 0]
        if not unscaled > 0:
            raise InputError("feedback.calibrate", unscaled, "no scale fits: γ^LL without it is not positive")
        scale = wanted.calibrate.gamma_ll / unscaled
    return feedback(thermal, samples, pam, axis, Coupling[wanted.coupling.upper()], float(scale)), samples


def _magnetic(
    thermal: ThermalResponse, spread: convergence.Uncertainty, lifetime: float, drive: np.ndarray, coupled, samples
) -> tuple[Magnetization | None, list[Dataset]]:
    """Magnetization in the gradient, None without moments, and what the file says of it and of rotation."""
    results = magnetic.rotation(thermal, spread)
    if thermal.magnetic is None or spread.magnetic is None:
        return None, results
    found = magnetization(thermal.magnetic, drive, coupled, samples)
    return found, results + magnetic.magnetization(thermal.magnetic, spread.magnetic, lifetime, drive, found, samples)


def _provenance(
    source, comm: Comm, timing: Timing, scale: float, result: ThermalResponse, job: Job, mesh: Mesh
) -> dict:
    return {
        **versions(), "title": source.input.title,
        "mpi": comm.library(), "input": source.text, "input_sha256": source.digest, "fingerprint": job.fingerprint,
        "hosts": timing.hosts, "ranks": comm.size, "wall_time": time.monotonic() - timing.begin,
        "compute_time": timing.seconds,
        "feedback_scale": scale, "mesh_grid": mesh.grid, "mesh_shift": mesh.shift, "mesh_points": len(mesh.q_kc),
        "mesh_refinement": mesh.refinement, "zero_modes_left_out": result.zero_modes,
        "unstable_modes_left_out": result.unstable_modes,
    }  # fmt: skip


def _remarks(thermal: ThermalResponse, coupled: Feedback | None, job: Job, relative: tuple[float, float]) -> list[str]:
    """What the user should read below the closing table; relative errors of γ^LL and γ^NL at the worst temperature."""
    found = []
    if not np.isnan(relative[0]):
        found.append(f"estimated error of the mesh, worst temperature: γ^LL {relative[0]:.2g}, γ^NL {relative[1]:.2g}")
    if job.accuracy is not None and not np.max(relative) <= job.accuracy:
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
