"""The page of a survey in a real browser: sorting, filters, figures, downloads, links, and nothing asked of anybody."""

import csv
import io
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from report import browser
from survey import pages, tables

from hpcph.report import embed
from hpcph.survey import page
from hpcph.survey.table import ColumnKind, SurveyTable

COUNT = 24  # rows that all fit in sight
EVIL = "<img src=x onerror=\"document.title='broken'\">"
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@pytest.fixture(scope="module")
def chrome(tmp_path_factory):
    """A browser that saves what is downloaded."""
    found = browser.start(tmp_path_factory.mktemp("browser") / "profile")
    yield found
    found.quit()


@pytest.fixture(scope="module")
def table():
    """A survey of a few crystals, all kinds of rows among them."""
    found = tables.table(COUNT, seed=5)
    assert set(found.values["status"]) == {"done", "partial", "failed"}
    return found


@pytest.fixture(scope="module")
def written(chrome, table, tmp_path_factory):
    """Its page."""
    return page.write(table, tmp_path_factory.mktemp("survey") / "survey.html")


@pytest.fixture
def opened(chrome, written):
    """The browser at this page as it is when nobody has chosen anything."""
    if chrome.current_url.startswith(written.as_uri()):
        chrome.execute_script("document.getElementById('reset').click()")
    else:
        pages.open_page(chrome, written)
    return chrome


@pytest.fixture
def whole(opened, table):
    """The browser at this page with all columns."""
    fragment = "columns=" + ",".join(c.name for c in table.columns)
    opened.execute_script("location.hash = arguments[0]", fragment)
    browser.wait(opened, f"return document.querySelectorAll('#grid thead th').length === {len(table.columns)}")
    return opened


def as_text(table: SurveyTable, name: str, i: int) -> str:
    """How numbers are written in reports."""
    column = next(c for c in table.columns if c.name == name)
    value, failed = table.values[name][i], table.values["status"][i] == "failed"
    if column.kind is ColumnKind.TEXT:
        return value or "–"
    if column.kind is ColumnKind.FLAG:
        return "–" if failed else "yes" if value else "no"
    factor = tables.READ.get(column.unit, 1.0)
    value *= factor
    errors = [factor * table.values[f"{name}_{k}"][i] for k in ("error", "lattice_error") if column.errors]
    if column.errors and value == 0:
        return "0 (symmetry)"
    return embed.number(value, *errors) if column.kind is ColumnKind.NUMBER or np.isnan(value) else f"{value:.0f}"


@pytest.mark.parametrize("count", [0, 1, 9, COUNT])
def test_small_surveys_open(chrome, count, tmp_path):
    """With no, one and some crystals: as many rows, no error, and the file itself is all that is loaded."""
    chrome.get_log("performance")
    pages.visit(chrome, tables.table(count), tmp_path)
    assert len(pages.names(chrome)) == count
    assert browser.errors(chrome) == []
    messages = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    urls = {s["request"]["url"] for s in sent if s["documentURL"] == chrome.current_url}
    assert {url for url in urls if not url.startswith(("data:", "blob:"))} == {chrome.current_url}
    blocked = chrome.execute_async_script(
        "const done = arguments[0]; fetch('https://example.org/').then(() => done('sent'), (e) => done(e.name));"
    )
    assert blocked == "TypeError" and len(browser.errors(chrome)) == 2  # the policy says so
    assert "Share chart" not in str(chrome.execute_script(
        "return [...document.querySelectorAll('.modebar-btn')].map((b) => b.dataset.title)"
    ))  # fmt: skip


def test_a_survey_in_which_all_failed_opens(chrome, tmp_path):
    """Rows with reasons, no number anywhere, no error."""
    table = tables.table(COUNT)
    nothing = {c.name: np.full(COUNT, np.nan) for c in table.columns if c.kind is ColumnKind.NUMBER}
    values = dict(table.values) | nothing | {"status": np.array(["failed"] * COUNT)}
    pages.visit(chrome, replace(table, values=values), tmp_path)
    assert len(pages.names(chrome)) == COUNT and browser.errors(chrome) == []


