"""Helicity: l along the wave vector, of modes and summed over the zone; it tells a crystal from its mirror image."""

from itertools import product

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import hbar
from scipy.constants import k as boltzmann

from hpcph.crystal import mesh
from hpcph.phonons.angular_momentum import polarization_by_atom
from hpcph.response import maps
from hpcph.response.convergence import uncertainty
from hpcph.response.tensors import HELICITY

T = (20.0, 100.0, 300.0)
SHIFT = (0.0, 0.0, 0.5)
STEPS = np.array(list(product((-2, -1, 0, 1, 2), repeat=3)))
special = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, -0.5, 2 / 3, 0.137, 0.411])
few = settings(max_examples=60, deadline=None, derandomize=True)


def per_cell(name, grid, symmetry=True):
    """tr H in ħ per primitive cell, (t,)."""
    found = physics.response(name, grid, SHIFT, T, symmetry)
    return np.trace(found[HELICITY], axis1=1, axis2=2) * physics.case(name).structure.volume / hbar


@few
@given(st.sampled_from(["embedded", "P2_13", "mp-8352", "mp-989613"]), st.tuples(special, special, special))
def test_a_direction_is_the_mean_over_the_nearest_images(name, q):
    """All images out to two steps written out, on faces, edges and corners of the zone; of q + G it is the same."""
    structure, q = physics.case(name).structure, np.array(q)
    images = (mesh.nearest_image(structure, q[None]) + STEPS) @ structure.reciprocal_vc
    length = np.linalg.norm(images, axis=1)
    nearest = length < length.min() * (1 + 1e-7)
    expected = np.zeros(3) if length.min() < 1e-3 else np.mean(images[nearest] / length.min(), axis=0)
    for point in (q, q + np.array([1, -2, 3])):
        np.testing.assert_allclose(mesh.directions(structure, point[None])[0], expected, atol=1e-8)


def test_a_mirror_image_turns_the_helicity_of_a_mode_and_time_reversal_does_not():
    """h(−k) = h(k) though l(−k) = −l(k); the inverted crystal has −h(k); nothing is left at M and L of quartz."""
    case, image = physics.case("quartz_pbesol"), physics.case("quartz_pbesol enantiomorph")
    q = np.concatenate([physics.random_q(case.structure, 6), [[0.5, 0, 0], [0.5, 0, 0.5], [0, 0, 0]]])

    def helicity(of, points):
        modes = physics.modes(of, points)
        return maps.bands(of.structure, modes, points, np.ones_like(points), np.array([0, 0, 1.0]))["helicity"]

    here = helicity(case, q)
    assert np.abs(here).max() > 0.3 and np.abs(here[6:]).max() < 1e-4
    np.testing.assert_allclose(helicity(case, -q), here, atol=1e-7)
    np.testing.assert_allclose(helicity(image, q), -here, atol=1e-5)
    l = polarization_by_atom(physics.modes(case, q)).sum(axis=2)
    k = q @ case.structure.reciprocal_vc
    expected = np.einsum("kni,ki->kn", l, k)[:6] / np.linalg.norm(k[:6], axis=1)[:, None]
    np.testing.assert_allclose(here[:6], expected, atol=1e-12)


