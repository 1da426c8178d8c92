"""Runs that are asked to stop, at any moment from the first line of Python on, lose no block and go on."""

import os
import random
import re
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from parallel import runs, world

INPUT = world.quartz(bands={"points": 61}, slices={"temperature": "300 K", "planes": [0, 0.25], "grid": [31, 25]})
BLOCK = 0.1  # s that a block takes longer
KEEPING = {"SLOW": BLOCK, "INTERVAL": 60}  # no checkpoint but that of the stop, as in the program
LINE = r"hpcph: stopped in .* after \d+ of \d+ blocks?, nothing is lost; the same command goes on from there"
ASKING = (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT)


def computed(path: Path) -> Counter:
    """How often every block was computed."""
    return Counter(path.read_text().splitlines() if path.exists() else [])


def holding(pid: int, *masks: str) -> bool:
    """Are the signals of a process blocked (SigBlk) or caught (SigCgt), so that they do not kill it?"""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    taken = [int(re.search(rf"{name}:\t(\w+)", status)[1], 16) for name in masks]
    return all(any(mask >> (number - 1) & 1 for mask in taken) for number in ASKING)


def begun(ranks: int, output: Path) -> bool:
    """Do all ranks run Python? One alone blocks the signals: it has not come to its own handlers yet."""
    found = runs.ranks_of(output)
    masks = ("SigBlk", "SigCgt") if ranks else ("SigBlk",)
    return len(found) == max(1, ranks) and all(holding(pid, *masks) for pid in found)


@dataclass(frozen=True)
class Whole:
    """A run that nobody disturbs: its digest and its blocks, each of them once."""

    sha: str
    blocks: Counter


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Without mpirun."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = runs.finish(0, world.write(folder, INPUT), folder / "out", COUNT=folder / "count")
    assert done.returncode == 0, done.stderr
    return Whole(runs.sha(folder / "out"), computed(folder / "count"))


@dataclass(frozen=True)
class Ended:
    """How a run ended that was asked to stop: exit code, blocks done when it was asked, blocks computed twice later."""

    code: int
    before: int
    twice: int


def asked(folder: Path, expected: Whole, ranks: int, number: int, whom: str, moment, after: int, *more: str) -> Ended:
    """Run, signal, resume.

    whom : one (the last rank), all (ranks) or mpirun; moment(process, count) returns when it is time; after : ranks
    that resume
    """
    source, output, count = world.write(folder, INPUT), folder / "out", folder / "count"
    process = runs.start(ranks, source, output, COUNT=count, ROUND=100, **KEEPING)
    runs.wait(process, lambda: begun(ranks, output))
    assert process.poll() is None, process.communicate()[1] or "it never blocked the signals"
    moment(process, count)
    before = sum(computed(count).values())
    found = sorted(runs.ranks_of(output))
    for pid in {"one": found[-1:], "all": found, "mpirun": [process.pid]}[whom]:
        os.kill(pid, number)
    _, err = process.communicate(timeout=60)
    if process.returncode:
        assert process.returncode == 75, err
        assert len(re.findall(LINE, err)) == err.count("hpcph:") == 1, err
        assert not (output / "result.h5").exists()
        done = runs.finish(after, source, output, *more, COUNT=count)
        assert done.returncode == 0, done.stderr
        assert "goes on with an unfinished run" in done.stdout
    assert runs.sha(output) == expected.sha
    assert sorted(p.name for p in output.iterdir()) == ["result.h5", "result.xdmf", "summary.json"]
    assert computed(count).keys() == expected.blocks.keys()
    return Ended(process.returncode, before, sum((computed(count) - expected.blocks).values()))


def at_once(process, count) -> None:
    """As soon as Python runs."""


def listening(process, count) -> None:
    """As soon as all ranks have their own handlers, which is just before the input is read."""
    output = Path(count).parent / "out"
    runs.wait(process, lambda: all(holding(pid, "SigCgt") for pid in runs.ranks_of(output)))


def after_blocks(number: int, seconds: float = 0):
    """So many seconds after so many blocks."""

    def moment(process, count) -> None:
        runs.wait(process, lambda: sum(computed(count).values()) >= number)
        time.sleep(seconds)

    return moment


CASES = {
    "the only rank, while it imports NumPy": (0, signal.SIGINT, "one", at_once, 2),
    "mpirun, while rank 0 reads the crystal": (2, signal.SIGUSR1, "mpirun", listening, 0),
    "one of three that compute": (3, signal.SIGTERM, "one", after_blocks(15), 0),
}


@pytest.mark.parametrize("case", CASES)
def test_a_run_that_is_asked_to_stop_exits_with_75_and_loses_no_block(tmp_path, undisturbed, case):
    """One line says that it goes on; --resume takes it from there, on other ranks, to the same bits."""
    ended = asked(tmp_path, undisturbed, *CASES[case], "--resume")
    assert ended.code == 75 and ended.twice == 0
    assert (ended.before == 0) == ("compute" not in case)


def test_a_run_that_concludes_completes(tmp_path, undisturbed):
    """Whoever asks it to stop then: exit code 0, the result is there."""

    def published(process, count) -> None:
        runs.wait(process, (tmp_path / "out/result.h5").exists)

    ended = asked(tmp_path, undisturbed, 2, signal.SIGTERM, "all", published, 0)
    assert ended == Ended(0, sum(undisturbed.blocks.values()), 0)


@pytest.mark.slow
def test_twenty_signals_at_random_moments(tmp_path, undisturbed):
    """A third of them while the run starts, the others between its first block and its end; on 1 to 4 ranks, to one of
    them, all or mpirun: 20 of 20 that have work left exit with 75.

    mpirun itself answers TERM and INT by killing its ranks after a second; USR1 it passes on.
    """
    chance, found = random.Random(1), []
    everything = sum(undisturbed.blocks.values())
    while sum(ended.code == 75 for ended in found) < 20:
        ranks, after = chance.choice([0, 1, 2, 3, 4]), chance.choice([0, 1, 2, 3, 4])
        whom = chance.choice(["one", "all", "mpirun"] if ranks else ["one"])
        number = signal.SIGUSR1 if whom == "mpirun" else chance.choice(ASKING)
        starting = chance.random() < 1 / 3
        blocks = 0 if starting else chance.randint(1, everything)
        moment = after_blocks(blocks, chance.uniform(0, 4 if starting else BLOCK))
        folder = tmp_path / str(len(found))
        folder.mkdir()
        ended = asked(folder, undisturbed, ranks, number, whom, moment, after)
        print(f"{ranks} ranks, {signal.Signals(number).name} to {whom} after {blocks} blocks: {ended}")
        assert ended.code == 75 or ended.before >= everything - max(1, ranks)
        assert ended.twice == 0
        found.append(ended)