def test_cells_are_what_the_table_holds(whole, table):
    """Every cell of every column, with errors and digits as in reports; 0 (symmetry), – and the words of a crystal."""
    columns = [c.name for c in table.columns if c.name != "name"]
    said, texts = pages.cells(whole), set()
    assert pages.names(whole) == table.values["name"].tolist()
    for i, row in enumerate(said):
        for name, text in zip(columns, row, strict=True):
            expected = as_text(table, name, i)
            if name in ("formula", "space_group"):
                text, expected = text.translate(LOWERED), expected.replace("_", "")
            assert text == expected, (name, i)
            texts.add(text)
    assert {"0 (symmetry)", "–", "yes", "no", "failed"} <= texts and any(text.count("±") == 2 for text in texts)


@pytest.mark.parametrize("name", ["gamma_nl_axis", "space_group_number", "sohncke", "formula", "seconds", "status"])
def test_a_click_sorts_and_what_is_missing_comes_last(whole, table, name):
    """Numbers, counts and marks from the largest, words from A; a second click turns it round, a third lets it be."""
    column, names = next(c for c in table.columns if c.name == name), table.values["name"]
    if column.kind is ColumnKind.TEXT:
        words = [re.sub(r"\d+", lambda n: n.group().zfill(9), w).lower() for w in table.values[name]]
        there = [i for i in range(COUNT) if words[i]]
        missing, way = [i for i in range(COUNT) if not words[i]], (False, True)
        expected = [sorted(there, key=lambda i: words[i], reverse=down) for down in (False, True)]
        expected[1] = [i for word in sorted({words[i] for i in there}, reverse=True) for i in there if words[i] == word]
        expected = [[*order, *missing] for order in expected]
    else:
        values = np.where(table.values["status"] == "failed", np.nan, table.values[name].astype(float))
        way, expected = (True, False), [pages.order(values, down) for down in (True, False)]
    for down, order in zip(way, expected, strict=True):
        pages.click(whole, column.description)
        assert pages.names(whole) == names[list(order)].tolist()
        sort = whole.execute_script("return document.querySelector('[aria-sort]').getAttribute('aria-sort')")
        assert sort == ("descending" if down else "ascending")
    pages.click(whole, column.description)
    assert pages.names(whole) == names.tolist()


def test_numbers_sort_by_size_without_sign(whole, table):
    """|value| from the largest; what is 0 by symmetry before what is missing."""
    whole.execute_script("document.getElementById('magnitude').click()")
    pages.click(whole, "γ^NL along the axis")
    expected = pages.order(np.abs(table.values["gamma_nl_axis"]), True)
    assert pages.names(whole) == table.values["name"][expected].tolist()


def test_words_filter(opened, table):
    """All of them must occur somewhere in a crystal's words; capitals matter where there are any."""
    texts = [c.name for c in table.columns if c.kind is ColumnKind.TEXT and c.name != "fingerprint"]

    def expected(*words: str) -> list[str]:
        rows = ([str(table.values[t][i]) for t in texts] for i in range(COUNT))
        kept = [
            all(any(w in (t if w != w.lower() else t.lower()) for t in row) for w in words) for row in rows
        ]  # fmt: skip
        return table.values["name"][kept].tolist()

    for words in (["cubic"], ["Te"], ["te"], ["P3"], ["cubic", "li"], ["imaginary"], ["no such word"]):
        pages.search(opened, " ".join(words))
        assert pages.names(opened) == expected(*words)
        count = opened.execute_script("return document.getElementById('count').textContent")
        assert count == f"{len(expected(*words))} of {COUNT} crystals"
    assert expected("Te") != expected("te")


def test_statuses_filter(opened, table):
    """A status that is switched off is not seen."""
    opened.execute_script("document.querySelector('[data-status=partial]').click()")
    assert pages.names(opened) == table.values["name"][table.values["status"] != "partial"].tolist()
    opened.execute_script("document.querySelector('[data-status=done]').click()")
    assert pages.names(opened) == table.values["name"][table.values["status"] == "failed"].tolist()


def test_numbers_filter(opened, table):
    """From, to, both and marks, all at once; crystals without the number are out; a removed filter is gone."""
    gamma, kappa, names = (table.values[n] for n in ("gamma_nl_axis", "kappa", "name"))
    with np.errstate(invalid="ignore"):
        pages.limit(opened, "kappa", 2.0, None)
        assert pages.names(opened) == names[kappa >= 2].tolist()
        pages.limit(opened, "gamma_nl_axis", -1e-17, 1e-17)
        both = (kappa >= 2) & (np.abs(gamma) <= 1e-17)
        assert pages.names(opened) == names[both].tolist() and 0 < both.sum() < (kappa >= 2).sum()
        pages.choose(opened, "filter", "sohncke")
        assert pages.names(opened) == names[both & table.values["sohncke"]].tolist()
        opened.execute_script("[...document.querySelectorAll('#filters button')].forEach(() => "
                              "document.querySelector('#filters button').click())")  # fmt: skip
    assert pages.names(opened) == names.tolist()


