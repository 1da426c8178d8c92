"""The page of every crystal, a file beside its result; one that cannot be drawn is nobody else's trouble."""

from collections.abc import Sequence
from pathlib import Path

from hpcph.parallel.comm import Comm
from hpcph.parallel.schedule import hand_out
from hpcph.parallel.signals import Stop
from hpcph.survey.compute import RESULT
from hpcph.workflow.progress import Reporter

TOLD = 10  # crystals
REPORT = "report.html"


def reports(comm: Comm, folders: Sequence[Path], stop: Stop, reporter: Reporter) -> bool:
    """Write report.html into every folder whose result is newer; was it stopped before the end? Collective."""
    comm.phase = "writing the pages of the crystals"
    wanted = comm.on_root(lambda: [folder for folder in folders if _is_due(folder)])
    if not wanted:
        return False

    failed: list[tuple[str, str]] = []

    def work(i: int) -> None:
        from hpcph.report.page import write

        try:
            write(wanted[i] / RESULT, None)
        except Exception as err:  # whatever a result holds; the table has its numbers
            failed.append((wanted[i].name, " ".join(str(err).split()) or type(err).__name__))

    with reporter.stage("pages", len(wanted), len(wanted), "crystals") as progress:
        written = hand_out(comm, 0, len(wanted), work, progress, lambda: stop.requested)
    every = sorted(one for part in comm.mpi.allgather(failed) for one in part)
    for name, why in every[:TOLD]:
        reporter.say(f"{name}: no page ({why})")
    if len(every) > TOLD:
        reporter.say(f"{len(every) - TOLD} more crystals have no page")
    return written < len(wanted)


def unreported(folders: Sequence[Path]) -> list[str]:
    """Names of the crystals that have a result and no page of their own."""
    return [folder.name for folder in folders if (folder / RESULT).is_file() and not (folder / REPORT).is_file()]


def _is_due(folder: Path) -> bool:
    """Is there a result without a page of its own?"""
    try:
        made = (folder / RESULT).stat().st_mtime_ns
    except OSError:
        return False
    try:
        return (folder / REPORT).stat().st_mtime_ns < made
    except OSError:
        return True
