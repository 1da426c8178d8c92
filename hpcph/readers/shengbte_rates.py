"""Rates of ShengBTE and FourPhonon: a folder with BTE.… files, and in it a folder such as T300K for each temperature.

CONTROL has the divisions `ngrid` and the temperatures. BTE.qpoints has a line for each of p irreducible points: number,
number on the mesh from 1, the first division running fastest, points of the star, q fractional (the oldest versions:
without the first column, and q Cartesian). BTE.omega (p, n) is in rad/ps. Files of rates 1/τ in ps⁻¹ have p·n lines,
ω and rate, all points of a branch after each other (the oldest: p lines of n rates). BTE.w is the sum over three and
four phonons and isotopes in relaxation time; BTE.w_final is F·v/ωv² of the iterated F, no rate where v vanishes.
BTE.kappa_tensor: κ in relaxation time in its first line, of the Boltzmann equation in its last.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.disk.guard import Unsound, blamed
from hpcph.errors import InputError, counted
from hpcph.readers import mesh_rates
from hpcph.readers.files import opened
from hpcph.readers.lines import Lines, numbers
from hpcph.readers.mesh_rates import MeshRates
from hpcph.readers.namelist import Namelist, namelists

WANTED = "the folder of a run of ShengBTE or FourPhonon, with CONTROL, BTE.qpoints, BTE.omega and T300K/BTE.w"
TOTAL, EFFECTIVE, KAPPA = "BTE.w", "BTE.w_final", "BTE.kappa_tensor"
KINDS = (TOTAL, EFFECTIVE, "BTE.w_3ph", "BTE.w_4ph", "BTE.w_anharmonic")
ABOUT = ("CONTROL", "BTE.qpoints", "BTE.omega")
AT = re.compile(r"T(\d{1,6})K")
PICOSECOND = 1e12  # s⁻¹ of one ps⁻¹
SAME = 1e-4  # of the highest frequency, by which those of BTE.omega and of the rates may differ
APART = 100  # times: an effective rate farther from that in relaxation time is rounding over v² ≈ 0
TEMPERATURES = 100_000


@dataclass(frozen=True)
class Run:
    """Where the files of a run are.

    folder : with BTE.qpoints; kind : name of the files of rates; rates : those files, one a temperature, sorted
    """

    folder: Path
    kind: str
    rates: tuple[Path, ...]


@contextmanager
def linewidths(key: str, paths: Sequence[Path], structure: Structure) -> Iterator[MeshRates]:
    """Those of a run's folder, BTE.w; of a T-folder that temperature alone; of a file in one, all of its name.

    Raises InputError.
    """
    with blamed(key, paths[0], WANTED):
        yield _read(key, _run(paths[0]))


def sources(path: Path) -> list[Path]:
    """Every file whose content counts; the path itself where it is no run, which whoever reads it says."""
    try:
        run = _run(path)
    except Unsound:
        return [path]
    beside = [rates.with_name(name) for rates in run.rates for name in (TOTAL, KAPPA) if name != run.kind]
    found = [*(run.folder / name for name in ABOUT), *run.rates, *(one for one in beside if one.is_file())]
    return found if all(one.is_file() for one in found) else [path]


def temperatures(path: Path) -> np.ndarray:
    """Those of a folder, (t,) K; none where it is no run."""
    try:
        return np.array(sorted(_kelvin("FILES", _run(path))))
    except (Unsound, InputError):
        return np.empty(0)


def _run(path: Path) -> Run:
    """The run that a folder, a T-folder or a file of rates belongs to. Raises Unsound."""
    if not path.exists():
        raise Unsound("no such folder")
    above = path if path.is_dir() else path.parent
    kind = TOTAL if path.is_dir() else path.name
    if kind not in KINDS:
        raise Unsound(f"is none of {', '.join(KINDS)}")
    folder = next((one for one in (above, above.parent) if (one / "BTE.qpoints").is_file()), None)
    if folder is None:
        raise Unsound("has no BTE.qpoints")
    if path.is_dir() and folder != above:
        rates = [above / kind] if AT.fullmatch(above.name) else []
    else:
        rates = [one / kind for one in folder.iterdir() if AT.fullmatch(one.name)] + [folder / kind]
    return Run(folder, kind, tuple(sorted(one for one in rates if one.is_file())))


def _text(key: str, path: Path) -> Lines:
    with tempfile.TemporaryDirectory() as folder:
        return Lines(opened(key, path, Path(folder)))


def _read(key: str, run: Run) -> MeshRates:
    for name in ABOUT:
        if not (run.folder / name).is_file():
            raise Unsound(f"has no {name}")
    if not run.rates:
        raise Unsound(f"has no {run.kind}, nor a folder such as T300K with one")
    divisions = _divisions(_control(key, run))
    q, weight = _points(_text(key, run.folder / "BTE.qpoints"), divisions)
    omega = _table(_text(key, run.folder / "BTE.omega"), None, "angular frequencies in rad/ps")
    mesh_rates.require_branches(q, omega, weight)
    kelvin = _kelvin(key, run)
    order = sorted(kelvin)
    files = [kelvin[value] for value in order]
    remarks: list[str] = []
    rates = [_rates(key, path, run.kind, omega, remarks) for path in files]
    return MeshRates(
        run.kind if len(files) > 1 else f"{files[0].parent.name}/{run.kind}", divisions, q, omega * 1e12 / (2 * np.pi),
        weight, np.array(order), lambda row: rates[row], relaxed_tij=_conductivity(key, run, files),
        remarks=tuple(dict.fromkeys(remarks)),
    )  # fmt: skip


def _kelvin(key: str, run: Run) -> dict[float, Path]:
    """The file of every temperature: those of CONTROL, since folders have them rounded; else those of the folders."""
    rounded = {_nearest(value): value for value in _swept(_control(key, run))}
    found: dict[float, Path] = {}
    for path in run.rates:
        if path.parent != run.folder:
            name = AT.fullmatch(path.parent.name)
            assert name is not None
            found[rounded.get(int(name[1]), float(name[1]))] = path
        elif len(run.rates) == 1:
            if len(rounded) != 1:
                raise Unsound(f"has {counted(len(rounded), 'temperatures')} in CONTROL, and {run.kind} is that of one")
            found[next(iter(rounded.values()))] = path
    return found


def _nearest(value: float) -> int:
    """Fortran's NINT, by which folders are named."""
    return int(np.floor(value + 0.5))


