"""η of the page between the samples of a result, of bodies about an axis that Γ does not keep."""

import numpy as np
import pytest
from parallel import world

from hpcph.report import diagram, gain
from hpcph.result.open import open_result
from hpcph.show.feedback import supercritical, turned


def computed(folder, radius: list[str], **changes):
    """A small run about an axis of no symmetry."""
    drop = dict.fromkeys(("bands", "orbits", "slices", "spectrum", "optics"), world.DROP)
    ring = {"shape": "cuboid", "edges": [[r, "30 nm", "9 nm"] for r in radius]}
    feedback = {"sample": ring, "scale": 1e5}
    small = drop | {"modes": False, "axis": [1, 0, 2], "temperature": ["100 K", "300 K"], "feedback": feedback}
    return world.result(folder, world.quartz(**small | changes))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Two cuboids, the smaller supercritical at 300 K."""
    return computed(tmp_path_factory.mktemp("tilted"), ["12 nm", "24 nm"])


def test_it_is_that_of_a_sample_of_this_size(path, tmp_path):
    """Half of and as much as the first one, computed in runs of their own: η and its errors, to rounding."""
    factors = (0.5, 1.0, 3.0)
    with open_result(path) as result:
        first = float(result["radius"].values[0])
        radius = first * np.array(factors)
        total = result["feedback_gamma_ll_total"].values[:, :1] * (first / radius) ** 2
        eta = gain.between(result, radius, total)
        errors = gain.errors(result, radius, {"total": total, "amplification": eta})
    assert set(errors) == {"mesh", "lattice"}
    edges = [[f"{f * x} nm" for x in (12, 30, 9)] for f in factors]
    feedback = {"sample": {"shape": "cuboid", "edges": edges}, "scale": 1e5}
    with open_result(computed(tmp_path, [], feedback=feedback)) as other:
        order = np.argsort(np.argsort(radius))
        np.testing.assert_allclose(other["radius"].values[order], radius, rtol=1e-12)
        for found, name in ((eta, ""), (errors["mesh"], "_error"), (errors["lattice"], "_lattice_error")):
            np.testing.assert_allclose(found, other[f"feedback_amplification{name}"].values[:, order], rtol=1e-7)
        assert np.isfinite(eta).any() and np.isnan(eta).any()
        np.testing.assert_array_equal(np.isnan(other["feedback_amplification"].values), supercritical(other))
        assert turned(other)[~supercritical(other)].all()


def test_the_table_holds_the_stored_ones(path):
    """To the last bit, among those between; and it is not 1/(1 − γ^LL)."""
    with open_result(path) as result:
        found, stored = diagram.table(result), result["feedback_amplification"].values
        at = np.searchsorted(found["radius"], result["radius"].values)
        np.testing.assert_array_equal(found["amplification"][:, at], stored)
        straight = 1 / (1 - found["total"])
        assert np.nanmax(np.abs(found["amplification"] / straight - 1)) > 1e-3


def test_without_a_lifetime_there_is_none(tmp_path):
    """Off the axes that Γ keeps η depends on what is driven: NaN, which is not called supercritical."""
    feedback = {"sample": {"shape": "cuboid", "edges": [["60 nm", "80 nm", "50 nm"]]}, "scale": 1e5}
    given = {"feedback": feedback, "lifetime": world.DROP, "gradient": world.DROP}
    with open_result(computed(tmp_path, [], **given)) as result:
        assert np.isnan(result["feedback_amplification"].values).all() and not supercritical(result).any()
        assert "feedback_length_amplification" not in result
        assert "η unknown" in str(diagram.build(result)[0]["diagram"].data[0].text)
