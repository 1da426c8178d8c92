"""The end of a survey on rank 0: rows become tables and the page, and the user reads which crystals stand out."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.table import Table

from hpcph.disk.room import writing
from hpcph.errors import printable
from hpcph.show.numbers import with_errors
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
    """The crystals with the largest γ^NL; numbers after ± are the errors of mesh and lattice."""
    kelvin = f" at {table.temperature:g} K" if np.isfinite(table.temperature) else ""
    caption = f"largest γ^NL{kelvin}, ± mesh ± lattice"
    shown = Table(box=None, pad_edge=False, title=caption, title_justify="left", title_style="")
    by_name = {column.name: column for column in table.columns}
    shown.add_column("crystal", no_wrap=True)
    shown.add_column("formula", no_wrap=True)
    shown.add_column("group", no_wrap=True)
    for name in RANKED:
        shown.add_column(f"{by_name[name].symbol}\n{by_name[name].unit}", justify="right", no_wrap=True)
    size = table.values["gamma_nl"]
    order = [i for i in np.argsort(-np.nan_to_num(size), kind="stable") if size[i] > 0][:FIRST]
    for i in order:
        words = [printable(str(table.values[word][i])) for word in ("name", "formula", "space_group")]
        shown.add_row(words[0][:LONGEST], *words[1:], *(_number(table, by_name[n], i) for n in RANKED))
    return shown


def _number(table: SurveyTable, column: Column, i: int) -> str:
    value, *errors = (float(table.values[name][i]) for name in columns.names(column))
    return with_errors(value, *errors) if np.isfinite(value) else ""