def _control(key: str, run: Run) -> dict[str, Namelist]:
    return namelists(_text(key, run.folder / "CONTROL").content)


def _divisions(control: dict[str, Namelist]) -> np.ndarray:
    """ngrid, (3,) int. Raises InputError, Unsound."""
    expected = "three whole numbers of ngrid"
    sizes = control.get("allocations")
    if sizes is None:
        raise Unsound(f"has no &allocations in CONTROL, with {expected}")
    found = sizes.numbers("ngrid", (3,), expected)
    if not np.all(np.abs(found) < 1e6) or np.any(found != np.rint(found)):
        raise sizes.refuse("ngrid", expected)
    return mesh_rates.require_mesh(found.astype(int))


def _swept(control: dict[str, Namelist]) -> list[float]:
    """The temperatures of CONTROL: T, or T_min to T_max."""
    given = control.get("parameters")
    if given is None:
        return []
    single, low, high, step = (
        float(given.numbers(name, (1,), f"a number of {name}")[0]) for name in ("t", "t_min", "t_max", "t_step")
    )
    if single > 0:
        return [single]
    if np.isnan([low, high, step]).any():
        return []
    if not step > 0 or (high - low) / step > TEMPERATURES:
        raise given.refuse("t_step", f"a list of temperatures, found T_step {step:g} from {low:g} to {high:g} K")
    series = np.arange(low, high + step * 1e-6, step).tolist()
    return series if series and np.isclose(series[-1], high) else [*series, high]


