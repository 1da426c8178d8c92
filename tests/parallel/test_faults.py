"""Trouble on one rank ends the job within ten seconds, and says where; what the system refuses is one line."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py
import psutil
import pytest
from parallel import world

FAULTY = Path(__file__).with_name("faulty.py")
LIMIT, PATIENCE = 10.0, 120.0  # s: what is promised after a fault, and what the tests wait for anything
STAGE = "zone 8×8×8"
PHASES = {  # what rank 0 is at, and what the others are
    "reading the input": ("load", "allgather"),
    "preparing the job": ("prepare", "allgather"),
    "sending the job to every rank": ("distribute", "distribute"),
    f"computing {STAGE}": ("work", "work"),
    f"writing the maps of {STAGE}": ("write", "write"),
    f"adding up {STAGE}": ("Reduce", "Reduce"),
    f"keeping the place in {STAGE}": ("save", "allgather"),
    "completing the result": ("complete", "allgather"),
}
FAULTS = ("exception", "memory", "kill", "exit")
NAMES = {"exception": "Oops: on purpose", "memory": "MemoryError"}
EVERY = [(phase, fault, rank) for phase in PHASES for fault in FAULTS for rank in range(4)]
SOME = [(phase, FAULTS[(i + i // 4) % 4], i % 4) for i, phase in enumerate(PHASES)]  # everything twice, phases once


def slowly(value):
    """A parameter of the long proofs."""
    return pytest.param(value, marks=pytest.mark.slow)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small input of a crystal that loads quickly, and the folder of its result."""
    folder = tmp_path_factory.mktemp("whole")
    data = world.quartz(
        crystal={"force_constants": str(argon(folder))},
        mesh={"grid": [8, 8, 8], "symmetry": False},
        magnetization=False,
        **dict.fromkeys(("feedback", "optics", "slices", "spectrum", "orbits"), world.DROP),
    )
    source = world.write(folder, data)
    done = world.command(0, "run", source, "--output", folder / "out")
    assert done.returncode == 0, done.stderr
    return source, folder / "out"


def argon(folder: Path) -> Path:
    """Face-centred cubic with springs between neighbours."""
    import numpy as np
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    lattice = 2.65 * (np.ones((3, 3)) - np.eye(3))
    crystal = Phonopy(PhonopyAtoms(["Ar"], cell=lattice, scaled_positions=[[0, 0, 0]]), 2 * np.eye(3, dtype=int))
    cell = crystal.supercell
    constants = np.zeros((len(cell), len(cell), 3, 3))
    images = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3), -1).reshape(-1, 3)
    for i, j in np.ndindex(constants.shape[:2]):
        for d in (cell.scaled_positions[j] - cell.scaled_positions[i] + images) @ cell.cell:
            if 0.1 < np.linalg.norm(d) < 4:
                spring = np.outer(d, d) / (d @ d)
                constants[i, j] -= spring
                constants[i, i] += spring
    crystal.force_constants = constants
    crystal.save(folder / "argon.yaml", settings={"force_constants": True})
    return folder / "argon.yaml"


@dataclass(frozen=True)
class End:
    """Exit code of a run, what it said on stderr, and seconds from the fault until no rank was left."""

    code: int
    said: str
    seconds: float


def end(source: Path, output: Path, phase: str, point: str, fault: str, rank: int, ranks: int = 4, before=()) -> End:
    """Run with a fault until nothing of it is left; before : command in front of mpirun."""
    mark, log = output.parent / "mark", output.parent / "log"
    run = [sys.executable, str(FAULTY), "run", str(source), "--overwrite", "--output", str(output)]
    command = [*before, *world.launch(ranks), *run]
    chosen = {"PHASE": phase, "POINT": point, "FAULT": fault, "RANK": str(rank), "MARK": str(mark)}
    with open(log, "w") as file:
        process = subprocess.Popen(
            command, cwd=world.ROOT, env=os.environ | world.LAUNCHING | chosen, stdout=subprocess.DEVNULL, stderr=file
        )
    begin = time.time()
    while process.poll() is None or ranks_of(output):
        if time.time() - (mark.stat().st_mtime if mark.exists() else begin) > PATIENCE:
            process.terminate()
            pytest.fail(f"no end\n{log.read_text()}")
        time.sleep(0.05)
    gone = time.time()
    assert mark.exists(), f"no fault\n{log.read_text()}"
    return End(process.returncode, log.read_text(), gone - float(mark.read_text()))


