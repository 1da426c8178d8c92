"""At the ends of what an input may say every number is finite or a documented NaN, and numpy warns of nothing."""

from dataclasses import replace
from functools import cache

import h5py
import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parallel.world import DROP, communicator, compute, quartz, shared_folder

from hpcph.config.load import from_mapping
from hpcph.crystal import dynamical, mesh
from hpcph.crystal.chain import Chain
from hpcph.errors import InputErrors
from hpcph.phonons import modes as phonons
from hpcph.response import convergence, light, maps, optics, sample, thermal
from hpcph.response.feedback import Coupling, feedback
from hpcph.response.tensors import CHI, DIAGONAL, FLOW, GAMMA_NL, OFF_DIAGONAL

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")
few = settings(max_examples=50, deadline=None, derandomize=True)
AXIS = np.array([0.0, 0.0, 1.0])
SUPERCRITICAL = {
    f"feedback/{n}" for n in ("amplification", "length_amplification", "pam_density")
} | {"magnetization/density", "magnetization/field"}  # fmt: skip
MAY_BE_NAN = {"feedback/critical_radius"} | {
    f"{group}/{kind}_angular_momentum" for group in ("bands", "orbits") for kind in ("crystal", "pseudo")
}
AT_GAMMA = {"slices/diagonal", "slices/off_diagonal", "slices/helicity"}
SMALL = {"bands": DROP, "orbits": DROP, "optics": DROP, "feedback": {"sample": {"radius": ["20 nm"]}, "scale": 1.0}}
COLD_AND_HOT = {"temperature": ["0.1 K", "5 K", "300 K", "2000 K"]}
RUNS = {
    "cold and hot": SMALL | COLD_AND_HOT,
    "coldest and hottest, any size": SMALL
    | {"temperature": [1e-6, 1e5], "feedback": {"sample": {"radius": [1e-15, 1.0]}, "scale": 1e30}},
    "one point, long life": SMALL | COLD_AND_HOT | {"mesh": {"grid": [1, 1, 1]}, "lifetime": "1 s"},
    "gamma alone, short life": SMALL
    | COLD_AND_HOT
    | {"mesh": {"grid": [1, 1, 1], "shift": [0, 0, 0]}, "lifetime": 1e-30},
    "a line, least scale": SMALL
    | COLD_AND_HOT
    | {"mesh": {"grid": [1, 1, 7]}, "feedback": {"sample": {"radius": [1e-15, 1.0]}, "scale": 1e-30}},
    "gamma on the mesh": SMALL | COLD_AND_HOT | {"mesh": {"grid": [3, 3, 3], "shift": [0, 0, 0], "refine_gamma": 2}},
    "screening": SMALL | {"feedback": {"sample": {"radius": [1e-15, 1.0]}, "scale": 1e30, "coupling": "antiparallel"}},
    "light": {
        "mesh": DROP, "temperature": DROP, "lifetime": DROP, "gradient": DROP, "feedback": DROP, "modes": DROP,
        "spectrum": DROP, "slices": DROP, "optics__frequency": {"from": 0, "to": 1e16, "points": 3},
        "optics__lifetime": 1e-30, "optics__pairs": [0, 1e16],
    },
}  # fmt: skip


COARSE = ("one point, long life", "gamma alone, short life", "gamma on the mesh")  # without two coarser meshes


def allowed(name, case):
    """May a dataset hold NaN?"""
    fields = name.split("/")[-1]
    coarser = case in COARSE
    of_mesh = fields.endswith("_error") and not fields.endswith("_lattice_error")
    number = name.removesuffix("_error").removesuffix("_lattice")
    return number in SUPERCRITICAL | MAY_BE_NAN | AT_GAMMA or (coarser and of_mesh)


