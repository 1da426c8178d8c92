"""Every mistake of the user is an InputError: a line each, with the key and what to do."""

from functools import partial

import pytest
from config.mistakes import BAD, TEXTS, complaint, text
from parallel import world

from hpcph.config.load import load


def test_the_input_that_the_mistakes_change_is_good(tmp_path):
    """Without it the tests below would prove nothing."""
    (tmp_path / "input.yaml").write_text(text({}))
    load(tmp_path / "input.yaml")


@pytest.mark.parametrize("changes, key, fix", BAD, ids=[str(list(b[0].items()))[:70] for b in BAD])
def test_a_mistake_names_its_key_and_the_fix(tmp_path, changes, key, fix):
    """A line names the key and says how to mend it, and stays readable however long the value is."""
    lines = complaint(tmp_path, text(changes))
    assert any(key == line.split(": ")[0].split(" = ")[0] and fix in line for line in lines), lines
    assert all(len(line) < 400 and ": " in line for line in lines)


def test_there_are_290_different_mistakes():
    """All of them different inputs."""
    assert len({text(changes) for changes, *_ in BAD} | {content for content, *_ in TEXTS}) >= 290


CHOSEN = [b[0] for b in BAD[:: len(BAD) // 5]] + [b[0] for b in BAD[-20::4]]


@pytest.mark.parametrize(
    ("changes", "start"), [(CHOSEN[0], partial(world.command, 0)), *((c, world.here) for c in CHOSEN)]
)
def test_the_command_line_refuses_mistakes(tmp_path, changes, start):
    """Exit code 2, a line a mistake, nothing else; once in a process of its own."""
    (tmp_path / "input.yaml").write_text(text(changes))
    done = start("check", tmp_path / "input.yaml")
    assert done.returncode == 2 and not done.stdout
    assert all(line.startswith("hpcph: ") and ": " in line[7:] for line in done.stderr.splitlines())


def test_every_mistake_has_a_line_of_its_own(tmp_path):
    """Four mistakes, four lines."""
    lines = complaint(tmp_path, text({"mesh": "{grid: [0, 4, 4]}", "lifetime": "-1", "x": "1", "gradient": "1 s"}))
    assert len(lines) == 4
    for key in ("mesh.grid[0]", "lifetime", "x", "gradient"):
        assert sum(line.startswith(f"{key} ") or line.startswith(f"{key}:") for line in lines) == 1, key


@pytest.mark.parametrize("extra", ['"a\\nb": 1', '"a\\nhpcph: all is well": 1', 'title: ["a\\nb"]'])
def test_no_text_of_the_input_adds_lines(tmp_path, extra):
    """One mistake is one line, even with a line break in the key or the value."""
    assert len(complaint(tmp_path, text({}) + "\n" + extra)) == 1
