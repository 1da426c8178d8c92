"""Axes of curves: signs, units, plain ticks; curves that coincide; what symmetry forbids and leaves."""

from functools import partial

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import QuadMesh

from hpcph.figures import alike, density, feedback, finite, interband, phase_diagram, rotation, scales, sheet, style
from hpcph.figures.catalogue import Drawing
from hpcph.show import component

MAGNETIZATION = Drawing("magnetization", density.layout, density.magnetization, ()).figure
DENSITY = Drawing("pam_density", density.layout, density.angular_momentum, ()).figure
POLAR = np.array(  # 3m about z: what ZnO has, without its screws
    [
        np.linalg.matrix_power([[-0.5, -(0.75**0.5), 0], [0.75**0.5, -0.5, 0], [0, 0, 1]], turns) @ mirror
        for turns in range(3)
        for mirror in (np.eye(3), np.diag([-1.0, 1, 1]))
    ]
)


def ticks(axis) -> list[str]:
    """Labels of the ticks that are seen."""
    low, high = sorted(axis.get_view_interval())
    return [axis.get_major_formatter()(place, 0) for place in axis.get_majorticklocs() if low <= place <= high]


def curve(values) -> matplotlib.axes.Axes:
    """Values against their number on a sheet."""
    axes = sheet.panels(sheet.blank(3.4, 3.0), sheet.Layout(3.4, 3.0))
    axes.plot(np.arange(len(values)), values)
    return axes


def magnetized(result, values) -> xr.Dataset:
    """With a magnetization (t,) along z, the same at every radius."""
    plain = np.zeros((len(values), 3))
    plain[:, 2] = values
    fed = np.repeat(plain[:, None], result.sizes["radius"], axis=1)
    without, coupled = "magnetization_density_without_feedback", "magnetization_density"
    errors = [name for name in result if str(name).startswith("magnetization") and str(name).endswith("_error")]
    changed = {without: (result[without].dims, plain), coupled: (result[coupled].dims, fed)}
    return result.drop_vars(errors).assign(changed)


def polar(result) -> xr.Dataset:
    """With the group 3m, which forbids what is along the axis; there stands what rounding leaves."""
    dims = result["crystal_point_group"].dims
    bare = result.drop_vars([name for name in result.variables if dims[0] in result[name].dims])
    tensor = np.zeros(result["thermal_gamma_nl"].shape)
    tensor[..., 0, 1], tensor[..., 1, 0], tensor[..., 2, 2] = 3e-18, -3e-18, 1e-35
    noise = np.full(result["thermal_pam_density"].shape, 1e-35)
    fed = np.full(result["feedback_pam_density"].shape, 1e-35)
    return bare.assign(
        crystal_point_group=(dims, POLAR),
        thermal_gamma_nl=(result["thermal_gamma_nl"].dims, tensor),
        thermal_pam_density=(result["thermal_pam_density"].dims, noise),
        feedback_pam_density=(result["feedback_pam_density"].dims, fed),
    )


def test_a_sign_is_seen(result):
    """M goes from negative to positive: so does the curve, in nA/m; the field beside it is in fT."""
    found = MAGNETIZATION(magnetized(result, [-1e-9, 4e-9, 9e-9])).axes[0]
    np.testing.assert_array_equal(found.lines[0].get_ydata(), [-1e-9, 4e-9, 9e-9])
    assert found.get_yscale() == "linear" and "(nA m$^{-1}$)" in found.get_ylabel()
    (field,) = found.child_axes
    assert field.get_ylabel().endswith("(fT)") and "0" in ticks(field.yaxis)


def test_curves_of_many_decades_have_both_signs():
    """The linear range is a power of ten below the curve, and a band of errors does not change it."""
    values = np.array([-1e-12, -1e-10, -1e-9, 1e-9, 1e-8, 1e-7])
    axes = curve(values)
    axes.fill_between(np.arange(6), values - 1e-6, values + 1e-6)
    scales.value(axes, "M", "A m-1")
    assert axes.get_yscale() == "symlog" and axes.yaxis.get_transform().linthresh == pytest.approx(1e-11)
    assert {"0", "10", "−10"} <= set(ticks(axes.yaxis)) and axes.get_ylabel() == "M (nA m$^{-1}$)"
    negative = curve(-(10.0 ** np.arange(-9, -4)))
    scales.value(negative, "x")
    assert negative.get_ylim()[1] <= 0 and negative.get_ylim()[0] < -1e-5


@pytest.mark.parametrize("largest", [3e-35, 4.2e-6, 0.3, 7.0, 8e5])
def test_no_offset_stands_beside_an_axis(largest):
    """Powers of ten are in the label, where they are needed, and the ticks are plain numbers."""
    axes = curve(np.linspace(0, largest, 5))
    scales.value(axes, r"$\gamma$")
    axes.figure.draw_without_rendering()
    assert axes.yaxis.get_offset_text().get_text() == ""
    assert not any("10" in label and "^" in label for label in ticks(axes.yaxis))
    assert ("10^" in axes.get_ylabel()) == (largest not in (0.3, 7.0))


def test_logarithmic_axes_that_span_little_have_plain_ticks():
    """6 to 13 has 10 and no 6×10⁰; a larger span has whole powers alone."""
    axes = curve([1, 2])
    axes.set_xscale("log")
    axes.set_xlim(4, 30)
    scales.logarithmic(axes.xaxis)
    assert ticks(axes.xaxis) == ["5", "10", "20"]
    axes.set_xlim(1e-6, 1e3)
    scales.logarithmic(axes.xaxis)
    assert all(np.log10(place) == pytest.approx(round(np.log10(place))) for place in axes.get_xticks())


