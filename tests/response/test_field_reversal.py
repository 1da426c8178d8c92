"""What a magnetic field adds to γ^NL and γ^N, of modes solved exactly in it: nothing to first order.

At −k time reversal has the mode of k in the field −B, with the same ω, and v and l turned; so Σ l v τ ∂f/∂T over k with
−k is even in B, whatever the crystal, as long as lifetimes are those without the field.
"""

import numpy as np
import physics
import pytest
from scipy.constants import hbar
from scipy.constants import k as boltzmann

from hpcph.crystal import dynamical
from hpcph.phonons.magnetic_field import in_field

T = 300.0
DIRECTION = np.array([0.3, -0.5, 0.8])


def operators(structure) -> tuple[np.ndarray, np.ndarray]:
    """M and N of the whole cell, (3, n, n) each."""
    ratio = physics.gyromagnetic(structure)
    n = 3 * len(ratio)
    M, N = np.zeros((3, n, n), complex), np.zeros((3, n, n), complex)
    for a, g in enumerate(ratio):
        here = slice(3 * a, 3 * a + 3)
        M[:, here, here] = -1j * physics.EPSILON
        N[:, here, here] = np.einsum("ij,jmn->imn", g, M[:, here, here])
    return M, N


def exact(case, q, field):
    """ω, v, kinetic ħl and μ of every mode at one wave vector, from iẏ = H y of y = (√D x, ẋ) in Cartesian components.

    v = x†∂D x/2x†(ω + B·N)x, from ω² x = D x − 2ω B·N x.
    """
    D, half = (part[0] for part in dynamical.matrices_and_halves(case.crystal, np.array([q])))
    square, e = np.linalg.eigh(D, UPLO="U")
    root = (e * np.sqrt(square)) @ e.conj().T
    M, N = operators(case.structure)
    b = np.einsum("i,imn->mn", field, N)
    n = len(root)
    values, y = np.linalg.eigh(np.block([[np.zeros((n, n)), 1j * root], [-1j * root, -2 * b]]))
    omega, velocity = values[n:], y[n:, n:]
    x = 1j * velocity / omega
    slope = np.einsum("mp,cmn,np->cp", x.conj(), half + half.conj().swapaxes(1, 2), x).real
    norm = omega * np.einsum("mp,mp->p", x.conj(), x).real + np.einsum("mp,mn,np->p", x.conj(), b, x).real
    carried = [2 * hbar * np.einsum("mp,imn,np->pi", velocity.conj(), O, velocity).real for O in (M, N)]
    return omega, (slope / (2 * norm)).T, *carried


def flows(case, q, field) -> np.ndarray:
    """Σ over k and −k of ħl v ∂f/∂T and of μ v ∂f/∂T, (2, 3, 3)."""
    total = np.zeros((2, 3, 3))
    for k in (q, -q):
        omega, v, *carried = exact(case, k, field)
        x = hbar * omega / (boltzmann * T)
        warming = x / (4 * T * np.sinh(x / 2) ** 2)
        total += np.array([np.einsum("pi,pj,p->ij", part, v, warming) for part in carried])
    return total


def test_velocities_in_the_field_are_slopes():
    """The generalized Hellmann–Feynman theorem, against differences of ω(k), and moments against those of ω(B)."""
    case, q, step = physics.case("quartz_pbesol"), np.array([0.11, 0.23, 0.37]), 1e-5
    field = 1e4 * DIRECTION
    omega, v, carried, moment = exact(case, q, field)
    modes = physics.modes(case, q)
    result = in_field(modes, physics.gyromagnetic(case.structure), field)
    np.testing.assert_allclose(omega, modes.frequency_kn[0] + result.shift_kn[0], rtol=1e-12)
    np.testing.assert_allclose(hbar * result.polarization_kni[0], carried, atol=1e-8 * hbar)
    directions = np.linalg.inv(case.structure.reciprocal_vc)
    for c in range(3):
        k = step * 1e10 * directions[c]
        slope = (exact(case, q + k, field)[0] - exact(case, q - k, field)[0]) / (2e10 * step)
        np.testing.assert_allclose(v[:, c], slope, atol=1e-3)
    less, more = (exact(case, q, (1 + s) * field)[0] for s in (-1e-2, 1e-2))
    slope = (less - more) / 2e-2
    np.testing.assert_allclose(moment @ field / hbar, slope, atol=1e-5 * np.abs(slope).max())


@pytest.mark.parametrize("name", ["quartz_pbesol", "zno", "embedded"])
def test_flows_of_angular_momentum_and_moment_are_even_in_the_field(name):
    """What ±B have in common moves like B²; what they have not is rounding."""
    case = physics.case(name)
    for q in physics.random_q(case.structure, 2):
        none = flows(case, q, 0 * DIRECTION)
        changes = []
        for tesla in (2e3, 4e3):
            forward, backward = (flows(case, q, s * tesla * DIRECTION) for s in (1, -1))
            changes.append(np.linalg.norm(forward - none, axis=(1, 2)))
            size = np.linalg.norm(none, axis=(1, 2)) + changes[-1]
            assert (np.linalg.norm(forward - backward, axis=(1, 2)) < 1e-9 * size).all()
            one_k = [
                np.einsum("pi,pj->ij", part[2], part[1])
                for part in (exact(case, q, s * tesla * DIRECTION) for s in (1, -1))
            ]
            assert np.linalg.norm(one_k[0] - one_k[1]) > 1e-6 * np.linalg.norm(one_k[0])
        np.testing.assert_allclose(changes[1] / changes[0], 4, rtol=0.05)
