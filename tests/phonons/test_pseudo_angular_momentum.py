"""Pseudo-angular momentum: labels of modes at every wave vector that a turn about the axis keeps, on zone faces too."""

from dataclasses import replace

import numpy as np
import physics
import pytest

from hpcph.phonons import screw
from hpcph.phonons.eigenvectors import circular

Z = np.array([0.0, 0.0, 1.0])
A, K, H, M, L = [0, 0, 0.5], [1 / 3, 1 / 3, 0], [1 / 3, 1 / 3, 0.5], [0.5, 0, 0], [0.5, 0, 0.5]
POINTS = np.array([[0, 0, 0.2], A, K, [1 / 3, 1 / 3, 0.2], H, M, [0.5, 0, 0.1], L, [0.1, 0, 0.2], [1, -2, 0.2]])


def labelled(case, points, direction=Z):
    """ℓ, N, and modes of definite l."""
    points = np.atleast_2d(np.asarray(points, float))
    l, modes = circular(physics.modes(case, points), Z)
    directions = np.tile(direction, (len(points), 1))
    return *screw.pseudo_angular_momentum(case.structure, modes, l, points, directions, Z), modes


def same_labels(one, other, N):
    """Each label as often in one as in the other, modulo N."""
    one, other = (np.sort(np.round(np.mod(x + 1e-3, N), 6)) for x in (one, other))
    np.testing.assert_allclose(one, other, atol=2e-6)


def carried(structure, turn, q, e):
    """⟨m|{C|τ}|n⟩ from displacements e^{ik·r} e_a in space, turned as they stand: (m, n)."""
    columns = structure.lattice_vc.T
    C, k = columns @ turn.rotation @ np.linalg.inv(columns), q @ structure.reciprocal_vc
    home = structure.fractional_ac @ structure.lattice_vc
    came_from = (home - turn.translation @ structure.lattice_vc) @ C  # C⁻¹ (r − τ), C being orthogonal
    apart = (came_from[:, None] - home) @ np.linalg.inv(structure.lattice_vc)
    atom = np.abs(apart - np.rint(apart)).max(axis=2).argmin(axis=1)
    field = e.reshape(len(home), 3, -1)
    moved = np.exp(1j * came_from @ k)[:, None, None] * np.einsum("cd,adn->acn", C, field[atom])
    return np.einsum("acm,acn->mn", (np.exp(1j * home @ k)[:, None, None] * field).conj(), moved)


@pytest.mark.parametrize("name", ["zno", "quartz_pbesol", "P6_1", "P2_13"])
def test_modes_turned_in_space_have_the_eigenvalues_of_their_labels(name):
    """In every degenerate set the operation on the displacements of the atoms has the trace Σ e^{−2πiℓ/N}; modes of
    definite l are its eigenvectors, but where a set has one l several times."""
    case = physics.case(name)
    value, order, modes = labelled(case, POINTS)
    l, seen = circular(modes, Z)[0], 0
    turns = {turn.order: turn for turn in screw.turns_about(case.structure, Z)}
    six, two = [6, 6, 3, 3, 3, 2, 2, 2, 1, 6], [2, 2, 1, 1, 1, 2, 2, 2, 1, 2]
    assert list(order) == {"zno": six, "P6_1": six, "P2_13": two}.get(name, [3, 3, 3, 3, 3, 1, 1, 1, 1, 3])
    for k in np.flatnonzero(order > 1):
        N = order[k]
        S = carried(case.structure, turns[N], POINTS[k], modes.eigenvector_kmn[k])
        block, phase = modes.degenerate_blocks()[k], np.exp(-2j * np.pi * value[k] / N)
        for number in np.unique(block):
            members = np.flatnonzero(block == number)
            assert abs(np.trace(S[np.ix_(members, members)]) - phase[members].sum()) < 1e-3
            if np.all(np.diff(l[k, members]) < -1e-6):
                seen += 1
                assert np.abs(np.diag(S) - phase)[members].max() < 1e-3
        assert np.all((value[k] > -N / 2) & (value[k] <= N / 2))
    assert seen > 60
    assert np.isnan(value[order == 1]).all() and np.isfinite(value[order > 1]).all()