def ranks_of(output: Path) -> list[int]:
    """Processes that run faulty.py into a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(output) in words and words[1:2] == [str(FAULTY)]:
            found.append(process.pid)
    return found


def check(whole, folder: Path, phase: str, fault: str, rank: int) -> float:
    """One fault ends the job as promised; the seconds it took."""
    source, old = whole
    output = folder / "out"
    shutil.copytree(old, output)
    found = end(source, output, phase, PHASES[phase][rank > 0], fault, rank)
    assert found.code != 0, found.said
    assert found.seconds < LIMIT, found.said
    assert (output / "result.h5").read_bytes() == (old / "result.h5").read_bytes()
    if fault in NAMES:
        assert found.said.count(f"hpcph: rank {rank} of 4 failed while {phase}") == 1, found.said
        assert found.said.count("Traceback") == found.said.count(NAMES[fault]) == 1, found.said
        assert (": out of memory, use fewer ranks a node\n" in found.said) == (fault == "memory"), found.said
    else:
        assert "Traceback" not in found.said
    return found.seconds


@pytest.mark.parametrize("phase, fault, rank", SOME)
def test_trouble_on_one_rank_ends_the_job(whole, tmp_path, phase, fault, rank):
    """Every phase, every kind of fault and every rank, once at least."""
    check(whole, tmp_path, phase, fault, rank)


@pytest.mark.parametrize("phase", [slowly(f"computing {STAGE}"), f"adding up {STAGE}"])
def test_one_rank_speaks_for_all(whole, tmp_path, phase):
    """Where all of them fail at once, inside of the hand-out and outside."""
    found = end(whole[0], tmp_path / "out", phase, PHASES[phase][0], "exception", -1)
    assert found.code != 0 and found.seconds < LIMIT, found.said
    assert found.said.count("Traceback") == found.said.count(f"hpcph: rank 0 of 4 failed while {phase}") == 1


def test_nobody_waits_for_a_long_block(whole, tmp_path, monkeypatch):
    """A rank that fails while the others are busy for a minute tells of it and ends them."""
    monkeypatch.setenv("SLOW", "60")
    check(whole, tmp_path, f"computing {STAGE}", "exception", 2)


@pytest.mark.slow
def test_every_fault_in_every_phase_on_every_rank(whole, tmp_path):
    """All of them, and the slowest."""
    seconds = {}
    for number, case in enumerate(EVERY):
        seconds[case] = check(whole, tmp_path / str(number), *case)
    slowest = max(seconds, key=seconds.get)
    print(f"{len(seconds)} faults, slowest {seconds[slowest]:.1f} s: {slowest}")


SCRIPT = """
import sys
import hpcph
from hpcph.workflow import driver
from hpcph.parallel.comm import world

def compute(*_):
    raise KeyError("on purpose")

if world().rank == 1:
    driver._compute = compute
hpcph.run(sys.argv[1], sys.argv[2])
"""


def test_a_script_s_ranks_end_together_too(whole, tmp_path):
    """hpcph.run on two ranks, one of which leaves alone."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = world.command(2, whole[0], tmp_path / "out", script=script, timeout=60)
    assert done.returncode != 0
    assert "hpcph: rank 1 of 2 failed while laying out a mesh" in done.stderr and done.stderr.count("Traceback") == 1


def mortal() -> list[str]:
    """What stands in front of a command that has to obey permissions: nothing, but for root."""
    if os.geteuid():
        return []
    command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    if not shutil.which(command[0]) or subprocess.run([*command, "true"]).returncode:
        pytest.skip("root here cannot give up its right to write everywhere (setpriv)")
    return command


DISKS = {"tmpfs": ("tmpfs", "-o", "size=8m", "tmpfs"), "ext2": ("ext2", "-o", "loop")}  # ext2 has no fallocate


