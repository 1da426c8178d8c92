"""The end of a survey on rank 0: rows become tables and the page, and the user reads which crystals stand out."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.table import Table

from hpcph.disk.room import writing
from hpcph.errors import printable
from hpcph.result.quantity import ERRORS
from hpcph.show.numbers import FORBIDDEN, column
from hpcph.survey import columns, page, row, store
from hpcph.survey.reports import unreported
from hpcph.survey.table import Column, SurveyTable
from hpcph.workflow.progress import Reporter

FIRST = 10  # crystals of the closing table
RANKED = ("gamma_nl", "gamma_nl_per_conductivity", "magnetization")
LONGEST = 40  # letters of a name


def write(folders: Sequence[Path], title: str, output: Path, reporter: Reporter) -> None:
    """Tables and page of the crystals whose rows are there, and the closing lines. Raises InputError."""
    rows = [found for folder in folders if (found := row.load(folder)) is not None]
    with writing(output):
        table = store.write(rows, title, output)
        page.write(table, output / "survey.html", unreported(folders))
    reporter.say(ranking(table))
    counted = Counter(found.status for found in rows)
    counted["not yet"] = len(folders) - len(rows)
    reporter.say(", ".join(f"{number} {status}" for status, number in sorted(counted.items()) if number))
    reporter.say(f"{output}: survey.h5, survey.csv, survey.html")


def ranking(table: SurveyTable) -> Table:
    """The crystals with the largest γ^NL; in parentheses errors of mesh and lattice."""
    kelvin = f" at {table.temperature:g} K" if np.isfinite(table.temperature) else ""
    caption = f"largest γ^NL{kelvin}"
    shown = Table(box=None, pad_edge=False, title=caption, title_justify="left", title_style="")
    by_name = {column.name: column for column in table.columns}
    shown.add_column("crystal", no_wrap=True)
    shown.add_column("formula", no_wrap=True)
    shown.add_column("group", no_wrap=True)
    size = table.values["gamma_nl"]
    order = [i for i in np.argsort(-np.nan_to_num(size), kind="stable") if size[i] > 0][:FIRST]
    numbers = [_numbers(table, by_name[name], order) for name in RANKED]
    for title, _ in numbers:
        shown.add_column(title, justify="right", no_wrap=True)
    for i, *cells in zip(order, *(cells for _, cells in numbers), strict=True):
        words = [printable(str(table.values[word][i])) for word in ("name", "formula", "space_group")]
        shown.add_row(words[0][:LONGEST], *words[1:], *cells)
    return shown


def _numbers(table: SurveyTable, of: Column, order: list[int]) -> tuple[str, list[str]]:
    """Title and cells of a column; what has no number is empty."""
    values, *errors = (table.values[name][order].tolist() for name in columns.names(of))
    cells, kinds = column(values, dict(zip(ERRORS, errors, strict=True)))
    said = ["" if np.isnan(x) else FORBIDDEN if cell == "0" else cell for x, cell in zip(values, cells, strict=True)]
    return f"{of.symbol} {kinds}\n{of.unit}", said
