"""Lifetimes of modes: factor, mapping onto the mesh, boundaries, interpolation, symmetry."""

from functools import partial

import h5py
import linewidths
import numpy as np
import physics
import pytest
from parallel import world
from scipy.constants import hbar

from hpcph.crystal import mesh
from hpcph.phonons.lifetimes import Linewidths, Scattering
from hpcph.response import thermal
from hpcph.response.coherence import coherence_sums
from hpcph.response.occupation import occupation
from hpcph.response.tensors import GAMMA_N, GAMMA_N_INTERBAND, GAMMA_NL, GAMMA_NL_INTERBAND, KAPPA, KAPPA_INTERBAND
from hpcph.response.weights import mode_weights

T = np.array([100.0, 300.0])
PS10 = 1 / (4 * np.pi * 10)  # THz: γ of modes that live 10 ps
GRID = (4, 4, 4)
CLOSE = {"rtol": 1e-12, "atol": 0}
COHERENCE = ("thermal/gamma_coherence", "thermal/conductivity_coherence", "magnetization/gamma_coherence")
INTERBAND = {f"{name}{kind}" for name in COHERENCE for kind in ("", "_error", "_lattice_error")}


def summed(name, grid, shift, scattering, symmetry=True, rules=physics.ALL):
    """Response of a crystal with lifetimes of modes and interband parts, moments included."""
    case = physics.case(name, rules)
    points = mesh.monkhorst_pack(case.structure, grid, shift, symmetry)
    ratio, total = physics.gyromagnetic(case.structure), None
    for block in mesh.blocks(points.q_kc):
        modes = physics.modes(case, points.q_kc[block])
        weights, weight = mode_weights(modes, ratio), points.weight_k[block]
        rate = scattering.rates(modes, weights.speeds(modes), points.q_kc[block], T)
        coherence = coherence_sums(modes, rate, weight, T, ratio)
        part = thermal.thermal_sums(modes, weights, weight, T, rate, coherence)
        total = part if total is None else total + part
    return thermal.response(total, T, case.structure.volume, points.operations)


def tensors(found) -> dict[str, np.ndarray]:
    """Those that lifetimes decide."""
    return {
        "γ^NL": found[GAMMA_NL],
        "γ^N": found[GAMMA_N],
        "κ": found[KAPPA],
        "γ^coh": found[GAMMA_NL_INTERBAND],
        "γ^N,coh": found[GAMMA_N_INTERBAND],
        "κ^coh": found[KAPPA_INTERBAND],
    }


def agree(one, other, bound):
    """All tensors, each temperature to its largest number."""
    for name, values in tensors(one).items():
        error = np.abs(values - tensors(other)[name]).max(axis=(1, 2))
        assert np.all(error <= bound * np.abs(values).max(axis=(1, 2))), (name, error)
        assert np.all(np.abs(values).max(axis=(1, 2)) > 0), name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("linewidths")


@pytest.fixture(scope="module")
def random(folder):
    """Linewidths of the embedded crystal, of every mode and temperature another."""
    return linewidths.write(folder / "random.hdf5", "embedded", GRID, T, linewidths.anyhow())


def datasets(folder, **changes) -> dict[str, np.ndarray]:
    """All numbers of a small run through Γ."""
    small = {"mesh": {"grid": list(GRID), "shift": [0, 0, 0]}, "optics": world.DROP, "bands": world.DROP}
    small |= {"slices": world.DROP, "orbits": world.DROP}
    folder.mkdir()
    found: dict[str, np.ndarray] = {}
    with h5py.File(world.result(folder, world.quartz(**small | changes))) as file:
        file.visititems(lambda name, item: found.update({name: item[()]} if isinstance(item, h5py.Dataset) else {}))
    return {name: values for name, values in found.items() if values.dtype.kind == "f"}


@pytest.fixture(scope="module")
def one_lifetime(tmp_path_factory):
    return datasets(tmp_path_factory.mktemp("one") / "run")


def test_equal_linewidths_are_one_lifetime(folder, one_lifetime):
    """γ = 1/(4π 10 ps) for all modes gives every number of `lifetime: 10 ps`: tensors, errors, spectrum, tables.

    Errors of the lattice are of a mesh between, where the zeros of translations at Γ are interpolated too.
    """
    path = linewidths.write(
        folder / "equal.hdf5", "embedded", GRID, [100, 150, 290, 300], linewidths.constant(PS10), seed=3
    )
    by_mode = datasets(folder / "equal", lifetime={"phono3py": str(path)})
    assert by_mode.keys() - one_lifetime.keys() == INTERBAND
    for name, values in one_lifetime.items():
        size = np.nanmax(np.abs(values))
        apart = 0.3 if name.endswith("_lattice_error") else 1e-12
        np.testing.assert_allclose(by_mode[name], values, rtol=0, atol=apart * size, err_msg=name)


