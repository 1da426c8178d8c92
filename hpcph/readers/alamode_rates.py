"""Linewidths of ALAMODE's anphon: PREFIX.result, of four phonons PREFIX.4ph.result, of isotopes PREFIX.self_isotope.

A .result has the volume of the cell in bohr³ (#SYSTEM), divisions and irreducible points with fractional q and weight
(#KPOINT), Tmin, Tmax, dT (#TEMPERATURE), frequencies in cm⁻¹ by point and branch, and of every mode (#GAMMA_EACH) the
velocities at the points of its star in m/s and Γ in cm⁻¹, half of the full width, a line each temperature: 1/τ = 4πcΓ.
A .self_isotope has lines of point, branch, frequency and Γ, the same at all temperatures. Γ of several files add.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.constants import bohr, boltzmann, hbar
from hpcph.crystal.lattice import Structure
from hpcph.disk.guard import Unsound, blamed, reading
from hpcph.errors import counted
from hpcph.readers import alamode_hdf5, hdf5, mesh_rates
from hpcph.readers.alamode_hdf5 import KAYSER, RATE
from hpcph.readers.files import FIRST, FileKind, binary, opened
from hpcph.readers.lines import Lines, numbers
from hpcph.readers.mesh_rates import MeshRates

WANTED = "a PREFIX.result or PREFIX.kappa.h5 of ALAMODE"
RESULT, ISOTOPE = "## General information", "# Phonon selfenergy due to phonon-isotope"
BEGIN, END = "#GAMMA_EACH", "#END GAMMA_EACH"
HEAD = "#K-point (irreducible), Branch, Omega (cm^-1)"
TOGETHER = 1.1  # cm⁻¹: branches so close have the mean of their Γ, which anphon takes at 1e-5 Ry
SAME = 1e-4  # of the highest frequency, by which those of two files may differ
DIGITS = 1e-6  # steps, of coordinates printed with seven digits
MODES = 1 << 24


@dataclass(frozen=True)
class Result:
    """One .result.

    q_pc, weight_p, frequency_pn (Hz), temperature_t as in MeshRates; gamma_tpn in cm⁻¹
    volume : m³; classical : whether phonons are classical; vv_pnij : ndarray, Σ v v over the star, m² s⁻²
    """

    name: str
    divisions: np.ndarray
    q_pc: np.ndarray
    weight_p: np.ndarray
    frequency_pn: np.ndarray
    temperature_t: np.ndarray
    gamma_tpn: np.ndarray
    volume: float
    classical: bool
    vv_pnij: np.ndarray


@contextmanager
def linewidths(key: str, paths: Sequence[Path], structure: Structure) -> Iterator[MeshRates]:
    """Those of a kappa.h5, or of .result files and at most one .self_isotope, added. Raises InputError."""
    with blamed(key, paths[0], WANTED):
        alone = len(paths) == 1 and _is_hdf5(paths[0])
    if alone:
        with hdf5.opened(paths[0], key, "ALAMODE", WANTED) as file:
            yield alamode_hdf5.read(file)
        return
    with blamed(key, paths[0], WANTED):
        texts = [_text(key, path) for path in paths]
        results = [_result(text) for text in texts if _begins(text, RESULT)]
        isotopes = [text for text in texts if _begins(text, ISOTOPE)]
        for text in texts:
            if not _begins(text, RESULT) and not _begins(text, ISOTOPE):
                raise text.content.refuse(f"is none of ALAMODE's files of linewidths; give {WANTED}")
        if not results or len(isotopes) > 1:
            raise Unsound(f"comes with {len(results)} .result and {len(isotopes)} .self_isotope")
        yield _together(results, isotopes)


def _is_hdf5(path: Path) -> bool:
    if not path.is_file():
        return False
    with reading("ALAMODE"), path.open("rb") as file:
        return binary(file.read(FIRST)) is FileKind.HDF5


def looks_like(head: str) -> bool:
    """Whether a text begins as a .result does."""
    return head.startswith(f"{RESULT}\n#SYSTEM")


def temperatures(path: Path) -> np.ndarray:
    """Those of a .result, (t,) K. Raises InputError."""
    lines = _text("FILES", path)
    return _temperatures(lines, _marks(lines))


def _text(key: str, path: Path) -> Lines:
    if path.is_dir():
        raise Unsound("is a folder")
    with tempfile.TemporaryDirectory() as folder:
        content = opened(key, path, Path(folder))
        if content.kind is FileKind.HDF5:
            raise content.refuse("is HDF5, which holds all linewidths: name it alone")
        return Lines(content)


def _begins(lines: Lines, first: str) -> bool:
    return bool(lines.lines) and lines.lines[0].startswith(first)


def _marks(lines: Lines) -> dict[str, int]:
    """Where each of the lines that begin with # is first, from 0."""
    found: dict[str, int] = {}
    for place, row in enumerate(lines.lines):
        if row.startswith("#"):
            found.setdefault(row.strip(), place)
    return found


