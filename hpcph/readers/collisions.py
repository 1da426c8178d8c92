"""phono3py's collision matrix: what a collision-m….hdf5 holds, and slabs of it.

`collision_matrix` is (t, p, n, p, n) THz on every point of the mesh ("reducible") or (t, p, n, 3, p, n, 3) on the
irreducible ones, where it is summed over the star with its rotations; its main diagonal is apart, in `gamma` (t, p, n)
THz, that of isotopes in `gamma_isotope` (p, n). The order of the points is that of hpcph.boltzmann.points.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.disk.guard import Unsound, reading
from hpcph.errors import InputError
from hpcph.readers.hdf5 import Array, Foreign, opening
from hpcph.readers.mesh_rates import NEAR
from hpcph.readers.phono3py import RATE, WIDEST, finite, rates, temperatures

KEY = "lifetime.collision_matrix"
PIECE = 1 << 22  # bytes that are read at once
CHUNK = 1 << 30  # bytes of a chunk of a foreign file
WRITE = "inputs/data/fetch.py shows how it is made"


@dataclass(frozen=True)
class CollisionFile:
    """A file that has been looked at.

    row_t : ndarray (t,) int, its rows of the temperatures of a run; points, modes : numbers of its matrix
    components : 1 of a reducible matrix, 3 of an irreducible one
    stamp : size in bytes and time of the last change in ns, by which another file of that name is noticed later
    """

    path: Path
    row_t: np.ndarray
    points: int
    modes: int
    components: int
    stamp: tuple[int, int]


def look(file: Foreign, temperature: np.ndarray) -> tuple[CollisionFile, np.ndarray]:
    """What a file holds, and its linewidths as rates 1/τ at the temperatures, (t, p, n) s⁻¹.

    Raises InputError where it lacks a temperature, Unsound where it is no collision matrix.
    """
    if "grid_point" in file and file.numbers("grid_point").ndim == 0:
        raise Unsound(f"holds a single grid point, {WRITE}")
    for name in ("collision_matrix", "gamma", "temperature"):
        if name not in file:
            raise Unsound(f"has no {name}")
    matrix, gamma, known = _matrix(file), finite(file.numbers("gamma")), temperatures(file)
    components = {5: 1, 7: 3}.get(len(matrix.shape), 0)
    inner = (components,) if components == 3 else ()
    if gamma.ndim != 3 or not components or matrix.shape != (len(known), *2 * (*gamma.shape[1:], *inner)):
        raise Unsound(f"is damaged or of older form: shapes {matrix.shape} and {gamma.shape} do not fit, {WRITE}")
    nearest = np.abs(known[:, None] - temperature).argmin(axis=0)
    if missing := temperature[np.abs(known[nearest] - temperature) > NEAR].tolist():
        name = file.path.name
        fix = f"{name} has {', '.join(f'{t:g}' for t in known[:8])} K; calculate the collisions there"
        raise InputError("temperature", f"{missing[0]:g}", fix)
    total = rates(gamma[nearest])
    if "gamma_isotope" in file:
        isotopes = finite(file.numbers("gamma_isotope"))
        if isotopes.shape != gamma.shape[1:]:
            raise Unsound("is damaged: gamma_isotope has another shape than gamma")
        total += rates(isotopes)
    path = file.path.absolute()
    return CollisionFile(path, nearest, gamma.shape[1], gamma.shape[2], components, stamp(path)), total


def read_slab(given: CollisionFile, temperature: int, low: int, high: int, store) -> None:
    """Rows of the points low to high, in pieces that are given to store(first point, (p, n, c, all) s⁻¹).

    temperature : which of the run's. Raises InputError.
    """
    step = max(1, PIECE // (8 * given.components**2 * given.modes**2 * given.points))
    try:
        with opening(given.path, "phono3py") as file:
            with reading("phono3py"):
                now = stamp(given.path)
            if now != given.stamp:
                raise Unsound("changed while the run was under way; start it again when nobody writes to it")
            matrix = _matrix(file)
            for first in range(low, high, step):
                piece = matrix[given.row_t[temperature], first : min(first + step, high)]
                rows = piece.reshape(len(piece), given.modes, given.components, -1)
                if not np.abs(rows).max() < WIDEST:  # nor is it where one is no number
                    raise Unsound(f"is damaged: it holds collisions that are not finite, or beyond {WIDEST:g} THz")
                if np.allclose(np.einsum("pnca,pnca->pnc", rows, rows), 1, rtol=0, atol=1e-6):
                    raise Unsound(f"holds eigenvectors instead of collisions, {WRITE}")
                store(first, RATE * rows)
    except Unsound as err:
        raise InputError(KEY, given.path, str(err)) from err


def stamp(path: Path) -> tuple[int, int]:
    """See CollisionFile."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _matrix(file: Foreign) -> Array:
    """The matrix, which is never read as a whole. Raises Unsound."""
    return file.array("collision_matrix", most=np.inf, chunk=CHUNK)