@pytest.mark.parametrize("case", RUNS)
def test_whole_runs(case):
    """Every dataset of the file."""
    with communicator() as comm, shared_folder(comm) as folder:
        path = compute(comm, folder, quartz(**RUNS[case])).path
        found = {}
        with h5py.File(path) as file:
            file.visititems(lambda name, item: found.update({name: item[...]} if hasattr(item, "dtype") else {}))
    numbers = {name: values for name, values in found.items() if values.dtype.kind in "fc"}
    assert len(numbers) > 15
    for name, values in numbers.items():
        assert not np.isinf(values).any(), name
        assert not np.isnan(values).any() or allowed(name, case), name
    for name in AT_GAMMA & set(found):
        gamma = np.all(np.abs(found["slices/q"] - np.rint(found["slices/q"])) < 1e-12, axis=-1)
        np.testing.assert_array_equal(np.isnan(found[name]), gamma)
    for name in SUPERCRITICAL & set(found):
        beyond = found["feedback/gamma_ll/total"] >= 1
        if not (name.endswith("error") and case in COARSE):
            of_points = np.isnan(found[name]).reshape(*beyond.shape, -1)
            assert np.array_equal(of_points.any(-1), beyond) and np.array_equal(of_points.all(-1), beyond), name


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"temperature": [1e-300]}, "temperature[0]"),
        ({"temperature": [1e300]}, "temperature[0]"),
        ({"lifetime": 1e-320}, "lifetime"),
        ({"optics__lifetime": 1e-320}, "optics.lifetime"),
        ({"feedback__sample": {"radius": [1e-300]}}, "feedback.sample.radius[0]"),
        ({"feedback": {"sample": {"radius": [1e-8]}, "scale": 1e-320}}, "feedback.scale"),
        ({"gradient": float("inf")}, "gradient"),
    ],
)
def test_beyond_the_ends_is_refused_in_one_line(change, key):
    """What would underflow or overflow names its key."""
    with pytest.raises(InputErrors) as caught:
        from_mapping(quartz(**change))
    assert str(caught.value).startswith(key) and "\n" not in str(caught.value)


@cache
def zero_point():
    return physics.response("embedded", 4, (0, 0, 0.5), (0.1, 1e-3, 1e-6), True)


def test_cold_limit_is_the_zero_point_susceptibility():
    """χ(T → 0) is one positive definite tensor, all of it off-diagonal, the same below 0.1 K; γ^NL vanishes."""
    found = zero_point()
    np.testing.assert_allclose(found[CHI][1:], found[CHI][:1].repeat(2, axis=0), rtol=1e-15, atol=0)
    assert np.linalg.eigvalsh(found[CHI]).min() > 0
    assert np.abs(found[CHI, DIAGONAL]).max() < 1e-100 * np.abs(found[CHI]).max()
    assert np.all(found[GAMMA_NL][1:] == 0) and np.all(found[CHI, DIAGONAL][1:] == 0)


def test_relative_errors_of_a_frozen_lattice():
    """No error of what vanishes, a finite one of what nearly does, infinity where the value alone vanishes."""
    case = physics.case("embedded")
    runs = []
    for grid in (1, 2, 3):
        points = mesh.monkhorst_pack(case.structure, (grid,) * 3, (0, 0, 0.5), symmetry=True)
        runs.append((points, physics.response("embedded", grid, (0, 0, 0.5), (1e-3, 0.15, 300.0), True)))
    errors, group = convergence.uncertainty(runs), case.structure.rotations_cartesian
    for keep, expected in (([True, False, False], 0.0), ([False, True, False], None), ([False, False, True], None)):
        chosen = np.array(keep)
        chi, flow = convergence.relative(errors.at(chosen), runs[-1][1].at(chosen), group)
        assert np.isfinite([chi, flow]).all() and chi > 0
        assert flow == expected if expected is not None else flow > 1e-3
    nothing = runs[-1][1].with_({(GAMMA_NL, FLOW): 0 * errors[GAMMA_NL]})
    assert convergence.relative(errors, nothing, group)[1] == np.inf
    assert np.isnan(convergence.relative(convergence.uncertainty(runs[-1:]), nothing, group)[1])


@pytest.mark.parametrize("q", [[[0.0, 0, 0]], [[1e-12, 0, 0]], [[1e-9, 0, 0]], [[1e-6, 0, 0]], [[1e-4, 0, 0]]])
def test_towards_gamma(q):
    """Points that come arbitrarily near Γ: modes at rest are left out and counted, sums stay finite."""
    modes = physics.modes(physics.case("embedded"), q)
    sums = physics.sums(modes, [0.1, 300.0, 2000.0], None, physics.gyromagnetic(physics.case("embedded").structure))
    assert np.isfinite(sums.flat()).all()
    assert sums.left_out.sum() == (~modes.active_kn).sum() and (sums.left_out[0] == 0) == (q[0][0] > 1e-5)


