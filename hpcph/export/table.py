"""The dispersion, and the magnetic moments of its modes, as tables of comma-separated values."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from hpcph.constants import angstrom, bohr_magneton, nuclear_magneton
from hpcph.errors import InputError, did_you_mean
from hpcph.result.modes import (
    BANDS_CORNER,
    BANDS_FREQUENCY,
    BANDS_HELICITY,
    BANDS_LABEL,
    BANDS_MOMENT,
    BANDS_MOMENT_CIRCULAR,
    BANDS_MOMENT_SCALAR,
    BANDS_POLARIZATION,
    BANDS_POLARIZATION_BY_SPECIES,
    BANDS_POLARIZATION_CIRCULAR,
    BANDS_Q,
)
from hpcph.result.quantity import Quantity
from hpcph.show import axis, units

DASH = "–"  # of Γ–A
MAGNETONS = {"μ_N": nuclear_magneton, "μ_B": bohr_magneton}
XYZ = ("x", "y", "z")
PLACE = ["leg", "distance (1/Å)", "q1", "q2", "q3", "branch"]
DEFAULT_LEG = f"Γ{DASH}A"

Columns = dict[str, np.ndarray]


def dispersion(result: xr.Dataset) -> Iterator[list]:
    """Rows, the header first: every branch at every point of the path, with l, its species, helicity and moment.

    Raises InputError where the result has no path.
    """
    columns = {f"l_{c} (ħ)": result[BANDS_POLARIZATION.variable].values[..., i] for i, c in _cartesian(result)}
    along = axis.along(result, BANDS_POLARIZATION_BY_SPECIES.variable)
    names = result["species"].values.tolist()
    columns |= {f"l along the axis, {name} (ħ)": along[..., s] for s, name in enumerate(names)}
    if BANDS_HELICITY.variable in result:
        columns |= {"helicity (ħ)": result[BANDS_HELICITY.variable].values}
    if BANDS_MOMENT.variable in result:
        columns |= _moments(result, BANDS_MOMENT, "μ", "μ_N")
    if BANDS_MOMENT_SCALAR.variable in result:
        columns |= _moments(result, BANDS_MOMENT_SCALAR, "scalar estimate μ", "μ_N")
    return _rows(result, columns, _legs(result))


def leg(result: xr.Dataset, wanted: str | None) -> str:
    """The leg of the path that is meant, Γ–A or the first unless named. Raises InputError where there is none such."""
    legs = _legs(result)
    if not wanted:
        return DEFAULT_LEG if DEFAULT_LEG in legs else legs[0]
    ends = [("Γ" if end.upper() in ("G", "GAMMA") else end) for end in wanted.replace("-", DASH).split(DASH)]
    for chosen in (wanted.replace("-", DASH), DASH.join(ends)):
        if chosen in legs:
            return chosen
    close = did_you_mean(DASH.join(reversed(ends)), legs) or did_you_mean(wanted.replace("-", DASH), legs)
    raise InputError("--leg", wanted, f"the path has the legs {', '.join(dict.fromkeys(legs))}{close}")


def moments(result: xr.Dataset, wanted: str | None) -> Iterator[list]:
    """Rows, the header first: the magnetic moment of every branch along one leg, Γ–A or the first unless named.

    The moment has its mean over a degenerate set, zero of doublets, and beside it along the axis ± that of the modes.

    Raises InputError where the result has no moments or no such leg.
    """
    if BANDS_MOMENT.variable not in result:
        raise InputError(
            "RESULT.h5", None, "holds no moments of modes; they need bands, Born charges and not magnetization: false"
        )
    chosen = leg(result, wanted)
    columns = {f"l_{c} (ħ)": result[BANDS_POLARIZATION.variable].values[..., i] for i, c in _cartesian(result)}
    columns |= _moments(result, BANDS_MOMENT, "μ", "μ_N") | _moments(result, BANDS_MOMENT, "μ", "μ_B")
    columns |= _circular(result)
    if BANDS_MOMENT_SCALAR.variable in result:
        columns |= _moments(result, BANDS_MOMENT_SCALAR, "scalar estimate μ", "μ_N")
    return _rows(result, columns, [name if name == chosen else None for name in _legs(result)])


def write(path: Path, rows: Iterator[list]) -> None:
    """Write a table."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _cartesian(result: xr.Dataset) -> Iterator[tuple[int, str]]:
    if BANDS_FREQUENCY.variable not in result:
        raise InputError("RESULT.h5", None, "holds no dispersion; add the section bands to the input")
    return iter(enumerate(XYZ))


def _moments(result: xr.Dataset, moment: Quantity, symbol: str, unit: str) -> Columns:
    values = result[moment.variable].values / MAGNETONS[unit]
    return {f"{symbol}_{c} ({unit})": values[..., i] for i, c in enumerate(XYZ)}


def _circular(result: xr.Dataset) -> Columns:
    """Of modes of degenerate sets by definite value, where they are known."""
    if BANDS_MOMENT_CIRCULAR.variable not in result:
        return {}
    along = result[BANDS_MOMENT_CIRCULAR.variable].values / nuclear_magneton
    return {
        "circular l along the axis (ħ)": result[BANDS_POLARIZATION_CIRCULAR.variable].values,
        "circular μ along the axis (μ_N)": along,
    }


def _legs(result: xr.Dataset) -> list[str]:
    """The name of the leg that every leg of the path has."""
    labels = result[BANDS_LABEL.variable].values.reshape(-1, 2).tolist()
    return [f"{a}{DASH}{b}" for a, b in labels]


def _rows(result: xr.Dataset, columns: Columns, legs: Sequence[str | None]) -> Iterator[list]:
    """The header and the rows of the legs that have a name."""
    shown = units.frequency(result, BANDS_FREQUENCY.variable)
    yield [*PLACE, f"frequency ({shown.unit or 'model units'})", *columns]
    q, distance = result[BANDS_Q.variable].values, result["distance"].values * angstrom
    frequency = shown.shown * result[BANDS_FREQUENCY.variable].values
    corners = result[BANDS_CORNER.variable].values.reshape(-1, 2)
    values = np.stack([frequency, *columns.values()], axis=-1)
    for name, (first, last) in zip(legs, corners, strict=True):
        for k in range(first, last + 1) if name else ():
            place = [name, *(_number(x) for x in (distance[k], *q[k]))]
            for n, row in enumerate(values[k], start=1):
                yield [*place, n, *map(_number, row)]


def _number(value: float) -> str:
    return f"{value:.10g}"
