"""survey.h5's table → survey.html: crystals are sorted, filtered, drawn and ranked on one page that loads nothing."""

import base64
import gzip
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup, escape

from hpcph.report import document, embed, style
from hpcph.show.numbers import SOURCES
from hpcph.survey.row import DONE, STATUSES
from hpcph.survey.table import Column, ColumnKind, SurveyTable

SCRIPTS = ("columns.js", "filters.js", "grid.js", "axes.js", "scatter.js", "ranking.js", "survey.js")
BITS, ERROR_BITS = 36, 18  # of a mantissa: more than the ten and the two digits that are shown
AT_START = ("name", "status", "formula", "space_group", "sohncke")  # and some numbers
NUMBERS = 6
SHOWN = {"Hz": ("THz", 1e-12), "m": ("nm", 1e9), "m3": ("Å³", 1e30)}  # units that people read, by those of the table
REASONS, NAMES = 100, 12  # that the list of what was left out holds, the rest is in the table
DIGEST = re.compile("[0-9a-f]{32,}")


@dataclass(frozen=True)
class Absence:
    """A reason why crystals have no numbers, or not all of them, and their names."""

    status: str
    reason: str
    names: tuple[str, ...]


def write(table: SurveyTable, path: Path, unreported: Collection[str] = ()) -> Path:
    """Write the page of a survey, at once; it opens `crystals/NAME/report.html` beside it.

    The table has the columns `name`, `status`, `reason` and `formula`; unreported : names of crystals without such a
    page. Raises InputError where no page can be written.
    """
    document.write(page(table, unreported), path)
    return path


def page(table: SurveyTable, unreported: Collection[str] = ()) -> str:
    """The whole page as text."""
    status, start = table.values["status"], at_start(table)
    return (
        document.environment("hpcph.survey")
        .get_template("survey.html")
        .render(
            title=table.title or "hpcph survey",
            temperature=table.temperature,
            count=len(status),
            statuses={name: int((status == name).sum()) for name in STATUSES},
            absences=absences(table),
            names=NAMES,
            reasons=REASONS,
            embedded={
                "columns": [_about(table, column, column.name in start) for column in table.columns],
                "words": _words(table),
                "numbers": _numbers(table),
                "unreported": sorted(unreported),
                "themes": document.themes(),
                "colours": {"list": style.SERIES, "signed": style.SIGNED, "sequential": style.SEQUENTIAL},
            },
            plotly=embed.plotly_script(),
            style=document.sources("hpcph.report", "page.css") + document.sources("hpcph.survey", "survey.css"),
            script=document.sources("hpcph.report", "unpack.js", "numbers.js")
            + document.sources("hpcph.survey", *SCRIPTS),
        )
    )


def absences(table: SurveyTable) -> list[Absence]:
    """Reasons of rows that are not done, those of most crystals first."""
    found = defaultdict(list)
    for name, status, reason in zip(*(table.values[key] for key in ("name", "status", "reason")), strict=True):
        if status != DONE:
            found[str(status), str(reason)].append(str(name))
    ordered = sorted(found.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    return [Absence(status, reason, tuple(names)) for (status, reason), names in ordered]


def at_start(table: SurveyTable) -> set[str]:
    """Columns that are shown before anybody chooses: those of words, and the first number with errors of each unit."""
    first: dict[str, str] = {}
    for column in table.columns:
        if column.errors and np.isfinite(table.values[column.name]).any():
            first.setdefault(column.unit, column.name)
    return {*(column.name for column in table.columns if column.name in AT_START), *list(first.values())[:NUMBERS]}


def symbol(text: str) -> Markup:
    r"""γ^NL_zz, \gamma^NL or γ^{NL} with high and low parts; a column without one has its name, of words."""
    pieces = re.split(r"([\^_](?:\{[^{}]*\}|\([^()]*\)|[^\W_]+))", _greek(text))
    return Markup("").join(
        Markup("<{0}>{1}</{0}>").format("sup" if piece[0] == "^" else "sub", piece[1:].strip("{}"))
        if i % 2
        else escape(piece)
        for i, piece in enumerate(pieces)
    )


def packed(values: np.ndarray, bits: int) -> str:
    """Numbers (n,) with mantissas of some bits, all first bytes, then all second, …, gzip and base64.

    Bytes of one place resemble each other, and rounded numbers end in zeros: half the size of what they are.
    """
    mantissa, exponent = np.frexp(np.asarray(values, dtype="<f8"))
    with np.errstate(over="ignore"):  # the largest numbers of all
        rounded = np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits)
    return _compressed(rounded.astype("<f8").view(np.uint8).reshape(-1, 8).T.tobytes())


def _about(table: SurveyTable, column: Column, start: bool) -> dict:
    """What the page says of a column."""
    words, unit = column.name.replace("_", " "), _shown(column)[0]
    return {
        "name": column.name,
        "kind": column.kind.value,
        "unit": "" if unit == "1" else embed.unit(unit),
        "plain": unit,
        "title": symbol(column.symbol) if column.symbol else escape(words),
        "listed": f"{_greek(column.symbol)}: {column.description}" if column.symbol else words,
        "words": words,
        "description": column.description,
        "start": start,
        "searched": column.kind is ColumnKind.TEXT and not any(map(DIGEST.fullmatch, table.values[column.name])),
    }


def _words(table: SurveyTable) -> str:
    """Columns of text by name."""
    texts = {c.name: list(map(str, table.values[c.name])) for c in table.columns if c.kind is ColumnKind.TEXT}
    return _compressed(json.dumps(texts, ensure_ascii=False).encode(errors="replace"))


def _numbers(table: SurveyTable) -> dict[str, list[str]]:
    """Of every other column its numbers, then its errors."""
    found = {}
    for column in table.columns:
        if column.kind is not ColumnKind.TEXT:
            _, factor = _shown(column)
            errors = [table.values[f"{column.name}_{kind}"] for kind in SOURCES] if column.errors else []
            values = packed(factor * table.values[column.name], BITS)
            found[column.name] = [values, *(packed(factor * error, ERROR_BITS) for error in errors)]
    return found


def _shown(column: Column) -> tuple[str, float]:
    """Unit on the page, and how many of it are one of the table's."""
    return SHOWN.get(column.unit, (column.unit, 1.0))


def _greek(text: str) -> str:
    r"""Letters instead of their names in TeX: \gamma."""

    def letter(found: re.Match) -> str:
        kind = "CAPITAL" if found[1][0].isupper() else "SMALL"
        name = "SCRIPT SMALL L" if found[1] == "ell" else f"GREEK {kind} LETTER {found[1].upper()}"
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return found[0]

    return re.sub(r"\\([A-Za-z]+)", letter, text)


def _compressed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()
