"""The story of one run."""

import platform
import time
from functools import partial
from pathlib import Path

import numpy as np

from hpcph.conclude import Outcome, Timing, conclude
from hpcph.findings import Findings, Runs, thermal_findings
from hpcph.job import Job, map_stages, meshes, read, zone
from hpcph.output.progress import Reporter
from hpcph.output.store import MapWriter, claim, lay_out, require_parallel
from hpcph.parallel.comm import Comm
from hpcph.parallel.schedule import hand_out
from hpcph.response import convergence
from hpcph.response.spectrum import Spectrum
from hpcph.response.thermal import response
from hpcph.stage import Stage

BUFFER = 24 << 20  # bytes of maps that a rank holds before all write together


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
        started = time.monotonic()
        zones, runs, spectrum = _zone(comm, job, temporary, reporter)
        others = map_stages(job)
        for stage in others:
            _compute(comm, stage, temporary, reporter)
        hosts = len(set(comm.mpi.allgather(platform.node())))
        timing = Timing(begin, time.monotonic() - started, hosts)
        todo = [*zones, *others]

        def finish() -> Outcome:
            given = source.input
            found = thermal_findings(given, given.thermal, job, runs, spectrum) if runs else Findings()
            return conclude(comm, source, job, todo, found, temporary, timing, reporter)

        return comm.on_root(finish)
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


def _zone(comm: Comm, job: Job, path: Path, reporter: Reporter) -> tuple[list[Stage], Runs, Spectrum | None]:
    """Sums over the zone, mesh after mesh until they are as accurate as wanted, and the spectrum of the last.

    The responses and the spectrum are on rank 0 only.
    """
    done: list[Stage] = []
    runs: Runs = []
    spectrum = None
    layouts = meshes(job)
    others = [spec for stage in map_stages(job) for spec in stage.maps]
    comm.on_root(partial(lay_out, path, others))
    while not comm.on_root(lambda: len(runs) == len(job.samplings) or _accurate(job, runs)):
        mesh = comm.on_root(layouts.__next__)
        stage = zone(job, mesh)
        reporter.say(mesh.description())
        comm.on_root(partial(lay_out, path, [*stage.maps, *others]))
        row = _compute(comm, stage, path, reporter)
        if row is not None:
            sums, spectrum = read(job, row)
            runs.append((mesh, response(sums, job.temperature, job.crystal.structure.volume, mesh.operations)))
        done.append(stage)
    return done, runs, spectrum


def _accurate(job: Job, runs: Runs) -> bool:
    """Has the last mesh the accuracy that is wanted, if one is wanted?"""
    if job.accuracy is None or not runs:
        return False
    operations = job.crystal.structure.rotations_cartesian
    errors = convergence.relative(convergence.uncertainty(runs), runs[-1][1], operations)
    return bool(np.max(errors) <= job.accuracy)  # false where one is unknown


def _compute(comm: Comm, stage: Stage, path: Path, reporter: Reporter) -> np.ndarray | None:
    """All blocks of a stage, round by round: hand out, then write the maps together. Sums in block order, on rank 0."""
    rows: dict[int, np.ndarray] = {}
    collected: dict[int, dict[str, np.ndarray]] = {}

    def work(block: int) -> None:
        sums, tables = stage.work(stage.blocks[block])
        if sums is not None:
            rows[block] = sums
        collected[block] = tables

    with reporter.stage(stage.name, len(stage.blocks), stage.points, stage.noun) as progress:
        for first, last in _rounds(stage, comm.size):
            hand_out(comm, first, last, work, progress)
            if stage.maps:
                with MapWriter(path, comm) as writer:
                    for spec in stage.maps:
                        writer.write(spec, [(stage.blocks[b], collected[b][spec.name]) for b in sorted(collected)])
            collected.clear()
    return comm.ordered_sum(rows, len(stage.blocks), stage.width) if stage.width else None


def _rounds(stage: Stage, ranks: int) -> list[tuple[int, int]]:
    """Ranges of blocks between two collective writes: about BUFFER bytes of maps a rank."""
    count = len(stage.blocks)
    size = sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in stage.maps)
    per_round = max(1, int(BUFFER * ranks * count / max(size, 1)))
    return [(low, min(low + per_round, count)) for low in range(0, count, per_round)]