def test_the_address_holds_the_view(opened, table, written):
    """Whoever opens it sees the same crystals in the same order, columns, figures and picked crystals."""
    pages.search(opened, "e")
    pages.limit(opened, "kappa", 1.5, None)
    pages.click(opened, "Mean of the diagonal of κ")
    opened.execute_script("document.querySelector('#columns input[value=volume]').click()")
    opened.execute_script("document.querySelector('#grid tbody input').click()")
    for name, value in {"x": "seconds", "y-scale": "linear", "way": "smallest", "top": "10"}.items():
        pages.choose(opened, name, value)
    address, seen = opened.current_url, (pages.names(opened), pages.cells(opened), pages.traces(opened, "scatter"))
    assert address.startswith(written.as_uri() + "#") and len(seen[0]) > 1
    opened.get("about:blank")
    opened.get(address)
    browser.wait(opened, "return document.body.dataset.ready === 'true'", 120)
    assert (pages.names(opened), pages.cells(opened), pages.traces(opened, "scatter")) == seen
    assert len(seen[2]) == 4  # without colour, with it, picked with errors of mesh and lattice
    assert [opened.execute_script(f"return document.getElementById('{n}').value") for n in ("way", "top")] == [
        "smallest", "10",
    ]  # fmt: skip
    opened.execute_script("document.getElementById('reset').click()")
    assert pages.names(opened) == table.values["name"].tolist() and "#" not in opened.current_url


def test_hostile_addresses_do_nothing(chrome, written):
    """Unknown columns, lists and markup in the fragment are passed over."""
    fragment = f"#sort={EVIL}&columns=nothing,{EVIL}&x={EVIL}&filter=a:b:c&filter=kappa:x:y&picked={EVIL}&status={EVIL}"
    pages.open_page(chrome, written, fragment)
    assert pages.names(chrome) == [] and chrome.title == "Chiral crystals – hpcph"  # of no status
    assert browser.errors(chrome) == []


@pytest.mark.parametrize("words", [("name", "formula", "reason"), ("symbol", "description")])
def test_hostile_words_are_shown_not_obeyed(chrome, tmp_path, words):
    """Markup in names, formulas and columns stands in table, figures and labels as it is written."""
    table = tables.table(9)
    if "symbol" in words:
        columns = tuple(replace(c, symbol=EVIL, description=EVIL) for c in table.columns)
        table = replace(table, columns=columns)
    else:
        evil = {name: np.array([f"{EVIL}{i}" for i in range(9)]) for name in words}
        table = replace(table, values=dict(table.values) | evil)
    pages.visit(chrome, table, tmp_path, "#columns=" + ",".join(c.name for c in table.columns))
    chrome.execute_script("for (const k of [0, 1, 2]) document.querySelectorAll('#grid tbody input')[k].click()")
    pages.traces(chrome, "ranking")
    for figure in ("scatter", "ranking"):  # the label at a point
        at = "{ points: [{ customdata: 3 }], event: { clientX: 9, clientY: 9 } }"
        chrome.execute_script(f"document.getElementById('plot-{figure}').emit('plotly_hover', {at})")
        assert "<img" in chrome.execute_script("return document.getElementById('label').textContent")
    assert chrome.execute_script("return document.querySelectorAll('img[onerror]').length") == 0
    assert chrome.title == "Chiral crystals – hpcph" and browser.errors(chrome) == []
    assert "<img" in chrome.execute_script("return document.querySelector('main').textContent")


def test_a_row_leads_to_its_report(opened, table):
    """And to its result; a crystal that failed has neither."""
    found = opened.execute_script(
        "return [...document.querySelectorAll('#grid th.name')].slice(1)"
        ".map((c) => [...c.querySelectorAll('a')].map((a) => a.getAttribute('href')))"
    )
    for name, status, links in zip(table.values["name"], table.values["status"], found, strict=True):
        files = [] if status == "failed" else [f"crystals/{name}/result.h5", f"crystals/{name}/report.html"]
        assert links == files


