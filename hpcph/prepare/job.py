"""From a validated input to a Job: everything that rank 0 does alone before the work starts."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hpcph.boltzmann.transport import Boltzmann
from hpcph.config.light import LinewidthsSection
from hpcph.config.load import Source
from hpcph.config.mesh import MeshSection as WantedMesh
from hpcph.config.schema import Input
from hpcph.config.schema import ThermalInput as WantedThermal
from hpcph.crystal import dynamical, mesh, shape
from hpcph.crystal.chain import Units
from hpcph.crystal.lattice import Structure
from hpcph.errors import InputError, Unstable
from hpcph.phonons.lifetimes import Reference, Scattering
from hpcph.phonons.magnetic_moment import gyromagnetic_tensor
from hpcph.phonons.modes import diagonalise
from hpcph.potential.wanted import Wanted
from hpcph.prepare import crystal as source_crystal
from hpcph.prepare import feedback as source_feedback
from hpcph.prepare import field as source_field
from hpcph.prepare import kept, scattering, sensitivity, sound
from hpcph.prepare import maps as source_maps
from hpcph.prepare import sample as source_finite
from hpcph.prepare.plausible import first_lines
from hpcph.readers.files import digest_of
from hpcph.readers.linewidths import lifetimes_at_gamma
from hpcph.response.light import optical_modes
from hpcph.response.spectrum import Intervals
from hpcph.result.maps import imaginary
from hpcph.result.provenance import program
from hpcph.workflow.job import Job, Thermal
from hpcph.workflow.light import Light
from hpcph.workflow.prepared import Origin, Prepared
from hpcph.workflow.unstable import explained, refuse_unstable

AUTOMATIC_REFINEMENT = 5  # levels around Γ where the program chooses


def wanted_of_a_potential(source: Source) -> Wanted | None:
    """What ranks compute before anything is prepared; None where a file has the forces."""
    return source_crystal.potential(source)


def structure(source: Source) -> Structure:
    """Of a crystal that `prepare` may refuse, as an unstable one. Raises InputError."""
    return kept.crystal(source, kept.key(source)).crystal.structure


def prepare(source: Source) -> Prepared:
    """Load the crystal, impose the sum rules, lay out mesh, path and planes, look for imaginary modes.

    Raises InputError.
    """
    given, key = source.input, kept.key(source)
    found = kept.crystal(source, key)
    crystal, remarks, thermal = found.crystal, list(found.remarks), given.thermal
    structure = crystal.structure
    accuracy = thermal.mesh.accuracy if thermal else None
    if accuracy is not None:
        remarks.append(f"meshes until γ^LL and γ^NL are accurate to {accuracy}")
    allowed = given.crystal.allow_unstable or not _sums(given)
    try:
        frequency = _frequencies(crystal, found.commensurate_qc, allowed)
    except Unstable as err:
        raise explained(err, found.settled.plain) if found.settled else err from None
    remarks += imaginary(frequency, found.commensurate_qc, "of the supercell")
    remarks += _left_out(thermal) if thermal else []
    if thermal and structure.empty is not None:
        remarks.append("χ of a layer has no limit: it grows with the size of a sample, and here with the mesh")
    remarks[:0] = first_lines(structure.density, frequency.max()) if found.units is None else []
    scattered, collisions, reference, more = _scattering(source, crystal)
    asked, axis = _asked(source), _axis(given)
    heard = sound.heard(given.elasticity, found.settled)
    remarks += sound.lines(heard) if heard else []
    moments = _gyromagnetic(given, structure) if found.units is None else None
    job = Job(
        crystal=crystal,
        others=found.settled.others if found.settled and thermal else (),
        lattice=found.settled.report if found.settled else None,
        samplings=samplings(thermal.mesh, structure, scattered) if thermal else (),
        probes=probes(thermal.mesh, structure) if thermal and accuracy is not None else (),
        accuracy=accuracy,
        temperature=temperatures(given),
        thermal=_thermal(thermal, scattered) if thermal else None,
        feedback=source_feedback.coupling(given.feedback, structure.density, axis) if given.feedback else None,
        scattering=scattered,
        boltzmann=collisions,
        reference=reference,
        axis=axis,
        gyromagnetic=moments,
        field=source_field.vector(given.field, axis, crystal, moments) if given.field and moments is not None else None,
        store_modes=given.modes,
        sound=heard,
        path=source_maps.path(given, structure),
        orbits=np.array(given.orbits.q, float) if given.orbits else None,
        planes=source_maps.planes(given, structure, axis),
        intervals=_intervals(given, frequency.max()),
        light=_light(source, crystal, found.units),
        sample=source_finite.setup(given, structure),
        units=found.units,
        allow_unstable=given.crystal.allow_unstable,
        fingerprint=_hash(asked),
    )
    if job.lattice is not None and (sensitive := kept.of_flow(job, key)) is not None:
        job = replace(job, lattice=replace(job.lattice, sensitivity=sensitive))
        more = [*more, sensitivity.line(sensitive)]
    return Prepared(
        job=job,
        origin=Origin(given.title, source.text, source.digest, source.computed.about if source.computed else {}),
        output=Path(given.output),
        remarks=[*remarks, *more],
        identity=program() | asked,
        plain=found.settled.plain if found.settled else None,
    )


def _thermal(given: WantedThermal, scattering: Scattering | None) -> Thermal:
    lifetime, clouds = given.lifetime, given.displacement
    if lifetime is None:
        return Thermal(given.temperatures, given.gradient, None, False, False, clouds, {})
    about: dict[str, float | str] = {}
    if lifetime.time is not None:
        about["lifetime"] = lifetime.time
    if lifetime.linewidths is not None:
        names = " + ".join(Path(name).name for name in lifetime.linewidths[1])
        about["linewidths"] = names + (", interpolated" if lifetime.interpolate else "")
    if lifetime.collision_matrix is not None:
        about["collision_matrix"] = Path(lifetime.collision_matrix).name
        about["beyond_relaxation_time"] = "gamma_nl and conductivity solve the linearised Boltzmann equation"
    if scattering is not None and np.isfinite(scattering.boundary):
        about["boundary"] = scattering.boundary  # by the input or the file of linewidths
    one = lifetime.time if scattering is None else None
    return Thermal(given.temperatures, given.gradient, one, True, given.coherence, clouds, about)


def _left_out(given: WantedThermal) -> list[str]:
    """A line on what a lifetime or a gradient would add."""
    needs = {"γ^NL, γ^N and κ": ("lifetime",), "densities that a gradient drives": ("lifetime", "gradient")}
    missing = {what: [f"`{key}`" for key in keys if getattr(given, key) is None] for what, keys in needs.items()}
    return [f"left out: {what}; add {' and '.join(keys)} to the input" for what, keys in missing.items() if keys]


def _scattering(
    source: Source, crystal: dynamical.Crystal
) -> tuple[Scattering | None, Boltzmann | None, Reference | None, list[str]]:
    """Lifetimes of modes, collisions, the κ of their program where there is one, and what the user should read."""
    given, thermal = source.input, source.input.thermal
    lifetime = None if thermal is None else thermal.lifetime
    if thermal is None or lifetime is None or not lifetime.by_mode:
        return None, None, None, []
    if not lifetime.on_a_mesh:
        return scattering.one_rate(lifetime), None, None, []
    wanted = np.union1d(temperatures(given), given.spectrum.temperature if given.spectrum else [])
    known: Scattering | None = None
    reference: Reference | None = None
    remarks: list[str] = []
    if lifetime.linewidths is not None:
        paths = [source.resolve(name) for name in lifetime.linewidths[1]]
        known, reference, remarks = scattering.linewidths(lifetime, paths, thermal.mesh, crystal, wanted)
        if given.coherence is True:
            scattering.require_linewidths(known)
    if lifetime.collision_matrix is None:
        return known, None, reference, remarks
    path = source.resolve(lifetime.collision_matrix)
    own, collisions, more = scattering.collisions(
        lifetime, path, thermal.mesh, crystal, wanted, temperatures(given), known
    )
    return own, collisions, reference, remarks + more


def _sums(given: Input) -> bool:
    """Does a run sum over modes, which imaginary ones spoil? Bands and orbits only show them."""
    return any(section is not None for section in (given.thermal, given.optics, given.slices, given.sample))


def _frequencies(crystal: dynamical.Crystal, q_kc: np.ndarray, allow_unstable: bool) -> np.ndarray:
    """ν at the wave vectors of the supercell, (k, n) Hz; they must have no imaginary modes unless that is allowed."""
    found = []
    for block in mesh.blocks(q_kc, mesh.block_size(crystal.modes)):
        modes = diagonalise(crystal, q_kc[block])
        if not allow_unstable:
            refuse_unstable(modes, q_kc[block])
        found.append(modes.frequency_kn / (2 * np.pi))
    return np.concatenate(found)


def _axis(given: Input) -> np.ndarray:
    axis = np.asarray(given.axis, float)
    return axis / np.linalg.norm(axis)


def _intervals(given: Input, highest: float) -> Intervals | None:
    """Equal intervals up to a little above the highest frequency of the supercell; the last takes what is above it."""
    if given.spectrum is None:
        return None
    top = np.ceil(1.03 * highest / 1e12 * 2) / 2 * 1e12
    return Intervals(np.linspace(0, top, given.spectrum.points + 1), np.unique(given.spectrum.temperature))


def temperatures(given: Input) -> np.ndarray:
    """Those of the output and that of the calibration, (t,) K."""
    calibrate = given.feedback and given.feedback.calibrate
    wanted = given.thermal.temperatures if given.thermal else np.zeros(0)
    return np.union1d(wanted, [calibrate.temperature] if calibrate else [])


def samplings(
    wanted: WantedMesh, structure: Structure, scattered: Scattering | None = None
) -> tuple[mesh.Sampling, ...]:
    """The series of meshes for an accuracy; for a grid, or a length, itself and two coarser ones that its error is
    judged by.

    Where linewidths are known on a mesh alone, coarser ones must be parts of it.
    """
    if wanted.accuracy is not None:
        grids = [mesh.even_grid(structure, divisions) for divisions in mesh.DIVISIONS]
        return tuple(_sampling(wanted, structure, grid, AUTOMATIC_REFINEMENT) for grid in grids)
    grid = mesh.dense_grid(structure, wanted.length) if wanted.length is not None else wanted.grid
    assert grid is not None
    last = _sampling(wanted, structure, grid, wanted.refine_gamma or 0)
    coarser = dict.fromkeys(last.coarser(factor) for factor in (3, 2))
    return (*(s for s in coarser if s != last and (scattered is None or scattered.reach(s.grid))), last)


def probes(wanted: WantedMesh, structure: Structure) -> tuple[mesh.Sampling, ...]:
    """Coarse meshes that tell the shape of the finer ones of an accuracy."""
    return tuple(_sampling(wanted, structure, grid, AUTOMATIC_REFINEMENT) for grid in shape.probes(structure))


def identity(source: Source) -> dict[str, str]:
    """Everything that decides the results, by name: the program, meaning of the input, hashes of files."""
    return program() | _asked(source)


def _asked(source: Source) -> dict[str, str]:
    """What a run is asked, whichever version answers."""
    paths = source_crystal.sources(source)
    names = Counter(path.name for path in dict.fromkeys(paths))
    shown = {p: p.name if names[p.name] == 1 else f"{p.parent.name}/{p.name}" for p in paths}
    files = {f"the file {shown[path]}": digest_of(path) for path in paths}
    return {"the input": source.digest, **files}


def _hash(asked: dict[str, str]) -> str:
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def _gyromagnetic(given: Input, structure: Structure) -> np.ndarray | None:
    """Moments of the atoms in terms of their L, where the magnetization is wanted and Born charges are known."""
    asked = {"magnetization": given.magnetization is True, "field": given.field is not None}
    for key in (key for key, needing in asked.items() if needing and structure.born_aij is None):
        fix = "the force constants carry no Born charges; give crystal.born or leave it out"
        raise InputError(key, "true" if key == "magnetization" else None, fix)
    if given.magnetization is False or structure.born_aij is None:
        return None
    return gyromagnetic_tensor(structure.born_aij, structure.mass_a)


def _light(source: Source, crystal: dynamical.Crystal, units: Units | None) -> Light | None:
    given, born = source.input.optics, crystal.structure.born_aij
    if given is None:
        return None
    if born is None:
        raise InputError("optics", None, "light couples to Born charges, which the file lacks; give crystal.born")
    unit = units.frequency if units else 1.0
    transverse = optical_modes(crystal, born)
    if not len(transverse.frequency_n):
        raise InputError("optics", None, "all optical modes of Γ are imaginary, light drives none; leave it out")
    if isinstance(given.lifetime, LinewidthsSection):
        frequency = transverse.frequency_n / (2 * np.pi)
        path = source.resolve(given.lifetime.linewidths)
        lifetime = lifetimes_at_gamma(path, given.lifetime.temperature, frequency)
    else:
        lifetime = np.full(len(transverse.frequency_n), given.lifetime / unit)
    return Light(
        omega_w=given.frequency.omega() * unit,
        lifetime=lifetime,
        direction=None if given.direction == "transverse" else np.array(given.direction),
        polarization=tuple(name for name, _ in given.polarization),
        jones_pv=np.array([jones for _, jones in given.polarization]),
        pair_omega=np.array(given.pairs, float) * unit,
    )


def _sampling(wanted: WantedMesh, structure: Structure, grid: Sequence[int], refinement: int) -> mesh.Sampling:
    shift = mesh.automatic_shift(structure, grid) if wanted.shift == "auto" else tuple(wanted.shift)
    a, b, c = grid
    return mesh.Sampling((a, b, c), shift, wanted.symmetry, refinement)
