"""χ against thermodynamics: the free energy with Ω·L added exactly (check 1 of theory), and its limits."""

import numpy as np
import physics
import pytest
from scipy.constants import e as charge
from scipy.constants import hbar
from scipy.constants import k as boltzmann

from hpcph.crystal import dynamical
from hpcph.response import thermal
from hpcph.response.tensors import CHI, CHI_N, CHI_NN, DIAGONAL, FLOW, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.weights import mode_weights


def rotation_generators(atoms):
    """E^λ = iM^λ, real antisymmetric: (E^λ)_{μν} = ε_λμν on every atom, (3, n, n)."""
    E = np.zeros((3, 3, 3))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        E[i, j, k], E[i, k, j] = 1, -1
    return np.array([np.kron(np.eye(atoms), e) for e in E])


def free_energy(D, E, omega, temperature):
    """F = Σ kT ln 2 sinh(ħω/2kT) over the positive frequencies of H + Ω·L, J."""
    kT, unit = boltzmann * temperature, np.sqrt(np.abs(np.trace(D)) / len(D))
    drift = -omega / unit * E
    motion = np.block([[drift, np.eye(len(D))], [-D / unit**2, drift]])
    frequencies = np.sort((1j * np.linalg.eigvals(motion)).real)[len(D) :] * unit
    x = hbar * frequencies / kT
    return kT * np.sum(x / 2 + np.log1p(-np.exp(-x)))


def minus_second_derivative(D, E, temperature, step):
    """−∂²F/∂Ω² at Ω = 0, fourth-order differences."""
    F = {n: free_energy(D, E, n * step, temperature) for n in (-2, -1, 0, 1, 2)}
    return -(16 * (F[1] + F[-1]) - (F[2] + F[-2]) - 30 * F[0]) / (12 * step**2)


def chi(case, q, temperature):
    """χ·V of a set of wave vectors, each with −k, (3, 3) in J s²."""
    both = np.concatenate([np.atleast_2d(q), -np.atleast_2d(q)])
    T = np.array([temperature])
    return thermal.response(physics.sums(physics.modes(case, both), T), T, 1.0, np.eye(3)[None])[CHI][0]


POINTS = {
    "quartz_pbesol": [[0.11, 0.23, 0.37], [-0.4, 0.17, 0.08]],
    "embedded": [[0.3, 0.05, -0.22], [0, 0, 0.5]],
    "zno": [[0.21, 0.1, 0.3], [0, 0, 0.3], [1 / 3, 1 / 3, 0]],
    "P2_13": [[0.13, 0.31, 0.27], [0.2, 0.2, 0.2], [0.5, 0.5, 0.5]],
}


@pytest.mark.parametrize("temperature", [30.0, 300.0])
@pytest.mark.parametrize(("name", "q"), [(name, q) for name, points in POINTS.items() for q in points])
def test_chi_is_the_second_derivative_of_the_free_energy(name, q, temperature):
    """−∂²F/∂Ω_i∂Ω_j = χ_ij V for k with −k: the three axes and the xy, yz components; degenerate points included."""
    case = physics.case(name)
    E = rotation_generators(len(case.structure.mass_a))
    pair = [dynamical.matrices(case.crystal, s * np.array([q], float))[0] for s in (1, -1)]
    lowest = physics.modes(case, q).frequency_kn.min()

    def along(direction):
        generator = np.einsum("c,cmn->mn", direction, E)
        values = [np.mean([minus_second_derivative(D, generator, temperature, h) for D in pair]) for h in steps]
        return values[1] + (values[1] - values[0]) / 15  # Richardson on the fourth-order error

    steps = (4e-3 * lowest, 2e-3 * lowest)
    expected = chi(case, q, temperature)
    tolerance = 1e-6 * np.trace(expected)
    x, y, z = np.eye(3)
    for i, axis in enumerate((x, y, z)):
        assert along(axis) == pytest.approx(expected[i, i], abs=tolerance)
    for i, j, one, other in ((0, 1, x, y), (1, 2, y, z)):
        mixed = (along((one + other) / np.sqrt(2)) - along((one - other) / np.sqrt(2))) / 2
        assert mixed == pytest.approx(expected[i, j], abs=tolerance)