def _behind(lines: Lines, marks: dict[str, int], mark: str) -> None:
    """Go to the line behind one. Raises InputError."""
    if mark not in marks:
        raise lines.content.refuse(f"has no line {mark}: it is cut off or of another version of anphon")
    lines.at = marks[mark] + 1


def _temperatures(lines: Lines, marks: dict[str, int]) -> np.ndarray:
    _behind(lines, marks, "#TEMPERATURE")
    low, high, step = lines.begins(3, "Tmin, Tmax and dT")
    count = int((high - low) / step) + 1 if step > 0 and high > low else 1
    if low < 0 or high < low or count > len(lines.lines):
        raise lines.refuse("Tmin, Tmax and dT")
    return low + step * np.arange(count)


def _result(lines: Lines) -> Result:
    """Raises InputError, and Unsound where numbers fit but mean nothing."""
    marks = _marks(lines)
    _behind(lines, marks, "#SYSTEM")
    atoms = lines.integers(2, "the number of atoms and of elements")[0]
    volume = lines.begins(1, "the volume in bohr³")[0] * bohr**3
    if atoms < 1 or not volume > 0:
        raise lines.refuse("atoms and a volume above zero")
    _behind(lines, marks, "#KPOINT")
    divisions = mesh_rates.require_mesh(np.array(lines.integers(3, "three divisions")))
    points = lines.integers(1, "the number of irreducible points")[0]
    if not 1 <= points <= min(divisions.prod(), len(lines.lines)) or points * atoms > MODES:
        raise lines.refuse("the number of irreducible points")
    table = np.array([_point(lines, place + 1) for place in range(points)])
    q = np.rint(table[:, :3] * divisions) / divisions
    if np.abs((table[:, :3] - q) * divisions).max() > DIGITS * divisions.max():
        raise lines.content.refuse("has points that are not on its mesh")
    kelvin = _temperatures(lines, marks)
    classical = "#CLASSICAL" in marks and lines.lines[marks["#CLASSICAL"] + 1].strip() not in ("0", "")
    _behind(lines, marks, HEAD)
    frequency = np.empty((points, 3 * atoms))
    for place in np.ndindex(*frequency.shape):
        expected = f"point {place[0] + 1}, branch {place[1] + 1} and a frequency"
        *of, frequency[place] = lines.begins(3, expected)
        if of != [place[0] + 1, place[1] + 1]:
            raise lines.refuse(expected)
    mesh_rates.require_branches(q, frequency, table[:, 3])
    gamma, vv = _gamma(lines, frequency.shape, len(kelvin), int(divisions.prod()))
    return Result(
        lines.content.path.name, divisions, q, table[:, 3] * divisions.prod(), frequency * KAYSER, kelvin,
        gamma, volume, classical, vv,
    )  # fmt: skip


def _point(lines: Lines, place: int) -> np.ndarray:
    """q and weight of a line such as "1: 0 0 0 0.001". Raises InputError."""
    expected = f"point {place}: q and weight"
    name, _, rest = lines.take(expected).partition(":")
    if name.strip() != str(place):
        raise lines.refuse(expected)
    return lines.numbers(rest, 4, expected)


def _gamma(lines: Lines, shape: tuple[int, ...], count: int, whole: int) -> tuple[np.ndarray, np.ndarray]:
    """Γ (t, p, n) cm⁻¹ and Σ v v (p, n, 3, 3) m² s⁻² of all modes. Raises InputError."""
    gamma, vv = np.full((count, *shape), np.nan), np.zeros((*shape, 3, 3))
    for start in [place for place, row in enumerate(lines.lines) if row.strip() == BEGIN]:
        lines.at = start + 1
        point, branch = lines.integers(2, "a point and a branch")
        arms = lines.integers(1, "points of the star")[0]
        if not (1 <= point <= shape[0] and 1 <= branch <= shape[1] and 1 <= arms <= whole):
            size = f"{counted(shape[0], 'points')} and {shape[1]} branches"
            raise lines.refuse(f"one of {size}, and the points of its star")
        end = lines.at + arms + count
        if end >= len(lines.lines) or lines.lines[end].strip() != END:
            raise lines.refuse(f"{arms} velocities, {count} Γ and {END} behind them, cut off or of other temperatures")
        try:
            speeds = np.array([_floats(row, 3) for row in lines.lines[lines.at : lines.at + arms]])
            values = np.array([_floats(row, 1)[0] for row in lines.lines[lines.at + arms : end]])
        except ValueError:
            raise lines.refuse(f"{arms} velocities and {count} Γ behind it, all numbers") from None
        if not np.isnan(gamma[0, point - 1, branch - 1]):
            raise lines.refuse(f"point {point}, branch {branch} once")
        gamma[:, point - 1, branch - 1], vv[point - 1, branch - 1] = values, speeds.T @ speeds
    if lacking := int(np.isnan(gamma[0]).sum()):
        raise lines.content.refuse(f"lacks Γ of {lacking} of {gamma[0].size} modes: let anphon go on with RESTART")
    return gamma, vv


