"""What a magnetic field induces in equilibrium, theory §9: against the free energy of exact modes, and its limits."""

from functools import cache

import numpy as np
import physics
import pytest
from scipy.constants import hbar
from scipy.constants import k as boltzmann

from hpcph.crystal import dynamical, mesh
from hpcph.phonons import modes as phonons
from hpcph.phonons.magnetic_field import in_field
from hpcph.phonons.magnetic_moment import gyromagnetic_tensor
from hpcph.response import sample, thermal
from hpcph.response.convergence import Uncertainty
from hpcph.response.feedback import Coupling, feedback
from hpcph.response.magnetism import induced, induced_error
from hpcph.response.tensors import CHI, CHI_FIELD, CHI_N, CHI_N_DIAMAGNETIC, CHI_N_FIELD, CHI_NN, CHI_NN_DIAMAGNETIC
from hpcph.response.weights import mode_weights

POINTS = {
    "quartz_pbesol": [[0.11, 0.23, 0.37], [0, 0, 0.3]],
    "embedded": [[0.3, 0.05, -0.22], [0, 0, 0.5]],
    "zno": [[0.21, 0.1, 0.3], [0, 0, 0.3], [1 / 3, 1 / 3, 0]],
}
CASES = [(name, q) for name, points in POINTS.items() for q in points]


def response(case, q, temperature) -> thermal.ThermalResponse:
    """Tensors times V of a set of wave vectors, each with −k, without symmetry."""
    both = np.concatenate([np.atleast_2d(q), -np.atleast_2d(q)])
    modes, T = physics.modes(case, both), np.atleast_1d(np.asarray(temperature, float))
    weights = mode_weights(modes, physics.gyromagnetic(case.structure), field=True)
    return thermal.response(
        thermal.thermal_sums(modes, weights, np.full(len(both), 1 / len(both)), T), T, 1.0, np.eye(3)[None]
    )


@cache
def on_mesh(name: str, symmetry: bool) -> thermal.ThermalResponse:
    """On a small mesh."""
    case, T = physics.case(name), np.array([100.0, 300.0])
    points = mesh.monkhorst_pack(case.structure, (3, 3, 3), (0, 0, 0.5), symmetry)
    modes = phonons.diagonalise(case.crystal, points.q_kc)
    weights = mode_weights(modes, physics.gyromagnetic(case.structure), field=True)
    sums = thermal.thermal_sums(modes, weights, points.weight_k, T)
    return thermal.response(sums, T, case.structure.volume, points.operations)


def generators(structure) -> tuple[np.ndarray, np.ndarray]:
    """Generators of W: of a rotation ε_λμν on every atom, of a field times the tensors of the atoms, (3, n, n) each."""
    ratio = gyromagnetic_tensor(structure.born_aij, structure.mass_a)
    n = 3 * len(ratio)
    turn, field = np.zeros((3, n, n)), np.zeros((3, n, n))
    for a, g in enumerate(ratio):
        here = slice(3 * a, 3 * a + 3)
        turn[:, here, here], field[:, here, here] = physics.EPSILON, np.einsum("ij,jmn->imn", g, physics.EPSILON)
    return turn, field


def free_energy(omega_n, temperature) -> float:
    """F = Σ kT ln 2 sinh(ħω/2kT), J."""
    x = hbar * omega_n / (boltzmann * temperature)
    return boltzmann * temperature * np.sum(x / 2 + np.log1p(-np.exp(-x)))


def frequencies(D, W) -> np.ndarray:
    """Of ẍ = −D x + 2W ẋ, from the first-order system."""
    unit = np.sqrt(np.trace(D).real / len(D))
    motion = np.block([[np.zeros_like(D), np.eye(len(D))], [-D / unit**2, 2 * W / unit]])
    return np.sort((1j * np.linalg.eigvals(motion)).real)[len(D) :] * unit


def curvature(F, step: float) -> float:
    """−F'' at 0, differences of fourth order, the error of these taken off by Richardson."""

    def at(h):
        return -(16 * (F(h) + F(-h)) - (F(2 * h) + F(-2 * h)) - 30 * F(0.0)) / (12 * h**2)

    return (16 * at(step) - at(2 * step)) / 15


