"""The story of one run."""

import platform
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph import __version__
from hpcph.errors import InputError
from hpcph.job import Job, Stage, stages
from hpcph.output import layout
from hpcph.output.progress import Reporter, closing_table
from hpcph.output.store import MapWriter, claim, complete, lay_out, publish, require_parallel
from hpcph.parallel.comm import Comm
from hpcph.parallel.schedule import hand_out
from hpcph.response.feedback import Coupling, Feedback, along, feedback
from hpcph.response.thermal import ThermalResponse, ThermalSums, response

BUFFER = 64 << 20  # bytes of maps that a rank holds before all write together


@dataclass(frozen=True)
class Outcome:
    """Result file, digest of its datasets, and seconds of computing."""

    path: Path
    sha256: str
    seconds: float


def run(comm: Comm, source, output: Path | None) -> Outcome:
    """Compute every section of an input into <output>/result.h5; the Outcome on every rank. Collective.

    source : on rank 0 a hpcph.config.load.Source, elsewhere None; output : replaces the input's folder, relative to
    the current one
    """
    begin = time.monotonic()
    reporter = Reporter(comm.root)
    require_parallel()
    job, temporary = comm.on_root(lambda: _prepare(source, output, reporter))
    try:
        todo = stages(job)
        comm.on_root(lambda: lay_out(temporary, [spec for stage in todo for spec in stage.maps]))
        started = time.monotonic()
        rows = [_compute(comm, stage, temporary, reporter) for stage in todo]
        measured = begin, time.monotonic() - started, len(set(comm.mpi.allgather(platform.node())))
        return comm.on_root(lambda: _conclude(comm, source, job, todo, rows[0], temporary, measured, reporter))
    except Exception:
        if comm.root:
            temporary.unlink(missing_ok=True)
        raise


def _prepare(source, output: Path | None, reporter: Reporter) -> tuple[Job, Path]:
    from hpcph.prepare import prepare

    ready = prepare(source)
    temporary = claim((output or Path(source.input.output)).absolute(), ready.job.fingerprint)
    for remark in filter(None, [source.input.title, *ready.remarks]):
        reporter.say(remark)
    return ready.job, temporary


def _compute(comm: Comm, stage: Stage, path: Path, reporter: Reporter) -> np.ndarray | None:
    """All blocks of a stage, round by round: hand out, then write the maps together. Sums in block order, on rank 0."""
    partial: dict[int, np.ndarray] = {}
    collected: dict[int, dict[str, np.ndarray]] = {}

    def work(block: int) -> None:
        sums, tables = stage.work(stage.blocks[block])
        if sums is not None:
            partial[block] = sums
        collected[block] = tables

    with reporter.stage(stage.name, len(stage.blocks), stage.points) as progress:
        for first, last in _rounds(stage, comm.size):
            hand_out(comm, first, last, work, progress)
            if stage.maps:
                with MapWriter(path, comm) as writer:
                    for spec in stage.maps:
                        writer.write(spec, [(stage.blocks[b], collected[b][spec.name]) for b in sorted(collected)])
            collected.clear()
    return comm.ordered_sum(partial, len(stage.blocks), stage.width) if stage.width else None


def _rounds(stage: Stage, ranks: int) -> list[tuple[int, int]]:
    """Ranges of blocks between two collective writes: about BUFFER bytes of maps a rank."""
    count = len(stage.blocks)
    size = sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in stage.maps)
    per_round = max(1, int(BUFFER * ranks * count / max(size, 1)))
    return [(low, min(low + per_round, count)) for low in range(0, count, per_round)]


