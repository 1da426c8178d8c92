"""The phase diagram says what the numbers of the result say."""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection, QuadMesh

from hpcph.figures import phase_diagram
from hpcph.figures.catalogue import Drawing

NM = 1e-9
FIGURE = Drawing("phase_diagram", phase_diagram.layout, phase_diagram.draw, ()).figure


def lines(figure):
    """Contours of a figure by the level that stands on them."""
    axes = figure.axes[0]
    black = [line for line in axes.lines if line.get_color() == "black" and len(line.get_xdata()) > 1]
    found = {}
    for text in axes.texts:
        x, y = text.get_position()
        on = min(black, key=lambda line: abs(np.interp(x, line.get_xdata(), line.get_ydata()) - y))
        found[text.get_text()] = np.array(on.get_data())
    return found


def test_contours_are_where_two_chi_over_rho_r_squared_has_their_value(result):
    """At the stored temperatures, from χ, density and scale: γ^LL = 0.1, 0.5, 1 on the lines."""
    found = lines(FIGURE(result))
    assert set(found) == {"0.1", "0.5", "1"}
    chi = sum(result[f"feedback_susceptibility_{part}"].values[:, 2, 2] for part in ("diagonal", "off_diagonal"))
    for level, (temperature, radius) in found.items():
        mass = float(result["crystal_density"]) * (radius * NM) ** 2
        for t in (0, -1):
            assert temperature[t] == result["temperature"].values[t]
            gamma = result.attrs["feedback_scale"] * 2 * chi[t] / mass[t]
            assert gamma == pytest.approx(float(level), rel=1e-9)


def test_the_hatched_region_holds_the_samples_without_a_solution(result):
    """At every stored temperature and radius: hatched where η is NaN, and only there."""
    axes = FIGURE(result).axes[0]
    hatched = next(c for c in axes.collections if isinstance(c, PolyCollection) and c.get_hatch())
    region = hatched.get_paths()[0]
    temperature, radius = result["temperature"].values, result["radius"].values
    inwards = np.clip(temperature, temperature[0] + 0.01, temperature[-1] - 0.01)
    inside = np.array([[region.contains_point((T, r / NM)) for r in radius] for T in inwards])
    np.testing.assert_array_equal(inside, np.isnan(result["feedback_amplification"].values))
    assert inside.any() and not inside.all()


def test_colours_are_gamma_at_the_samples(result):
    """The map interpolates γ^LL of the result at its radii."""
    mesh = next(c for c in FIGURE(result).axes[0].collections if isinstance(c, QuadMesh))
    corners, values = mesh.get_coordinates(), mesh.get_array()
    gamma = result["feedback_gamma_ll_total"].values[[0, -1]]
    for r, radius in enumerate(result["radius"].values):
        row = np.searchsorted(corners[:, 0, 1], radius / NM) - 1
        np.testing.assert_allclose(values[row, [0, -1]], gamma[:, r], rtol=0.02)


def test_only_contours_that_exist_are_labelled(result):
    """First principles: γ^LL ~ 1e-7, so powers of ten, and the critical radius in words."""
    scale = result.attrs["feedback_scale"]
    small = result.assign(
        feedback_gamma_ll_total=result["feedback_gamma_ll_unscaled"],
        feedback_critical_radius=result["feedback_critical_radius"] / np.sqrt(scale),
        feedback_gamma_ll_total_error=0.01 * result["feedback_gamma_ll_unscaled"],
        feedback_gamma_ll_total_lattice_error=0.001 * result["feedback_gamma_ll_unscaled"],
    )
    small.attrs["feedback_scale"] = 1.0
    figure = FIGURE(small)
    axes = figure.axes[0]
    low, high = axes.get_ylim()
    found = lines(figure)
    assert found and all(text.startswith("$10^{-") for text in found)
    for _, radius in found.values():
        assert np.any((radius > low) & (radius < high))
    assert not any(isinstance(c, PolyCollection) for c in axes.collections)
    critical = small["feedback_critical_radius"].values[-1] / NM
    assert f"(300 K): {critical:.5f} nm, below the range shown" in figure.get_supxlabel()  # known to half a percent
    assert low < small["radius"].values.min() / NM and small["radius"].values.max() / NM < high


def test_a_critical_radius_out_of_rounding_is_none(result):
    """Screening samples have none: what rounding leaves of the eigenvalue is not shown."""
    rounded = 1e-8 * result["radius"].values[0] * np.ones(3)
    screened = result.assign(
        feedback_gamma_ll_total=-result["feedback_gamma_ll_total"],
        feedback_critical_radius=("temperature", rounded),
    )
    figure = FIGURE(screened)
    assert "no critical radius" in figure.get_supxlabel()
    assert not any(isinstance(c, PolyCollection) for c in figure.axes[0].collections)
