"""The tables of a survey on disk: survey.h5 with everything, survey.csv and survey.parquet with a line a crystal.

survey.h5 is a netCDF file that xarray, h5py and other programs read: /columns with a variable for every column along
the crystals, /tensors with γ^NL, κ, χ and γ^N at all temperatures. survey.parquet needs pyarrow.
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from hpcph.disk.draft import draft
from hpcph.disk.guard import Unsound, blamed, is_hard, reading
from hpcph.result.quantity import ERRORS
from hpcph.survey.columns import COLUMNS
from hpcph.survey.row import KINDS, TENSORS, Row
from hpcph.survey.table import Column, ColumnKind, SurveyTable

NAME = "survey.h5"
GROUP = "columns"
MOST = 1 << 18  # crystals of a table that is read
TENSOR = ("crystal", "temperature", "cartesian", "cartesian2")


def table(rows: Sequence[Row], title: str) -> SurveyTable:
    """All rows, in order of name."""
    held = [{**row.values, **row.about} for row in _ordered(rows)]
    values = {name: _array(column, [one.get(name) for one in held]) for column, name, _ in variables()}
    kelvin = values["temperature"][np.isfinite(values["temperature"])]
    return SurveyTable(title, float(kelvin[0]) if kelvin.size else np.nan, COLUMNS, values)


def names(column: Column) -> list[str]:
    """A column and those of its errors."""
    return [column.name, *(f"{column.name}_{kind}" for kind in ERRORS if column.errors)]


def variables() -> Iterator[tuple[Column, str, str]]:
    """Every column with its name and description, and those of its errors."""
    for column in COLUMNS:
        yield column, column.name, column.description
        yield from ((column, name, ERRORS[name.removeprefix(f"{column.name}_")]) for name in names(column)[1:])


def write(rows: Sequence[Row], title: str, folder: Path) -> SurveyTable:
    """Write the files; the table. Raises OSError."""
    found = table(rows, title)
    groups = {"/": xr.Dataset(attrs={"title": title}), f"/{GROUP}": _columns(found), "/tensors": _tensors(rows)}
    with draft(folder / NAME) as temporary:
        xr.DataTree.from_dict(groups).to_netcdf(temporary, engine="h5netcdf")
    frame = pd.DataFrame({_heading(column, name): found.values[name] for column, name, _ in variables()})
    words = [column.name for column in COLUMNS if column.kind is ColumnKind.TEXT]
    with draft(folder / "survey.csv") as temporary:
        frame.assign(**{name: frame[name].map(_no_formula) for name in words}).to_csv(temporary, index=False)
    if find_spec("pyarrow") is not None:
        with draft(folder / "survey.parquet") as temporary:
            frame.to_parquet(temporary, index=False)
    return found


def is_table(path: Path) -> bool:
    """Is a file the survey.h5 of a survey, and no result?"""
    try:
        with h5py.File(path, "r") as file:
            return is_hard(file, GROUP) and not is_hard(file, "provenance")
    except (OSError, ValueError, RuntimeError):
        return False


def read(path: Path) -> SurveyTable:
    """The table of a survey.h5. Raises InputError where the file is none."""
    with blamed("SURVEY.h5", path, "the survey.h5 of a survey"), reading("hpcph"), h5py.File(path, "r") as file:
        group = file[GROUP] if is_hard(file, GROUP) else None
        if not isinstance(group, h5py.Group):
            raise Unsound("holds no table of a survey")
        values = {name: _array(column, _held(group, name, column.kind)) for column, name, _ in variables()}
        if len({len(value) for value in values.values()}) > 1:
            raise Unsound("has columns of different lengths")
        kelvin = values["temperature"][np.isfinite(values["temperature"])]
        title = str(file.attrs.get("title", ""))
    return SurveyTable(title, float(kelvin[0]) if kelvin.size else np.nan, COLUMNS, values)


def _held(group: h5py.Group, name: str, kind: ColumnKind) -> list:
    """A column as the file has it."""
    dataset = group[name] if is_hard(group, name) else None
    if not isinstance(dataset, h5py.Dataset) or dataset.ndim != 1 or dataset.is_virtual or dataset.external:
        raise Unsound(f"has no column {name}")
    if len(dataset) > MOST:
        raise Unsound(f"has more than {MOST} crystals, or says so")
    text = h5py.check_string_dtype(dataset.dtype) is not None
    if text != (kind is ColumnKind.TEXT) or not (text or dataset.dtype.kind in "fiub"):
        raise Unsound(f"has a column {name} that is none of a survey")
    return list(dataset.asstr()[...] if kind is ColumnKind.TEXT else dataset[...])


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


def _heading(column: Column, name: str) -> str:
    """Of a column of the text file, with its unit."""
    return name if column.unit == "1" else f"{name} ({column.unit})"


def _columns(found: SurveyTable) -> xr.Dataset:
    held = {}
    for column, name, text in variables():
        about = {"units": column.unit, "long_name": column.symbol, "description": text}
        held[name] = (("crystal",), found.values[name], about)
    return xr.Dataset(held, {"crystal": found.values["name"]})


def _tensors(rows: Sequence[Row]) -> xr.Dataset:
    """Tensors at all temperatures, NaN where a crystal has none."""
    rows = _ordered(rows)
    kelvin = next((row.temperature for row in rows if row.temperature), [])
    held = {}
    for name, quantity in TENSORS.items():
        for kind in KINDS:
            values = np.full((len(rows), len(kelvin), 3, 3), np.nan)
            for place, row in enumerate(rows):
                if f"{name}{kind}" in row.tensors and row.temperature == kelvin:
                    values[place] = np.array(row.tensors[f"{name}{kind}"], float)
            text = ERRORS[kind[1:]] if kind else quantity.description
            held[f"{name}{kind}"] = (TENSOR, values, {"units": quantity.unit, "description": text})
    names = np.array([str(row.about["name"]) for row in rows], object)
    return xr.Dataset(held, {"crystal": names, "temperature": ("temperature", kelvin, {"units": "K"})})
