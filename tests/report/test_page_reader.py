"""The page as its readers use it: on a phone and on dark paper, by keys alone, and what they take along from it."""

import csv
import io
import re

import numpy as np
import pytest
from report import browser

from hpcph.report import style
from hpcph.result.open import open_result

CONTROLS = "main input, main select, main button, main summary, main .wide, nav a"
SAVED = """const [button, done] = arguments, make = URL.createObjectURL, click = HTMLAnchorElement.prototype.click;
    URL.createObjectURL = (blob) => { blob.text().then((text) => {
        URL.createObjectURL = make; HTMLAnchorElement.prototype.click = click; done(text); }); return "#"; };
    HTMLAnchorElement.prototype.click = () => {};
    document.querySelector(button).click();"""


@pytest.fixture(scope="module")
def phone(chrome, written):
    """The page on a phone that is set to dark."""
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    paper(chrome, "dark")
    browser.errors(chrome)
    browser.visit(chrome, written)
    yield chrome
    chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def paper(chrome, value: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": value}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def table(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """Comments and columns of a saved CSV."""
    lines = text.splitlines()
    rows = list(csv.reader(io.StringIO("\n".join(line for line in lines if not line.startswith("# ")))))
    columns = {name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}
    return [line for line in lines if line.startswith("# ")], columns


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of #rrggbb or rgb(…)."""
    if colour.startswith("#"):
        parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    else:
        parts = [int(x) for x in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in parts)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def test_a_phone_shows_all_of_it(phone):
    """Nothing is wider than the screen but what scrolls by itself; every control is on it, high enough to be hit."""
    assert phone.execute_script("return [innerWidth, document.documentElement.scrollWidth]") == [390, 390]
    boxes = phone.execute_script(
        "return [...document.querySelectorAll('main input, main select, main button')].map((e) => {"
        "const { left, right, height } = e.getBoundingClientRect(); return [e.id, left, right, height]; })"
    )
    assert len(boxes) > 40
    for name, left, right, height in boxes:
        assert 0 <= left < right <= 390 and height >= 14, name
    assert browser.errors(phone) == []


def test_the_ends_of_l_are_seen_on_dark_and_on_light_paper(phone):
    """l = ±1 contrasts with the page as drawings have to, 3 to 1 (WCAG 2); the colours follow when that changes."""
    for value, colours in (("light", style.SIGNED), ("dark", style.SIGNED_DARK)):
        paper(phone, value)
        scale = "document.getElementById('plot-bands')._fullData[0].marker.colorscale"
        browser.wait(phone, f"return {scale}.at(-1)[1] === '{colours[-1]}' && {scale}[0][1] === '{colours[0]}'")
        back = phone.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert min(contrast(colours[0], back), contrast(colours[-1], back)) >= 3, value


def test_tab_reaches_every_control(phone):
    """Each has a name and a frame when it is reached, and nothing that is invisible is reached."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    phone.execute_script("document.activeElement.blur(); scrollTo(0, 0); window.reached = []; window.frames = []")
    phone.execute_script(
        "document.addEventListener('focusin', ({ target: e }) => { window.reached.push(e);"
        "const isFramed = e.matches(':focus-visible') && getComputedStyle(e).outlineStyle === 'solid';"
        "window.frames.push(isFramed && e.getBoundingClientRect().width > 0); })"
    )
    wanted = phone.execute_script(
        f"return [...document.querySelectorAll('{CONTROLS}')].filter((e) => !e.disabled).length"
    )
    for _ in range(4):
        ActionChains(phone, duration=0).send_keys(*[Keys.TAB] * (wanted // 4 + 2)).perform()
    missed, framed, unnamed = phone.execute_script(
        f"const all = [...document.querySelectorAll('{CONTROLS}')].filter((e) => !e.disabled);"
        "const reached = new Set(window.reached);"
        "const name = (e) => e.ariaLabel || e.labels?.[0]?.textContent.trim() || e.textContent.trim();"
        "return [all.filter((e) => !reached.has(e)).map((e) => e.outerHTML), window.frames.every(Boolean),"
        "all.filter((e) => !name(e)).map((e) => e.outerHTML)]"
    )
    assert missed == [] and framed and unnamed == []


def test_keys_move_sliders_and_the_animation(phone):
    """Arrows on the phase, the temperature and a node of the sample; the space bar plays and pauses."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    def press(name: str, key: str) -> None:
        phone.find_element(By.ID, name).send_keys(key)

    def text(name: str) -> str:
        return phone.execute_script("return document.getElementById(arguments[0]).textContent", name)

    for name, says in (("phase", "phase-value"), ("temperature", "diagram-readout"), ("node-z", "sample-readout")):
        before = text(says)
        press(name, Keys.ARROW_LEFT if name != "phase" else Keys.ARROW_RIGHT)
        browser.wait(phone, f"return document.getElementById('{says}').textContent !== {before!r}")
    press("play", Keys.SPACE)
    browser.wait(phone, "return document.getElementById('play').ariaPressed === 'true'")
    browser.wait(phone, "return +document.getElementById('phase').value > 2")
    press("play", Keys.SPACE)
    assert text("play") == "Play"
    camera = "document.getElementById('plot-cell')._fullLayout.scene.camera.eye"
    browser.put(phone, "view", "axis", "change")
    browser.wait(phone, f"return Math.hypot({camera}.x, {camera}.y) < 1e-6 && {camera}.z > 1")


def test_words_and_numbers_are_for_people(phone):
    """No name of a dataset, no 6.5e-9 and no −0, in what is read and in what the pointer will show."""
    read = phone.execute_script(
        "const code = (n) => n.parentElement.closest('script, style, pre, code, #provenance'), found = [];"
        "const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
        "while (walk.nextNode()) if (!code(walk.currentNode)) found.push(walk.currentNode.data); return found"
    )
    labels = phone.execute_script(
        "return [...document.querySelectorAll('.plot')].flatMap((gd) => gd._fullData.flatMap((d) =>"
        "[d.name, d.hovertemplate, ...[d.text, d.customdata].flat(2)])).filter((t) => typeof t === 'string')"
    )
    assert len(read) > 300 and len(labels) > 300
    written = phone.execute_script("return [fixedTo(-3e-5, 4), fixedTo(-0.5, 4), shown(2.5e-9), five(-1234567)]")
    assert written == ["0", "−0.5000", "2.5 × 10⁻⁹", "−1.2346 × 10⁶"]
    for words in {*read, *labels}:
        assert not re.search(r"\d[eE][-+−]?\d|[−-]0(?:\.0+)?(?![.\d])|pam|[a-z]_[a-z]|NaN|undefined", words), words
        assert not re.search(r"%\{\w+:[^}]*e\}", words), words


def test_every_table_is_saved_with_units_and_errors(phone, path):
    """All buttons give rows; those of the density are the stored ones with both errors, the modes those of the path."""
    buttons = phone.execute_script(
        "return [...document.querySelectorAll('[data-csv]')].map((b) => [b.dataset.csv, b.dataset.table ?? null])"
    )
    sections = {name for name, _ in buttons}
    drawn = phone.execute_script("return [...document.querySelectorAll('section:has(.plot)')].map((s) => s.id)")
    assert {"summary", "lattice", *drawn} <= sections
    saved = {}
    for section, number in buttons:
        of = f'[data-csv="{section}"]' + (f'[data-table="{number}"]' if number else ":not([data-table])")
        comments, columns = saved[section, number] = table(phone.execute_async_script(SAVED, of))
        assert comments[0] == f"# {browser.TITLE}", of
        rows = {len(column) for column in columns.values()}
        assert (
            len(rows) == 1 and rows.pop() > 0 and not any("undefined" in cell for c in columns.values() for cell in c)
        )
    with open_result(path) as result:
        comments, columns = saved["density", "1"]
        for kind in ("", "_error", "_lattice_error"):
            stored = result[f"feedback_pam_density{kind}"].values[..., 2].ravel()
            found = np.array([float(x or "nan") for x in columns[f"feedback_pam_density{kind}_z (J s m-3)"]])
            np.testing.assert_array_equal(found, stored)
        T, r = result["temperature"].values, result["radius"].values
        assert [float(x) for x in columns["temperature (K)"]] == list(np.repeat(T, len(r)))
        assert [float(x) for x in columns["radius (m)"]] == list(np.tile(r, len(T)))
        assert any("estimated absolute error of the mesh sum" in line for line in comments)
        _, modes = saved["bands", None]
        np.testing.assert_allclose(
            np.array(modes["ν (THz)"], float), result["bands_frequency"].values.ravel() / 1e12, rtol=1e-6
        )
        np.testing.assert_allclose(np.array(modes["q_c"], float)[::27], result["bands_q"].values[:, 2], atol=1e-6)
        _, nodes = saved["sample", None]
        stored = result["sample_temperature_field"].values[:, 0]
        np.testing.assert_allclose(np.array(nodes["Temperature (K)"], float).reshape(9, 13)[:, 6:], stored, rtol=1e-6)
        _, light = saved["light", None]
        stored = result["optics_pam"].values[:, 2, 0, 1].imag
        seen = np.array(next(v for k, v in light.items() if k.startswith("Im χ_xy")), float)
        np.testing.assert_allclose(seen, stored, rtol=1e-6, atol=1e-9 * np.abs(stored).max())


@pytest.mark.parametrize("name", ["density", "diagram", "bands", "cell", "slices-diagonal"])
def test_figures_are_saved_as_svg_on_white(phone, name):
    """Also from the dark page; areas that a graphics card draws are pictures in it."""
    text = phone.execute_async_script(SAVED, f'[data-svg="{name}"]')
    assert text.startswith("<svg") and text.endswith("</svg>") and len(text) > 5000
    assert "fill: rgb(255, 255, 255)" in re.search("<rect[^>]*>", text).group()
    assert browser.errors(phone) == []