@pytest.fixture
def small_disk(tmp_path, request):
    """A disk of 8 MB; a tmpfs unless the test asks for another."""
    kind = getattr(request, "param", "tmpfs")
    folder, image = tmp_path / "disk", tmp_path / "image"
    folder.mkdir()
    commands = [["mount", "-t", *DISKS[kind], *([image] if kind == "ext2" else []), folder]]
    if kind == "ext2":
        commands = [["truncate", "-s", "8M", image], ["mkfs.ext2", "-q", image], *commands]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True) if shutil.which(command[0]) else None
        if done is None or done.returncode:
            pytest.skip(f"no small disk here, {command[0]}: {done.stderr.strip() if done else 'not found'}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def refused(whole, output: Path, reason: str, *fault, before=()) -> None:
    """A run of three ranks in which the system refuses something: one line, exit code 2, an old result as it was."""
    source, old = whole
    shutil.copytree(old, output, dirs_exist_ok=True)
    found = end(source, output, *fault, ranks=3, before=before)
    lines = [line for line in found.said.splitlines() if line.startswith("hpcph: ")]
    assert found.code == 2 and "Traceback" not in found.said, found.said
    assert len(lines) == 1 and lines[0].startswith(f"hpcph: output = {str(output)[:20]}"), found.said
    assert f"cannot be written ({reason}); " in lines[0]
    assert (output / "result.h5").read_bytes() == (old / "result.h5").read_bytes()


FULL = {  # where the disk fills up
    "before the run": ("preparing the job", "prepare"),
    "in the middle": (f"writing the maps of {STAGE}", "write"),
    "at the end": ("completing the result", "complete"),
}


@pytest.mark.parametrize("when", [slowly("before the run"), slowly("in the middle"), "at the end"])
def test_a_full_disk_is_one_line(whole, small_disk, when):
    """On three ranks, whose collective writes would lose numbers or crash; with room the run goes on to its end."""
    refused(whole, small_disk, "No space left on device", *FULL[when], "full", 0)
    (small_disk / "filler").unlink()
    assert world.here("run", whole[0], "--output", small_disk, "--overwrite").returncode == 0
    assert digest(small_disk) == digest(whole[1])


LOST = {  # what happens to the folder, on which rank
    "read-only": 0,
    "closed": 0,
    "stranger": 1,  # to one rank alone
}


@pytest.mark.parametrize("fault", [slowly("read-only"), slowly("closed"), "stranger"])
def test_permission_lost_in_the_middle_is_one_line(whole, tmp_path, fault):
    """After checkpoints of other meshes, on three ranks."""
    before = mortal()
    if fault == "stranger" and os.geteuid():
        pytest.skip("only root can make a rank somebody else")
    where = (f"computing {STAGE}", "work", fault, LOST[fault])
    refused(whole, tmp_path / "out", "Permission denied", *where, before=before)


@pytest.mark.slow
def test_a_read_only_folder_is_one_line(whole, tmp_path):
    """From the beginning."""
    before = mortal()
    refused(whole, tmp_path / "out", "Permission denied", "reading the input", "load", "read-only", 0, before=before)


def digest(folder: Path) -> str:
    """Of a result."""
    with h5py.File(folder / "result.h5", "r") as file:
        return file["/provenance"].attrs["sha256"]


LOSS = """
import sys
from pathlib import Path
import h5py, numpy as np
from hpcph.result.store import lay_out
from hpcph.result.mapfile import MapWriter
from hpcph.result.quantity import Dataset
from hpcph.parallel.comm import world

comm, folder = world(), Path(sys.argv[1])
path, count = folder / "maps.h5", 48
spec = Dataset("/map", (count, 10000), "1", "numbers", ("point", "branch"))

def prepare():
    lay_out(path, [spec])
    try:
        with open(folder / "filler", "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass

comm.on_root(prepare)
with MapWriter(path, comm) as writer:
    writer.write(spec, [(slice(b, b + 1), np.full((1, 10000), b + 1.0)) for b in range(comm.rank, count, comm.size)])
if comm.root:
    with h5py.File(path) as file:
        assert np.array_equal(file["/map"][:, -1], 1.0 + np.arange(count)), file["/map"][:, -1]
"""


@pytest.mark.parametrize("ranks", [slowly(1), 3])
@pytest.mark.parametrize("small_disk", DISKS, indirect=True)
def test_a_disk_that_fills_up_takes_nothing_from_the_maps(small_disk, ranks):
    """Their room was theirs before."""
    script = small_disk.parent / "loss.py"
    script.write_text(LOSS)
    done = world.command(ranks, small_disk, script=script)
    assert done.returncode == 0, done.stderr