@pytest.mark.parametrize("temperature", [30.0, 300.0])
@pytest.mark.parametrize(("name", "q"), CASES)
def test_chi_is_the_second_derivative_of_the_free_energy_of_exact_modes(name, q, temperature):
    """−∂²F/∂B_i∂B_j of ω_n(B) is χ V, para- and diamagnetic part; zz, xx, xy; k with −k, degenerate ones too."""
    case = physics.case(name)
    ratio, modes = physics.gyromagnetic(case.structure), physics.modes(case, np.array([q, -np.array(q)]))
    step = 2e-3 * modes.frequency_kn.min() / np.abs(ratio).max()

    def along(direction):
        def F(size):
            omega = modes.frequency_kn + in_field(modes, ratio, size * np.array(direction, float)).shift_kn
            return free_energy(omega, temperature) / 2

        return curvature(F, step)

    found = response(case, q, temperature)
    expected, scale = found[CHI_FIELD][0], np.trace(found[CHI_NN][0])
    assert np.abs(expected).max() > 1e-2 * scale
    assert along([0, 0, 1]) == pytest.approx(expected[2, 2], abs=2e-6 * scale)
    assert along([1, 0, 0]) == pytest.approx(expected[0, 0], abs=2e-6 * scale)
    mixed = (along([1, 1, 0]) - along([1, -1, 0])) / 4
    assert mixed == pytest.approx(expected[0, 1], abs=2e-6 * scale)


@pytest.mark.parametrize(("name", "q"), CASES[:4])
def test_kinetic_angular_momentum_in_a_field_is_the_mixed_derivative(name, q):
    """With W = Ω_j ε_j + B_i G_i, centrifugal terms of both included, −∂²F/∂B_i∂Ω_j is the kinetic χ^{N,L}_ij V."""
    case, temperature = physics.case(name), 300.0
    turn, field = generators(case.structure)
    unit = 1 / np.abs(field).max()
    pair = dynamical.matrices(case.crystal, np.array([q, -np.array(q)]))
    step = 2e-3 * physics.modes(case, q).frequency_kn.min()

    def along(W):
        return curvature(lambda h: np.mean([free_energy(frequencies(D, h * W), temperature) for D in pair]), step)

    found = response(case, q, temperature)
    expected, scale = unit * found[CHI_N_FIELD][0], np.trace(found[CHI][0])
    for i, j in ((2, 2), (0, 1), (1, 0)):
        mixed = (along(turn[j] + unit * field[i]) - along(turn[j] - unit * field[i])) / 4
        assert mixed == pytest.approx(expected[i, j], abs=2e-6 * scale)


