"""A wave vector and its images in other zones are one: D(q + G) is D(q) but for the phases e^{iG·(r_b − r_a)}.

Frequencies, polarization and velocities are those of the first zone, Γ is Γ in every zone with its own limits, and the
eigenvectors move the atoms alike: e_a(q + G) = e^{−iG·r_a} e_a(q).
"""

import h5py
import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parallel import world

from hpcph.crystal.dynamical import matrices, matrices_and_halves
from hpcph.crystal.mesh import into_zone, is_gamma, nearest_image
from hpcph.phonons import eigenvectors
from hpcph.response import maps

CRYSTALS = (*physics.POLAR, "P2_13", "P6_1")  # with Born charges and without
CASE = physics.DATA / "cases/gamma_of_another_zone"
COMPONENT = st.floats(-1.5, 1.5, allow_subnormal=False)
VECTOR = st.tuples(COMPONENT, COMPONENT, COMPONENT).map(np.array)
WHOLE = st.tuples(*3 * (st.integers(-4, 4),)).map(np.array)
CLOSE = {"rtol": 0, "atol": 1e-9}


@pytest.fixture(scope="module", autouse=True)
def crystals():
    """Read before examples are drawn: what reads them changes the recursion limit."""
    for name in CRYSTALS:
        physics.case(name)


def turn(structure, G) -> np.ndarray:
    """e^{−iG·r_a} of every coordinate, (n,)."""
    return np.repeat(np.exp(-2j * np.pi * structure.fractional_ac @ G), 3)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CRYSTALS), VECTOR, WHOLE)
def test_the_matrix_and_its_derivatives_are_periodic(name, q, G):
    """But for phases, as elements relative to the largest."""
    case = physics.case(name)
    (D, H), (E, K) = (matrices_and_halves(case.crystal, np.array([point])) for point in (q, q + G))
    phase = turn(case.structure, G)
    for one, other in ((D, E), (H, K)):
        expected = phase[:, None] * one * phase.conj()
        np.testing.assert_allclose(other, expected, rtol=0, atol=1e-9 * np.abs(one).max())
    assert np.abs(matrices(case.crystal, np.array([q + G]))[0] - np.triu(E[0]) - np.triu(E[0], 1).conj().T).max() < (
        1e-12 * np.abs(E).max()
    )


def _bands(case, q, direction, axis):
    return maps.bands(case.structure, maps.seen(case.crystal, q, direction), q, direction, axis)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(CRYSTALS), st.one_of(VECTOR, st.just(np.zeros(3))), WHOLE, VECTOR)
def test_bands_are_periodic(name, q, G, direction):
    """Frequencies and polarization by atom; at Γ those of the same limit, translations zero."""
    case = physics.case(name)
    direction = direction + np.array([2.0, 0, 0])  # from somewhere
    axis = np.array([0.0, 0, 1])
    one, other = (_bands(case, np.array([point]), direction[None], axis) for point in (q, q + G))
    largest = one["frequency"].max()
    np.testing.assert_allclose(other["frequency"] / largest, one["frequency"] / largest, **CLOSE)
    if not q.any():
        np.testing.assert_array_equal(np.sort(np.abs(other["frequency"][0]))[:3], 0)
    if np.diff(one["frequency"][0]).min() > 1e-3 * largest:  # near a crossing small changes of D turn modes
        np.testing.assert_allclose(other["polarization_by_atom"], one["polarization_by_atom"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["zno", "P6_1"])
def test_eigenvectors_are_those_of_the_wave_vector_that_is_asked_for(name):
    """The motion Re U_a e^{2πi q·T} is the same at q and q + G; the vectors differ by phases that are not one."""
    case = physics.case(name)
    S, G = case.structure, np.array([1, -2, 1])
    q = np.array([0.13, 0.21, 0.34])
    one, other = (physics.modes(case, point) for point in (q, q + G))
    overlap = np.abs(np.einsum("mn,mn->n", one.eigenvector_kmn[0].conj(), other.eigenvector_kmn[0]))
    motion = [
        np.stack([eigenvectors.amplitudes(e.reshape(-1, 3), p, S.fractional_ac, S.mass_a) for e in vectors.T])
        for vectors, p in ((one.eigenvector_kmn[0], q), (other.eigenvector_kmn[0], q + G))
    ]
    same = np.abs(np.einsum("nac,nac->n", motion[0].conj(), motion[1]))
    size = np.linalg.norm(motion[0], axis=(1, 2)) * np.linalg.norm(motion[1], axis=(1, 2))
    np.testing.assert_allclose(same / size, 1, rtol=1e-6)
    assert overlap.min() < 0.9


@pytest.mark.parametrize("name", CRYSTALS)
def test_images_in_the_first_zone(name):
    """As short as the nearest image, whole numbers away; what is in the zone or on its border stays where it is."""
    structure = physics.case(name).structure
    q = np.random.default_rng(5).uniform(-3, 3, (500, 3))
    q[:100] = np.rint(2 * q[:100]) / 2
    found, nearest = into_zone(structure, q), nearest_image(structure, q)
    assert np.abs(found - q - np.rint(found - q)).max() < 1e-12
    one, other = (np.linalg.norm(points @ structure.reciprocal_vc, axis=1) for points in (found, nearest))
    np.testing.assert_allclose(one, other, rtol=1e-8)
    inside = np.concatenate([nearest, -nearest])
    np.testing.assert_array_equal(into_zone(structure, inside), inside)


def test_gamma_of_any_zone():
    """Whole numbers, to rounding."""
    q = np.array([[0, 0, 0], [1, 0, 1], [-3, 2, 1e-13], [0.5, 0, 0], [0, 1, 1e-6]])
    assert is_gamma(q).tolist() == [True, True, True, False, False]


def test_longitudinal_modes_at_every_gamma(tmp_path):
    """NaCl, path Γ–X–Γ of the next zone: 7.396 THz at both ends, as of orbits at reciprocal lattice vectors."""
    if not CASE.is_dir():
        pytest.skip(f"no {CASE}")
    done = world.here("run", CASE / "input.yaml", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "out/result.h5") as file:
        orbits, bands = file["orbits/frequency"][...] / 1e12, file["bands/frequency"][...] / 1e12
        motion = file["bands/polarization"][...]
    np.testing.assert_allclose(orbits[:, -1], 7.3963, atol=2e-4)
    np.testing.assert_allclose(orbits[1:4], np.tile(orbits[0], (3, 1)), atol=1e-9)
    np.testing.assert_allclose(bands, bands[::-1], atol=1e-9)
    np.testing.assert_allclose(bands[-1], orbits[0], atol=1e-9)
    assert np.abs(motion).max() < 1e-6