@cache
def unstable():
    """Quartz whose atoms are pushed away from their places: imaginary modes near Γ and elsewhere."""
    case = physics.case("embedded")
    own = (case.pairs.first == case.pairs.second) & ~case.pairs.cell.any(axis=1)
    pushed = case.pairs.with_phi(case.pairs.phi - 4.0 * own[:, None, None] * np.eye(3))  # N m⁻¹
    return replace(case, crystal=dynamical.build(case.structure, pushed, case.dipoles))


def test_imaginary_modes():
    """They are in no sum and no velocity; what is left is finite, slices have no number there."""
    case = unstable()
    points = mesh.monkhorst_pack(case.structure, (3, 3, 3), (0, 0, 0), symmetry=True)
    modes = physics.modes(case, points.q_kc)
    assert 0 < modes.unstable_kn.sum() < modes.unstable_kn.size / 2
    sums = physics.sums(modes, [0.1, 300.0, 2000.0], points.weight_k, physics.gyromagnetic(case.structure))
    assert np.isfinite(sums.flat()).all() and sums.left_out[1] == modes.unstable_kn.sum()
    assert np.all(modes.velocities()[modes.unstable_kn] == 0)
    for values in maps.slices(case.crystal, points.q_kc, AXIS, 300.0).values():
        np.testing.assert_array_equal(np.isnan(values), ~modes.active_kn.all(axis=1))
    bands = maps.bands(case.structure, modes, points.q_kc, np.tile(AXIS, (len(points.q_kc), 1)), AXIS)
    del bands["crystal_angular_momentum"], bands["pseudo_angular_momentum"]  # none off the axis
    assert all(np.isfinite(values).all() for values in bands.values())


