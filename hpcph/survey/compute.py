"""One crystal of a survey, by the ranks of a group: its input, its run, its row. Whatever fails is told in the row."""

import time
from contextlib import nullcontext
from pathlib import Path

from hpcph.disk import checkpoint
from hpcph.disk.draft import draft
from hpcph.disk.room import writing
from hpcph.errors import InputError, InputErrors
from hpcph.parallel.comm import Comm, RankError
from hpcph.parallel.signals import Stop
from hpcph.prepare.job import identity, prepare
from hpcph.survey import row, template
from hpcph.survey.candidate import Candidate
from hpcph.survey.claims import KEPT
from hpcph.survey.template import Template
from hpcph.workflow.driver import run
from hpcph.workflow.folder import clear
from hpcph.workflow.prepared import Prepared
from hpcph.workflow.progress import Reporter

DISK = "output"  # key of what is not the crystal's fault
PARTIAL = ".result.h5.partial"


def compute(group: Comm, folder: Path, candidate: Candidate, wanted: Template, stop: Stop) -> str:
    """Compute a crystal into its folder; the status of its row, or KEPT where it was done before. Collective.

    The folder gets input.yaml, by which `hpcph run` gives the same numbers, the result and its companions, what the run
    said (log.txt), and the row. Raises InputError where nothing can be written, Stopped where that is asked for.
    """
    begin = time.monotonic()
    known = group.on_root(lambda: _entered(folder, candidate, wanted))
    if known is None:
        return KEPT
    left_out: list[str] = []  # on rank 0
    reason = candidate.reason
    if not reason:
        try:
            _run(group, folder, candidate, wanted, stop, left_out)
        except InputError as err:
            if err.key == DISK:
                raise
            reason = "; ".join(str(err).splitlines())
        except RankError as err:
            reason = f"hpcph failed: {str(err).splitlines()[-1]}"

    def leave() -> str:
        about = row.About(candidate.name, candidate.place, "; ".join(left_out), known, time.monotonic() - begin)
        found = row.failed(about, reason) if reason else row.of(folder / "result.h5", about)
        with writing(folder):
            row.save(found, folder)
        return found.status

    return group.on_root(leave)


def _entered(folder: Path, candidate: Candidate, wanted: Template) -> str | None:
    """What decides the crystal's row, in one word; None where the row is there already (rank 0)."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    source = template.source(wanted, candidate, folder) if candidate.files else None
    known = row.fingerprint(identity(source) if source is not None else {"the reason": candidate.reason})
    return None if row.is_there(folder, known) else known


def _run(
    group: Comm, folder: Path, candidate: Candidate, wanted: Template, stop: Stop, left_out: list[str]
) -> None:
    """The crystal's run, which goes on with an unfinished one; what it says goes into a file."""

    def prepared() -> Prepared:
        text, ready, lacking = _prepared(folder, candidate, wanted)
        left_out[:] = lacking
        earlier = checkpoint.load(folder)
        if earlier is not None and earlier.identity != ready.identity:
            clear(folder / PARTIAL)
        with writing(folder), draft(folder / "input.yaml") as temporary:
            temporary.write_text(text, encoding="utf-8")
        return ready

    log = group.on_root(...)
