"""Lines of the page have signs, people's units and no noise; curves that are the same are one."""

import numpy as np
import pytest

from hpcph.constants import nuclear_magneton
from hpcph.report import bands, lines, style
from hpcph.report.parts import PARTS, WORDS
from hpcph.result.maps import largest_moment
from hpcph.result.open import open_result


@pytest.fixture(scope="module")
def result(path):
    with open_result(path) as found:
        yield found.load()


def along_the_axis(result, values):
    """With a magnetization (t,) along z and the same at every radius."""
    plain = np.zeros((len(values), 3))
    plain[:, 2] = values
    fed = np.repeat(plain[:, None], result.sizes["radius"], axis=1) * np.array([1.0, 2.0, 3.0])[:, None]
    kinds = {"density": (1.0, "A m-1"), "field": (4e-7 * np.pi, "T")}
    changed = {}
    for kind, (factor, unit) in kinds.items():
        units = {"units": unit}
        changed[f"magnetization_{kind}_without_feedback"] = (("temperature", "m"), factor * plain, units)
        changed[f"magnetization_{kind}"] = (("temperature", "radius", "m"), factor * fed, units)
    errors = [name for name in result.variables if name.startswith("magnetization") and name.endswith("_error")]
    return result.drop_vars(errors).assign(changed)  # which are not those of these numbers


def test_a_magnetization_keeps_its_sign(result):
    """Negative everywhere: −M_z on a logarithmic axis. Of both signs: M_z, linear. In nA/m and fT."""
    down = lines.magnetization(along_the_axis(result, [-1e-9, -4e-9, -9e-9]))
    figure = down["magnetization-density"]
    assert figure.layout.yaxis.title.text == "−M<sub>z</sub> (nA m⁻¹)" and figure.layout.yaxis.type == "log"
    np.testing.assert_allclose(figure.data[-1].y, [1, 4, 9])
    assert "−1" in figure.data[-1].text[0]
    assert down["magnetization-field"].layout.yaxis.title.text == "−B<sub>z</sub> (fT)"
    both = lines.magnetization(along_the_axis(result, [1e-9, -4e-9, -9e-9]))["magnetization-density"]
    assert both.layout.yaxis.title.text == "M<sub>z</sub> (nA m⁻¹)" and both.layout.yaxis.type is None
    np.testing.assert_allclose(both.data[-1].y, [1, -4, -9])
    np.testing.assert_allclose(both.data[2].y, [3, -12, -27])


def test_prefixes_are_of_the_largest():
    """pT for 3e-11 T, none for units that nobody writes so."""
    factor, unit = style.prefixed(np.array([1e-15, -3e-11]), "T")
    assert factor * 3e-11 == pytest.approx(30) and unit == "pT"
    assert style.prefixed(np.array([3e-11]), "J s m-3") == (1.0, "J s m⁻³")
    assert style.prefixed(np.array([]), "T") == (1.0, "T")


def test_curves_that_feedback_does_not_change_are_one(result):
    """Instead of as many as there are radii, one upon the other."""
    plain = result["thermal_pam_density"].values
    alike = result.assign(
        feedback_pam_density=(result["feedback_pam_density"].dims, np.repeat(plain[:, None], 3, axis=1) * (1 + 1e-6))
    )
    assert [trace.name for trace in lines.density(alike).data] == ["feedback changes nothing that is seen"]
    assert len(lines.density(result).data) == 4


def test_spectra_end_where_their_content_does(result):
    """Behind the last thousandth there is no axis."""
    share = np.zeros(result["spectrum_diagonal"].shape)
    share[:, 20:60] = 1.0
    share[:, 60:] = 1e-5
    figure = lines.spectra(result.assign(spectrum_diagonal=(result["spectrum_diagonal"].dims, share)))
    nu = result["spectral_frequency"].values / 1e12
    assert nu[60] < figure["spectrum-diagonal"].layout.xaxis.range[1] < nu[64]


def test_rounding_errors_of_modes_are_zero():
    """5e-17 μ_N is none, nor is a millionth of the largest; small moments are."""
    cleaned = bands._clean(np.array([[5e-17, -0.04, 3e-8, 1e-4]]))
    assert cleaned.tolist() == [[0.0, -0.04, 0.0, 1e-4]]
    assert not bands._clean(np.array([[5e-17, -3e-10]])).any()


def test_the_largest_moment_is_that_of_the_run(result, path):
    """The same number, mode and place as the line that the run printed; in degenerate sets the one along the axis."""
    said, shown = largest_moment(path), str(bands.largest_moment(result))
    size = max(
        np.linalg.norm(result["bands_moment"].values, axis=-1).max(),
        np.abs(result["bands_moment_circular"].values).max(),
    )
    assert shown.startswith(f"{size / nuclear_magneton:.3g} μ<sub>N</sub>")
    assert shown.split(" ")[0] == said.split("path: ")[1].split(" ")[0]
    assert said.split("at q = ")[1].split("), ")[0] in shown


def test_every_figure_has_words(result):
    """For readers who do not see it."""
    for part in PARTS:
        if any(name in result for name in part.needs):
            assert set(part.build(result)[0]) <= set(WORDS)
