"""The command line under mpirun: the same bits on any number of ranks, mistakes end every rank at once."""

import re

import h5py
import pytest
from parallel import world

RANKS = [2, 7]
MORE_RANKS = [1, 3, 4, 8]
MANY_BLOCKS = {  # in every stage
    "mesh": {"grid": [8, 8, 8], "symmetry": False},
    "bands": {"points": 12},
    "slices": {"temperature": 300, "planes": [0], "grid": [31, 13]},
    "field": {"magnetic": "9 T", "direction": [1, 0, 2]},
}


def sha(path) -> str:
    with h5py.File(path, "r") as file:
        return file["/provenance"].attrs["sha256"]


@pytest.fixture(scope="module")
def unstable(tmp_path_factory):
    """A crystal with imaginary modes."""
    return world.unstable(tmp_path_factory.mktemp("unstable"))


@pytest.mark.parametrize("numbers", [RANKS, pytest.param(MORE_RANKS, marks=pytest.mark.slow)], ids=str)
def test_same_bits_on_any_number_of_ranks(tmp_path, numbers):
    """sha256 of all datasets, with modes, bands, slices and a field, is that of a run without mpirun."""
    path = world.write(tmp_path, world.quartz(**MANY_BLOCKS))
    found = {0: sha(world.result(tmp_path, world.quartz(**MANY_BLOCKS)))}
    for ranks in numbers:
        done = world.command(ranks, "run", path, "--output", tmp_path / f"{ranks}")
        assert done.returncode == 0, done.stderr
        found[ranks] = sha(tmp_path / f"{ranks}/result.h5")
    assert len(set(found.values())) == 1, found


def test_more_ranks_than_blocks(tmp_path):
    """Three blocks at most in every stage, five ranks: two have nothing to do and the result is that of one rank."""
    from hpcph.config.load import load
    from hpcph.prepare.job import prepare
    from hpcph.workflow.job import stages

    data = world.quartz(mesh={"grid": [4, 4, 6], "symmetry": False})
    path = world.write(tmp_path, data)
    assert max(len(stage.blocks) for stage in stages(prepare(load(path)).job)) == 3
    done = world.command(5, "run", path, "--output", tmp_path / "5")
    assert done.returncode == 0, done.stderr
    assert sha(tmp_path / "5/result.h5") == sha(world.result(tmp_path, data))


BAD = {
    "two mistakes": ({"mesh__grid": [0, 1, 1], "lifetime": "10 nm"}, ["mesh.grid[0]", "lifetime"]),
    "no such file": ({"crystal__force_constants": "nothing.yaml"}, ["crystal.force_constants"]),
    "axis off the planes": ({"axis": [1, 0, 1]}, ["slices.planes"]),
}


@pytest.mark.parametrize(
    ("ranks", "case"), [*((0, case) for case in BAD), (3, "two mistakes"), (3, "axis off the planes")]
)
def test_mistakes_end_every_rank_with_2(tmp_path, case, ranks):
    """Exit code 2, a line for each mistake, no traceback, and an existing result is left as it is."""
    changes, keys = BAD[case]
    (tmp_path / "out").mkdir()
    before = b"\x89HDF precious"
    (tmp_path / "out/result.h5").write_bytes(before)
    done = launch(ranks, "run", world.write(tmp_path, world.quartz(**changes)), "--output", tmp_path / "out")
    assert refused(done) == keys
    assert (tmp_path / "out/result.h5").read_bytes() == before


def launch(ranks: int, *arguments):
    """Under mpirun; for ranks = 0 in this process."""
    return world.command(ranks, *arguments) if ranks else world.here(*arguments)


