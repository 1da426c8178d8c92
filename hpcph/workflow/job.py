"""What one run computes: the plain data that every rank needs, and the work on a block of it.

Rank 0 prepares a Job from the input and the force constants; the others receive it. No MPI and no files in here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hpcph.crystal import mesh as meshing
from hpcph.crystal import parts as parting
from hpcph.crystal.chain import Units
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.mesh import Mesh, Sampling
from hpcph.crystal.supercell import Report
from hpcph.phonons.acoustics import Acoustics
from hpcph.phonons.lifetimes import Reference, Scattering
from hpcph.phonons.modes import Modes, diagonalise
from hpcph.response import maps, sharing
from hpcph.response.coherence import coherence_sums
from hpcph.response.spectrum import Intervals, Projection, Spectrum, spectral_sums
from hpcph.response.tensors import Sum, sums
from hpcph.response.thermal import ThermalResponse, ThermalSums, response, thermal_sums
from hpcph.response.weights import ModeWeights, mode_weights
from hpcph.result.modes import band_maps, mode_maps, moment_maps, orbit_maps
from hpcph.result.quantity import Dataset
from hpcph.workflow import field as magnetic
from hpcph.workflow import light as optics
from hpcph.workflow import slices
from hpcph.workflow.coupling import LLCoupling
from hpcph.workflow.light import Light
from hpcph.workflow.slices import Planes
from hpcph.workflow.stage import Stage
from hpcph.workflow.unstable import refuse_unstable

if TYPE_CHECKING:  # a rank whose job has none does not load their solvers
    from hpcph.boltzmann.transport import Boltzmann
    from hpcph.heat.setup import Setup


@dataclass(frozen=True)
class Thermal:
    """What the sums over the zone become.

    temperature : ndarray (t,) K, of the output; others of the job serve its calibration
    gradient : K m⁻¹ along the axis; None without one
    lifetime : s, one of all modes; None where they have their own, or none is known
    timed : is a lifetime known? Else there is no γ^NL, γ^N and κ
    coherent, clouds : are interband parts summed, and ⟨uu⟩ of the atoms?
    attributes : what the file says about lifetimes, by name
    """

    temperature: np.ndarray
    gradient: float | None
    lifetime: float | None
    timed: bool
    coherent: bool
    clouds: bool
    attributes: dict[str, float | str]

    @property
    def factor(self) -> float:
        """What tensors are still to be multiplied by: the one lifetime, or 1 where lifetimes stand in the sums."""
        return 1.0 if self.lifetime is None else self.lifetime

    def drive(self, axis: np.ndarray) -> np.ndarray | None:
        """τ∇T in s K m⁻¹ for the unit vector along it, (3,); None where one of them is missing."""
        return axis * self.factor * self.gradient if self.timed and self.gradient is not None else None


@dataclass(frozen=True)
class Job:
    """Everything that determines the numbers of a run.

    samplings : meshes in the order in which they are summed; the last gives the result, the others its error
    probes : coarse meshes, finer step by step, that tell the shape of an accuracy's later ones; () where it is given
    accuracy : relative error that ends the series of meshes early, or None to take all
    temperature : ndarray (t,) K, those of the output and that of the calibration
    thermal : None without sums over the zone
    feedback : the L-L coupling, None where no samples are asked about
    scattering : lifetimes of modes; None with one relaxation time, which multiplies the finished tensors
    boltzmann : collisions beyond the relaxation time, None without them
    reference : κ that phono3py found with the same lifetimes, None where it is not known
    gyromagnetic : ndarray (a, 3, 3) C kg⁻¹, moments of the atoms in terms of their L; None without magnetization
    field : ndarray (3,) T, a magnetic field; None without one, and where nothing is magnetic
    axis : ndarray (3,), Cartesian unit vector
    others : the crystal with its supercell's force constants shared otherwise, which gives the error of the lattice;
        in a run on rank 0 alone
    lattice : what was done to the force constants, None of a model
    sound, path, orbits, planes, intervals, light, sample : None where the input has no such section; orbits (q, 3)
    units : of a model, whose results are in them; None for SI
    allow_unstable : leave imaginary modes out instead of refusing them
    fingerprint : sha256 of input and force constants; equal fingerprints and equal code, equal results
    """

    crystal: Crystal
    others: tuple[Crystal, ...]
    lattice: Report | None
    samplings: tuple[Sampling, ...]
    probes: tuple[Sampling, ...]
    accuracy: float | None
    temperature: np.ndarray
    thermal: Thermal | None
    feedback: LLCoupling | None
    scattering: Scattering | None
    boltzmann: "Boltzmann | None"
    reference: Reference | None
    axis: np.ndarray
    gyromagnetic: np.ndarray | None
    field: np.ndarray | None
    store_modes: bool
    sound: Acoustics | None
    path: maps.Path | None
    orbits: np.ndarray | None
    planes: Planes | None
    intervals: Intervals | None
    light: Light | None
    sample: "Setup | None"
    units: Units | None
    allow_unstable: bool
    fingerprint: str

    @property
    def coherent(self) -> bool:
        """Are interband parts summed?"""
        return self.thermal is not None and self.thermal.coherent

    @property
    def clouds(self) -> np.ndarray | None:
        """Masses (a,) in kg of the atoms whose ⟨uu⟩ is summed, None where it is not."""
        return self.crystal.structure.mass_a if self.thermal is not None and self.thermal.clouds else None

    @property
    def sums(self) -> tuple[Sum, ...]:
        """What is added up over the zone."""
        atoms = 0 if self.clouds is None else len(self.clouds)
        return sums(self.gyromagnetic is not None, self.coherent, atoms, self.field is not None)

    @property
    def stored(self) -> np.ndarray:
        """Which of the temperatures are output, (t,) bool."""
        return np.isin(self.temperature, [] if self.thermal is None else self.thermal.temperature)


def meshes(job: Job) -> Iterator[Mesh]:
    """The meshes of the samplings, laid out one after the other."""
    for wanted in job.samplings:
        yield mesh_of(job, wanted)


def mesh_of(job: Job, wanted: Sampling) -> Mesh:
    """A sampling laid out."""
    return meshing.monkhorst_pack(job.crystal.structure, wanted.grid, wanted.shift, wanted.symmetry, wanted.refinement)


def stages(job: Job) -> list[Stage]:
    """Every stage of a run in order: the zone on each of its meshes, the other crystals on one, then the maps."""
    every = [zone(job, mesh) for mesh in meshes(job)]
    mesh = lattice_mesh(job, every[-1].points) if every else None
    shaping = [probe(job, mesh_of(job, wanted)) for wanted in job.probes if wanted not in job.samplings]
    return [*every, *shaping, *(lattice_zones(job, mesh) if mesh else []), *map_stages(job)]


def probe(job: Job, mesh: Mesh) -> Stage:
    """The sums over a coarse mesh that only tells the shape of others."""
    return replace(zone(replace(job, store_modes=False, intervals=None), mesh), name=f"shape {mesh.name}")


def lattice_mesh(job: Job, points: int) -> Mesh | None:
    """The coarse mesh for the error of the lattice; None where nothing is open.

    points : irreducible ones of the mesh that gives the result
    """
    if job.lattice is None or not job.others:
        return None
    most = sharing.SHARE * points / (1 + len(job.others))
    return sharing.mesh_for(job.crystal.structure, job.lattice.supercell, most)


def lattice_zones(job: Job, mesh: Mesh) -> list[Stage]:
    """The sums of the crystal and the others over that mesh, in this order."""
    crystals = (job.crystal, *job.others)
    return [lattice_zone(job, mesh, crystal, i, len(crystals)) for i, crystal in enumerate(crystals, 1)]


def lattice_zone(job: Job, mesh: Mesh, crystal: Crystal, number: int, of: int) -> Stage:
    """The sums of one of them over that mesh; what is imaginary is left out, linewidths interpolated."""
    scattering = job.scattering and job.scattering.anywhere(job.crystal.structure)
    simple = replace(
        job, crystal=crystal, others=(), scattering=scattering, store_modes=False, intervals=None, allow_unstable=True
    )
    return replace(zone(simple, mesh), name=f"lattice {mesh.name}, {number} of {of}")


def map_stages(job: Job) -> list[Stage]:
    """Bands, orbits, the field along the bands, slices and optics, where wanted."""
    found, symbols = [], job.crystal.structure.symbols
    if job.path is not None:
        layout = band_maps(len(job.path.q_kc), symbols)
        found.append(_dispersion(job, "bands", layout, job.path.q_kc, job.path.direction_kc))
    if job.orbits is not None:
        layout = orbit_maps(len(job.orbits), symbols)
        found.append(_dispersion(job, "orbits", layout, job.orbits, np.tile(job.axis, (len(job.orbits), 1))))
    if job.field is not None and job.gyromagnetic is not None and job.path is not None:
        found.append(magnetic.stage(job.crystal, job.path, job.gyromagnetic, job.field))
    if job.planes is not None:
        found.append(slices.stage(job.crystal, job.planes, job.axis))
    if job.light is not None:
        found.append(optics.stage(job.crystal, job.light, job.axis, job.units))
    return found


def zone(job: Job, mesh: Mesh) -> Stage:
    """The sums over the zone on one mesh, and the tables of its modes where wanted."""
    q, weight, reciprocal = mesh.q_kc, mesh.weight_k, job.crystal.structure.reciprocal_vc

    def piece(here: slice) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """A function of its own, that its matrices are gone when the next are made."""
        modes = diagonalise(job.crystal, q[here])
        if not job.allow_unstable:
            refuse_unstable(modes, q[here])
        weights = mode_weights(modes, job.gyromagnetic, job.clouds, job.field is not None)
        rate, interband = _rates(job, modes, weights, q[here], job.temperature), None
        if job.coherent:
            width_tkn = _one_rate(job) if rate is None else rate
            interband = coherence_sums(modes, width_tkn, weight[here], job.temperature, job.gyromagnetic)
        sums = [thermal_sums(modes, weights, weight[here], job.temperature, rate, interband).flat()]
        if job.intervals is not None:
            rate = _rates(job, modes, weights, q[here], job.intervals.temperature)
            sums.append(spectral_sums(modes, weights, weight[here], job.intervals, projection, rate).flat())
        if not job.store_modes:
            return np.concatenate(sums), {}
        points = {"q": q[here], "k": q[here] @ reciprocal, "weight": weight[here]}
        return np.concatenate(sums), points | maps.mode_tables(modes, weights, job.axis)

    def work(block: slice):
        total, tables = np.zeros(width), []
        for here in parting.parts(q, block, job.crystal.modes, parting.AT_WORK):
            sums, found = piece(here)
            total += sums
            tables.append(found)
        return total, _under("/modes", {name: np.concatenate([part[name] for part in tables]) for name in tables[0]})

    projection = Projection.along(job.axis, mesh.operations)
    width = ThermalSums.width(len(job.temperature), job.sums)
    width += Spectrum.width(job.intervals, job.crystal.modes) if job.intervals else 0
    layout = mode_maps(len(q), job.crystal.modes) if job.store_modes else []
    return Stage(
        f"zone {mesh.name}",
        len(q),
        meshing.tapered_blocks(q, meshing.block_size(job.crystal.modes)),
        layout,
        width,
        work,
    )


def _rates(
    job: Job, modes: Modes, weights: ModeWeights, q_kc: np.ndarray, temperature: np.ndarray
) -> np.ndarray | None:
    """1/τ of every mode, (t, k, n) s⁻¹; None with one relaxation time."""
    if job.scattering is None:
        return None
    return job.scattering.rates(modes, weights.speeds(modes), q_kc, temperature)


def _one_rate(job: Job) -> np.ndarray:
    """1/τ of all modes at all temperatures, (1, 1, 1) s⁻¹."""
    assert job.thermal is not None
    return np.full((1, 1, 1), 1 / job.thermal.factor)


def _dispersion(job: Job, name: str, layout: list[Dataset], q_kc: np.ndarray, direction_kc: np.ndarray) -> Stage:
    """Modes at the points of a path or a list (layout: frequency first); those at Γ are the limits from a direction."""

    def work(block: slice):
        structure, modes = job.crystal.structure, maps.seen(job.crystal, q_kc[block], direction_kc[block])
        found = maps.bands(structure, modes, q_kc[block], direction_kc[block], job.axis)
        if job.units is not None:
            found["frequency"] *= 2 * np.pi / job.units.frequency
        if job.gyromagnetic is not None:
            found |= maps.moments(structure, modes, job.axis)
        return None, {key: values for key, values in _under(f"/{name}", found).items() if key in wanted}

    if job.gyromagnetic is not None:
        layout = [*layout, *moment_maps(layout[0])]
    if job.units is not None:
        layout = [replace(layout[0], unit="model", description="angular frequency ω"), *layout[1:]]
    wanted = {spec.name for spec in layout}
    room = parting.AT_WORK // 4  # beside the tables of a round
    size = min(meshing.block_size(job.crystal.modes), parting.at_once(job.crystal.modes, room))
    blocks = meshing.blocks(q_kc, size)
    return Stage(name, len(q_kc), blocks, layout, 0, work)


def read(job: Job, row: np.ndarray) -> tuple[ThermalSums, Spectrum | None]:
    """What the row of partial sums of a zone means once it is added up; the spectrum is still one of sums."""
    what = (len(job.temperature), job.sums)
    thermal = ThermalSums.width(*what)
    sums = ThermalSums.from_flat(row[:thermal], *what)
    if job.intervals is None:
        return sums, None
    return sums, Spectrum.from_flat(row[thermal:], job.intervals, job.crystal.modes)


def answer(job: Job, sums: ThermalSums, mesh: Mesh) -> ThermalResponse:
    """The tensors of a run; without a lifetime none of which one is a factor."""
    structure = job.crystal.structure
    images = None if job.clouds is None else structure.images(mesh.operations)
    found = response(sums, job.temperature, structure.volume, mesh.operations, images)
    return found if job.thermal is None or job.thermal.timed else found.untimed()


def _under(group: str, tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{group}/{name}": values for name, values in tables.items()}