@pytest.mark.parametrize("name", physics.POLAR)
def test_the_diamagnetic_part_is_that_of_the_clouds(name):
    """−⟨x W'ᵀ_i W'_j x⟩ and −⟨x ε_iᵀ W'_j x⟩ with ⟨x x⟩ = (ħ/2) D^{−1/2} coth, matrices of the whole cell."""
    case, T = physics.case(name), 300.0
    q = physics.random_q(case.structure, 3, seed=5)
    clouds = []
    for D in dynamical.matrices(case.crystal, q):
        square, e = np.linalg.eigh(D)
        omega = np.sqrt(square)
        clouds.append((e * (hbar / (2 * omega) / np.tanh(hbar * omega / (2 * boltzmann * T)))) @ e.conj().T)
    cloud = np.mean(clouds, axis=0).real
    turn, field = generators(case.structure)
    found = response(case, q, T)
    for tensor, other in ((CHI_NN_DIAMAGNETIC, field), (CHI_N_DIAMAGNETIC, turn)):
        expected = -np.einsum("ilm,jln,mn->ij", field, other, cloud)
        assert np.abs(expected).max() > 0
        np.testing.assert_allclose(found[tensor][0], expected, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("name", physics.POLAR)
def test_bohr_and_van_leeuwen(name):
    """Hot lattices lose moment and kinetic angular momentum: what is left of χ is −(ħ²/6kT V) Tr W'ᵀ_i W'_j, Wigner's
    first quantum correction, which no force constant has a part in; of the parts alone 1e-6 at 2e5 K."""
    case, T = physics.case(name), np.array([2e4, 2e5])
    found = response(case, physics.random_q(case.structure, 3, seed=5), T)
    turn, field = generators(case.structure)
    for tensor, part, other in ((CHI_FIELD, CHI_NN, field), (CHI_N_FIELD, CHI_N, turn)):
        limit = -np.einsum("imn,jmn->ij", field, other) * (hbar**2 / (6 * boltzmann * T))[:, None, None]
        size = np.abs(limit).max(axis=(1, 2))
        assert np.abs(found[tensor] - limit)[0].max() < 2e-3 * size[0]
        assert np.abs(found[tensor] - limit)[1].max() < 1e-4 * size[1]
        assert np.abs(found[tensor][1]).max() < 1e-4 * np.abs(found[part][1]).max()


@pytest.mark.parametrize("name", ["quartz_pbesol", "embedded"])
def test_irreducible_points_give_the_whole_zone(name):
    """Averages over the point group, for what the clouds add too; the parts make the whole."""
    one, other = on_mesh(name, True), on_mesh(name, False)
    for tensor in (CHI_NN_DIAMAGNETIC, CHI_N_DIAMAGNETIC, CHI_FIELD, CHI_N_FIELD):
        np.testing.assert_allclose(one[tensor], other[tensor], atol=1e-6 * np.abs(other[tensor]).max())
    np.testing.assert_array_equal(one[CHI_FIELD], one[CHI_NN] + one[CHI_NN_DIAMAGNETIC])
    np.testing.assert_array_equal(one[CHI_N_FIELD], one[CHI_N] + one[CHI_N_DIAMAGNETIC])


def test_what_is_not_asked_is_not_summed():
    """Without a field the sums are those that they were, to the last bit."""
    case = physics.case("embedded")
    modes, ratio = physics.modes(case, physics.random_q(case.structure, 4)), physics.gyromagnetic(case.structure)
    with_, without = (mode_weights(modes, ratio, field=field) for field in (True, False))
    assert set(without.of_modes) < set(with_.of_modes)
    for s, columns in without.of_modes.items():
        np.testing.assert_array_equal(with_.of_modes[s], columns)


def test_the_field_is_the_cause_and_angular_momentum_the_answer():
    """χ^{L,N} is χ^{N,L} transposed, which a set of wave vectors without symmetry tells apart."""
    case, field = physics.case("quartz_pbesol"), np.array([1.0, -2.0, 9.0])
    found = response(case, physics.random_q(case.structure, 3, seed=5), 30.0)
    result = induced(found, field, np.array([0, 0, 1.0]), None, None)
    for density, tensor in ((result.canonical, CHI_N), (result.pam_density, CHI_N_FIELD)):
        chi = found[tensor][0]
        assert np.abs(chi - chi.T).max() > 1e-4 * np.abs(chi).max()
        np.testing.assert_allclose(density[0], field @ chi, rtol=1e-12)


def coupled(strength: float):
    """A response, its feedback in two cylinders, and these; γ^LL of the smaller is the strength."""
    found, axis = on_mesh("quartz_pbesol", True), np.array([0.0, 0, 1])
    samples = sample.samples("cylinder", [1e-8, 2e-8], sample.cylinder([1e-8, 2e-8]), 2600.0, axis)
    plain = feedback(found, samples, None, axis, Coupling.PARALLEL, 1.0)
    scale = strength / plain.gamma_total[-1, 0]
    return found, feedback(found, samples, None, axis, Coupling.PARALLEL, scale), samples


def test_feedback_amplifies_what_the_field_induces():
    """L = χ^{L,N} B + Γ L, and χ^{N,L} Ω more of M; along the axis of a cylinder η times; NaN where supercritical."""
    field = np.array([0, 0, 9.0])
    found, fed, samples = coupled(0.6)
    result = induced(found, field, field / 9, fed, samples)
    np.testing.assert_allclose(result.canonical, found[CHI_N][:, 2] * 9)
    np.testing.assert_allclose(result.magnetization, found[CHI_FIELD][..., 2] * 9)
    np.testing.assert_allclose(result.pam_density, found[CHI_N_FIELD][:, 2] * 9)
    ratio = result.fed_canonical[..., 2] / result.canonical[:, None, 2]
    np.testing.assert_allclose(ratio, fed.amplification, rtol=1e-10)
    inverse = fed.scale * samples.inverse_inertia_rij
    again = result.canonical[:, None] + np.einsum("tij,rjk,trk->tri", found[CHI], inverse, result.fed_canonical)
    np.testing.assert_allclose(again, result.fed_canonical, rtol=1e-10, atol=1e-25)
    more = np.einsum("tij,rjk,trk->tri", found[CHI_N], inverse, result.fed_canonical)
    np.testing.assert_allclose(result.fed_magnetization - result.magnetization[:, None], more, rtol=1e-6, atol=1e-20)
    beyond = induced(found, field, field / 9, *coupled(1.2)[1:])
    assert np.isnan(beyond.fed_canonical[-1, 0]).all() and np.isfinite(beyond.fed_canonical[:, 1]).all()


def test_errors_bound_what_changed_tensors_change():
    """Tensors that are off by less than their errors: the densities are, too, to first order."""
    rng = np.random.default_rng(3)
    field, axis = np.array([1.0, -2.0, 9.0]), np.array([0, 0, 1.0])
    found, fed, samples = coupled(0.6)
    errors = Uncertainty(
        {part: 1e-6 * np.abs(values).max() * np.ones_like(values) for part, values in found.parts.items()}
    )
    result = induced(found, field, axis, fed, samples)
    bound = induced_error(errors, found, result, field, fed, samples)
    for _ in range(20):
        moved = {part: v + errors.parts[part] * rng.uniform(-1, 1, v.shape) for part, v in found.parts.items()}
        other = induced(found.with_(moved), field, axis, fed, samples)
        for name in ("magnetization", "pam_density", "canonical", "fed_canonical", "fed_magnetization"):
            change = np.abs(getattr(other, name) - getattr(result, name))
            assert (change <= 1.001 * getattr(bound, name)).all(), name
    plain = induced_error(errors, found, induced(found, field, axis, None, None), field, None, None)
    assert plain.fed_canonical is None and (plain.magnetization > 0).all()