def refused(done) -> list[str]:
    """Keys of the complaints of a run that was refused as it should be."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    said = [line for line in done.stderr.splitlines() if line]
    assert all(line.startswith("hpcph: ") for line in said), done.stderr
    return [line.removeprefix("hpcph: ").split(" ")[0].rstrip(":") for line in said]


@pytest.mark.parametrize("arguments", [["run", "missing.yaml"], ["run", "."], ["check", "missing.yaml"]])
def test_an_input_that_cannot_be_read(arguments):
    """Also for a folder."""
    assert refused(world.here(*arguments)) == ["input"]


def test_the_result_of_another_input_is_kept(tmp_path):
    """Refused on three ranks, byte for byte the old one, naming --overwrite, which replaces it."""
    small = {"bands": world.DROP, "slices": world.DROP, "modes": False, "mesh__grid": [2, 2, 2]}
    first = world.write(tmp_path, world.quartz(**small))
    other = world.write(tmp_path, world.quartz(**small, gradient="2 K/mm"), "other.yaml")
    result = tmp_path / "out/result.h5"
    assert world.here("run", first, "--output", tmp_path / "out").returncode == 0
    before, digest = result.read_bytes(), sha(result)
    done = world.command(3, "run", other, "--output", tmp_path / "out")
    assert refused(done) == ["output"] and "holds a result of another input" in done.stderr
    assert "--overwrite replaces it" in done.stderr
    assert result.read_bytes() == before
    assert sorted(p.name for p in result.parent.iterdir()) == ["result.h5", "summary.json"]
    assert world.command(2, "run", other, "--output", tmp_path / "out", "--overwrite").returncode == 0
    assert sha(result) != digest
    assert world.here("run", first, "--output", tmp_path / "out", "--overwrite").returncode == 0
    assert sha(result) == digest


@pytest.mark.parametrize("ranks", [0, 3])
def test_a_finished_run_is_not_computed_again(tmp_path, ranks):
    """Unless it is asked for: one line, exit code 0, the file byte for byte the old one; what a kill left is gone."""
    small = {"bands": world.DROP, "modes": False, "mesh__grid": [2, 2, 2]}
    source, output = world.write(tmp_path, world.quartz(**small)), tmp_path / "out"
    assert world.here("run", source, "--output", output).returncode == 0
    before, beside = (output / "result.h5").read_bytes(), sorted(p.name for p in output.iterdir())
    (output / "result.xdmf").unlink()
    (output / "summary.json").unlink()
    (output / ".result.h5.partial").write_bytes(b"begun")
    done = launch(ranks, "run", source, "--output", output)
    assert done.returncode == 0 and not done.stderr, done.stderr
    said = f"{output}/result.h5 is the result of this input already; --overwrite computes it again"
    assert done.stdout.splitlines()[-1] == said and "k-points" not in done.stdout
    assert (output / "result.h5").read_bytes() == before and sorted(p.name for p in output.iterdir()) == beside
    done = launch(ranks, "run", source, "--output", output, "--overwrite")
    assert done.returncode == 0 and "k-points in" in done.stdout
    assert (output / "result.h5").read_bytes() != before and sha(output / "result.h5") == sha_of(before, tmp_path)


def sha_of(content: bytes, folder) -> str:
    """The digest of a result that is no longer there."""
    (folder / "old.h5").write_bytes(content)
    return sha(folder / "old.h5")


def test_a_result_of_other_code_is_computed_anew(tmp_path, monkeypatch):
    """It is no result of this program; the old one stays until the new is whole."""
    small = {"bands": world.DROP, "modes": False, "slices": world.DROP, "mesh__grid": [2, 2, 2]}
    source, output = world.write(tmp_path, world.quartz(**small)), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("hpcph.result.provenance.code", lambda: "of another version")
        assert world.here("run", source, "--output", output).returncode == 0
    done = world.here("run", source, "--output", output)
    assert done.returncode == 0 and "k-points in" in done.stdout
    assert "is the result of this input already" in world.here("run", source, "--output", output).stdout


@pytest.mark.parametrize("ranks", [0, 3])
def test_imaginary_modes_are_named(tmp_path, unstable, ranks):
    """Refused with frequency and wave vector, exit code 2; allow_unstable leaves them out and counts them."""
    small = {"bands": world.DROP, "slices": world.DROP, "modes": False, "crystal__force_constants": str(unstable)}
    strict = world.write(tmp_path, world.quartz(**small), "strict.yaml")
    done = launch(ranks, "run", strict, "--output", tmp_path / "out")
    assert refused(done) == ["crystal.force_constants"]
    assert "imaginary mode at q = (" in done.stderr and "THz" in done.stderr and "allow_unstable" in done.stderr
    assert not list((tmp_path / "out").glob("*"))
    data = world.quartz(**small, crystal__allow_unstable=True, feedback=world.DROP)
    assert refused(launch(ranks, "run", world.write(tmp_path, data), "--output", tmp_path / "lit")) == ["optics"]
    data.pop("optics")
    done = launch(ranks, "run", world.write(tmp_path, data), "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "out/result.h5", "r") as file:
        count = file["/provenance"].attrs["unstable_modes_left_out"]
    assert count > 0 and f"{count} imaginary modes" in done.stdout


def test_check_and_plan(tmp_path):
    """Exit code 0, nothing is computed; plan counts the blocks that the run has."""
    from hpcph.config.load import load
    from hpcph.prepare.job import prepare
    from hpcph.workflow.job import stages
    from hpcph.workflow.stage import POINTS

    path = world.write(tmp_path, world.quartz())
    done = world.here("check", path)
    assert done.returncode == 0 and "good" in done.stdout, done.stderr
    assert world.here("plan", "--ranks", 4).returncode == 0  # of the embedded case
    done = world.here("plan", path, "--ranks", 64)
    assert done.returncode == 0, done.stderr
    todo = stages(prepare(load(path)).job)
    words = {line.split("  ")[0]: line.split("  ", 1)[1].split() for line in done.stdout.splitlines() if "  " in line}
    assert int(words["blocks"][0]) == sum(len(stage.blocks) for stage in todo)
    assert int(words["k-points"][0]) == sum(stage.points for stage in todo if stage.noun == POINTS)
    assert [p.name for p in tmp_path.iterdir()] == ["input.yaml"]


@pytest.mark.parametrize("arguments", [["plan", "x.yaml", "--ranks", "0"], ["plan", "x.yaml"], ["fly"], []])
def test_wrong_commands_are_bad_input(arguments):
    """Exit code 2 and one line, once for all ranks."""
    done = world.command(2, *arguments)
    assert done.returncode == 2
    assert [line.startswith("hpcph: ") for line in done.stderr.splitlines() if "hpcph" in line] == [True]
    assert "Traceback" not in done.stderr


BROKEN_REPORT = """
import time
from mpi4py import MPI
from hpcph.parallel.comm import Comm, RankError
from hpcph.parallel.schedule import hand_out
comm = Comm(MPI.COMM_WORLD)
def report(blocks):
    raise BrokenPipeError("nobody reads")
