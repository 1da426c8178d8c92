"""Figures and downloads of a survey's page in a real browser: what they show is what the table holds."""

import csv
import io
import time
from xml.etree import ElementTree

import numpy as np
import pytest
from report import browser
from survey import pages, tables


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
    assert said == f"{both.sum()} of {pages.COUNT} crystals; {(~both).sum()} have not both numbers."
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
    report = pages.report_of(written, name)
    pixel = browser.place(opened, "scatter", table.values["kappa"][i], table.values["gamma_nl_axis"][i])
    browser.point(opened, pixel, click=False)
    browser.wait(opened, "return !document.getElementById('label').hidden")
    label = opened.execute_script("return document.getElementById('label').textContent")
    for word in (name, pages.as_text(table, "kappa", i), pages.as_text(table, "gamma_nl_axis", i), "W m⁻¹ K⁻¹"):
        assert word in label
    assert pages.as_text(table, "formula", i) in label.translate(pages.LOWERED)
    browser.point(opened, pixel, click=True)
    assert pages.opened_elsewhere(opened) == report.as_uri()


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
            unknown = table.values["formula"][at] == ""
            assert said == ["" if lost else str(bool(v)).lower() for v, lost in zip(values, unknown, strict=True)]
        else:
            assert said == values.tolist()


def test_the_scatter_is_saved_as_svg(opened, table, tmp_path):
    """Vectors, a mark for each crystal, axes with their names."""
    root = ElementTree.fromstring(downloaded(opened, tmp_path, "svg"))
    marks = [e for e in root.iter() if "point" in e.get("class", "").split()]
    assert len(marks) == np.isfinite(table.values["kappa"]).sum()
    text = "".join(root.itertext())
    assert "J s m⁻² K⁻¹" in text and not [e for e in root.iter() if e.tag.endswith("image")]
