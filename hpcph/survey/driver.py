"""The story of a survey: look for crystals, hand them out over groups of ranks, gather their rows.

Whatever is done stands in the crystal's own folder, so that a survey goes on from there after any end, on any number of
ranks; which rank computed what leaves no trace in the numbers.
"""

from dataclasses import dataclass
from pathlib import Path

from hpcph.disk.lock import Lock
from hpcph.disk.room import writing
from hpcph.errors import InputError, Stopped
from hpcph.parallel.comm import Comm
from hpcph.parallel.petsc import petsc
from hpcph.parallel.schedule import hand_out
from hpcph.parallel.signals import Stop
from hpcph.survey import claims, find, gather, template
from hpcph.survey.candidate import Candidate
from hpcph.survey.claims import Claims
from hpcph.survey.compute import compute
from hpcph.survey.groups import Phase, group_of, phases
from hpcph.survey.reports import reports
from hpcph.survey.template import Template
from hpcph.survey.watch import Watch
from hpcph.workflow.progress import Reporter


@dataclass(frozen=True)
class Survey:
    """What all ranks know: template, folder of the output, that of the claims, and the crystals in order of name."""

    template: Template
    output: Path
    claims: Path
    crystals: tuple[Candidate, ...]

    def folder(self, number: int) -> Path:
        """Of a crystal."""
        return self.output / "crystals" / self.crystals[number].name


def survey(comm: Comm, place: Path, wanted: Path, output: Path, stop: Stop, overwrite: bool = False) -> None:
    """Compute every crystal of a folder, or of a list, by one template; tables and page in `output`. Collective.

    Crystals that fail are rows with a reason. Whatever is done of the same template stays; overwrite : begin anew.

    Raises InputError where place, template or output are no good, Stopped where that is asked for.
    """
    reporter, output = Reporter(comm.root), output.absolute()
    locks: list[Lock] = []
    try:
        comm.phase = "reading the template"
        given = comm.on_root(lambda: template.read(wanted))
        comm.on_root(lambda: _enter(output, given, overwrite, locks))
        crystals = _found(comm, place, given, stop, reporter)
        every = Survey(given, output, comm.on_root(lambda: claims.begin(output)), crystals)
        if given.input.sample is not None:
            petsc()  # begun by all ranks, whatever crystals they get
        stopped = _crystals(comm, every, stop, reporter)
        if not stopped:
            stopped = reports(comm, [every.folder(i) for i in range(len(crystals))], stop, reporter)
        comm.phase = "gathering the rows"
        comm.on_root(lambda: gather.write(every.output, [c.name for c in crystals], reporter))
        if stopped:
            raise Stopped("stopped, what is done stays")
    finally:
        if locks:
            claims.sweep(output)
        for lock in locks:
            lock.release()


def _enter(output: Path, given: Template, overwrite: bool, locks: list[Lock]) -> None:
    """Take the folder; it must be this survey's, or nobody's (rank 0)."""
    with writing(output):
        output.mkdir(parents=True, exist_ok=True)
        locks.append(Lock(output))
        held = output / "template.yaml"
        ...


def _found(comm: Comm, place: Path, given: Template, stop: Stop, reporter: Reporter) -> tuple[Candidate, ...]:
    """The crystals, in order of name; every rank looks at some of the files."""
    comm.phase = "looking for crystals"
    places = comm.on_root(lambda: find.places(place))
    own: list[Candidate] = []
    with reporter.stage("looking for crystals", len(places), len(places), "places") as progress:
        done = hand_out(comm, 0, len(places), lambda i: own.extend(find.candidates(places[i], given)), progress,
                        lambda: stop.requested)  # fmt: skip
    if done < len(places):
        raise Stopped("stopped while looking for crystals")
    found = sorted((one for part in comm.mpi.allgather(own) for one in part), key=lambda one: one.name)
    if not found:
        raise InputError("FOLDER", place, "holds no crystal that hpcph can read; `hpcph check FILE…` says what files are")
    return tuple(found)


def _crystals(comm: Comm, every: Survey, stop: Stop, reporter: Reporter) -> bool:
    """Compute them, phase by phase; was it stopped before the end?"""
    cost = [one.cost for one in every.crystals]
    comm.phase = "dividing the crystals"
    planned = comm.on_root(lambda: phases(cost, comm.size))
    if comm.root:
        reporter.say(_said(planned, len(cost), comm.size))
    with Watch(every.claims, cost, reporter.say) if comm.root else nullcontext():
        for phase in planned:
            comm.phase = f"computing crystals by {phase.groups} groups"
            if _phase(comm, every, phase, stop):
                return True
    return False


def _phase(comm: Comm, every: Survey, phase: Phase, stop: Stop) -> bool:
    """The crystals of one phase; was it stopped?"""
    group = comm.split(group_of(comm.rank, comm.size, phase.groups))
    ours, failure = Claims(every.claims, phase.crystals), None
    try:
        while not any(group.mpi.allgather(stop.requested)):
            number = group.on_root(ours.take)
            if number is None:
                break
            status = compute(group, every.folder(number), every.crystals[number], every.template, stop)
            group.on_root(lambda: ours.ended(number, status))
    except Stopped:
        pass
    except InputError as err:  # nothing can be written
        failure = err
    group.free()
    comm.agree(failure)
    return any(comm.mpi.allgather(stop.requested))
