"""Whose folder it is: what counts as a living run, a dead one, and no run of hpcph."""

import json
import os
import time
from pathlib import Path

import pytest

from hpcph.disk import lock
from hpcph.disk.lock import Lock
from hpcph.errors import InputError

NONE = 2**22 + 1  # above every number of a process


def left(folder: Path, text: str, age: float = 0.0) -> None:
    """A claim that somebody made so many seconds ago."""
    (folder / ".lock").write_text(text)
    os.utime(folder / ".lock", (time.time() - age,) * 2)


def taken(folder: Path) -> bool:
    """Can the folder be had? Nothing is left of who had it."""
    try:
        Lock(folder).release()
    except InputError as refused:
        assert "is in use by a run on" in str(refused) and "\n" not in str(refused)
        return False
    assert not list(folder.iterdir())
    return True


@pytest.mark.parametrize("text", ["[1]", "null", "7", "", "{", '{"pid": "../1", "host": [2]}', "[" * 4000, "\0"])
def test_what_is_no_claim_counts_by_its_age(tmp_path, text):
    """Refused in one line while it is young, for its writer may not be done; later the folder is free."""
    left(tmp_path, text)
    assert not taken(tmp_path)
    left(tmp_path, text, lock.SILENCE + 1)
    assert taken(tmp_path)


def claim(folder: Path, **changes) -> str:
    """What a run of this process would write, with changes."""
    own = Lock(folder)
    text = (folder / ".lock").read_text()
    own.release()
    return json.dumps(json.loads(text) | changes)


def test_a_dead_process_of_this_place_is_known_at_once(tmp_path):
    """And a living one however long it has been silent; a process of its number that began later is another."""
    own = claim(tmp_path)
    left(tmp_path, own, lock.SILENCE + 1)
    assert not taken(tmp_path)
    for other in ({"pid": NONE}, {"started": "1"}):
        left(tmp_path, json.dumps(json.loads(own) | other))
        assert taken(tmp_path)


@pytest.mark.parametrize("other", ["boot", "processes", "host"])
def test_a_process_elsewhere_is_dead_when_it_is_silent(tmp_path, other):
    """In another container or boot with this one's host name its number says nothing here."""
    text = claim(tmp_path, **{other: "another"}, pid=NONE)
    left(tmp_path, text)
    assert not taken(tmp_path)
    left(tmp_path, text, lock.SILENCE + 1)
    assert taken(tmp_path)


def test_without_proc_silence_decides(tmp_path, monkeypatch):
    """As on macOS: nothing tells processes apart there."""

    def missing(_):
        raise FileNotFoundError

    monkeypatch.setattr(lock, "Path", lambda path: Path(str(path).replace("/proc", "/none")))
    monkeypatch.setattr(os, "readlink", missing)
    text = claim(tmp_path, pid=NONE)
    assert json.loads(text)["boot"] is json.loads(text)["processes"] is json.loads(text)["started"] is None
    left(tmp_path, text)
    assert not taken(tmp_path)
    left(tmp_path, text, lock.SILENCE + 1)
    assert taken(tmp_path)


def test_a_folder_that_another_took_meanwhile_stays_theirs(tmp_path, monkeypatch):
    """Two find a dead run; the slower one does not clear away the claim of the faster one."""
    left(tmp_path, claim(tmp_path, pid=NONE))
    others, rename = [], os.rename

    def late(old, new):
        monkeypatch.setattr(os, "rename", rename)
        others.append(Lock(tmp_path))  # which clears the dead one away
        rename(old, new)

    monkeypatch.setattr(os, "rename", late)
    assert not taken(tmp_path)
    others[0].release()
    assert not list(tmp_path.iterdir())
