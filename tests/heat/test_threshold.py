"""The power from which on the feedback of a heated sample has no solution."""

import h5py
import numpy as np
import pytest
from heat.samples import CYLINDER, SMALL
from parallel import world
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

pytestmark = pytest.mark.petsc
RADIUS, HEIGHT, TRANSFER, KAPPA, BATH = 20e-9, 60e-9, 1e7, 1e3, 290.0
EVEN = {  # all but as warm everywhere
    **CYLINDER, "laser": {"power": "1e-9 W", "spot": "uniform"}, "side": "insulated",
    "bottom": {"temperature": BATH, "transfer": TRANSFER},
    "conductivity": {"temperature": [1, 1000], "axial": [KAPPA] * 2, "radial": [KAPPA] * 2},
}  # fmt: skip
RISE = (1 / TRANSFER + HEIGHT / (2 * KAPPA)) / (np.pi * RADIUS**2)  # of the mean temperature, K W⁻¹
FEEDBACK = {"sample": {"radius": RADIUS, "height": HEIGHT}}


def strength(gamma_ll: float) -> dict:
    return FEEDBACK | {"calibrate": {"gamma_ll": gamma_ll, "temperature": 300, "radius": RADIUS}}


def heated(folder, sample: dict, **changes) -> h5py.File:
    folder.mkdir(exist_ok=True)
    with world.communicator() as comm:
        path = world.compute(comm, folder, world.quartz(**SMALL | {"mesh__grid": [4, 4, 4]} | changes, sample=sample))
    return h5py.File(path.path, "r")


def test_an_even_sample_has_the_threshold_of_its_temperature(tmp_path):
    """γ^LL(T) of the main job is 1 at T*, which a power in proportion to T* − T₀ makes, with trials on both sides."""
    with heated(tmp_path, EVEN, feedback=strength(0.8)) as file:
        gamma = PchipInterpolator(file["/temperature"][...], file["/feedback/gamma_ll/total"][:, 0])
        kelvin = brentq(lambda t: gamma(t) - 1, 300, 500, xtol=1e-12)
        power = file["/sample/threshold_power"][()]
        assert power == pytest.approx((kelvin - BATH) / RISE, rel=2e-6)
        tried, eigenvalue = file["/sample/trial_power"][...], file["/sample/trial_eigenvalue"][...]
        assert np.all(np.diff(tried) > 0) and np.all(np.diff(eigenvalue) > 0)
        assert eigenvalue[0] < 1 < eigenvalue[-1]
        at = np.argmin(np.abs(tried - power))
        assert eigenvalue[at] == pytest.approx(1, abs=1e-5)
        assert file["/sample/trial_hottest"][at] == pytest.approx(kelvin, rel=1e-3)


def test_beside_the_threshold_there_is_a_solution_or_none(tmp_path):
    """Of an uneven sample: runs with a little less and a little more power; their own searches agree."""
    found = {}
    for share in (1.0, 1 - 1e-4, 1 + 1e-4):
        power = float(share * found[1.0][0]) if found else 20e-6
        sample = CYLINDER | {"laser": CYLINDER["laser"] | {"power": power}}
        with heated(tmp_path / f"{len(found)}", sample, feedback=strength(0.9)) as file:
            found[share] = file["/sample/threshold_power"][()], file["/sample/amplification"][()]
    assert np.isfinite(found[1 - 1e-4][1]) and found[1 - 1e-4][1] > 1e3
    assert np.isnan(found[1 + 1e-4][1])
    for power, _ in found.values():
        assert power == pytest.approx(found[1.0][0], rel=3e-6)


NONE = {
    "the temperatures end": (EVEN, {"feedback": strength(0.1)}, 500.0),
    "it melts": (EVEN | {"melting": 340}, {"feedback": strength(0.8)}, 340.0),
    "it screens": (EVEN, {"feedback": FEEDBACK | {"scale": 1e6, "coupling": "antiparallel"}}, 500.0),
}


@pytest.mark.parametrize("case", NONE)
def test_without_a_threshold_the_search_ends_where_temperatures_do(tmp_path, case):
    """NaN, and the last temperature was tried."""
    sample, changes, highest = NONE[case]
    with heated(tmp_path, sample, **changes) as file:
        assert np.isnan(file["/sample/threshold_power"][()])
        hottest = file["/sample/trial_hottest"][...]
        assert np.abs(hottest - highest).min() < 1e-3
        assert np.all(file["/sample/trial_eigenvalue"][hottest <= highest] < 1)


def test_without_light_it_may_be_supercritical_already(tmp_path):
    """The threshold is zero."""
    with heated(tmp_path, EVEN, feedback=strength(1.2)) as file:
        assert file["/sample/threshold_power"][()] == 0
        assert file["/sample/trial_power"][0] == 0 and file["/sample/trial_eigenvalue"][0] > 1


def test_a_search_that_fails_leaves_the_rest(tmp_path):
    """One Newton step is enough for little light, not for what the search tries; `threshold: false` asks for none."""
    weak = CYLINDER | {"laser": CYLINDER["laser"] | {"power": "1e-14 W"}, "side": "insulated"}
    for name, sample in {
        "fails": weak | {"solver": {"iterations": 1, "tolerance": 1e-4}}, "not asked": CYLINDER | {"threshold": False},
    }.items():  # fmt: skip
        with heated(tmp_path / name, sample, feedback=strength(0.5)) as file:
            assert "threshold_power" not in file["/sample"] and file["/sample/amplification"][()] > 1
