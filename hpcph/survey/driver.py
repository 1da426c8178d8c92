"""The story of a survey: look for crystals, hand them out over groups of ranks, gather their rows.

Whatever is done stands in the crystal's own folder, so that a survey goes on from there after any end, on any number of
ranks; which rank computed what leaves no trace in the numbers.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hpcph.disk.draft import draft
from hpcph.disk.lock import Lock
from hpcph.disk.room import writing
from hpcph.errors import InputError, Stopped, counted
from hpcph.parallel.comm import Comm, RankError
from hpcph.parallel.petsc import petsc
from hpcph.parallel.schedule import hand_out
from hpcph.parallel.signals import Stop
from hpcph.survey import claims, find, row, template
from hpcph.survey.candidate import Candidate
from hpcph.survey.claims import Claims
from hpcph.survey.compute import compute, require_own
from hpcph.survey.forecast import ASSUMED, divided, forecast
from hpcph.survey.groups import SERIAL, Phase, group_of, phases
from hpcph.survey.reports import reports
from hpcph.survey.template import Template
from hpcph.survey.watch import Watch
from hpcph.workflow.progress import Reporter

TEMPLATE, CRYSTALS = "template.yaml", "crystals"


@dataclass(frozen=True)
class Survey:
    """What all ranks know: template, folder of the output, that of the claims, and the crystals in order of name."""

    template: Template
    output: Path
    claims: Path
    crystals: tuple[Candidate, ...]

    def folder(self, number: int) -> Path:
        """Of a crystal."""
        return folder_of(self.output, self.crystals[number])


def folder_of(output: Path, candidate: Candidate) -> Path:
    """Where everything about a crystal stands."""
    return output / CRYSTALS / candidate.name


def survey(
    comm: Comm,
    place: Path,
    wanted: Path,
    output: Path,
    stop: Stop,
    overwrite: bool = False,
    reported: bool = True,
) -> None:
    """Compute every crystal of a folder, or of a list, by one template; tables and page in `output`. Collective.

    Crystals that fail are rows with a reason. What is done of the same template stays.

    overwrite : begin anew; reported : write a page of every crystal, too

    Raises InputError where place, template or output are no good, Stopped where that is asked for.
    """
    reporter, output = Reporter(comm.root), output.absolute()
    locks: list[Lock] = []
    try:
        comm.phase = "reading the template"
        given = comm.on_root(lambda: template.read(wanted))
        comm.on_root(lambda: _enter(output, given, overwrite, locks))
        crystals = _found(comm, place, given, stop, reporter)
        comm.on_root(lambda: _keep(output, wanted))
        every = Survey(given, output, comm.on_root(lambda: claims.begin(output)), crystals)
        if "sample" in given.data:
            petsc()  # begun by all ranks, whatever crystals they get
        stopped = _crystals(comm, every, stop, reporter)
        folders = [every.folder(number) for number in range(len(crystals))]
        if reported and not stopped:
            stopped = reports(comm, folders, stop, reporter)
        comm.phase = "gathering the rows"
        comm.on_root(lambda: _gather(folders, given.title, output, reporter))
        if stopped:
            raise Stopped("stopped, what is done stays")
    finally:
        if locks:
            claims.sweep(output)
        for lock in locks:
            lock.release()


def plan(comm: Comm, place: Path, wanted: Path, output: Path, ranks: Sequence[int], stop: Stop) -> None:
    """Say what a survey takes on so many ranks; computes nothing. Collective.

    Crystals whose rows are there already count with the time that they took.
    """
    reporter = Reporter(comm.root)
    given = comm.on_root(lambda: template.read(wanted))
    found = _found(comm, place, given, stop, reporter)
    if comm.root:
        taken = [_taken(row.load(folder_of(output.absolute(), one))) for one in found]
        known = sum(seconds is not None for seconds in taken)
        cost = [one.cost if seconds is None else seconds for one, seconds in zip(found, taken, strict=True)]
        reporter.say(f"{counted(len(found), 'crystals')}; the time of {known} as measured, of the others as expected")
        reporter.say(forecast(cost, ranks))
        reporter.say(ASSUMED)


def _taken(known: row.Row | None) -> float | None:
    """Seconds on one rank, beyond those that are serial, that a crystal took; None where that is not known."""
    if known is None:
        return None
    return max(0.0, (float(known.about["seconds"]) - SERIAL) * int(known.about["ranks"]))


def _gather(folders: list[Path], title: str, output: Path, reporter: Reporter) -> None:
    """Tables and page (rank 0, the only one that loads what writes them)."""
    from hpcph.survey.gather import write

    write(folders, title, output, reporter)


def _enter(output: Path, given: Template, overwrite: bool, locks: list[Lock]) -> None:
    """Take the folder; it must be this survey's, or nobody's (rank 0)."""
    held = output / TEMPLATE
    with writing(output):
        output.mkdir(parents=True, exist_ok=True)
        locks.append(Lock(output))
    require_own(output / CRYSTALS)
    if overwrite:
        for old in (output / CRYSTALS).glob(f"*/{row.NAME}"):
            if not old.parent.is_symlink():
                old.unlink(missing_ok=True)
    elif held.exists():
        try:
            same = template.read(held).data == given.data
        except InputError:
            same = False
        if not same:
            fix = f"holds a survey of another template ({held.name}); choose another folder, or --overwrite replaces it"
            raise InputError("--output", output, fix)


def _keep(output: Path, path: Path) -> None:
    """The template, by which the folder is known from now on (rank 0)."""
    with writing(output), draft(output / TEMPLATE) as temporary:
        temporary.write_bytes(path.read_bytes())


def _found(comm: Comm, place: Path, given: Template, stop: Stop, reporter: Reporter) -> tuple[Candidate, ...]:
    """The crystals, in order of name; every rank looks at some of the files."""
    comm.phase = "looking for crystals"
    places = comm.on_root(lambda: find.places(place))
    own: list[Candidate] = []
    with reporter.stage("looking for crystals", max(1, len(places)), len(places), "places") as progress:
        looked = hand_out(
            comm, 0, len(places), lambda i: own.extend(find.candidates(places[i], given)), progress,
            lambda: stop.requested,
        )  # fmt: skip
    if looked < len(places):
        raise Stopped("stopped while looking for crystals")
    found = find.distinct(one for part in comm.mpi.allgather(own) for one in part)
    if not found:
        raise InputError("FOLDER", place, "holds no crystal that hpcph reads; `hpcph check FILE…` says what files are")
    return tuple(found)


def _crystals(comm: Comm, every: Survey, stop: Stop, reporter: Reporter) -> bool:
    """Compute them, phase by phase; was it stopped before the end?"""
    cost = [one.cost for one in every.crystals]
    comm.phase = "dividing the crystals"
    planned = comm.on_root(lambda: phases(cost, comm.size))
    reporter.say(f"{counted(len(cost), 'crystals')}, by ranks of a group: {divided(planned, comm.size)}")
    with Watch(every.claims, cost, reporter.say) if comm.root else nullcontext():
        return any(_phase(comm, every, phase, stop) for phase in planned)


def _phase(comm: Comm, every: Survey, phase: Phase, stop: Stop) -> bool:
    """The crystals of one phase; was it stopped?"""
    comm.phase = f"computing crystals by {counted(phase.groups, 'groups')}"
    group = comm.split(group_of(comm.rank, comm.size, phase.groups))
    group.phase = comm.phase
    ours, failure = Claims(every.claims, phase.crystals), None
    try:
        while not any(group.mpi.allgather(stop.requested)):
            number = group.on_root(ours.take)
            if number is None:
                break
            status = compute(group, every.folder(number), every.crystals[number], every.template, stop)
            group.on_root(partial(ours.ended, number, status))
    except Stopped:
        pass
    except (InputError, RankError) as err:  # nothing can be written, or a mistake of the program; others wait below
        failure = err
    group.free()
    comm.agree(failure)
    return any(comm.mpi.allgather(stop.requested))