def _conclude(comm, source, job: Job, todo, row, temporary: Path, measured, reporter: Reporter) -> Outcome:
    """Rank 0: tensors, feedback, the rest of the file, the closing table."""
    begin, seconds, hosts = measured
    given, structure = source.input, job.crystal.structure
    everything = response(
        ThermalSums.from_flat(row, len(job.temperature)), job.temperature, structure.volume, job.mesh.operations
    )
    thermal = _at(everything, np.isin(job.temperature, given.temperatures))
    axis = job.axis / np.linalg.norm(job.axis)
    density = thermal.gamma_nl_rate @ axis * given.lifetime * given.gradient
    results = layout.crystal(structure) + layout.thermal(thermal, given.lifetime, density)
    coupled = samples = None
    if given.feedback is not None:
        coupled, samples = _feedback(given, everything, thermal, structure.density, axis, density)
        results += layout.feedback(coupled, samples)
    if job.path is not None:
        results += layout.band_axes(job.path, structure.symbols)
    if job.planes is not None:
        results += layout.slice_axes(job.planes.q)
    scale = coupled.scale if coupled else 1.0
    maps = [spec for stage in todo for spec in stage.maps]
    groups = {"/feedback": {"scale": scale, "coupling": coupled.coupling.name.lower()}} if coupled else {}
    if job.planes is not None:
        groups["/slices"] = {"temperature": job.planes.temperature}
    groups["/thermal"] = {"axis": axis, "lifetime": given.lifetime, "gradient": given.gradient}
    provenance = _provenance(source, comm, hosts, time.monotonic() - begin, scale, everything, job)
    sha = complete(temporary, maps, results, groups, provenance)
    final = temporary.parent / "result.h5"
    publish(temporary, final)
    _report(reporter, thermal, given.lifetime, axis, coupled, samples)
    points = sum(stage.points for stage in todo)
    reporter.say(
        f"{points} k-points in {seconds:.1f} s on {comm.size} ranks: {points / seconds / comm.size:.0f} per s and rank"
    )
    reporter.say(f"{final}  sha256 {sha[:16]}")
    return Outcome(final, sha, seconds)


def _feedback(given, everything: ThermalResponse, thermal: ThermalResponse, density, axis, pam) -> tuple:
    from hpcph.prepare import build_samples, reference_sample

    wanted = given.feedback
    samples = build_samples(wanted.sample, density, axis)
    scale = 1.0 if wanted.scale is None else wanted.scale
    if wanted.calibrate is not None:
        reference = reference_sample(wanted.sample, wanted.calibrate.radius, density, axis)
        at = _at(everything, everything.temperature == wanted.calibrate.temperature)
        unscaled = along(at.chi, reference, axis)[0, 0]
        if not unscaled > 0:
            raise InputError("feedback.calibrate", unscaled, "no scale fits: γ^LL without it is not positive")
        scale = wanted.calibrate.gamma_ll / unscaled
    return feedback(thermal, samples, pam, axis, Coupling[wanted.coupling.upper()], float(scale)), samples


def _at(result: ThermalResponse, keep: np.ndarray) -> ThermalResponse:
    """The response at some of its temperatures."""
    return ThermalResponse(
        result.temperature[keep], result.gamma_nl_rate[keep], result.chi_diagonal[keep], result.chi_off_diagonal[keep],
        result.zero_modes, result.unstable_modes,
    )  # fmt: skip


def _provenance(source, comm: Comm, hosts: int, wall: float, scale: float, result: ThermalResponse, job: Job) -> dict:
    import h5py
    import phonopy
    import scipy

    return {
        "hpcph": __version__, "python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
        "h5py": h5py.__version__, "hdf5": h5py.version.hdf5_version, "phonopy": phonopy.__version__,
        "mpi": comm.library(), "input": source.text, "input_sha256": source.digest, "fingerprint": job.fingerprint,
        "hosts": hosts, "ranks": comm.size, "wall_time": wall, "feedback_scale": scale,
        "mesh_grid": job.mesh.grid, "mesh_shift": job.mesh.shift, "mesh_points": len(job.mesh.q_kc),
        "zero_modes_left_out": result.zero_modes, "unstable_modes_left_out": result.unstable_modes,
    }  # fmt: skip


def _report(reporter: Reporter, thermal, lifetime, axis, coupled: Feedback | None, samples) -> None:
    reporter.say(closing_table(thermal, lifetime, axis, coupled, samples.radius_r[0] if samples else np.nan))
    if thermal.unstable_modes or thermal.zero_modes:
        reporter.say(f"left out: {thermal.zero_modes} zero and {thermal.unstable_modes} imaginary modes")
    if coupled is None:
        return
    if coupled.scale != 1:
        reporter.say(
            f"feedback scale {coupled.scale:.6g}: multiplies χ, the only number that is not from first principles"
        )
    if coupled.supercritical:
        count = f"{coupled.supercritical} of {coupled.amplification.size}"
        reporter.say(
            f"{count} points (T, sample) are supercritical: the linear response has no solution there, η is NaN"
        )
