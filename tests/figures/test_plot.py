"""hpcph.plot: every figure of the catalogue on axes of one's own, or on a sheet that shows itself."""

import inspect
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from figures.toy import TOY, toys

import hpcph
from hpcph.errors import InputError
from hpcph.figures import sheet, style
from hpcph.figures.captions import CAPTIONS
from hpcph.figures.catalogue import catalogue
from hpcph.figures.choices import Choices
from hpcph.result.thermal import HELICITY_PER_CELL

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def pyplot():
    """Closed afterwards."""
    from matplotlib import pyplot

    pyplot.close("all")
    yield pyplot
    pyplot.close("all")


def test_every_figure_has_a_function_that_says_what_it_draws():
    """Names, captions without options of the command line, and choices as parameters, off the catalogue."""
    assert set(dir(hpcph.plot)) == {"compare", *CAPTIONS}
    for name in CAPTIONS:
        function = getattr(hpcph.plot, name)
        assert function.__name__ == name and function.__module__ == "hpcph.plot"
        assert "--" not in function.__doc__.splitlines()[0] and "\nax\n" in function.__doc__
        assert list(inspect.signature(function).parameters)[:3] == ["result", "ax", "width"]
    own = {name: list(inspect.signature(getattr(hpcph.plot, name)).parameters)[3:] for name in CAPTIONS}
    chosen = {"species": ["branch"], "orbits": ["q", "branch"], "gamma_ll": ["radius"]}
    assert {name: of for name, of in own.items() if of} == chosen
    assert "radius" in hpcph.plot.gamma_ll.__doc__


def test_importing_hpcph_loads_no_plots():
    """Neither Matplotlib nor pyplot before the first figure; completion knows the name."""
    program = (
        "import sys, hpcph; assert 'plot' in dir(hpcph); assert not {'matplotlib', 'numpy'} & set(sys.modules);"
        "hpcph.plot.helicity; print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_sheet_of_its_own_is_pyplot_s(result, pyplot):
    """In hpcph's style whatever the user's is, drawn again later too; as wide as asked for."""
    with matplotlib.rc_context({"xtick.direction": "out", "font.size": 20}):
        axes = hpcph.plot.helicity(result, width="86mm")
        page = axes.get_figure()
        assert pyplot.gcf() is page and isinstance(page, sheet.Sheet)
        page.canvas.draw()
        assert matplotlib.rcParams["font.size"] == 20
    assert axes.xaxis.label.get_fontsize() == style.RC["font.size"]
    assert axes.xaxis.get_major_ticks()[0]._tickdir == "in"
    assert page.get_figwidth() == pytest.approx(86 / 25.4)
    assert hpcph.plot.helicity(result, width=0.1).get_figure().get_figwidth() == pytest.approx(0.1 / 0.0254)


def test_the_user_s_axes_stay_in_the_user_s_style(result, pyplot):
    """The same curve, no figure more, nothing outside the axes."""
    figure, axes = pyplot.subplots()
    assert hpcph.plot.helicity(result, ax=axes) is axes
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), result[HELICITY_PER_CELL.variable].values)
    figure.canvas.draw()
    assert axes.xaxis.get_major_ticks()[0]._tickdir == matplotlib.rcParams["xtick.direction"] == "out"
    assert pyplot.get_fignums() == [figure.number] and not figure.legends and not figure.get_supxlabel()


def test_axes_come_in_the_order_of_reading(result, pyplot, monkeypatch):
    """Any nesting of as many as the figure has; an array of them comes back, from an own sheet too."""
    monkeypatch.setattr(hpcph.plot, "catalogue", toys)
    monkeypatch.setitem(CAPTIONS, TOY, "two panels")
    _, axes = pyplot.subplots(2, 1)
    given = hpcph.plot.__getattr__(TOY)(result, ax=axes.reshape(1, 2))
    assert list(given) == list(axes) and [one.get_title() for one in axes] == ["panel 0", "panel 1"]
    assert hpcph.plot.__getattr__(TOY)(result).shape == (2,)
    with pytest.raises(InputError, match=r"^ax = 1: toy takes 2 axes, such as those of pyplot\.subplots\(1, 2\)$"):
        hpcph.plot.__getattr__(TOY)(result, ax=axes[0])


@pytest.mark.parametrize(
    "name, options, words",
    [
        ("helicity", {"branch": 2}, "branch = 2: helicity has nothing to choose"),
        ("species", {"brunch": 2}, "brunch = 2: species has branch to choose"),
        ("species", {"branch": 99}, "branch = 99: the crystal has branches 1 to 27"),
        ("species", {"branch": 0}, "branch = 0: give a whole number"),
        ("orbits", {"q": (0, 0)}, "q = 0.0,0.0: give three fractional"),
        ("gamma_ll", {"radius": "20 kg"}, "radius = 20 kg: has the wrong unit"),
        ("gamma_ll", {"radius": -1e-9}, "radius = -1e-09 m: must be above 0"),
        ("helicity", {"width": "86"}, "width = 86: "),
        ("helicity", {"width": 86}, "width = 86.0 m: give a width from 50 mm to 1 m"),
        ("helicity", {"ax": "axes"}, "ax = str: helicity takes rectilinear axes"),
    ],
)
def test_mistakes_are_a_line(result, pyplot, name, options, words):
    """With the name that it has in Python; no empty figure is left."""
    with pytest.raises(InputError) as caught:
        getattr(hpcph.plot, name)(result, **options)
    assert str(caught.value).startswith(words) and "\n" not in str(caught.value)
    assert not pyplot.get_fignums()


def test_what_is_missing_is_said(result, chain):
    """What the input lacks, what is no result, what is no figure."""
    with pytest.raises(InputError, match=r"^light_pam: add `optics` to the input$"):
        hpcph.plot.light_pam(result[["crystal_lattice"]])
    with pytest.raises(InputError, match=r"^helicity = PosixPath: give an opened result, such as hpcph.open\(path\)$"):
        hpcph.plot.helicity(chain)
    with pytest.raises(AttributeError, match="no figure helicty; did you mean helicity"):
        hpcph.plot.helicty  # noqa: B018
    with pytest.raises(AttributeError, match=r"no figure banana; dir\(hpcph.plot\) names all"):
        hpcph.plot.banana  # noqa: B018


def test_every_figure_is_drawn_on_axes_of_others(result, pyplot):
    """Of plain Matplotlib, one after another, and saved: no figure needs a sheet of hpcph."""
    for drawing in catalogue(Choices()):
        if not drawing.obstacle(result):
            layout = drawing.layout(result)
            kind = {"subplot_kw": layout.options.get("subplot_kw", {}), "layout": "constrained"}
            figure, axes = pyplot.subplots(layout.rows, layout.columns, figsize=(9, 6), **kind)
            given = np.ravel(axes)[: layout.count]
            getattr(hpcph.plot, drawing.name)(result, ax=given if given.size > 1 else given[0])
            figure.draw_without_rendering()
            assert all(one.has_data() or one.texts for one in given), drawing.name
            pyplot.close(figure)
