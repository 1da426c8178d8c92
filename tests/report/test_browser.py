"""The page in a real browser: what it shows is what the result holds, and it asks nobody for anything."""

import json
import re

import numpy as np
import pytest
from report import browser
from scipy.interpolate import RegularGridInterpolator

from hpcph.report import embed, summary
from hpcph.report.page import write
from hpcph.response.feedback import of_radius
from hpcph.result.open import open_result
from hpcph.show import mode


@pytest.fixture(scope="module")
def opened(chrome, path, written):
    """The browser at the page of the full result, and the result."""
    browser.visit(chrome, written)
    with open_result(path) as result:
        yield chrome, result


def numbers(text: str) -> list[float]:
    return [float(x) for x in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text.replace("−", "-"))]


def test_no_errors_and_no_requests(opened):
    """Nothing severe on the console; the file itself is all that is loaded."""
    chrome, _ = opened
    assert browser.errors(chrome) == []
    messages = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    urls = {s["request"]["url"] for s in sent if s["documentURL"] == chrome.current_url}  # Chromium's own pages apart
    assert {url for url in urls if not url.startswith(("data:", "blob:"))} == {chrome.current_url}
    blocked = chrome.execute_async_script(
        "const done = arguments[0]; fetch('https://example.org/').then(() => done('sent'), (e) => done(e.name));"
    )
    assert blocked == "TypeError"  # the policy of the page
    buttons = "return [...document.querySelectorAll('.modebar-btn')].map((b) => b.dataset.title)"
    assert "Share" not in " ".join(chrome.execute_script(buttons))  # nor does a button offer to send a figure away


def test_the_title_is_text(opened):
    """A title with markup is shown as it is written."""
    chrome, _ = opened
    assert chrome.title.startswith(browser.TITLE)
    assert chrome.execute_script("return document.querySelector('h1').textContent") == browser.TITLE


def test_numbers_of_the_page_are_written_as_those_of_the_program(opened):
    """Digits, powers of ten and errors, whatever their sizes; known and unknown errors; what is lost in its error."""
    chrome, _ = opened
    random = np.random.default_rng(7)
    sizes = 10 ** random.uniform(-25, 7, 600)
    cases = [[x * sign, *x * 10 ** random.uniform(-9, 1.5, 2)] for x, sign in zip(sizes, [1, -1] * 300, strict=True)]
    cases += [[x, *10 ** random.uniform(-8, 2, 2)] for x in random.uniform(-20, 20, 400)]
    cases += [[x, error] for x, error, _ in cases[::5]]
    cases += [[0.0, 3e-19], [0.0, 0.0, 0.0], [0.8, 0.0, 0.02], [0.02, 96.0]]
    cases += [[9.96e-7, 2e-8, 9.6e-16], [999.96, 0.2, 0.0096], [1e-5, 0.5], [-3e-20, 1.96e-19]]
    said = chrome.execute_script("return arguments[0].map(([value, ...errors]) => withErrors(value, errors))", cases)
    assert said == [embed.number(*case) for case in cases]
    unknown = chrome.execute_script("return [withErrors(0.81234567, [NaN, 1e-9]), withErrors(0.81234567, [0.02, NaN])]")
    assert unknown == [embed.number(0.81234567, np.nan, 1e-9), embed.number(0.81234567, 0.02, np.nan)]
    bare = chrome.execute_script("return [withErrors(0.81234567, [NaN]), withErrors(2.5e-9, [])]")
    assert bare == [embed.number(0.81234567), embed.number(2.5e-9)]
    gains = [[float(x), *errors] for x, *errors in zip(1 + sizes[:200], sizes[200:400], sizes[:200], strict=True)]
    said = chrome.execute_script("return arguments[0].map(([eta, ...errors]) => amplificationText(eta, errors))", gains)
    assert said == [summary.amplification(*gain) for gain in gains]