def moment_generators(structure):
    """(e/2m_a)·½(E^λ Z_a + Z_aᵀ E^λ), real antisymmetric: B·m for E in the place of Ω·L, (3, n, n) in C kg⁻¹."""
    E, G = rotation_generators(1), np.zeros((3, 3 * len(structure.mass_a), 3 * len(structure.mass_a)))
    for a, (Z, mass) in enumerate(zip(structure.born_aij, structure.mass_a, strict=True)):
        G[:, 3 * a : 3 * a + 3, 3 * a : 3 * a + 3] = charge / (4 * mass) * (E @ Z + Z.T @ E)
    return G


def moment_chi(case, q, temperature, tensor):
    """χ^{N,L}·V in A m² s or χ^{N,N}·V in A m² T⁻¹ of a set of wave vectors, each with −k, (3, 3)."""
    both = np.concatenate([np.atleast_2d(q), -np.atleast_2d(q)])
    T = np.array([temperature])
    sums = physics.sums(physics.modes(case, both), T, None, physics.gyromagnetic(case.structure))
    return thermal.response(sums, T, 1.0, np.eye(3)[None])[tensor][0]


@pytest.mark.parametrize("temperature", [30.0, 300.0])
@pytest.mark.parametrize(("name", "q"), [(n, q) for n in ("quartz_pbesol", "embedded", "zno") for q in POINTS[n]])
def test_cross_chi_is_the_mixed_derivative_of_the_free_energy(name, q, temperature):
    """−∂²F/∂B_i∂Ω_j = χ^{N,L}_ij V with H' = −Ω·L − B·m, from F along E_j ± G_i; zz, xy, yx, degenerate k included."""
    case = physics.case(name)
    E, G = rotation_generators(len(case.structure.mass_a)), moment_generators(case.structure)
    unit = 1 / np.abs(G).max()
    pair = [dynamical.matrices(case.crystal, s * np.array([q], float))[0] for s in (1, -1)]
    step = 2e-3 * physics.modes(case, q).frequency_kn.min()

    def curvature(generator):
        values = [np.mean([minus_second_derivative(D, generator, temperature, h) for D in pair]) for h in steps]
        return values[1] + (values[1] - values[0]) / 15

    steps = (2 * step, step)
    expected = moment_chi(case, q, temperature, CHI_N) * unit
    for i, j in ((2, 2), (0, 1), (1, 0)):
        mixed = (curvature(E[j] + unit * G[i]) - curvature(E[j] - unit * G[i])) / 4
        assert mixed == pytest.approx(expected[i, j], abs=1e-6 * np.trace(chi(case, q, temperature)))


@pytest.mark.parametrize("temperature", [30.0, 300.0])
@pytest.mark.parametrize(("name", "q"), [(n, q) for n in ("quartz_pbesol", "embedded", "zno") for q in POINTS[n]])
def test_chi_of_moments_is_the_second_derivative_in_a_field(name, q, temperature):
    """−∂²F/∂B_i∂B_j = χ^{N,N}_ij V with H' = −B·m, m canonical, from F along G_i ± G_j; degenerate k included."""
    case = physics.case(name)
    G = moment_generators(case.structure)
    unit = 1 / np.abs(G).max()
    pair = [dynamical.matrices(case.crystal, s * np.array([q], float))[0] for s in (1, -1)]
    step = 2e-3 * physics.modes(case, q).frequency_kn.min()

    def curvature(generator):
        values = [
            np.mean([minus_second_derivative(D, unit * generator, temperature, h) for D in pair])
            for h in (2 * step, step)
        ]
        return values[1] + (values[1] - values[0]) / 15

    expected = moment_chi(case, q, temperature, CHI_NN) * unit**2
    assert np.linalg.eigvalsh(expected).min() > 0
    for i, j in ((2, 2), (0, 0), (0, 1)):
        mixed = (curvature(G[i] + G[j]) - curvature(G[i] - G[j])) / 4 if i != j else curvature(G[i])
        assert mixed == pytest.approx(expected[i, j], abs=1e-6 * np.trace(expected))


