"""Systems without Linux's own: no fallocate, no /proc, no sched_getaffinity, no cgroups. Here they are hidden."""

import ctypes
import json
import os
import platform
import time
from pathlib import Path

import pytest

from hpcph.disk import lock, room
from hpcph.errors import InputError
from hpcph.parallel import cores


def test_room_is_taken_without_fallocate(tmp_path, monkeypatch):
    """Zeros are written instead; length and contents of the file stay."""
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    path = tmp_path / "file"
    path.write_bytes(b"here")
    with open(path, "r+b") as file:
        room.take(file.fileno(), 4, 1 << 20)
    assert path.read_bytes() == b"here"
    with pytest.raises(OSError), open(path, "rb") as file:  # a disk that takes nothing
        room.take(file.fileno(), 4, 1 << 20)


@pytest.fixture
def no_proc(monkeypatch):
    """/proc cannot be read."""
    read = Path.read_text

    def hidden(path, *how, **more):
        if path.is_relative_to("/proc"):
            raise FileNotFoundError(path)
        return read(path, *how, **more)

    monkeypatch.setattr(Path, "read_text", hidden)


def test_one_run_at_a_time_without_proc(tmp_path, no_proc):
    """A living run keeps its folder; a dead one's is taken at once, and one whose number another process has got after
    it gave no sign of life for two minutes."""
    first = lock.Lock(tmp_path)
    with pytest.raises(InputError, match="is in use by a run"):
        lock.Lock(tmp_path)
    first.release()
    dead, old = {"host": platform.node(), "pid": 2**22 + 1, "started": None}, time.time() - lock.SILENCE - 1
    (tmp_path / lock.NAME).write_text(json.dumps(dead))
    lock.Lock(tmp_path).release()
    (tmp_path / lock.NAME).write_text(json.dumps({**dead, "pid": os.getppid()}))
    os.utime(tmp_path / lock.NAME, (old, old))
    lock.Lock(tmp_path).release()
    assert not list(tmp_path.iterdir())


def test_cores_are_those_that_may_be_used(tmp_path, monkeypatch):
    """Bound ones, no more than the container's share, whatever OMP_NUM_THREADS says; all where nothing is known."""
    monkeypatch.setattr(cores, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5, 6}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert cores.cores() == 4
    for quota, expected in {"max 100000": 4, "250000 100000": 3, "1000 100000": 1, "900000 100000": 4}.items():
        (tmp_path / "cpu.max").write_text(quota + "\n")
        assert cores.cores() == expected
    (tmp_path / "cpu.max").unlink()
    monkeypatch.delattr(os, "sched_getaffinity")
    assert cores.cores() == 64
