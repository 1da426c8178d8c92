"""Runs in processes of their own, to be signalled and killed: python -m hpcph with checkpoints after every round."""

import os
import subprocess
import sys
import time
from pathlib import Path

import h5py
from parallel import world
from parallel.said import own

from hpcph.disk import checkpoint

HASTY = Path(__file__).with_name("hasty.py")
INPUT = world.quartz(mesh__grid=[8, 8, 8], bands={"points": 31}, field={"magnetic": "9 T"}, slices__grid=[31, 25])


def sha(folder: Path) -> str:
    """The digest of a result."""
    with h5py.File(folder / "result.h5", "r") as file:
        return file["/provenance"].attrs["sha256"]


def start(ranks: int, source: Path, output: Path, *more: str, **variables: object) -> subprocess.Popen:
    """A hasty run under mpirun (0: without), in a session of its own so that all of it can be killed.

    variables : of hasty.py
    """
    command = [*world.launch(ranks), sys.executable, str(HASTY), "run", str(source), "--output", str(output), *more]
    ours = world.LAUNCHING | {name: str(value) for name, value in variables.items()}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=world.ROOT, env=os.environ | ours, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )


def finish(ranks: int, source: Path, output: Path, *more: str, **variables: object) -> subprocess.CompletedProcess:
    """The same to its end; its stderr is hpcph's own."""
    process = start(ranks, source, output, *more, **variables)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(process.args, process.returncode, out, own(err))


def ranks_of(path: Path) -> list[int]:
    """Pythons that run hasty.py with a path among its arguments; its launcher, mpirun or prterun, has both, too."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[1:2] == [str(HASTY).encode()] and str(path).encode() in words:
            found.append(int(folder.name))
    return found


def wait(process: subprocess.Popen, until, seconds: float = 60) -> None:
    """Until until() holds or the run has ended."""
    limit = time.monotonic() + seconds
    while process.poll() is None and not until():
        assert time.monotonic() < limit, "the run neither went on nor ended"
        time.sleep(0.005)


def wait_for_checkpoints(process: subprocess.Popen, folder: Path, generation: int) -> None:
    """Until the run has written so many, or has ended."""
    wait(process, lambda: (found := checkpoint.load(folder)) is not None and found.generation >= generation)