def _floats(row: str, count: int) -> np.ndarray:
    """So many finite numbers. Raises ValueError."""
    found = numbers(row)
    if len(found) != count or not np.all(np.isfinite(found)):
        raise ValueError(row)
    return found


def _isotopes(lines: Lines, frequency_pn: np.ndarray) -> np.ndarray:
    """Γ (p, n) cm⁻¹ by isotopes. Raises InputError."""
    points, branches = frequency_pn.shape
    gamma, highest = np.full((points, branches), np.nan), frequency_pn.max() / KAYSER
    while lines:
        row = lines.take("a mode")
        if not row.strip() or row.startswith("#"):
            continue
        point, branch, frequency, width = lines.numbers(row, 4, "point, branch, frequency and Γ")
        place = int(point) - 1, int(branch) - 1
        if not (0 <= place[0] < points and 0 <= place[1] < branches):
            raise lines.refuse(f"one of {counted(points, 'points')} and {branches} branches")
        if abs(frequency - frequency_pn[place] / KAYSER) > SAME * highest:
            raise lines.refuse(f"{frequency_pn[place] / KAYSER:.6g} cm⁻¹, as the .result has it")
        gamma[place] = width
    if lacking := int(np.isnan(gamma).sum()):
        raise lines.content.refuse(f"lacks Γ of {lacking} of {gamma.size} modes")
    return gamma


def _together(results: list[Result], isotopes: list[Lines]) -> MeshRates:
    """The sum of what files say. Raises Unsound where they do not fit each other."""
    first = results[0]
    for one in results[1:]:
        if not np.array_equal(one.divisions, first.divisions) or one.q_pc.shape != first.q_pc.shape:
            mesh = "×".join(map(str, one.divisions))
            raise Unsound(f"is on another mesh than {one.name}, {mesh}: calculate both on one")
        if not np.array_equal(one.temperature_t, first.temperature_t):
            raise Unsound(f"has other temperatures than {one.name}")
        if np.abs(one.q_pc - first.q_pc).max() > 0 or one.frequency_pn.shape != first.frequency_pn.shape:
            raise Unsound(f"has other points or branches than {one.name}")
        if np.abs(one.frequency_pn - first.frequency_pn).max() > SAME * first.frequency_pn.max():
            raise Unsound(f"has other frequencies than {one.name}")
    gamma = sum((one.gamma_tpn for one in results), np.zeros(()))
    for text in isotopes:
        gamma = gamma + _isotopes(text, first.frequency_pn)
    rate = mesh_rates.require_rates(RATE * gamma)
    names = [one.name for one in results] + [text.content.path.name for text in isotopes]
    return MeshRates(
        " + ".join(names), first.divisions, first.q_pc, first.frequency_pn, first.weight_p, first.temperature_t,
        lambda row: rate[row], relaxed_tij=None if first.classical else _conductivity(first, rate),
        remarks=() if isotopes else ("without isotopes, whose .self_isotope may be named beside it",),
    )  # fmt: skip


def _conductivity(result: Result, rate_tpn: np.ndarray) -> np.ndarray:
    """κ = Σ C τ Σ v v/(V points) of the file's velocities, (t, 3, 3), Γ of close branches being their mean."""
    omega = 2 * np.pi * result.frequency_pn
    mean = _means(result.frequency_pn / KAYSER, rate_tpn)
    lives = np.divide(1, mean, out=np.zeros_like(mean), where=(mean > 0) & (result.frequency_pn > KAYSER * 1e-3))
    points = result.divisions.prod()
    found = []
    for kelvin, life in zip(result.temperature_t, lives, strict=True):
        x = np.maximum(hbar * omega / (2 * boltzmann * max(kelvin, 1e-3)), 1e-9)
        capacity = boltzmann * (x / np.sinh(np.minimum(x, 300))) ** 2
        found.append(np.einsum("pn,pnij->ij", capacity * life, result.vv_pnij) / (result.volume * points))
    return np.array(found)


def _means(kayser_pn: np.ndarray, rate_tpn: np.ndarray) -> np.ndarray:
    """Rates with the mean of those of branches that are close, (t, p, n)."""
    found = rate_tpn.copy()
    for point, levels in enumerate(kayser_pn):
        cuts = [0]
        for branch, level in enumerate(levels):
            if level - levels[cuts[-1]] >= TOGETHER:
                cuts.append(branch)
        for low, high in zip(cuts, [*cuts[1:], len(levels)], strict=True):
            found[:, point, low:high] = found[:, point, low:high].mean(axis=1, keepdims=True)
    return found
