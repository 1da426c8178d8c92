"""Lines of a dispersion: their values at degenerate points, their widths, their colours; the marked moment."""

import numpy as np
import pytest

from hpcph.figures import dispersion, legs, pseudo_angular_momentum, sheet, species, zeeman
from hpcph.result import maps
from hpcph.result.open import open_result
from hpcph.show import sets, units


def test_branches_keep_what_they_carry_down_to_gamma():
    """A pair that splits by less than the run tells apart, though more than rounding, has the value of the same branch
    farther out: not the mean, nor the order of the set; at Γ the limit."""
    q = np.linspace(0, 3e-2, 11)
    frequency = np.stack([1e12 * q, 1e12 * q + 1e10 * q**0.5 * q, np.full(11, 3e13)], axis=1)
    alone = np.diff(frequency, axis=1)[:, 0] >= 1e7
    assert 3 < alone.sum() < 10
    value = np.where(alone[:, None], [-0.9, 0.9, 0.2], [0.0, 0.0, 0.2])
    np.testing.assert_allclose(
        dispersion.segment_values(value, frequency), np.tile([-0.9, 0.9, 0.2], (10, 1)), rtol=1e-12
    )


def test_rounding_makes_a_pair_of_one_set():
    """ω² within a hundred ε of the largest is one level, at Γ as elsewhere; a set so is never continued."""
    top, eps = 3e13, np.finfo(float).eps
    for low in (0.0, 1e10, 1e12):
        split = np.sqrt(low**2 + 100 * eps * top**2), np.sqrt(low**2 + 1e5 * eps * top**2)
        np.testing.assert_array_equal(
            sets.distinct(np.array([[low, split[0], top], [low, split[1], top]])), [[0, 1], [1, 1]]
        )
    frequency = np.array([[1, 2, 30], [1, 1, 30], [1, 1, 30]]) * 1e12
    value = np.array([[5.0, 7, 1], [0.5, -0.5, 1], [0.5, -0.5, 1]])
    np.testing.assert_allclose(dispersion.segment_values(value, frequency), [[5, 7, 1], [0.5, -0.5, 1]], rtol=1e-12)


def test_helicity_of_the_chain_is_seen_near_gamma(chain):
    """No grey stub: the segments beside Γ have the helicity of their branches."""
    with open_result(chain) as result:
        leg = legs.legs(result)[1]
        hertz = units.frequency(result, "bands_frequency").hertz * result["bands_frequency"].values[leg.points]
        drawn = dispersion.segment_values(result["bands_helicity"].values[leg.points], hertz)
    assert np.abs(drawn[0, 1:3]).min() > 0.9 and drawn[0, 1] * drawn[0, 2] < 0


def test_lines_of_a_set_touch_and_never_overlap():
    """Their widths differ: neighbours are apart by half of both, and the whole is about its place."""
    frequency = np.array([[1, 2, 2, 3, 3, 3], [1, 2, 2, 3, 3, 3]]) * 1e12
    width = np.array([[1.0, 2.0, 0.6, 2.4, 0.6, 1.0]])
    shift = dispersion.beside(frequency, width)[0]
    np.testing.assert_allclose(-np.diff(shift)[[1, 3, 4]], [1.3, 1.5, 0.8], rtol=1e-12)
    for part in (slice(0, 1), slice(1, 3), slice(3, 6)):
        upper, lower = shift[part] + width[0, part] / 2, shift[part] - width[0, part] / 2
        assert upper.max() == pytest.approx(-lower.min())
    np.testing.assert_array_equal(
        dispersion.beside(frequency[:, [0, 1]] + [[0, 0], [0, 1e12]], np.ones((1, 2))), [[0, 0]]
    )


def test_lines_are_as_wide_as_what_they_carry(result):
    """Thin where a mode carries nothing, thickest from the limit of the colours on, the strongest last."""
    axes = sheet.panels(sheet.blank(7, 4.2), dispersion.layout(result))
    dispersion.polarization(result, axes)
    for lines in axes.collections:
        size, width = np.abs(lines.get_array()), np.array(lines.get_linewidths())
        share = np.minimum(size / lines.norm.vmax, 1)
        np.testing.assert_allclose(width, 0.6 + 1.8 * share, rtol=1e-12)
        assert np.all(np.diff(size) >= 0)
    assert lines.norm.vmin == -lines.norm.vmax


