"""Nobody reads on, as behind `| head`: commands that print end without a word, runs go on to their result."""

import os
import subprocess
import sys

import pytest
from mpi4py import MPI
from parallel import runs, world
from parallel.said import own

CHAIN = {
    "crystal": {"model": {"name": "te-chain"}},
    "bands": {"path": [[{"Γ": [0, 0, 0]}, {"Z": [0, 0, 0.5]}]], "points": 5},
    "optics": {"frequency": {"from": 1, "to": 3, "points": 1500}, "lifetime": 20},
}


def unread(*arguments, **environment) -> subprocess.CompletedProcess:
    """python -m hpcph into a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "hpcph", *map(str, arguments)]
    done = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=world.ROOT, env=os.environ | environment
    )
    os.close(writer)
    done.stderr = own(done.stderr)
    return done


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """An input of the model chain."""
    return world.write(tmp_path_factory.mktemp("chain"), CHAIN)


@pytest.fixture(scope="module")
def result(source):
    """Its result, computed in silence."""
    done = unread("run", source, "--output", source.parent / "out")
    assert (done.returncode, done.stderr) == (0, "")
    return source.parent / "out/result.h5"


def test_a_run_that_nobody_reads_is_completed(source, result):
    """Exit code 0, no complaint, the bits of a run that is read."""
    done = world.command(0, "run", source, "--output", source.parent / "read")
    assert done.returncode == 0 and done.stdout
    assert runs.sha(source.parent / "read") == runs.sha(result.parent)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["check {}", "plan {} --ranks 4", "--help"])
def test_commands_that_print_end_as_by_sigpipe(source, words, unbuffered):
    """141, as shells report programs that SIGPIPE ends, and not a word; with Python's buffer and without."""
    done = unread(*words.format(source).split(), PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("words", ["export {} --format table", "figures {}", "report {}"])
def test_what_was_made_stays(result, tmp_path, words):
    """The file of which the line would have told is complete."""
    done = unread(*words.format(result).split(), "--output", tmp_path / "made")
    assert (done.returncode, done.stderr) == (141, "")
    made = list(tmp_path.rglob("*.p[dn][fg]")) or [tmp_path / "made"]
    assert len(made) <= 2 and all(path.stat().st_size > 1000 for path in made)


def test_under_mpirun_nothing_is_lost(source, result, tmp_path):
    """The result is there, or, since Open MPI ends jobs of which it could not pass on ten lines, --resume has it.

    MPICH ends them at the first line, before there is anything to resume.
    """
    process = runs.start(2, source, tmp_path / "out")
    process.stdout.close()
    process.stdout = None
    process.communicate(timeout=120)
    if process.returncode:
        resume = [] if MPI.get_vendor()[0] == "MPICH" else ["--resume"]
        done = runs.finish(0, source, tmp_path / "out", *resume)
        assert done.returncode == 0, done.stderr
    assert runs.sha(tmp_path / "out") == runs.sha(result.parent)
