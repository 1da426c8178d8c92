"""Runs with phono3py's linewidths and collisions that are stopped or killed: the same bits; other files are noticed."""

import shutil
import signal
from pathlib import Path

import collisions
import linewidths
import physics
import pytest
from collisions import T
from parallel import runs, test_faults, world

from hpcph.boltzmann.transport import correction
from hpcph.errors import InputError, Stopped
from hpcph.parallel.listener import Listener
from hpcph.readers.collisions import read_slab

NAME, GRID = "embedded", (1, 1, 3)
SOLVING = ("solving the Boltzmann equation", "allgather", "kill", 1)


def data(lifetime: dict) -> dict:
    """Sums over the zone, and bands that take a while."""
    others = dict.fromkeys(("optics", "slices", "orbits", "spectrum", "feedback"), world.DROP)
    mesh = {"grid": list(GRID), "shift": [0, 0, 0]}
    return world.quartz(**others, lifetime=lifetime, mesh=mesh, temperature=T.tolist(), bands={"points": 31})


def contents(folder: Path) -> dict[str, bytes]:
    """Everything but the claim of a dead run."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != ".lock"}


def refused(folder: Path, given: dict, file: Path, other: Path, words: str) -> None:
    """With another file of that name the output folder is refused in one line and stays as it is."""
    before = contents(folder / "out")
    kept = shutil.move(file, folder / "kept")
    shutil.copy(other, file)
    with world.communicator() as comm, pytest.raises(InputError) as failure:
        world.compute(comm, folder, given)
    shutil.move(kept, file)
    assert failure.value.key == "output" and words in str(failure.value)
    assert len(str(failure.value).splitlines()) == 1
    assert contents(folder / "out") == before


def test_linewidths(tmp_path):
    """Asked to stop on two ranks, other linewidths refused, gone on with on one."""
    kappa, other = (linewidths.write(tmp_path / f"{n}.hdf5", NAME, GRID, T, linewidths.anyhow(n)) for n in (1, 2))
    given = data({"phono3py": str(kappa)})
    (tmp_path / "whole").mkdir()
    with world.communicator() as comm:
        expected = world.compute(comm, tmp_path / "whole", given).sha256
        process = runs.start(2, world.write(tmp_path, given), tmp_path / "out", SLOW=0.05)
        runs.wait_for_checkpoints(process, tmp_path / "out", 3)
        process.send_signal(signal.SIGUSR1)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 75, err
        refused(tmp_path, given, kappa, other, "since which the file 1.hdf5 changed")
        assert world.compute(comm, tmp_path, given).sha256 == expected


@pytest.mark.petsc
def test_collisions(tmp_path):
    """Killed while the equation is solved, gone on with on as many ranks. Other files of either kind are refused, an
    unfinished run and its result stay."""
    numbers = [collisions.irreducible(NAME, GRID, *collisions.made_up(NAME, GRID, seed=seed)) for seed in (0, 1)]
    matrix, other = (collisions.write(tmp_path / f"matrix-{n}.hdf5", *each) for n, each in enumerate(numbers))
    kappa, wider = (collisions.beside(tmp_path / f"kappa-{w}.hdf5", NAME, GRID, w) for w in (1, 1.01))
    given = data({"collision_matrix": str(matrix), "phono3py": str(kappa)})
    source, output = world.write(tmp_path, given), tmp_path / "out"
    killed = test_faults.end(source, output, *SOLVING, ranks=2)
    assert killed.code and not (output / "result.h5").exists(), killed.said
    refused(tmp_path, given, matrix, other, "since which the file matrix-0.hdf5 changed")
    refused(tmp_path, given, kappa, wider, "since which the file kappa-1.hdf5 changed")
    for folder, more in ((output, ["--resume"]), (tmp_path / "whole", [])):
        done = runs.finish(2, source, folder, *more)
        assert done.returncode == 0, done.stderr
    assert runs.sha(output) == runs.sha(tmp_path / "whole")
    refused(tmp_path, given, matrix, other, "holds a result of another input")
    refused(tmp_path, given, kappa, wider, "holds a result of another input")


@pytest.mark.petsc
def test_a_matrix_that_changes_during_the_run(tmp_path):
    """What was looked at in the beginning is what is solved in the end, or one line."""
    path = collisions.write(tmp_path / "c.hdf5", *collisions.made_up(NAME, GRID))
    scattered, equation, _ = collisions.read(path, NAME, GRID)
    collisions.write(path, *collisions.made_up(NAME, GRID, seed=1))
    crystal = physics.case(NAME).crystal
    with world.communicator() as comm, pytest.raises(InputError, match="changed while the run was under way"):
        correction(comm, equation, crystal, scattered, T, None, Listener(print, lambda: False))


@pytest.mark.petsc
def test_a_stop_between_two_temperatures(tmp_path):
    """Heard before the next one is solved."""
    path = collisions.write(tmp_path / "c.hdf5", *collisions.made_up(NAME, GRID))
    scattered, equation, _ = collisions.read(path, NAME, GRID)
    lines: list[str] = []
    with world.communicator() as comm, pytest.raises(Stopped, match="while solving the Boltzmann equation"):
        asked = Listener(lines.append, lambda: bool(lines))
        correction(comm, equation, physics.case(NAME).crystal, scattered, T, None, asked)
    assert len(T) > 1 and len({line.split(" K")[0] for line in lines}) == 1


@pytest.mark.petsc
@pytest.mark.parametrize("error", [MemoryError, KeyError, ValueError])
def test_trouble_in_storing_collisions_is_no_damage(tmp_path, error):
    """Only what the file itself makes go wrong is its fault."""
    path = collisions.write(tmp_path / "c.hdf5", *collisions.made_up(NAME, GRID))
    _, equation, _ = collisions.read(path, NAME, GRID)

    def store(*_):
        raise error("ours")

    with pytest.raises(error, match="ours"):
        read_slab(equation.file, 0, 0, 1, store)
