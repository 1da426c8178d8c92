"""Near-degenerate modes: what depends on the width DEGENERATE within which modes count as one block, and what does not.

χ and χ^{N,L}, both channels together, do not: a pair's share passes from OD to D where it enters a block, and what is
left of that are rounding errors over the gap: 2e-11 of χ in the median, 2e-10 at worst on quartz, 8e-9 on ZnO at 0.3
of the width. One channel alone jumps by the whole share. So does γ^NL of a single wave vector: below 1e-5 THz the modes
carry the trace over the block, above it each its own l v, and nothing between is within Eq. (3) of the Letter. A mesh
sum that has no modes at such a distance does not see the width at all, which is tested over three decades around it.
"""

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal import mesh
from hpcph.crystal.chain import Chain
from hpcph.phonons import modes as phonons
from hpcph.response import light, maps, optics, thermal
from hpcph.response.spectrum import Intervals, Projection, spectral_sums
from hpcph.response.tensors import CHI, CHI_N, DIAGONAL, OFF_DIAGONAL
from hpcph.response.weights import mode_weights

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")
T = np.array([0.1, 20.0, 300.0, 2000.0])
AXIS = np.array([0.0, 0.6, 0.8])
WIDTH = phonons.DEGENERATE
CONTINUOUS = 1e-8
POINTS = {"embedded": (0, 0, 0.5), "zno": (0, 0, 0.3), "quartz_pbesol": (0, 0, 0)}  # doublets, at Γ and off it
WIDTHS = (0.7, 1.0, 1.5, 3.0, 10.0)
few = settings(max_examples=12, deadline=None, derandomize=True)


def split(name, seed, size):
    """Modes of a degenerate wave vector whose D a random Hermitian matrix splits by about size · DEGENERATE."""
    crystal, q = physics.case(name).crystal, np.array([POINTS[name]], float)
    rng = np.random.default_rng(seed)
    random = rng.normal(size=(2, crystal.modes, crystal.modes))
    matrix = random[0] + 1j * random[1]
    typical = np.median(phonons.diagonalise(crystal, q).frequency_kn)
    extra = (matrix + matrix.conj().T) / np.sqrt(crystal.modes) * typical * WIDTH * size
    return phonons.diagonalise(crystal, q, extra[None])


def with_width(width, calculate):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phonons, "DEGENERATE", width)
        return calculate()


def response(name, modes):
    """γ^NL, χ and the magnetization of one wave vector, volume 1."""
    sums = physics.sums(modes, T, None, physics.gyromagnetic(physics.case(name).structure))
    return thermal.response(sums, T, 1.0, np.eye(3)[None])


def change(one, other):
    """Largest difference at any temperature, relative to `one` there."""
    return (np.abs(other - one).max(axis=(1, 2)) / np.abs(one).max(axis=(1, 2))).max()


@few
@given(st.sampled_from(list(POINTS)), st.integers(0, 2**31), st.floats(0.3, 10))
def test_chi_does_not_depend_on_the_width(name, seed, size):
    """The same modes as one block, as several and as single modes: χ, χ^{N,L} stay, from 0.1 to 2000 K."""
    modes = split(name, seed, size)
    found = [with_width(w * WIDTH, lambda: response(name, modes)) for w in WIDTHS]
    for other in found:
        assert change(found[0][CHI], other[CHI]) < CONTINUOUS
        assert change(found[0][CHI_N], other[CHI_N]) < CONTINUOUS


@pytest.mark.parametrize("name", POINTS)
def test_the_share_of_a_pair_passes_from_one_channel_to_the_other(name):
    """The channels themselves, and γ^NL of a wave vector, do jump: the test above compares something."""
    modes = split(name, 1, 2.0)
    single, block = (with_width(w * WIDTH, lambda: response(name, modes)) for w in (1e-3, 1e3))
    assert change(single[CHI, DIAGONAL][1:], block[CHI, DIAGONAL][1:]) > 1e-2
    assert change(single[CHI, OFF_DIAGONAL], block[CHI, OFF_DIAGONAL]) > 1e-3


@pytest.mark.parametrize("name", POINTS)
def test_chi_is_continuous_where_a_splitting_passes_the_width(name):
    """The splitting swept from an exact degeneracy through the width: no step of χ is larger than its neighbours."""
    sizes = np.array([0.0, 0.4, 0.8, 1.2, 1.6, 2.0])
    modes = [split(name, 2, size) for size in sizes]
    blocks = [m.degenerate_blocks()[0, -1] for m in modes]
    assert blocks[-1] > blocks[0]
    chi = np.array([response(name, m)[CHI] for m in modes])
    steps = np.abs(np.diff(chi, axis=0)).max(axis=(2, 3)) / np.abs(chi[0]).max(axis=(1, 2))
    assert steps.max() < 1e-4  # what the matrix itself does to χ
    assert np.all(np.ptp(steps, axis=0) < 2e-8 + 1e-3 * steps.max(axis=0))