def test_a_time_with_a_far_boundary_is_the_time(folder, one_lifetime):
    """`{time: 10 ps}` gives the same bits as `10 ps`; a boundary a kilometre away the same numbers."""
    same = datasets(folder / "same", lifetime={"time": "10 ps"})
    far = datasets(folder / "far", lifetime={"time": "10 ps", "boundary": "1 km"})
    assert same.keys() == far.keys() == one_lifetime.keys()
    for name, values in one_lifetime.items():
        np.testing.assert_array_equal(same[name], values)
        np.testing.assert_allclose(far[name], values, rtol=0, atol=1e-9 * np.nanmax(np.abs(values)), err_msg=name)


def test_one_lifetime_has_interband_parts_where_they_are_asked_for(folder, one_lifetime):
    """They are those of equal linewidths; nothing else changes a bit; and linewidths have none where they are not."""
    asked = datasets(folder / "asked", coherence=True)
    assert asked.keys() - one_lifetime.keys() == INTERBAND
    for name, values in one_lifetime.items():
        np.testing.assert_array_equal(asked[name], values, err_msg=name)
    by_mode = datasets(folder / "by_mode", lifetime={"phono3py": str(folder / "equal.hdf5")})
    for name in COHERENCE:
        assert np.abs(asked[name]).max() > 0
        np.testing.assert_allclose(asked[name], by_mode[name], rtol=0, atol=1e-11 * np.abs(by_mode[name]).max())
    without = datasets(folder / "without", lifetime={"phono3py": str(folder / "equal.hdf5")}, coherence=False)
    assert not any("coherence" in name for name in without)


def test_rates_add():
    """1/τ = 4πγ + |v|/L, mode by mode (Matthiessen)."""
    modes = physics.modes(physics.case("embedded"), [[0.1, 0.2, 0.3]])
    gamma = np.random.default_rng(1).uniform(0.01, 0.1, (1, 1, modes.frequency_kn.size))
    table = Linewidths(np.ones(3, int), np.zeros(1, int), T[:1], 4e12 * np.pi * gamma, np.eye(3, dtype=int)[None])
    found = Scattering(table, 2e-7).rates(modes, mode_weights(modes).speeds(modes), np.array([[0.1, 0.2, 0.3]]), T[:1])
    speed = np.linalg.norm(modes.velocities(), axis=-1)
    np.testing.assert_allclose(found[0], 4e12 * np.pi * gamma[0] + speed / 2e-7, rtol=1e-13)


def test_a_near_boundary_alone_limits():
    """In the limit of a small sample κ = (L/V) Σ c v_i v_j/|v|, whatever the time."""
    case, length = physics.case("embedded"), 1e-13
    q = physics.random_q(case.structure, 20)
    modes = physics.modes(case, q)
    weights = mode_weights(modes)
    rate = Scattering(1e11, length).rates(modes, weights.speeds(modes), q, T)
    sums = thermal.thermal_sums(modes, weights, np.full(20, 1 / 20), T, rate)
    v = modes.velocities()
    _, _, warming = occupation(modes.frequency_kn, T)
    heat = hbar * modes.frequency_kn * warming / 20
    expected = length * np.einsum("tkn,kni,knj,kn->tij", heat, v, v, 1 / np.linalg.norm(v, axis=-1))
    found = thermal.response(sums, T, 1.0, np.eye(3)[None])[KAPPA]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * expected.max())


def test_any_irreducible_points_will_do(folder, random):
    """Other representatives of the same stars, images by point group, time reversal and lattice: the same rates."""
    other = linewidths.write(folder / "other.hdf5", "embedded", GRID, T, linewidths.anyhow(), seed=7)
    with h5py.File(random) as one, h5py.File(other) as two:
        assert np.abs(one["qpoint"][...] - two["qpoint"][...]).max() > 0.1
    found = [linewidths.read(path, "embedded", T, GRID).bulk for path in (random, other)]
    np.testing.assert_array_equal(found[0].point, found[1].point)
    np.testing.assert_array_equal(found[0].rate_tpn, found[1].rate_tpn)


@pytest.mark.parametrize("name", ["embedded", "zno"])
@pytest.mark.parametrize("interpolate", [False, True])
def test_irreducible_and_whole_zone(folder, name, interpolate):
    """Sums over the irreducible zone are those over all points; interpolated rates keep the symmetry too."""
    grid = (4, 4, 2)
    path = linewidths.write(folder / f"{name}.hdf5", name, grid, T, linewidths.anyhow(), seed=2)
    scattering = linewidths.read(path, name, T, grid, interpolate=interpolate, boundary=1e-6)
    mine, shift = ((3, 3, 4), (0, 0, 0.5)) if interpolate else (grid, (0, 0, 0))
    reduced, whole = (summed(name, mine, shift, scattering, symmetry) for symmetry in (True, False))
    agree(whole, reduced, 1e-10 if name == "embedded" else 2e-6)  # the file's ZnO is symmetric to 1e-7


