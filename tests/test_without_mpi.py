"""Machines without MPI: results are read, and one process does all that several would."""

import os
import subprocess
import sys

import h5py
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


def test_one_process_needs_no_mpi(tmp_path):
    """Same bits as with it; the log says who writes the maps, and a study has one rank."""
    data = world.quartz(mesh__grid=[2, 2, 2])
    source = world.write(tmp_path, data)
    done = without_mpi("run", source, "--output", tmp_path / "alone")
    assert done.returncode == 0 and "maps are written by rank 0, HDF5" in done.stdout, done.stderr
    with h5py.File(tmp_path / "alone/result.h5") as file, h5py.File(world.result(tmp_path, data)) as usual:
        alone, usual = dict(file["/provenance"].attrs), dict(usual["/provenance"].attrs)
    assert alone["sha256"] == usual["sha256"] and (alone["mpi"], alone["ranks"]) == ("none", 1)
    assert without_mpi("check", source).returncode == 0
    assert "written by rank 0" in without_mpi("plan", source, "--ranks", 4).stdout
    study = ("scaling", source, "--repeats", 1, "--output", tmp_path / "study", "--ranks")
    done = without_mpi(*study, 2)
    assert done.returncode == 2 and done.stderr.startswith("hpcph: --ranks = 2: needs an MPI library; ")


LAUNCHERS = {
    "Open MPI": {"OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_RANK": "{}", "PMIX_RANK": "{}"},
    "MPICH, Intel MPI": {"PMI_SIZE": "3", "PMI_RANK": "{}"},
    "srun": {"SLURM_STEP_NUM_TASKS": "3", "SLURM_PROCID": "{}"},
    "PMIx": {"PMIX_RANK": "{}"},
}


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_several_processes_need_mpi(tmp_path, launcher):
    """One line of them all that says what to do, exit 2; a single one that was launched is alone."""
    source = world.write(tmp_path, world.quartz())
    for rank in (0, 1):
        done = without_mpi("check", source, **{k: v.format(rank) for k, v in LAUNCHERS[launcher].items()})
        assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1 - rank
        assert rank or done.stderr.startswith("hpcph: MPI: several processes were started together, but no MPI library")
    if launcher != "PMIx":
        alone = {name: value.replace("3", "1").format(0) for name, value in LAUNCHERS[launcher].items()}
        assert without_mpi("check", source, **alone).returncode == 0


def test_of_many_processes_one_reads(path, tmp_path):
    """Under mpirun or srun the others have nothing to do and say nothing."""
    page = tmp_path / "page.html"
    done = without_mpi("report", path, "--output", page, OMPI_COMM_WORLD_RANK="3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "") and not page.exists()
    done = without_mpi("report", tmp_path / "nothing.h5", OMPI_COMM_WORLD_RANK="0")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
