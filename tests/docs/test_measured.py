"""What the pages on accuracy and speed show is what benchmarks keep, and what guards a claim is there."""

import json
import re

import made_pages
import pytest
from benchmarks import measured, tables

ACCURACY = tables.PAGES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("page", tables.PAGES, ids=lambda page: page.stem)
def test_tables_are_what_was_measured(page):
    """Of every file that a page has marks for; `make docs` writes them anew."""
    text = page.read_text(encoding="utf-8")
    assert made_pages.filled(page, tables.parts(text)) == text, "run `make docs`"


def test_every_file_of_measured_rows_is_shown():
    """And every run says when, where, by which commit and by what command."""
    shown = {name for page in tables.PAGES for name in tables.parts(page.read_text(encoding="utf-8"))}
    assert {path.stem for path in measured.FOLDER.glob("*.json")} == shown
    told = {"command", "date", "machine", "versions", "commit", "rows"}
    assert all(told <= set(run) and run["rows"] for name in shown for run in measured.read(name))


def test_tests_that_are_said_to_guard_agreement_are_there():
    """Every row of the table names one."""
    rows = ACCURACY.partition("| checked against |")[2].partition("\n\n")[0].splitlines()[2:]
    named = [re.findall(r"`([^`]*)`", row.rpartition(" | ")[2]) for row in rows]
    assert len(named) > 15 and all(named)
    assert not [name for names in named for name in names if not (made_pages.ROOT / "tests" / name).is_file()]


def test_rows_replace_those_of_the_same_columns(tmp_path, monkeypatch):
    """Others stay, a run of which nothing is left goes, and a row more of one run joins it."""
    monkeypatch.setattr(measured, "FOLDER", tmp_path / "measured")
    first = {"command": "old", "date": "", "machine": "", "versions": {}, "commit": ""}
    rows = [{"crystal": "a", "time": 1.0}, {"crystal": "b", "time": 2.0}]
    (tmp_path / "measured").mkdir()
    (tmp_path / "measured/kernel.json").write_text(json.dumps([{**first, "rows": rows}]))
    measured.keep("kernel", [{"crystal": "a", "time": 1.23456}], by=["crystal"])
    measured.keep("kernel", [{"crystal": "c", "time": 3}], by=["crystal"])
    old, new = measured.read("kernel")
    assert old["rows"] == rows[1:]
    assert new["rows"] == [{"crystal": "a", "time": 1.23}, {"crystal": "c", "time": 3}]
    measured.keep("kernel", [{"crystal": "b", "time": 4.0}], by=["crystal"])
    (only,) = measured.read("kernel")
    assert [row["crystal"] for row in only["rows"]] == ["a", "c", "b"] and only["date"] and only["commit"]


def test_numbers_of_a_column_share_their_power_of_ten():
    """And have as many digits as the longest of them; others are written out."""
    assert tables.column("γ", [-2.5e-7, 1.234e-8, None, 3e-9]) == ["γ (1e-7)", "−2.500", "0.1234", "", "0.03000"]
    assert tables.column("s", [0.91, 12, "a"]) == ["s", "0.91", "12", "a"]
