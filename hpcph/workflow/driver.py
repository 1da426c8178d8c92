"""The story of one run. What rank 0 alone does is imported where it does it: the others do not hold it."""

import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hpcph.crystal.shape import COARSE
from hpcph.disk.checkpoint import Checkpoint
from hpcph.disk.lock import Lock
from hpcph.disk.room import refused, writing
from hpcph.errors import InputError, Stopped, Unstable
from hpcph.parallel.comm import Comm
from hpcph.parallel.listener import Listener
from hpcph.parallel.relay import to_root
from hpcph.parallel.schedule import hand_out
from hpcph.parallel.signals import Stop
from hpcph.response import sharing
from hpcph.response.convergence import Uncertainty
from hpcph.response.spectrum import Spectrum
from hpcph.response.thermal import Tensors, ThermalResponse
from hpcph.result.quantity import Dataset
from hpcph.result.writers import map_writer, together, way
from hpcph.workflow.job import Job, answer, lattice_mesh, lattice_zone, map_stages, mesh_of, read, zone
from hpcph.workflow.keeper import Keeper
from hpcph.workflow.layout import lay_out, sample_maps
from hpcph.workflow.outcome import Outcome, Timing
from hpcph.workflow.prepared import Origin, Prepared
from hpcph.workflow.series import accurate, shaped
from hpcph.workflow.stage import Stage
from hpcph.workflow.unstable import explained
from hpcph.workflow.voice import Voice, voice

if TYPE_CHECKING:
    from hpcph.heat.sample import Heated
    from hpcph.workflow.findings import Runs

Pieces = list[tuple[slice, np.ndarray]]
BUFFER = 12 << 20  # bytes of maps that a rank holds before all write together


def run(
    comm: Comm,
    prepare: Callable[[], Prepared],
    output: Path | None,
    stop: Stop,
    resume: bool = False,
    overwrite: bool = False,
    reporter: Voice | None = None,
) -> Outcome:
    """Compute every section of an input into <output>/result.h5; the Outcome on every rank. Collective.

    An unfinished run of the same input in that folder is continued, a finished one left as it is. A run that is asked
    to stop finishes its blocks, keeps its place on disk and raises Stopped.

    prepare : called on rank 0 alone, within the run, whose complaints it shares
    output : replaces the input's folder, relative to the current one; resume : refuse to begin anew
    overwrite : replace any result there, and compute a finished one again
    reporter : who takes what is said; the user where it is left out
    """
    begin = time.monotonic()
    reporter = reporter or voice(comm.root)
    locks: list[Lock] = []
    ready: list[Prepared] = []  # on rank 0

    def enters() -> tuple[Path, Checkpoint | None] | Outcome:
        from hpcph.workflow.folder import enter

        return enter(ready[0], output, resume, overwrite, reporter, locks)

    try:
        comm.phase = "preparing the job"
        comm.on_root(lambda: ready.append(prepare()))
        begun = comm.on_root(enters)
        if isinstance(begun, Outcome):
            return begun
        path, earlier = begun
        comm.phase = "sending the job to every rank"
        job, origin, identity = _sent(comm, ready)
        keeper = Keeper(comm, path, identity, earlier, stop)
        for line in keeper.kernels.lines():
            reporter.say(line)
        try:
            return _through(comm, origin, job, keeper, begin, reporter)
        except Exception as err:
            if comm.root and not keeper.on_disk:
                from hpcph.workflow.folder import clear

                clear(path)
            if isinstance(err, Unstable) and ready and ready[0].plain is not None:
                raise explained(err, ready[0].plain) from None
            raise
    finally:
        for lock in locks:
            lock.release()


def _sent(comm: Comm, ready: list[Prepared]) -> tuple[Job, Origin, dict[str, str]]:
    """Job, origin and identity on every rank. Rank 0 keeps the other crystals until their stages come, one by one."""
    given = ready[0] if comm.root else None
    sent = (replace(given.job, others=()), given.origin, given.identity) if given else None
    job, origin, identity = comm.distribute(sent)
    return given.job if given else job, origin, identity


