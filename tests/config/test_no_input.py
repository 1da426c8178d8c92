"""Files that are no input, whatever is in them, are refused in one line."""

import subprocess
import sys

import pytest
from config.mistakes import TEXTS, complaint, text

from hpcph.config.load import load
from hpcph.errors import InputError


@pytest.mark.parametrize("limit", [1000, 30_000])
def test_nesting_is_refused_whatever_python_s_recursion_limit(tmp_path, limit):
    """Some libraries raise it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        lines = complaint(tmp_path, "a: " + "[" * 1000 + "]" * 1000)
    finally:
        sys.setrecursionlimit(before)
    assert len(lines) == 1 and "nested too deeply" in lines[0]


@pytest.mark.parametrize("content, where, words", TEXTS, ids=[t[0][:20] for t in TEXTS])
def test_a_file_that_is_no_input_is_one_line(tmp_path, content, where, words):
    """What cannot be parsed is refused in one line that says where."""
    lines = complaint(tmp_path, content)
    assert len(lines) == 1
    assert where in lines[0] and words in lines[0]


def test_not_utf8(tmp_path):
    """Latin-1 text is refused, not misread."""
    lines = complaint(tmp_path, "title: é".encode("latin-1"))
    assert lines == [f"input = {tmp_path / 'input.yaml'}: is not UTF-8 text"]


@pytest.mark.parametrize("name", ["missing.yaml", ".", "input.yaml/below"])
def test_a_file_that_cannot_be_read(tmp_path, name):
    """No file, a folder, or a path below a file."""
    (tmp_path / "input.yaml").write_text("")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / name)


def test_aliases_that_multiply_are_refused_at_once(tmp_path):
    """A kilobyte that stands for 10⁹ values neither fills the memory nor stops the clock."""
    levels = [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]" for i in range(1, 9)]
    path = tmp_path / "input.yaml"
    path.write_text("\n".join([text({}), "x0: &x0 [a, a, a, a, a, a, a, a, a, a]", *levels]))
    script = (
        "import resource, sys, pathlib\n"
        "from hpcph.config.load import load\n"
        "from hpcph.errors import InputError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (8, 8))\n"
        "try:\n    load(pathlib.Path(sys.argv[1]))\n"
        "except InputError as err:\n    print(err)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-300:]
    assert done.stdout.strip()