def test_on_the_axis_it_is_the_crystal_angular_momentum_with_the_phase_of_the_screw():
    """ℓ = m + N k·τ/2π: m + q_c in P3₁21, and half-odd at A."""
    case, points = physics.case("quartz_pbesol"), [[0, 0, 0.2], A]
    value, _, modes = labelled(case, points)
    m, _ = screw.labels(case.structure, modes, Z)
    for k, q in enumerate(points):
        same_labels(value[k], m[k] + q[2], 3)
    np.testing.assert_allclose(np.abs(value[1] % 1), 0.5)


def test_the_mirror_image_has_the_opposite_labels():
    """Inversion takes k to −k and time reversal back; labels change sign modulo N at every point of the axes."""
    one, order, _ = labelled(physics.case("quartz_pbesol"), POINTS[:5])
    other, _, _ = labelled(physics.case("quartz_pbesol enantiomorph"), POINTS[:5])
    for here, there, N in zip(one, other, order, strict=True):
        same_labels(here, -there, N)


def test_an_atom_on_a_threefold_axis_off_the_origin():
    """At K of ZnO: (x ± iy) of an atom at (1/3, 2/3) has ±1 more than the winding of e^{ik·r} about the origin."""
    structure = physics.case("zno").structure
    turn = next(turn for turn in screw.turns_about(structure, Z) if turn.order == 3)
    S = screw.at(structure, turn, np.array(K))
    columns = structure.lattice_vc.T
    C = columns @ turn.rotation @ np.linalg.inv(columns)
    for a, place in enumerate(structure.fractional_ac):
        centre = place @ structure.lattice_vc
        back = (centre @ C - centre) @ structure.reciprocal_vc.T / (2 * np.pi)  # C⁻¹r − r, a lattice vector
        winding = -(back @ K) * 3  # of e^{ik·r}: e^{−2πi w/3}
        for sign in (1, -1, 0):
            e = np.zeros((len(structure.fractional_ac), 3), complex)
            e[a] = [1, 1j * sign, 0] if sign else [0, 0, 1]
            np.testing.assert_allclose(S @ e.ravel(), np.exp(-2j * np.pi * (sign + winding) / 3) * e.ravel(), atol=1e-9)


def test_at_gamma_the_side_from_which_it_is_approached_must_be_kept():
    """The dipole term singles out a direction: along a* only the two-fold turn of a six-fold axis is left."""
    case = physics.case("zno")
    for direction, N in ((Z, 6), (case.structure.reciprocal_vc[0], 2), (np.array([1.0, 0, 1]), 1)):
        assert labelled(case, [[0, 0, 0]], direction)[1] == [N]


def test_the_origin_may_be_anywhere():
    """Atoms and operations moved by any step: at K the operation is still that in space, on the axis ℓ is as before."""
    case, step = physics.case("zno"), np.array([0.13, 0.29, 0.41])
    at = case.structure.operations
    moved = replace(at, translations=at.translations + step - at.rotations @ step)
    structure = replace(case.structure, fractional_ac=case.structure.fractional_ac + step, operations=moved)
    modes = physics.modes(case, POINTS[:5])
    for turn, k in ((screw.turns_about(structure, Z)[0], 0), (screw.turns_about(structure, Z)[1], 2)):
        e = modes.eigenvector_kmn[k]
        found = e.conj().T @ screw.at(structure, turn, POINTS[k]) @ e
        np.testing.assert_allclose(found, carried(structure, turn, POINTS[k], e), atol=1e-9)
    here, _, _ = labelled(case, POINTS[:2])
    there, _, _ = labelled(replace(case, structure=structure), POINTS[:2])
    np.testing.assert_allclose(here, there, atol=1e-9)
