"""⟨u_i u_j⟩ of atoms: phonopy's, symmetry, and the bound that they are to the susceptibility of L."""

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parallel import world

from hpcph.crystal import mesh
from hpcph.phonons import displacement as phonons
from hpcph.response import displacement, thermal
from hpcph.response.convergence import uncertainty
from hpcph.response.tensors import CHI, DISPLACEMENT
from hpcph.result.open import open_result

T = (10.0, 300.0, 1000.0)
HOT = (3000.0, 6000.0)


def clouds(name, grid, shift, temperature=T, symmetry=True, rules=physics.ALL, nac=True, refinement=0):
    """The mesh and the response of a crystal, displacements included."""
    case = physics.case(name, rules, nac)
    structure = case.structure
    points = mesh.monkhorst_pack(structure, grid, shift, symmetry, refinement)
    total = None
    for block in mesh.blocks(points.q_kc):
        part = physics.sums(
            physics.modes(case, points.q_kc[block]), temperature, points.weight_k[block], None, structure.mass_a
        )
        total = part if total is None else total + part
    images = structure.images(points.operations)
    return points, thermal.response(total, np.array(temperature), structure.volume, points.operations, images)


@pytest.mark.parametrize("name", ["embedded", "zno", "P6_1"])
def test_they_are_phonopys(name):
    """ThermalDisplacementMatrices on the same mesh, every point of it, to 1e-6; here the irreducible ones."""
    theirs = physics.phonopys(name, nac=False)
    theirs.run_mesh((2, 2, 4), shift=(0, 0, 0.5), is_gamma_center=True, is_mesh_symmetry=False, with_eigenvectors=True)
    theirs.run_thermal_displacement_matrices(temperatures=T, freq_min=1e-3)
    expected = theirs.thermal_displacement_matrices.thermal_displacement_matrices * 1e-20
    points, found = clouds(name, (2, 2, 4), (0, 0, 0.5), rules=physics.NONE, nac=False)
    assert len(points.q_kc) < 16
    size = np.abs(expected).max(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(found[DISPLACEMENT] / size, expected.real / size, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["embedded", "stishovite", "P4_332"])
def test_irreducible_points_give_the_sums_over_all(name):
    """Where operations carry atoms to others; ellipsoids of equivalent atoms are turned into each other."""
    shift = mesh.automatic_shift(physics.case(name).structure, (2, 2, 2))
    (_, some), (_, every) = (clouds(name, (2, 2, 2), shift, symmetry=s) for s in (True, False))
    size = np.abs(every[DISPLACEMENT]).max()
    np.testing.assert_allclose(some[DISPLACEMENT], every[DISPLACEMENT], rtol=0, atol=1e-7 * size)
    traces = np.trace(some[DISPLACEMENT], axis1=2, axis2=3)
    assert len(np.unique(traces[1].round(26))) < len(traces[1])


def test_translations_at_gamma_are_left_out():
    """Γ alone has the optical modes: finite, and the centre of mass is at rest."""
    case = physics.case("embedded")
    modes = physics.modes(case, [[0, 0, 0]])
    squares = phonons.squares(modes, case.structure.mass_a)
    assert np.isfinite(squares).all() and not squares[0, :3].any() and (squares[0, 3:, :27].sum(axis=1) > 0).all()


@pytest.mark.parametrize("name", ["quartz_pbesol", "zno"])
def test_chi_is_the_inertia_of_the_clouds_in_the_classical_limit(name):
    """At 6000 K to 2e-4 for classical clouds, kT/mω²; that of the quantum ones is off by 1/T², and meets it."""
    case = physics.case(name)
    structure, axis = case.structure, np.array([0.0, 0.0, 1.0])
    points, found = clouds(name, (6, 6, 6), (0, 0, 0.5), HOT)
    chi = found[CHI]
    quantum = displacement.bound(found[DISPLACEMENT], structure.mass_a, structure.volume, axis)
    apart = np.array([np.abs(chi[t] - quantum.chi[t]).max() / np.abs(chi[t]).max() for t in range(2)])
    assert np.all(apart < [2e-3, 5e-4]) and apart[0] / apart[1] == pytest.approx(4, rel=2e-3)
    limit = (4 * quantum.chi[1] / HOT[1] - quantum.chi[0] / HOT[0]) / 3
    np.testing.assert_allclose((4 * chi[1] / HOT[1] - chi[0] / HOT[0]) / 3, limit, rtol=0, atol=1.5e-6 * limit.max())
    classical = np.zeros((1, len(structure.mass_a), 3, 3))
    for k, q in enumerate(points.q_kc):
        modes = physics.modes(case, q)
        e = modes.eigenvector_kmn[0].reshape(-1, 3, 27 if name == "quartz_pbesol" else 12)
        square = 1.380649e-23 * HOT[1] / modes.frequency_kn[0] ** 2
        own = np.einsum("ain,ajn,n->aij", e, e.conj(), square).real / structure.mass_a[:, None, None]
        classical[0] += points.weight_k[k] * own
    classical = displacement.over_images(classical, points.operations, structure.images(points.operations))
    plain = displacement.bound(classical, structure.mass_a, structure.volume, axis)
    np.testing.assert_allclose(chi[1], plain.chi[0], rtol=0, atol=2e-4 * plain.chi.max())
    assert quantum.amplitude[1] == pytest.approx(plain.amplitude[0], rel=2e-4)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 2**31), st.floats(0, 4))
