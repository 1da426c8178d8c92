"""Angular momenta and moments of the modes of degenerate sets: ±l and ±μ where the mean over the set is zero."""

from dataclasses import replace

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import hbar, physical_constants

from hpcph.phonons import angular_momentum, magnetic_moment
from hpcph.phonons.angular_momentum import block_average
from hpcph.phonons.eigenvectors import circular, magnetic

NUCLEAR = physical_constants["nuclear magneton"][0]
Z = np.array([0.0, 0.0, 1.0])
TILTED = np.array([0.3, -0.5, 0.8]) / np.linalg.norm([0.3, -0.5, 0.8])
NEAR_GAMMA, FACE = [0, 0, 1e-9], [0.2, 0.1, 0.5]  # the latter on a face where a screw makes every mode of wurtzite two
POINTS = [NEAR_GAMMA, [0, 0, 0.2], [0, 0, 0.5], FACE, [1 / 3, 1 / 3, 0.1], [0.11, 0.23, 0.31]]


def carried(case, modes, axis):
    """μ along the axis in μ_N, (k, n), and the modes that carry it."""
    moment, found = magnetic(modes, physics.gyromagnetic(case.structure), axis)
    return moment / NUCLEAR, found


def written_out(case, axis):
    """ħ n·N on the atoms in μ_N, (m, m)."""
    ratio = physics.gyromagnetic(case.structure)
    blocks = hbar * np.einsum("i,aij,jcd->acd", axis, ratio, -1j * physics.EPSILON) / NUCLEAR
    full = np.zeros((len(ratio), 3, len(ratio), 3), complex)
    full[np.arange(len(ratio)), :, np.arange(len(ratio))] = blocks
    return full.reshape(3 * len(ratio), -1)


@pytest.mark.parametrize(
    "name, doublets",
    [
        ("aln", {19.895: 0.0869, 19.517: 0.1012}),  # E1 (TO), E2 (high)
        ("zno", {11.180: 0.1015, 12.069: 0.1113}),
        ("quartz_pbesol", {3.6035: 0.02985}),
    ],
)
def test_moments_of_doublets_at_gamma(name, doublets):
    """Own values of theory §10 as k → 0 along the axis, the mean over the doublet being zero."""
    case = physics.case(name)
    modes = physics.modes(case, NEAR_GAMMA)
    moment, _ = carried(case, modes, Z)
    for frequency, size in doublets.items():
        pair = np.flatnonzero(np.abs(modes.frequency_kn[0] / physics.THZ - frequency) < 2e-3)
        assert len(pair) == 2
        np.testing.assert_allclose(np.sort(moment[0, pair]), [-size, size], atol=6e-5)
    mean = block_average(moment, modes.degenerate_blocks())
    assert np.abs(mean).max() < 1e-6


@pytest.mark.parametrize("axis", [Z, TILTED], ids=["z", "tilted"])
@pytest.mark.parametrize("name", ["zno", "quartz_pbesol", "mp-4266"])
def test_they_are_eigenvalues_of_the_operator_in_the_set(name, axis):
    """N e − μ e has no part in the set of e; the modes stay modes; l and μ of single modes are expectation values."""
    case = physics.case(name)
    modes, N = physics.modes(case, POINTS), written_out(physics.case(name), axis)
    moment, found = carried(case, modes, axis)
    block, e = modes.degenerate_blocks(), found.eigenvector_kmn
    matrix = e.conj().swapaxes(-1, -2) @ N @ e
    same = block[:, :, None] == block[:, None, :]
    largest = np.abs(moment).max()
    assert np.abs(np.where(same, matrix - moment[..., None] * np.eye(len(N)), 0)).max() < 1e-9 * largest
    both, blocks = (modes.eigenvector_kmn[3], e[3]), (0, 3)
    projectors = [v[:, block[3] == b] @ v[:, block[3] == b].conj().T for v in both for b in blocks]
    np.testing.assert_allclose(projectors[:2], projectors[2:], atol=1e-12)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["zno", "quartz_pbesol"]))