@pytest.mark.parametrize("name", POINTS)
def test_slices_and_spectrum_continue_too(name):
    """D + OD of a point of a slice; of a spectrum, to 5e-6 of its largest share: modes of a block share their weights,
    while their occupations differ by the width over kT/ħ (measured 8e-7, 4e-6 with three times the width)."""
    modes = split(name, 3, 1.0)

    def both():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(maps, "vibrations", lambda *_: modes)
            slices = maps.slices(physics.case(name).crystal, np.zeros((1, 3)), AXIS, 300.0)
        intervals, projection = Intervals(np.arange(0, 50e12, 1e12), T), Projection.along(AXIS, np.eye(3)[None])
        shares = spectral_sums(modes, mode_weights(modes), np.ones(1), intervals, projection)
        return slices["diagonal"] + slices["off_diagonal"], shares.diagonal + shares.off_diagonal

    found = [with_width(w * WIDTH, both) for w in WIDTHS[:4]]
    for slices, shares in found[1:]:
        np.testing.assert_allclose(slices, found[0][0], rtol=CONTINUOUS)
        scale = np.abs(found[0][1]).max(axis=1, keepdims=True)
        assert (np.abs(shares - found[0][1]) / scale).max() < 5e-6
    assert np.isnan(found[0][0]).all() == (POINTS[name] == (0, 0, 0))


@pytest.mark.parametrize(
    ("name", "grid", "shift"), [("embedded", 6, (0, 0, 0.5)), ("embedded", 4, (0, 0, 0)), ("zno", 6, (0, 0, 0.5))]
)
def test_mesh_sums_do_not_see_the_width(name, grid, shift):
    """γ^NL, γ^N and both channels of χ: the same numbers for 1e-7 to 1e-4 THz, Γ and lines of doublets included."""
    case = physics.case(name)
    points = mesh.monkhorst_pack(case.structure, (grid,) * 3, shift, symmetry=True)
    modes, ratio = physics.modes(case, points.q_kc), physics.gyromagnetic(case.structure)
    found = [
        with_width(w * WIDTH, lambda: physics.sums(modes, T, points.weight_k, ratio).flat()) for w in (0.01, 0.1, 1, 10)
    ]
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


def lit(size, width=1.0):
    """Optical modes of the chain, its doublets split by about size · DEGENERATE; and their operators."""
    chain = Chain()
    rng = np.random.default_rng(5)
    random = rng.normal(size=(9, 9))
    plain = phonons.diagonalise
    typical = np.median(plain(chain.crystal(), np.zeros((1, 3))).frequency_kn)
    extra = (random + random.T)[None] / 3 * typical * WIDTH * size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(light, "diagonalise", lambda crystal, q, _: plain(crystal, q, extra))
        patch.setattr(phonons, "DEGENERATE", width * WIDTH)
        found = light.optical_modes(chain.crystal(), chain.born)
    operators = {
        "pam": optics.angular_momentum(found, optics.angular_momentum_matrices(3)),
        "energy": optics.energy_current(found),
        "orbital": optics.orbital_current(found),
        "carried": optics.carried_current(found),
    }
    return found, operators


LIFETIME = 20 * Chain().units.time
OMEGA = np.array([0.0, 1.46984, 1.5, 2.12132, 2.71756, 1e5]) * Chain().units.frequency


def test_light_does_not_see_the_width():
    """Tensors of PAM, energy and orbital current do not know what a level is; `carried_current` is made of levels."""
    for size in (0.0, 0.5, 1.0, 2.0, 30.0):
        (one, of_one), (other, of_other) = lit(size, 1e-3), lit(size, 1e3)
        assert size == 0 or one.level_n[-1] > other.level_n[-1]
        for name in ("pam", "energy", "orbital"):
            a, b = (optics.tensor(m, o[name], OMEGA, LIFETIME) for m, o in ((one, of_one), (other, of_other)))
            assert np.abs(a - b).max() < 1e-12 * np.abs(a).max(), name


def test_light_is_continuous_where_a_level_splits():
    """Doublets swept through the width, on resonance: tensors follow splitting over linewidth, without a step."""
    sizes = np.array([0.0, 0.5, 0.9, 1.1, 2.0, 4.0])
    swept = [lit(size) for size in sizes]
    assert swept[0][0].level_n[-1] < swept[-1][0].level_n[-1]
    for name in ("pam", "energy", "orbital"):
        chi = np.array([optics.tensor(m, operators[name], OMEGA, LIFETIME) for m, operators in swept])
        rates = np.abs(np.diff(chi, axis=0)).reshape(5, -1).max(axis=1) / np.diff(sizes) / np.abs(chi[0]).max()
        assert np.all(rates < 20 * WIDTH * LIFETIME)
        assert np.ptp(rates) < 0.05 * rates.max()
