"""Surveys that are killed or asked to stop go on, on any number of ranks, to the same rows."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from parallel import world
from survey import crystals
from survey.test_survey import rows

LONG = 240  # s


def start(ranks: int, place: Path, template: Path, output: Path) -> subprocess.Popen:
    """A survey in a session of its own, so that all of it can be killed."""
    words = ["survey", str(place), "--template", str(template), "--output", str(output), "--no-reports"]
    command = [*world.launch(ranks), sys.executable, "-m", "hpcph", *words]
    return subprocess.Popen(
        command, cwd=world.ROOT, env=os.environ | world.LAUNCHING, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip


def finish(*words) -> subprocess.CompletedProcess:
    """The same to its end."""
    process = start(*words)
    out, err = process.communicate(timeout=LONG)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def begun(output: Path) -> int:
    """How many crystals have a folder."""
    return len(list(output.glob("crystals/*")))


def when(process: subprocess.Popen, output: Path, number: int) -> bool:
    """Wait until so many crystals are begun; is the survey still at work?"""
    limit = time.monotonic() + LONG
    while process.poll() is None and begun(output) < number:
        assert time.monotonic() < limit, "the survey neither went on nor ended"
        time.sleep(0.01)
    return process.poll() is None


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Crystals, template, and the rows of a survey that nobody disturbed, on one rank."""
    folder = tmp_path_factory.mktemp("whole")
    place, template = crystals.folder(folder / "crystals"), crystals.template(folder)
    done = finish(0, place, template, folder / "out")
    assert done.returncode == 0, done.stderr
    return place, template, rows(folder / "out")


def killed(place: Path, template: Path, output: Path, chance: random.Random, kills: int) -> int:
    """Kill a survey so many times, all ranks at once, at random moments; how many kills met one at work."""
    met = 0
    for _ in range(kills):
        process = start(chance.choice([0, 2, 3]), place, template, output)
        working = when(process, output, begun(output) + chance.randint(0, 1))
        time.sleep(chance.uniform(0, 0.7))
        met += working and process.poll() is None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    return met


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_a_killed_survey_ends_with_the_same_rows(tmp_path, whole, kills):
    """SIGKILL at random moments, each time on another number of ranks; then two ranks end it."""
    place, template, expected = whole
    assert killed(place, template, tmp_path / "out", random.Random(kills), kills)
    done = finish(2, place, template, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "out").equals(expected)


def test_a_survey_that_is_asked_to_stop_says_how_it_goes_on(tmp_path, whole):
    """USR1 in the middle: crystals keep their place, the tables have what is done, exit code 75; then the rest."""
    place, template, expected = whole
    process = start(2, place, template, tmp_path / "out")
    assert when(process, tmp_path / "out", 3)
    for pid in ranks_of(tmp_path / "out"):
        os.kill(pid, signal.SIGUSR1)
    _, err = process.communicate(timeout=LONG)
    assert process.returncode == 75 and "goes on from there" in err
    assert 0 < len(rows(tmp_path / "out")) < len(expected)
    done = finish(3, place, template, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "out").equals(expected)


def ranks_of(output: Path) -> list[int]:
    """Pythons that have the output among their words."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if words[1:3] == [b"-m", b"hpcph"] and str(output).encode() in words:
                found.append(int(folder.name))
    return found
