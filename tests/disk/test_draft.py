"""Nothing is written through links that somebody put where a file will be, and other systems than Linux have room."""

import ctypes
import os
import secrets
from types import SimpleNamespace

import pytest
from parallel import world

from hpcph.disk import checkpoint, room, undo
from hpcph.disk.checkpoint import Checkpoint, Place
from hpcph.disk.draft import draft, sweep

SMALL = world.quartz(mesh__grid=[2, 2, 2], bands=world.DROP, slices=world.DROP, optics=world.DROP)


def test_a_draft_has_a_name_of_its_own_and_is_new(tmp_path, monkeypatch):
    """What stands there is not opened, were the name known; the file has the mode of any other."""
    final, victim = tmp_path / "[x].csv", tmp_path / "victim"
    victim.write_text("precious")
    with draft(final) as one, draft(final) as other:
        assert one != other and one.parent == tmp_path
    assert final.stat().st_mode == victim.stat().st_mode
    monkeypatch.setattr(secrets, "token_hex", lambda size: "0" * 2 * size)
    with draft(final) as known:
        pass
    known.symlink_to(victim)
    with pytest.raises(FileExistsError), draft(final):
        pass
    assert victim.read_text() == "precious" and known.is_symlink()
    sweep(final)
    assert sorted(tmp_path.iterdir()) == sorted([final, victim])


def test_what_a_run_writes_beside_its_file_goes_through_no_link(tmp_path):
    """Checkpoints and what is kept of the file's structure replace a link by a file."""
    victim, file = tmp_path / "victim", tmp_path / "result.h5"
    victim.write_text("precious")
    file.write_bytes(b"")
    for name in (".checkpoint-0", ".checkpoint-0.new", "result.h5.undo", "result.h5.undo.new"):
        (tmp_path / name).symlink_to(victim)
    checkpoint.save(tmp_path, Checkpoint(2, {}, Place()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(undo, "_around", lambda *_: [])
        undo.snapshot(file)
    assert victim.read_text() == "precious" and checkpoint.load(tmp_path) is not None
    assert not (tmp_path / ".checkpoint-0").is_symlink() and not (tmp_path / "result.h5.undo").is_symlink()


@pytest.mark.parametrize("how", ["symlink", "hard link", "pipe"])
def test_a_link_in_the_place_of_the_file_under_work_is_refused(tmp_path, how):
    """Its name must be known to the run that goes on: one line, and what it leads to stays."""
    victim, place = tmp_path / "victim", tmp_path / "out/.result.h5.partial"
    victim.write_text("precious")
    place.parent.mkdir()
    if how == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(victim) if how == "symlink" else place.hardlink_to(victim)
    done = world.here("run", world.write(tmp_path, SMALL), "--output", place.parent)
    assert done.returncode == 2 and done.stderr.startswith("hpcph: output") and done.stderr.count("\n") == 1
    assert victim.read_text() == "precious" and list(place.parent.iterdir()) == [place]


def test_room_is_taken_where_there_is_no_fallocate(tmp_path, monkeypatch):
    """As on macOS: zeros are written instead, and the length stays."""
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: SimpleNamespace())
    written, write = [], os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda f, data, at: written.append(len(data)) or write(f, data, at))
    with open(tmp_path / "file", "wb") as file:
        file.write(b"x")
        file.flush()
        room.take(file.fileno(), 1, 5000)
    assert written == [5000] and (tmp_path / "file").read_bytes() == b"x"
