"""One crystal of a survey, by the ranks of a group: its input, its run, its row. Whatever fails is told in the row."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hpcph.disk import checkpoint
from hpcph.disk.draft import draft
from hpcph.disk.room import writing
from hpcph.errors import InputError, InputErrors
from hpcph.parallel.comm import Comm, RankError
from hpcph.parallel.signals import Stop
from hpcph.prepare.entrance import read
from hpcph.prepare.job import identity
from hpcph.survey import row, template
from hpcph.survey.candidate import Candidate
from hpcph.survey.template import Template
from hpcph.workflow.driver import run
from hpcph.workflow.folder import clear
from hpcph.workflow.progress import Reporter

OURS = "output"  # key of what concerns the folder, and so every crystal


@dataclass
class _Ended:
    """How a crystal's run went: why sections are left out, or why there is no result."""

    reasons: list[str] = field(default_factory=list)
    failed: bool = False


def compute(group: Comm, folder: Path, candidate: Candidate, wanted: Template, stop: Stop) -> str:
    """Compute a crystal into its folder unless it is done; how it ended: done, partial, failed. Collective.

    The folder gets input.yaml, by which `hpcph run` gives the same numbers, the result and its companions, what the run
    said (log.txt) and the row. Raises InputError where nothing can be written, Stopped where that is asked for.
    """
    begin, about = time.monotonic(), row.About(candidate.name, candidate.place)

    def enter() -> tuple[str, str | None]:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            text = template.text(wanted, candidate) if candidate.files else ""
            known = row.fingerprint(identity(template.source(folder, text)) if text else {"reason": candidate.reason})
            earlier = row.load(folder)
            return known, earlier.status if earlier is not None and earlier.fingerprint == known else None

    known, earlier = group.on_root(enter)
    if earlier is not None:
        return earlier
    ended = _Ended([candidate.reason], failed=True) if candidate.reason else _run(group, folder, candidate, wanted, stop)

    def leave() -> str:
        seconds = time.monotonic() - begin
        reason = "; ".join(ended.reasons)
        if ended.failed:
            found = row.failed(about, known, reason, seconds)
        else:
            found = row.of(folder / "result.h5", about, known, reason, seconds)
        with writing(folder):
            row.save(folder, found)
        return found.status

    return group.on_root(leave)


def _run(group: Comm, folder: Path, candidate: Candidate, wanted: Template, stop: Stop) -> _Ended:
    """The run with every section that the crystal allows."""
    ended = _Ended()
    without: tuple[str, ...] = ()
    with ExitStack() as stack:
        log = stack.enter_context(open(folder / "log.txt", "w", encoding="utf-8")) if group.root else None
        reporter = Reporter(group.root, log)
        while True:
            try:
                group.on_root(lambda: _write(folder, template.text(wanted, candidate, without)))
                run(group, read(group, lambda: folder / "input.yaml"), folder, stop, overwrite=True, reporter=reporter)
                return ended
            except RankError as err:
                reporter.say(str(err))
                ended.reasons.append(f"the program failed: {str(err).splitlines()[-1]} (log.txt)")
            except InputError as err:
                lacking = template.needing_charges(wanted, err)
                ...
        return ended
