"""What the program tests share: the world communicator, a folder of all ranks, inputs, and runs under mpirun."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from copy import deepcopy
from io import StringIO
from pathlib import Path

from mpi4py import MPI
from parallel.said import own
from ruamel.yaml import YAML

from hpcph.cli import main
from hpcph.parallel.comm import Comm
from hpcph.parallel.signals import Stop
from hpcph.prepare.entrance import read
from hpcph.workflow.driver import run

ROOT = Path(__file__).resolve().parents[2]
QUARTZ = {
    "crystal": {"force_constants": str(ROOT / "inputs/quartz/phonopy_params.yaml.xz")},
    "mesh": {"grid": [4, 4, 4]},
    "temperature": ["100 K", "290 K", "300 K"],
    "lifetime": "10 ps",
    "gradient": "1 K/mm",
    "feedback": {
        "sample": {"radius": ["18 nm", "20 nm"]},
        "calibrate": {"gamma_ll": 0.8, "temperature": "290 K", "radius": "20 nm"},
    },
    "modes": True,
    "bands": {"points": 3},
    "orbits": {"q": [[0, 0, 0.091], [0, 0, 0]]},
    "slices": {"temperature": "300 K", "planes": [0, 0.25], "grid": [3, 5]},
    "spectrum": {"temperature": ["290 K", "150 K"], "points": 40},
    "optics": {
        "frequency": {"from": "3 THz", "to": "6 THz", "points": 5},
        "lifetime": "1 ps",
        "polarization": ["x", "circular +z"],
        "pairs": ["4 THz"],
    },
    "output": "out",
}
DROP = type("Drop", (), {"__repr__": lambda self: "left out"})()  # an id of tests is the same on every worker
LAUNCHING = {  # as in the Makefile and in the mpirun of jobscripts/install.sh, without which these tests run, too
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl_tcp_disable_family": "6",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none",
    "I_MPI_PIN": "off",
}


def launch(ranks: int) -> list[str]:
    """What stands in front of a program that is to run on so many ranks, however few cores there are; 0: nothing.

    The mpirun beside this Python is that of its MPI, where the set-up put one there.
    """
    beside = Path(sys.executable).with_name("mpirun")
    return [str(beside) if beside.exists() else "mpirun", "-n", str(ranks)] if ranks else []


@contextmanager
def communicator():
    """A duplicate of the world, so that no message of a test reaches the next one."""
    duplicate = MPI.COMM_WORLD.Dup()
    yield Comm(duplicate)
    duplicate.Barrier()
    duplicate.Free()


@contextmanager
def shared_folder(comm: Comm):
    """An empty folder with the same path on every rank, gone afterwards."""
    path = Path(comm.bcast(tempfile.mkdtemp(prefix="hpcph-test-") if comm.root else None))
    try:
        yield path
    finally:
        if comm.mpi.size == 1:
            shutil.rmtree(path)
        else:
            comm.mpi.Barrier()
            if comm.root:
                shutil.rmtree(path)


def quartz(**changes) -> dict:
    """The small input with other sections: a_b=… replaces key b of section a; DROP removes it."""
    data = deepcopy(QUARTZ)
    for name, value in changes.items():
        *sections, key = name.split("__")
        place = data
        for section in sections:
            place = place[section]
        if value is DROP:
            place.pop(key, None)
        else:
            place[key] = value
    return data


def unstable(folder: Path) -> Path:
    """The embedded crystal with all force constants of the other sign, which translation cannot mend."""
    import phonopy

    path = folder / "phonopy_params.yaml"
    crystal = phonopy.load(QUARTZ["crystal"]["force_constants"])
    crystal.force_constants = -crystal.force_constants
    crystal.save(path, settings={"force_constants": True})
    return path


def write(folder: Path, data: dict | str, name: str = "input.yaml") -> Path:
    """An input file."""
    path = folder / name
    if isinstance(data, str):
        path.write_text(data, encoding="utf-8")
    else:
        with open(path, "w", encoding="utf-8") as file:
            YAML(typ="safe").dump(data, file)
    return path


def compute(comm: Comm, folder: Path, data: dict):
    """Run an input on all ranks in this process; the Outcome."""
    return run(comm, read(comm, lambda: write(folder, data)), folder / "out", Stop())


def result(folder: Path, data: dict) -> Path:
    """result.h5 of a run in this process."""
    with communicator() as comm:
        return compute(comm, folder, data).path


def here(*arguments) -> subprocess.CompletedProcess:
    """The command line in this process, which spares the start of another; handlers and masks of signals stay."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    try:
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err, communicator() as comm:
            code = main([*map(str, arguments)], comm)
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) != handler:
                signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def command(ranks: int, *arguments, script: Path | None = None, timeout: float = 240) -> subprocess.CompletedProcess:
    """python -m hpcph (or a script) under mpirun, or without it for ranks = 0; a hang fails. stderr: hpcph's own."""
    program = [str(script)] if script else ["-m", "hpcph"]
    process = subprocess.Popen(
        [*launch(ranks), sys.executable, *program, *map(str, arguments)],
        env=os.environ | LAUNCHING,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.terminate()  # mpirun ends its ranks, which a kill would leave behind
        out, err = process.communicate()
        raise AssertionError(f"no end after {timeout} s\n{out}{err}") from None
    return subprocess.CompletedProcess(process.args, process.returncode, out, own(err))
