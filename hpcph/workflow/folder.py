"""What a run finds in its folder: a result of the same input or another, an unfinished run, another one at work."""

from contextlib import suppress
from pathlib import Path

from hpcph.disk import checkpoint, undo
from hpcph.disk.checkpoint import Checkpoint
from hpcph.disk.draft import sweep
from hpcph.disk.lock import Lock
from hpcph.disk.room import writing
from hpcph.errors import InputError, counted
from hpcph.result.store import claim, readable
from hpcph.workflow.conclude import BESIDE, concluded
from hpcph.workflow.outcome import Outcome
from hpcph.workflow.prepared import Prepared
from hpcph.workflow.voice import Voice


def clear(path: Path) -> None:
    """Nothing of an unfinished run is left, unless the folder is no longer ours."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
        _forget(path)


def _forget(path: Path) -> None:
    """A file under work is no longer one to go on with. What is kept of its structure goes first: alone, without the
    checkpoint that it belongs to, it would be put into the file of another run."""
    undo.forget(path)
    for name in BESIDE:
        sweep(path.with_name(name))
    checkpoint.remove(path.parent)


def enter(
    ready: Prepared, output: Path | None, resume: bool, overwrite: bool, reporter: Voice, locks: list[Lock]
) -> tuple[Path, Checkpoint | None] | Outcome:
    """The file under work, and where an earlier run stopped; the outcome of one that was finished.

    locks : takes the folder's

    Raises InputError where the folder cannot be written, is in use, or holds what may not be replaced.
    """
    folder = (output or ready.output).absolute()
    path = claim(folder, ready.job.fingerprint, overwrite)
    with writing(folder):
        locks.append(Lock(folder))
    try:
        finished = None if resume or overwrite else _finished(path, ready.job.fingerprint)
        if finished is not None:
            clear(path)
            reporter.say(f"{finished.path} is the result of this input already; --overwrite computes it again")
            return finished
        for remark in filter(None, [ready.origin.title, *ready.remarks]):
            reporter.say(remark)
        with writing(folder):
            return path, _earlier(folder, path, ready.identity, resume, reporter)
    except InputError:
        if not path.stat().st_size:
            path.unlink()
        raise


def _finished(path: Path, fingerprint: str) -> Outcome | None:
    """The outcome of a finished run, where no other one is under way that would replace it."""
    with writing(path.parent):
        if path.stat().st_size and checkpoint.load(path.parent) is not None:
            return None
    return concluded(path.with_name("result.h5"), fingerprint)


def _earlier(folder: Path, path: Path, own: dict[str, str], resume: bool, reporter: Voice) -> Checkpoint | None:
    """Where an unfinished run of the same input stopped; its file as it was then."""
    earlier = checkpoint.load(folder)
    through = not path.stat().st_size  # the file has its final name; a kill left the checkpoint behind
    if resume and (earlier is None or through):
        raise InputError("--resume", folder, "holds no unfinished run; leave --resume out to begin one")
    if earlier is None or through:
        _forget(path)
        return None
    before = earlier.identity
    changed = [name for name in {**before, **own} if before.get(name) != own.get(name)]
    if changed:
        of_both = [name for name in changed if name.startswith("the file") or (name in before and name in own)]
        what = f"holds an unfinished run, since which {' and '.join(of_both) or 'hpcph'} changed"
        raise InputError("output", folder, f"{what}; choose another folder, or remove its .checkpoint-* to begin anew")
    undo.restore(path)
    if not readable(path):
        reporter.say("the file of the unfinished run is damaged: begun anew")
        _forget(path)
        return None
    reporter.say(f"goes on with an unfinished run, {counted(len(earlier.place.finished), 'stages')} of which are done")
    return earlier
