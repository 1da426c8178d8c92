"""The reference tables of theory.md: α-quartz (PBEsol), 2χ/(ρr²) at r = 20 nm and γ^NL_zz/τ."""

import numpy as np
import physics
import pytest

HALF = (0.5, 0.5, 0.5)
ALONG_C = (0, 0, 0.5)
T = (20, 100, 300)


def row(grid, shift, temperature, rules, temperatures=T):
    """γ^D, γ^OD, γ^NL_zz/τ of a mesh."""
    r = physics.response("quartz_pbesol", grid, shift, temperatures, True, rules)
    t = temperatures.index(temperature)
    factor = 2 / (physics.loaded("quartz_pbesol").structure.density * (20e-9) ** 2)
    return (*(factor * chi[t, 2, 2] for chi in (r.chi_diagonal, r.chi_off_diagonal)), r.gamma_nl_rate[t, 2, 2])


@pytest.mark.parametrize(
    ("grid", "shift", "temperature", "expected"),
    [
        (16, HALF, 100, (2.4452e-8, 2.3678e-7, -1.6865e-6)),
        (16, HALF, 300, (8.1471e-8, 8.0505e-7, -1.6030e-6)),
        (24, HALF, 300, (8.3271e-8, 8.0828e-7, -1.6450e-6)),
        (24, ALONG_C, 300, (1.00381e-7, 7.90924e-7, -1.68164e-6)),
    ],
)
def test_without_the_rotational_rule(grid, shift, temperature, expected):
    """No freedom is left without the rule: the table to 1e-4."""
    assert row(grid, shift, temperature, physics.TRANSLATION) == pytest.approx(expected, rel=1e-4)


WITH_RULE = [
    (24, HALF, 20, (1.342e-9, 7.170e-8, -2.32e-7)),
    (24, HALF, 300, (7.488e-8, 8.093e-7, -1.699e-6)),
    (24, ALONG_C, 300, (9.48e-8, 7.909e-7, -1.719e-6)),
    pytest.param(48, ALONG_C, 300, (8.49e-8, 8.042e-7, -1.732e-6), marks=pytest.mark.slow),
    pytest.param(64, HALF, 300, (7.500e-8, 8.144e-7, -1.718e-6), marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("grid", "shift", "temperature", "expected"), WITH_RULE)
def test_with_the_rotational_rule(grid, shift, temperature, expected):
    """Weights and range of the correction are free: γ^OD to 1 %, γ^D and γ^NL to 5 %."""
    diagonal, off_diagonal, flow = row(grid, shift, temperature, physics.ALL)
    assert off_diagonal == pytest.approx(expected[1], rel=0.01)
    assert (diagonal, flow) == pytest.approx((expected[0], expected[2]), rel=0.05)


def test_a_fine_mesh_is_spoilt_without_the_rule_only():
    """No mode of the corrected crystal is unstable or at rest on any of these meshes."""
    for shift in (HALF, ALONG_C):
        r = physics.response("quartz_pbesol", 24, shift, T, True, physics.ALL)
        assert (r.zero_modes, r.unstable_modes) == (0, 0)


def test_off_diagonal_part_is_about_ten_times_the_diagonal():
    """OD/D lies between 9 and 12 at 300 K."""
    diagonal, off_diagonal, _ = row(24, HALF, 300, physics.ALL)
    assert 9 < off_diagonal / diagonal < 12


def test_feedback_grows_with_temperature():
    """γ^LL = 2χ/(ρr²) rises monotonically from 20 to 400 K, and so does χ^D."""
    temperature = tuple(range(20, 401, 20))
    r = physics.response("quartz_pbesol", 12, HALF, temperature, True)
    for values in (r.chi[:, 2, 2], r.chi_diagonal[:, 2, 2]):
        assert np.all(np.diff(values) > 0)
