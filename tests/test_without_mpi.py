"""Results are read on machines without MPI: figures, report, export and Python's open."""

import os
import subprocess
import sys

import pytest
from parallel import world

BLOCKED = """
import sys

class Missing:
    def find_spec(self, name, *_):
        if name.split(".")[0] == "mpi4py":
            raise ImportError(name)

sys.meta_path.insert(0, Missing())
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    few = {name: world.DROP for name in ("slices", "spectrum", "optics", "feedback")}  # each figure takes a second
    wanted = world.quartz(**few, modes=False, temperature=["300 K"])
    return world.result(tmp_path_factory.mktemp("reading"), wanted)


def without_mpi(*arguments, **environment) -> subprocess.CompletedProcess:
    """The command line in a Python that cannot import mpi4py."""
    code = f"{BLOCKED}sys.argv[1:] = {list(map(str, arguments))!r}; from hpcph.__main__ import start; start()"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=world.ROOT, env=os.environ | environment)


def test_a_result_is_read_without_mpi(path, tmp_path):
    """Each command writes its files."""
    done = without_mpi("figures", path, "--output", tmp_path / "figures")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "figures").glob("*.pdf"))) > 5
    done = without_mpi("report", path, "--output", tmp_path / "page.html")
    assert done.returncode == 0 and (tmp_path / "page.html").stat().st_size > 1e6, done.stderr
    done = without_mpi("export", path, "--format", "extxyz", "--output", tmp_path / "mode.xyz")
    assert done.returncode == 0 and (tmp_path / "mode.xyz").is_file(), done.stderr
    code = f"{BLOCKED}import hpcph; print(float(hpcph.open({str(path)!r}).thermal_gamma_nl[0, 2, 2]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=world.ROOT)
    assert float(done.stdout) < 0, done.stderr


def test_a_run_says_that_it_needs_mpi(tmp_path):
    """One line, exit 2."""
    done = without_mpi("run", world.write(tmp_path, world.quartz()))
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.startswith("hpcph: MPI: is missing; install") and done.stderr.count("\n") == 1


def test_of_many_processes_one_reads(path, tmp_path):
    """Under mpirun or srun the others have nothing to do and say nothing."""
    page = tmp_path / "page.html"
    done = without_mpi("report", path, "--output", page, OMPI_COMM_WORLD_RANK="3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "") and not page.exists()
    done = without_mpi("report", tmp_path / "nothing.h5", OMPI_COMM_WORLD_RANK="0")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