def test_the_basis_of_a_set_does_not_matter(seed, name):
    """Random unitaries within sets change neither l nor μ; both add up to the trace, the mean times their number."""
    case, axis = physics.case(name), np.random.default_rng(seed).normal(size=3)
    axis /= np.linalg.norm(axis)
    modes = physics.modes(case, POINTS)
    other, largest = physics.scrambled(modes, seed)
    assert largest == 3 if name == "quartz_pbesol" else 4
    pairs = ((circular(m, axis) for m in (modes, other)), (carried(case, m, axis) for m in (modes, other)))
    for one, turned in pairs:
        np.testing.assert_allclose(turned[0], one[0], atol=1e-9)
    block = modes.degenerate_blocks()
    l = angular_momentum.polarization_by_atom(other)
    moment = magnetic_moment.moments(l, physics.gyromagnetic(case.structure)) / NUCLEAR
    for values, vector in ((circular(modes, axis)[0], l.sum(axis=2)), (carried(case, modes, axis)[0], moment)):
        np.testing.assert_allclose(block_average(values, block), block_average(vector @ axis, block), atol=1e-9)


def test_moment_and_angular_momentum_belong_to_one_mode_on_the_axis_but_not_on_a_face():
    """On Γ–A every mode of a set has another label, so n·L and n·N are diagonal together; on the face k_z = π/c a
    doublet of ZnO has two directions of its own, and its moments are larger than those of its modes of definite l."""
    case = physics.case("zno")
    modes = physics.modes(case, [[0, 0, 0.2], FACE])
    l, of_l = circular(modes, Z)
    moment, of_moment = carried(case, modes, Z)
    overlap = np.abs(np.einsum("kmn,kmn->kn", of_l.eigenvector_kmn.conj(), of_moment.eigenvector_kmn))
    expected = np.einsum("kmn,mj,kjn->kn", of_l.eigenvector_kmn.conj(), written_out(case, Z), of_l.eigenvector_kmn).real
    single = np.abs(overlap[0] - 1) < 1e-9
    assert single.all() and np.abs(expected[0] - moment[0]).max() < 1e-9
    assert overlap[1].min() < 0.97 and np.all(np.abs(expected[1]) < np.abs(moment[1]) + 1e-12)
    assert np.abs(expected[1] - moment[1]).max() > 1e-3  # μ_N
    assert np.all(np.diff(l)[np.diff(modes.degenerate_blocks()) == 0] <= 1e-9)


@pytest.mark.parametrize("name, tesla", [("zno", 1e3), ("quartz_pbesol", 1e3)])
def test_a_field_splits_a_set_by_them(name, tesla):
    """ẍ = −D x + 2W ẋ solved as it stands: ω(B) − ω(0) = −B μ/ħ, next to Γ and where four modes are degenerate."""
    case = physics.case(name)
    modes = physics.modes(case, [[0, 0, 0.01], [0, 0, 0.5]])
    moment, _ = carried(case, modes, TILTED)
    W = (1j * written_out(case, TILTED) * NUCLEAR / hbar * tesla).real
    n = len(W)
    for k, (omega, e) in enumerate(zip(modes.frequency_kn, modes.eigenvector_kmn, strict=True)):
        D = e @ np.diag(omega**2) @ e.conj().T / physics.THZ**2
        square, vectors = np.linalg.eigh(D)
        root = vectors @ np.diag(np.sqrt(square)) @ vectors.conj().T
        H = np.block([[np.zeros((n, n)), 1j * root], [-1j * root, 2j * W / physics.THZ]])
        shift = (np.linalg.eigvalsh(H)[n:] - np.sort(omega) / physics.THZ) * physics.THZ
        first = -tesla * moment[k] * NUCLEAR / hbar
        block = modes.degenerate_blocks()[k]
        expected = np.concatenate([np.sort(first[block == b]) for b in np.unique(block)])
        np.testing.assert_allclose(shift, expected, atol=2e-3 * np.abs(expected).max())


def test_nearly_degenerate_modes_are_a_set_of_their_own_width():
    """Two modes 0.9e-5 THz apart are a set, and have ± the moment of the circular ones; 1.1e-5 THz apart they have
    their own, zero for linear ones."""
    case = physics.case("zno")
    modes = physics.modes(case, NEAR_GAMMA)
    pair = np.flatnonzero(np.abs(modes.frequency_kn[0] / physics.THZ - 12.069) < 2e-3)
    linear = modes.eigenvector_kmn.copy()
    linear[0][:, pair] = circular(modes, Z)[1].eigenvector_kmn[0][:, pair] @ np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    for gap, size in ((0.9e-5, 0.1113), (1.1e-5, 0.0)):
        frequency = modes.frequency_kn.copy()
        frequency[0, pair[1]] = frequency[0, pair[0]] + gap * physics.THZ
        moment, _ = carried(case, replace(modes, frequency_kn=frequency, eigenvector_kmn=linear), Z)
        np.testing.assert_allclose(np.sort(moment[0, pair]), [-size, size], atol=6e-5)