def test_keys_move_pick_and_open(opened, table, written):
    """Tab to the table, arrows to a row, Space picks it, Enter opens its report; Enter at a head sorts."""
    from selenium.webdriver.common.keys import Keys

    at = int(np.flatnonzero(table.values["status"] == "done")[3])
    name = str(table.values["name"][at])
    report = report_of(written, name)
    grid = opened.find_element("id", "grid")
    grid.send_keys(Keys.END, Keys.HOME, *[Keys.ARROW_DOWN] * at, Keys.SPACE)
    picked = opened.execute_script("return [...document.querySelectorAll('tr[aria-selected=true]')].map((r) => r.id)")
    assert picked == [f"row-{at}"] == [grid.get_attribute("aria-activedescendant")]
    grid.send_keys(Keys.ENTER)
    assert opened_elsewhere(opened) == report.as_uri()
    head = opened.find_elements("css selector", "#grid thead button")[1]
    head.send_keys(Keys.ENTER)
    assert opened.execute_script("return document.querySelector('[aria-sort]').textContent").startswith("status")
    assert opened.execute_script("return document.activeElement.textContent").startswith("status")  # where it was


def report_of(written: Path, name: str) -> Path:
    """A page in the place of a crystal's own."""
    report = written.parent / "crystals" / name / "report.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("<title>its report</title>")
    return report


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


def test_the_scatter_shows_two_numbers_of_every_crystal(opened, table):
    """Places of all that have both, coloured by the third; those without the third in grey; the rest is counted."""
    for name, value in {"x": "kappa", "y": "gamma_nl_axis", "colour": "largest_moment"}.items():
        pages.choose(opened, name, value)
    for name in ("x-scale", "y-scale", "colour-scale"):
        pages.choose(opened, name, "linear")
    grey, coloured = pages.traces(opened, "scatter")
    x, y, colour = (table.values[n] for n in ("kappa", "gamma_nl_axis", "largest_moment"))
    both = np.isfinite(x) & np.isfinite(y)
    assert sorted(grey["at"] + coloured["at"]) == np.flatnonzero(both).tolist()
    np.testing.assert_allclose(coloured["x"], x[coloured["at"]], rtol=1e-9)
    np.testing.assert_allclose(coloured["y"], y[coloured["at"]], rtol=1e-9)
    np.testing.assert_allclose(coloured["colour"], colour[coloured["at"]], rtol=1e-9)
    said = opened.execute_script("return document.getElementById('scatter-count').textContent")
    assert said == f"{both.sum()} of {COUNT} crystals; {(~both).sum()} have not both numbers."
    titles = opened.execute_script(
        "const { xaxis, yaxis } = document.getElementById('plot-scatter')._fullLayout;"
        "return [xaxis.title.text, yaxis.title.text]"
    )
    assert titles == ["κ (W m⁻¹ K⁻¹)", "γ<sup>NL</sup><sub>zz</sub> (J s m⁻² K⁻¹)"]


def test_scales_keep_signs_and_zeros(opened, table):
    """Logarithmic: positive numbers alone, the others are counted. ± log: all of them, in order, zero at zero."""
    y = table.values["gamma_nl_axis"]
    pages.choose(opened, "y", "gamma_nl_axis")
    pages.choose(opened, "x", "kappa")
    pages.choose(opened, "y-scale", "log")
    there = [i for trace in pages.traces(opened, "scatter") for i in trace["at"]]
    with np.errstate(invalid="ignore"):
        assert sorted(there) == np.flatnonzero(y > 0).tolist()
        lost = int((y <= 0).sum())
    said = opened.execute_script("return document.getElementById('scatter-count').textContent")
    assert f"{lost} are not positive on a logarithmic axis" in said
    pages.choose(opened, "y-scale", "symlog")
    points = [p for t in pages.traces(opened, "scatter") for p in zip(t["at"], t["y"], strict=True)]
    at, place = (np.array(column) for column in zip(*points, strict=True))
    assert len(at) == np.isfinite(y).sum()
    np.testing.assert_array_equal(np.sign(place), np.sign(y[at]))
    order = np.argsort(y[at], kind="stable")
    assert (np.diff(place[order]) >= 0).all() and (np.diff(place[order])[np.diff(y[at][order]) > 0] > 0).all()
    ticks = opened.execute_script(
        "const { tickvals, ticktext } = document.getElementById('plot-scatter')._fullLayout.yaxis;"
        "return [Array.from(tickvals), Array.from(ticktext)]"
    )
    assert "0" in ticks[1] and ticks[0] == sorted(ticks[0]) and ticks[0][ticks[1].index("0")] == 0


