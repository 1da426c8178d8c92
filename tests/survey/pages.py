"""What a person does with the page of a survey in a browser."""

import time
from pathlib import Path

import numpy as np
from report import browser
from survey import tables

from hpcph.report import embed
from hpcph.survey import page
from hpcph.survey.table import ColumnKind, SurveyTable

COUNT = 24  # rows that all fit in sight
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def open_page(chrome, written: Path, fragment: str = "") -> None:
    """Open a page anew and wait until its figures are drawn."""
    chrome.get("about:blank")  # another fragment alone would not load it again
    chrome.get(written.as_uri() + fragment)
    browser.wait(chrome, "return document.body.dataset.ready === 'true'", 120)


def visit(chrome, table: SurveyTable, folder: Path, fragment: str = "") -> None:
    """Write the page of a table and open it."""
    open_page(chrome, page.write(table, folder / "survey.html"), fragment)


def names(chrome) -> list[str]:
    """Crystals in the table, of which those in sight and a few more are there."""
    return chrome.execute_script("return [...document.querySelectorAll('#grid th.name')].slice(1).map((c) => c.title)")


def cells(chrome) -> list[list[str]]:
    """Texts of the columns behind the name."""
    return chrome.execute_script(
        "return [...document.querySelectorAll('#grid tbody tr:not(.gap)')]"
        ".map((r) => [...r.cells].slice(1).map((c) => c.textContent))"
    )


def click(chrome, column: str) -> None:
    """At the head of a column in sight, by its description."""
    chrome.execute_script(
        "[...document.querySelectorAll('#grid thead button')]"
        ".find((b) => b.title === arguments[0] + ' – sort').click()",
        column,
    )  # fmt: skip


def choose(chrome, name: str, value: str) -> None:
    """Of a list; the figures follow."""
    browser.put(chrome, name, value, "change")


def search(chrome, text: str) -> None:
    browser.put(chrome, "search", text)


def limit(chrome, column: str, low: float | None, high: float | None) -> None:
    """Add a filter of a number."""
    choose(chrome, "filter", column)
    chrome.execute_script(
        "const inputs = document.querySelectorAll('#filters fieldset:last-child input');"
        "[...arguments].forEach((x, k) => { if (x !== null) { inputs[k].value = x;"
        "inputs[k].dispatchEvent(new Event('input')); } })",
        low, high,
    )  # fmt: skip


def traces(chrome, figure: str) -> list[dict]:
    """What is drawn, once it no longer changes: x, y, crystals, lengths of error bars."""
    chrome.execute_async_script("setTimeout(arguments[0], 600)")
    return chrome.execute_script(
        """const list = (x) => Array.from(x ?? []), bar = (e) => e && { up: list(e.array), down: list(e.arrayminus) };
        return document.getElementById("plot-" + arguments[0]).data.map((t) => ({
          type: t.type, name: t.name, x: list(t.x), y: list(t.y), at: list(t.customdata), colour: t.marker.color,
          errorX: bar(t.error_x), errorY: bar(t.error_y) }))""",
        figure,
    )  # fmt: skip


def order(values: np.ndarray, down: bool) -> np.ndarray:
    """Indices by numbers; NaN last, equal ones as they were."""
    return np.argsort(-values if down else values, kind="stable")


def as_text(table: SurveyTable, name: str, i: int) -> str:
    """How numbers are written in reports."""
    column = next(c for c in table.columns if c.name == name)
    value, known = table.values[name][i], table.values["formula"][i] != ""
    if column.kind is ColumnKind.TEXT:
        return value or "–"
    if column.kind is ColumnKind.FLAG:
        return "–" if not known else "yes" if value else "no"
    factor = tables.READ.get(column.unit, 1.0)
    value *= factor
    errors = [factor * table.values[f"{name}_{k}"][i] for k in ("error", "lattice_error") if column.errors]
    if column.errors and value == 0:
        return "0 (symmetry)"
    return embed.number(value, *errors) if column.kind is ColumnKind.NUMBER or np.isnan(value) else f"{value:.0f}"


def opened_elsewhere(chrome) -> str:
    """Address of the tab that was opened, which is closed again."""
    first, end = chrome.current_window_handle, time.monotonic() + 15
    while len(chrome.window_handles) < 2:
        assert time.monotonic() < end, "no tab was opened"
        time.sleep(0.05)
    other = next(handle for handle in chrome.window_handles if handle != first)
    chrome.switch_to.window(other)
    browser.wait(chrome, "return location.href !== 'about:blank'")
    address = chrome.current_url
    chrome.close()
    chrome.switch_to.window(first)
    return address


def report_of(written: Path, name: str) -> Path:
    """A page in the place of a crystal's own."""
    report = written.parent / "crystals" / name / "report.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("<title>its report</title>")
    return report
