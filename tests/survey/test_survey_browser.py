"""The page of a survey in a real browser: rows, sorting, filters, links, and nothing asked of anybody."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from report import browser
from survey import pages, tables

from hpcph.survey import page
from hpcph.survey.table import ColumnKind

EVIL = "<img src=x onerror=\"document.title='broken'\">"


@pytest.mark.parametrize("count", [0, 1, 9, pages.COUNT])
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
    table = tables.table(pages.COUNT)
    nothing = {c.name: np.full(pages.COUNT, np.nan) for c in table.columns if c.kind is ColumnKind.NUMBER}
    values = dict(table.values) | nothing | {"status": np.array(["failed"] * pages.COUNT)}
    pages.visit(chrome, replace(table, values=values), tmp_path)
    assert len(pages.names(chrome)) == pages.COUNT and browser.errors(chrome) == []


def test_marks_of_crystals_that_failed_are_said_where_they_are_known(whole, table):
    """yes or no of every crystal with a formula, as in its row; – of one whose structure nobody could read."""
    failed, known = table.values["status"] == "failed", table.values["formula"] != ""
    column = [c.name for c in table.columns if c.name != "name"].index("sohncke")
    said = np.array([row[column] for row in pages.cells(whole)])
    assert set(said[failed & known]) <= {"yes", "no"} and set(said[failed & ~known]) == {"–"}
    assert (said[failed & known] == "yes").tolist() == table.values["sohncke"][failed & known].tolist() != []


def test_cells_are_what_the_table_holds(whole, table):
    """Every cell of every column, with errors and digits as in reports; 0 (symmetry), – and the words of a crystal."""
    columns = [c.name for c in table.columns if c.name != "name"]
    said, texts = pages.cells(whole), set()
    assert pages.names(whole) == table.values["name"].tolist()
    for i, row in enumerate(said):
        for name, text in zip(columns, row, strict=True):
            expected = pages.as_text(table, name, i)
            if name in ("formula", "space_group"):
                text, expected = text.translate(pages.LOWERED), expected.replace("_", "")
            assert text == expected, (name, i)
            texts.add(text)
    assert {"0 (symmetry)", "–", "yes", "no", "failed"} <= texts and any(text.count("(") == 2 for text in texts)


@pytest.mark.parametrize("name", ["gamma_nl_axis", "space_group_number", "sohncke", "formula", "seconds", "status"])
def test_a_click_sorts_and_what_is_missing_comes_last(whole, table, name):
    """Numbers, counts and marks from the largest, words from A; a second click turns it round, a third lets it be."""
    column, names = next(c for c in table.columns if c.name == name), table.values["name"]
    if column.kind is ColumnKind.TEXT:
        words = [re.sub(r"\d+", lambda n: n.group().zfill(9), w).lower() for w in table.values[name]]
        there = [i for i in range(pages.COUNT) if words[i]]
        missing, way = [i for i in range(pages.COUNT) if not words[i]], (False, True)
        expected = [sorted(there, key=lambda i: words[i], reverse=down) for down in (False, True)]
        expected[1] = [i for word in sorted({words[i] for i in there}, reverse=True) for i in there if words[i] == word]
        expected = [[*order, *missing] for order in expected]
    else:
        mark = column.kind is ColumnKind.FLAG
        none = table.values["formula"] == "" if mark else table.values["status"] == "failed"
        values = np.where(none, np.nan, table.values[name].astype(float))
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
        rows = ([str(table.values[t][i]) for t in texts] for i in range(pages.COUNT))
        kept = [
            all(any(w in (t if w != w.lower() else t.lower()) for t in row) for w in words) for row in rows
        ]  # fmt: skip
        return table.values["name"][kept].tolist()

    for words in (["cubic"], ["Te"], ["te"], ["P3"], ["cubic", "li"], ["imaginary"], ["no such word"]):
        pages.search(opened, " ".join(words))
        assert pages.names(opened) == expected(*words)
        count = opened.execute_script("return document.getElementById('count').textContent")
        assert count == f"{len(expected(*words))} of {pages.COUNT} crystals"
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


def test_a_crystal_without_a_page_is_no_link_to_one(chrome, tmp_path):
    """As with --no-reports: its result is there to open, and nothing leads nowhere."""
    few = tables.table(9)
    bare, *others = (str(name) for name in few.values["name"][few.values["status"] != "failed"])
    path = page.write(few, tmp_path / "survey.html", [bare])
    pages.open_page(chrome, path)
    found = chrome.execute_script(
        "return [...document.querySelectorAll('#grid th.name a')].map((a) => a.getAttribute('href'))"
    )
    assert {f"crystals/{name}/report.html" for name in others} <= set(found)
    assert f"crystals/{bare}/result.h5" in found and f"crystals/{bare}/report.html" not in found


def test_keys_move_pick_and_open(opened, table, written):
    """Tab to the table, arrows to a row, Space picks it, Enter opens its report; Enter at a head sorts."""
    from selenium.webdriver.common.keys import Keys

    at = int(np.flatnonzero(table.values["status"] == "done")[3])
    name = str(table.values["name"][at])
    report = pages.report_of(written, name)
    grid = opened.find_element("id", "grid")
    grid.send_keys(Keys.END, Keys.HOME, *[Keys.ARROW_DOWN] * at, Keys.SPACE)
    picked = opened.execute_script("return [...document.querySelectorAll('tr[aria-selected=true]')].map((r) => r.id)")
    assert picked == [f"row-{at}"] == [grid.get_attribute("aria-activedescendant")]
    grid.send_keys(Keys.ENTER)
    assert pages.opened_elsewhere(opened) == report.as_uri()
    head = opened.find_elements("css selector", "#grid thead button")[1]
    head.send_keys(Keys.ENTER)
    assert opened.execute_script("return document.querySelector('[aria-sort]').textContent").startswith("status")
    assert opened.execute_script("return document.activeElement.textContent").startswith("status")  # where it was


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