try:
    hand_out(comm, 0, 50, lambda block: time.sleep(0.001), report)
except RankError:
    print(f"rank {comm.rank} ended")
"""


def test_a_failing_progress_report_ends_every_rank(tmp_path):
    """An exception while rank 0 reports progress (a closed pipe) leaves no rank waiting."""
    script = tmp_path / "report.py"
    script.write_text(BROKEN_REPORT)
    done = world.command(2, script=script, timeout=20)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ended") == 2


IMPORTS = """
import sys
from pathlib import Path
from mpi4py import MPI
from hpcph.workflow.driver import run
from hpcph.prepare.entrance import read
from hpcph.parallel.comm import Comm
from hpcph.parallel.signals import Stop
comm = Comm(MPI.COMM_WORLD)
run(comm, read(comm, lambda: Path(sys.argv[1])), Path(sys.argv[2]), Stop())
names = ("phonopy", "pydantic", "pint", "ruamel.yaml", "matplotlib", "seekpath", "spglib")
heavy = [m for m in names if m in sys.modules]
print(f"rank {comm.rank}: {heavy}")
"""


def test_the_other_ranks_import_nothing_heavy(tmp_path):
    """phonopy, pydantic, pint, YAML, matplotlib: rank 0 alone, so that 256 ranks spare the file system."""
    script = tmp_path / "imports.py"
    script.write_text(IMPORTS)
    done = world.command(2, world.write(tmp_path, world.quartz()), tmp_path / "out", script=script)
    assert done.returncode == 0, done.stderr
    assert "rank 1: []" in done.stdout
    assert "phonopy" in re.search(r"rank 0: \[(.*?)\]", done.stdout)[1]  # lines of two ranks may stand in one
