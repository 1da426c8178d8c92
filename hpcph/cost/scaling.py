"""Strong and weak scaling: run an input on several numbers of ranks, tabulate, fit the cost model, extrapolate.

Every measurement is kept as a small JSON file, so a job array can take them one by one and a last call put them
together.
"""

import csv
import json
import os
import shlex
import subprocess
import sys
import time
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from hpcph.config.load import Source, load
from hpcph.cost import model as cost
from hpcph.cost.model import CostModel, Load
from hpcph.disk.draft import draft
from hpcph.errors import InputError, counted
from hpcph.parallel.cores import cores
from hpcph.prepare.job import identity, samplings
from hpcph.result.store import attributes
from hpcph.workflow.job import Job, stages

MAPS = ("bands", "orbits", "slices", "optics")  # sections whose work does not grow with the mesh
TARGETS = (256, 4096)  # ranks that the fit is extrapolated to
SCATTER = 0.02  # s by which the times of equal runs differ on one machine
SHORTEST = TARGETS[0] * SCATTER  # s on one rank: the share of each of those ranks is not lost in the scatter
ASSUMPTIONS = (
    "the same processor cores, as many of them as ranks",
    "collective messages that cost the same for every doubling of the ranks, as trees do",
    "a file system whose total bandwidth stays what it was",
    "no rank gets a part of a block, so beyond the number of blocks ranks are idle",
)


@dataclass(frozen=True)
class Measurement:
    """One run, the fastest of its repetitions: its work, seconds of computing and of the rest (start-up, closing).

    crowded : there were more ranks than processor cores; identity : of what was measured, input and program
    """

    kind: str
    load: Load
    seconds: float
    rest: float
    crowded: bool
    identity: dict[str, str]

    @property
    def rate(self) -> float:
        """k-points per second and rank."""
        return self.load.points / self.seconds / self.load.ranks


def study(source: Source, job: Job, ranks: list[int], folder: Path, launcher: str, repeats: int) -> list[Measurement]:
    """Measure what is not measured yet: the input itself, and meshes that grow with the ranks, without maps.

    job : what the input is prepared to; launcher : command in front of the program, {ranks} being their number
    """
    if source.input.mesh is None:
        raise InputError("mesh", None, "is missing; scaling needs a mesh that can grow, such as grid: [24, 24, 24]")
    if source.input.mesh.grid is None:
        key = "length" if source.input.mesh.accuracy is None else "accuracy"
        raise InputError(f"mesh.{key}", source.data["mesh"][key], "scaling needs a fixed mesh; give mesh.grid")
    if job.boltzmann is not None:
        fix = "belongs to one mesh, and scaling needs one that can grow; give a lifetime instead"
        raise InputError("lifetime.collision_matrix", None, fix)
    if job.scattering is not None and not job.scattering.everywhere:
        raise InputError("lifetime", None, "scaling needs a mesh that can grow; set lifetime.interpolate: true")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise InputError("--output", folder, f"cannot be written ({err.strerror}); choose another folder") from None
    found: dict[Path, Measurement] = {}
    wanted = {folder / f"{kind}-{n}.json": (kind, n) for kind in ("strong", "weak") for n in sorted(set(ranks))}
    inputs = {path: _derived(source, kind, n, path.with_suffix(".yaml")) for path, (kind, n) in wanted.items()}
    missing = []
    for path, derived in inputs.items():
        known = _read(path)
        if known is not None and known.identity == identity(derived):
            found[path] = known
        else:
            missing.append(path)
    for _ in range(repeats):  # in turn, so that all numbers of ranks see the same moods of the machine
        for path in missing:
            once = _measure(inputs[path], job, *wanted[path], launcher)
            if path not in found or once.seconds < found[path].seconds:
                found[path] = once
                _save(path, json.dumps(asdict(once), indent=1))
    return [found[path] for path in wanted]


def model(measurements: list[Measurement]) -> CostModel | None:
    """The cost model of the runs that had a core for every rank; None from fewer than two numbers of ranks."""
    usable = [m for m in measurements if not m.crowded]
    if len({m.load.ranks for m in usable}) < 2:
        return None
    return cost.fit([m.load for m in usable], [m.seconds for m in usable])


