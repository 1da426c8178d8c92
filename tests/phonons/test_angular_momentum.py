"""Phonon angular momentum of modes, theory §2."""

import numpy as np
import physics
import pytest

from hpcph.phonons import angular_momentum
from hpcph.response.tensors import CHI
from hpcph.response.weights import mode_weights

CRYSTALS = ("embedded", *physics.QUARTZ, "zno", "P2_13", "P6_1", "P6_222")
# l_z of the lowest branch along c*: the table of the data's README
ALONG_C = [0.02, 0.091, 0.15, 0.25, 0.40, 0.50]
LOWEST = {
    "quartz_pbesol": [0.998, 0.945, 0.841, 0.577, 0.195, 0],
    "quartz_pbesol enantiomorph": [-0.998, -0.945, -0.841, -0.577, -0.195, 0],
    "quartz_lda": [-0.998, -0.953, -0.861, -0.607, -0.207, 0],
}
RULED = {"quartz_lda": [-0.998, -0.954, -0.8625, -0.607, -0.2044, 0]}  # lattice.md and its prototype; others as read


def polarization(case, q):
    """l_n, (k, n, 3)."""
    return np.einsum("kinn->kni", angular_momentum.matrices(physics.modes(case, q))).real


@pytest.mark.parametrize("rules", [physics.NONE, physics.ALL], ids=["as read", "sum rules"])
@pytest.mark.parametrize("name", LOWEST)
def test_lowest_branch_of_quartz_along_c(name, rules):
    """l_z of the tabulated points to ±0.001; its sign is the handedness of the crystal."""
    expected = RULED.get(name, LOWEST[name]) if rules else LOWEST[name]
    values = polarization(physics.case(name, rules), [[0, 0, z] for z in ALONG_C])[:, 0, 2]
    assert values == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(("name", "expected"), [("quartz_pbesol", 2.804), ("quartz_lda", 2.837), ("embedded", 2.526)])
def test_acoustic_activity_of_quartz(name, expected):
    """(dν/ν)/q_c of the transverse pair along c at 0.01 c*, lattice.md §10; the faster one has l_z < 0 in P3_121."""
    modes = physics.modes(physics.case(name), [[0, 0, 0.01]])
    frequency = modes.frequency_kn[0, :2]
    assert np.diff(frequency)[0] / frequency.mean() / 0.01 == pytest.approx(expected, abs=2e-3)
    l = polarization(physics.case(name), [[0, 0, 0.01]])[0, :2, 2]
    assert l == pytest.approx([-1, 1] if name == "quartz_lda" else [1, -1], abs=1e-3)


def test_embedded_quartz_along_c():
    """The table of inputs/quartz/README.md."""
    values = polarization(physics.case("embedded"), [[0, 0, z] for z in (0.02, 0.091, 0.25, 0.4, 0.5)])[:, 0, 2]
    assert values == pytest.approx([0.998, 0.958, 0.667, 0.257, 0], abs=1e-3)