def test_picked_crystals_have_their_errors(opened, table):
    """Bars of mesh and lattice as long as the errors are; on ± log their ends are where these numbers stand."""
    done = np.flatnonzero((table.values["status"] == "done") & (table.values["gamma_nl_axis"] != 0))[:3].tolist()
    for i in done:
        opened.execute_script("document.querySelectorAll('#grid tbody input')[arguments[0]].click()", i)
    for name, value in {"x": "kappa", "y": "gamma_nl_axis", "x-scale": "linear", "y-scale": "linear"}.items():
        pages.choose(opened, name, value)
    *_, mesh, lattice = pages.traces(opened, "scatter")
    for trace, kind in ((mesh, "error"), (lattice, "lattice_error")):
        assert trace["at"] == done
        for axis, name in (("errorX", "kappa"), ("errorY", "gamma_nl_axis")):
            for end in ("up", "down"):
                known = np.nan_to_num(table.values[f"{name}_{kind}"][done])
                np.testing.assert_allclose(trace[axis][end], known, rtol=1e-5)
    pages.choose(opened, "y-scale", "symlog")
    *_, mesh, _ = pages.traces(opened, "scatter")
    value, error = (table.values[f"gamma_nl_axis{kind}"][done] for kind in ("", "_error"))
    unit = 10 ** np.log10(np.abs(value[0])) / (10 ** np.abs(mesh["y"][0]) - 1)
    upper = np.sign(value + error) * np.log10(1 + np.abs(value + error) / unit)
    np.testing.assert_allclose(np.array(mesh["y"]) + mesh["errorY"]["up"], upper, rtol=1e-5)


def test_a_click_at_a_point_opens_the_report(opened, table, written):
    """The label names the crystal with its numbers and errors; a click opens its page."""
    for name, value in {"x": "kappa", "y": "gamma_nl_axis", "x-scale": "linear", "y-scale": "linear"}.items():
        pages.choose(opened, name, value)
    pages.traces(opened, "scatter")
    i = int(np.nanargmax(table.values["gamma_nl_axis"]))
    name = str(table.values["name"][i])
    report = report_of(written, name)
    pixel = browser.place(opened, "scatter", table.values["kappa"][i], table.values["gamma_nl_axis"][i])
    browser.point(opened, pixel, click=False)
    browser.wait(opened, "return !document.getElementById('label').hidden")
    label = opened.execute_script("return document.getElementById('label').textContent")
    for word in (name, as_text(table, "kappa", i), as_text(table, "gamma_nl_axis", i), "W m⁻¹ K⁻¹"):
        assert word in label
    assert as_text(table, "formula", i) in label.translate(LOWERED)
    browser.point(opened, pixel, click=True)
    assert opened_elsewhere(opened) == report.as_uri()


@pytest.mark.parametrize("way", ["size", "largest", "smallest"])
def test_the_ranking_is_the_order_of_the_numbers(opened, table, way):
    """The first crystals by size, from the largest or from the smallest, with both errors."""
    pages.choose(opened, "ranked", "gamma_nl_axis")
    pages.choose(opened, "way", way)
    pages.choose(opened, "top", "10")
    pages.choose(opened, "ranked-scale", "linear")
    mesh, lattice = pages.traces(opened, "ranking")
    values = table.values["gamma_nl_axis"]
    compared = np.abs(values) if way == "size" else values
    first = pages.order(compared, way != "smallest")[:10]
    assert mesh["at"] == first.tolist()
    np.testing.assert_allclose(mesh["x"], compared[first], rtol=1e-9)
    np.testing.assert_allclose(mesh["errorX"]["up"], table.values["gamma_nl_axis_error"][first], rtol=1e-5)
    known = [i for i in first if np.isfinite(table.values["gamma_nl_axis_lattice_error"][i])]
    assert lattice["at"] == known
    np.testing.assert_allclose(
        lattice["errorX"]["up"], table.values["gamma_nl_axis_lattice_error"][known], rtol=1e-5
    )  # fmt: skip


