"""Magnetization in a gradient and in rotation, theory §5."""

from dataclasses import replace

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import mu_0

from hpcph.phonons import angular_momentum
from hpcph.response import sample, thermal
from hpcph.response.feedback import Coupling, feedback
from hpcph.response.magnetization import field, magnetization
from hpcph.response.tensors import CHI, CHI_N, CHI_NN, DIAGONAL, FLOW, GAMMA_N, GAMMA_NL, OFF_DIAGONAL, sums
from hpcph.response.weights import mode_weights

T = (20, 100, 300)
SHIFT = (0, 0, 0.5)
RATIO = 3e7  # C kg⁻¹
TENSORS = ((GAMMA_N, FLOW), (CHI_N, DIAGONAL), (CHI_N, OFF_DIAGONAL))
OF_L = {GAMMA_N: GAMMA_NL, CHI_N: CHI}
DEGENERATE = {
    "zno": [[0, 0, z] for z in (0.0, 0.1, 0.3, 0.5)] + [[0.1, 0.2, 0.3]],
    "quartz_pbesol": [[0, 0, 0], [0, 0, 0.5], [1 / 3, 1 / 3, 0], [0.1, 0.2, 0.3]],
}
few = settings(max_examples=40, deadline=None, derandomize=True)


@pytest.mark.parametrize("name", ["quartz_pbesol", "zno", "P2_13"])
def test_one_ratio_of_charge_and_mass_makes_the_moment_proportional_to_l(name):
    """Z_a ∝ m_a: γ^N, χ^{N,L} (both channels) are that ratio times γ^NL, χ, and χ^{N,N} its square times χ."""
    case = physics.case(name)
    modes = physics.modes(case, [*DEGENERATE["zno"], *physics.random_q(case.structure, 4)])
    isotropic = RATIO * np.tile(np.eye(3), (len(case.structure.mass_a), 1, 1))
    sums = physics.sums(modes, T, None, isotropic)
    found = thermal.response(sums, np.array(T, float), 1.0, np.eye(3)[None])
    for channel in CHI_NN.channels:
        of_l, of_m = found[CHI, channel], found[CHI_NN, channel]
        assert np.abs(of_m / RATIO**2 - of_l).max() < 1e-12 * np.abs(of_l).max(), channel
    for tensor, channel in TENSORS:
        of_l, of_m = found[OF_L[tensor], channel], found[tensor, channel]
        assert np.abs(of_m / RATIO - of_l).max() < 1e-12 * np.abs(of_l).max(), tensor


@few
@given(st.integers(0, 2**32 - 1), st.sampled_from(list(Coupling)))
def test_feedback_keeps_that_ratio(seed, coupling):
    """⟨m⟩ = ratio · ⟨L⟩ with feedback too, any scale, sign and shape: the mean field acts on m as on L."""
    rng = np.random.default_rng(seed)
    gamma, diagonal, rest = rng.normal(size=(3, 2, 3, 3))
    diagonal, rest = (a @ a.swapaxes(1, 2) for a in (diagonal, rest))
    drive, axis = rng.normal(size=(2, 3))
    of_l = {(GAMMA_NL, FLOW): gamma, (CHI, DIAGONAL): diagonal, (CHI, OFF_DIAGONAL): rest}
    of_m = {part: RATIO * of_l[OF_L[part[0]], part[1]] for part in TENSORS}
    response = thermal.ThermalResponse(of_l | of_m, np.array([1.0, 2.0]))
    samples = sample.samples("cuboid", [1, 2], sample.cuboid(np.array([[1, 2, 3], [3, 1, 2]])), 2.5, axis)
    coupled = feedback(response, samples, gamma @ drive, axis, coupling, 10 ** rng.uniform(-3, 0))
    found = magnetization(response, drive, coupled, samples)
    np.testing.assert_allclose(found.without, RATIO * gamma @ drive, rtol=1e-13)
    np.testing.assert_allclose(found.coupled, RATIO * coupled.pam_density, rtol=1e-8, atol=1e-9 * RATIO)
    np.testing.assert_array_equal(field(found.coupled), mu_0 * found.coupled)
    assert magnetization(response, drive, None, None).coupled is None


@pytest.mark.parametrize("name", DEGENERATE)
def test_gauge(name):
    """Phases and the basis of degenerate blocks change neither the weights, summed over blocks, nor any thermal sum."""
    case = physics.case(name)
    modes, ratio = physics.modes(case, DEGENERATE[name]), physics.gyromagnetic(case.structure)
    other, largest = physics.scrambled(modes)
    assert largest >= 2
    one, two = mode_weights(modes, ratio), mode_weights(other, ratio)
    blocks = modes.degenerate_blocks()
    for part in TENSORS:
        a, b = (angular_momentum.block_average(w.of(*part), blocks) for w in (one, two))
        assert np.abs(a - b).max() < 1e-10 * np.abs(one.of(*part)).max(), part
    sums, again = (physics.sums(m, T, None, ratio) for m in (modes, other))
    for part in TENSORS:
        a, b = (physics.columns(s, *part) for s in (sums, again))
        assert np.abs(a - b).max() < 1e-8 * np.abs(a).max(), part