@pytest.mark.parametrize("name", ["embedded", *physics.QUARTZ])
def test_no_polarization_at_m_and_l(name):
    """k and −k are equivalent at M and L, so l = 0 for every branch."""
    assert np.abs(polarization(physics.case(name), [[0.5, 0, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])).max() < 3e-5


@pytest.mark.parametrize("name", CRYSTALS)
def test_time_reversal_turns_the_polarization(name):
    """l(−k) = −l(k)."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 5)
    assert np.abs(polarization(case, q) + polarization(case, -q)).max() < 1e-7
    assert np.abs(polarization(case, q)).max() > 0.3


@pytest.mark.parametrize("name", CRYSTALS)
def test_bounds_and_sums(name):
    """|l_n| ≤ 1; Σ over atoms is l_n; Σ over all modes of l_n vanishes (the trace of M)."""
    modes = physics.modes(physics.case(name), physics.random_q(physics.case(name).structure, 6))
    matrices = angular_momentum.matrices(modes)
    assert np.abs(matrices - matrices.conj().swapaxes(-1, -2)).max() < 1e-14
    l = np.einsum("kinn->kni", matrices).real
    assert np.linalg.norm(l, axis=-1).max() <= 1 + 1e-12
    assert np.abs(angular_momentum.polarization_by_atom(modes).sum(axis=2) - l).max() < 1e-13
    assert np.abs(l.sum(axis=1)).max() < 1e-12


def test_matrices_are_those_of_the_definition():
    """m^λ_nm = ⟨n|M^λ|m⟩ with (M^λ)_{aμ,bν} = −i δ_ab ε_λμν written out."""
    modes = physics.modes(physics.case("embedded"), [[0.1, 0.2, 0.3], [0.3, -0.1, 0.2]])
    e = modes.eigenvector_kmn
    for axis in range(3):
        M = np.kron(np.eye(e.shape[1] // 3), -1j * physics.EPSILON[axis])
        expected = e.conj().swapaxes(-1, -2) @ M @ e
        assert np.abs(angular_momentum.matrices(modes)[:, axis] - expected).max() < 1e-13


def test_mirror_image_turns_the_polarization():
    """The inverted crystal has the same frequencies and −l(k) at every k."""
    q = physics.random_q(physics.loaded("quartz_pbesol").structure, 10)
    one, other = physics.case("quartz_pbesol"), physics.case("quartz_pbesol enantiomorph")
    assert np.abs(physics.frequencies(one, q) - physics.frequencies(other, q)).max() < 1e-7
    assert np.abs(polarization(one, q) + polarization(other, q)).max() < 1e-6


DEGENERATE = {
    "zno": [[0, 0, z] for z in (0.0, 0.1, 0.3, 0.5)] + [[0.1, 0.2, 0.3]],
    "P2_13": [[0, 0, 0], [0.5, 0.5, 0.5], [0.2, 0.2, 0.2], [0.5, 0, 0], [0.1, 0.2, 0.3]],
    "P4_332": [[0, 0, 0], [0.5, 0.5, 0.5]],
    "embedded": [[0, 0, 0], [0, 0, 0.5], [1 / 3, 1 / 3, 0], [0.1, 0.2, 0.3]],
    "stishovite": [[0, 0, 0], [0.5, 0, 0.2], [0.5, 0.5, 0.5]],
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_gauge(name):
    """Phases and the basis of degenerate blocks change neither the weights, summed over blocks, nor any thermal sum."""
    modes = physics.modes(physics.case(name), DEGENERATE[name])
    other, largest = physics.scrambled(modes)
    assert largest >= 2
    one, two = mode_weights(modes), mode_weights(other)
    blocks = modes.degenerate_blocks()
    for part in physics.TENSORS:
        a, b = (angular_momentum.block_average(w.of(*part), blocks) for w in (one, two))
        assert np.abs(a - b).max() < 1e-10 * np.abs(one.of(*part)).max(), part
    constant, other_constant = one.zero_point_of(CHI), two.zero_point_of(CHI)
    assert np.abs(constant - other_constant).max() < 1e-10 * np.abs(constant).max()
    sums, again = (physics.sums(m, [20.0, 300.0]) for m in (modes, other))
    (diagonal, off_diagonal, flow), (*chi, other_flow) = (
        [physics.columns(s, *part) for part in (*physics.TENSORS[1:], physics.TENSORS[0])] for s in (sums, again)
    )
    for a, b in zip((diagonal, off_diagonal), chi, strict=True):
        assert np.abs(a - b).max() < 1e-10 * np.abs(off_diagonal).max()
    # p of single modes depends on the basis where l and v cancel in a block (stishovite), so the scale is made of v
    carried = 0.2 * np.abs(one.velocity_knj).max() * 1.4e-23 / modes.frequency_kn.max()
    assert np.abs(flow - other_flow).max() < 1e-10 * carried


def test_per_mode_products_would_depend_on_the_gauge():
    """The proof of the test above: l v of single modes does change, so its block trace is what may be summed."""
    modes = physics.modes(physics.case("zno"), DEGENERATE["zno"])
    one, two = mode_weights(modes), mode_weights(physics.scrambled(modes)[0])
    single = [w.polarization_kni[..., 2] * w.velocity_knj[..., 2] for w in (one, two)]
    assert np.abs(single[0] - single[1]).max() > 1e-3 * np.abs(one.velocity_knj).max()
