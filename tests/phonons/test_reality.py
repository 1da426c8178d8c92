"""Where symmetry makes D real, and that its modes are then the same."""

from dataclasses import replace

import numpy as np
import physics
import pytest

from hpcph.crystal import symmetry
from hpcph.crystal.dynamical import matrices, matrices_and_halves
from hpcph.phonons import lapack, reality
from hpcph.phonons.modes import diagonalise
from hpcph.response.tensors import HEAT, OFF_DIAGONAL, OSCILLATOR

INVERTED = ("stishovite", "mp-8352", "mp-5327", "mp-1716")
TURNED = ("embedded", "P2_13", "P4_332")
NAMES = (*INVERTED, *TURNED)


FACES = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1))


def known(name):
    """A crystal that knows its operations of order two."""
    return symmetry.with_involutions(physics.case(name).crystal)


def by_one(crystal):
    """The same crystal knowing one of them, for each."""
    for involution in crystal.structure.involutions:
        yield involution, replace(crystal, structure=replace(crystal.structure, involutions=(involution,)))


def turned_round(crystal, involution, face=(0, 0, 0)) -> np.ndarray:
    """Random wave vectors k with Rk = −k + G, G being what R leaves of a face of the zone, (3, 3)."""
    q = physics.random_q(crystal.structure, 3, seed=1)
    return 0.5 * (q - q @ involution.rotation.T) + 0.25 * (face + involution.rotation @ face)


@pytest.mark.parametrize("name", NAMES)
def test_d_is_real_where_an_operation_of_order_two_turns_k_round(name):
    """Inversion at every k, turns by π in planes across their axes: the real form has D's eigenvalues and vectors.

    On faces of the zone, too, where the operation and time reversal do not make pairs of all modes; there a sum over
    dipoles that ends may break the symmetry by 1e-12, which is then seen.
    """
    crystal = known(name)
    assert crystal.structure.involutions
    served = []
    for involution, one in by_one(crystal):
        for face in FACES:
            q = turned_round(crystal, involution, face)
            for at, basis in reality.bases(one.structure, q):
                real, exact = basis.real(matrices_and_halves(crystal, q[at])[0])
                assert exact.all() or (crystal.dipoles is not None and face != FACES[0])
                D = matrices(crystal, q[at])[exact]
                if not len(D):
                    continue
                expected = np.linalg.eigvalsh(D)
                found, vectors = np.linalg.eigh(real, UPLO="U")
                e, found = basis.back(vectors)[exact], found[exact]
                assert np.abs(found - expected).max() < 1e-14 * np.abs(expected).max()
                assert np.abs(e.conj().swapaxes(1, 2) @ e - np.eye(D.shape[1])).max() < 1e-13
                assert np.abs(D @ e - e * found[:, None]).max() < 1e-13 * np.abs(expected).max()
                served.append(face)
    assert served.count(FACES[0]) == len(crystal.structure.involutions) and len(set(served)) > 1


@pytest.mark.parametrize("name", TURNED)
def test_elsewhere_it_is_not(name):
    """At generic k no operation of a crystal without inversion turns k round, and none makes D real."""
    crystal = known(name)
    q = physics.random_q(crystal.structure, 2)
    D = matrices_and_halves(crystal, q)[0]
    assert not list(reality.bases(crystal.structure, q))
    for involution in crystal.structure.involutions:
        assert not reality.Basis(involution, np.ones((2, len(involution.image)))).real(D)[1].any()


def test_screws_make_pairs_on_the_faces_of_the_zone():
    """Where the operation with time reversal squares to −1 no basis makes D real: modes come in pairs there."""
    crystal = known("P2_13")
    pairs = 0
    for involution, one in by_one(crystal):
        for face in FACES[1:]:
            q = turned_round(crystal, involution, face)
            square = np.linalg.eigvalsh(matrices(crystal, q))
            paired = np.abs(square[:, 1::2] - square[:, ::2]).max() < 1e-13 * square.max()
            assert paired or list(reality.bases(one.structure, q))
            pairs += paired
    assert pairs


@pytest.mark.parametrize("name", NAMES)
def test_sums_do_not_tell_how_modes_were_found(name, monkeypatch):
    """Weights of modes in real arithmetic add up to those in complex arithmetic, clouds included.

    Where inversion forbids modes to have an angular momentum, only sums without it are more than rounding.
    """
    monkeypatch.setattr(reality, "FEWEST", 0)
    crystal = known(name)
    q = np.concatenate([turned_round(crystal, i) for i in crystal.structure.involutions])
    q = np.concatenate([q[np.linalg.norm(q, axis=1) > 0.05], physics.random_q(crystal.structure, 2)])
    plain = replace(crystal, structure=replace(crystal.structure, involutions=()))
    one, two = (
        physics.sums(diagonalise(c, q), [50.0, 300.0], mass_a=crystal.structure.mass_a) for c in (crystal, plain)
    )
    for s, columns in two.of.items():
        if name in TURNED or s.channel in (OFF_DIAGONAL, OSCILLATOR, HEAT):
            assert np.abs(one.of[s] - columns).max() < 1e-10 * np.abs(columns).max()


def test_what_breaks_the_symmetry_is_not_lost(monkeypatch):
    """A part of D that breaks inversion, be it 1e-9 of it: answers are those of complex arithmetic to the last bit."""
    monkeypatch.setattr(reality, "FEWEST", 0)
    crystal = known("stishovite")
    q = physics.random_q(crystal.structure, 3)
    D = matrices_and_halves(crystal, q)[0]
    D[1, 0, 4] += 1e-9j * np.abs(D[1]).max()
    square, vectors = reality.eigh(crystal.structure, D, q)
    expected = lapack.eigh(D)
    assert np.array_equal(square[1], expected[0][1]) and np.array_equal(vectors[1], expected[1][1])
    assert not np.array_equal(vectors[0], expected[1][0])


def test_operations_that_hold_only_nearly_are_not_used():
    """Force constants that obey their turns to 1e-9, which is not to rounding: what stands for no turn is left."""
    crystal = physics.case("P6_222").crystal
    assert 1e-11 < symmetry.violation(crystal).max() < 1e-8
    (identity,) = known("P6_222").structure.involutions
    assert np.array_equal(identity.rotation, np.eye(3))
    assert len(known("embedded").structure.involutions) == 4  # three turns
