"""The estimated error of a mesh, and what refinement around Γ gains."""

from dataclasses import replace
from functools import cache

import numpy as np
import physics
import pytest

from hpcph.crystal import mesh
from hpcph.response import convergence
from hpcph.response.tensors import CHI, CHI_N, DIAGONAL, FLOW, GAMMA_N, GAMMA_NL, OFF_DIAGONAL

T = (20.0, 50.0, 100.0, 300.0, 400.0)
DEEP = 5


@cache
def run(name: str, grid: tuple, refinement: int):
    """Mesh and thermal response with the automatic shift."""
    crystal = physics.case(name)
    shift = mesh.automatic_shift(crystal.structure, grid)
    points = mesh.monkhorst_pack(crystal.structure, grid, shift, True, refinement)
    return points, physics.response(name, grid, shift, T, True, refinement=refinement)


def even(name: str, divisions: int) -> tuple:
    return mesh.even_grid(physics.loaded(name).structure, divisions)


def estimate(name: str, divisions: tuple, refinement: int):
    """Response on the last of several meshes and its estimated error."""
    runs = [run(name, even(name, n), refinement) for n in divisions]
    return runs[-1][1], convergence.uncertainty(runs)


def cases(name: str, divisions: tuple, refinement: int, reference: int):
    """Estimated and true errors of the mean diagonal of every tensor that symmetry allows, by temperature."""
    value, error = estimate(name, divisions, refinement)
    _, limit = run(name, even(name, reference), DEEP)
    found = []
    for tensor in physics.TENSORS:
        if np.abs(np.einsum("tii->t", limit[tensor])).max() < 1e-6 * np.abs(limit[tensor]).max():
            continue  # forbidden
        if (name, tensor) == ("stishovite", (CHI, DIAGONAL)):
            continue  # l = 0: only accidental degeneracies on mesh points, of measure zero
        for c in (0, 2):
            true = np.abs(value[tensor] - limit[tensor])[:, c, c]
            if np.any(np.abs(limit[tensor][:, c, c]) > 0):
                found += list(zip(error[tensor][:, c, c], true, strict=True))
    return np.array(found)


def covered(names, families, reference: int) -> tuple[float, int]:
    """Fraction of cases whose error is within the estimate, and their number."""
    found = np.concatenate(
        [cases(name, divisions, level, reference) for name in names for divisions, level in families]
    )
    return float(np.mean(found[:, 0] >= found[:, 1])), len(found)


def test_estimates_cover_the_errors_of_small_meshes():
    """Nine of ten, on meshes with and without refinement (materials × temperatures × tensors)."""
    fraction, count = covered(("quartz_pbesol", "P6_222", "zno"), [((8, 12, 24), 0), ((8, 12, 16), DEEP)], 32)
    assert count >= 100
    assert fraction >= 0.9
    fraction, count = covered(("quartz_pbesol", "P6_222", "zno"), [((8, 12, 16, 24), DEEP)], 40)
    assert count >= 80
    assert fraction >= 0.9


@pytest.mark.slow
def test_estimates_cover_the_errors_of_many_materials():
    """Nine of ten for every way in which the program chooses meshes; P2_13 is too close to instability for a limit."""
    names = ("quartz_pbesol", "quartz_lda", "P6_1", "P6_222", "P4_332", "zno", "stishovite", "embedded")
    grids = [((4, 6, 12), 0), ((8, 12, 24), 0)], [((12, 16, 24), DEEP), ((16, 24, 32), DEEP)]
    for families in (*grids, [((8, 12, 16, 24), DEEP), ((12, 16, 24, 32), DEEP), ((16, 24, 32, 40), DEEP)]):
        fraction, count = covered(names, families, 64)
        assert count >= 40
        assert fraction >= 0.9


