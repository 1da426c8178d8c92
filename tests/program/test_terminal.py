"""Text of the user's is shown and commands no terminal; what all ranks would say is said once."""

import os
import sys

import pexpect
import pytest
from parallel import world

from hpcph.errors import printable
from hpcph.parallel.comm import library_name

NASTY = "\x1b]0;owned\x07\x1b[31mred\r\x9b2J\u202e"
SMALL = world.quartz(mesh__grid=[2, 2, 2], bands=world.DROP, slices=world.DROP, optics=world.DROP)


def harmless(done) -> str:
    """What a command said, in which nothing but ends of lines is a command."""
    said = done.stdout + done.stderr
    assert said == printable(said) and "Traceback" not in said
    return said


def test_what_commands_a_terminal_is_spelled_out():
    """Control and format characters, bytes that are no text; letters, units, lines and tabs are what they were."""
    assert printable(NASTY) == r"\x1b]0;owned\x07\x1b[31mred\x0d\x9b2J\u202e".replace(r"\x0d", r"\r")
    assert printable("\udcff\x00\x7f") == r"\udcff\x00\x7f"
    assert printable("γ^NL ± 1 Å⁻¹\n\tα") == "γ^NL ± 1 Å⁻¹\n\tα"


def test_titles_and_values_of_an_input(tmp_path):
    """Of a run that goes well, and of one that is refused."""
    good = world.write(tmp_path, SMALL | {"title": f"quartz {NASTY}"})
    done = world.here("run", good, "--output", tmp_path / "out")
    assert done.returncode == 0 and r"quartz \x1b]0;owned" in harmless(done)
    bad = world.write(tmp_path, SMALL | {"lifetime": NASTY, NASTY: 1})
    assert r"\x1b[31m" in harmless(world.here("check", bad))


def test_names_of_files(tmp_path):
    """In what is refused and in what is done, also bytes that are no text."""
    name = os.fsdecode(NASTY.encode("utf-8") + b"\xff.yaml")
    assert r"\udcff.yaml" in harmless(world.here("check", world.write(tmp_path, SMALL, name)))
    for command in (("run", tmp_path / NASTY), ("report", tmp_path / NASTY), ("run", "x.yaml", "--output", NASTY)):
        assert world.here(*command).returncode == 2 and harmless(world.here(*command))


@pytest.mark.parametrize("cell", [False, True], ids=["of a terminal", "of a cell"])
def test_bars_are_for_terminals_that_wipe_them_out(cell, tmp_path):
    """A cell of a notebook gives what it starts a terminal too, but keeps all that was ever on it: lines alone."""
    words = ["-m", "hpcph", "run", str(world.write(tmp_path, SMALL)), "--output", str(tmp_path / "out")]
    env = {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"} | {"TERM": "xterm"}
    program = pexpect.spawn(sys.executable, words, env=env | {"JPY_PARENT_PID": "1"} if cell else env, cwd=world.ROOT)
    program.expect(pexpect.EOF, timeout=120)
    said = program.before.decode()
    assert "k-points in" in said and ("━" in said) != cell and ("\x1b" in said) != cell


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_three_ranks_answer_once(option):
    """Not three times."""
    alone, together = world.command(0, option), world.command(3, option)
    assert alone.returncode == together.returncode == 0 and together.stdout == alone.stdout != ""


LIBRARIES = {
    "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022\0": "Open MPI v4.1.4",
    "MPICH Version:      4.0.2\nMPICH Release date: Thu Apr  7 12:34:45 CDT 2022\n": "MPICH 4.0.2",
    "MVAPICH Version:\t4.0\nMVAPICH Release date:\t08/19/2024\n": "MVAPICH 4.0",
    "Intel(R) MPI Library 2021.14 for Linux* OS\n": "Intel(R) MPI Library 2021.14 for Linux* OS",
}


@pytest.mark.parametrize("told", LIBRARIES, ids=lambda told: told.split()[0])
def test_the_mpi_library_is_named_in_one_line(told):
    """Name and version, however many lines it has to say."""
    assert library_name(told) == LIBRARIES[told]
