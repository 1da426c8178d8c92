"""The end of a run on rank 0: the rest of the file, its place, the closing lines."""

import time
from pathlib import Path
from typing import Any

from rich.table import Table

from hpcph.disk.durable import publish
from hpcph.disk.room import writing
from hpcph.errors import counted
from hpcph.parallel.comm import Comm
from hpcph.response.optics import INTENSITY
from hpcph.result import acoustics, modes, sample, summary, xdmf
from hpcph.result import crystal as cell
from hpcph.result import field as fields
from hpcph.result import light as lit
from hpcph.result.area import per_area
from hpcph.result.maps import imaginary_in_maps, largest_moment
from hpcph.result.provenance import versions, written_by_this_program
from hpcph.result.quantity import Dataset
from hpcph.result.store import attributes, complete
from hpcph.workflow import closing_field as magnetic
from hpcph.workflow import light as optics
from hpcph.workflow.findings import Findings
from hpcph.workflow.job import Job
from hpcph.workflow.light import Light
from hpcph.workflow.outcome import Outcome, Timing
from hpcph.workflow.prepared import Origin
from hpcph.workflow.stage import POINTS, Stage
from hpcph.workflow.voice import Voice

BESIDE = ("result.xdmf", summary.NAME)  # what stands beside a result


def conclude(
    comm: Comm,
    origin: Origin,
    job: Job,
    todo: list[Stage],
    found: Findings,
    temporary: Path,
    timing: Timing,
    reporter: Voice,
) -> Outcome:
    """Complete the file whose maps are written, publish it, report.

    todo : the stages that were computed
    """
    maps = {spec.name: spec for stage in todo for spec in stage.maps}  # of the modes, those of the last mesh
    maps |= {spec.name: spec for spec in sample.maps(job.sample, job.gyromagnetic is not None)}
    axes = _map_axes(job)
    provenance = _provenance(origin, comm, timing, job) | found.provenance
    final = temporary.parent / "result.h5"
    results, groups = axes.results + found.results, axes.groups | found.groups
    if (height := job.crystal.structure.height) is not None:
        results += per_area(results, height)
    with writing(temporary.parent):
        sha = complete(temporary, list(maps.values()), results, groups, provenance)
        publish(temporary, final)
        _describe(final)
    if "/bands/moment" in maps:
        reporter.say(largest_moment(final))
    for line in [*imaginary_in_maps(final), *axes.lines, *found.lines]:
        reporter.say(line)
    rate = timing.points / timing.seconds / comm.size
    done = f"{counted(timing.points, POINTS)} in {timing.seconds:.1f} s on {counted(comm.size, 'ranks')}"
    reporter.say(f"{done}: {rate:.{0 if rate >= 10 else 2}f} per s and rank")
    reporter.say(f"{final}  sha256 {sha[:16]}")
    return Outcome(final, sha, timing.seconds)


def concluded(final: Path, fingerprint: str) -> Outcome | None:
    """That of a finished run of the same input, code and libraries; None where there was none (rank 0)."""
    if not final.is_file():
        return None
    known = attributes(final)
    if known.get("fingerprint") != fingerprint or not written_by_this_program(known):
        return None
    with writing(final.parent):
        _describe(final)  # a kill after the result was published left that out
    return Outcome(final, str(known["sha256"]), 0.0)


def _describe(final: Path) -> None:
    """What stands beside a result."""
    xdmf.describe(final)
    summary.describe(final)


def _map_axes(job: Job) -> Findings:
    """The crystal, and where the points of the maps lie."""
    structure = job.crystal.structure
    results = cell.crystal(structure)
    attributes: dict[str, Any] = {"space_group": structure.space_group, "formula": structure.formula}
    if job.lattice is not None:
        results += cell.elasticity(job.lattice)
        attributes |= cell.attributes(job.lattice)
    groups: dict[str, dict[str, Any]] = {"/crystal": attributes}
    if job.sound is not None:
        results += acoustics.acoustics(job.sound)
        groups["/elasticity"] = {"frequency": job.sound.frequency}
    if job.orbits is not None:
        results += modes.orbit_axes(job.orbits)
    if job.path is not None:
        results += modes.band_axes(job.path, structure.symbols)
    if job.planes is not None:
        results += modes.slice_axes(job.planes.q, structure.reciprocal_vc)
        groups["/slices"] = {"temperature": job.planes.temperature}
    if job.light is not None:
        results += _optics(job, job.light)
        groups["/optics"] = {"intensity_per_field_squared": INTENSITY}
    lines: list[str | Table] = []
    if job.field is not None and job.gyromagnetic is not None:
        found, lines = magnetic.at_rest(job.crystal, job.others, job.axis, job.gyromagnetic, job.field)
        results += found + (fields.path_axes(job.path.distance_k) if job.path is not None else [])
    return Findings(results, groups, lines=lines)


def _optics(job: Job, light: Light) -> list[Dataset]:
    """Polarizations, levels and contributions by pairs of levels."""
    factor = optics.scales(job.units, job.crystal.structure.volume)["frequency"]
    modes = optics.lit_modes(job.crystal, light)
    results = lit.axes(light.polarization, light.jones_pv)
    results += lit.levels(modes, light.lifetime, factor, job.units is not None)
    if len(light.pair_omega):
        pairs = optics.by_levels(modes, light, job.axis, job.units)
        results += lit.by_levels(light.pair_omega * factor, pairs, job.units is not None)
    return results


def _provenance(origin: Origin, comm: Comm, timing: Timing, job: Job) -> dict[str, Any]:
    solvers = job.sample is not None or job.boltzmann is not None
    return {
        **versions(solvers), "title": origin.title, "axis": job.axis,
        "mpi": comm.library(), "input": origin.text, "input_sha256": origin.digest, "fingerprint": job.fingerprint,
        "hosts": timing.hosts, "ranks": comm.size, "wall_time": time.monotonic() - timing.begin,
        "compute_time": timing.seconds, **origin.potential,
    }  # fmt: skip
