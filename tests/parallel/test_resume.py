"""Runs that are killed or asked to stop go on, on any number of ranks, to the same bits."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from parallel import world

from hpcph.parallel import checkpoint

HASTY = Path(__file__).with_name("hasty.py")
INPUT = world.quartz(mesh__grid=[8, 8, 8], bands={"points": 31})


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """sha256 of the run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    done = world.command(0, "run", world.write(folder, INPUT), "--output", folder / "out")
    assert done.returncode == 0, done.stderr
    return sha(folder / "out")


def sha(folder: Path) -> str:
    with h5py.File(folder / "result.h5", "r") as file:
        return file["/provenance"].attrs["sha256"]


def start(ranks: int, source: Path, output: Path, slow: float = 0.0, *more: str) -> subprocess.Popen:
    """A hasty run under mpirun in a session of its own, so that all of it can be killed."""
    launch = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks else []
    command = [*launch, sys.executable, str(HASTY), "run", str(source), "--output", str(output), *more]
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "SLOW": str(slow)}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=world.ROOT, env=os.environ | root, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )


def ranks_of(process: subprocess.Popen, path: Path) -> list[int]:
    """Processes of a session that run hasty.py."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(HASTY).encode() in words and str(path).encode() in words and b"mpirun" not in words[0]:
            found.append(int(folder.name))
    return found


def wait_for_checkpoints(process: subprocess.Popen, folder: Path, generation: int) -> None:
    """Until the run has written so many, or has ended."""
    limit = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < limit:
        found = checkpoint.load(folder)
        if found and found.generation >= generation:
            return
        time.sleep(0.005)


def finish(ranks: int, source: Path, output: Path, *more: str) -> subprocess.CompletedProcess:
    process = start(ranks, source, output, 0.0, *more)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def kill(process: subprocess.Popen, output: Path, everyone: bool, chance: random.Random) -> None:
    """SIGKILL for one rank (mpirun ends the others) or for all of them and mpirun at once."""
    victims = ranks_of(process, output)
    if everyone:
        os.killpg(process.pid, signal.SIGKILL)
        for pid in victims:
            os.kill(pid, signal.SIGKILL) if Path(f"/proc/{pid}").exists() else None
    elif victims:
        os.kill(chance.choice(victims), signal.SIGKILL)
    process.communicate(timeout=30)
    limit = time.monotonic() + 10
    while ranks_of(process, output):
        assert time.monotonic() < limit, "a rank is left"
        time.sleep(0.02)


def killed_and_resumed(folder: Path, seed: int) -> tuple[str, int]:
    """sha256 after one to three kills at random moments, and how many kills fell into the run."""
    chance = random.Random(seed)
    source, output = world.write(folder, INPUT, f"{seed}.yaml"), folder / str(seed)
    fell = 0
    for _ in range(chance.randint(1, 3)):
        process = start(chance.choice([0, 2, 3]), source, output, slow=0.02)
        found = checkpoint.load(output)
        wait_for_checkpoints(process, output, (found.generation if found else 0) + chance.randint(1, 12))
        time.sleep(chance.uniform(0, 0.05))
        fell += process.poll() is None
        kill(process, output, chance.random() < 0.5, chance)
        if (output / "result.h5").exists():
            break
    done = finish(chance.choice([0, 1, 2, 3, 4]), source, output)
    assert done.returncode == 0, done.stderr
    return sha(output), fell


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_ends_with_the_same_bits(tmp_path, uninterrupted, seed):
    """SIGKILL of one rank or of all, at a random moment; resumed on another number of ranks, maps included."""
    found, _ = killed_and_resumed(tmp_path, seed)
    assert found == uninterrupted
    assert sorted(p.name for p in (tmp_path / str(seed)).iterdir()) == ["result.h5", "result.xdmf"]


@pytest.mark.slow
def test_fifty_kills(tmp_path, uninterrupted):
    """All of them end with the same bits."""
    kills, seed = 0, 100
    while kills < 50:
        found, fell = killed_and_resumed(tmp_path, seed)
        assert found == uninterrupted, seed
        kills, seed = kills + fell, seed + 1


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_asked_to_stop_says_how_it_goes_on(tmp_path, uninterrupted, number):
    """It finishes its blocks, exits with 75 and one line; --resume takes it from there."""
    source, output = world.write(tmp_path, INPUT), tmp_path / "out"
    process = start(0, source, output, slow=0.1)
    wait_for_checkpoints(process, output, 3)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 75
    assert re.fullmatch(r"hpcph: stopped in .* after \d+ of \d+ blocks, .*the same command goes on from there\n", err)
    assert not (output / "result.h5").exists()
    done = finish(2, source, output, "--resume")
    assert done.returncode == 0, done.stderr
    assert "goes on with an unfinished run" in done.stdout and sha(output) == uninterrupted


def test_a_signal_to_one_rank_stops_all(tmp_path, uninterrupted):
    """Whichever rank hears it."""
    source, output = world.write(tmp_path, INPUT), tmp_path / "out"
    process = start(3, source, output, slow=0.1)
    wait_for_checkpoints(process, output, 2)
    os.kill(ranks_of(process, output)[-1], signal.SIGUSR1)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 75 and err.count("hpcph: stopped in") == 1
    assert finish(0, source, output).returncode == 0 and sha(output) == uninterrupted


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """Folder and input of a run that was stopped."""
    folder = tmp_path_factory.mktemp("stopped")
    source, output = world.write(folder, INPUT), folder / "out"
    process = start(0, source, output, slow=0.05)
    wait_for_checkpoints(process, output, 3)
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=30)
    assert process.returncode == 75
    return source, output


def test_another_input_is_refused_and_named(stopped, tmp_path):
    """Nothing of the unfinished run is touched."""
    _, output = stopped
    before = {p.name: p.read_bytes() for p in output.iterdir()}
    other = world.write(tmp_path, INPUT | {"lifetime": "11 ps"})
    for more in ((), ("--resume",)):
        done = finish(0, other, output, *more)
        assert done.returncode == 2 and "since which the input changed" in done.stderr
        assert done.stderr.count("\n") == 1
    assert {p.name: p.read_bytes() for p in output.iterdir()} == before


def test_resume_without_an_unfinished_run_is_refused(tmp_path):
    """One line, and nothing is left behind."""
    done = finish(0, world.write(tmp_path, INPUT), tmp_path / "out", "--resume")
    assert done.returncode == 2 and "holds no unfinished run" in done.stderr and done.stderr.count("\n") == 1
    assert not list((tmp_path / "out").iterdir())


def test_a_second_run_on_the_same_folder_is_refused(tmp_path):
    """The first does not notice."""
    source, output = world.write(tmp_path, INPUT), tmp_path / "out"
    first = start(0, source, output, slow=2.0)
    wait_for_checkpoints(first, output, 1)
    second = finish(0, source, output)
    assert second.returncode == 2 and "is in use by a run on" in second.stderr, second.stderr
    first.send_signal(signal.SIGTERM)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 75, err


def test_a_file_system_that_forgets_a_step_leaves_an_old_or_a_new_checkpoint(tmp_path, monkeypatch):
    """Every write, flush and rename of a checkpoint fails in turn: never neither."""
    identity = {"the input": "x"}

    def place(block: int) -> checkpoint.Checkpoint:
        rows = {"zone": np.arange(4.0)}
        return checkpoint.Checkpoint(block, identity, checkpoint.Place(("zone",), rows, "bands", block, np.zeros(2)))

    checkpoint.save(tmp_path, place(1))
    steps = ["fsync", "replace", "open"]
    for generation, step in enumerate(steps, start=2):
        before = checkpoint.load(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(checkpoint.os, step, _fails)
            with pytest.raises(OSError):
                checkpoint.save(tmp_path, place(generation))
        found = checkpoint.load(tmp_path)
        assert found is not None and found.generation in (before.generation, generation)
    checkpoint.save(tmp_path, place(9))
    assert checkpoint.load(tmp_path).place.block == 9
    np.testing.assert_array_equal(checkpoint.load(tmp_path).place.rows["zone"], np.arange(4.0))


def _fails(*_, **__):
    raise OSError(28, "No space left on device")


def test_half_a_checkpoint_and_flipped_bytes_are_none(tmp_path):
    """At any length and any place the generation before counts."""
    for generation in (1, 2):
        place = checkpoint.Place(("zone",), {"zone": np.ones(50)}, "bands", generation, np.zeros(2))
        checkpoint.save(tmp_path, checkpoint.Checkpoint(generation, {}, place))
    newest = tmp_path / ".checkpoint-0"
    whole = newest.read_bytes()
    for cut in range(0, len(whole), 7):
        newest.write_bytes(whole[:cut])
        assert checkpoint.load(tmp_path).generation == 1
    for at in range(0, len(whole), 3):
        newest.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert checkpoint.load(tmp_path).generation == 1
    newest.write_bytes(whole)
    assert checkpoint.load(tmp_path).generation == 2


def test_a_disk_without_room_is_refused_before_anything_is_computed(tmp_path, comm, monkeypatch):
    """One line with what is needed and what is there; an older result stays."""
    import shutil
    from collections import namedtuple

    from hpcph.errors import InputError

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 1000))
    with pytest.raises(InputError, match=r"MB left, the maps need .* MB; make room"):
        world.compute(comm, tmp_path, INPUT)
    assert not list((tmp_path / "out").iterdir())


def test_a_rank_that_cannot_write_ends_all_with_a_line(tmp_path):
    """No rank waits in the closing of the file; the run says what to do."""
    script = tmp_path / "broken.py"
    script.write_text(BROKEN_DISK)
    source, output = world.write(tmp_path, INPUT), tmp_path / "out"
    done = world.command(3, "run", source, "--output", output, script=script, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("hpcph: output") == 1 and "make room and run the same command again" in done.stderr
    assert "Traceback" not in done.stderr


BROKEN_DISK = """
import sys
from hpcph import driver
from hpcph.cli import main
from hpcph.parallel.comm import world

comm = world()


class Full(driver.MapWriter):
    def write(self, spec, pieces):
        super().write(spec, pieces)
        if comm.rank == 1:
            raise OSError(28, "No space left on device")


driver.MapWriter = Full
sys.exit(main(sys.argv[1:], comm))
"""
