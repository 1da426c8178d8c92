"""Dispersions, slices and curves show the numbers of the result."""

import numpy as np
import pytest
from matplotlib.path import Path

from hpcph.figures import convergence, density, dispersion, feedback, legs, sheet, slices, species, spectrum
from hpcph.result.open import open_result

THZ = 1e12


def test_lines_have_the_polarization_of_their_ends(result):
    """The two transverse branches beside Γ on Γ–A: circular, opposite, in spite of the degenerate Γ point."""
    figure = dispersion.near_axis(result)
    lines = figure.axes[0].collections[0]
    segments, value = np.array(lines.get_segments()), np.array(lines.get_array())
    first = np.isclose(segments[:, 0, 0], 0) & (segments[:, 0, 1] < 0.1)
    stored = result["bands_polarization"].values[1, :3, 2]
    np.testing.assert_allclose(np.sort(value[first]), np.sort(stored), atol=1e-12)
    assert np.sort(stored)[0] < -0.8 and np.sort(stored)[2] > 0.8
    np.testing.assert_allclose(result["bands_polarization"].values[0, :3, 2], 0, atol=1e-12)


def test_degenerate_ends_do_not_colour_a_segment():
    """Their block mean counts where the other end is degenerate as well."""
    frequency = np.array([[1e12, 1e12, 3e12], [1e12, 2e12, 3e12], [2e12, 2e12, 3e12], [2e12, 2e12, 4e12]])
    value = np.array([[0.0, 0, 5], [1, -1, 7], [0.2, 0.2, 9], [0.4, 0.4, 9]])
    np.testing.assert_allclose(
        dispersion.segment_values(value, frequency), [[1, -1, 6], [1, -1, 8], [0.3, 0.3, 9]], rtol=1e-12
    )


def test_legs_have_their_names(result):
    """A jump shows both names; the leg along the axis is Γ–A, on another axis another one."""
    assert legs.ticks(result)[1] == ["Γ", "A|M", "Γ"]
    assert legs.nearest_axis(result).title == "Γ–A"
    across = result.assign_attrs(axis=np.array([1.0, 0, 0]))
    assert legs.nearest_axis(across).title == "M–Γ"
    assert legs.pretty("H_2") == "H$_{2}$"


def test_species_add_up_to_the_polarization(result):
    """The line `total` is the stored polarization of the branch, the others are its parts."""
    axes = species.draw(result, 2).axes[0]
    found = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_allclose(found["total"], result["bands_polarization"].values[:5, 1, 2], atol=1e-12)
    np.testing.assert_allclose(found["Si"] + found["O"], found["total"], atol=1e-12)


def test_tiles_repeat_the_stored_plane(result):
    """A point in the zone's section has the value stored at q modulo reciprocal lattice vectors."""
    vectors = 2 * np.pi * np.linalg.inv(result["crystal_lattice"].values).T
    frame = slices.plane_frame(vectors)
    for plane, height in enumerate(result["plane"].values):
        zone = Path(slices.outline(result, plane) * (1 + 1e-9))
        stored_q, stored = result["slices_q"].values[plane], result["slices_off_diagonal"].values[plane]
        k, values = slices.tiles(result, "slices_off_diagonal", plane)
        assert Path(np.array([k[0, 0], k[-1, 0], k[-1, -1], k[0, -1]])).contains_points(zone.vertices).all()
        inside = np.argwhere(zone.contains_points(k.reshape(-1, 2)).reshape(values.shape))
        outside_parallelogram = 0
        for i, j in inside:
            q = (k[i, j] @ frame + 0 * height) @ np.linalg.inv(vectors)
            apart = (stored_q[..., :2] - q[:2] + 0.5) % 1 - 0.5
            same = np.unravel_index(np.abs(apart).sum(-1).argmin(), stored.shape)
            assert np.abs(apart[same]).max() < 1e-9
            outside_parallelogram += np.abs(q[:2]).max() > 0.5 + 1e-9
            np.testing.assert_allclose(values[i, j], stored[same], rtol=1e-9)
        assert len(inside) > 25 and outside_parallelogram


def test_tiles_have_the_three_fold_axis(result):
    """Turned by 120° about c, a point of the plane has the same χ^D and χ^OD: the pieces are put together rightly."""
    turn = np.array([[-0.5, -np.sqrt(0.75)], [np.sqrt(0.75), -0.5]])
    for name in ("slices_diagonal", "slices_off_diagonal"):
        k, values = slices.tiles(result, name, 1)
        places, numbers = k.reshape(-1, 2), values.ravel()
        step = np.linalg.norm(k[1, 0] - k[0, 0])
        seen = 0
        for place, number in zip(places, numbers, strict=True):
            away = np.linalg.norm(places - turn @ place, axis=1)
            if away.min() < 1e-6 * step:
                seen += 1
                assert numbers[away.argmin()] == pytest.approx(number, rel=1e-5, abs=0)
        assert seen > 20