def test_the_sum_is_that_of_functions_of_the_dynamical_matrix():
    """Σ_n l_n f_n = tr M f(√D), from powers of D alone (f a Chebyshev series); Σ_n l_n = tr M = 0: no zero point."""
    case, kT = physics.case("quartz_pbesol"), boltzmann * 300.0
    q = physics.random_q(case.structure, 2)
    modes = physics.modes(case, q)
    weights = physics.sums(modes, [300.0], np.array([1.0, 0.0]))
    found = physics.columns(weights, HELICITY, HELICITY.channels[0])[0].reshape(3, 3)
    e, omega = modes.eigenvector_kmn[0], modes.frequency_kn[0]
    D = e @ np.diag(omega**2) @ e.conj().T / omega.max() ** 2
    low = 0.9 * (omega.min() / omega.max()) ** 2
    series = np.polynomial.chebyshev.Chebyshev.interpolate(
        lambda x: 1 / np.expm1(hbar * omega.max() * np.sqrt(x) / kT), 400, [low, 1.01]
    )
    x = (2 * D - (1.01 + low) * np.eye(len(D))) / (1.01 - low)
    before, now = np.eye(len(D)), x
    total = series.coef[0] * before + series.coef[1] * now
    for c in series.coef[2:]:
        before, now = now, 2 * x @ now - before
        total = total + c * now
    M = np.array([np.kron(np.eye(len(D) // 3), -1j * physics.EPSILON[i]) for i in range(3)])
    l = np.einsum("inm,mn->i", M, total).real
    k = mesh.nearest_image(case.structure, q)[0] @ case.structure.reciprocal_vc
    np.testing.assert_allclose(found, hbar * np.outer(l, k / np.linalg.norm(k)), rtol=1e-6, atol=1e-8 * hbar)
    assert np.abs(polarization_by_atom(modes).sum(axis=(1, 2))).max() < 1e-12


def test_it_tells_a_crystal_from_its_mirror_image():
    """Opposite in the enantiomorphs of quartz, of the same sign at all temperatures above the acoustic ones."""
    one, other = per_cell("quartz_pbesol", 8), per_cell("quartz_pbesol enantiomorph", 8)
    np.testing.assert_allclose(one, -other, rtol=1e-3, atol=1e-6)
    assert one[2] == pytest.approx(0.134, abs=0.002) and one[1] == pytest.approx(0.033, abs=0.001)


@pytest.mark.parametrize(
    "name, gyrotropic", [("stishovite", False), ("zno", True), ("mp-717", True), ("mp-23195", True)]
)
def test_achiral_crystals_have_none(name, gyrotropic):
    """A sum over every point, with no use of symmetry: the trace of H vanishes; H itself does not in 6mm,
    mm2 and 42m."""
    found = physics.response(name, 4, SHIFT, T, symmetry=False)[HELICITY]
    scale = hbar / physics.case(name).structure.volume
    assert np.abs(np.trace(found, axis1=1, axis2=2)).max() < 1e-5 * scale
    assert (np.abs(found[2]).max() > 1e-2 * scale) == gyrotropic
    assert np.all(np.trace(physics.response(name, 4, SHIFT, T, symmetry=True)[HELICITY], axis1=1, axis2=2) == 0)


@pytest.mark.parametrize("name, shift", [("quartz_pbesol", SHIFT), ("P2_13", (0.5, 0.5, 0.5)), ("P6_222", SHIFT)])
def test_irreducible_points_are_enough(name, shift):
    """Also where points of the mesh lie on faces of the zone: H by symmetry is the sum over the full mesh."""
    one, other = (physics.response(name, 4, shift, T, symmetry=s)[HELICITY] for s in (True, False))
    scale = np.abs(other).max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(one / scale, other / scale, atol=2e-5)


def test_the_estimated_error_holds():
    """Against 1/N² → 0: the error of the mesh is not exceeded, and less than a hundred times what is true."""
    structure = physics.case("quartz_pbesol").structure
    limit = (9 * per_cell("quartz_pbesol", 24) - 4 * per_cell("quartz_pbesol", 16)) / 5
    grids = (4, 6, 8, 12)
    meshes = [mesh.monkhorst_pack(structure, (n,) * 3, SHIFT, True) for n in grids]
    runs = [(m, physics.response("quartz_pbesol", n, SHIFT, T, True)) for n, m in zip(grids, meshes, strict=True)]
    for last in (3, 4):
        error = np.trace(uncertainty(runs[:last])[HELICITY], axis1=1, axis2=2) * structure.volume / hbar
        true = np.abs(per_cell("quartz_pbesol", grids[last - 1]) - limit)
        assert np.all(true < error) and np.all(error < 100 * true)
