"""jobscripts/install.sh looks for everything before it builds anything, and says in one line what is missing."""

import os
import shutil
import subprocess
import sys

import pytest
from parallel import world

MPICC = shutil.which("mpicc")


def missing(folder, **variables) -> str:
    """What the set-up lacks, on a system where it may install nothing."""
    ours = {"NO_APT": "1", "VENV": str(folder / "venv"), "WHEELS": str(folder / "wheels"), **variables}
    for name in ("HDF5_DIR", "HDF5_ROOT", "HDF5_INCLUDEDIR", "HDF5_LIBDIR", "MPI", "MPICC", "MPIRUN", "HDF5", "PETSC"):
        ours.setdefault(name, "")
    done = subprocess.run(
        [world.ROOT / "jobscripts/install.sh"], capture_output=True, text=True, env=os.environ | ours, timeout=60
    )
    assert done.returncode == 1 and not done.stdout, done.stderr
    assert done.stderr.startswith("install: missing: ") and done.stderr.count("\n") == 1, done.stderr
    assert not list(folder.glob("venv*")) and not list(folder.glob("wheels*"))
    return done.stderr


def test_all_that_is_missing_is_one_line(tmp_path):
    """Python, MPI and HDF5 at once."""
    said = missing(tmp_path, PYTHON=str(tmp_path / "python3"), MPICC=str(tmp_path / "mpicc"))
    assert "Python >= 3.11" in said and "an mpicc that compiles" in said and "HDF5" in said


@pytest.mark.skipif(not MPICC, reason="no mpicc here")
def test_an_hdf5_of_no_use_is_named(tmp_path):
    """A serial one, and one whose library is not there."""
    (tmp_path / "serial/include").mkdir(parents=True)
    (tmp_path / "serial/lib").mkdir()
    (tmp_path / "serial/include/hdf5.h").write_text("/* without H5_HAVE_PARALLEL */\n")
    (tmp_path / "serial/lib/libhdf5.so").touch()
    ours = {"PYTHON": sys.executable, "MPICC": MPICC, "HDF5_DIR": str(tmp_path / "serial")}
    said = missing(tmp_path, **ours)
    assert f"a parallel HDF5 of {MPICC}" in said and f"that in {tmp_path}/serial/lib is serial" in said
    assert "HDF5=build" in missing(tmp_path, **{**ours, "HDF5_DIR": str(tmp_path)})


@pytest.mark.skipif(not MPICC, reason="no mpicc here")
def test_the_mpi_that_is_asked_for_is_not_replaced(tmp_path):
    """The compiler is asked what it is, not its name."""
    said = missing(tmp_path, PYTHON=sys.executable, MPI="intelmpi", MPICC=MPICC)
    assert "an mpicc that compiles, of MPI=intelmpi" in said
