"""A finite sample in the report: its numbers, its maps with and without feedback, its field outside."""

import re

import numpy as np
import pytest
from report import browser
from report.test_page import embedded, unpack

from hpcph.report import finite, summary
from hpcph.report.page import page
from hpcph.result.open import open_result
from hpcph.show import palette

pytestmark = pytest.mark.petsc
FIGURES = {"sample-temperature", "sample-pam_density", "sample-magnetization", "sample-stray"}


@pytest.fixture(scope="module")
def result(path):
    """The full result, whose sample is a cylinder."""
    with open_result(path) as found:
        yield found.load()


@pytest.fixture(scope="module")
def opened(chrome, written):
    """The browser at its page."""
    browser.errors(chrome)  # of the tests before
    browser.visit(chrome, written)
    return chrome


def section(text: str) -> str:
    return re.search(r'<section id="sample">.*?</section>', text, re.S).group()


def supercritical(result):
    """What the file of a supercritical sample holds."""
    lost = ("amplification", "pam", "pam_density", "magnetization", "moment", "rotation", "torque", "stray_field")
    return result.assign({f"sample_{name}": np.nan * result[f"sample_{name}"] for name in lost})


def drawn(chrome, name: str) -> tuple[np.ndarray, ...]:
    """x, z and the values (z, x) of a map."""
    found = chrome.execute_script(
        "const d = document.getElementById('plot-sample-' + arguments[0]).data[0];"
        "return [d.x, d.y, d.z].map((v) => Array.from(v, (w) => w.length ? Array.from(w) : w))", name
    )  # fmt: skip
    return tuple(np.array(values, float) for values in found)