WORSE = "χ^D at 20 K is 0.33 % from its limit (docs/about/accuracy.md); it was 0.1 % with the older lattice"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tensor", "near", "scatter"),
    [
        pytest.param((CHI, DIAGONAL), 2e-3, 6e-3, marks=pytest.mark.xfail(strict=True, reason=WORSE)),
        ((CHI, OFF_DIAGONAL), 5e-4, 1e-3),
    ],
    ids=["D", "OD"],
)
def test_quartz_within_two_permille_for_the_cost_of_an_even_mesh(tensor, near, scatter):
    """Both channels, 20 to 400 K: 34³ refined has fewer points than an even 24³ mesh with the shift (½, ½, ½).

    The limit is that of 72³ refined, where nothing of order 1/N is left; the even meshes extrapolate to it, linearly in
    1/N from 48³ and 64³, within the scatter of their own (0.6 % in χ^D at 20 K, 0.1 % in χ^OD).
    """
    half = (0.5, 0.5, 0.5)
    points, value = run("quartz_pbesol", (34,) * 3, DEEP)
    even_points = mesh.monkhorst_pack(physics.case("quartz_pbesol").structure, (24,) * 3, half, True)
    assert len(points.q_kc) <= len(even_points.q_kc)
    _, limit = run("quartz_pbesol", (72,) * 3, DEEP)
    coarse, fine = (physics.response("quartz_pbesol", n, half, T, True) for n in (48, 64))
    a, b, c, d = (x[tensor][:, 2, 2] for x in (coarse, fine, limit, value))
    np.testing.assert_allclose(b + (b - a) * 48 / (64 - 48), c, rtol=scatter)
    np.testing.assert_allclose(d, c, rtol=near)


def test_the_estimate_of_a_series_with_a_known_limit():
    """Q = 1 + 1/N on 8, 12, 24: SAFETY errors for even meshes, less for refined ones; nothing from two meshes."""
    made = []
    for divisions in (8, 12, 24):
        points, response = run("embedded", (4, 4, 4), 0)
        ones = np.full_like(response[GAMMA_NL], 1 + 1 / divisions)
        parts = {(GAMMA_NL, FLOW): ones, (CHI, DIAGONAL): ones, (CHI, OFF_DIAGONAL): ones}
        parts |= {(GAMMA_N, FLOW): ones, (CHI_N, DIAGONAL): 2 * ones, (CHI_N, OFF_DIAGONAL): 3 * ones}
        response = replace(response, parts=parts)
        made.append((replace(points, grid=(divisions,) * 3), response))
    error = convergence.uncertainty(made)
    np.testing.assert_allclose(error[CHI, DIAGONAL], convergence.SAFETY / 24, rtol=1e-12)
    np.testing.assert_allclose(error[GAMMA_NL], convergence.SAFETY * (1 / 8 - 1 / 24) / 3**1.5, rtol=1e-12)
    np.testing.assert_allclose(error[GAMMA_N], error[GAMMA_NL], rtol=1e-12)
    np.testing.assert_allclose(error[CHI_N], 5 * error[CHI, DIAGONAL], rtol=1e-12)
    deep = [(replace(points, refinement=DEEP), response) for points, response in made]
    np.testing.assert_allclose(convergence.uncertainty(deep)[CHI], 2 * error[GAMMA_NL], rtol=1e-12)
    assert np.isnan(convergence.uncertainty(made[1:])[CHI]).all()


def test_the_estimate_of_a_series_of_many_meshes():
    """γ^NL of a series that is drawn to Γ: the mean square of three differences, each over 1 + r⁴; χ is as with two."""
    points, response = run("embedded", (4, 4, 4), DEEP)
    values = {8: 5.0, 12: -3.0, 16: 2.0, 24: 1.0}
    made = [
        (
            replace(points, grid=(n,) * 3),
            replace(response, parts={p: np.full_like(x, v) for p, x in response.parts.items()}),
        )
        for n, v in values.items()
    ]
    error = convergence.uncertainty(made)
    squares = [(values[n] - 1) ** 2 / (1 + (24 / n) ** 4) for n in (8, 12, 16)]
    np.testing.assert_allclose(error[GAMMA_NL], convergence.SAFETY * np.mean(squares) ** 0.5, rtol=1e-12)
    of_two = convergence.uncertainty(made[1:])
    np.testing.assert_array_equal(error[CHI, DIAGONAL], of_two[CHI, DIAGONAL])
    np.testing.assert_array_equal(error[GAMMA_N], of_two[GAMMA_N])
    np.testing.assert_allclose(of_two[GAMMA_NL], convergence.SAFETY * 4 / 2**1.5, rtol=1e-12)


@pytest.mark.parametrize(("name", "allowed"), [("quartz_pbesol", True), ("zno", True), ("stishovite", False)])
def test_a_forbidden_tensor_has_no_relative_error(name, allowed):
    """γ^NL of a crystal with inversion is zero: an accuracy of it cannot be asked for."""
    value, error = estimate(name, (4, 6, 8), DEEP)
    chi, flow = convergence.relative(error, value, physics.loaded(name).structure.rotations_cartesian)
    assert 0 < chi < 1
    assert (flow > 0) == allowed
