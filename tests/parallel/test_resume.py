"""Runs that are killed go on, on any number of ranks, to the same bits."""

import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from parallel import runs, world

from hpcph.disk import checkpoint


def kill(process: subprocess.Popen, output: Path, everyone: bool, chance: random.Random) -> None:
    """SIGKILL for one rank (mpirun ends the others) or for all of them and mpirun at once."""
    ranks = runs.ranks_of(output)
    for pid in [-process.pid, *ranks] if everyone else ranks and [chance.choice(ranks)]:
        with suppress(ProcessLookupError):  # it may have ended meanwhile
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    limit = time.monotonic() + 30
    while runs.ranks_of(output):
        assert time.monotonic() < limit, "a rank is left"
        time.sleep(0.02)


def killed_and_resumed(folder: Path, seed: int) -> tuple[str, int]:
    """sha256 after one to three kills at random moments, and how many kills fell into the run."""
    chance = random.Random(seed)
    source, output = world.write(folder, runs.INPUT, f"{seed}.yaml"), folder / str(seed)
    fell = 0
    for _ in range(chance.randint(1, 3)):
        process = runs.start(chance.choice([0, 2, 3]), source, output, SLOW=0.02)
        found = checkpoint.load(output)
        runs.wait_for_checkpoints(process, output, (found.generation if found else 0) + chance.randint(1, 12))
        time.sleep(chance.uniform(0, 0.05))
        fell += process.poll() is None
        kill(process, output, chance.random() < 0.5, chance)
        if (output / "result.h5").exists():
            break
    done = runs.finish(chance.choice([0, 1, 2, 3, 4]), source, output)
    assert done.returncode == 0, done.stderr
    return runs.sha(output), fell