def test_figures_follow_the_filters(opened, table):
    """Scatter and ranking hold the crystals of the table and no other."""
    pages.search(opened, "cubic")
    cubic = np.flatnonzero((table.values["crystal_system"] == "cubic") & np.isfinite(table.values["kappa"]))
    assert sorted(i for trace in pages.traces(opened, "scatter") for i in trace["at"]) == cubic.tolist()
    assert sorted(pages.traces(opened, "ranking")[0]["at"]) == cubic.tolist()


def downloaded(chrome, folder, button: str):
    """What a button saves."""
    chrome.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    chrome.execute_script("document.getElementById(arguments[0]).click()", button)
    path, end = folder / f"survey.{button}", time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < end, "nothing was saved"
        time.sleep(0.05)
    return path.read_bytes().decode("utf-8")


def test_the_filtered_table_is_saved_as_csv(opened, table, tmp_path):
    """All columns of the crystals in sight, errors too, in their order, to nine digits; quotes and commas too."""
    pages.search(opened, "e")
    pages.click(opened, "Mean of the diagonal of κ")
    head, *rows = list(csv.reader(io.StringIO(downloaded(opened, tmp_path, "csv"), newline="")))
    names = [n for c in table.columns for n in (c.name, *([f"{c.name}_error", f"{c.name}_lattice_error"] * c.errors))]
    assert [word.partition(" (")[0] for word in head] == names and {
        "kappa (W m-1 K-1)",
        "volume (Å³)",
        "critical_radius (nm)",
    } <= {*head}
    units = {name: c.unit for c in table.columns for name in (c.name, f"{c.name}_error", f"{c.name}_lattice_error")}
    where = {str(name): i for i, name in enumerate(table.values["name"])}
    at = [where[row[0]] for row in rows]
    assert [row[0] for row in rows] == pages.names(opened) and 0 < len(rows)
    for k, name in enumerate(names):
        said, values = [row[k] for row in rows], table.values[name][at]
        if values.dtype.kind == "f":
            rtol = 1e-5 if name.endswith("_error") else 1e-8
            values = tables.READ.get(units[name], 1.0) * values
            np.testing.assert_allclose([float(x or "nan") for x in said], values, rtol=rtol)
        elif values.dtype.kind == "b":
            failed = table.values["status"][at] == "failed"
            assert said == ["" if lost else str(bool(v)).lower() for v, lost in zip(values, failed, strict=True)]
        else:
            assert said == values.tolist()


def test_the_scatter_is_saved_as_svg(opened, table, tmp_path):
    """Vectors, a mark for each crystal, axes with their names."""
    root = ElementTree.fromstring(downloaded(opened, tmp_path, "svg"))
    marks = [e for e in root.iter() if "point" in e.get("class", "").split()]
    assert len(marks) == np.isfinite(table.values["kappa"]).sum()
    text = "".join(root.itertext())
    assert "J s m⁻² K⁻¹" in text and not [e for e in root.iter() if e.tag.endswith("image")]


def test_what_was_left_out_has_a_section(opened, table):
    """Every reason with its number of crystals and their names."""
    text = opened.execute_script("return document.getElementById('absences').textContent")
    for status, reason, name in zip(*(table.values[n] for n in ("status", "reason", "name")), strict=True):
        if status == "failed":
            assert reason in text and name in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_page(chrome, written, scheme):
    """390 px wide nothing stands over the edge, figures included, and letters differ from what is behind them."""
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    features = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", features)
    try:
        pages.open_page(chrome, written)
        assert chrome.execute_script("return document.documentElement.scrollWidth") <= 390
        over = chrome.execute_script(
            "return [...document.querySelectorAll('main *')].filter((e) => !e.closest('#view, .wide')"
            " && e.getBoundingClientRect().right > 391).map((e) => e.outerHTML.slice(0, 80))"
        )
        assert over == []
        assert len(pages.names(chrome)) > 10
        back, ink = chrome.execute_script(
            "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
        )
        light = [sum(map(int, re.findall(r"\d+", colour)[:3])) / 765 for colour in (back, ink)]
        assert abs(light[0] - light[1]) > 0.75 and (light[0] > 0.5) == (scheme == "light")
    finally:
        chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
