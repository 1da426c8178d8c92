"""The sign of Π^(L) at the chiral resonances: the current through bonds against what wave packets carry along.

[NL] remarks that Π^(L) follows the product χ^(L) Π. On its chain the product has opposite signs at the two doublets,
the bond current (its Eq. 12, and the continuity equation of the bonds) the same sign: the lattice exerts torques, so
angular momentum that flows through bonds is not what arrives. What arrives does follow the product.
"""

from functools import cache

import numpy as np
import pytest
from lit import CARRIED, CHIRAL, ENERGY, ORBITAL, PAM, along_z, modes, operator
from scipy.linalg import solve_banded

from hpcph.crystal.chain import Chain
from hpcph.phonons import angular_momentum
from hpcph.phonons.modes import diagonalise

CELLS, LIT = 400, 200  # light falls on the cells below LIT
PROBE = range(205, 210)  # dark cells, beyond the near field
X, Z = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
YZ = (1, 2)


@cache
def half_lit(omega, tau, direction):
    """A long chain whose lower half is driven along x or z, in model units and without hpcph's matrices.

    Returns
    -------
    u (ions, 3) complex and, of every bond with the next ion, the force on the upper end (ions − 1, 3)
    """
    chain, ions = Chain(), 3 * CELLS
    springs = chain.bond_tensors()[np.arange(ions - 1) % 3]
    bands = np.zeros((11, 3 * ions), complex)  # D_ij stands at [5 + i − j, j]
    for i, j in np.ndindex(3, 3):
        lower = 3 * np.arange(ions - 1) + j
        bands[5 + i - j, lower] += springs[:, i, j]
        bands[5 + i - j, lower + 3] += springs[:, i, j]
        bands[8 + i - j, lower] -= springs[:, i, j]
        bands[2 + i - j, lower + 3] -= springs[:, i, j]
    bands[5] += (0.5 / tau - 1j * omega) ** 2
    force = np.zeros((ions, 3), complex)
    force[: 3 * LIT] = np.tile(chain.charges, LIT)[:, None] * (X if direction == "x" else Z)
    u = solve_banded((5, 5), bands, force.ravel()).reshape(ions, 3)
    return u, np.einsum("bij,bj->bi", springs, u[:-1] - u[1:])


def torque(arm, force):
    """Mean of (arm × force)_z over a period, E(t) = Re E e^{−iωt}."""
    return 0.5 * np.cross(arm.conj(), force).real[:, 2]


def flows(omega, tau, direction):
    """Per ion L_z, and per bond its current, the energy current, and the torque on both ends together."""
    u, force = half_lit(omega, tau, direction)
    upper, lower = torque(u[1:], force), -torque(u[:-1], force)
    power = 0.25 * (force.conj() * -1j * omega * (u[1:] + u[:-1])).real.sum(axis=1)
    return torque(u, -1j * omega * u), 0.5 * (upper - lower), power, upper + lower


def signs(observable):
    """Sign at both doublets under the light that shows the observable best: circular in yz, linear along z."""
    chi = along_z(observable, np.array(CHIRAL), 200)
    part = chi[:, *YZ].imag if observable in (PAM, ENERGY) else chi[:, 2, 2].real
    return list(np.sign(part))


def test_bond_current_has_one_sign_where_the_product_has_two():
    """Π^(L) > 0 at 1.47 and at 2.72; χ^(L) Π < 0 at the first, > 0 at the second."""
    assert signs(ORBITAL) == [1, 1]
    assert list(np.multiply(signs(PAM), signs(ENERGY))) == [-1, 1]
    for component in ((0, 0), (1, 1)):
        assert np.all(along_z(ORBITAL, np.array(CHIRAL), 200)[:, *component].real > 0)


def test_carried_current_follows_the_product():
    """Within a doublet what wave packets carry is l v, for any light: of the sign of χ^(L) Π."""
    assert signs(CARRIED) == [-1, 1]
    for frequency in CHIRAL:
        ratio = along_z(CARRIED, frequency, 2000).real / along_z(ORBITAL, frequency, 2000).real
        assert ratio[0, 0, 0] == pytest.approx(ratio[0, 2, 2], rel=0.01)


def test_carried_current_is_angular_momentum_times_velocity():
    """Per quantum, that is l v of the modes beside Γ; half of it stands in b†b and half in bb†."""
    chain, found = Chain(), modes(Chain())
    beside = diagonalise(chain.crystal(), np.array([[0, 0, 1e-3]]))
    l = angular_momentum.matrices(beside)[0, 2].diagonal().real
    lv = l * beside.velocities()[0, :, 2] * chain.units.time / chain.units.length
    block = 2 * operator(found, CARRIED)[2, 2] * chain.units.time / chain.units.length
    for pair, own in ((slice(3, 5), slice(0, 2)), (slice(7, 9), slice(4, 6))):
        for where in (np.arange(12)[own], np.arange(12)[own] + 6):
            assert np.diag(block[np.ix_(where, where)]).real == pytest.approx(lv[pair].mean(), rel=2e-3)


@pytest.mark.parametrize("direction", ["x", "z"])
@pytest.mark.parametrize("omega, carried", list(zip(CHIRAL, (-1, 1), strict=True)))
def test_angular_momentum_that_reaches_the_dark_half(omega, carried, direction):
    """Linear light on the lower half: energy flows up, the bonds carry L_z up, the dark ions have L_z of sign l v."""
    L, current, power, _ = flows(omega, 500.0, direction)
    ions = slice(3 * PROBE.start, 3 * PROBE.stop)
    assert power[ions].mean() > 0
    assert np.sign(L[ions].mean()) == carried
    assert current[ions].mean() > 0


@pytest.mark.parametrize("omega", CHIRAL)
def test_balance_of_the_dark_half(omega):
    """L_z lost to damping there = current through the first bond + torques of the lattice, which are not small.

    And it is speed times density: what packets carry, not what the bond conducts.
    """
    tau = 500.0
    L, current, _, both_ends = flows(omega, tau, "z")
    first = 3 * LIT + 15
    lost = L[first + 1 :].sum() / tau
    lattice = both_ends[first + 1 :].sum() + 0.5 * both_ends[first]
    assert lost == pytest.approx(current[first] + lattice, rel=1e-6)
    assert lattice < -0.5 * current[first] < 0
    step = 1e-3
    doublet = diagonalise(Chain().crystal(), np.array([[0, 0, step]])).frequency_kn[0] / Chain().units.frequency
    slope = np.diff(doublet)[7 if omega > 2 else 3] / (4 * np.pi * step)
    density = L[first - 7 : first + 8].sum() / 5  # a cell; averaged over five
    assert lost == pytest.approx(slope * density, rel=0.1)