def turning(seed, shape):
    """χ (1, 3, 3), density and a sample of one shape about a random axis."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(1, 3, 3))
    axis = AXIS if seed % 2 else rng.normal(size=3)
    specific = {"long": sample.cylinder([1.0]), "short": sample.cylinder([1.0], 2.0), "ball": sample.sphere([1.0])}
    return a @ a.swapaxes(1, 2), rng.normal(size=(1, 3)), axis, sample.samples(shape, [1.0], specific[shape], 2.5, axis)


def coupled(chi, density, axis, samples, factor, coupling=Coupling.PARALLEL):
    """χ times what makes the largest eigenvalue of Γ equal to `factor`."""
    largest = np.linalg.eigvals(chi[0] @ samples.inverse_inertia_rij[0]).real.max()
    zero = np.zeros_like(chi)
    response = thermal.ThermalResponse({(CHI, DIAGONAL): chi / largest, (CHI, OFF_DIAGONAL): zero}, np.ones(1))
    return feedback(response, samples, density, axis, coupling, factor)


SHAPES = st.sampled_from(["long", "short", "ball"])
DISTANCE = st.one_of(st.just(0.0), st.floats(-17, -2).map(lambda x: 10**x), st.floats(-17, -2).map(lambda x: -(10**x)))


@settings(few, max_examples=300)
@given(st.integers(0, 2**31), SHAPES, DISTANCE)
def test_at_the_threshold(seed, shape, distance):
    """1 + distance: NaN from 1 − 1e-12 on, in η and in the density alike, finite below; no exception."""
    chi, density, axis, samples = turning(seed, shape)
    found = coupled(chi, density, axis, samples, 1 + distance)
    nothing = np.isnan(found.amplification[0, 0])
    assert np.isnan(found.pam_density).all() == np.isnan(found.pam_density).any() == nothing
    if abs(distance + 1e-12) > 1e-13:
        assert nothing == (distance > -1e-12)
    if not nothing:
        assert np.isfinite(found.pam_density).all() and np.isfinite(found.amplification).all()
        assert found.amplification[0, 0] > 0 or not found.amplified.kept[0, 0]


@few
@given(st.integers(0, 2**31), st.floats(-9, -3))
def test_amplification_just_below_the_threshold(seed, exponent):
    """A long cylinder at γ^LL = 1 − d has η = 1/d, and L along the axis η times that without, to rounding over d."""
    distance = 10**exponent
    _, density, axis, samples = turning(seed, "long")
    n = axis / np.linalg.norm(axis)
    found = coupled(np.eye(3)[None], density, axis, samples, 1 - distance)
    assert found.amplification[0, 0] == pytest.approx(1 / distance, rel=1e-14 / distance)
    assert found.pam_density[0, 0] @ n == pytest.approx(density[0] @ n / distance, rel=1e-13 / distance)


@settings(few, max_examples=200)
@given(st.integers(0, 2**31), SHAPES, st.floats(-30, 30))
def test_any_strength(seed, shape, exponent):
    """Parallel: NaN or finite; antiparallel: never NaN, 0 < η ≤ 1 where Γ keeps the axis, up to 1e30 thresholds."""
    chi, density, axis, samples = turning(seed, shape)
    same, distance = coupled(chi, density, axis, samples, 10**exponent), 10**exponent - (1 - 1e-12)
    assert np.isnan(same.pam_density).all() == (distance > 0) or abs(distance) < 1e-13
    assert not np.isinf(same.amplification).any()
    other = coupled(chi, density, axis, samples, 10**exponent, Coupling.ANTIPARALLEL)
    assert np.isfinite(other.pam_density).all() and np.isfinite(other.amplification).all()
    assert 0 < other.amplification[0, 0] <= 1 or not other.amplified.kept[0, 0]


@few
@given(st.floats(-30, 6), st.sampled_from(["zero", "resonance", "beside", "far"]), st.booleans())
def test_light(exponent, where, chain):
    """Any lifetime, at ω = 0, on resonance to the last bit, beside it and at 1e16 rad s⁻¹: finite tensors."""
    if chain:
        found = light.optical_modes(Chain().crystal(), Chain().born)
    else:
        case = physics.case("embedded")
        found = light.optical_modes(case.crystal, case.structure.born_aij)
    level = found.level_frequencies
    omega = {"zero": np.zeros(1), "resonance": found.frequency_n, "beside": level * (1 + 1e-9), "far": [1e16]}[where]
    operators = [
        optics.angular_momentum(found, optics.angular_momentum_matrices(len(found.structure.mass_a))),
        optics.energy_current(found),
        optics.orbital_current(found),
    ]
    for operator in operators:
        chi = optics.tensor(found, operator, np.asarray(omega), 10**exponent)
        assert np.isfinite(chi).all()
        first = np.asarray(omega)[:1]
        assert np.isfinite(optics.by_level_pairs(found, operator[..., :1, :, :], first, 10**exponent)).all()
    means = [optics.mean(chi, jones) for jones in (light.circular(AXIS, 1), light.linear(AXIS))]
    assert np.isfinite(means).all()


def test_zero_frequency_is_far_below_every_mode():
    """A static field makes no modes move: no PAM and no energy current, whatever the lifetime, but a finite strain."""
    found = light.optical_modes(physics.case("embedded").crystal, physics.case("embedded").structure.born_aij)
    matrix = optics.angular_momentum(found, optics.angular_momentum_matrices(len(found.structure.mass_a)))
    chi = optics.tensor(found, matrix, np.array([0.0, found.level_frequencies[0]]), 1e-12)
    assert np.abs(chi[0]).max() < 1e-12 * np.abs(chi[1]).max()


def test_the_width_of_rest_is_that_of_a_block():
    """|ω| < ZERO counts as a translation; a mode as soft as that, and one just above it, leave all sums finite."""
    modes = physics.modes(physics.case("embedded"), [[0.1, 0.2, 0.3]])
    for soft in (0.5 * phonons.ZERO, phonons.ZERO, np.nextafter(phonons.ZERO, 1e9), 2 * phonons.ZERO):
        frequency = modes.frequency_kn.copy()
        frequency[:, 0] = soft
        active = frequency > phonons.ZERO
        sums = physics.sums(replace(modes, frequency_kn=frequency, active_kn=active), [1e-6, 0.1, 1e5])
        assert np.isfinite(sums.flat()).all() and sums.left_out[0] == (soft <= phonons.ZERO)
