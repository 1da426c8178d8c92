"""Bands of errors: dark that of the mesh, around it what the supercell leaves open; nothing where nothing is known."""

from functools import partial

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection

from hpcph.figures import density, errors, feedback, finite, phase_diagram, rotation, style
from hpcph.figures.catalogue import Drawing
from hpcph.result.open import open_result
from hpcph.show.numbers import alone

GAMMA = Drawing("gamma_ll", feedback.layout, partial(feedback.draw, radius=18e-9), ()).figure
ROTATION = Drawing("rotation", rotation.layout, rotation.draw, ()).figure
DENSITY = Drawing("pam_density", density.layout, density.angular_momentum, ()).figure
MAGNETIZATION = Drawing("magnetization", density.layout, density.magnetization, ()).figure
PHASES = Drawing("phase_diagram", phase_diagram.layout, phase_diagram.draw, ()).figure
SAMPLE = Drawing("sample", finite.layout, finite.draw, ()).figure
SHARES = {"error": 0.1, "lattice_error": 0.05}


@pytest.fixture
def doubted(result):
    """A result of whose numbers a tenth is open because of the mesh, half as much because of the supercell."""
    names = [name for name in result if f"{name}_error" in result]
    found = {f"{name}_{kind}": share * np.abs(result[name]) for name in names for kind, share in SHARES.items()}
    return result.assign(found)


def edges(axes, source: str, number: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edge of a band by temperature."""
    band = [c for c in axes.collections if isinstance(c, PolyCollection) and c.get_gid() == source][number]
    points = np.concatenate([path.vertices for path in band.get_paths()])
    places = np.unique(points[:, 0])
    found = [points[points[:, 0] == place, 1] for place in places]
    return np.array([y.min() for y in found]), np.array([y.max() for y in found])


def test_the_light_band_lies_around_the_dark_one(doubted):
    """γ^LL ± mesh, ± mesh ± lattice; so does η; the small print says which is which."""
    figure = GAMMA(doubted)
    value = doubted["feedback_gamma_ll_total"].values[:, 0]
    for source, share in (("mesh", 0.1), ("lattice", 0.15)):
        low, high = edges(figure.axes[0], source)
        np.testing.assert_allclose(low, (1 - share) * value)
        np.testing.assert_allclose(high, (1 + share) * value)
    words = " ".join(figure.get_supxlabel().split())
    assert "mesh (dark), added to it what the supercell of the force constants leaves open (light)" in words


@pytest.mark.parametrize(
    "endings, bands",
    [(("_lattice_error",), {"mesh"}), (("_error",), set()), (("l_error", "density_error"), {"lattice"})],
)
def test_older_results_have_the_bands_that_they_can(doubted, endings, bands):
    """Without an error of the lattice, without any, with that of the lattice alone."""
    kept = doubted.drop_vars([name for name in doubted if str(name).endswith(endings)])
    for figure in (GAMMA(kept), ROTATION(kept), DENSITY(kept)):
        drawn = {c.get_gid() for c in figure.axes[0].collections if isinstance(c, PolyCollection)}
        assert drawn == bands
        assert ("bands" in figure.get_supxlabel()) == bool(bands)
        assert ("dark" in figure.get_supxlabel()) == (len(bands) == 2)


def test_a_small_error_of_the_lattice_is_said_in_words(doubted):
    """What nobody can see in the figure."""
    small = doubted.assign({name: 1e-3 * doubted[name] for name in doubted if str(name).endswith("_lattice_error")})
    words = " ".join(GAMMA(small).get_supxlabel().split())
    assert "leaves open is below 1% of it" in words and "light" not in words


def test_densities_have_bands(doubted):
    """Around each curve, with its sign, with feedback too."""
    figure = DENSITY(doubted)
    value = doubted["thermal_pam_density"].values[:, 2]
    low, high = edges(figure.axes[0], "lattice")
    np.testing.assert_allclose(low, value - 0.15 * np.abs(value))
    np.testing.assert_allclose(high, value + 0.15 * np.abs(value))
    coupled = doubted["feedback_pam_density"].values[:, 1, 2]
    np.testing.assert_allclose(edges(figure.axes[0], "mesh", 2)[1], coupled + 0.1 * np.abs(coupled))


def test_bars_at_a_single_temperature(single):
    """Where a band has no width; a mesh without coarser ones has the error of the lattice alone."""
    with open_result(single) as result:
        assert np.isnan(result["feedback_gamma_ll_total_error"].values).all()
        open_ = result.assign(feedback_gamma_ll_total_lattice_error=0.1 * np.abs(result["feedback_gamma_ll_total"]))
        figure = GAMMA(open_)
        value = result["feedback_gamma_ll_total"].values[0, 0]
    (bar,) = [c for c in figure.axes[0].collections if isinstance(c, LineCollection) and c.get_gid() == "lattice"][:1]
    np.testing.assert_allclose(np.sort(bar.get_segments()[0][:, 1]), value + 0.1 * abs(value) * np.array([-1, 1]))
    assert "error of the mesh" not in figure.get_supxlabel()


def test_numbers_in_the_small_print_have_no_open_digits(doubted):
    """The critical radius of first principles."""
    far = doubted.assign(feedback_critical_radius=("temperature", np.full(3, 1.23456e-11)))
    gamma = far["feedback_gamma_ll_total"]
    far = far.assign(feedback_gamma_ll_total_error=0.1 * gamma, feedback_gamma_ll_total_lattice_error=0.02 * gamma)
    assert "(300 K): 0.0123 nm" in PHASES(far).get_supxlabel()


def test_numbers_of_the_sample_have_no_open_digits(result):
    """γ^LL, η and threshold in the small print."""
    share = {"sample_gamma_ll": 0.01, "sample_amplification": 0.05}
    known = result.assign({f"{name}_error": of * np.abs(result[name]) for name, of in share.items()})
    known = known.assign({f"{name}_lattice_error": 1e-4 * np.abs(result[name]) for name in share})
    gamma, eta = (alone(float(known[name]), of * abs(float(known[name]))) for name, of in share.items())
    words = SAMPLE(known).get_supxlabel()
    assert f"of the sample {style.typeset(gamma)}, η {style.typeset(eta)}," in " ".join(words.split())


def test_parts_are_added():
    """The room that bands take; unknown ones take none."""
    parts = {"mesh": np.array([1.0, np.nan]), "lattice": np.array([2.0, 3.0])}
    np.testing.assert_array_equal(errors.together(parts), [3, 3])
    assert errors.together({}) == 0
