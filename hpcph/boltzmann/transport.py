"""γ^NL, κ and γ^N beyond the relaxation time, at every temperature. Collective."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from hpcph.boltzmann.carriers import Carriers, carriers
from hpcph.boltzmann.points import Points
from hpcph.boltzmann.solver import Collisions, KrylovLimits
from hpcph.crystal.dynamical import Crystal
from hpcph.errors import InputError, counted
from hpcph.parallel.listener import Listener
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.lifetimes import Scattering
from hpcph.readers.collisions import KEY, CollisionFile, read_slab
from hpcph.response.independent import allowed
from hpcph.response.tensors import solved
from hpcph.response.thermal import Tensors, ThermalResponse

AXES = "xyz"
READING, ITERATIONS = 10, 25  # reading counts as so many passes; iterations of a usual solution
MATRIX = 1.05  # memory of a rank over its rows of the matrix, vectors and buffers included


@dataclass(frozen=True)
class Boltzmann:
    """The equation of a run: its collisions, where they are known, and when a solution is good."""

    file: CollisionFile
    points: Points
    limits: KrylovLimits

    @property
    def size(self) -> int:
        """Unknowns."""
        return self.file.points * self.file.modes * self.file.components

    @property
    def passes(self) -> int:
        """How often a matrix is looked at: reading it, and two products an iteration."""
        return READING + 2 * ITERATIONS * (3 if self.file.components == 1 else 1)

    def bytes_of(self, ranks: int) -> int:
        """Of the matrix on one of the ranks."""
        most = -(-self.file.points // ranks) * self.file.modes * self.file.components
        return int(MATRIX * 8 * most * self.size)


def added(response: ThermalResponse, beyond: Tensors) -> ThermalResponse:
    """A response in relaxation time, taken beyond it."""
    return response.with_({part: _sum(response[part], more) for part, more in beyond.parts.items()})


def _sum(relaxed: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Of what symmetry allows: the solver leaves rounding in components that are exactly zero in relaxation time."""
    return np.where(relaxed == 0, 0.0, relaxed + more)


def correction(
    comm,
    given: Boltzmann,
    crystal: Crystal,
    scattering: Scattering,
    temperature: np.ndarray,
    gyromagnetic_aij,
    listener: Listener,
) -> Tensors:
    """What collisions add to relaxation time, per volume, at every temperature, (t,) K.

    On another number of ranks it is the same to the solver's tolerance.

    comm : hpcph.parallel.comm.Comm; listener : takes the residual history

    Raises InputError where the matrix is unsound or the solver does not converge, Stopped between two temperatures.
    """
    low, high = share(given.file.points, comm.size, comm.rank)
    mine = carriers(crystal, given.points.q_kc[low:high], scattering, temperature, gyromagnetic_aij)
    everyone = comm.mpi.allgather((mine.active_kn, mine.block_kn))
    active, block = (np.concatenate(parts) for parts in zip(*everyone, strict=True))
    at_t = []
    for t, kelvin in enumerate(temperature):
        listener.heed(comm.mpi, "solving the Boltzmann equation")
        at_t.append(_at(comm, given, mine, (low, high), active, block, t, float(kelvin), listener.say))
    found = np.array(at_t)
    operations = given.points.operations
    parts = {}
    for tensor, own_tij in zip(solved(gyromagnetic_aij is not None), found.swapaxes(0, 1), strict=True):
        signs = np.ones(len(operations)) if tensor.parity > 0 else np.linalg.det(operations)
        turned = np.einsum("g,gij,tjk,glk->til", signs, operations, own_tij, operations) / len(operations)
        free = allowed(tensor, operations)  # what symmetry forbids is zero to the last bit
        parts[tensor, tensor.channels[0]] = np.where(free, turned, 0.0) / crystal.structure.volume
    return Tensors(parts)


def share(points: int, ranks: int, rank: int) -> tuple[int, int]:
    """First and last point of a rank: whole points, their numbers differing by one at most."""
    return points * rank // ranks, points * (rank + 1) // ranks