@pytest.mark.parametrize("seed", [0, 1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_killed_run_ends_with_the_same_bits(tmp_path, uninterrupted, seed):
    """SIGKILL of one of two ranks, twice, and of all of three, at a random moment; resumed on more or as many ranks."""
    found, _ = killed_and_resumed(tmp_path, seed)
    assert found == uninterrupted
    assert sorted(p.name for p in (tmp_path / str(seed)).iterdir()) == ["result.h5", "result.xdmf", "summary.json"]


@pytest.mark.slow
def test_fifty_kills(tmp_path, uninterrupted):
    """All of them end with the same bits."""
    kills, seed = 0, 100
    while kills < 50:
        found, fell = killed_and_resumed(tmp_path, seed)
        assert found == uninterrupted, seed
        kills, seed = kills + fell, seed + 1
    print(f"{kills} kills in {seed - 100} runs")


def test_slices_that_are_killed_halfway_go_on_there(tmp_path):
    """Points of stars that were computed are in the checkpoint, though no map is written yet; at most the blocks of the
    round under way are computed twice."""
    sections = ("mesh", "temperature", "lifetime", "gradient", "feedback", "modes", "bands", "orbits", "spectrum")
    drop = dict.fromkeys((*sections, "optics"), world.DROP)
    source = world.write(tmp_path, world.quartz(**drop, slices__grid=[31, 25]))
    assert runs.finish(0, source, tmp_path / "whole", COUNT=tmp_path / "every").returncode == 0
    every = set((tmp_path / "every").read_text().splitlines())
    output, count = tmp_path / "out", tmp_path / "count"
    process = runs.start(2, source, output, ROUND=4, SLOW=0.1, COUNT=count)
    runs.wait_for_checkpoints(process, output, 3)
    kill(process, output, True, random.Random(0))
    found = checkpoint.load(output).place
    assert found.stage == "slices" and 3 <= found.block < len(every)
    assert 0 < np.count_nonzero(found.partial) < len(found.partial)
    done = runs.finish(3, source, output, COUNT=count)
    assert done.returncode == 0, done.stderr
    assert runs.sha(output) == runs.sha(tmp_path / "whole")
    blocks = count.read_text().splitlines()
    assert len(blocks) - len(set(blocks)) <= 4 and set(blocks) == every


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """Folder and input of a run that was stopped."""
    folder = tmp_path_factory.mktemp("stopped")
    source, output = world.write(folder, runs.INPUT), folder / "out"
    process = runs.start(0, source, output, SLOW=0.05)
    runs.wait_for_checkpoints(process, output, 3)
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=30)
    assert process.returncode == 75
    return source, output


def test_another_input_is_refused_and_named(stopped, tmp_path):
    """Nothing of the unfinished run is touched."""
    _, output = stopped
    before = {p.name: p.read_bytes() for p in output.iterdir()}
    other = world.write(tmp_path, runs.INPUT | {"lifetime": "11 ps"})
    for more in ((), ("--resume",)):
        done = world.here("run", other, "--output", output, *more)
        assert done.returncode == 2 and "since which the input changed" in done.stderr
        assert done.stderr.count("\n") == 1
    assert {p.name: p.read_bytes() for p in output.iterdir()} == before


def test_other_code_is_refused_and_named(stopped, tmp_path):
    """A factor that changed in the sources would else have gone into half of the sums."""
    source, output = stopped
    before = {p.name: p.read_bytes() for p in output.iterdir()}
    shutil.copytree(world.ROOT / "hpcph", tmp_path / "hpcph", ignore=shutil.ignore_patterns("__pycache__"))
    weights = tmp_path / "hpcph/response/weights.py"
    weights.write_text(weights.read_text() + "\nFACTOR = 2\n")
    done = runs.finish(0, source, output, PYTHONPATH=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    assert "since which the code of hpcph changed; choose another folder, or remove its .checkpoint-*" in done.stderr
    assert {p.name: p.read_bytes() for p in output.iterdir()} == before


def test_resume_without_an_unfinished_run_is_refused(tmp_path):
    """One line, and nothing is left behind."""
    done = world.here("run", world.write(tmp_path, runs.INPUT), "--output", tmp_path / "out", "--resume")
    assert done.returncode == 2 and "holds no unfinished run" in done.stderr and done.stderr.count("\n") == 1
    assert not list((tmp_path / "out").iterdir())


def test_a_second_run_on_the_same_folder_is_refused(tmp_path):
    """The first does not notice."""
    source, output = world.write(tmp_path, runs.INPUT), tmp_path / "out"
    first = runs.start(0, source, output, SLOW=1.0)
    runs.wait_for_checkpoints(first, output, 1)
    second = world.here("run", source, "--output", output)
    assert second.returncode == 2 and "is in use by a run on" in second.stderr, second.stderr
    first.send_signal(signal.SIGTERM)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 75, err


def test_a_dead_run_does_not_keep_its_folder(tmp_path):
    """Not even while nobody has asked for its exit code."""
    from hpcph.disk.lock import Lock

    dead = os.fork()
    if not dead:
        Lock(tmp_path)
        os._exit(0)
    os.waitid(os.P_PID, dead, os.WEXITED | os.WNOWAIT)
    Lock(tmp_path).release()
    os.waitpid(dead, 0)
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_is_refused_before_anything_is_computed(tmp_path, comm, monkeypatch):
    """One line with what is needed and what is there; an older result stays."""
    import shutil
    from collections import namedtuple

    from hpcph.errors import InputError

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 1000))
    with pytest.raises(InputError, match=r"MB left, the maps need .* MB; make room"):
        world.compute(comm, tmp_path, runs.INPUT)
    assert not list((tmp_path / "out").iterdir())


TOGETHER = """
class Full(mapfile.MapWriter):
    def write(self, spec, pieces):
        super().write(spec, pieces)
        if comm.rank == 1:
            full()

mapfile.MapWriter = Full
"""
RELAYED = """
writers.together = lambda comm: False
if comm.root:
    mapfile._selection = full
"""
BROKEN_DISK = """
import sys
from hpcph.result import mapfile, writers
from hpcph.cli import main
from hpcph.parallel.comm import world

comm = world()

def full(*_):
    raise OSError(28, "No space left on device")
{}
sys.exit(main(sys.argv[1:], comm))
"""


@pytest.mark.parametrize("trouble", [TOGETHER, RELAYED], ids=["together", "through rank 0"])
def test_a_rank_that_cannot_write_ends_all_with_a_line(tmp_path, trouble):
    """No rank waits in the closing of the file, or for rank 0 to take its numbers; the run says what to do."""
    script = tmp_path / "broken.py"
    script.write_text(BROKEN_DISK.format(trouble))
    wide = {**runs.INPUT, "mesh": {"grid": [12, 12, 12], "symmetry": False}}  # every rank has much to tell
    source, output = world.write(tmp_path, wide), tmp_path / "out"
    done = world.command(3, "run", source, "--output", output, script=script, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("hpcph: output") == 1 and "make room and run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