def efficiency(measurement: Measurement, measurements: list[Measurement]) -> float:
    """Rate per rank over that on the smallest number of ranks of the same kind."""
    base = min((m for m in measurements if m.kind == measurement.kind), key=lambda m: m.load.ranks)
    return measurement.rate / base.rate


def _derived(source: Source, kind: str, ranks: int, path: Path) -> Source:
    """The input as it is, or with a mesh that grows with the ranks and no maps; written where the run will find it."""
    data = deepcopy(source.data)
    crystal = data["crystal"]
    named = [(crystal, key) for key in ("force_constants", "structure", "force_sets", "born")]
    named += [(crystal.get("calculator"), "polymlp"), (data.get("lifetime"), "phono3py")]
    for place, key in [*named, (data.get("optics", {}).get("lifetime"), "linewidths")]:
        if isinstance(place, dict) and key in place:
            place[key] = str(source.resolve(place[key]))
    if kind == "weak":
        data["mesh"]["grid"] = [round(n * ranks ** (1 / 3)) for n in data["mesh"]["grid"]]
        for section in MAPS:
            data.pop(section, None)
    _save(path, json.dumps(data, ensure_ascii=False, indent=1))
    return replace(load(path), computed=source.computed)


def _with_mesh_and_maps_of(derived: Source, job: Job) -> Job:
    """The job of a derived input: the crystal is the same, so nothing is read or prepared again."""
    given = derived.input
    assert given.mesh is not None
    return replace(
        job,
        samplings=samplings(given.mesh, job.crystal.structure, job.scattering),
        path=job.path if given.bands else None,
        orbits=job.orbits if given.orbits else None,
        planes=job.planes if given.slices else None,
        light=job.light if given.optics else None,
    )


def _measure(derived: Source, job: Job, kind: str, ranks: int, launcher: str) -> Measurement:
    """One run."""
    output = derived.path.with_suffix("")
    program = [sys.executable, "-m", "hpcph", "run", str(derived.path), "--output", str(output), "--overwrite"]
    command = [*shlex.split(launcher.format(ranks=ranks)), *program]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OMPI_COMM_", "PMIX_", "PRTE_", "PMI_"))}
    start = time.monotonic()
    try:
        done = subprocess.run(command, env=inherited, capture_output=True, text=True, check=False)
    except OSError as err:
        raise InputError("--launcher", launcher, f"cannot be started ({err.strerror})") from None
    wall = time.monotonic() - start
    if done.returncode:
        raise InputError("--ranks", ranks, f"the run failed with exit code {done.returncode}: {_cause(done.stderr)}")
    provenance = attributes(output / "result.h5")
    if int(provenance["ranks"]) != ranks:
        raise InputError("--launcher", launcher, f"started {provenance['ranks']} ranks instead of {ranks}")
    seconds = float(provenance["compute_time"])
    crowded = int(provenance["hosts"]) == 1 and ranks > cores()
    work = cost.load(stages(_with_mesh_and_maps_of(derived, job)), ranks)
    return Measurement(kind, work, seconds, wall - seconds, crowded, identity(derived))


def _cause(stderr: str) -> str:
    """The line of a failed run that says what failed: its own first complaint; without one the launcher's or Python's.

    Launchers say more after it, behind lines of dashes.
    """
    said = [line for line in stderr.splitlines() if line and not line.startswith((" ", "--", "Traceback "))]
    own = [line.removeprefix("hpcph: ") for line in said if line.startswith("hpcph: ")]
    return (own or said or ["no message"])[0]


