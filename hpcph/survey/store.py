"""The tables of a survey on disk: survey.h5 with everything, survey.csv and survey.parquet with a line a crystal.

survey.h5 is a netCDF file that xarray, h5py and other programs read: /columns with a variable for every column along
the crystals, /tensors with γ^NL, κ, χ and γ^N at all temperatures. survey.parquet needs pyarrow.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from hpcph.disk.draft import draft
from hpcph.disk.guard import Unsound, blamed, is_hard, reading
from hpcph.errors import printable
from hpcph.result.seal import is_sealed, is_text, seal, walk
from hpcph.survey.columns import COLUMNS, variables
from hpcph.survey.row import KINDS, TENSORS, Row
from hpcph.survey.table import Column, ColumnKind, SurveyTable

NAME = "survey.h5"
GROUP = "columns"
TENSOR = ("crystal", "temperature", "cartesian", "cartesian2")


def table(rows: Sequence[Row], title: str) -> SurveyTable:
    """All rows, in order of name."""
    held = [{**row.values, **row.about} for row in _ordered(rows)]
    values = {name: _array(column, [one.get(name) for one in held]) for column, name, _ in variables()}
    return SurveyTable(printable(title), _kelvin(values), COLUMNS, values)


def write(rows: Sequence[Row], title: str, folder: Path) -> SurveyTable:
    """Write the files; the table. Raises OSError."""
    found = table(rows, title)
    groups = {"/": xr.Dataset(attrs={"title": found.title}), f"/{GROUP}": _columns(found), "/tensors": _tensors(rows)}
    with draft(folder / NAME) as temporary:
        xr.DataTree.from_dict(groups).to_netcdf(temporary, engine="h5netcdf")
        seal(temporary)
    shown = frame(rows, found)
    words = [column.name for column in COLUMNS if column.kind is ColumnKind.TEXT]
    with draft(folder / "survey.csv") as temporary:
        safe = shown.assign(**{name: shown[name].map(_no_formula) for name in words})
        safe.to_csv(temporary, index=False, lineterminator="\r\n")
    if find_spec("pyarrow") is not None:
        with draft(folder / "survey.parquet") as temporary:
            shown.to_parquet(temporary, index=False)
    return found


def frame(rows: Sequence[Row], found: SurveyTable) -> pd.DataFrame:
    """The table with units in its head; what is not known, marks and counts too, is missing."""
    held = [{**row.values, **row.about} for row in _ordered(rows)]
    columns: dict[str, Any] = {}
    for column, name, _ in variables():
        values = found.values[name]
        if column.kind is ColumnKind.FLAG:
            values = pd.array([one.get(name) for one in held], "boolean")
        elif column.kind is ColumnKind.COUNT:
            values = pd.array(values, "Int64")
        columns[heading(column, name)] = values
    return pd.DataFrame(columns)


def is_table(path: Path) -> bool:
    """Is a file the survey.h5 of a survey, and no result?"""
    if not path.is_file():
        return False
    try:
        with h5py.File(path, "r") as file:
            return is_hard(file, GROUP) and not is_hard(file, "provenance")
    except (OSError, ValueError, RuntimeError):
        return False


def read(path: Path) -> SurveyTable:
    """The table of a survey.h5. Raises InputError where the file is none, or not as it was written."""
    with blamed("SURVEY.h5", path, "the survey.h5 of a survey, which writes it again"), reading("hpcph"):
        if not is_sealed(path):
            raise Unsound("was changed or not written by a survey of hpcph")
        with h5py.File(path, "r") as file:
            contents = walk(file)
            values = {name: _array(column, _held(contents, name, column.kind)) for column, name, _ in variables()}
            title = str(file.attrs.get("title", ""))
        if len({len(value) for value in values.values()}) > 1:
            raise Unsound("has columns of different lengths")
    return SurveyTable(title, _kelvin(values), COLUMNS, values)


def _held(contents: dict[str, h5py.Group | h5py.Dataset], name: str, kind: ColumnKind) -> list:
    """A column as the file has it."""
    dataset = contents.get(f"/{GROUP}/{name}")
    if not isinstance(dataset, h5py.Dataset) or dataset.ndim != 1:
        raise Unsound(f"has no column {name}: it is of another version")
    if is_text(dataset) != (kind is ColumnKind.TEXT):
        raise Unsound(f"has a column {name} that is none of a survey")
    return list(dataset.asstr()[...] if kind is ColumnKind.TEXT else dataset[...])


def _kelvin(values: Mapping[str, np.ndarray]) -> float:
    """The temperature of the numbers, NaN where there is none."""
    known = values["temperature"][np.isfinite(values["temperature"])]
    return float(known[0]) if known.size else np.nan


def _ordered(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row.about["name"]))


def _array(column: Column, values: Sequence[Any]) -> np.ndarray:
    """A column; what is missing is NaN, "" or false."""
    if column.kind is ColumnKind.TEXT:
        return np.array([value or "" for value in values], object)
    if column.kind is ColumnKind.FLAG:
        return np.array([bool(value) for value in values], bool)
    return np.array([np.nan if value is None else value for value in values], float)


def _no_formula(text: str) -> str:
    """Text that a spreadsheet takes for nothing else: of a formula the first letter would be one of these."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def heading(column: Column, name: str) -> str:
    """Of a column of the text file, with its unit."""
    return name if column.unit == "1" else f"{name} ({column.unit})"


def _columns(found: SurveyTable) -> xr.Dataset:
    held = {}
    for column, name, text in variables():
        about = {"units": column.unit, "long_name": column.symbol, "description": text}
        held[name] = (("crystal",), found.values[name], about)
    return xr.Dataset(held, {"crystal": found.values["name"]})


def _tensors(rows: Sequence[Row]) -> xr.Dataset:
    """Tensors at all temperatures, NaN where a crystal has none; nothing where no crystal has any."""
    rows = _ordered(rows)
    kelvin = next((row.temperature for row in rows if row.temperature), [])
    if not kelvin:
        return xr.Dataset()
    held = {}
    for name, quantity in TENSORS.items():
        for kind in KINDS:
            values = np.full((len(rows), len(kelvin), 3, 3), np.nan)
            for place, row in enumerate(rows):
                if f"{name}{kind}" in row.tensors and row.temperature == kelvin:
                    values[place] = np.array(row.tensors[f"{name}{kind}"], float)
            about = quantity.error(kind[1:]) if kind else quantity
            text = {"units": about.unit, "long_name": about.long_name, "description": about.description}
            held[f"{name}{kind}"] = (TENSOR, values, text)
    names = np.array([str(row.about["name"]) for row in rows], object)
    axes = {name: list("xyz") for name in TENSOR[2:]}
    return xr.Dataset(held, {"crystal": names, "temperature": ("temperature", kelvin, {"units": "K"}), **axes})
