"""Light in the report: the lists show the stored response; models and crystals without thermal sections."""

import numpy as np
import pytest
from parallel import world
from report import browser
from report.test_page import embedded, unpack

from hpcph.report import light
from hpcph.report.page import write
from hpcph.result.open import open_result
from hpcph.show import light as response


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """result.h5 of the chain."""
    return world.result(tmp_path_factory.mktemp("chain"), browser.CHAIN)


@pytest.fixture(scope="module")
def crystal(tmp_path_factory):
    """result.h5 of quartz under light alone."""
    return browser.compute(tmp_path_factory.mktemp("light"), browser.LIGHT)


def drawn(chrome, plot: str) -> dict[str, np.ndarray]:
    """x and y of the curves by name."""
    found = chrome.execute_script(
        "return document.getElementById(arguments[0]).data.filter((d) => d.mode === 'lines')"
        ".map((d) => [d.name, Array.from(d.x), Array.from(d.y)])", f"plot-{plot}",
    )  # fmt: skip
    return {name: np.array([x, y]) for name, x, y in found}


def test_the_lists_choose_what_is_drawn(chrome, chain):
    """Every observable of the chain, and every component of one, is the stored one; no error on the console."""
    browser.visit(chrome, write(chain, None))
    with open_result(chain) as result:
        for name in light.OBSERVABLES:
            browser.put(chrome, "observable", name, "change")
            for component in response.COMPONENTS if name == "pam" else ("yz",):
                mu, nu = response.COMPONENTS[component]
                browser.put(chrome, "component", component, "change")
                stored = result[f"optics_{name}"].values[:, 2]
                curves, size = drawn(chrome, "light"), np.abs(stored).max()
                np.testing.assert_array_equal(curves["Re"][0], result["frequency"].values)
                np.testing.assert_allclose(curves["Re"][1], stored[:, mu, nu].real, atol=2e-7 * size)
                np.testing.assert_allclose(curves["Im"][1], stored[:, mu, nu].imag, atol=2e-7 * size)
            mean = result[f"optics_{name}_mean"].values[..., 2]
            for p, polarization in enumerate(("x", "circular +z")):
                shown = drawn(chrome, "polarized")[polarization][1]
                np.testing.assert_allclose(shown, mean[:, p], atol=2e-7 * np.abs(mean).max())
        label = chrome.execute_script("return document.getElementById('plot-bands').data[0].customdata[9 * 4 + 1]")
        m = result["bands_crystal_angular_momentum"].values[4, 1]
    assert f"m = {m:.0f}".replace("-", "−") in label and "ω = " in label and "THz" not in label
    assert browser.errors(chrome) == []


def test_hovering_shows_units_and_the_value_per_intensity(chrome, crystal):
    """The label at the strongest mean of circular light: both numbers with their units."""
    browser.visit(chrome, write(crystal, None))
    with open_result(crystal) as result:
        mean = result["optics_pam_mean"].values[:, 1, 2]
        at, intensity = int(np.argmax(np.abs(mean))), result.attrs["optics_intensity_per_field_squared"]
        nu = result["frequency"].values[at] / (2e12 * np.pi)
    browser.point(chrome, browser.place(chrome, "polarized", nu, mean[at]), click=False)
    label = "document.querySelector('#plot-polarized .hoverlayer')?.textContent ?? ''"
    browser.wait(chrome, f"return ({label}).includes('per W m⁻²')")
    text = chrome.execute_script(f"return {label}").replace("−", "-").replace("⁻", "-")
    assert f"{mean[at]:.4e}".split("e")[0] in text and f"{mean[at] / intensity:.4e}".split("e")[0] in text
    assert browser.errors(chrome) == []


def test_pages_say_what_is_missing(chain, crystal):
    """A model cannot have thermal sections; a crystal is told which section makes them."""
    of_model, of_crystal = (write(path, None).read_text("utf-8") for path in (chain, crystal))
    assert "Not in this result: <code>feedback</code> is for crystals" in of_model
    assert "add <code>feedback</code> to the input" in of_crystal and "add <code>bands</code>" in of_crystal
    assert set(embedded(of_crystal)["figures"]) == {"light", "polarized"}
    assert "No error estimate" not in of_model + of_crystal


def test_many_frequencies_are_thinned(crystal, monkeypatch):
    """Within the budget, evenly, and the page says so."""
    monkeypatch.setattr(light, "BUDGET", 4 * 40 * 10)
    text = write(crystal, crystal.with_name("thin.html")).read_text("utf-8")
    found = embedded(text)["data"]["light"]
    count = found["embedded"]
    numbers = sum(unpack(o[k]["values"]).size for o in found["observables"].values() for k in ("chi", "mean"))
    assert 4 * numbers <= light.BUDGET + 4 * 40 and 2 <= count < found["stored"] == 171
    assert f"The page holds {count} of the 171 frequencies" in text
    np.testing.assert_allclose(np.diff(unpack(found["frequency"]), 2), 0, atol=1e-9)
