"""Sheets of any width: fewer columns, heights that follow, small print that keeps its formulas, one look."""

import matplotlib
import numpy as np
import pytest
from figures import toy

from hpcph.figures import sheet, style
from hpcph.figures.sheet import Layout


def test_panels_flow_where_they_would_be_narrow():
    """No panel below NARROWEST, none lost, proportions of the natural layout; a row is not flatter than it can be."""
    natural = Layout(7.0, 3.0, 1, 3, flows=True, options={"width_ratios": [1, 2, 1], "sharey": True})
    assert natural.at(7.0) == natural
    wide = natural.at(14.0)
    assert (wide.rows, wide.columns, wide.height) == (1, 3, pytest.approx(6.0)) and "width_ratios" in wide.options
    for width in np.linspace(2.0, 7.0, 40):
        found = natural.at(width)
        assert found.count == 3 and (found.columns == 1 or width / found.columns >= sheet.NARROWEST)
        assert found.columns == 3 or dict(found.options) == {"sharey": True}
        assert found.height / found.rows >= sheet.LOWEST
    assert (natural.at(4.0).rows, natural.at(4.0).columns, natural.at(4.0).empty) == (2, 2, 1)
    assert (natural.at(3.4).rows, natural.at(3.4).columns) == (3, 1)


def test_what_does_not_flow_keeps_its_rows():
    """A single panel keeps its proportions; one that is flat by itself its height."""
    assert Layout(3.6, 3.0).at(7.2).height == pytest.approx(6.0)
    assert Layout(7.0, 6.0).at(3.5).height == pytest.approx(3.0)
    assert Layout(7.0, 2.0).at(3.5).height == 2.0
    assert Layout(7.0, 4.0, 1, 4).at(3.5).columns == 4


def test_every_panel_of_a_column_has_its_numbers():
    """Shared axes hide those of upper rows, where panels would then have none; nothing is left of an empty place."""
    layout = Layout(7.0, 3.0, 1, 3, flows=True, options={"sharex": True}).at(4.0)
    page = sheet.blank(layout.width, layout.height)
    axes = sheet.panels(page, layout)
    assert len(axes) == len(page.axes) == 3
    page.draw_without_rendering()
    assert all(len(one.get_xticklabels()) > 2 for one in axes)  # of those that are seen


def test_small_print_is_broken_by_what_is_seen():
    """Formulas count as they look, and are kept whole."""
    formula = r"$\Sigma\,\mathbf{l} \cdot\hat{\mathbf{k}}\,f$"
    page = sheet.blank(3.4, 2.0)
    axes = page.subplots()
    sheet.note(axes, f"{formula}; the mirror image has the other sign, which is no news", "", "second")
    lines = page.get_supxlabel().splitlines()
    assert lines[0].startswith(f"{formula}; the mirror image has the other") and lines[-1] == "second"
    sheet.note(axes, "second", "third")
    assert page.get_supxlabel().splitlines()[-2:] == ["second", "third"]
    assert page.get_supxlabel().count("second") == 1


def test_a_sheet_has_its_look_whenever_it_is_drawn(result, tmp_path):
    """Ticks are made when it is drawn, fonts are put into a file after that; the reader's settings stay."""
    page = toy.drawing().figure(result, look=style.RC | {"ytick.direction": "inout"})
    with matplotlib.rc_context({"xtick.direction": "out", "pdf.fonttype": 3}):
        page.savefig(tmp_path / "toy.pdf")
        assert matplotlib.rcParams["pdf.fonttype"] == 3
    axes = page.axes[0]
    assert axes.xaxis.get_major_ticks()[0]._tickdir == "in" and axes.yaxis.get_major_ticks()[0]._tickdir == "inout"
    assert b"/Subtype /Type3" not in (tmp_path / "toy.pdf").read_bytes()