def test_chi_is_never_more(seed, exponent):
    """At any temperature and wave vectors: the inertia of the clouds minus χ is positive, and least when it is hot."""
    case = physics.case("embedded")
    structure, q = case.structure, physics.random_q(case.structure, 2, seed)
    modes = physics.modes(case, np.concatenate([q, -q]))
    sums = physics.sums(modes, [10**exponent], None, None, structure.mass_a)
    alone = np.eye(3)[None]
    found = thermal.response(
        sums, np.array([10**exponent]), structure.volume, alone, np.arange(len(structure.mass_a))[None]
    )
    most = displacement.bound(found[DISPLACEMENT], structure.mass_a, structure.volume, np.eye(3)[2]).chi[0]
    left = np.linalg.eigvalsh(most - found[CHI][0])
    assert left.min() > -1e-9 * np.abs(most).max()


@pytest.mark.parametrize("refinement", [0, 5])
def test_errors_hold(refinement):
    """Of every component of the ellipsoids at 12×12×12, judged by coarser meshes, against 32×32×32."""
    runs = [clouds("embedded", (n, n, n), (0, 0, 0.5), refinement=refinement) for n in (4, 6, 12)]
    _, best = clouds("embedded", (32, 32, 32), (0, 0, 0.5), refinement=5)
    error = uncertainty(runs)[DISPLACEMENT]
    true = np.abs(runs[-1][1][DISPLACEMENT] - best[DISPLACEMENT])
    seen = true > 1e-12 * best[DISPLACEMENT].max()
    assert np.mean(true[seen] <= error[seen]) > 0.9
    assert error.max() < 0.06 * best[DISPLACEMENT].max()


def test_errors_of_the_bound():
    """Moved ellipsoids move the inertia and the amplitude by no more than their errors; some by all of it."""
    random = np.random.default_rng(4)
    mass, axis = random.uniform(1, 3, 5), np.array([1.0, 2.0, 2.0]) / 3
    a = random.normal(size=(2, 5, 3, 3))
    cloud, open_ = a @ a.swapaxes(2, 3) + np.eye(3), 1e-6 * random.uniform(size=(2, 5, 3, 3))
    open_ = open_ + open_.swapaxes(2, 3)
    found = displacement.bound(cloud, mass, 2.0, axis)
    doubt = displacement.doubt(open_, found, mass, 2.0, axis)
    for _ in range(50):
        signs = random.choice([-1, 1], (1, 1, 3, 3))
        signs = np.triu(signs) + np.triu(signs, 1).swapaxes(2, 3)
        other = displacement.bound(cloud + signs * open_, mass, 2.0, axis)
        assert np.all(np.abs(other.chi - found.chi) <= doubt.chi * (1 + 1e-9))
        assert np.all(np.abs(other.amplitude - found.amplitude) <= doubt.amplitude * (1 + 1e-5))
    most = displacement.bound(cloud + np.sign(np.eye(3) - np.outer(axis, axis)) * open_, mass, 2.0, axis)
    np.testing.assert_allclose(most.amplitude - found.amplitude, doubt.amplitude, rtol=1e-5)


def test_a_run_stores_them_unless_they_are_not_wanted(tmp_path):
    """⟨uu⟩, bound and amplitude with errors; r_c of a cylinder is the amplitude times √(2χ/χ^max)."""
    drop = dict.fromkeys(("bands", "orbits", "slices", "spectrum", "optics"), world.DROP)
    small = drop | {"modes": False, "feedback": {"sample": {"radius": "20 nm"}}, "temperature": ["300 K", "6000 K"]}
    for folder in ("with", "without"):
        (tmp_path / folder).mkdir()
    with open_result(world.result(tmp_path / "with", world.quartz(**small))) as found:
        cloud = found["crystal_displacement"]
        assert cloud.dims[:2] == ("temperature", "atom") and cloud.attrs["units"] == "m2"
        for name in ("crystal_displacement", "feedback_susceptibility_bound", "feedback_amplitude"):
            assert (
                np.all(found[f"{name}_error"].values >= 0) and np.isfinite(found[f"{name}_lattice_error"].values).all()
            )
        chi = sum(found[f"feedback_susceptibility_{part}"].values[:, 2, 2] for part in ("diagonal", "off_diagonal"))
        share = chi / found["feedback_susceptibility_bound"].values[:, 2, 2]
        expected = found["feedback_amplitude"].values * np.sqrt(2 * share)
        np.testing.assert_allclose(found["feedback_critical_radius"].values, expected, rtol=1e-10)
        assert 0.7 < share[0] < 1 - 1e-2 and 1 - 1e-3 < share[1] < 1
        kept = {name: values.values for name, values in found.data_vars.items() if values.dtype.kind == "f"}
    with open_result(world.result(tmp_path / "without", world.quartz(**small, displacement=False))) as bare:
        missing = {name for name in kept if name not in bare}
        assert {name.split("_")[1] for name in missing} == {"displacement", "amplitude", "susceptibility"}
        for name in set(kept) - missing:
            np.testing.assert_array_equal(bare[name].values, kept[name], err_msg=name)