@pytest.mark.parametrize("t, r", [(0, 0), (1, 1), (2, 2)])
def test_the_readout_is_the_stored_table(opened, t, r):
    """γ^LL, D, OD and η at stored temperatures and radii, with the stored errors of mesh and lattice."""
    chrome, result = opened
    T, radius = result["temperature"].values[t], result["radius"].values[r]
    move(chrome, T, radius)
    text = chrome.execute_script("return document.getElementById('diagram-readout').textContent")

    def stored(name: str) -> list[float]:
        """A number and its errors, those of the lattice too."""
        return [float(result[f"feedback_{name}{kind}"].values[t, r]) for kind in ("", "_error", "_lattice_error")]

    total, D, OD = (embed.number(*stored(f"gamma_ll_{part}")) for part in ("total", "diagonal", "off_diagonal"))
    eta = summary.amplification(*stored("amplification"))
    expected = f"T = {T:g} K, r = {radius * 1e9:g} nm: γᴸᴸ = {total} (D {D}, OD {OD}), η = {eta}"
    assert text == expected.replace("= ≈", "≈")
    assert total.count("(") == 2


def test_supercritical_points_say_so(opened):
    """Half the smallest radius at 300 K is below the critical radius: there is no η."""
    chrome, result = opened
    assert result["feedback_critical_radius"].values[2] > 9e-9
    move(chrome, 300, 9e-9)
    text = chrome.execute_script("return document.getElementById('diagram-readout').textContent")
    assert text.endswith("supercritical: η does not exist")


def test_hovering_over_the_diagram_reads_it(opened):
    """The label at (290 K, 20 nm) is the calibration: γ^LL = 0.8, η = 5."""
    chrome, _ = opened
    browser.point(chrome, browser.place(chrome, "diagram", 290, np.log10(20)), click=False)
    label = "return document.querySelector('#plot-diagram .hovertext')?.textContent ?? ''"
    browser.wait(chrome, f"return (() => {{ {label} }})().includes('η')")
    T, r, gamma, eta = numbers(chrome.execute_script(label).replace("LL", ""))
    assert (T, r) == (290, 20) and gamma == pytest.approx(0.8, rel=1e-3) and eta == pytest.approx(5, rel=1e-3)


def test_the_radius_slider_moves_the_line_plots(opened):
    """γ^LL(T) is that of the chosen radius, also between the stored ones; γ^LL(r) that of the chosen temperature."""
    chrome, result = opened
    curves = []
    for radius in (18e-9, 25e-9):
        chosen = move(chrome, 100, radius)
        T, total = chrome.execute_script("const d = document.getElementById('plot-gamma-t').data[0]; return [d.x, d.y]")
        gamma = result["feedback_gamma_ll_total"].values[:, 0]
        np.testing.assert_allclose(total, of_radius(gamma, 18e-9, np.array([chosen]))[:, 0], rtol=1e-9)
        np.testing.assert_array_equal(T, result["temperature"].values)
        curves.append(total)
    assert not np.allclose(*curves)
    x, y = chrome.execute_script("const d = document.getElementById('plot-gamma-r').data[0]; return [d.x, d.y]")
    np.testing.assert_allclose(y, gamma[0] * (18 / np.array(x)) ** 2, rtol=1e-9)


def move(chrome, T: float, r: float) -> float:
    """Both sliders to the nearest temperature and radius; the radius found, m."""
    data = chrome.execute_script("return JSON.parse(document.getElementById('embedded').textContent).data.diagram")
    radius = np.array(data["radius"]) * 1e-9
    nearest = int(np.abs(radius - r).argmin())
    browser.put(chrome, "temperature", data["temperature"].index(T))
    browser.put(chrome, "radius", nearest)
    return radius[nearest]