def shown(chrome, name: str) -> np.ndarray:
    """The half x ≥ 0, whose mirror image the other is."""
    x, _, values = drawn(chrome, name)
    np.testing.assert_array_equal(values, values[:, ::-1])
    np.testing.assert_array_equal(x, -x[::-1])
    return values[:, len(x) // 2 :]


def test_buttons_change_the_maps(opened, result):
    """Stored values at every node, with and without feedback; the temperature stays; nothing on the console."""
    chrome = opened
    x, z, _ = drawn(chrome, "temperature")
    np.testing.assert_allclose(x[6:], result["x"].values * 1e9, rtol=1e-12)
    np.testing.assert_allclose(z, result["z"].values * 1e9, rtol=1e-12)
    seen = []
    for side, suffix in (("with", ""), ("without", "_without_feedback"), ("with", "")):
        chrome.execute_script(f"document.getElementById('feedback-{side}').click()")
        temperature = result["sample_temperature_field"].values[:, 0]
        np.testing.assert_allclose(shown(chrome, "temperature"), temperature, rtol=1e-6)
        for name in ("pam_density", "magnetization"):
            stored = result[f"sample_{name}{suffix}"].values[:, 0, :, 2]
            np.testing.assert_allclose(shown(chrome, name), stored, atol=1e-7 * np.abs(stored).max())
            seen.append(stored)
        script = "return ['with', 'without'].map((s) => document.getElementById('feedback-' + s).ariaPressed)"
        assert chrome.execute_script(script) == [str(side == of).lower() for of in ("with", "without")]
        title = chrome.execute_script("return document.getElementById('sample-pam_density-title').textContent")
        assert title.endswith(f", {side} feedback")
    assert not np.allclose(seen[0], seen[2], rtol=0.1)
    assert browser.errors(chrome) == []


def test_the_pointer_reads_all_maps(opened, result):
    """The node below it, in the label of its map and in the line above all of them, in the digits that are known."""
    chrome = opened
    browser.point(chrome, browser.place(chrome, "sample-pam_density", -10, 30), click=False)
    line = "document.getElementById('sample-readout').textContent"
    browser.wait(chrome, f"return {line}.startsWith('x = −10 nm, z = 30 nm')")
    values = browser.values(chrome.execute_script(f"return {line}"), "K|J|A")
    fields = ("temperature_field", "pam_density", "magnetization")
    expected = [np.ravel(result[f"sample_{name}"].values[4, 0, 3])[-1] for name in fields]
    maps = chrome.execute_script("return JSON.parse(document.getElementById('embedded').textContent).data.sample.maps")
    digits = [
        maps[name]["values"][side]["digits"]
        for name, side in (("temperature", "without"), ("pam_density", "with"), ("magnetization", "with"))
    ]
    assert values == [float(f"{value:.{n}g}") for value, n in zip(expected, digits, strict=True)]
    for name, n in zip(("pam", "moment"), digits[1:], strict=True):
        share = float(result[f"sample_{name}_error"][2] / abs(result[f"sample_{name}"][2]))
        assert 0.3 < share * 10.0 ** (n - 1) < 3.2 or (n == 1 and share > 1)
    label = "document.querySelector('#plot-sample-pam_density .hoverlayer').textContent"
    browser.wait(chrome, f"return ({label}).includes('⟨L')")
    assert f"{expected[1]:.{digits[1]}g}".split("e")[0].lstrip("-") in chrome.execute_script(f"return {label}")


def test_the_table_says_what_the_file_says(text, result):
    """Set-up and response; every figure is there, the field on the axis as it is stored."""
    words = section(text)
    for fact in ("cylinder, radius 20 nm, height 60 nm, 6 × 8 cells", "spot of radius 12 nm", "all 9 × 7 nodes"):
        assert fact in words
    facts = dict(finite.set_up(result) + finite.response(result))
    assert facts["coldest, hottest"].startswith("200 K, ")
    for name, variable in {
        "amplification η": "amplification", "largest eigenvalue of Γ": "eigenvalue", "L with feedback": "pam",
        "L without feedback": "pam_without_feedback", "rotation, set free": "rotation", "torque": "torque",
        "magnetic moment with feedback": "moment", "threshold power": "threshold_power",
    }.items():  # fmt: skip
        value, *errors = (
            float(np.ravel(result[f"sample_{variable}{kind}"].values)[-1]) for kind in ("", "_error", "_lattice_error")
        )
        assert name in words
        if np.isfinite(value):
            unit = result[f"sample_{variable}"].attrs["units"]
            expected = finite.number(value, *errors, of="" if unit == "1" else unit)
            expected = summary.amplification(value, *errors) if variable == "amplification" else expected
            assert facts[name].startswith(expected), name
    gamma = [float(result[f"sample_gamma_ll{kind}"]) for kind in ("", "_error", "_lattice_error")]
    scale = result.attrs["feedback_scale"]
    assert scale > 1e3 and finite.number(*(value / scale for value in gamma)) in words
    found = embedded(text)["figures"]
    assert set(found) >= FIGURES
    stored = [trace["customdata"] for trace in found["sample-stray"]["data"]]
    field = [unpack({"bytes": of["bdata"], "dtype": of["dtype"], "shape": -1}) for of in stored]
    np.testing.assert_array_equal(np.sort(np.concatenate(field)), np.sort(result["sample_stray_field"].values[:, 2]))


def test_samples_without_errors_are_shown_as_before(result):
    """Five digits, six of what is read off maps, and nothing behind them: of files that have no errors."""
    names = [name for name in result if str(name).endswith("_error") and "elasticity" not in str(name)]
    older = result.drop_vars(names).copy()
    for name in ("sample_hottest_error", "sample_hottest_lattice_error"):
        older.attrs.pop(name, None)
    facts = dict(finite.set_up(older) + finite.response(older))
    assert not any("±" in str(value) for value in facts.values())
    assert facts["L with feedback"] == finite.number(float(older["sample_pam"][2]), of="J s")
    maps = embedded(page(older))["data"]["sample"]["maps"]
    assert all(side["digits"] == 6 for of in maps.values() for side in of["values"].values())


def test_a_supercritical_sample_is_shown_without_feedback(chrome, tmp_path, result):
    """It says so above all, the button of what does not exist is dead, no NaN is drawn."""
    browser.errors(chrome)
    text = page(supercritical(result))
    assert "finite sample is supercritical" in text[: text.index('id="diagram"')]
    assert "Supercritical" in section(text) and "sample-stray" not in embedded(text)["figures"]
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    browser.visit(chrome, tmp_path / "page.html")
    stored = result["sample_pam_density_without_feedback"].values[:, 0, :, 2]
    np.testing.assert_allclose(shown(chrome, "pam_density"), stored, atol=1e-7 * np.abs(stored).max())
    chrome.execute_script("document.getElementById('feedback-with').click()")
    np.testing.assert_allclose(shown(chrome, "pam_density"), stored, atol=1e-7 * np.abs(stored).max())
    assert "NaN" not in chrome.execute_script("return document.getElementById('sample').innerText")
    assert browser.errors(chrome) == []


def test_large_samples_are_thinned(result, monkeypatch):
    """Within the budget, faces included, the values those of the nodes that are left; the page says of how many."""
    monkeypatch.setattr(finite, "BUDGET", 4 * 5 * 20)
    monkeypatch.setattr(finite, "FEW", 2)
    text = page(result)
    found = embedded(text)["data"]["sample"]
    rows, columns = found["embedded"]
    assert rows * columns <= 20 and rows > 2 and columns > 2 and found["stored"] == [9, 7]
    assert f"{rows} × {columns} of the 9 × 7 nodes" in section(text)
    x, z = (np.searchsorted(result[n].values * 1e9, unpack(found[n]) * (1 - 1e-12)) for n in "xz")
    assert [x[0], x[-1], z[0], z[-1]] == [0, 6, 0, 8]
    packed = found["maps"]["temperature"]["values"]["without"]
    expected = result["sample_temperature_field"].values[np.ix_(z, [0], x)][:, 0]
    np.testing.assert_allclose(unpack(packed["values"]) * packed["largest"], expected, rtol=1e-6)


def test_colours_of_both_signs_are_light_at_zero():
    """Whatever the two ends are: the colours of the figures."""
    scale = finite._colours(-1.0, 4.0)
    assert scale["colorscale"][4] == [pytest.approx(0.2), palette.SIGNED_AREA[4]]
    assert [scale["colorscale"][0][0], scale["colorscale"][-1][0]] == [0, 1]
    assert finite._colours(-2.0, -1.0)["colorscale"] == "Cividis"
