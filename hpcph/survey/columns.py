"""The columns of a survey's table, each said once: what it is called, what it is, and how it follows from a result.

Numbers are those at the temperature nearest to 300 K; a number with errors has those of mesh and lattice beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcph.crystal import handedness, spacegroup
from hpcph.response.tensors import GAMMA_N
from hpcph.result.light import OBSERVABLES, OPTICS_FREQUENCY, TENSORS
from hpcph.result.modes import BANDS_FREQUENCY, BANDS_MOMENT, BANDS_MOMENT_CIRCULAR, BANDS_POLARIZATION
from hpcph.result.tensors import ROTATION_PAM_DENSITY, THERMAL_CONDUCTIVITY, THERMAL_GAMMA_NL, quantity
from hpcph.result.thermal import FEEDBACK_CRITICAL_RADIUS, FEEDBACK_GAMMA_LL_TOTAL, HELICITY_PER_CELL
from hpcph.survey.finished import UNKNOWN, Finished, nothing, ratio
from hpcph.survey.table import Column, ColumnKind

TEXT, FLAG, COUNT, NUMBER = ColumnKind
MAGNETIZATION_GAMMA_NL = quantity(GAMMA_N, GAMMA_N.stored[0])
FLOW, OMEGA = THERMAL_GAMMA_NL.unit, 2 * np.pi


@dataclass(frozen=True)
class Measure:
    """A column with what it takes from a result: a word, a mark or a number; a number and its errors."""

    column: Column
    take: Callable[[Finished], Any]


def _text(name: str, description: str, take: Callable[[Finished], str], symbol: str = "") -> Measure:
    return Measure(Column(name, TEXT, "1", symbol or name.replace("_", " "), description), take)


def _plain(
    name: str, unit: str, symbol: str, description: str, take: Callable[[Finished], Any], kind=NUMBER
) -> Measure:
    return Measure(Column(name, kind, unit, symbol, description), take)


def _measured(name: str, unit: str, symbol: str, description: str, take: Callable[[Finished], Any]) -> Measure:
    return Measure(Column(name, NUMBER, unit, symbol, description, errors=True), take)


def _number(seen: Finished) -> int:
    return int(seen.structure.space_group.rpartition("(")[2].rstrip(")"))


def _component(i: int, j: int) -> Measure:
    def take(seen: Finished):
        found = seen.tensor(THERMAL_GAMMA_NL)
        return tuple(part[i, j] for part in found) if found else nothing()

    c = f"{'xyz'[i]}{'xyz'[j]}"
    return _measured(f"gamma_nl_{c}", FLOW, f"γ^NL_{c}", f"component {c} of γ^NL, Cartesian", take)


def _extreme(seen: Finished, sizes: list) -> tuple[float, float, str, float, str]:
    """The largest of numbers (q, n) of the path: it, its ν, q, branch from 1, and where on the path that is."""
    if any(one not in seen for one in sizes):
        return UNKNOWN, UNKNOWN, "", UNKNOWN, ""
    size = np.max([np.linalg.norm(v, axis=-1) if v.ndim == 3 else np.abs(v) for v in map(seen.of, sizes)], axis=0)
    k, n = np.unravel_index(np.argmax(size), size.shape)
    q = ", ".join(f"{x:.4g}" for x in np.round(seen.file["/bands/q"][k], 9) + 0.0)
    return float(size[k, n]), float(seen.file["/bands/frequency"][k, n]), f"({q})", int(n) + 1, _place(seen, int(k))


def _place(seen: Finished, k: int) -> str:
    """The named point of the path, or the leg between two."""
    corner = seen.file["/bands/corner"][...]
    label = [name.decode() for name in seen.file["/bands/label"][...]]
    for (first, last), (a, b) in zip(corner.reshape(-1, 2), zip(label[::2], label[1::2], strict=True), strict=True):
        if first <= k <= last:
            return a if k == first else b if k == last else f"{a}–{b}"
    return ""


def _where(what: str, letter: str, sizes: list) -> list[Measure]:
    """Where the largest of something sits."""
    return [
        _plain(f"{what}_frequency", "Hz", f"ν_{letter}", f"frequency of the mode of {what}",
               lambda s: _extreme(s, sizes)[1]),
        _text(f"{what}_q", f"its wave vector, fractional; {what}", lambda s: _extreme(s, sizes)[2]),
        _plain(f"{what}_branch", "1", f"branch_{letter}", f"its branch, from 1; {what}",
               lambda s: _extreme(s, sizes)[3], COUNT),
        _text(f"{what}_place", f"named point or leg of the path; {what}", lambda s: _extreme(s, sizes)[4]),
    ]  # fmt: skip


def _peak(name: str, part: int) -> Callable[[Finished], Any]:
    """Largest component of a response to light over frequencies and components: its size, ν, and which."""

    def take(seen: Finished):
        if TENSORS[name] not in seen:
            return "" if part == 2 else UNKNOWN
        size = np.abs(seen.of(TENSORS[name]))
        w, *components = np.unravel_index(np.argmax(size), size.shape)
        frequency = float(seen.of(OPTICS_FREQUENCY)[w]) / OMEGA
        a, b, c = ("xyz"[i] for i in components)
        return (float(size[(w, *components)]), frequency, f"{a};{b}{c}" if size.max() else "")[part]

    return take


def _light(name: str) -> list[Measure]:
    unit, _, symbol, _ = OBSERVABLES[name]
    return [
        _plain(f"{name}_peak", unit, f"max |{symbol}|", f"largest component of {name} under light", _peak(name, 0)),
        _plain(f"{name}_peak_frequency", "Hz", f"ν of {symbol}", f"where that of {name} is", _peak(name, 1)),
        _text(f"{name}_peak_component", f"which one of {name}, λ;μν", _peak(name, 2)),
    ]


def _radius(seen: Finished):
    """r_c goes like √γ^LL, whose relative errors it has half of."""
    if FEEDBACK_CRITICAL_RADIUS not in seen:
        return nothing()
    radius, t = float(seen.of(FEEDBACK_CRITICAL_RADIUS)[seen.at]), seen.at
    gamma, *errors = (part[t, 0] for part in (seen.of(FEEDBACK_GAMMA_LL_TOTAL), *seen.errors(FEEDBACK_GAMMA_LL_TOTAL)))
    return (radius, *(radius * error / abs(2 * gamma) if gamma else UNKNOWN for error in errors))


def _attribute(name: str) -> Callable[[Finished], float]:
    return lambda seen: float(seen.attributes.get(name, UNKNOWN))


def _lowest(seen: Finished) -> float:
    return float(seen.of(BANDS_FREQUENCY).min()) if BANDS_FREQUENCY in seen else UNKNOWN


def _highest(seen: Finished) -> float:
    return float(seen.of(BANDS_FREQUENCY).max()) if BANDS_FREQUENCY in seen else UNKNOWN


def _imaginary(seen: Finished) -> float:
    return _attribute("unstable_modes_left_out")(seen)


MOMENTS, ALONE = [BANDS_MOMENT, BANDS_MOMENT_CIRCULAR], [BANDS_POLARIZATION]
TAKEN = (
    _text("formula", "chemical formula of the primitive cell", lambda s: s.structure.formula),
    _text("space_group", "space group", lambda s: s.structure.space_group.rpartition(" ")[0]),
    _plain("space_group_number", "1", "number", "number of the space group", _number, COUNT),
    _text("point_group", "point group", lambda s: spacegroup.class_name(s.structure.rotations)),
    _plain("sohncke", "1", "Sohncke", "proper operations alone: a chiral crystal",
           lambda s: handedness.is_sohncke(s.structure), FLAG),
    _text("mirror_image", "space group of the mirror image, where it is another",
          lambda s: handedness.mirror_image(s.structure)),
    _plain("atoms", "1", "atoms", "atoms of the primitive cell", lambda s: len(s.structure.mass_a), COUNT),
    _plain("volume", "m3", "V", "volume of the primitive cell", lambda s: s.structure.volume),
    _plain("density", "kg m-3", "ρ", "mass density", lambda s: s.structure.density),
    _plain("born_charges", "1", "Z*", "are Born charges known?", lambda s: s.structure.born_aij is not None, FLAG),
    _plain("independent", "1", "independent", "independent components of γ^NL that the group allows",
           lambda s: handedness.independent(s.structure.rotations_cartesian), COUNT),
    _text("components", "which components of γ^NL are not zero",
          lambda s: handedness.components(s.structure.rotations_cartesian)),
    _plain("temperature", "K", "T", "temperature of the numbers, the nearest to 300 K",
           lambda s: float(s.temperature[s.at]) if len(s.temperature) else UNKNOWN),
    _measured("gamma_nl", FLOW, "max γ^NL", "largest answer to a gradient of any direction",
              lambda s: s.largest(THERMAL_GAMMA_NL)),
    _measured("gamma_nl_axis", FLOW, "γ^NL_n", "γ^NL along the axis", lambda s: s.along(THERMAL_GAMMA_NL)),
    *(_component(i, j) for i in range(3) for j in range(3)),
    _measured("conductivity", THERMAL_CONDUCTIVITY.unit, "κ", "a third of the trace of κ",
              lambda s: s.mean(THERMAL_CONDUCTIVITY)),
    _measured("conductivity_axis", THERMAL_CONDUCTIVITY.unit, "κ_n", "κ along the axis",
              lambda s: s.along(THERMAL_CONDUCTIVITY)),
    _measured("gamma_nl_per_conductivity", "s2 m-1", "max γ^NL/κ", "angular momentum per heat current",
              lambda s: ratio(s.largest(THERMAL_GAMMA_NL), s.mean(THERMAL_CONDUCTIVITY))),
    _measured("susceptibility", ROTATION_PAM_DENSITY.unit, "χ", "a third of the trace of χ, both channels",
              lambda s: s.mean(ROTATION_PAM_DENSITY)),
    _measured("susceptibility_axis", ROTATION_PAM_DENSITY.unit, "χ_n", "χ along the axis, both channels",
              lambda s: s.along(ROTATION_PAM_DENSITY)),
    _measured("critical_radius", "m", "r_c", "radius below which the feedback has no solution", _radius),
    _measured("magnetization", MAGNETIZATION_GAMMA_NL.unit, "max γ^N", "largest magnetization of a gradient",
              lambda s: s.largest(MAGNETIZATION_GAMMA_NL)),
    _measured("magnetization_axis", MAGNETIZATION_GAMMA_NL.unit, "γ^N_n", "magnetization per gradient along the axis",
              lambda s: s.along(MAGNETIZATION_GAMMA_NL)),
    _measured("helicity", "ħ", "h", "helicity of a primitive cell", lambda s: s.scalar(HELICITY_PER_CELL)),
    _plain("polarization", "ħ", "max |l|", "largest phonon polarization of a mode by itself, on the path",
           lambda s: _extreme(s, ALONE)[0]),
    *_where("polarization", "l", ALONE),
    _plain("moment", "A m2", "max |μ|", "largest moment of a mode on the path, of degenerate ones along the axis",
           lambda s: _extreme(s, MOMENTS)[0]),
    *_where("moment", "μ", MOMENTS),
    *(column for name in OBSERVABLES for column in _light(name)),
    _plain("lowest_frequency", "Hz", "min ν", "lowest frequency on the path, negative where imaginary", _lowest),
    _plain("highest_frequency", "Hz", "max ν", "highest frequency on the path", _highest),
    _plain("unstable_modes", "1", "imaginary", "imaginary modes that the sums leave out", _imaginary, COUNT),
    _plain("sensitivity", "1", "δγ^NL", "what γ^NL changes by when the supercell is shared otherwise, relative",
           _attribute("gamma_nl_sensitivity")),
    _plain("mesh_points", "1", "k-points", "irreducible k-points of the mesh", _attribute("mesh_points"), COUNT),
)  # fmt: skip
ABOUT = (  # what no result says
    Column("name", TEXT, "1", "name", "folder below crystals"),
    Column("place", TEXT, "1", "place", "where the crystal was found"),
    Column("status", TEXT, "1", "status", "done; partial: sections left out; failed"),
    Column("reason", TEXT, "1", "reason", "why it failed, or what is left out"),
    Column("stability", TEXT, "1", "stability", "stable, unstable, or nothing where it is not known"),
    Column("seconds", NUMBER, "s", "time", "time of the crystal, on the ranks of its group"),
    Column("ranks", COUNT, "1", "ranks", "ranks of its group"),
    Column("program", TEXT, "1", "hpcph", "version of hpcph"),
    Column("sha256", TEXT, "1", "sha256", "hash of the numbers of its result"),
)
COLUMNS = (*ABOUT, *(taken.column for taken in TAKEN))