def test_the_slice_slider_shows_other_planes(opened):
    """Both maps are the stored contributions, continued by periods of a* and b*, inside the zone and only there."""
    chrome, result = opened
    reciprocal = 2 * np.pi * np.linalg.inv(result["crystal_lattice"].values).T
    along = reciprocal[0, :2] / np.linalg.norm(reciprocal[0])
    frame = np.array([along, [-along[1], along[0]]])  # x along a*; c* is along z
    ticks = np.linspace(-0.5, 0.5, 13)
    seen = []
    for plane in (0, 1, 2):
        browser.put(chrome, "plane", plane)
        for part in ("diagonal", "off_diagonal"):
            x, y, z, power = chrome.execute_script(
                "const d = document.getElementById('plot-slices-' + arguments[0])._fullData[0];"
                "const { power } = JSON.parse(document.getElementById('embedded').textContent).data.slices;"
                "return [d.x, d.y, d.z].map((of) => Array.from(of, (v) => (v.length ? Array.from(v) : v)))"
                ".concat(power[arguments[0]])",
                part,
            )
            z = np.array(z, float) * 10.0**power
            stored = RegularGridInterpolator((ticks, ticks), result[f"slices_{part}"].values[plane])
            some = [(i, j) for i in range(0, len(y), 7) for j in range(0, len(x), 7) if np.isfinite(z[i, j])]
            k = 1e10 * np.array([[x[j], y[i]] for i, j in some]) @ frame
            q = k @ np.linalg.inv(reciprocal[:2, :2])
            expected = stored(q - np.rint(q))
            shown = np.array([z[at] for at in some])
            known = np.isfinite(expected)
            assert known.sum() > 50
            np.testing.assert_allclose(shown[known], expected[known], rtol=1e-5, atol=1e-6 * np.nanmax(expected))
            seen.append(z)
    assert not np.allclose(seen[1], seen[3], equal_nan=True)
    area = np.isfinite(seen[0]).sum() * (x[1] - x[0]) * (y[1] - y[0]) * 1e20
    assert area == pytest.approx(np.linalg.norm(np.cross(*reciprocal[:2])), rel=0.05)


def atoms(chrome, phase: int) -> np.ndarray:
    """Positions of the sites at ωt in degrees, (s, 3) Å."""
    browser.put(chrome, "phase", phase)
    script = "const d = document.getElementById('plot-cell').data.at(-1); return [d.x, d.y, d.z]"
    return np.array(chrome.execute_script(script)).T


