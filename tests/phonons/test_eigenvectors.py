"""Eigenvectors as they are stored: what they say does not depend on the basis that LAPACK chose."""

from dataclasses import replace

import numpy as np
import physics
import pytest

from hpcph.phonons import angular_momentum
from hpcph.phonons.eigenvectors import amplitudes, circular, polarization_vectors

Z = np.array([0.0, 0.0, 1.0])
POINTS = [[0.11, 0.23, 0.31], [0, 0, 0.091], [0, 0, 0.5], [0, 0, 0], [0.5, 0, 0]]


def canonical(modes, axis):
    """The vectors that bands and orbits hold."""
    return polarization_vectors(circular(modes, axis)[1])


def scrambled(modes, seed=0):
    """The same modes with random phases, and random unitaries inside degenerate blocks."""
    rng = np.random.default_rng(seed)
    vectors = modes.eigenvector_kmn.copy()
    for k, block in enumerate(modes.degenerate_blocks()):
        for number in np.unique(block):
            members = np.flatnonzero(block == number)
            random = rng.normal(size=(2, len(members), len(members)))
            unitary, _ = np.linalg.qr(random[0] + 1j * random[1])
            vectors[k][:, members] = vectors[k][:, members] @ unitary
    return replace(modes, eigenvector_kmn=vectors)


@pytest.mark.parametrize("name", ["embedded", "zno", "P4_332"])
def test_they_are_eigenvectors(name):
    """D e = ω² e, normalised and orthogonal, whatever was turned."""
    case = physics.case(name)
    modes = scrambled(physics.modes(case, POINTS))
    e = canonical(modes, Z).reshape(*modes.frequency_kn.shape, -1)
    D = modes.eigenvector_kmn * (np.sign(modes.frequency_kn) * modes.frequency_kn**2)[:, None]
    D = D @ modes.eigenvector_kmn.conj().swapaxes(-1, -2)
    square = np.abs(modes.frequency_kn).max() ** 2
    assert np.abs(np.einsum("kij,knj->kni", D, e) - modes.frequency_kn[..., None] ** 2 * e).max() < 1e-9 * square
    np.testing.assert_allclose(e.conj() @ e.swapaxes(-1, -2), np.broadcast_to(np.eye(e.shape[1]), e.shape), atol=1e-12)


@pytest.mark.parametrize("name", ["embedded", "zno"])
def test_modes_of_a_degenerate_block_have_definite_angular_momentum(name):
    """⟨n|M_z|m⟩ is diagonal inside a block, the largest first: at A and Γ all of quartz's doublets."""
    case = physics.case(name)
    modes = scrambled(physics.modes(case, POINTS))
    block = modes.degenerate_blocks()
    columns = canonical(modes, Z).reshape(*block.shape, -1).swapaxes(1, 2)
    m = angular_momentum.matrices(replace(modes, eigenvector_kmn=np.ascontiguousarray(columns)))[:, 2]
    inside = (block[:, :, None] == block[:, None, :]) & ~np.eye(block.shape[1], dtype=bool)
    assert inside[2].any() and inside[3].any()
    assert np.abs(m[inside]).max() < 1e-9
    l = np.einsum("knn->kn", m).real
    assert np.all(np.diff(l)[np.diff(block) == 0] < 1e-9)


def test_the_basis_does_not_matter():
    """Scrambled and not, the same vectors wherever l tells the modes of a block apart."""
    modes = physics.modes(physics.case("embedded"), POINTS)
    one, other = canonical(scrambled(modes, 1), Z), canonical(scrambled(modes, 2), Z)
    l = angular_momentum.polarization_by_atom(
        replace(modes, eigenvector_kmn=np.ascontiguousarray(one.reshape(*modes.frequency_kn.shape, -1).swapaxes(1, 2)))
    ).sum(2)[..., 2]
    block = modes.degenerate_blocks()
    same = (block[:, :, None] == block[:, None, :]) & (np.abs(l[:, :, None] - l[:, None, :]) < 1e-3)
    alone = same.sum(2) == 1
    assert alone.sum() > 100
    np.testing.assert_allclose(one[alone], other[alone], atol=1e-8)


def test_the_largest_component_is_real_and_positive():
    """That fixes the phase of an orbit."""
    e = canonical(scrambled(physics.modes(physics.case("embedded"), POINTS)), Z)
    flat = e.reshape(*e.shape[:2], -1)
    size = np.abs(flat)
    first = np.argmax(size > (1 - 1e-6) * size.max(2, keepdims=True), axis=2)
    largest = np.take_along_axis(flat, first[..., None], 2)[..., 0]
    assert np.all(largest.real > 0) and np.abs(largest.imag).max() < 1e-14


def test_displacements_obey_newtons_equation():
    """m_a ü_a = −Σ Φ_ab(T) u_b(T) for the real displacements: phases of cells and places and the masses are right."""
    case = physics.case("embedded", nac=False)
    S, pairs = case.structure, case.pairs
    q = np.array([0.13, -0.2, 0.091])
    modes = physics.modes(case, q)
    for n in (0, 4, 20):
        U = amplitudes(canonical(modes, Z)[0, n], q, S.fractional_ac, S.mass_a)
        assert np.linalg.norm(U, axis=1).max() == pytest.approx(1, abs=1e-12)
        moved = (U[pairs.second] * np.exp(2j * np.pi * pairs.cell @ q)[:, None]).real
        force = np.zeros((len(S.mass_a), 3))
        np.add.at(force, pairs.first, -np.einsum("pij,pj->pi", pairs.phi, moved))
        expected = -S.mass_a[:, None] * modes.frequency_kn[0, n] ** 2 * U.real
        np.testing.assert_allclose(force, expected, atol=1e-9 * np.abs(expected).max())


def test_the_orbit_turns_with_the_sign_of_l():
    """Σ m u × u̇ of Re U e^{−iωt} over a period has the sign of the polarization."""
    case = physics.case("embedded")
    S, q = case.structure, np.array([0, 0, 0.091])
    modes = physics.modes(case, q)
    l = angular_momentum.polarization_by_atom(modes)[0].sum(1)[:, 2]
    for n in (0, 1):
        U = amplitudes(canonical(modes, Z)[0, n], q, S.fractional_ac, S.mass_a)
        phase = np.exp(-2j * np.pi * np.arange(12) / 12)[:, None, None]
        u, v = (U * phase).real, (-1j * U * phase).real
        turning = (S.mass_a[:, None] * np.cross(u, v)).sum((0, 1))[2]
        assert np.sign(turning) == np.sign(l[n]) and abs(l[n]) > 0.5
