"""What one run computes: the plain data that every rank needs, and the work on a block of it.

Rank 0 builds a Job from the input and the force constants; the others receive it. No MPI and no files in here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hpcph.crystal import mesh as meshes
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.mesh import Mesh
from hpcph.errors import InputError
from hpcph.output.layout import band_maps, mode_maps, slice_maps
from hpcph.output.store import Dataset
from hpcph.phonons.modes import Modes, diagonalise
from hpcph.response import maps
from hpcph.response.thermal import thermal_sums
from hpcph.response.weights import mode_weights


@dataclass(frozen=True)
class Planes:
    """Points of the slices, (i, j, p, 3) fractional, and their temperature in K."""

    q: np.ndarray
    temperature: float


@dataclass(frozen=True)
class Job:
    """Everything that determines the numbers of a run.

    temperature : ndarray (t,) K, those of the output and that of the calibration
    path, planes : None where the input has no such section
    allow_unstable : leave imaginary modes out instead of refusing them
    fingerprint : sha256 of input, force constants and program version; equal fingerprints, equal results
    """

    crystal: Crystal
    mesh: Mesh
    temperature: np.ndarray
    axis: np.ndarray
    store_modes: bool
    path: maps.Path | None
    planes: Planes | None
    allow_unstable: bool
    fingerprint: str


@dataclass(frozen=True)
class Stage:
    """Blocks of k-points and what is done with one: a row of partial sums (or None), and pieces of maps.

    points : k-points in all; blocks : ranges of the dimension of the maps that blocks divide
    width : length of the row of partial sums, 0 for none
    """

    name: str
    points: int
    blocks: list[slice]
    maps: list[Dataset]
    width: int
    work: Callable[[slice], tuple[np.ndarray | None, dict[str, np.ndarray]]]


def stages(job: Job) -> list[Stage]:
    """The stages of a run in their order."""
    found = [_zone(job)]
    if job.path is not None:
        found.append(_bands(job, job.path))
    if job.planes is not None:
        found.append(_slices(job, job.planes))
    return found


def _zone(job: Job) -> Stage:
    q, weight = job.mesh.q_kc, job.mesh.weight_k

    def work(block: slice):
        modes = diagonalise(job.crystal, q[block])
        if not job.allow_unstable:
            refuse_unstable(modes, q[block])
        weights = mode_weights(modes)
        sums = thermal_sums(modes, weights, weight[block], job.temperature).flat()
        if not job.store_modes:
            return sums, {}
        tables = maps.mode_tables(modes, weights, job.axis)
        return sums, {"/modes/q": q[block], "/modes/weight": weight[block], **_under("/modes", tables)}

    layout = mode_maps(len(q), job.crystal.modes) if job.store_modes else []
    return Stage(
        "zone",
        len(q),
        meshes.blocks(q, meshes.block_size(job.crystal.modes)),
        layout,
        21 * len(job.temperature) + 2,
        work,
    )


def _bands(job: Job, path: maps.Path) -> Stage:
    def work(block: slice):
        found = maps.bands(job.crystal, path.q_kc[block], path.direction_kc[block])
        return None, _under("/bands", found)

    points = len(path.q_kc)
    blocks = meshes.blocks(path.q_kc, meshes.block_size(job.crystal.modes))
    return Stage("bands", points, blocks, band_maps(points, job.crystal.structure.symbols), 0, work)


def _slices(job: Job, planes: Planes) -> Stage:
    shape, size = planes.q.shape[:3], meshes.block_size(job.crystal.modes)

    def work(rows: slice):
        q = planes.q[rows].reshape(-1, 3)
        wrapped = meshes.nearest_image(job.crystal.structure, q)
        parts = [maps.slices(job.crystal, wrapped[b], job.axis, planes.temperature) for b in meshes.blocks(q, size)]
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        by_plane = {name: np.moveaxis(v.reshape(-1, *shape[1:]), 2, 0) for name, v in found.items()}
        return None, _under("/slices", by_plane)

    rows = [slice(i, i + 1) for i in range(shape[0])]
    return Stage("slices", planes.q[..., 0].size, rows, slice_maps(shape), 0, work)


def refuse_unstable(modes: Modes, q_kc: np.ndarray) -> None:
    """Raise InputError for the most unstable mode of the block, if there is an unstable one."""
    if modes.unstable_kn.any():
        k, n = np.unravel_index(np.argmin(modes.frequency_kn), modes.frequency_kn.shape)
        frequency = modes.frequency_kn[k, n] / (2e12 * np.pi)
        where = ", ".join(f"{x:.4f}" for x in q_kc[k])
        raise InputError(
            "crystal.force_constants",
            f"{frequency:.4f} THz",
            f"imaginary mode at q = ({where}); use converged force constants, "
            "or crystal.allow_unstable: true leaves such modes out",
        )


def _under(group: str, tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{group}/{name}": values for name, values in tables.items()}