def test_one_pole_does_not_rule_the_colours():
    """A value that stands alone is beyond the end of the bar, which has tips; without it there are none."""
    values = np.sin(np.arange(1000.0))
    poled = np.append(values, 500.0)
    assert dispersion.limit_of(values) == pytest.approx(1, abs=1e-4)
    assert dispersion.limit_of(poled) < 1.01 and dispersion.limit_of(0 * values) == 1
    for numbers, extend in ((values, "neither"), (poled, "both")):
        page = sheet.blank(3, 3)
        axes = page.subplots()
        lines = dispersion.coloured(
            axes, np.arange(2.0), np.ones((2, 1)), np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), 1
        )
        dispersion.bar(axes, lines, "l", numbers)
        assert lines.colorbar.extend == extend


def test_the_marked_moment_is_the_largest_vector(result):
    """Also where it lies across the axis, as the run's line and the page have it."""
    moment = result["bands_moment"].copy(deep=True)
    moment.values[3, 4] = [9e-27, 0, 0]
    changed = result.assign(bands_moment=moment)
    page = sheet.blank(7, 4.2)
    axes = sheet.panels(page, dispersion.layout(result))
    dispersion.moment(changed, axes)
    k, n = maps.first_largest(maps.sizes(moment.values, result["bands_moment_circular"].values))
    assert (k, n) == (3, 4)
    circle = [line for line in axes.lines if line.get_marker() == "o"]
    assert circle[0].get_ydata()[0] == pytest.approx(result["bands_frequency"].values[3, 4] / 1e12)
    assert "1.782" in page.get_supxlabel() and "branch 5 " in page.get_supxlabel()


def test_species_begin_at_the_limit_and_break_where_branches_meet(result):
    """At the degenerate Γ the value is that of the leg; where the label of the turn changes there is no line."""
    leg = legs.nearest_axis(result)
    assert np.abs(result["bands_polarization_by_species"].values[leg.points][0, 0]).max() < 1e-9
    places, parts = species.curve(result, leg, 1)
    np.testing.assert_allclose(parts[0], parts[1], atol=1e-12)
    assert parts[0].sum() > 0.8 and not np.isnan(parts).any() and places[0] == 0
    label = result["bands_crystal_angular_momentum"].copy(deep=True)
    label.values[leg.points, 0] = [-1, 1, 1, -1, -1]  # of the degenerate Γ it is that of any of the set
    crossed = species.curve(result.assign(bands_crystal_angular_momentum=label), leg, 1)[1]
    assert np.isnan(crossed[:, 0]).sum() == 2 and np.isnan(crossed[4:6]).all()


def test_a_splitting_of_rounding_is_none(result):
    """Hertz per tesla that numbers leave are no line; the title says that no level splits."""
    noise = result["field_centre_splitting"].copy(data=1e-3 * np.arange(result["field_centre_splitting"].size))
    panels = sheet.panels(sheet.blank(7, 3.6), zeeman.layout(result))
    zeeman.draw(result.assign(field_centre_splitting=noise), panels)
    assert panels[1].get_title() == "no level of Γ splits" and not len(panels[1].lines[0].get_xdata())


def test_many_kept_legs_stand_in_rows(result):
    """Seven legs along the axis are all drawn, three in a row, and nothing else."""
    order = result["bands_rotation_order"].values
    points = legs.nearest_axis(result).points
    assert order[points].min() > 1
    corner = np.tile([points.start, points.stop - 1], 7)
    names = np.tile(["Γ", "A"], 7)
    many = result.drop_vars(["bands_corner", "bands_label"]).assign(
        bands_corner=("corner_", corner), bands_label=("corner_", names)
    )
    layout = pseudo_angular_momentum.layout(many)
    assert (layout.rows, layout.columns, layout.count) == (3, 3, 7)
    panels = sheet.panels(sheet.blank(layout.width, layout.height), layout)
    pseudo_angular_momentum.draw(many, panels)
    assert len(panels) == 7 and all(axes.collections for axes in panels)
