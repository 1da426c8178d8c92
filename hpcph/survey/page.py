"""survey.h5's table → survey.html: crystals are sorted, filtered, drawn and ranked on one page that loads nothing."""

import base64
import gzip
import json
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup, escape

from hpcph.report import document, embed, style
from hpcph.show.numbers import SOURCES
from hpcph.survey.table import Column, ColumnKind, SurveyTable

SCRIPTS = ("columns.js", "filters.js", "grid.js", "axes.js", "scatter.js", "ranking.js", "survey.js")
BITS, ERROR_BITS = 36, 18  # of a mantissa: more than the ten and the two digits that are shown
AT_START = {ColumnKind.TEXT: 3, ColumnKind.FLAG: 1, ColumnKind.NUMBER: 6}  # columns beside the name
WIDEST = 24  # characters of words among them
REASONS, NAMES = 100, 12  # that the list of what was left out holds, the rest is in the table
DIGEST = re.compile("[0-9a-f]{32,}")


@dataclass(frozen=True)
class Absence:
    """A reason why crystals have no numbers, or not all of them, and their names."""

    status: str
    reason: str
    names: tuple[str, ...]


def write(table: SurveyTable, path: Path) -> Path:
    """Write the page of a survey, at once; it opens `crystals/NAME/report.html` beside it.

    The table has the columns `name`, `status`, `reason` and `formula`. Raises InputError where no page can be written.
    """
    document.write(page(table), path)
    return path


def page(table: SurveyTable) -> str:
    """The whole page as text."""
    status, start = table.values["status"], at_start(table)
    return (
        document.environment("hpcph.survey")
        .get_template("survey.html")
        .render(
            title=table.title or "hpcph survey",
            temperature=table.temperature,
            count=len(status),
            statuses={name: int((status == name).sum()) for name in ("done", "partial", "failed")},
            absences=absences(table),
            names=NAMES,
            reasons=REASONS,
            embedded={
                "columns": [_about(table, column, column.name in start) for column in table.columns],
                "words": _words(table),
                "numbers": _numbers(table),
                "themes": document.themes(),
                "colours": {"list": style.OKABE_ITO, "signed": style.SIGNED},
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
        if status != "done":
            found[str(status), str(reason)].append(str(name))
    ordered = sorted(found.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    return [Absence(status, reason, tuple(names)) for (status, reason), names in ordered]


def at_start(table: SurveyTable) -> set[str]:
    """Columns that are shown before anybody chooses: short words that crystals share, marks, numbers with errors."""
    found = {"name"}
    for kind, count in AT_START.items():
        members = [c for c in table.columns if c.kind is kind and _tells(table, c)]
        found |= {column.name for column in members[:count]}
    return found


def symbol(text: str) -> Markup:
    r"""γ^NL_zz, \gamma^NL or γ^{NL} with high and low parts; a column without one has its name, of words."""
    pieces = re.split(r"([\^_](?:\{[^{}]*\}|[^\W_]+))", _greek(text))
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
    words = column.name.replace("_", " ")
    return {
        "name": column.name,
        "kind": column.kind.value,
        "unit": "" if column.unit == "1" else embed.unit(column.unit),
        "stored": column.unit,
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
            errors = [table.values[f"{column.name}_{kind}"] for kind in SOURCES] if column.errors else []
            values = packed(table.values[column.name], BITS)
            found[column.name] = [values, *(packed(error, ERROR_BITS) for error in errors)]
    return found


def _tells(table: SurveyTable, column: Column) -> bool:
    """Does it tell crystals apart at a glance: a number with errors, a short word or a mark that some of them share?"""
    values = table.values[column.name]
    if column.kind is ColumnKind.NUMBER:
        return column.errors and bool(np.isfinite(values).any())
    found = set(map(str, values))
    return 1 < len(found) < len(values) and max(map(len, found)) <= WIDEST


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
