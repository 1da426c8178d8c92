"""The command: what is written, what is skipped, what is refused, and that the same result gives the same files."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text
from parallel import world

from hpcph.errors import InputError
from hpcph.figures import sample, style
from hpcph.figures.catalogue import catalogue, write
from hpcph.figures.choices import Choices
from hpcph.result import maps
from hpcph.result.open import open_result

ALL = {
    "dispersion", "dispersion_axis", "species", "orbits", "sound", "phase_diagram", "gamma_ll", "slices", "pam_density",
    "spectrum", "convergence", "magnetization", "moment", "rotation", "crystal_angular_momentum",
    "pseudo_angular_momentum", "helicity", "dispersion_helicity", "light_pam",
    "light_peltier", "light_orbital_current", "light_decomposition", "light_polarized", "light_levels", "sample",
    "interband", "displacement",
    "zeeman", "field",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(path):
    """Folder beside the result with all figures, drawn by the command, and the lines that it printed."""
    done = world.command(0, "figures", path)
    assert done.returncode == 0, done.stderr
    return path.parent / "figures", done.stdout.splitlines()


@pytest.mark.petsc
def test_every_figure_is_written_twice(written):
    """PDF and PNG, not empty, of 200 dpi at least; nothing else is left; a line each."""
    folder, lines = written
    files = {file.name for file in folder.iterdir()}
    assert files == {f"{name}{suffix}" for name in ALL for suffix in (".pdf", ".png")}
    assert all((folder / name).stat().st_size > 5000 for name in files)
    assert len(lines) == len(ALL)
    assert all(str(folder / f"{name}.pdf") in "\n".join(lines) for name in ALL)
    assert style.DPI >= 200


def test_every_section_can_be_missing(result, tmp_path):
    """Only the crystal and the responses: every figure says which section makes it."""
    kept = [name for name in result.data_vars if name.startswith(("crystal", "thermal", "temperature"))]
    bare = result[[name for name in kept if "coherence" not in name and "displacement" not in name]]
    lines = list(write(bare, tmp_path / "none", Choices()))
    assert len(lines) == len(catalogue(Choices()))
    wanted = {"bands", "orbits", "elasticity", "feedback", "slices", "spectrum", "magnetization", "optics", "sample"}
    missing = {"mesh.grid", "coherence", "displacement", "field", "temperature"}
    assert {line.split("`")[1] for line in lines} == wanted | missing
    assert not (tmp_path / "none").exists()


def test_the_same_result_gives_the_same_files(written, result, tmp_path):
    """Bit for bit in another process; hatches, rasters, colour bars, markers and formulas."""
    for drawing in catalogue(Choices()):
        if drawing.name in ("species", "orbits", "phase_diagram", "gamma_ll", "slices"):
            with matplotlib.rc_context(style.RC):
                paths = style.save(drawing.figure(result), tmp_path / "new" / "folder", drawing.name)
            for path in paths:
                assert path.read_bytes() == (written[0] / path.name).read_bytes(), path.name


def test_figures_are_functions_of_the_dataset(result):
    """No state of pyplot is left, and the Dataset is as before."""
    from matplotlib import pyplot

    before = result.copy(deep=True)
    for drawing in catalogue(Choices()):
        if not drawing.obstacle(result):
            drawing.figure(result)
    assert not pyplot.get_fignums()
    xr.testing.assert_identical(result, before)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("{foreign}",), "not written by hpcph|is not HDF5"),
        (("{path}", "--output", "{foreign}/below"), "name another folder"),
        (("{path}", "--branch", "28"), "branches 1 to 27"),
        (("{path}", "--radius", "20 kg"), "wrong unit"),
        (("{path}", "--radius=-1 nm"), "--radius"),
        (("{path}", "--q", "0,0"), "three fractional"),
        (("{path}", "--q", "0,0,nan"), "three fractional"),
        (("{path}", "--branch", "one"), "whole number"),
    ],
)
def test_mistakes(path, tmp_path, capsys, comm, arguments, words):
    """Exit code 2 and a line that says what to do."""
    from hpcph.cli import main

    foreign = tmp_path / "foreign.h5"
    foreign.write_text("no HDF5")
    given = [word.format(foreign=foreign, path=path) for word in arguments]
    assert main(["figures", *given], comm) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert any(word in said[0] for word in words.split("|"))


def test_a_failed_write_leaves_the_old_file(result, tmp_path, monkeypatch):
    """A file is replaced whole or not at all."""
    drawing = catalogue(Choices())[2]
    with matplotlib.rc_context(style.RC):
        figure = drawing.figure(result)
    old = tmp_path / "species.pdf"
    old.write_bytes(b"old")

    def full(target, **_):
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure, "savefig", full)
    with pytest.raises(InputError, match="No space left"):
        style.save(figure, tmp_path, "species")
    assert [file.name for file in tmp_path.iterdir()] == ["species.pdf"]
    assert old.read_bytes() == b"old"


def everything(result: xr.Dataset, *names: str, width: float | None = None) -> dict[str, Figure]:
    """All that can be drawn, laid out; of those names, if any are given; on sheets of a width, inches."""
    figures = {}
    with matplotlib.rc_context(style.RC):
        for drawing in catalogue(Choices()):
            if not drawing.obstacle(result) and (not names or drawing.name in names):
                figures[drawing.name] = drawing.figure(result, width)
                figures[drawing.name].draw_without_rendering()
    return figures


@pytest.fixture(scope="module")
def figures(path):
    """Every figure there is, of a result with everything in it; its scale is not 1."""
    with open_result(path) as result:
        yield everything(result)


def test_one_temperature_one_radius_no_mesh_below_an_axis_off_z(single):
    """All but phase diagram, convergence, slices, sample, labels of turns; the axis is explained without a letter."""
    with open_result(single) as result:
        notes = {name: figure.get_supxlabel() for name, figure in everything(result).items()}
    labels = {"crystal_angular_momentum", "pseudo_angular_momentum"}
    assert set(notes) == ALL - labels - {"phase_diagram", "convergence", "slices", "sample"}
    for name in ("dispersion", "species", "orbits", "pam_density", "spectrum", "light_pam"):
        assert "n = (0.7071, 0, 0.7071)" in notes[name]
    assert "antiparallel" in notes["gamma_ll"]


def test_negative_gamma_is_drawn(screened):
    """A coupling that screens: no critical radius, contours of the negative levels."""
    with open_result(screened) as result:
        assert result["feedback_gamma_ll_total"].values.max() < 0
        figure = everything(result, "phase_diagram")["phase_diagram"]
    labels = {text.get_text() for text in figure.axes[0].texts}
    assert "no critical radius" in figure.get_supxlabel()
    assert labels and all(label.startswith("−") for label in labels)


@pytest.mark.petsc
def test_the_scale_is_printed_where_it_acts(result, figures):
    """In all figures of the feedback while it is not 1, and in no other."""
    words = f"feedback scale {style.number(result.attrs['feedback_scale'])}"
    assert set(figures) == ALL
    marked = {name for name, figure in figures.items() if words in figure.get_supxlabel()}
    assert marked == {"phase_diagram", "gamma_ll", "pam_density", "magnetization", "sample", "field"}
    assert sample.assumptions(result.assign_attrs(feedback_scale=1.0)) == ""


def test_labels_keep_apart(figures):
    """In no figure do texts of different parts lie upon each other, and none sticks out of the page."""
    for name, figure in figures.items():
        keep_apart(name, figure)


def keep_apart(name: str, figure: Figure) -> None:
    """Of all texts that are seen."""
    page, hidden = figure.bbox, _hidden(figure)
    boxes = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in hidden
    ]
    for i, (words, box) in enumerate(boxes):
        assert box.x0 > page.x0 - 2 and box.x1 < page.x1 + 2, (name, words)
        assert box.y0 > page.y0 - 2 and box.y1 < page.y1 + 2, (name, words)
        for other, beside in boxes[i + 1 :]:
            width = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            height = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert min(width, height) < 2, (name, words, other)


def _hidden(figure) -> set:
    """Tick labels that are not drawn: beyond the limits, or of shared axes."""
    hidden = set()
    for axes in [*figure.axes, *(child for a in figure.axes for child in a.child_axes)]:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            drawn = axes.axison and axes.get_visible()
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                seen = low - 1e-9 * abs(low) <= tick.get_loc() <= high + 1e-9 * abs(high)
                hidden |= {
                    label
                    for label in (tick.label1, tick.label2)
                    if not (seen and drawn and label.get_visible() and tick.get_visible())
                }
        if not (axes.axison and axes.get_visible()):
            hidden |= {axes.xaxis.label, axes.yaxis.label, axes.xaxis.offsetText, axes.yaxis.offsetText}
    return hidden


def test_magnetization_figures(result, figures):
    """The curve is M along the axis, the circle marks the largest moment, rotations show χ about the axis."""
    from scipy.constants import physical_constants

    axes = figures["magnetization"].axes[0]
    without = result["magnetization_density_without_feedback"].values[:, 2]
    curve = next(line.get_ydata() for line in axes.lines if len(line.get_xdata()) == len(without))
    np.testing.assert_allclose(curve, without, rtol=1e-12)
    size = maps.sizes(result["bands_moment"].values, result["bands_moment_circular"].values)
    k, n = maps.first_largest(size)
    place = (result["distance"].values[k], result["bands_frequency"].values[k, n] * 1e-12)
    lines = figures["moment"].axes[0].lines
    assert place in [(*line.get_xdata(), *line.get_ydata()) for line in lines if line.get_marker() == "o"]
    magneton = physical_constants["nuclear magneton"][0]
    words = figures["moment"].get_supxlabel()
    assert style.number(size[k, n] / magneton) in words
    assert f"branch {n + 1} " in words
    left, right = figures["rotation"].axes
    for axes, name in ((left, "rotation_pam_density"), (right, "rotation_magnetization")):
        curves = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) == result.sizes["temperature"]]
        np.testing.assert_allclose(curves, [result[name].values[:, 2, 2]], rtol=1e-12)


def test_field_figures(result, figures):
    """Dots are shifts per tesla in MHz, lines the splittings of Γ; parts of χ and their sum; L with η and without."""
    along, levels, _ = figures["zeeman"].axes
    shift = result["field_shift_per_tesla"].values / (2e6 * np.pi)
    drawn = np.sort(along.collections[0].get_offsets()[:, 1])
    np.testing.assert_allclose(drawn, np.sort(shift, axis=None), rtol=1e-12, atol=1e-15)
    splitting = result["field_centre_splitting"].values / 1e6
    ends = levels.lines[0].get_xdata()
    np.testing.assert_allclose(ends, splitting[splitting > 1e-6 * splitting.max()], rtol=1e-12)
    left, right = figures["field"].axes
    para, dia, both = (line.get_ydata() for line in left.lines[:3])
    np.testing.assert_allclose(para + dia, both, atol=1e-9 * para.max())
    np.testing.assert_allclose(para, result["field_susceptibility_paramagnetic"].values[:, 2, 2], rtol=1e-12)
    canonical, fed = (right.lines[2].get_ydata(), right.lines[6].get_ydata())
    eta = result["feedback_amplification"].values[:, 1]
    np.testing.assert_allclose(fed / canonical, eta, rtol=1e-9)


def test_some_figures_may_be_wanted(path, tmp_path):
    """Those named by --only are drawn and no other is spoken of; a name that is none is answered by one that is."""
    with open_result(path) as result:
        lines = list(write(result, tmp_path, Choices.of(None, "1", "20nm", "dispersion, spectrum")))
        assert len(lines) == 2 and {file.stem for file in tmp_path.iterdir()} == {"dispersion", "spectrum"}
        with pytest.raises(InputError, match=r"--only = dispersoin: .*; did you mean dispersion\?"):
            list(write(result, tmp_path, Choices.of(None, "1", "20nm", "dispersoin")))
