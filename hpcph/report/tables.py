"""The numbers of a section as tables that the page saves as CSV: coordinates, components and errors of every variable.

A table is of variables with the same coordinates; Cartesian components and errors are columns beside each other.
"""

from collections.abc import Iterable
from itertools import product

import numpy as np
import xarray as xr

from hpcph.report import embed
from hpcph.result.quantity import ERRORS, Quantity

COMPONENTS = {"cartesian": "xyz", "reciprocal": "abc"}  # names of the dimensions begin so
STRAINS = ("xx", "yy", "zz", "yz", "xz", "xy")


def build(result: xr.Dataset, quantities: Iterable[Quantity]) -> list[dict]:
    """What the page needs of every table: its name, words on its columns, index and columns with their heads.

    Units are those of the result.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for quantity in quantities:
        for name in (quantity.variable, quantity.per_area().variable):
            if name in result and quantity.axis_names != [name]:
                found.setdefault(_coordinates(result, name), []).append(name)
    return [_table(result, by, names) for by, names in found.items()]


def _table(result: xr.Dataset, by: tuple[str, ...], names: list[str]) -> dict:
    known = [kind for kind in ERRORS if any(f"{name}_{kind}" in result for name in names)]
    beside = [[name, *(f"{name}_{kind}" for kind in known if f"{name}_{kind}" in result)] for name in names]
    columns = [column for of in beside for name in of for column in _columns(result, name)]
    about = [f"{name}: {result[name].attrs['description']}" for name in names]
    about += [f"{kind}: {ERRORS[kind]}" for kind in known]
    index = [{"head": _head(result, dim, dim), "values": _values(result, dim)} for dim in by]
    words = ", ".join(dim.removeprefix("at_").replace("_", " ") for dim in by)
    return {"name": f"by {words}" if words else "", "about": about, "index": index, "columns": columns}


def _columns(result: xr.Dataset, name: str) -> list[dict]:
    """One a component, in the order of the coordinates."""
    by, variable = _coordinates(result, name), result[name]
    inner = [str(dim) for dim in variable.dims if dim not in by]
    values = variable.transpose(*by, *inner).values.astype(float)
    values = values.reshape(*values.shape[: len(by)], -1)
    labels = ["".join(of) for of in product(*(COMPONENTS[_family(dim)] for dim in inner))]
    return [
        {"head": _head(result, f"{name}_{label}".rstrip("_"), name), "values": embed.array(values[..., i], "f8")}
        for i, label in enumerate(labels)
    ]


def _coordinates(result: xr.Dataset, name: str) -> tuple[str, ...]:
    """Dimensions that are no components."""
    return tuple(str(dim) for dim in result[name].dims if not _family(str(dim)))


def _family(dim: str) -> str:
    return next((of for of in COMPONENTS if dim.startswith(of)), "")


def _head(result: xr.Dataset, words: str, name: str) -> str:
    """A column's name and unit."""
    unit = result[name].attrs["units"]
    return words if unit == "1" else f"{words} ({unit})"


def _values(result: xr.Dataset, dim: str) -> list:
    """Of a coordinate; what is counted is counted from one."""
    if dim.startswith("strain"):
        return list(STRAINS)
    values = result[dim].values
    return (values + 1 if np.issubdtype(values.dtype, np.integer) else values).tolist()
