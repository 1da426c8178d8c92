"""Layers: nothing runs along the normal, and the height of the cell, which nobody measures, decides nothing."""

from dataclasses import replace
from types import SimpleNamespace

import layers
import numpy as np
import physics
import pytest

import hpcph
from hpcph.crystal import elasticity, mesh
from hpcph.crystal.dynamical import matrices, matrices_and_halves
from hpcph.crystal.supercell import settle
from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.response import convergence
from hpcph.response.tensors import CHI, OFF_DIAGONAL
from hpcph.result.open import open_result
from hpcph.result.quantity import times_metre

GENERIC = np.array([[0.13, 0.27, 0.0], [0.31, -0.08, 0.0], [-0.21, 0.36, 0.0]])
TALLER = 1.2
LIGHT = {"from": "3 THz", "to": "9 THz", "points": 3}


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """A layer of springs, all sum rules imposed."""
    return settle(layers.loaded(tmp_path_factory.mktemp("layer")), physics.ALL)


@pytest.mark.parametrize("how", [{"height": TALLER * layers.ROOM}, {"middle": 0.5}, {"middle": 0.99}])
def test_neither_height_nor_faces_of_the_cell_count(settled, tmp_path, how):
    """D of a taller cell, and of one whose faces cut the layer, is the same."""
    other = settle(layers.loaded(tmp_path, **how), physics.ALL)
    D, E = (matrices(one.crystal, GENERIC) for one in (settled, other))
    np.testing.assert_allclose(E, D, rtol=0, atol=1e-11 * np.abs(D).max())
    assert settled.report.pairs == other.report.pairs


def test_translations_along_the_normal_are_none():
    """Which cell along it a file counts an atom of the supercell in makes no difference."""
    sites = forceconstants.of_phonopy(layers.toy().phonopy, 1e-15)
    moved = sites.cell_sc + np.outer(np.arange(len(sites.cell_sc)) % 3 - 1, [0, 0, 1])
    layer = replace(sites, cell_sc=moved).as_layer(2)
    np.testing.assert_array_equal(layer.cell_sc, sites.as_layer(2).cell_sc)
    assert np.ptp(layer.fractional_ac[:, 2]) < 0.1


def test_nothing_runs_along_the_normal(settled):
    """D does not depend on that part of q, and its derivative along it is zero."""
    (D, H), (E, K) = (matrices_and_halves(settled.crystal, GENERIC + up) for up in (np.zeros(3), [0, 0, 0.37]))
    np.testing.assert_array_equal(D, E)
    np.testing.assert_array_equal(H, K)
    assert H[:, :2].any() and not H[:, 2].any()


def test_derivatives_in_the_plane_are_those_of_d(settled):
    """Central differences of D along a* and b*."""
    structure, step = settled.crystal.structure, 1e-5
    _, H = matrices_and_halves(settled.crystal, GENERIC)
    slope = H + H.conj().swapaxes(-1, -2)
    for direction in np.eye(3)[:2]:
        ends = (matrices(settled.crystal, GENERIC + sign * step * direction) for sign in (1, -1))
        differences = np.subtract(*ends) / (2 * step)
        along = np.einsum("c,kcmn->kmn", direction @ structure.reciprocal_vc, slope)
        np.testing.assert_allclose(along, differences, rtol=0, atol=1e-7 * np.abs(along).max())


def frequencies(crystal, q) -> np.ndarray:
    square = np.linalg.eigvalsh(matrices(crystal, q))
    return np.sign(square) * np.sqrt(np.abs(square))


def test_the_flexural_branch_is_quadratic(settled):
    """With all rules ω ∝ q² in every direction; with the translational rule alone it is not."""
    turns = 2 * np.pi * np.arange(6) / 6 + 0.1
    directions = np.column_stack([np.cos(turns), np.sin(turns), 0 * turns])
    q = directions @ np.linalg.inv(settled.crystal.structure.reciprocal_vc) * 2e8
    lowest = [frequencies(settled.crystal, factor * q)[:, 0] for factor in (1, 2)]
    np.testing.assert_allclose(lowest[1] / lowest[0], 4, rtol=2e-3)
    plain = [frequencies(settled.plain, factor * q)[:, 0] for factor in (1, 2)]
    assert np.all(np.abs(plain[1] / plain[0] - 4) > 1)


