"""One run at a time on an output folder."""

import json
import os
import platform
import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from hpcph.errors import InputError

NAME = ".lock"
BEAT = 20.0  # s between signs of life
SILENCE = 120.0  # s without one after which a run that cannot be looked at from here counts as dead
LONGEST = 4096  # bytes of a claim


class Lock:
    """A file that names who is at work; its time is renewed while that process lives."""

    def __init__(self, folder: Path):
        """Take the folder. Raises InputError where a living run has it, OSError where it cannot be written."""
        self.path = folder / NAME
        own = {"pid": os.getpid(), "started": _started(os.getpid()), "claim": secrets.token_hex(8)}
        self._owner = {"host": platform.node(), **_place(), **own}
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
    age, text = _read(path)
    owner = _owner(text)
    host, pid, place = owner.get("host", "?"), owner.get("pid", "?"), _place()
    here = host == platform.node() and None not in place.values() and place.items() <= owner.items()
    here = here and type(pid) is int and "started" in owner
    alive = _started(pid) == owner["started"] if here else age < SILENCE
    if alive and path.exists():
        who = f"is in use by a run on {host}, process {pid}"
        fix = "choose another folder or wait" + ("" if here else f"; a dead run's claim ends after {SILENCE:.0f} s")
        raise InputError("output", path.parent, f"{who}; {fix}")
    aside = path.with_name(f"{NAME}.{secrets.token_hex(8)}")
    with suppress(FileNotFoundError):  # somebody else was faster
        os.rename(path, aside)
        if _read(aside)[1] == text:
            aside.unlink()
        else:  # and has taken the folder meanwhile
            os.rename(aside, path)


def _read(path: Path) -> tuple[float, bytes]:
    """Age (s) of a claim, and what it says; one that cannot be read is as young as can be."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return time.time() - os.fstat(descriptor).st_mtime, file.read(LONGEST)
    except OSError:
        return 0.0, b""


def _owner(text: bytes) -> dict[str, Any]:
    """Who claims to be at work; nobody known where that is no claim of hpcph."""
    try:
        owner = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _place() -> dict[str, str | None]:
    """Where numbers of processes mean what they mean here, by boot and container; None where the system does not say.

    Names of hosts do not tell: containers share them, and machines made from one image.
    """
    boot, processes = None, None
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    with suppress(OSError):
        processes = os.readlink("/proc/self/ns/pid")
    return {"boot": boot, "processes": processes}


def _started(pid: int) -> str | None:
    """When a process of this host began, in the kernel's ticks; None without such a process, and where it is dead but
    its parent has not asked for it yet."""
    try:
        state, *_, began = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:20]
    except (OSError, IndexError, ValueError):
        return None
    return None if state in "ZX" else began
