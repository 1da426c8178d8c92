"""Kernels that libraries choose by processor: what a result says of them, and of ranks and runs that differ."""

import os
import platform
import shlex
import signal
import subprocess
import sys
from collections import namedtuple

import h5py
import pytest
from parallel import runs, world

from hpcph.parallel import kernels
from hpcph.parallel.kernels import Kernel, Kernels

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="core types of x86-64")
SMALL = world.quartz(mesh__grid=[2, 2, 2], bands=world.DROP, slices=world.DROP, optics=world.DROP)
DIFFERENT = "computed by different kernels"
EACH_ITS_OWN = """
import os, sys
rank = next(os.environ[name] for name in ("OMPI_COMM_WORLD_RANK", "PMI_RANK") if name in os.environ)
os.environ["OPENBLAS_CORETYPE"] = "Haswell" if rank == "0" else "Nehalem"
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def provenance(output) -> dict:
    with h5py.File(output / "result.h5", "r") as file:
        return dict(file["/provenance"].attrs)


def test_ranks_of_different_kernels_are_named(tmp_path):
    """One line with what makes them one, every kind with its ranks in the provenance; three alike say nothing."""
    source = world.write(tmp_path, SMALL)
    own = ["-m", "hpcph", "run", str(source), "--output", str(tmp_path / "2")]
    command = [*world.launch(3), sys.executable, "-c", EACH_ITS_OWN, *own]
    told = {"capture_output": True, "text": True, "check": False, "timeout": 240}
    done = subprocess.run(command, cwd=world.ROOT, env=os.environ | world.LAUNCHING, **told)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(DIFFERENT) == 1 and "OPENBLAS_CORETYPE=Haswell on all ranks" in done.stdout
    said = provenance(tmp_path / "2")["kernels"].splitlines()
    assert [(" Haswell, " in line, line.rpartition(": ")[2]) for line in said] == [(True, "1 rank"), (False, "2 ranks")]
    assert " Nehalem, " in said[1] and "kernels_before_resume" not in provenance(tmp_path / "2")
    done = world.command(3, "run", source, "--output", tmp_path / "3")
    assert done.returncode == 0 and DIFFERENT not in done.stdout
    (line,) = provenance(tmp_path / "3")["kernels"].splitlines()
    assert line == f"{kernels.own()}: 3 ranks"


def test_a_run_that_goes_on_on_another_processor_says_so(tmp_path):
    """To its end, for the physics is the same; the result names every kind that had a part, also of a run before."""
    source, output = world.write(tmp_path, runs.INPUT), tmp_path / "out"
    for core, generation in (("Haswell", 3), ("Nehalem", 6)):
        process = runs.start(0, source, output, SLOW=0.05, OPENBLAS_CORETYPE=core)
        runs.wait_for_checkpoints(process, output, generation)
        process.send_signal(signal.SIGUSR1)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 75, err
        assert (DIFFERENT in out) == (core == "Nehalem")
    done = runs.finish(0, source, output, OPENBLAS_CORETYPE="Nehalem")
    assert done.returncode == 0 and done.stdout.count(DIFFERENT) == 1, done.stderr
    said = provenance(output)
    assert " Nehalem, " in said["kernels"] and " Haswell, " in said["kernels_before_resume"]
    assert "\n" not in said["kernels"] + said["kernels_before_resume"]


def test_job_scripts_have_one_kind_for_mixed_nodes():
    """MIXED_NODES=1: OpenBLAS for Haswell, and NumPy uses no AVX-512; without it the processor's own."""
    own = f"{shlex.quote(sys.executable)} -c 'from hpcph.parallel.kernels import own; print(own())'"
    site = ". jobscripts/environment.sh"
    script = f"unset OPENBLAS_CORETYPE; {site}; {own}; MIXED_NODES=1; {site}; {own}"
    done = subprocess.run(["bash", "-c", script], cwd=world.ROOT, capture_output=True, text=True, check=True)
    before, after = done.stdout.splitlines()
    assert " Haswell, NumPy " in after and not {"V4", "AVX512"} & set(after.replace("_", " ").split())
    assert done.stderr == "" and before.split(", ")[2] == after.split(", ")[2]


Case = namedtuple("Case", "one other remedy")
CASES = {
    "BLAS": Case(Kernel("a", "V3", "g"), Kernel("b", "V3", "g"), "OPENBLAS_CORETYPE=Haswell on all"),
    "NumPy": Case(Kernel("a", "V3", "g"), Kernel("a", "V3 V4 I", "g"), 'with NPY_DISABLE_CPU_FEATURES="I V4" on all'),
    "system": Case(Kernel("a", "V3", "g"), Kernel("a", "V3", "h"), "use nodes of one system"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_remedy_is_of_what_differs(case):
    """Each of the three has its own; one kind needs none."""
    (line,) = Kernels({case.one: 1, case.other: 2}).lines()
    assert case.remedy in line and "on 2 ranks" in line
    assert Kernels({case.one: 1}, (case.other,)).lines() and not Kernels({case.one: 3}).lines()