@pytest.mark.parametrize("name", physics.POLAR)
def test_hot_lattice_has_the_classical_chi_of_moments(name):
    """At high T χ^{N,N}_ij V → −kT Tr[D⁻¹ ½(G_i G_j + G_j G_i)]."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 3, seed=5)
    T = 2e5
    inverse = np.linalg.inv(dynamical.matrices(case.crystal, q)).real.mean(axis=0)
    G = moment_generators(case.structure)
    expected = -boltzmann * T * np.einsum("mn,inl,jlm->ij", inverse, G, G)
    expected = (expected + expected.T) / 2
    assert np.abs(moment_chi(case, q, T, CHI_NN) - expected).max() < 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("name", physics.POLAR)
def test_hot_lattice_has_the_classical_cross_chi(name):
    """At high T χ^{N,L}_ij V → −kT Tr[D⁻¹ ½(G_i E_j + E_j G_i)], all nine components."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 3, seed=5)
    T = 2e5
    inverse = np.linalg.inv(dynamical.matrices(case.crystal, q)).real.mean(axis=0)
    E, G = rotation_generators(len(case.structure.mass_a)), moment_generators(case.structure)
    expected = -boltzmann * T * np.einsum("mn,inl,jlm->ij", inverse, G, E)  # D⁻¹ is symmetric: both orders are equal
    found = moment_chi(case, q, T, CHI_N)
    assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()
    unsymmetric = np.abs(found - found.T).max() > 1e-3 * np.abs(found).max()
    assert unsymmetric == (name in (*physics.QUARTZ, "stishovite"))


@pytest.mark.parametrize("name", ["quartz_pbesol", "embedded", "stishovite", "P2_13", "P6_1"])
def test_hot_lattice_is_classical(name):
    """At high T χ_ij V → kT Tr[D⁻¹ (δ_ij − e_i e_j)], the classical free energy ½ kT ln det(D − Ω²(1 − n n))."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 3, seed=5)
    T = 2e5
    inverse = np.linalg.inv(dynamical.matrices(case.crystal, q)).real
    atoms = len(case.structure.mass_a)
    local = np.einsum("kaman->mn", inverse.reshape(len(q), atoms, 3, atoms, 3)) / len(q)
    expected = boltzmann * T * (np.trace(local) * np.eye(3) - local)
    assert np.abs(chi(case, q, T) - expected).max() < 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("name", ["quartz_pbesol", "stishovite", "P2_13"])
def test_cold_lattice_has_zero_point_chi_only(name):
    """For T → 0 χ^D vanishes and χ^OD tends to the zero-point constant, which is positive."""
    case = physics.case(name)
    modes = physics.modes(case, physics.random_q(case.structure, 5))
    frozen = physics.sums(modes, [1e-3, 1.0])
    constant = mode_weights(modes).zero_point_of(CHI).mean(axis=0)
    assert np.abs(physics.columns(frozen, CHI, DIAGONAL)).max() < 1e-12 * constant[:3].min()
    assert np.abs(physics.columns(frozen, CHI, OFF_DIAGONAL) - constant).max() < 1e-12 * constant[:3].max()
    flow, warm = (np.abs(physics.columns(s, GAMMA_NL, FLOW)).max() for s in (frozen, physics.sums(modes, [300.0])))
    assert flow < 1e-12 * warm
    assert constant[:3].min() > 0
