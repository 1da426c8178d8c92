"""The columns of a survey's table, each said once: what it is called, what it is, and how it follows from a result.

Numbers are those at the temperature nearest to 300 K; a number with errors has those of mesh and lattice beside it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcph.crystal import elasticity, handedness, spacegroup
from hpcph.response.tensors import GAMMA_N
from hpcph.result.acoustics import ELASTICITY_VELOCITY
from hpcph.result.crystal import ELASTICITY_STIFFNESS, ELASTICITY_STIFFNESS_LATTICE_ERROR
from hpcph.result.light import OBSERVABLES
from hpcph.result.modes import BANDS_FREQUENCY
from hpcph.result.quantity import ERRORS
from hpcph.result.tensors import ROTATION_PAM_DENSITY, THERMAL_CONDUCTIVITY, THERMAL_GAMMA_NL, quantity
from hpcph.result.thermal import FEEDBACK_CRITICAL_RADIUS, FEEDBACK_GAMMA_LL_TOTAL, HELICITY_PER_CELL
from hpcph.survey import largest
from hpcph.survey.finished import UNKNOWN, Finished, nothing, ratio
from hpcph.survey.largest import OnPath
from hpcph.survey.table import Column, ColumnKind

TEXT, FLAG, COUNT, NUMBER = ColumnKind
MAGNETIZATION_GAMMA_NL = quantity(GAMMA_N, GAMMA_N.stored[0])
FLOW = THERMAL_GAMMA_NL.unit
NONE = "none"  # of no component at all, which symmetry forbids


@dataclass(frozen=True)
class Measure:
    """A column with what it takes from a result or a Structure: a word, a mark, a number, a number and its errors."""

    column: Column
    take: Callable[[Any], Any]


def _text(name: str, description: str, take: Callable[[Any], str], symbol: str = "") -> Measure:
    return Measure(Column(name, TEXT, "1", symbol or name.replace("_", " "), description), take)


def _plain(name: str, unit: str, symbol: str, description: str, take: Callable[[Any], Any], kind=NUMBER) -> Measure:
    return Measure(Column(name, kind, unit, symbol, description), take)


def _measured(name: str, unit: str, symbol: str, description: str, take: Callable[[Finished], Any]) -> Measure:
    return Measure(Column(name, NUMBER, unit, symbol, description, errors=True), take)


def _number(group: str) -> int:
    """Of a space group by its name, 0 of none."""
    return int(group.rpartition("(")[2].rstrip(")") or 0)


def _elastic(take: Callable[[np.ndarray], float], weight: np.ndarray) -> Callable[[Finished], Any]:
    """A modulus of the elastic constants (6, 6), which no mesh has a part in; of bulk crystals.

    weight : what it changes by, at most, when a constant changes
    """

    def taken(seen: Finished):
        if ELASTICITY_STIFFNESS not in seen or seen.structure.empty is not None:
            return nothing()
        return take(seen.of(ELASTICITY_STIFFNESS)), 0.0, _sum(weight * seen.of(ELASTICITY_STIFFNESS_LATTICE_ERROR))

    return taken


def _sum(values: np.ndarray) -> float:
    return float(np.sum(values))


def _softest(seen: Finished):
    if ELASTICITY_STIFFNESS not in seen:
        return nothing()
    strains = 6 if seen.structure.empty is None else 3
    open_ = np.linalg.norm(seen.of(ELASTICITY_STIFFNESS_LATTICE_ERROR))
    return elasticity.softest(seen.of(ELASTICITY_STIFFNESS), strains), 0.0, float(open_)


def _sound(of: Callable[[np.ndarray], Any]) -> Callable[[Finished], Any]:
    """One velocity of those asked for, which no mesh has a part in; of : where it is, of a flat array."""

    def taken(seen: Finished):
        if ELASTICITY_VELOCITY not in seen or np.isnan(seen.of(ELASTICITY_VELOCITY)).all():
            return nothing()
        where = of(seen.of(ELASTICITY_VELOCITY))
        value, _, error = (
            part.flat[where] for part in (seen.of(ELASTICITY_VELOCITY), *seen.errors(ELASTICITY_VELOCITY))
        )
        return float(value), 0.0, float(error)

    return taken


def _component(i: int, j: int) -> Measure:
    def take(seen: Finished):
        found = seen.tensor(THERMAL_GAMMA_NL)
        return tuple(part[i, j] for part in found) if found else nothing()

    c = f"{'xyz'[i]}{'xyz'[j]}"
    return _measured(f"gamma_nl_{c}", FLOW, f"γ^NL_{c}", f"component {c} of γ^NL, Cartesian", take)


def _where(what: str, symbol: str, take: Callable[[Finished], OnPath]) -> list[Measure]:
    """Where the largest of something sits."""
    return [
        _plain(f"{what}_frequency", "Hz", f"ν of {symbol}", f"frequency of the mode of {what}",
               lambda s: take(s).frequency),
        _text(f"{what}_q", f"its wave vector, fractional; {what}", lambda s: take(s).q),
        _plain(f"{what}_branch", "1", f"branch of {symbol}", f"its branch, from 1; {what}",
               lambda s: take(s).branch, COUNT),
        _text(f"{what}_place", f"named point or leg of the path; {what}", lambda s: take(s).place),
    ]  # fmt: skip


def _light(name: str) -> list[Measure]:
    unit, _, symbol, _ = OBSERVABLES[name]
    return [
        _plain(f"{name}_peak", unit, f"max |{symbol}|", f"largest component of {name} under light",
               lambda s: largest.peak(s, name).size),
        _plain(f"{name}_peak_frequency", "Hz", f"ν of {symbol}", f"frequency of the light where that of {name} is",
               lambda s: largest.peak(s, name).frequency),
        _text(f"{name}_peak_component", f"which one of {name}, λ;μν", lambda s: largest.peak(s, name).component),
    ]  # fmt: skip


def _radius(seen: Finished):
    """r_c goes like √γ^LL, whose relative errors it has half of."""
    if FEEDBACK_CRITICAL_RADIUS not in seen:
        return nothing()
    radius, t = float(seen.of(FEEDBACK_CRITICAL_RADIUS)[seen.at]), seen.at
    gamma, *errors = (part[t, 0] for part in (seen.of(FEEDBACK_GAMMA_LL_TOTAL), *seen.errors(FEEDBACK_GAMMA_LL_TOTAL)))
    return (radius, *(radius * error / abs(2 * gamma) if gamma else UNKNOWN for error in errors))


def _attribute(name: str) -> Callable[[Finished], float]:
    return lambda seen: float(seen.attributes.get(name, UNKNOWN))


def _frequency(of: Callable[[np.ndarray], float]) -> Callable[[Finished], float]:
    return lambda seen: float(of(seen.of(BANDS_FREQUENCY))) if BANDS_FREQUENCY in seen else UNKNOWN


TRACE = np.diag([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])  # C11 + C22 + C33; and, counted twice, C12 + C13 + C23
ASIDE = np.kron(np.diag([1.0, 0.0]), np.ones((3, 3))) - TRACE
SHEAR = np.eye(6) - TRACE
BULK_MODULUS = (TRACE + ASIDE) / 9  # Voigt's means
SHEAR_MODULUS = (TRACE - ASIDE / 2 + 3 * SHEAR) / 15
OF_CRYSTAL = (  # of its structure, which those that fail may have too
    _text("formula", "chemical formula of the primitive cell", lambda s: s.formula),
    _text("space_group", "space group", lambda s: s.space_group.rpartition(" ")[0]),
    _plain("space_group_number", "1", "number", "number of the space group",
           lambda s: _number(s.space_group), COUNT),
    _text("point_group", "point group", lambda s: spacegroup.class_name(s.rotations)),
    _text("crystal_system", "crystal system", lambda s: handedness.system(_number(s.space_group))),
    _plain("sohncke", "1", "Sohncke", "proper operations alone: a chiral crystal",
           lambda s: handedness.is_sohncke(s), FLAG),
    _text("mirror_image", "space group of the mirror image, where it is another",
          lambda s: handedness.mirror_image(s)),
    _plain("mirror_image_number", "1", "mirror", "number of that space group, 0 where it is the same one",
           lambda s: _number(handedness.mirror_image(s)), COUNT),
    _plain("polar", "1", "polar", "does the point group leave a direction alone?",
           lambda s: handedness.is_polar(s.rotations_cartesian), FLAG),
    _plain("atoms", "1", "atoms", "atoms of the primitive cell", lambda s: len(s.mass_a), COUNT),
    _plain("volume", "m3", "V", "volume of the primitive cell", lambda s: s.volume),
    _plain("density", "kg m-3", "ρ", "mass density", lambda s: s.density),
    _plain("born_charges", "1", "Z*", "are Born charges known?", lambda s: s.born_aij is not None, FLAG),
    _plain("independent", "1", "independent", "independent components of γ^NL that the group allows",
           lambda s: handedness.independent(s.rotations_cartesian), COUNT),
    _text("components", "which components of γ^NL are not zero by symmetry, and which are alike",
          lambda s: handedness.components(s.rotations_cartesian) or NONE),
)  # fmt: skip
TAKEN = (
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
    _measured("helicity", "ħ", "h", "helicity of a primitive cell", lambda s: s.pseudoscalar(HELICITY_PER_CELL)),
    _plain("polarization", "ħ", "max |l|", "largest phonon polarization of a mode by itself, on the path",
           lambda s: largest.polarization(s).size),
    *_where("polarization", "max |l|", largest.polarization),
    _plain("moment", "A m2", "max |μ|", "largest moment of a mode on the path, of degenerate ones along the axis",
           lambda s: largest.moment(s).size),
    *_where("moment", "max |μ|", largest.moment),
    *(column for name in OBSERVABLES for column in _light(name)),
    _plain("lowest_frequency", "Hz", "min ν", "lowest frequency on the path, negative where imaginary",
           _frequency(np.min)),
    _plain("highest_frequency", "Hz", "max ν", "highest frequency on the path", _frequency(np.max)),
    _plain("unstable_modes", "1", "imaginary", "imaginary modes that the sums leave out",
           _attribute("unstable_modes_left_out"), COUNT),
    _measured("slowest_sound", "m s-1", "min v", "slowest sound in the directions asked for", _sound(np.nanargmin)),
    _measured("fastest_sound", "m s-1", "max v", "fastest sound in the directions asked for", _sound(np.nanargmax)),
    _measured("bulk_modulus", "Pa", "K", "bulk modulus, Voigt's mean, at E = 0",
              _elastic(lambda C: _sum(BULK_MODULUS * C), np.abs(BULK_MODULUS))),
    _measured("shear_modulus", "Pa", "G", "shear modulus, Voigt's mean, at E = 0",
              _elastic(lambda C: _sum(SHEAR_MODULUS * C), np.abs(SHEAR_MODULUS))),
    _measured("softest_strain", "Pa", "min C", "stiffness of the softest strain, negative if unstable", _softest),
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
    Column("fingerprint", TEXT, "1", "fingerprint", "hash of the input and the force constants of its result"),
    Column("sha256", TEXT, "1", "sha256", "hash of the numbers of its result"),
)
COLUMNS = (*ABOUT, *(taken.column for taken in (*OF_CRYSTAL, *TAKEN)))


def names(column: Column) -> list[str]:
    """A column and those of its errors."""
    return [column.name, *(f"{column.name}_{kind}" for kind in ERRORS if column.errors)]


def variables() -> Iterator[tuple[Column, str, str]]:
    """Every column with its name and description, and those of its errors."""
    for column in COLUMNS:
        yield column, column.name, column.description
        yield from ((column, name, ERRORS[name.removeprefix(f"{column.name}_")]) for name in names(column)[1:])
