"""One crystal of a survey, by the ranks of a group: its input, its run, its row. Whatever fails is told in the row."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hpcph.crystal.lattice import Structure
from hpcph.disk import checkpoint
from hpcph.disk.draft import draft
from hpcph.disk.room import writing
from hpcph.errors import InputError, Unstable
from hpcph.parallel.comm import Comm, RankError
from hpcph.parallel.signals import Stop
from hpcph.prepare.job import identity, prepare, structure
from hpcph.result.store import UNDER_WORK, attributes
from hpcph.survey import row, template
from hpcph.survey.candidate import Candidate
from hpcph.survey.claims import KEPT
from hpcph.survey.template import Template
from hpcph.workflow.driver import run
from hpcph.workflow.folder import clear
from hpcph.workflow.prepared import Prepared
from hpcph.workflow.progress import Reporter

DISK = "output"  # key of a complaint that is not about the crystal
INPUT, LOG, RESULT = "input.yaml", "log.txt", "result.h5"


@dataclass
class _Course:
    """How a crystal's run goes, noted on rank 0: its structure, what its input leaves out, why it failed."""

    structure: Structure | None = None
    left_out: list[str] = field(default_factory=list)
    reason: str = ""
    unstable: bool = False


def compute(group: Comm, folder: Path, candidate: Candidate, wanted: Template, stop: Stop) -> str:
    """Compute a crystal into its folder; the status of its row, or KEPT where it was done before. Collective.

    The folder gets input.yaml, by which `hpcph run` gives the same numbers, the result and its companions, what the run
    said (log.txt), and the row. Raises InputError where nothing can be written, Stopped where that is asked for.
    """
    begin, course = time.monotonic(), _Course(reason=candidate.reason)
    known = group.on_root(lambda: _entered(folder, candidate, wanted))
    if known is None:
        return KEPT
    if candidate.files:
        try:
            _run(group, folder, candidate, wanted, stop, course)
        except InputError as err:
            if err.key == DISK:
                raise
            course.reason, course.unstable = "; ".join(str(err).splitlines()), isinstance(err, Unstable)
        except RankError as err:
            course.reason = f"hpcph failed: {str(err).splitlines()[-1]}"

    def leave() -> str:
        about = {"name": candidate.name, "place": candidate.place, "ranks": group.size}
        about["seconds"] = time.monotonic() - begin
        if course.reason or course.structure is None:
            found = row.failed(known, about, course.reason, course.structure, course.unstable)
        else:
            found = row.of(known, about, folder / RESULT, course.structure, "; ".join(course.left_out))
        with writing(folder):
            row.save(found, folder)
        return found.status

    return group.on_root(leave)


def _entered(folder: Path, candidate: Candidate, wanted: Template) -> str | None:
    """What decides the crystal's row, as one hash; None where that row is there already (rank 0)."""
    require_own(folder)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if not candidate.files:
        decides = {"the reason": candidate.reason}
    else:
        try:
            decides = identity(template.source(wanted, candidate, folder / INPUT))
        except (InputError, OSError) as err:
            decides = {"the complaint": str(err)}
    known, earlier = row.fingerprint(decides), row.load(folder)
    if earlier is not None and earlier.fingerprint == known and _is_there(folder / RESULT, earlier):
        return None
    with writing(folder):
        (folder / row.NAME).unlink(missing_ok=True)  # of other files, or of a result that is gone
    return known


def require_own(folder: Path) -> None:
    """Raise InputError where a folder of a survey is a link, which would lead what is written elsewhere."""
    if folder.is_symlink():
        raise InputError(DISK, folder, "is a link, and a survey writes into its own folder alone; remove it")


def _is_there(result: Path, known: row.Row) -> bool:
    """Is the result of a row there, as it was? Those that failed have none."""
    if known.status == row.FAILED:
        return True
    try:
        real = result.is_file() and not result.is_symlink()
        return real and attributes(result).get("sha256") == known.about["sha256"]
    except (OSError, KeyError, RuntimeError, ValueError):
        return False


def _run(group: Comm, folder: Path, candidate: Candidate, wanted: Template, stop: Stop, course: _Course) -> None:
    """The crystal's run, which goes on with one that was begun; what it says goes into the log."""

    def prepared() -> Prepared:
        text, ready = _prepared(folder, candidate, wanted, course)
        earlier = checkpoint.load(folder)
        if earlier is not None and earlier.identity != ready.identity:
            clear(folder / UNDER_WORK)
        with writing(folder), draft(folder / INPUT) as temporary:
            temporary.write_text(text, encoding="utf-8")
        course.structure = ready.job.crystal.structure
        return ready

    def opened():
        with writing(folder):
            (folder / LOG).unlink(missing_ok=True)
            return open(folder / LOG, "x", encoding="utf-8")  # a link is not followed

    log = group.for_root(opened)
    try:
        reporter = Reporter(group.root, log)
        try:
            run(group, prepared, folder, stop, overwrite=True, reporter=reporter)
        except (InputError, RankError) as err:
            reporter.say(str(err))
            raise
    finally:
        if log is not None:
            log.close()


def _prepared(folder: Path, candidate: Candidate, wanted: Template, course: _Course) -> tuple[str, Prepared]:
    """The input of a crystal and its job, without what asks for Born charges that it has not (rank 0)."""
    asked = set(template.asks_for_charges(wanted))
    while True:
        source = template.source(wanted, candidate, folder / INPUT)
        try:
            return source.text, prepare(source)
        except InputError as err:
            if err.key not in asked:
                with suppress(InputError):  # what is wrong may be something else than the crystal
                    course.structure = structure(source)
                raise
            asked.remove(err.key)
            wanted = template.without(wanted, [err.key])
            course.left_out.append(f"without {err.key}: {err.fix.partition(';')[0]}")
