"""The page as a file: what it says, how large it is, and what happens to bad arguments."""

import base64
import json
import re

import numpy as np
import pytest
from parallel import world
from report import browser

from hpcph.cli import main
from hpcph.report import diagram, modes, page
from hpcph.result.open import open_result
from hpcph.show import mode


def embedded(text: str) -> dict:
    return json.loads(re.search(r'id="embedded">(.*?)</script>', text, re.S).group(1))


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["bytes"]), f"<{packed['dtype']}").reshape(packed["shape"])


def test_one_file_that_names_no_other(path, text):
    """Below 10 MB, nothing beside it but the result, nothing to load, and a policy that forbids it."""
    assert len(text.encode()) < 10e6
    assert {p.name for p in path.parent.iterdir()} == {"result.h5", "result.xdmf", "summary.json", "report.html"}
    markup = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    assert not re.search(r'(?:src|href)="(?!#|data:)', markup)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert "default-src 'none'" in policy and "http" not in policy and "*" not in policy


def test_the_users_text_cannot_become_markup(text):
    """Title and input are escaped; the page has its own three scripts and no other."""
    assert browser.TITLE not in text
    assert "&lt;script&gt;document.title" in text
    assert text.count("<script") == text.count("</script>") == 3


def test_scale_and_supercritical_points_are_prominent(text):
    """The adjusted number and the points without a solution stand above everything else."""
    summary = text[text.index('id="summary"') : text.index('id="diagram"')]
    assert "Feedback scale" in summary and "supercritical" in summary and "first principles" in summary


def test_missing_sections_are_named(tmp_path):
    """A line for every part that the input did not ask for, no figure, and the rest is there."""
    text = page.write(browser.compute(tmp_path, browser.EMPTY), None).read_text("utf-8")
    missing = re.findall(r"Not in this result: add <code>(.*?)</code> to the input", text)
    assert {"feedback", "bands", "bands or orbits", "slices", "spectrum", "sample"} <= set(missing)
    assert any("Born charges" in line for line in missing)
    assert set(embedded(text)["figures"]) >= {"convergence", "density"}
    assert not set(embedded(text)["figures"]) & {"diagram", "bands", "cell", "slices", "spectra", "sample-temperature"}
    assert "Feedback scale" not in text


def test_amplitudes_are_those_of_the_modes(path, text):
    """u of every embedded mode is U of hpcph.show.mode to 16 bits, orbits first."""
    found = embedded(text)["data"]["cell"]["modes"]
    u = unpack(found["amplitude"]) / 32767
    with open_result(path) as result:
        for place, section, index in ((0, "orbits", 0), (1, "bands", 0), (6, "bands", 5)):
            for branch in (1, 9, 27):
                expected = mode.at(result, section, index, branch)
                np.testing.assert_allclose(u[place, branch - 1] @ [1, 1j], expected.amplitude_ac, atol=2.2e-5)
                np.testing.assert_allclose(unpack(found["q"])[place], expected.q_c, atol=1e-7)
                assert unpack(found["frequency"])[place, branch - 1] == pytest.approx(expected.frequency * 1e-12)
    assert unpack(found["place"]).tolist() == list(range(1, 10))


def test_large_crystals_embed_fewer_wave_vectors(path, tmp_path, monkeypatch):
    """Within the budget, ends of the path included, the nearest for every point; the page says how many."""
    monkeypatch.setattr(modes, "BUDGET", 4 * 27 * 9 * 12)
    text = page.write(path, tmp_path / "small.html").read_text("utf-8")
    found = embedded(text)["data"]["cell"]["modes"]
    assert (found["stored"], found["embedded"], found["amplitude"]["shape"][0]) == (9, 4, 5)
    q, place = unpack(found["q"])[:, 2], unpack(found["place"])
    stored = np.linspace(0, 0.5, 9)
    np.testing.assert_allclose(np.abs(q[place] - stored), np.abs(q[1:, None] - stored).min(axis=0), atol=1e-7)
    assert place[0] == 1 and place[-1] == 4
    assert "4 of the 9 wave vectors" in text


