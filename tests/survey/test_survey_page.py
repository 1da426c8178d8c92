"""The page of a survey as a file: numbers as they were, text that stays text, reasons of what is left out."""

import base64
import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from survey import tables

from hpcph.errors import InputError
from hpcph.survey import page
from hpcph.survey.columns import COLUMNS, OF_CRYSTAL
from hpcph.survey.table import ColumnKind, SurveyTable

HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">&amp;"


def embedded(text: str) -> dict:
    return json.loads(re.search(r'id="embedded">(.*?)</script>', text, re.S).group(1))


def unpacked(text: str) -> np.ndarray:
    shuffled = np.frombuffer(gzip.decompress(base64.b64decode(text)), np.uint8)
    return np.ascontiguousarray(shuffled.reshape(8, -1).T).view("<f8").ravel()


def with_text(table: SurveyTable, **columns: str) -> SurveyTable:
    """Every crystal has these texts."""
    size = len(table.values["name"])
    return replace(table, values=dict(table.values) | {name: np.array([text] * size) for name, text in columns.items()})


def test_one_file_that_loads_nothing(tmp_path):
    """A policy that forbids everything but what is in the file; no address but those of the crystals' own files."""
    path = page.write(tables.table(9), tmp_path / "survey.html")
    text = path.read_text("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["survey.html"]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert "default-src 'none'" in policy and "http" not in policy and "*" not in policy
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    assert not re.search(r'(?:src|href)="(?!#|data:)', markup)


def test_the_same_table_gives_the_same_bytes():
    """Nothing on the page depends on when or where it was written."""
    assert page.page(tables.table(40)) == page.page(tables.table(40))


@pytest.mark.parametrize("column", ["name", "formula", "reason", "space_group", "status"])
def test_hostile_words_stay_words(column):
    """Whatever stands in a crystal's text, the page has its own three scripts and no other markup."""
    text = page.page(replace(with_text(tables.table(9), **{column: HOSTILE}), title=HOSTILE))
    assert text.count("<script") == text.count("</script>") == 3
    assert "<img" not in text


def test_hostile_columns_stay_words():
    """The same of symbols, units and descriptions of columns."""
    hostile = tables.column("evil", ColumnKind.NUMBER, HOSTILE, HOSTILE + "^" + HOSTILE, HOSTILE)
    table = tables.table(9)
    table = replace(table, columns=(*table.columns, hostile), values=dict(table.values) | {"evil": np.arange(9.0)})
    text = page.page(table)
    assert text.count("<script") == text.count("</script>") == 3
    title = next(c["title"] for c in embedded(text)["columns"] if c["name"] == "evil")
    assert "<img" not in title and "<script" not in title


def test_names_that_are_no_text_can_be_written(tmp_path):
    """A place whose bytes are no UTF-8 is shown with a mark for them, and the page is there."""
    odd = with_text(tables.table(2), place="phonondb/\udcff")
    assert page.write(replace(odd, title="\udcff"), tmp_path / "survey.html").stat().st_size > 1e6


@given(arrays(np.float64, st.integers(0, 40), elements=st.floats(width=64)))
def test_numbers_come_back_to_ten_digits(values):
    """Of any size, down to the smallest; NaN, infinities, zeros and whole numbers exactly."""
    found = unpacked(page.packed(values, page.BITS))
    special = ~np.isfinite(values) | (values == 0)
    np.testing.assert_array_equal(found[special], values[special])
    normal = ~special & (np.abs(values) > 1e-300) & (np.abs(values) < 1e308)
    np.testing.assert_allclose(found[normal], values[normal], rtol=2.0**-page.BITS)
    whole = np.rint(np.where(np.abs(values) < 1e10, values, 0.0)) + 0.0
    np.testing.assert_array_equal(unpacked(page.packed(whole, page.BITS)), whole)


def test_every_number_of_the_table_is_on_the_page():
    """Values and both errors of every column, in nm and Å³ where the table has m and m³; marks are 1 and 0."""
    table = tables.table(60)
    found = embedded(page.page(table))["numbers"]
    assert set(found) == {c.name for c in table.columns if c.kind is not ColumnKind.TEXT}
    for column in table.columns:
        if column.kind is not ColumnKind.TEXT:
            known = [column.name] + [f"{column.name}_{e}" for e in ("error", "lattice_error") if column.errors]
            assert len(found[column.name]) == len(known)
            for text, name, bits in zip(found[column.name], known, (page.BITS, *[page.ERROR_BITS] * 2), strict=False):
                values = tables.READ.get(column.unit, 1.0) * table.values[name].astype(float)
                np.testing.assert_allclose(unpacked(text), values, rtol=2.0**-bits)


def test_marks_are_of_the_structure():
    """All of them are known where the formula is, of a crystal that failed too: the page goes by that."""
    own = {taken.column.name for taken in OF_CRYSTAL}
    assert "formula" in own and {c.name for c in COLUMNS if c.kind is ColumnKind.FLAG} <= own


@pytest.mark.parametrize(
    "text, html",
    [
        ("γ^NL_zz", "γ<sup>NL</sup><sub>zz</sub>"), (r"\gamma^NL", "γ<sup>NL</sup>"), (r"\ell", "ℓ"),
        ("|γ^NL|", "|γ<sup>NL</sup>|"), ("r_{c}", "r<sub>c</sub>"), (r"\Gamma_{<}", "Γ<sub>&lt;</sub>"),
        ("|χ^(L)|", "|χ<sup>(L)</sup>|"), ("a<b", "a&lt;b"), (r"\nothing", r"\nothing"),
    ],
)  # fmt: skip
def test_symbols_have_high_and_low_parts(text, html):
    """As written in labels, with or without braces; the rest is text."""
    assert page.symbol(text) == html


@given(st.text())
def test_symbols_are_inert(text):
    """No tag but sup and sub comes out of any symbol."""
    assert not re.search("<(?!/?(?:sup|sub)>)", page.symbol(text))


@given(st.lists(st.tuples(st.sampled_from(["done", "partial", "failed"]), st.sampled_from("abc")), max_size=30))
def test_everything_left_out_has_its_reason(rows):
    """Crystals that are not done are each under one reason, failed ones before partial ones, common reasons first."""
    status, reason = (np.array([row[k] for row in rows], dtype=str) for k in (0, 1))
    name = np.array([f"crystal-{i}" for i in range(len(rows))], dtype=str)
    found = page.absences(SurveyTable("", 300.0, (), {"name": name, "status": status, "reason": reason}))
    listed = {n: (a.status, a.reason) for a in found for n in a.names}
    assert listed == {str(n): row for n, row in zip(name, rows, strict=True) if row[0] != "done"}
    assert sum(len(a.names) for a in found) == len(listed)
    ranks = [(a.status != "failed", -len(a.names)) for a in found]
    assert ranks == sorted(ranks)


def test_the_start_shows_what_tells_crystals_apart():
    """Words, whether it is chiral, and of each unit the first number with errors that any crystal has."""
    table = tables.table(60)
    empty = dict(table.values) | {"kappa": np.full(60, np.nan)}
    assert page.at_start(replace(table, values=empty)) == {
        "name", "status", "formula", "space_group", "sohncke",
        "gamma_nl_norm", "chi_trace", "critical_radius",
    }  # fmt: skip


def test_the_search_leaves_fingerprints_alone():
    """Two letters are found in names and formulas, not in digits of a digest."""
    searched = {c["name"] for c in embedded(page.page(tables.table(9)))["columns"] if c["searched"]}
    assert searched == {"name", "status", "formula", "space_group", "crystal_system", "reason", "place"}


def test_a_page_that_cannot_be_written_is_a_mistake_of_the_user(tmp_path):
    """One line, and what is there stays."""
    (tmp_path / "survey.html").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        page.write(tables.table(1), tmp_path / "survey.html")
    assert [p.name for p in tmp_path.iterdir()] == ["survey.html"]


def test_ten_thousand_crystals_fit_into_ten_megabytes(tmp_path):
    """With 89 columns, 23 of them with both errors, all digits random, and a digest of every crystal."""
    more = tuple(tables.column(f"kappa_{k}", ColumnKind.NUMBER, "W m-1 K-1", f"κ_{k}", "", k < 9) for k in range(32))
    columns = (*tables.COLUMNS, *tables.MORE, *more)
    path = page.write(tables.table(10_000, columns), tmp_path / "survey.html")
    assert len(columns) >= 80 and path.stat().st_size < 10e6
