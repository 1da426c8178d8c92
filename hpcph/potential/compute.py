"""The forces of a potential, one supercell a task on whichever rank is free; what is known is not computed again."""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from hpcph.constants import angstrom
from hpcph.errors import Pending, Stopped, counted
from hpcph.parallel.comm import Comm
from hpcph.parallel.schedule import hand_out, never
from hpcph.potential import store, structure, supercells
from hpcph.potential.calculator import Potential
from hpcph.potential.wanted import Computed, Displaced, Wanted

Progress = Callable[[int], AbstractContextManager[Callable[[int], None]]]


def forces(
    comm: Comm,
    wanted: Wanted,
    say: Callable[[str], None],
    progress: Progress,
    most: float,
    pause: Callable[[], bool] = never,
) -> Computed:
    """Files with the forces of all displacements; what matters on rank 0 alone. Collective.

    progress(n) : a context with what is called with the number of supercells given out so far
    most : supercells that may be computed now; where more are missing Pending is raised
    pause : should no more be begun? Then Stopped is raised, and what is done is kept

    Raises InputError where the structure, the supercell or the potential is of no use.
    """
    comm.phase = "setting up the supercells"
    task = comm.on_root(lambda: displaced(wanted, say))
    known: dict[int, np.ndarray] = comm.for_root(lambda: dict(_known(task, range(task.tasks)))) or {}
    missing = comm.bcast([n for n in range(task.tasks) if n not in known] if comm.root else None)
    size = f"{counted(task.tasks - 1, 'displacements')}, supercells of {counted(len(task.symbols), 'atoms')}"
    if comm.root:
        known_already = f"; {task.tasks - len(missing)} of {task.tasks} forces are known" * (len(missing) < task.tasks)
        say(f"{task.model.name}: {size}{known_already}")
    if len(missing) > most:
        left = counted(len(missing), "supercells")
        raise Pending(f"good so far; the forces of {left} are left to `hpcph run`, and what needs them")
    if missing:
        known |= _compute(comm, task, missing, progress, pause)
    comm.phase = "keeping the forces"
    return comm.on_root(lambda: _finished(task, known, wanted))


def displaced(wanted: Wanted, say: Callable[[str], None]) -> Displaced:
    """The supercells of a structure, brought to rest before where that is wanted. Raises InputError."""
    potential, tolerance = Potential(wanted.model), wanted.tolerance / angstrom
    cell, versions = structure.read(wanted.structure), potential.versions()
    lines: list[str] = []
    identity = [wanted.model.factory, sorted(wanted.model.arguments.items()), versions, _content(wanted.model.polymlp)]
    if wanted.relax != "none":
        say(f"relaxing the {wanted.relax} in {wanted.model.name}")
        started = [identity, wanted.relax, tolerance, list(cell.symbols), _bytes(cell.cell, cell.positions)]
        lattice, places, steps = _at_rest(potential, cell, wanted, _hash(started))
        lines.append(structure.moved(cell, lattice, places, steps))
        cell = supercells.unit_cell(cell.symbols, lattice, places, cell.masses)
    lines.append(structure.residual(potential, cell))
    supercell, shifts, text = supercells.displaced(
        cell, _in_angstrom(wanted.supercell), wanted.displacement / angstrom, tolerance, wanted.empty
    )
    places, lattice = np.array(supercell.positions), np.array(supercell.cell)
    atom = np.array([one["number"] for one in shifts])
    shift = np.array([one["displacement"] for one in shifts])
    label = _hash([identity, list(supercell.symbols), _bytes(lattice, places, atom, shift)])
    return Displaced(
        text, lattice, tuple(supercell.symbols), places, atom, shift, wanted.model, versions, label, tuple(lines)
    )


def _at_rest(potential: Potential, cell, wanted: Wanted, label: str) -> tuple[np.ndarray, np.ndarray, int]:
    """Lattice, places and steps, as found before where that was."""
    path = store.folder("relaxed") / f"{label}.npy"
    found = store.load(path, 3)
    if found is None or len(found) != 4 + len(cell):
        lattice, places, steps = structure.relaxed(potential, cell, wanted.relax, wanted.tolerance / angstrom)
        found = np.concatenate([lattice, places, [[float(steps), 0.0, 0.0]]])
        store.save(path, found)
    return found[:3], found[3:-1], int(found[-1, 0])


def _compute(comm: Comm, task: Displaced, missing: list[int], progress: Progress, pause) -> dict[int, np.ndarray]:
    """Forces of the missing supercells on rank 0, and on disk. Collective."""
    found: dict[int, np.ndarray] = {}
    ready: list[Potential] = []

    def work(turn: int) -> None:
        number = missing[turn]
        potential = ready[0] if ready else Potential(task.model)
        ready[:] = [potential]
        found[number], _ = potential.forces(task.symbols, task.lattice, task.positions(number))
        store.save(_path(task, number), found[number])

    comm.phase = "computing forces"
    with progress(len(missing)) as count:
        done = hand_out(comm, 0, len(missing), work, count, pause)
    if done < len(missing):
        raise Stopped(f"stopped after {done} of {counted(len(missing), 'supercells')}, nothing is lost")
    return {number: force for part in comm.mpi.allgather(found) for number, force in part.items()}


def _known(task: Displaced, numbers: Iterable[int]) -> Iterable[tuple[int, np.ndarray]]:
    for number in numbers:
        found = store.load(_path(task, number), 3)
        if found is not None and len(found) == len(task.symbols):
            yield number, found


def _path(task: Displaced, number: int) -> Path:
    return store.folder(f"forces-{task.label[:20]}") / f"{number:05d}.npy"


def _finished(task: Displaced, force: dict[int, np.ndarray], wanted: Wanted) -> Computed:
    """phonopy's files in the folder of the forces; those that act at rest are taken off."""
    folder = store.folder(f"forces-{task.label[:20]}")
    crystal, sets = folder / "phonopy_disp.yaml", folder / "FORCE_SETS"
    text = [f"# {task.model.name}, {task.versions}", f"# {task.label}", str(len(task.symbols)), str(len(task.atom))]
    for number, (atom, shift) in enumerate(zip(task.atom, task.shift, strict=True), 1):
        rows = [" ".join(f"{x:.16e}" for x in row) for row in (shift, *(force[number] - force[0]))]
        text += ["", str(atom + 1), *rows]
    store.write(crystal, task.description)
    store.write(sets, "\n".join([*text, ""]))
    drift = max(np.abs(force[number].sum(axis=0)).max() for number in range(task.tasks))
    lines = (*task.lines, f"sums of the forces of a supercell up to {drift:.1e} eV/Å; forces in {folder}")
    about = {
        "potential": task.model.name, "potential_versions": task.versions, "potential_forces": task.label,
        "potential_relax": wanted.relax, "potential_residual": task.lines[-1],
    }  # fmt: skip
    return Computed(crystal, sets, lines, about)


def _content(path: Path | None) -> str | None:
    return None if path is None else hashlib.sha256(path.read_bytes()).hexdigest()


def _in_angstrom(supercell: tuple | float) -> tuple | float:
    return supercell / angstrom if isinstance(supercell, float) else supercell


def _bytes(*arrays) -> list[str]:
    return [np.ascontiguousarray(a).tobytes().hex() for a in arrays]


def _hash(parts: list) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
