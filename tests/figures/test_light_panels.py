"""Panels of light, spectra and slices: what is zero has none and why, how far axes reach, lines without dots."""

import matplotlib
import numpy as np
import pytest
import xarray as xr

from hpcph.figures import decomposition, levels, light, polarized, powers, sheet, slices, spectrum, style
from hpcph.figures.sheet import Layout
from hpcph.result.open import open_result
from hpcph.show import light as response

NARROW = 3.39  # inches, 86 mm


@pytest.fixture(scope="module")
def model(chain):
    """Dataset of the chain."""
    with open_result(chain) as found:
        yield found


def on(result: xr.Dataset, module, width: float = 0.0) -> sheet.Sheet:
    """A figure by itself, or with its panels below each other on a sheet of another width."""
    layout: Layout = module.layout(result)
    if width:
        count = layout.rows * layout.columns
        rows, columns = (count, 1) if layout.flows else (layout.rows, layout.columns)
        layout = Layout(width, layout.height * rows / layout.rows, rows, columns, options=layout.options)
    with matplotlib.rc_context(style.RC):
        figure = sheet.blank(layout.width, layout.height)
        module.draw(result, sheet.panels(figure, layout))
        figure.draw_without_rendering()
    return figure


def note(figure) -> str:
    """The small print in one line."""
    return " ".join(figure.get_supxlabel().split())


@pytest.mark.parametrize("name", ["pam", "peltier", "orbital_current"])
def test_no_panel_is_empty(result, model, name):
    """Every panel has a response that is not zero, for a crystal whose symmetry forbids most and a model."""
    for one in (result, model):
        figure = on(one, light.Observable(name))
        for axes in figure.axes:
            assert any(np.any(line.get_ydata()) for line in axes.lines if line.get_gid() == "response")
        assert len(figure.axes) == (4 if one is model else 1)


def test_what_is_zero_by_symmetry_turns_with_the_crystal(result):
    """Turned about any axis, the numbers are zero exactly where the turned group forbids them, Re and Im apart."""
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    for R, seen in ((np.eye(3), 12), (turn, 0)):
        group = np.einsum("ia,gab,jb->gij", R, result["crystal_point_group"].values, R)
        chi = np.einsum("la,ub,vc,wabc->wluv", R, R, R, result["optics_pam"].values, optimize=True)
        turned = result.assign(
            crystal_point_group=result["crystal_point_group"].copy(data=group),
            optics_pam=result["optics_pam"].copy(data=chi),
        )
        along, forbidden = response.along(turned, "optics_pam"), response.forbidden(turned, "pam")
        zero = ~np.array([along.real.any(axis=0), along.imag.any(axis=0)])
        off = np.array([np.ones((3, 3)), 1 - np.eye(3)], bool)
        np.testing.assert_array_equal(zero[off], forbidden[off])
        assert forbidden[off].sum() == 13 or not seen


def test_a_model_breaks_the_group_of_its_springs(model):
    """The chain's charges let χ_xx be what its point group forbids: it is drawn, and not called zero."""
    assert response.forbidden(model, "pam")[0, 0, 0]
    figure = on(model, light.Observable("pam"))
    assert np.any(figure.axes[0].lines[0].get_ydata())
    assert "symmetry forbids them: Re zz" in note(figure)


def test_rounding_along_the_axis_is_no_response(result):
    """Where the axis has nothing but rounding, and other directions do, one panel says zero and no curve is drawn."""
    chi = result["optics_pam"].copy(deep=True)
    chi[:, 2] *= 1e-14
    means = result["optics_pam_mean"].copy(deep=True)
    means[..., 2] *= 1e-14
    small = result.assign(optics_pam=chi, optics_pam_degenerate=chi, optics_pam_mean=means)
    for module in (light.Observable("pam"), decomposition):
        figure = on(small, module)
        (axes,) = figure.axes
        assert not axes.lines and "zero" in axes.texts[0].get_text() and "symmetry forbids" in note(figure)
    assert len(polarized._shown(small)) == 2 and polarized.layout(small).rows == 2
    assert "zero under these polarizations: $ℓ_{z}$" in note(on(small, polarized))