def test_curves_that_coincide_are_one(result):
    """Feedback that changes nothing has no line; its samples are in the name of the one that there is."""
    axes = DENSITY(magnetized(result, [1.0, 2, 3])).axes[0]
    assert len([line for line in axes.lines if not str(line.get_label()).startswith("_")]) > 1
    found = MAGNETIZATION(magnetized(result, [1e-9, 2e-9, 3e-9]))
    names = [str(line.get_label()) for line in found.axes[0].lines if not str(line.get_label()).startswith("_")]
    radii = 1e9 * result["radius"].values
    assert names == [f"no feedback, {alike.radii(radii * 1e-9)}"]
    assert [text.get_text() for text in found.legends[0].get_texts()] == names


def test_curves_that_end_elsewhere_or_differ_by_a_percent_are_two():
    """And those that differ by rounding are one."""
    one = np.array([1.0, 2, 3])
    assert alike.groups([one, one * (1 + 1e-7), one * 1.01, np.array([1, 2, np.nan])]) == [[0, 1], [2], [3]]
    assert alike.radii([1e-8, 2e-7, 5e-8]) == "r = 10–200 nm" and alike.radii([2e-8]) == "r = 20 nm"


def test_rounding_of_what_symmetry_forbids_is_no_curve(result):
    """Neither without feedback nor with it; the components that the group leaves are named."""
    figure = DENSITY(polar(result))
    assert not figure.axes[0].lines and "symmetry forbids" in figure.axes[0].texts[0].get_text()
    assert "γ^NL_xy = −γ^NL_yx" in figure.get_supxlabel()


def test_what_symmetry_leaves_is_shown(result):
    """γ^NL_xy in place of γ^NL_zz, on the axis and in words; along the axis where that is allowed."""
    left = polar(result)
    figure = Drawing("interband", interband.layout, interband.draw, ()).figure(left)
    np.testing.assert_allclose(figure.axes[0].lines[1].get_ydata(), 3e-18)
    assert "_{xy}" in figure.axes[0].get_ylabel() and "shown is xy = −yx" in figure.get_supxlabel()
    along = component.of_tensor(result, "thermal_gamma_nl")
    assert along is not None and along.index == "zz" and not along.words
    np.testing.assert_allclose(along.of(result["thermal_gamma_nl"].values), result["thermal_gamma_nl"].values[:, 2, 2])


def test_an_amplification_that_is_tiny_has_a_scale(result):
    """η − 1 of 10⁻⁶ on a panel of its own."""
    tiny = result.assign(feedback_amplification=1 + 1.2e-6 * xr.ones_like(result["feedback_amplification"]))
    figure = Drawing("gamma_ll", feedback.layout, partial(feedback.draw, radius=18e-9), ()).figure(tiny)
    eta = figure.axes[1]
    np.testing.assert_allclose(eta.lines[0].get_ydata(), 1.2e-6, rtol=1e-6)
    assert "− 1" in eta.get_ylabel() and "10^{-6}" in eta.get_ylabel()
    assert not figure.axes[0].child_axes


def test_bands_have_edges(result):
    """Which are seen where the band is narrower than the line of the curve, and opacities that do not vanish."""
    name = "rotation_pam_density"
    doubted = result.assign({f"{name}_error": 0.01 * np.abs(result[name])})
    bands = Drawing("rotation", rotation.layout, rotation.draw, ()).figure(doubted).axes[0].collections
    assert bands and all(band.get_linewidth()[0] > 0 and band.get_edgecolor()[0, 3] >= 0.5 for band in bands)
    assert all(band.get_facecolor()[0, 3] >= 0.12 for band in bands)


@pytest.mark.petsc
def test_maps_of_both_signs_are_light_at_zero(result):
    """And have the same colours for the same sizes of either sign; the others the sequential ones."""
    name = "sample_pam_density"
    values = result[name].values.copy()
    values[: len(values) // 2] *= -0.5
    figure = Drawing("sample", finite.layout, finite.draw, ()).figure(
        result.assign({name: (result[name].dims, values)})
    )
    maps = [next(c for c in axes.collections if isinstance(c, QuadMesh)) for axes in figure.axes[:2]]
    assert maps[0].get_cmap().name == style.SEQUENTIAL and maps[1].get_cmap().name == style.SIGNED_AREA.name
    assert maps[1].norm.vmin == -maps[1].norm.vmax


def test_labels_of_contours_lie_on_paper(result):
    """Above the hatch, and beside it where they can."""
    axes = Drawing("phase_diagram", phase_diagram.layout, phase_diagram.draw, ()).figure(result).axes[0]
    hatch = next(c for c in axes.collections if c.get_hatch())
    assert axes.texts
    for text in axes.texts:
        assert text.get_bbox_patch().get_facecolor()[:3] == (1, 1, 1) and text.get_zorder() > hatch.get_zorder()


def test_the_second_axis_is_the_field(result):
    """Beside M stands μ₀M, as it is stored."""
    plain = result.drop_vars("magnetization_density")
    figure = MAGNETIZATION(plain)
    figure.draw_without_rendering()  # limits of a second axis follow then
    axes = figure.axes[0]
    without = result["magnetization_density_without_feedback"].values[:, 2]
    shown = np.interp(without, axes.get_ylim(), axes.child_axes[0].get_ylim())
    np.testing.assert_allclose(shown, result["magnetization_field_without_feedback"].values[:, 2], rtol=1e-9)