def trajectories(chrome, shown: mode.Mode, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Displacements (time, a, 3) of the atoms of the first cell, seen and expected."""
    phases = range(0, 360, 30)
    rest = shown.position_ac @ shown.lattice_vc * 1e10
    seen = np.array([atoms(chrome, phase)[: len(rest)] - rest for phase in phases])
    return seen, np.array([size * (shown.amplitude_ac * np.exp(-1j * np.radians(phase))).real for phase in phases])


def handedness(seen: np.ndarray, masses: np.ndarray) -> float:
    """Angular momentum along z of trajectories (time, a, 3), in arbitrary units."""
    return float(np.einsum("ta,a->", np.cross(seen, np.roll(seen, -1, axis=0))[..., 2], masses))


@pytest.mark.parametrize("index, branch", [(2, 1), (2, 2), (3, 4), (5, 14)])
def test_a_click_on_a_mode_makes_it_move(opened, index, branch):
    """Title and trajectories of the clicked mode; atoms follow Re U e^{−iωt} and turn with the sense of its l."""
    chrome, result = opened
    chosen = mode.at(result, "bands", index, branch)
    browser.put(chrome, "cells", 1, "change")
    x = result["distance"].values[index] * 1e-10
    before = atoms(chrome, 0)
    browser.point(chrome, browser.place(chrome, "bands", x, chosen.frequency * 1e-12), click=True)
    q, n = f"q = (0, 0, {chosen.q_c[2]:.4g}), ", f"branch {branch}, "
    title = "document.getElementById('cell-readout').textContent"
    browser.wait(chrome, f"return {title}.startsWith('{q}')")
    text = chrome.execute_script(f"return {title}")
    assert n in text
    nu, l = numbers(text)[-2:]
    assert nu == pytest.approx(chosen.frequency * 1e-12, rel=1e-5)
    assert l == pytest.approx(chosen.polarization[2], abs=1e-3)
    seen, expected = trajectories(chrome, chosen, 0.6)
    np.testing.assert_allclose(seen, expected, atol=2e-5)  # 16 bits
    assert not np.allclose(before, atoms(chrome, 0))
    if abs(l) > 0.05:
        assert np.sign(handedness(seen, result["crystal_masses"].values)) == np.sign(l)


def test_hovering_over_a_mode_names_it(opened):
    """q, branch, ν, l, helicity, labels m and ℓ on the axis and the moment in nuclear magnetons."""
    chrome, result = opened
    label = chrome.execute_script("return document.getElementById('plot-bands').data[0].customdata[27 * 4 + 2]")
    found = mode.at(result, "bands", 4, 3)
    *_, q, branch, nu, l, h, m, pseudo, moment = numbers(label)
    assert (q, branch) == (found.q_c[2], 3)
    assert nu == pytest.approx(found.frequency * 1e-12, rel=1e-5)
    assert l == pytest.approx(found.polarization[2], abs=1e-4)
    assert h == pytest.approx(result["bands_helicity"].values[4, 2], abs=1e-4)
    assert m == result["bands_crystal_angular_momentum"].values[4, 2]
    assert pseudo == pytest.approx(result["bands_pseudo_angular_momentum"].values[4, 2], abs=1e-4)
    magnetons = np.abs(result["bands_moment_circular"].values) / 5.0507837393e-27
    last = 10.0 ** (np.floor(np.log10(magnetons.max())) - 3)  # four digits of the largest
    assert moment == pytest.approx(result["bands_moment"].values[4, 2, 2] / 5.0507837393e-27, abs=0.501 * last)


def test_the_first_mode_and_its_copies_along_q(opened):
    """Branch 1 of the first orbit is there from the start; the second cell is e^{2πi q_c} ahead."""
    chrome, result = opened
    browser.put(chrome, "wave-vector", 0, "change")
    browser.put(chrome, "branch", 1, "change")
    browser.put(chrome, "cells", 3, "change")
    shown = mode.at(result, "orbits", 0, 1)
    rest = shown.position_ac @ shown.lattice_vc * 1e10
    at = atoms(chrome, 90)
    for cell in range(3):
        some = at[cell * len(rest) : (cell + 1) * len(rest)] - rest - cell * shown.lattice_vc[2] * 1e10
        wave = np.exp(1j * (2 * np.pi * cell * 0.091 - np.pi / 2))
        np.testing.assert_allclose(some, 0.6 * (shown.amplitude_ac * wave).real, atol=2e-5)
    browser.put(chrome, "cells", 1, "change")


def test_orbits_are_closed_and_coloured_by_their_sense(opened):
    """The lowest branch near Γ on Γ–A has l ≈ 1: every orbit that is not a line turns counter-clockwise."""
    chrome, result = opened
    assert mode.at(result, "orbits", 0, 1).polarization[2] > 0.8
    counter, clock = chrome.execute_script(
        "return document.getElementById('plot-cell').data.slice(2, 4).map((d) => [d.x, d.y, d.z])"
    )
    loop = np.array(counter, float).T
    ends = np.flatnonzero(np.isnan(loop[:, 0]))
    assert len(ends) > 9 and len(clock[0]) < len(counter[0]) / 4
    np.testing.assert_allclose(loop[0], loop[ends[0] - 1], atol=1e-9)


def test_play_moves_the_atoms(opened):
    """Frames follow each other while it plays, and stop with it."""
    chrome, _ = opened
    chrome.execute_script(
        "window.frames_seen = 0; document.getElementById('plot-cell').on('plotly_restyle', () => window.frames_seen++)"
    )
    chrome.execute_script("document.getElementById('play').click()")
    browser.wait(chrome, "return window.frames_seen > 8")
    assert chrome.execute_script("return document.getElementById('play').textContent") == "Pause"
    assert chrome.execute_script("return +document.getElementById('phase').value") > 0
    chrome.execute_script("document.getElementById('play').click()")


@pytest.mark.parametrize("changes", [browser.EMPTY, browser.ODD], ids=["nothing", "little"])
def test_results_with_few_sections_open_too(opened, tmp_path, changes):
    """No errors where little or nothing moves."""
    chrome, _ = opened
    chrome.get_log("browser")  # of the tests before
    browser.visit(chrome, write(browser.compute(tmp_path, changes), None))
    assert browser.errors(chrome) == []
