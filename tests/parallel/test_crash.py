"""Killed before any line of a run's end and of what takes it up again: the same command ends with the same bits."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from parallel import runs, world

import hpcph
from hpcph.config.load import load
from hpcph.disk import lock, undo
from hpcph.parallel.signals import Stop
from hpcph.prepare import job as prepare
from hpcph.result.seal import is_sealed
from hpcph.workflow import conclude, driver, keeper
from hpcph.workflow import folder as folders

PACKAGE = Path(hpcph.__file__).parent
TRACED = ("workflow/driver.py", "workflow/folder.py", "workflow/conclude.py", "workflow/keeper.py", "disk/undo.py",
          "disk/durable.py", "disk/lock.py", "disk/checkpoint.py", "result/store.py", "result/seal.py",
          "result/xdmf.py", "result/summary.py")  # fmt: skip
DECISIVE = ("clear", "_forget", "_earlier", "snapshot", "restore", "forget", "publish", "remove")  # functions
SMALL = world.quartz(
    mesh__grid=[2, 2, 2],
    bands={"path": [[{"Γ": [0, 0, 0]}, {"A": [0, 0, 0.5]}]], "points": 20},
    **dict.fromkeys(("orbits", "spectrum", "optics"), world.DROP),
)  # maps on either side of undo.LARGE
Line = tuple[str, int]  # file name and number


class Cut(BaseException):
    """What no `except Exception` catches."""


def _cut(*_) -> None:
    raise Cut


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The input as rank 0 has it, the digest of its result, and a folder for what is left of runs; inputs are read
    once."""
    folder = tmp_path_factory.mktemp("crash")
    source, read, known = load(world.write(folder, SMALL)), prepare.prepare, {}

    def once(given):
        if given.digest not in known:
            known[given.digest] = read(given)
        return known[given.digest]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "prepare", once)
        patch.setattr(keeper, "INTERVAL", -1.0)
        patch.setattr(keeper, "SHARE", 1e9)
        yield source, compute(source, folder / "whole"), folder


def compute(source, output: Path) -> str:
    """The run itself, in this process, in place of whatever result is there; its digest."""
    with world.communicator() as comm:
        return driver.run(comm, lambda: prepare.prepare(source), output, Stop(), overwrite=True).sha256


def left_at(source, output: Path, module, function: str) -> Path:
    """The folder of a run that got as far as a function."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, function, _cut)
        with pytest.raises(Cut):
            compute(source, output)
    return output


@pytest.fixture(scope="module")
def states(prepared):
    """Folders of runs whose blocks are done: before anything else, before the file has its name, and after."""
    source, _, folder = prepared
    cuts = {"done": (undo, "snapshot"), "complete": (conclude, "publish"), "published": (folders, "clear")}
    return {name: left_at(source, folder / name, *cut) for name, cut in cuts.items()}


def lines_of(source, output: Path) -> list[tuple[str, Line]]:
    """Function, file and number of every line that a run passes, in order, each once."""
    passed: dict[Line, str] = {}

    def note(frame) -> None:
        passed.setdefault((frame.f_code.co_filename, frame.f_lineno), frame.f_code.co_name)

    traced(note, lambda: compute(source, output))
    return [(function, line) for line, function in passed.items()]


def traced(at_line, work) -> None:
    """Call at_line(frame) before every line of the traced files."""
    files = {str(PACKAGE / name) for name in TRACED}

    def local(frame, event, _):
        if event == "line":
            at_line(frame)
        return local

    sys.settrace(lambda frame, *_: local if frame.f_code.co_filename in files else None)
    try:
        work()
    finally:
        sys.settrace(None)


def killed_before(source, output: Path, line: Line) -> bool:
    """Run in a child that ends, as if killed, before a line; was it reached?"""
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        traced(lambda f: (f.f_code.co_filename, f.f_lineno) == line and os._exit(9), lambda: compute(source, output))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def survives(source, state: Path, output: Path, line: Line, expected: str) -> None:
    """A result is there whole or not at all; the next run ends with it."""
    shutil.copytree(state, output)
    assert killed_before(source, output, line), line
    result = output / "result.h5"
    assert not result.exists() or (is_sealed(result) and runs.sha(output) == expected), line
    claim = output / lock.NAME
    if claim.exists() and not claim.stat().st_size:  # nobody's: it ends after lock.SILENCE
        os.utime(claim, (0, 0))
    assert compute(source, output) == expected, line
    assert sorted(p.name for p in output.iterdir()) == ["result.h5", "result.xdmf", "summary.json"], line
    shutil.rmtree(output)


STATES = ("done", "complete", "published")


@pytest.mark.parametrize("state", STATES)
def test_killed_before_lines_that_decide(prepared, states, tmp_path, state):
    """Some of those that write, name and remove what a run can go on with, the first one among them."""
    source, expected, _ = prepared
    passed = lines_of(source, shutil.copytree(states[state], tmp_path / "whole"))
    chosen = [line for function, line in passed if function in DECISIVE]
    assert len(chosen) > 20
    for line in chosen[:: len(chosen) // 4]:
        survives(source, states[state], tmp_path / "out", line, expected)


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_killed_before_every_line(prepared, states, tmp_path, state):
    """Of the run, its file, its checkpoint and its lock."""
    source, expected, _ = prepared
    passed = lines_of(source, shutil.copytree(states[state], tmp_path / "whole"))
    assert len(passed) > 250
    for _, line in passed:
        survives(source, states[state], tmp_path / "out", line, expected)


def test_a_checkpoint_that_outlived_its_run_counts_for_nothing(prepared, states, tmp_path):
    """Killed between publishing and clearing away: the run begins anew, as it does where the leftover is another's."""
    source, expected, _ = prepared
    assert compute(source, shutil.copytree(states["published"], tmp_path / "same")) == expected
    other = shutil.copytree(states["published"], tmp_path / "other")
    (other / "result.h5").unlink()
    changed = load(world.write(tmp_path, SMALL | {"lifetime": "11 ps"}))
    assert compute(changed, other) == compute(changed, tmp_path / "fresh") != expected


def test_what_was_kept_of_another_file_is_not_put_into_this_one(prepared, tmp_path):
    """A run that begins anew forgets it, so that one that goes on finds its own."""
    source, expected, _ = prepared
    warmer = load(world.write(tmp_path, SMALL | {"slices": SMALL["slices"] | {"temperature": "310 K"}}))
    output = left_at(warmer, tmp_path / "out", conclude, "publish")
    for path in output.glob(".checkpoint-*"):
        path.unlink()
    assert compute(source, left_at(source, output, undo, "snapshot")) == expected


def test_a_run_whose_file_is_damaged_begins_anew(prepared, states, tmp_path):
    """Its checkpoints are forgotten: a later one of the new run counts, whatever generation the old ones had."""
    source, expected, _ = prepared
    output = shutil.copytree(states["done"], tmp_path / "out")
    (output / ".result.h5.partial").write_bytes(b"no HDF5")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver.Keeper, "finished", _cut)  # of the first stage, whose checkpoint is on disk
        with pytest.raises(Cut):
            compute(source, output)
    assert compute(source, output) == expected