def test_elastic_constants_per_area_are_those_of_long_waves(settled):
    """ρ v² of both in-plane branches are the eigenvalues of C n n, ρ and C per area; the plane has no others."""
    structure, C = settled.crystal.structure, settled.report.stiffness
    assert elasticity.SYMMETRIC[0] == (0, 0)
    full = np.zeros((3, 3, 3, 3))
    for i, one in enumerate(elasticity.SYMMETRIC):
        for j, other in enumerate(elasticity.SYMMETRIC):
            for a, b in (one, one[::-1]):
                for c, d in (other, other[::-1]):
                    full[a, b, c, d] = C[i, j]
    n, k = np.array([0.6, 0.8, 0.0]), 1e7
    christoffel = np.einsum("iajb,a,b->ij", full, n, n)[:2, :2]
    omega = frequencies(settled.crystal, (k * n @ np.linalg.inv(structure.reciprocal_vc))[None])[0, 1:3]
    np.testing.assert_allclose(structure.density * (omega / k) ** 2, np.linalg.eigvalsh(christoffel), rtol=1e-5)
    out_of_plane = np.delete(np.arange(6), [0, 1, 5])
    assert np.abs(C[out_of_plane]).max() < 1e-9 * np.abs(C).max()
    assert settled.report.asymmetry < 1e-9 * np.abs(C).max()
    inside, mandel = np.ix_([0, 1, 5], [0, 1, 5]), np.sqrt([1, 1, 2])
    softest = np.linalg.eigvalsh(C[inside] * np.outer(mandel, mandel))[0]
    assert elasticity.softest(C, 3) == pytest.approx(softest, rel=1e-9) and softest > 0


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The results of cells of two heights, the second taller by a fifth, Born charges and all."""
    found = []
    for factor in (1.0, TALLER):
        folder = tmp_path_factory.mktemp("run")
        file = layers.file(folder, height=factor * layers.ROOM, charges=layers.CHARGES)
        crystal = {"force_constants": str(file), "periodic": layers.LAYER}
        hpcph.run({
            "crystal": crystal, "axis": [1, 2, 0], "mesh": {"grid": [4, 4, 1]}, "temperature": [100, 300],
            "lifetime": {"time": "10 ps", "boundary": "1 um"}, "gradient": "1 K/mm",
            "optics": {"frequency": LIGHT, "lifetime": "1 ps", "pairs": ["5 THz"]}, "spectrum": {"temperature": 300},
            "feedback": {"sample": {"radius": "20 nm"}}, "output": str(folder / "out"),
        })  # fmt: skip
        found.append(open_result(folder / "out/result.h5"))
    return found


def test_per_area_the_height_of_the_cell_does_not_count(runs):
    """Every density per area is the same to 1e-10, and per volume smaller by the factor that the cell is taller."""
    one, other = runs
    zero = "peltier", "current", "pam_degenerate", "magnetization_degenerate"  # of light, but for rounding
    names = [name for name in one if name.endswith("_per_area") and not any(words in name for words in zero)]
    for expected in ("thermal_gamma_nl", "thermal_conductivity", "thermal_pam_density", "crystal_density",
                     "feedback_susceptibility_off_diagonal", "feedback_pam_density", "elasticity_stiffness",
                     "spectrum_gamma_nl", "convergence_gamma_nl",
                     "magnetization_density", "magnetization_gamma_nl", "optics_pam", "optics_pam_mean",
                     "optics_pam_by_levels"):  # fmt: skip
        assert f"{expected}_per_area" in names
    for name in names:
        largest = np.abs(one[name].values).max()
        assert largest > 0 or "error" in name
        np.testing.assert_allclose(other[name].values, one[name].values, rtol=0, atol=1e-10 * largest)
        volume = name.replace("_per_area", "")
        np.testing.assert_allclose(
            TALLER * other[volume].values, one[volume].values, rtol=0, atol=1e-10 * np.abs(one[volume].values).max()
        )
    assert float(one["crystal_area"]) == pytest.approx(11.52e-20)
    assert one["feedback_gamma_ll_total"].values == pytest.approx(other["feedback_gamma_ll_total"].values, rel=1e-10)


def test_units_per_area():
    """A metre more."""
    units = {"J s m-2 K-1": "J s m-1 K-1", "W m-1 K-1": "W K-1", "J s2 m-3": "J s2 m-2", "A K-1": "A m K-1",
             "1": "m", "Pa": "N m-1", "A m-1": "A", "kg m-3": "kg m-2", "J m": "J m2",
             "J s m-2 K-1 Hz-1": "J s m-1 K-1 Hz-1"}  # fmt: skip
    assert {unit: times_metre(unit) for unit in units} == units


def test_meshes_lie_in_the_plane(settled):
    """Automatic grids and shifts, coarser meshes, and the step between them that errors are judged by."""
    structure = settled.crystal.structure
    grid = mesh.even_grid(structure, 8)
    assert grid[2] == 1 and grid[0] > 1 and grid[1] > 1
    shift = mesh.automatic_shift(structure, grid)
    assert shift[2] == 0 and any(shift)
    drawn = mesh.monkhorst_pack(structure, grid, shift, symmetry=True, refinement=3)
    assert not drawn.q_kc[:, 2].any() and drawn.weight_k.sum() == pytest.approx(1)
    assert mesh.Sampling(grid, shift, True, 0).coarser(2).grid[2] == 1


def test_errors_of_meshes_follow_from_their_steps_in_the_plane():
    """Of 16×16×1 beside 8×8×1 and 5×5×1: steps of two and 3.2 times, and an error like the step."""
    part = (CHI, OFF_DIAGONAL)
    runs = [
        (SimpleNamespace(grid=(n, n, 1), points=n * n, refinement=0), _Response({part: np.full((1, 3, 3), value)}))
        for n, value in ((5, 1.0), (8, 2.0), (16, 3.0))
    ]
    assert np.all(convergence.uncertainty(runs)[part] == pytest.approx(2.5 * max(1.0, 2 / 2.2)))


class _Response(dict):
    @property
    def parts(self):
        return list(self)


@pytest.mark.parametrize(
    ("how", "periodic", "words"),
    [
        ({"height": 5.0}, layers.LAYER, "largest gap between atoms is 4.3 Å"),
        ({}, (False, True, True), "a is not normal to the other two"),
        ({"copies": (3, 3, 2)}, layers.LAYER, "needs one cell along it"),
    ],
)
def test_what_is_no_layer_is_refused(tmp_path, how, periodic, words):
    """In one line that says why."""
    with pytest.raises(InputError) as caught:
        layers.loaded(tmp_path, periodic, **how)
    assert caught.value.key == "crystal.periodic" and words in caught.value.fix
