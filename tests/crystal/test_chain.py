"""The Te-like chain of [NL]: frequencies, symmetry, handedness, independence of units."""

from dataclasses import replace

import numpy as np
import pytest

from hpcph.crystal import dynamical, symmetry
from hpcph.crystal.chain import Chain, Handedness, Units
from hpcph.errors import InputError
from hpcph.phonons.modes import diagonalise

GAMMA = [0, 0, 0, 1.46984, 1.46984, 2.12132, 2.53156, 2.71756, 2.71756]
CHAINS = {hand.name: Chain(handedness=hand) for hand in Handedness}


def frequencies(chain, q):
    """In model units, (k, n)."""
    return diagonalise(chain.crystal(), np.atleast_2d(np.asarray(q, float))).frequency_kn / chain.units.frequency


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_frequencies_at_gamma_are_those_of_the_paper(chain):
    """Two chiral doublets, two single modes; the acoustic ones vanish before anything sets them to zero."""
    assert np.abs(frequencies(chain, [0, 0, 0])[0] - GAMMA).max() < 1e-5
    square = np.linalg.eigvalsh(dynamical.matrices(chain.crystal(), np.zeros((1, 3))))[0]
    assert np.abs(square[:3]).max() < 1e-12 * square[-1]


def test_dispersion_is_that_of_the_explicit_matrix():
    """9 × 9 matrix of the three springs with e^{ikc} on D_31, written out."""
    chain = Chain()
    D_12, D_23, D_31 = chain.bond_tensors()
    for q in (0.0, 0.13, 0.5):
        turn = np.exp(2j * np.pi * q)
        D = np.block(
            [
                [D_12 + D_31, -D_12, -D_31 * turn.conj()],
                [-D_12, D_12 + D_23, -D_23],
                [-D_31 * turn, -D_23, D_23 + D_31],
            ]
        )
        square = np.linalg.eigvalsh(D)
        assert np.abs(frequencies(chain, [0, 0, q])[0] ** 2 - square).max() < 1e-9


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_springs_have_the_full_point_group(chain):
    """Frequencies under all six operations of 32, and D itself is carried over: C D(k) Cᵀ = D(Ck)."""
    S = chain.structure
    assert len(np.unique(S.rotations, axis=0)) == 6
    assert symmetry.violation(chain.crystal()).max() < 1e-12
    R = S.rotations_cartesian
    assert np.abs(R @ R.swapaxes(1, 2) - np.eye(3)).max() < 1e-12 and np.linalg.det(R) == pytest.approx(1)


def test_position_of_the_atoms_has_the_symmetry_of_the_springs():
    """Every operation maps bonds on bonds with their tensors: direction turned, tensor turned."""
    chain = Chain()
    S, pairs = chain.structure, chain.pairs
    x = S.separation(pairs)
    for R in S.rotations_cartesian:
        apart = np.linalg.norm((x @ R.T)[:, None] - x, axis=2) / chain.units.length
        tensor = np.abs((R @ pairs.phi @ R.T)[:, None] - pairs.phi).max((2, 3)) / chain.units.force_constant
        assert ((apart < 1e-9) & (tensor < 1e-9)).any(axis=1).all()


def test_bonds_are_stiff_along_their_direction():
    """With the parameters of the paper K3 acts (within 10°) along the bonds of a right-handed spiral."""
    chain = Chain()
    for a, tensor in zip((0, 1, 2), chain.bond_tensors(), strict=True):
        pair = np.flatnonzero((chain.pairs.first == a) & (chain.pairs.second == (a + 1) % 3))[0]
        bond = chain.structure.separation(chain.pairs)[pair]
        stiff = np.linalg.eigh(tensor)[1][:, -1]
        assert abs(stiff @ bond) / np.linalg.norm(bond) > np.cos(np.radians(10))


def test_left_chain_is_the_right_one_inverted():
    """Positions change sign, tensors stay: its bonds, seen upwards, turn the other way, and D(k) becomes D(−k)."""
    right, left = CHAINS["RIGHT"], CHAINS["LEFT"]
    assert np.abs(right.structure.fractional_ac + left.structure.fractional_ac).max() < 1e-15
    q = np.array([[0.2, 0.1, 0.17], [0, 0, 0.4]])
    one, other = dynamical.matrices(right.crystal(), q), dynamical.matrices(left.crystal(), -q)
    assert np.abs(one - other).max() < 1e-12 * np.abs(one).max()
    for chain, sign in ((right, 1), (left, -1)):
        position = chain.structure.fractional_ac @ chain.structure.lattice_vc
        order = np.argsort(position[:, 2])
        x, y = position[order, 0], position[order, 1]
        assert np.sign(x[:-1] * y[1:] - y[:-1] * x[1:]) == pytest.approx(sign)


@pytest.mark.parametrize("units", [Units(length=3e-10), Units(mass=2e-25, time=3e-14), Units(charge=1e-19)])
def test_units_of_the_model_do_not_matter(units):
    """Frequencies in model units are the same whatever a unit is in SI."""
    q = [[0, 0, 0.1], [0, 0, 0.37]]
    assert frequencies(Chain(units=units), q) == pytest.approx(frequencies(Chain(), q), rel=1e-9)


def test_chains_do_not_touch():
    """No frequency depends on the wave vector across the chain."""
    one, other = frequencies(Chain(), [[0, 0, 0.2], [0.31, -0.17, 0.2]])
    assert one == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("key, value", [("k1", -1.0), ("mass", 0.0), ("a", float("nan")), ("charges", (0.0, 1.0, 1.0))])
def test_chains_that_cannot_be_are_refused(key, value):
    """Positive constants, a neutral cell."""
    with pytest.raises(InputError, match=f"chain.{key}"):
        replace(Chain(), **{key: value})