def test_curves_are_gamma_and_eta_of_the_nearest_radius(result):
    """Total = D + OD, η in the inset ends where it has no solution; 18.4 nm means 18 nm."""
    figure = feedback.draw(result, 18.4e-9)
    found = {line.get_label(): line.get_ydata() for line in figure.axes[0].lines}
    np.testing.assert_allclose(found["D"] + found["OD"], found["total"], rtol=1e-12)
    np.testing.assert_allclose(found["total"], result["feedback_gamma_ll_total"].values[:, 0], rtol=1e-12)
    inset = figure.axes[0].child_axes[0]
    np.testing.assert_array_equal(inset.lines[0].get_ydata(), result["feedback_amplification"].values[:, 0])
    assert "18 nm" in figure.legends[0].get_title().get_text()
    assert "ends" in figure.get_supxlabel()


def test_densities_are_amplified_by_eta(result):
    """|ℓ| with feedback is η|ℓ⁰|; the crossed end is the last solvable temperature of 18 nm."""
    axes = density.angular_momentum(result).axes[0]
    found = {line.get_label(): line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 3}
    eta = result["feedback_amplification"].values
    np.testing.assert_allclose(found["r = 18 nm"], eta[:, 0] * found["no feedback"], rtol=1e-9)
    np.testing.assert_allclose(found["r = 20 nm"], eta[:, 1] * found["no feedback"], rtol=1e-9)
    crosses = [line.get_xdata().tolist() for line in axes.lines if line.get_marker() == "x"]
    assert crosses == [[290.0], []]


def test_the_other_sign_is_marked(result):
    """|M| on a logarithmic axis: open circles where the feedback has turned the magnetization, nowhere else."""
    without = -np.abs(result["thermal_pam_density"])
    coupled = result["feedback_pam_density"].copy(data=np.ones((3, 2, 3)) * np.array([-1, 1, -1])[:, None, None])
    turned = result.assign(magnetization_density_without_feedback=without, magnetization_density=coupled)
    figure = density.magnetization(turned)
    circles = [line.get_xdata().tolist() for line in figure.axes[0].lines if line.get_markerfacecolor() == "white"]
    assert circles == [[], [290.0], [290.0]]
    assert "component along the axis negative; open circles: positive" in figure.get_supxlabel()


def test_spectra_integrate_to_the_responses(result):
    """The running integral ends at γ^NL and χ along the axis; so do the branches together."""
    figure = sheet.blank(7, 7)
    spectrum.draw(result, sheet.panels(figure, spectrum.layout(result)))
    t = 1  # 290 K
    ends = (
        result["thermal_gamma_nl"].values[t, 2, 2],
        result["feedback_susceptibility_diagonal"].values[t, 2, 2],
        result["feedback_susceptibility_off_diagonal"].values[t, 2, 2],
    )
    for row, end in enumerate(ends):
        total = figure.axes[2 * row].lines[0].get_ydata()[-1]
        bars = figure.axes[2 * row + 1].patches[0].get_data().values
        assert total == pytest.approx(end, rel=1e-6, abs=0)
        assert bars.sum() == pytest.approx(end, rel=1e-6, abs=0)


def test_deviations_are_from_the_finest_mesh(result):
    """Whose value is that of the result; squares and diamonds stand at its own errors of mesh and lattice."""
    chi = "feedback_susceptibility_diagonal"
    result = result.assign({f"{chi}_lattice_error": 0.02 * result[chi]})
    figure = convergence.draw(result)
    values = result["convergence_diagonal"].values
    np.testing.assert_allclose(values[-1], result[chi].values[:, 2, 2], rtol=1e-12)
    chosen = convergence.temperatures(result["temperature"].values)
    lines = figure.axes[1].lines
    for number, t in enumerate(chosen):
        curve, square, diamond = lines[3 * number : 3 * number + 3]
        np.testing.assert_allclose(curve.get_ydata(), np.abs(values[:-1, t] / values[-1, t] - 1))
        error = result[f"{chi}_error"].values[t, 2, 2]
        assert float(square.get_ydata()[0]) == pytest.approx(error / values[-1, t], abs=0)
        assert float(diamond.get_ydata()[0]) == pytest.approx(0.02)
        assert (square.get_marker(), diamond.get_marker()) == ("s", "d")
    assert "diamonds: what the supercell" in figure.get_supxlabel()
    older = convergence.draw(result.drop_vars([name for name in result if name.endswith("_lattice_error")]))
    assert len(older.axes[1].lines) == 2 * len(chosen) and "diamonds" not in older.get_supxlabel()


def test_components_along_an_axis_off_z(single):
    """Curves show n·γ^NL·n |∇T| with n = (1, 0, 1)/√2, not a Cartesian component."""
    with open_result(single) as result:
        n = np.array([1, 0, 1]) / np.sqrt(2)
        drawn = density.angular_momentum(result).axes[0].lines[0].get_ydata()
        expected = np.abs(n @ result["thermal_gamma_nl"].values @ n) * result.attrs["gradient"]
        np.testing.assert_allclose(drawn, expected, rtol=1e-9)


def test_lines_of_a_degenerate_set_lie_side_by_side():
    """One, two and three lines: symmetric about their place; a segment that is single at one end is where it is."""
    from hpcph.figures.dispersion import beside

    frequency = np.array([[1, 2, 2, 3, 3, 3], [1, 2, 2, 4, 4, 4], [1, 2, 5, 6, 6, 7]]) * 1e12
    np.testing.assert_array_equal(beside(frequency), [[0, 0.5, -0.5, 1, 0, -1], [0, 0, 0, 0.5, -0.5, 0]])