@pytest.mark.filterwarnings("error")
def test_no_narrow_sheet_is_higher_than_a_page(result, model):
    """Of 86 mm; and what flows has its labels wherever it goes."""
    lit = [*(light.Observable(name) for name in light.OBSERVABLES), decomposition, levels]
    for one, modules in ((result, [*lit, polarized, slices, spectrum]), (model, lit)):
        for module in modules:
            figure = on(one, module, NARROW)
            assert figure.get_figheight() < 12
            if module.layout(one).flows and module is not levels:
                assert all(axes.get_xlabel() for axes in figure.axes)


def test_spectra_end_where_their_content_does(result):
    """Shares that are zero above 10 THz leave no empty range: axes end at the next round number; so do branches."""
    at = result["spectral_frequency"].values
    low = {}
    for name in result:
        along = result[name].dims[-1] if str(name).startswith("spectrum_") else ""
        if along in ("spectral_frequency", "branch"):
            low[name] = result[name] * (at < 9.3e12 if along != "branch" else np.arange(result.sizes["branch"]) < 7)
    figure = on(result.assign(low), spectrum)
    assert figure.axes[0].get_xlim()[1] == 10 and figure.axes[1].get_xlim()[1] == 8.5
    assert "less than 0.1 %" in note(figure)
    whole = on(result, spectrum)
    for part in (0, 1):
        assert whole.axes[part].get_xlim()[1] > figure.axes[part].get_xlim()[1]


def test_a_spectrum_that_symmetry_forbids_has_no_row(result):
    """Its symbol stands in the small print."""
    none = result.assign({name: 0 * result[name] for name in ("spectrum_helicity", "spectrum_helicity_by_branch")})
    assert spectrum.layout(none).rows == spectrum.layout(result).rows - 1
    assert "symmetry forbids them: $h$" in note(on(none, spectrum))


def test_a_node_between_the_points_is_a_line():
    """(2x + y − 40)² is zero halfway between the stored points of its node, too; cells of points are 1 there."""
    x = np.arange(31)
    values = (2 * x[:, None] + x[None, :] - 40) ** 2.0
    fine = slices.refined(values, 1e4)
    assert fine.shape == (30 * slices.FINE + 1,) * 2
    np.testing.assert_allclose(fine[:: slices.FINE, :: slices.FINE], values, rtol=1e-9, atol=1e-9)
    at = np.arange(10 * slices.FINE, 15 * slices.FINE, slices.FINE) + slices.FINE // 2
    assert fine[at, 40 * slices.FINE - 2 * at].max() < 0.02


def test_poles_and_single_points_do_not_ring():
    """A point without a value among zeros, and one that is large: nothing outside the cells around them."""
    values = np.zeros((11, 11))
    values[5, 5], values[5, 8] = np.nan, 1e3
    fine = slices.refined(values, 1.0)
    far = np.ones(fine.shape, bool)
    for column in (5, 8):
        far[4 * slices.FINE : 6 * slices.FINE + 1, (column - 1) * slices.FINE : (column + 1) * slices.FINE + 1] = False
    assert not fine[far].any() and fine.min() == 0 and np.isfinite(fine).all()
    assert fine[5 * slices.FINE, 5 * slices.FINE] > 50


def test_ends_are_round_and_within():
    """9.3 → 10, at most what there is; a power of ten is written once, beside the unit."""
    assert powers.end(9.3, 38.0) == 10 and powers.end(37.0, 38.0) == 38
    axis = sheet.panels(sheet.blank(3, 3), Layout(3, 3)).yaxis
    assert powers.unit(axis, np.array([-3.2e-22]), "J") == "$10^{-22}$ J"
    assert powers.unit(axis, np.zeros(2), "J") == "J" and powers.unit(axis, np.array([20.0]), "J") == "J"