def test_tensors_have_the_symmetry_of_the_crystal(folder):
    """Point group 32: γ_xx = γ_yy and γ_zz alone. 6mm: α_xy = −α_yx alone, κ_xx = κ_yy and κ_zz."""
    for name, grid, keep in (("embedded", GRID, np.eye(3)), ("zno", (4, 4, 2), np.eye(3)[[1, 0, 2]] - np.eye(3)[2])):
        path = linewidths.write(folder / f"sym-{name}.hdf5", name, grid, T, linewidths.anyhow(5))
        found = tensors(summed(name, grid, (0, 0, 0), linewidths.read(path, name, T, grid)))
        sign = 1 if name == "embedded" else -1
        for part, values in found.items():
            heat = part.startswith("κ")
            size = np.abs(values).max()
            assert np.abs(values * (1 - (np.eye(3) if heat else np.abs(keep)))).max() < 1e-12 * size, (name, part)
            one, other = (values[:, 0, 0], values[:, 1, 1]) if heat or sign > 0 else (values[:, 0, 1], -values[:, 1, 0])
            np.testing.assert_allclose(one, other, rtol=1e-9, err_msg=part)
            assert not heat or values[:, [0, 2], [0, 2]].min() > 0


def test_modes_far_apart_keep_little_coherence(random):
    """Interband parts go like Γ where modes are further apart than it, intraband ones like 1/Γ."""
    scattering = linewidths.read(random, "embedded", T, GRID)
    table = scattering.bulk
    one, other = (
        tensors(summed("embedded", GRID, (0, 0, 0), Scattering(Linewidths(
            table.divisions, table.point, table.temperature, table.rate_tpn * scale, None), np.inf)))
        for scale in (1e-4, 1e-5)
    )  # fmt: skip
    for name in one:
        power = 1 if "coh" in name else -1
        np.testing.assert_allclose(one[name] / 10.0**power, other[name], rtol=0, atol=1e-3 * np.abs(other[name]).max())


def test_interpolation_meets_the_mesh(random):
    """On the file's own mesh interpolated linewidths are the linewidths; halfway between points their mean."""
    exact, between = (linewidths.read(random, "embedded", T, GRID, interpolate=i) for i in (False, True))
    agree(*(summed("embedded", GRID, (0, 0, 0), s) for s in (exact, between)), 1e-12)
    q = np.array([[0, 0, 0.125], [0, 0, 0], [0, 0, 0.25]])
    middle, low, high = np.moveaxis(between.bulk.rates(q, T), 1, 0)
    np.testing.assert_allclose(middle, (low + high) / 2, **CLOSE)


def test_interpolated_rates_have_the_point_group(random):
    """At images of any wave vector."""
    table, structure = (
        linewidths.read(random, "embedded", T, GRID, interpolate=True).bulk,
        physics.case("embedded").structure,
    )
    q = physics.random_q(structure, 30)
    for operation in mesh.reciprocal_rotations(structure.rotations):
        for sign in (1, -1):
            image = sign * q @ operation.T + [1, 0, -1]
            np.testing.assert_allclose(table.rates(image, T), table.rates(q, T), rtol=1e-9)


def test_between_temperatures(random):
    """Linear in T where interpolated; those of the file as they are."""
    known = linewidths.read(random, "embedded", T, GRID, interpolate=True).bulk.rate_tpn
    found = linewidths.read(random, "embedded", [100, 150, 300], GRID, interpolate=True).bulk.rate_tpn
    np.testing.assert_array_equal(found[[0, 2]], known)
    np.testing.assert_allclose(found[1], 0.75 * known[0] + 0.25 * known[1], **CLOSE)


def test_same_bits_on_any_number_of_ranks(folder, tmp_path):
    """With linewidths, boundaries and interband parts, on 1 and 3 ranks."""
    path = linewidths.write(folder / "ranks.hdf5", "embedded", GRID, [100, 150, 290, 300], linewidths.anyhow())
    lifetime = {"phono3py": str(path), "boundary": "1 um", "interpolate": True}
    maps = dict.fromkeys(("optics", "bands", "slices", "orbits"), world.DROP)
    given = world.write(tmp_path, world.quartz(lifetime=lifetime, mesh__grid=[6, 6, 6], **maps))
    found = set()
    for ranks, start in ((1, world.here), (3, partial(world.command, 3))):
        done = start("run", given, "--output", tmp_path / f"{ranks}")
        assert done.returncode == 0, done.stderr
        assert "4×4×4" in done.stdout and "interpolated" in done.stdout
        with h5py.File(tmp_path / f"{ranks}/result.h5") as file:
            found.add(file["/provenance"].attrs["sha256"])
    assert len(found) == 1
