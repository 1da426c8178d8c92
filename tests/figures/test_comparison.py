"""Several results in one figure: what stands on the same axes, what beside each other, and what they are called."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from figures import toy
from matplotlib.figure import SubFigure

import hpcph
from hpcph.errors import InputError
from hpcph.figures import comparison
from hpcph.figures.comparison import LINES


def some(**attrs) -> xr.Dataset:
    """A result for the toy."""
    return xr.Dataset(attrs=attrs)


def test_curves_share_the_axes_and_are_told_apart_by_lines():
    """Solid lines get the kind of their result, dashed ones keep theirs, zero is drawn once; a legend names all."""
    results = {"left": some(toy="overlaid", note="cold"), "right": some(toy="overlaid", scale=2.0, note="hot")}
    page, panels = comparison.figure(toy.drawing(), results)
    assert len(panels) == len(page.axes) == 2 and not page.subfigs
    styles = [line.get_linestyle() for line in panels[0].lines]
    assert styles == ["-", "--", "-", "--", "--"]
    assert panels[0].get_ylim()[1] > 2
    (legend,) = page.legends
    assert [text.get_text().strip() for text in legend.get_texts()] == ["left", "right", "rising", "falling"]
    assert page.get_supxlabel().splitlines() == ["both lines are straight", "left: cold", "right: hot"]


@pytest.mark.parametrize("scales", [(1.0, 3.0), (3.0, 1.0)])
def test_no_curve_is_cut(scales):
    """A figure that begins at zero ends above the largest of all results, whichever comes first."""
    results = {name: some(toy="overlaid", from_zero=1, scale=scale) for name, scale in zip("ab", scales, strict=True)}
    _, panels = comparison.figure(toy.drawing(), results)
    low, high = panels[0].get_ylim()
    assert low == 0 and 3 <= high < 4


@pytest.mark.parametrize("other", [{"unit": "km"}, {"toy": "flowing"}])
def test_curves_of_other_units_or_panels_stand_beside_each_other(other):
    """A unit that fits one result would be wrong for the other on the same axes."""
    results = {"left": some(toy="overlaid"), "right": some(**{"toy": "overlaid"} | other)}
    page, panels = comparison.figure(toy.drawing(), results)
    assert len(page.subfigs) == 4 and len(panels) == 4
    assert [part.texts[0].get_text() for part in page.subfigs[:2]] == ["left", "right"]


def test_parts_beside_each_other_have_one_scale():
    """Limits and colours of what is of one kind; each with its own small print."""
    results = {"left": some(note="cold"), "right": some(scale=2.0, note="hot")}
    page, panels = comparison.figure(toy.drawing(), results)
    page.draw_without_rendering()
    left, right = panels[:2], panels[2:]
    for one, other in zip(left, right, strict=True):
        assert one.get_ylim() == other.get_ylim() and one.get_xlim() == other.get_xlim()
        assert isinstance(one.get_figure(root=False), SubFigure)
    norms = [axes.collections[0].norm for axes in (left[1], right[1])]
    assert [(norm.vmin, norm.vmax) for norm in norms] == [(-2, 2), (-2, 2)]
    assert "cold" in page.subfigs[2].get_supxlabel() and "hot" in page.subfigs[3].get_supxlabel()


def test_other_quantities_keep_their_scales():
    """Metres and kilometres have no limits in common."""
    page, panels = comparison.figure(toy.drawing(), {"left": some(), "right": some(scale=2.0, unit="km")})
    assert len(page.subfigs) == 4
    assert panels[0].get_ylim() != panels[2].get_ylim() and panels[0].get_xlim() == panels[2].get_xlim()


def test_a_narrow_sheet_has_parts_below_each_other():
    """One column at 86 mm, two at the width of a page; four results make two rows."""
    results = {name: some() for name in "abcd"}
    wide, _ = comparison.figure(toy.drawing(), results)
    narrow, _ = comparison.figure(toy.drawing(), results, 86 / 25.4)
    corners = [len({round(part.bbox.x0) for part in page.subfigs}) for page in (wide, narrow)]
    assert corners == [2, 1] and wide.get_figwidth() == 7.0


def test_what_symmetry_forbids_in_one_is_said_in_the_legend():
    """Not across the curves of the other; where it forbids all of them, once."""
    one, other = some(toy="overlaid"), some(toy="overlaid", forbidden=1)
    page, panels = comparison.figure(toy.drawing(), {"left": one, "right": other})
    assert [text.get_text().strip() for text in page.legends[0].get_texts()][1] == "right (zero by symmetry)"
    assert not any(axes.texts for axes in panels)
    _, panels = comparison.figure(toy.drawing(), {"left": other, "right": other})
    assert all(len(axes.texts) == 1 for axes in panels)


def test_names_are_titles_or_what_tells_paths_apart(tmp_path):
    """Formulas and letters that no font has are text."""
    paths = [tmp_path / "quartz/8/result.h5", tmp_path / "quartz/16/result.h5", tmp_path / "zno/8/result.h5"]
    untitled = {path: some() for path in paths}
    assert comparison.names(untitled) == ["quartz/8", "quartz/16", "zno/8"]
    assert comparison.names({path: some(title="same") for path in paths[:2]}) == ["8", "16"]
    titled = {path: some(title=title) for path, title in zip(paths, ("a$_b$", "\u7532", "c\n\x1b"), strict=True)}
    assert comparison.names(titled) == [r"a\$_b\$", "?", "c \\x1b"]
    assert comparison.folder(paths) == tmp_path / "comparison"
    assert comparison.folder(paths[:2]) == tmp_path / "quartz/comparison"


def test_too_many_and_twice():
    """More than there are kinds of lines; one file by two names."""
    with pytest.raises(InputError, match="at most 4"):
        comparison.require_several([Path(str(i)) for i in range(len(LINES) + 1)])
    with pytest.raises(InputError, match="is named twice"):
        comparison.require_several([Path("a/result.h5"), Path("b/../a/result.h5")])


def test_the_command_compares(path, chain, screened, tmp_path, comm, capsys):
    """What both have data for, the same bytes again; what one lacks is said with its file."""
    from hpcph.cli import main

    words = ["--format", "svg", "--only", "helicity", "--output"]
    for place in ("one", "two"):
        assert main(["figures", str(path), str(screened), *words, str(tmp_path / place)], comm) == 0
    (file,) = (tmp_path / "one").iterdir()
    assert file.name == "helicity.svg" and file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    capsys.readouterr()
    assert main(["figures", str(path), str(chain), *words, str(tmp_path / "none")], comm) == 0
    assert capsys.readouterr().out.startswith(f"helicity: skipped; {chain}: ") and not (tmp_path / "none").exists()


def test_python_compares(result):
    """On axes of the user, or on a sheet; both curves, named as told."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    assert hpcph.plot.compare({"a": result, "b": result}, "helicity", ax=axes) is axes
    curves = [line for line in axes.lines if len(line.get_xdata()) == result.sizes["temperature"]]
    assert [line.get_linestyle() for line in curves] == ["-", "--"]
    np.testing.assert_array_equal(curves[0].get_ydata(), curves[1].get_ydata())
    assert [text.get_text().strip() for text in axes.get_legend().get_texts()] == ["a", "b"]
    pyplot.close(figure)
    axes = hpcph.plot.compare({"_a": result, "$b": result}, "helicity", width="86mm")
    axes.get_figure().draw_without_rendering()
    pyplot.close("all")
    with pytest.raises(InputError, match="results = 0: give 1 to 4"):
        hpcph.plot.compare({}, "helicity")
    with pytest.raises(InputError, match=r"figure = helicty: .*did you mean helicity\?"):
        hpcph.plot.compare({"a": result}, "helicty")
    with pytest.raises(InputError, match="light_pam, b: add `optics`"):
        hpcph.plot.compare({"a": result, "b": result[["crystal_lattice"]]}, "light_pam")