def test_the_table_of_the_diagram_continues_the_stored_one(path):
    """Stored radii to the last bit, γ^LL ∝ r⁻² between them, η = 1/(1 − γ^LL) above the critical radius alone."""
    with open_result(path) as result:
        found = diagram.table(result)
        at = [int(np.flatnonzero(found["radius"] == r)[0]) for r in result["radius"].values]
        for ours, stored in (("total", "gamma_ll_total"), ("amplification", "amplification")):
            np.testing.assert_array_equal(found[ours][:, at], result[f"feedback_{stored}"].values)
        square = found["total"] * found["radius"] ** 2
        np.testing.assert_allclose(square, square[:, :1].repeat(len(found["radius"]), 1), rtol=1e-12)
        beyond = found["radius"] > result["feedback_critical_radius"].values[:, None]
        np.testing.assert_array_equal(np.isfinite(found["amplification"]), beyond)
        eta = found["amplification"][beyond]
        np.testing.assert_allclose(eta, 1 / (1 - found["total"][beyond]), rtol=1e-10)


def test_contours_of_the_diagram_are_where_gamma_has_their_value(path, text):
    """γ^LL of the first sample times (r₀/r)² is the number that stands on the line."""
    with open_result(path) as result:
        gamma, radius = result["feedback_gamma_ll_total"].values[:, 0], result["radius"].values[0] * 1e9
    lines = [line for line in embedded(text)["figures"]["diagram"]["data"] if line.get("mode") == "lines+text"]
    assert lines
    for line in lines:
        level, r = float(max(line["text"])), np.frombuffer(base64.b64decode(line["y"]["bdata"]), line["y"]["dtype"])
        np.testing.assert_allclose(gamma * (radius / r) ** 2, level, rtol=1e-9)


def test_magnetization_and_rotation_are_drawn_where_they_are(path, text):
    """Moments in nuclear magnetons, magnetization and field with and without feedback, the response to rotation."""
    found = embedded(text)
    wanted = {"magnetization-density", "magnetization-field"} | {
        f"rotation-{name}" for name in ("pam_density", "magnetization", "field")
    }
    assert wanted <= set(found["figures"])
    assert len(found["figures"]["magnetization-density"]["data"]) == 4  # three radii and none
    with open_result(path) as result:
        expected = result["bands_moment_circular"].values / 5.0507837393e-27
        single = np.abs(np.diff(result["bands_frequency"].values, axis=1)).min(axis=1) > 1e8
        mean = result["bands_moment"].values[..., 2] / 5.0507837393e-27
    np.testing.assert_allclose(expected[single], mean[single], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(unpack(found["data"]["bands"]["moment"]), expected, rtol=1e-6, atol=1e-9)
    assert "magnetization with feedback" in text


def test_a_magnetic_field_is_shown(path, text):
    """Levels of Γ that split, sound, densities with and without feedback, what is left out; a marker a mode."""
    found = embedded(text)["figures"]
    assert {"field-shift", "field-susceptibility", "field-pam_density"} <= set(found)
    assert len(found["field-pam_density"]["data"]) == 5  # kinetic, canonical, three radii
    with open_result(path) as result:
        shift, splitting = result["field_shift_per_tesla"].values, result["field_centre_splitting"].values
    shown = found["field-shift"]["data"][0]["y"]
    drawn = np.frombuffer(base64.b64decode(shown["bdata"]), shown["dtype"])
    np.testing.assert_allclose(drawn, shift.ravel() / (2e6 * np.pi), rtol=1e-6, atol=1e-9)
    section = text[text.index('<section id="field">') :].partition("</section>")[0]
    levels = np.count_nonzero(splitting > 1e-6 * splitting.max()) // 2
    assert levels == 8 and section.count(" THz</th>") == levels
    sound = section[section.index("<caption>Sound") :].partition("</table>")[0]
    assert sound.count('<th scope="row">') == 3 and "4377.5(2)" in sound and "electrons are left out" in section


@pytest.mark.parametrize("make", ["no result", "no folder", "a folder"])
def test_bad_arguments_end_with_one_line(path, tmp_path, make, comm, capfd):
    """Exit code 2, one line, nothing left behind."""
    foreign = tmp_path / "foreign.h5"
    foreign.write_text("not HDF5")
    arguments = {
        "no result": (foreign,),
        "no folder": (path, "--output", tmp_path / "missing/page.html"),
        "a folder": (path, "--output", tmp_path),
    }[make]
    assert main(["report", *map(str, arguments)], comm) == 2
    err = capfd.readouterr().err
    assert len(err.strip().splitlines()) == 1 and "hpcph: " in err
    assert [p.name for p in tmp_path.iterdir()] == ["foreign.h5"]


def test_the_command_prints_the_page(path, tmp_path):
    """Its name on standard output, exit code 0."""
    done = world.command(0, "report", path, "--output", tmp_path / "page.html")
    assert done.returncode == 0 and done.stdout.strip() == str(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!DOCTYPE html>")