def _table(lines: Lines, columns: int | None, expected: str) -> np.ndarray:
    """Every line as numbers, as many in each, (lines, columns); NaN and infinite ones stay. Raises InputError."""
    found: list[np.ndarray] = []
    while lines:
        row = lines.next()
        if not row.strip():
            continue
        try:
            found.append(numbers(row))
        except ValueError:
            raise lines.refuse(expected) from None
        columns = columns or len(found[0])
        if len(found[-1]) != columns:
            raise lines.refuse(f"{columns} {expected}")
    if not found:
        raise lines.content.refuse(f"expected {expected}, and it is empty")
    return np.array(found)


def _points(lines: Lines, divisions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """q (p, 3) fractional and the sizes of the stars (p,). Raises InputError."""
    table = _table(lines, None, "numbers of points, then q")
    if table.shape[1] not in (5, 6) or not np.all(np.isfinite(table)):
        raise lines.content.refuse("expected lines of a number, one on the mesh, points of the star and q")
    place, weight = table[:, -5], table[:, -4]
    total = int(divisions.prod())
    name = "×".join(map(str, divisions))
    if np.any(place != np.rint(place)) or place.min() < 1 or place.max() > total or weight.sum() != total:
        raise lines.content.refuse(f"has {weight.sum():g} points, not those of {name}, ngrid of CONTROL")
    q = np.stack(np.unravel_index(place.astype(int) - 1, tuple(divisions), order="F"), axis=-1) / divisions
    if table.shape[1] == 6 and np.abs(q - table[:, 3:]).max() > mesh_rates.ON_MESH:
        raise lines.content.refuse(f"has q that are not those of its numbers on {name}, ngrid of CONTROL")
    return q, weight


def _rates(key: str, path: Path, kind: str, omega: np.ndarray, remarks: list[str]) -> np.ndarray:
    """1/τ (p, n) s⁻¹. Raises InputError."""
    rate = _of_modes(key, path, omega)
    if kind == EFFECTIVE:
        if not path.with_name(TOTAL).is_file():
            raise Unsound(f"has no {TOTAL} beside {EFFECTIVE}, which is no rate where a mode is at rest")
        relaxed = _of_modes(key, path.with_name(TOTAL), omega)
        with np.errstate(invalid="ignore"):
            strange = ~((rate * APART > relaxed) & (rate < relaxed * APART))
        rate = np.where(strange, relaxed, rate)
        remarks.append("effective rates F·v/ωv² of the Boltzmann equation")
        remarks.append(f"{TOTAL} for {strange.sum()} of {strange.size} modes of {path.parent.name}, where v vanishes")
    elif kind != TOTAL:
        remarks.append(f"{kind} is a part of {TOTAL}")
    with blamed(key, path, WANTED):
        return mesh_rates.require_rates(rate * PICOSECOND)


def _of_modes(key: str, path: Path, omega: np.ndarray) -> np.ndarray:
    """Rates of a file, (p, n) ps⁻¹. Raises InputError."""
    lines = _text(key, path)
    found = _table(lines, None, "an angular frequency and a rate")
    points, branches = omega.shape
    if found.shape == omega.shape:
        return found
    if found.shape != (omega.size, 2):
        what = f"has {counted(found.shape[0], 'lines')} of {found.shape[1]}, not {omega.size} of 2"
        raise lines.content.refuse(f"{what}: BTE.omega has {counted(points, 'points')} and {branches} branches")
    theirs, rate = found.reshape(branches, points, 2).transpose(2, 1, 0)
    if not np.abs(theirs - omega).max() <= SAME * np.abs(omega).max():
        raise lines.content.refuse("has other frequencies than BTE.omega: they are of different runs")
    return rate


def _conductivity(key: str, run: Run, files: list[Path]) -> np.ndarray | None:
    """ShengBTE's κ with such rates, (t, 3, 3); None where there is none to compare with."""
    row = {TOTAL: 0, EFFECTIVE: -1}.get(run.kind)
    found = []
    for path in files:
        beside = path.with_name(KAPPA)
        if row is None or not beside.is_file():
            return None
        try:
            found.append(_table(_text(key, beside), None, "an iteration and κ")[row, 1:10].reshape(3, 3))
        except (InputError, ValueError):
            return None
    return np.array(found)
