"""One run at a time on an output folder."""

import json
import os
import platform
import threading
import time
from contextlib import suppress
from pathlib import Path

from hpcph.errors import InputError

NAME = ".lock"
BEAT = 20.0  # s between signs of life
SILENCE = 120.0  # s without one after which a run on another host counts as dead


class Lock:
    """A file that names who is at work; its time is renewed while that process lives."""

    def __init__(self, folder: Path):
        """Take the folder. Raises InputError where a living run has it, OSError where it cannot be written."""
        self.path = folder / NAME
        self._owner = {"host": platform.node(), "pid": os.getpid(), "started": _started(os.getpid())}
        while not self._take():
            _refuse_the_living(self.path)
        self._over = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def release(self) -> None:
        """Leave the folder to others."""
        self._over.set()
        with suppress(OSError):  # a folder that is no longer ours; to the next run this one is dead
            self.path.unlink()

    def _take(self) -> bool:
        try:
            descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(self._owner, file)
        except OSError:
            self.path.unlink()
            raise
        return True

    def _beat(self) -> None:
        while not self._over.wait(BEAT):
            with suppress(OSError):
                os.utime(self.path)


def _refuse_the_living(path: Path) -> None:
    """Raise InputError, or clear away what a dead run left; of several who try only one succeeds."""
    try:
        age = time.time() - path.stat().st_mtime
        owner = json.loads(path.read_text() or "{}")
    except (OSError, ValueError):
        age, owner = 0.0, {}
    host, pid = owner.get("host", "?"), owner.get("pid", 0)
    here = host == platform.node()
    alive = (_started(pid) == owner.get("started")) if here and pid else age < SILENCE
    if alive and path.exists():
        who = f"is in use by a run on {host}, process {pid}"
        fix = "choose another folder or wait" + ("" if here else f"; a dead run's claim ends after {SILENCE:.0f} s")
        raise InputError("output", path.parent, f"{who}; {fix}")
    aside = path.with_name(f"{NAME}.{os.getpid()}")
    try:
        os.rename(path, aside)
        aside.unlink()
    except FileNotFoundError:  # somebody else was faster
        pass


def _started(pid: int) -> str | None:
    """When a process of this host began, in the kernel's ticks; None without such a process, and where it is dead but
    its parent has not asked for it yet."""
    try:
        state, *_, began = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:20]
    except (OSError, IndexError, ValueError):
        return None
    return None if state in "ZX" else began
