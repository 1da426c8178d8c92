"""A checkpoint is the old or the new one, whatever step of the file system fails, is forgotten or comes too late."""

import os
from pathlib import Path

import numpy as np
import pytest

from hpcph.disk import checkpoint
from hpcph.disk.checkpoint import Checkpoint, Place

SAVE = ["create", "close", "open", "write", "fsync", "replace", "open folder", "fsync", "close"]
REMOVE = ["unlink"] * 2


def place(generation: int) -> Checkpoint:
    """One that can be told from others."""
    rows = {"zone": np.arange(50.0) + generation}
    return Checkpoint(generation, {"the input": "x"}, Place(("zone",), rows, "bands", generation, np.zeros(2)))


def found(folder: Path) -> int:
    """The generation of a folder, 0 where there is none; its numbers are its own."""
    loaded = checkpoint.load(folder)
    if loaded is None:
        return 0
    np.testing.assert_array_equal(loaded.place.rows["zone"], np.arange(50.0) + loaded.generation)
    assert loaded.place.block == loaded.generation
    return loaded.generation


class File:
    """An open file whose steps go through a Disk."""

    def __init__(self, disk: "Disk", file):
        self.disk, self.file = disk, file

    def write(self, data: bytes) -> int:
        return self.disk.step("write", lambda: self.file.write(data), len(data))

    def fileno(self) -> int:
        return self.file.fileno()

    def __enter__(self) -> "File":
        return self

    def __exit__(self, *_) -> None:
        self.file.close()


class Disk:
    """The file system as checkpoint.py sees it: every step in order, one of which goes wrong.

    how : fails (OSError) or is dropped: nothing happens, and nobody says so
    What a loss of power leaves: data, bytes by inode as of the last fsync of a file; names, those of the folder as of
    its last fsync.
    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, wrong: int = -1, how: str = ""):
        self.folder, self.wrong, self.how = folder, wrong, how
        self.steps: list[str] = []
        self.after = lambda: None
        self.data = {path.stat().st_ino: path.read_bytes() for path in folder.iterdir()}
        self.names = self.listing()
        self.real = {name: getattr(os, name) for name in ("fsync", "replace", "open", "close", "unlink")}
        patch.setattr(checkpoint, "open", self.open, raising=False)
        for name in self.real:
            patch.setattr(os, name, getattr(self, f"os_{name}"))

    def step(self, name: str, do, dropped=None):
        """Take a step, or what is left of it."""
        self.steps.append(name)
        if len(self.steps) - 1 != self.wrong:
            result = do()
        elif self.how == "fails":
            raise OSError(28, "No space left on device")
        else:
            result = dropped() if callable(dropped) else dropped
        self.after()
        return result

    def listing(self) -> dict[str, int]:
        return {path.name: path.stat().st_ino for path in self.folder.iterdir()}

    def open(self, path: Path, mode: str) -> File:
        file = self.step("open", lambda: open(path, mode), lambda: open(os.devnull, mode))
        self.data.pop(os.fstat(file.fileno()).st_ino, None)  # an inode may be used again
        return File(self, file)

    def os_open(self, path, flags: int, mode: int = 0o777) -> int:
        name = "create" if flags & os.O_CREAT else "open folder"
        nothing = lambda: self.real["open"]("/", os.O_RDONLY)  # noqa: E731
        return self.step(name, lambda: self.real["open"](path, flags, mode), nothing)

    def os_close(self, descriptor: int) -> None:
        self.step("close", lambda: self.real["close"](descriptor))

    def os_replace(self, old: Path, new: Path) -> None:
        self.step("replace", lambda: self.real["replace"](old, new))

    def os_unlink(self, path: Path) -> None:
        self.step("unlink", lambda: self.real["unlink"](path))

    def os_fsync(self, descriptor: int) -> None:
        def durable() -> None:
            status = os.fstat(descriptor)
            if status.st_ino == self.folder.stat().st_ino:
                self.names = self.listing()
            else:
                self.data[status.st_ino] = Path(f"/proc/self/fd/{descriptor}").read_bytes()

        self.step("fsync", durable)

    def without_power(self, folder: Path) -> list[Path]:
        """Folders as they may be after a loss of power now: names as of the last fsync, and as they are."""
        worlds = []
        for number, names in enumerate((self.names, self.listing())):
            world = folder / f"{len(self.steps)}-{number}"
            world.mkdir()
            for name, inode in names.items():
                (world / name).write_bytes(self.data.get(inode, b""))
            worlds.append(world)
        return worlds


@pytest.fixture
def two(tmp_path):
    """A folder with the generations 1 and 2."""
    folder = tmp_path / "run"
    folder.mkdir()
    for generation in (1, 2):
        checkpoint.save(folder, place(generation))
    return folder


def test_the_steps_of_a_checkpoint(two, monkeypatch):
    """Those that go wrong in turn below are all there are: a new one has to be named here."""
    with monkeypatch.context() as patch:
        disk = Disk(patch, two)
        checkpoint.save(two, place(3))
        saved = list(disk.steps)
        checkpoint.remove(two)
    assert saved == SAVE and disk.steps[len(saved) :] == REMOVE
    assert not list(two.iterdir())


@pytest.mark.parametrize("how", ["fails", "dropped"])
@pytest.mark.parametrize("wrong", range(len(SAVE)), ids=lambda i: f"{i} {SAVE[i]}")
def test_every_step_of_saving_goes_wrong_in_turn(two, monkeypatch, wrong, how):
    """The old or the new one is there, and the next is written as if nothing had been."""
    with monkeypatch.context() as patch:
        disk = Disk(patch, two, wrong, how)
        try:
            checkpoint.save(two, place(3))
        except OSError:
            pass  # what is dropped may make a later step fail
        else:
            assert how == "dropped"
    assert disk.steps[wrong] == SAVE[wrong]
    assert found(two) in (2, 3)
    checkpoint.save(two, place(4))
    assert found(two) == 4


@pytest.mark.parametrize("how", ["fails", "dropped"])
@pytest.mark.parametrize("wrong", range(len(REMOVE)))
def test_every_step_of_removing_goes_wrong_in_turn(two, monkeypatch, wrong, how):
    """What is left is whole, or nothing; the run knows by its file that it is through (test_crash.py)."""
    with monkeypatch.context() as patch:
        disk = Disk(patch, two, wrong, how)
        try:
            checkpoint.remove(two)
        except OSError:
            assert how == "fails"
    assert disk.steps[wrong] == "unlink"
    assert found(two) in (0, 1, 2)


def test_power_that_fails_after_any_step(two, tmp_path, monkeypatch):
    """Data and names that were not flushed are lost: the old or the new one; once it is saved, the new one."""
    with monkeypatch.context() as patch:
        disk = Disk(patch, two)
        left: list[Path] = []
        disk.after = lambda: left.extend(disk.without_power(tmp_path))
        for generation in (3, 4):
            checkpoint.save(two, place(generation))
            assert {found(world) for world in left} <= {generation - 1, generation}
            assert {found(world) for world in left[-2:]} == {generation}
            left.clear()


def test_half_a_checkpoint_and_flipped_bytes_are_none(two):
    """At any length and any place the generation before counts."""
    newest = two / ".checkpoint-0"
    whole = newest.read_bytes()
    for cut in range(0, len(whole), 7):
        newest.write_bytes(whole[:cut])
        assert found(two) == 1
    for at in range(0, len(whole), 3):
        newest.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert found(two) == 1
    newest.write_bytes(whole)
    assert found(two) == 2
