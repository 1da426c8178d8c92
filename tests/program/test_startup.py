"""What a command loads before it says or does something: what it needs."""

import json
import os
import subprocess
import sys

import pytest
from parallel import world

LOADED = """
import json, sys
from hpcph.__main__ import start

class First:
    def write(self, text):
        if text.strip() and not said:
            said.extend([text, sorted(sys.modules)])
        return len(text)
    def flush(self): pass
    def isatty(self): return False

said, out, sys.stdout = [], sys.stdout, First()
try:
    start()
except SystemExit as leaving:
    print(json.dumps([leaving.code, *said, sorted(sys.modules)]), file=out)
"""
OTHERS = ("pint", "matplotlib", "plotly", "xarray", "ase", "petsc4py", "IPython")
RARELY = ("mpi4py", "h5py", "scipy", "pydantic", "ruamel", "rich", "phonopy", "yaml", "spglib", "seekpath", *OTHERS)
CHAIN = {"crystal": {"model": {"name": "te-chain"}}, "bands": {"path": [[{"Γ": [0, 0, 0]}, {"Z": [0, 0, 0.5]}]]}}


def loaded(*words) -> tuple[str, set[str], set[str]]:
    """The first that a command says, what was loaded then, and in the end; in a process of its own."""
    command = [sys.executable, "-c", LOADED, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=world.ROOT, env=os.environ | world.LAUNCHING)
    code, said, then, afterwards = json.loads(done.stdout)
    assert code == 0, done.stderr
    return said, {name.split(".")[0] for name in then}, {name.split(".")[0] for name in afterwards}


@pytest.mark.parametrize("words", ["--version", "--help", "run --help"])
def test_help_loads_nothing(words):
    """Neither MPI, nor what reads inputs, files and results."""
    _, _, found = loaded(*words.split())
    assert "numpy" in found and not found & set(RARELY)


@pytest.mark.parametrize("data", [world.quartz(), CHAIN], ids=["a crystal", "a model"])
def test_a_check_loads_what_reads_and_nothing_that_draws(tmp_path, data):
    """Usual units need no pint, a model no phonopy."""
    _, _, found = loaded("check", world.write(tmp_path, data))
    assert "pydantic" in found and not found & set(OTHERS)
    assert ("phonopy" in found) == ("force_constants" in data["crystal"])


def test_a_run_speaks_before_it_reads(tmp_path):
    """Version, ranks and input, when no more than MPI and the terminal is loaded."""
    said, then, _ = loaded("run", world.write(tmp_path, CHAIN), "--output", tmp_path / "out")
    assert said.startswith("hpcph ") and said.rstrip().endswith(f" on 1 rank: {tmp_path / 'input.yaml'}")
    assert "mpi4py" in then and not then & (set(RARELY) - {"mpi4py", "rich"})