def _at(
    comm, given: Boltzmann, mine: Carriers, span: tuple[int, int], active: np.ndarray, block: np.ndarray, t: int,
    kelvin: float, say: Callable[[str], None],
) -> np.ndarray:  # fmt: skip
    """V (LBTE − relaxation time) at one temperature, (tensors, 3, 3)."""
    (low, high), components = span, given.file.components
    rate = np.where(mine.active_kn & (mine.rate_tkn[t] > 0), mine.rate_tkn[t], 0.0)
    largest = comm.mpi.allreduce(rate.max(initial=0.0), op=max)
    alive = rate > 0
    gamma = np.where(alive, rate, largest)  # modes that nothing drives stay at rest
    scale = given.points.scale_k if components == 3 else np.ones(given.file.points)

    failure: list[Exception] = []

    def fill(rows: np.ndarray) -> None:
        try:
            read_slab(given.file, t, low, high, partial(_store, rows, low, scale, active, block))
        except Exception as err:  # the others are waiting
            failure.append(err)

    matrix = Collisions(comm.mpi, np.repeat(gamma.ravel(), components), fill)
    try:
        comm.agree(failure[0] if failure else None)
        drive = np.where(alive[..., None], mine.drive(kelvin), 0.0)
        weight = given.points.weight_k[low:high]
        relaxed = drive / gamma[..., None]
        if components == 3:
            own = scale[low:high, None, None]
            beyond = _solve(matrix, given, (own * drive).ravel(), f"{kelvin:g} K", say).reshape(drive.shape) / own
        else:
            names = [f"{kelvin:g} K, ∂T along {axis}" for axis in AXES]
            columns = [_solve(matrix, given, drive[..., j].ravel(), names[j], say) for j in range(3)]
            beyond = np.stack(columns, axis=-1).reshape(drive.shape)
    finally:
        matrix.close()
    return comm.mpi.allreduce(mine.tensors(weight, kelvin, beyond - relaxed))


def _solve(matrix: Collisions, given: Boltzmann, drive: np.ndarray, name: str, say: Callable[[str], None]):
    found = matrix.solve(drive, given.limits)
    residuals = " ".join(f"{r:.1e}" for r in found.history)
    last, steps = found.history[-1], len(found.history) - 1
    if not found.converged:
        fix = "take more lifetime.solver.iterations, a larger tolerance, a denser mesh, or lifetime.boundary"
        raise InputError(
            KEY,
            given.file.path.name,
            f"does not converge at {name}: residual {last:.1e} after {counted(steps, 'iterations')}; {fix}",
        )
    say(f"boltzmann: {name}: {counted(steps, 'iterations')}, residuals {residuals}")
    return found.values


def _store(rows: np.ndarray, low: int, scale: np.ndarray, active: np.ndarray, block: np.ndarray, first: int, piece):
    """Put a piece (p, n, c, all) in its place: symmetric scaling, means over degenerate sets, active modes alone."""
    p, n, c, _ = piece.shape
    here = slice(first, first + p)
    by_mode = piece.reshape(p, n * c, len(active), n, c)
    averaged = block_average(piece.reshape(p, n, -1), block[here]) if _shared(block[here]) else piece
    by_mode = averaged.reshape(p * n * c, len(active), n, c)
    if _shared(block):
        by_mode = np.moveaxis(block_average(np.moveaxis(by_mode, 0, -1), block), -1, 0)
    columns = np.repeat((scale[:, None] * active).ravel(), c)
    own = np.repeat((scale[here, None] * active[here]).ravel(), c)
    start = (first - low) * n * c
    rows[start : start + p * n * c] = own[:, None] * by_mode.reshape(p * n * c, -1) * columns


def _shared(block: np.ndarray) -> bool:
    """Are there degenerate sets?"""
    return bool(np.any(block[:, -1] < block.shape[1] - 1))