def _through(comm: Comm, origin: Origin, job: Job, keeper: Keeper, begin: float, reporter: Voice) -> Outcome:
    started = time.monotonic()
    zones, runs, spectrum = _zone(comm, job, keeper, reporter)
    unshared, open_ = _lattice(comm, job, zones, keeper, reporter)
    others = map_stages(job)
    for stage in others:
        _compute(comm, stage, keeper, reporter)
    beyond = _beyond(comm, job, keeper, reporter) if job.boltzmann is not None else None
    heated = _heat(comm, job, runs, beyond, keeper, reporter) if job.sample is not None else None
    comm.phase = "completing the result"
    hosts = len(set(comm.mpi.allgather(platform.node())))
    timing = Timing(begin, time.monotonic() - started, hosts, keeper.points)
    todo = [*zones, *unshared, *others]

    def finish() -> Outcome:
        from hpcph.disk import undo
        from hpcph.workflow import sample
        from hpcph.workflow.conclude import conclude
        from hpcph.workflow.findings import Findings, errors_of, thermal_findings
        from hpcph.workflow.folder import clear

        found = thermal_findings(job, runs, spectrum, open_, beyond) if runs else Findings()
        found += Findings(provenance=keeper.kernels.provenance())
        if heated is not None:
            found += sample.findings(job, heated, _response(runs, beyond), errors_of(runs, open_))
        if keeper.on_disk:
            with writing(keeper.path.parent):
                undo.snapshot(keeper.path)
        outcome = conclude(comm, origin, job, todo, found, keeper.path, timing, reporter)
        clear(keeper.path)
        return outcome

    return comm.on_root(finish)


def _zone(comm: Comm, job: Job, keeper: Keeper, reporter: Voice) -> "tuple[list[Stage], Runs, Spectrum | None]":
    """Sums over the zone, mesh after mesh until they are as accurate as wanted, and the spectrum of the last.

    Where the first meshes of an accuracy are not enough, they and a few beside them tell the shape of the others. The
    responses and the spectrum are on rank 0 only.
    """
    done: list[Stage] = []
    shaping: list[Stage] = []
    runs: Runs = []
    spectrum, series = None, job.samplings
    comm.phase = "laying out the file"
    others = [spec for stage in map_stages(job) for spec in stage.maps] + sample_maps(job)
    if comm.root and (others or job.store_modes):
        reporter.say(f"maps are written {way(together(comm))}")
    if not job.samplings and not keeper.on_disk:
        comm.on_root(partial(lay_out, keeper.path, others))
    while not comm.on_root(lambda: len(runs) == len(job.samplings) or accurate(job, runs)):
        if job.probes and len(done) == len(COARSE):
            shaping, series = shaped(comm, job, runs, lambda stage: _compute(comm, stage, keeper, reporter))
        comm.phase = "laying out a mesh"
        mesh = comm.on_root(partial(mesh_of, job, series[len(done)]))
        stage = zone(job, mesh)
        reporter.say(mesh.description())
        if keeper.row_of(stage) is None and keeper.start(stage)[0] == 0:
            comm.on_root(partial(lay_out, keeper.path, [*stage.maps, *others]))
        row = _compute(comm, stage, keeper, reporter)
        comm.phase = f"reading the sums of {stage.name}"
        if comm.root:
            sums, spectrum = read(job, row)
            runs.append((mesh, answer(job, sums, mesh)))
        done.append(stage)
    return [*shaping, *done], runs, spectrum


def _lattice(
    comm: Comm, job: Job, zones: list[Stage], keeper: Keeper, reporter: Voice
) -> tuple[list[Stage], Uncertainty | None]:
    """What the supercell leaves open: a coarse mesh for the crystal and the others. What comes back is on rank 0."""
    comm.phase = "laying out the mesh of the lattice's error"
    mesh, of = comm.on_root(lambda: (lattice_mesh(job, zones[-1].points) if zones else None, 1 + len(job.others)))
    if mesh is None:
        return [], None
    stages, rows = [], []
    for number in range(1, of + 1):
        comm.phase = "sending a crystal to every rank"
        crystal = job.crystal if number == 1 else comm.distribute(job.others[number - 2] if comm.root else None)
        stage = lattice_zone(job, mesh, crystal, number, of)
        rows.append(_compute(comm, stage, keeper, reporter))
        if comm.root:
            stages.append(stage)
    if not comm.root:
        return [], None
    simple = replace(job, intervals=None)
    own, *others = (answer(job, read(simple, row)[0], mesh) for row in rows)
    return stages, sharing.uncertainty(own, others)


def _beyond(comm: Comm, job: Job, keeper: Keeper, reporter: Voice) -> Tensors:
    """What collisions add to the relaxation time. Not kept in checkpoints: it is solved anew after each."""
    from hpcph.boltzmann.transport import correction

    assert job.boltzmann is not None and job.scattering is not None
    crystal, scattering = job.crystal, job.scattering
    comm.phase = "solving the Boltzmann equation"
    with _listening(keeper, reporter) as listener:
        return correction(comm, job.boltzmann, crystal, scattering, job.temperature, job.gyromagnetic, listener)


