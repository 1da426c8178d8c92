"""Tables of tensors: every component with its errors, all in one power of ten, and 0 where symmetry forbids it."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from markupsafe import Markup

from hpcph.report import embed
from hpcph.report.summary import GAMMA_NL, nearest
from hpcph.result.acoustics import ELASTICITY_DIRECTION, ELASTICITY_ROTATION, ELASTICITY_VELOCITY
from hpcph.result.crystal import ELASTICITY_STIFFNESS, ELASTICITY_STIFFNESS_LATTICE_ERROR
from hpcph.result.tensors import THERMAL_CONDUCTIVITY, THERMAL_GAMMA_NL
from hpcph.show import doubt, symmetry
from hpcph.show.numbers import with_errors

NOISE = 1e-6  # of the largest component: smaller ones, and errors, are rounding where symmetry has no say
SHOWN = ((THERMAL_GAMMA_NL, GAMMA_NL, "L"), (THERMAL_CONDUCTIVITY, "κ", "j"))
TENSORS = {of.variable: words for row, *words in SHOWN for of in (row, row.per_area())}  # the latter of layers
PAIRS = ("xx", "yy", "zz", "yz", "xz", "xy")
GPA = 1e9  # Pa


@dataclass(frozen=True)
class TensorTable:
    """Names of the columns, and rows of name and cells."""

    title: Markup
    columns: list[Markup]
    rows: list[tuple[Markup, list[str]]]


def tables(result: xr.Dataset) -> list[TensorTable]:
    """γ^NL and κ at the temperature nearest to 300 K; first index L or heat current, second the gradient."""
    return [_thermal(result, name) for name in TENSORS if name in result]


def stiffness(result: xr.Dataset) -> TensorTable:
    """Elastic constants in GPa, of a layer in N m⁻¹, with what the supercell leaves open of them."""
    both, factor, unit = (ELASTICITY_STIFFNESS, ELASTICITY_STIFFNESS_LATTICE_ERROR), GPA, "GPa"
    if ELASTICITY_STIFFNESS.per_area().variable in result:
        both, factor, unit = (both[0].per_area(), both[1].per_area()), 1.0, "N m⁻¹"
    value, error = (result[quantity.variable].values / factor for quantity in both)
    seen = np.maximum(np.abs(value), error) > NOISE * np.abs(value).max()
    cells = _cells(np.where(seen, value, 0.0), [np.where(seen, error, 0.0)], 0)
    names = [Markup(pair) for pair in PAIRS]
    title = Markup("Elastic constants ({}), (lattice)").format(unit)
    return TensorTable(title, names, list(zip(names, cells, strict=True)))


def sound(result: xr.Dataset) -> TensorTable | None:
    """Velocities of sound in the directions that were asked for, and acoustic activity; None where none were."""
    if ELASTICITY_VELOCITY.variable not in result:
        return None
    both = (ELASTICITY_VELOCITY, ELASTICITY_ROTATION)
    velocity, rotation = ([result[q.variable].values, result[q.error("lattice_error").variable].values] for q in both)
    cells = _cells(velocity[0], velocity[1:], 0)
    for row, *turn in zip(cells, *rotation, strict=True):
        row.append("–" if np.isnan(turn[0]) else embed.powered(with_errors(*map(float, turn))))
    turned = Markup("rotation at {:g} GHz (rad/m)").format(float(result.attrs["elasticity_frequency"]) / 1e9)
    columns = [Markup("slowest"), Markup("middle"), Markup("fastest"), turned]
    directions = result[ELASTICITY_DIRECTION.variable].values
    names = [Markup("({})").format(", ".join(f"{x:.3g}" for x in n)) for n in directions]
    return TensorTable(Markup("Sound (m/s), (lattice)"), columns, list(zip(names, cells, strict=True)))


def _thermal(result: xr.Dataset, name: str) -> TensorTable:
    t = nearest(result)
    beside = doubt.beside(result, name)
    free = symmetry.allowed(result, name)
    value, *errors = (np.where(free, result[variable].values[t], 0.0) for variable in (name, *beside.values()))
    power = int(np.floor(np.log10(np.abs(value).max()))) if value.any() else 0
    power = 0 if -3 <= power <= 4 else power
    symbol, first = TENSORS[name]
    unit = embed.unit(result[name].attrs["units"])
    scale = Markup("10{} ").format(str(power).translate(embed.UPPER)) if power else ""
    kinds = f", {''.join(f'({source})' for source in beside)}" if beside else ""
    title = Markup("{} at {:g} K ({}{}){}").format(symbol, result["temperature"].values[t], scale, unit, kinds)
    rows = [Markup("{}<sub>{}</sub>").format(first, c) for c in "xyz"]
    columns = [Markup("∂T/∂{}").format(c) for c in "xyz"]
    return TensorTable(title, columns, list(zip(rows, _cells(value, errors, power), strict=True)))


def _cells(value: np.ndarray, errors: list[np.ndarray], power: int) -> list[list[str]]:
    """In units of a power of ten; 0 is what symmetry forbids."""
    every = np.array([value, *errors]) * 10.0**-power
    return [
        [embed.powered(with_errors(*map(float, every[:, i, j]))) for j in range(value.shape[1])]
        for i in range(len(value))
    ]