@pytest.mark.parametrize(("name", "tolerance"), [("quartz_pbesol", 1e-6), ("embedded", 1e-10), ("zno", 1e-8)])
def test_tensors_have_the_form_of_the_point_group(name, tolerance):
    """Full meshes: quartz leaves xx = yy and zz of all three; ZnO (6mm) γ^N_xy = −γ^N_yx alone."""
    found = physics.response(name, 6, SHIFT, T)
    antisymmetric = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]])
    uniaxial = [np.diag([1, 1, 0]), np.diag([0, 0, 1])]
    for tensor in TENSORS:
        values = found[tensor]
        forms = [antisymmetric] if (name, tensor) == ("zno", (GAMMA_N, FLOW)) else uniaxial
        rest = values - sum(np.einsum("tij,ij->t", values, f)[:, None, None] * f / np.sum(f * f) for f in forms)
        scale = np.abs(values if tensor == (GAMMA_N, FLOW) else found[CHI_N]).max(axis=(1, 2))
        assert np.all(np.abs(rest).max(axis=(1, 2)) < tolerance * scale), tensor
        assert np.abs(values).max() > 0


def test_inversion_leaves_cross_chi_but_no_flow():
    """Stishovite: γ^N = 0, χ^{N,L} as large as in quartz."""
    found, quartz = (physics.response(n, 6, SHIFT, T) for n in ("stishovite", "quartz_pbesol"))
    assert np.abs(found[GAMMA_N]).max() < 1e-10 * np.abs(quartz[GAMMA_N]).max()
    assert np.all(np.abs(found[CHI_N]).max(axis=(1, 2)) > 0.1 * np.abs(quartz[CHI_N]).max(axis=(1, 2)))


def test_mirror_image_turns_the_flow_and_leaves_cross_chi():
    """γ^N changes its sign from P3_121 to its inverted crystal, χ^{N,L} does not change."""
    one, other = (physics.response(n, 6, SHIFT, T) for n in ("quartz_pbesol", "quartz_pbesol enantiomorph"))
    assert np.abs(one[GAMMA_N] + other[GAMMA_N]).max() < 1e-6 * np.abs(one[GAMMA_N]).max()
    for part in ((CHI_N, DIAGONAL), (CHI_N, OFF_DIAGONAL)):
        assert np.abs(one[part] - other[part]).max() < 1e-7 * np.abs(one[CHI_N]).max()


@pytest.mark.parametrize("refinement", [0, 3])
@pytest.mark.parametrize(("name", "tolerance"), [("embedded", 1e-10), ("zno", 1e-8), ("quartz_pbesol", 2e-6)])
def test_irreducible_points_give_the_sums_of_the_full_mesh(name, tolerance, refinement):
    """All three tensors, every component."""
    full, reduced = (physics.response(name, 4, SHIFT, T, symmetry, refinement=refinement) for symmetry in (False, True))
    for tensor in TENSORS:
        a, b = full[tensor], reduced[tensor]
        assert np.abs(a - b).max() < tolerance * np.abs(full[CHI_N] if CHI_N in tensor else a).max(), tensor


def test_rows_of_sums_keep_their_columns():
    """flat and from_flat are inverse to each other with and without moments and displacements."""
    case = physics.case("embedded")
    modes = physics.modes(case, [[0.1, 0.2, 0.3]])
    for ratio in (None, physics.gyromagnetic(case.structure)):
        mass = None if ratio is None else case.structure.mass_a
        weights, every = (
            mode_weights(modes, ratio, mass),
            sums(ratio is not None, atoms=0 if mass is None else len(mass)),
        )
        found = thermal.thermal_sums(modes, weights, np.ones(1), np.asarray(T, float))
        row = found.flat()
        assert len(row) == thermal.ThermalSums.width(len(T), every) and list(found.of) == list(every)
        again = thermal.ThermalSums.from_flat(row, len(T), every)
        np.testing.assert_array_equal(again.left_out, found.left_out)
        assert list(again.of) == list(found.of)
        for s, columns in found.of.items():
            np.testing.assert_array_equal(again.of[s], columns)


def test_imaginary_modes_carry_no_moment():
    """A mode that is not active is in no magnetic sum."""
    case = physics.case("embedded")
    modes, ratio = physics.modes(case, [[0.1, 0.2, 0.3]]), physics.gyromagnetic(case.structure)
    without = replace(modes, active_kn=modes.active_kn & (np.arange(27) != 5))
    weights = mode_weights(without, ratio)
    for part in TENSORS:
        assert np.abs(weights.of(*part)[:, 5]).max() == 0
    assert np.abs(mode_weights(modes, ratio).of(GAMMA_N, FLOW)[:, 5]).max() > 0