def _compute(comm: Comm, stage: Stage, keeper: Keeper, reporter: Voice) -> np.ndarray:
    """All blocks of a stage that are left, round by round: hand out, write the maps together, add up in block order.

    The sums are on rank 0.
    """
    known = keeper.row_of(stage)
    if known is not None:
        return known
    rows: dict[int, np.ndarray] = {}
    collected: dict[int, dict[str, np.ndarray]] = {}

    def work(block: int) -> None:
        sums, tables = stage.work(stage.blocks[block])
        if sums is not None:
            rows[block] = sums
        collected[block] = tables

    done, total = keeper.start(stage)
    earlier = stage.points - stage.points_from(done)
    most, names = _blocks_a_round(stage, comm.size), [spec.name for spec in stage.pieces]
    with reporter.stage(stage.name, len(stage.blocks), stage.points, stage.noun, earlier) as progress:
        while done < len(stage.blocks):
            comm.phase = f"computing {stage.name}"
            first, done = done, hand_out(comm, done, min(done + most, len(stage.blocks)), work, progress, keeper.pause)
            if stage.pieces:
                comm.phase = f"writing the maps of {stage.name}"
                pieces = {n: [(stage.blocks[b], collected[b][n]) for b in sorted(collected)] for n in names}
                _write(comm, stage.pieces, keeper.path, pieces)
            if stage.spread is not None:
                comm.phase = f"collecting the numbers of {stage.name}"
                total = _side_by_side(comm, stage, rows, total)
            elif stage.width:
                comm.phase = f"adding up {stage.name}"
                total = comm.ordered_sum(rows, range(first, done), total)
            rows.clear()
            collected.clear()
            comm.phase = f"keeping the place in {stage.name}"
            keeper.passed(stage, done, total)
    if stage.spread is not None:
        comm.phase = f"writing the maps of {stage.name}"
        whole = comm.for_root(partial(stage.spread, total)) or {}
        pieces = {s.name: [(slice(0, s.shape[s.along]), whole[s.name])] for s in stage.maps if s.name in whole}
        _write(comm, stage.maps, keeper.path, pieces)
    keeper.finished(stage, total)
    return total


def _side_by_side(comm: Comm, stage: Stage, rows: dict[int, np.ndarray], total: np.ndarray) -> np.ndarray:
    """The row of a stage with the numbers of the blocks of all ranks at their places (rank 0)."""
    total, each = total.copy(), stage.width // stage.points
    for block, numbers in to_root(comm, sorted(rows.items())):
        here = stage.blocks[block]
        total[each * here.start : each * here.stop] = numbers
    return total


def _heat(comm: Comm, job: Job, runs: "Runs", beyond: Tensors | None, keeper: Keeper, reporter: Voice) -> "Heated":
    """The finite sample; every rank writes its planes. Not kept in checkpoints: it is solved anew after each."""
    from hpcph.result.sample import pieces
    from hpcph.workflow.sample import heated

    comm.phase = "heating the sample"
    with _listening(keeper, reporter) as listener:
        found = heated(comm, job, lambda: _response(runs, beyond), listener)
    comm.phase = "writing the maps of the sample"
    _write(comm, sample_maps(job), keeper.path, pieces(found))
    return found


def _response(runs: "Runs", beyond: Tensors | None) -> ThermalResponse:
    """What the run found on its last mesh (rank 0)."""
    from hpcph.boltzmann.transport import added

    relaxed = runs[-1][1]
    return relaxed if beyond is None else added(relaxed, beyond)


@contextmanager
def _listening(keeper: Keeper, reporter: Voice) -> Iterator[Listener]:
    """Around a solver, which itself is not kept: where it is asked to stop the stages so far are."""
    try:
        yield Listener(reporter.say, lambda: keeper.stop.requested)
    except Stopped:
        keeper.keep()
        raise


def _write(comm: Comm, maps: list[Dataset], path: Path, pieces: dict[str, Pieces]) -> None:
    """The pieces of maps that a rank has, all ranks together; one that fails takes part to the end, then fails all."""
    failure: InputError | None = None
    with map_writer(path, comm) as writer:
        for spec in maps:
            try:
                writer.write(spec, pieces.get(spec.name, []))
            except OSError as err:
                failure = refused(path.parent, err)
    comm.agree(failure)


def _blocks_a_round(stage: Stage, ranks: int) -> int:
    """Blocks between two collective writes: about BUFFER bytes of maps and partial sums a rank."""
    size = stage.row_bytes + (stage.map_bytes if stage.pieces else 0)
    return max(1, int(BUFFER * ranks * len(stage.blocks) / max(size, 1)))