def _save(path: Path, text: str) -> None:
    with draft(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _read(path: Path) -> Measurement | None:
    try:
        data = json.loads(path.read_text())
        return Measurement(**{**data, "load": Load(**data["load"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def rows(measurements: list[Measurement], fitted: CostModel | None) -> list[dict]:
    """The table: one row a run; `model` is the time that the fit gives."""
    return [
        {
            "kind": m.kind,
            "ranks": m.load.ranks,
            "k_points": m.load.points,
            "blocks": m.load.blocks,
            "seconds": m.seconds,
            "rate_per_rank": m.rate,
            "efficiency": efficiency(m, measurements),
            "start_and_closing": m.rest,
            "model": fitted.seconds(m.load) if fitted else np.nan,
            "crowded": m.crowded,
        }
        for m in measurements
    ]


def curve(job: Job, fitted: CostModel) -> dict[str, np.ndarray]:
    """Efficiency of the job on powers of two of ranks up to the last target, as the model has it."""
    todo = stages(job)
    ranks = 2 ** np.arange(int(np.log2(max(TARGETS))) + 1)
    seconds = np.array([fitted.seconds(cost.load(todo, int(n))) for n in ranks])
    return {"ranks": ranks, "seconds": seconds, "efficiency": seconds[0] / seconds / ranks}


def report(job: Job, measurements: list[Measurement], folder: Path) -> list[str]:
    """Write table (CSV), model (JSON) and figure (PDF, PNG) of a study; the lines for the terminal."""
    from hpcph.figures.scaling import draw

    fitted = model(measurements)
    table = rows(measurements, fitted)
    with draft(folder / "scaling.csv") as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    lines = [
        f"{'':8s}{'ranks':>6s}{'k-points':>10s}{'blocks':>8s}{'time (s)':>10s}{'model (s)':>10s}{'k/s/rank':>10s}"
        f"{'efficiency':>11s}{'start, end (s)':>16s}"
    ]
    for row in table:
        lines.append(
            f"{row['kind']:8s}{row['ranks']:6d}{row['k_points']:10d}{row['blocks']:8d}{row['seconds']:10.3f}"
            f"{row['model']:10.3f}{row['rate_per_rank']:10.0f}{row['efficiency']:11.3f}{row['start_and_closing']:16.2f}"
            + ("  more ranks than cores" if row["crowded"] else "")
        )
    if fitted is None:
        draw(table, None, folder / "scaling")
        return [*lines, "no fit: it takes two numbers of ranks with a core for each"]
    lines.append(
        f"fit: {fitted.serial:.3g} s serial, {fitted.point * 1e6:.4g} µs a k-point, "
        f"{fitted.doubling * 1e3:.3g} ms a doubling of the ranks, {fitted.byte * 1e9:.3g} s a GB"
    )
    projection = curve(job, fitted)
    alone = float(projection["seconds"][0])
    if alone < SHORTEST:
        draw(table, None, folder / "scaling")
        _summarize(folder, fitted, {})
        why = (
            f"{TARGETS[0]} ranks would share {alone:.2g} s, less each than the {SCATTER:g} s by which equal runs differ"
        )
        return [*lines, f"not extrapolated: {why}; take a mesh with which one rank needs {SHORTEST:.2g} s or more"]
    draw(table, projection, folder / "scaling")
    chosen = [int(np.flatnonzero(projection["ranks"] == n)[0]) for n in TARGETS]
    extrapolated = {
        str(projection["ranks"][i]): {
            "seconds": float(projection["seconds"][i]),
            "efficiency": float(projection["efficiency"][i]),
        }
        for i in chosen
    }
    largest = max(m.load.ranks for m in measurements if not m.crowded)
    lines.append(f"fitted on up to {counted(largest, 'ranks')}, extrapolated from there:")
    for n, values in extrapolated.items():
        lines.append(f"  on {n} ranks: {values['seconds']:.3g} s, efficiency {values['efficiency']:.2g}")
    lines += ["assumed:", *(f"  {text}" for text in ASSUMPTIONS)]
    _summarize(folder, fitted, extrapolated)
    return lines


def _summarize(folder: Path, fitted: CostModel, extrapolated: dict[str, dict[str, float]]) -> None:
    """scaling.json: the model, what it gives on the targets (nothing where the job is too short), what that assumes."""
    summary = {"model": fitted.table(), "extrapolated": extrapolated, "assumptions": ASSUMPTIONS}
    _save(folder / "scaling.json", json.dumps(summary, indent=1))
