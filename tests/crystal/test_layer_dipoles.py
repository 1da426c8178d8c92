"""Born charges of a layer: Coulomb's law in real space, its long waves, its derivatives, and no field of a bulk."""

from dataclasses import replace

import layers
import numpy as np
import physics
import pytest

from hpcph.crystal import dipole, ewald
from hpcph.crystal.dynamical import matrices, matrices_and_halves, nonanalytic
from hpcph.crystal.lattice import Dielectric, Structure
from hpcph.crystal.screening import Bulk, Layer, in_plane, screening
from hpcph.crystal.supercell import settle

ANGSTROM, COULOMB = 1e-10, 2.307e-28
GENERIC = np.array([[0.13, 0.27, 0.0], [0.31, -0.08, 0.0], [-0.21, 0.36, 0.0]])
POLAR = {"charges": layers.CHARGES}


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """A layer of springs with charges, all sum rules imposed."""
    return settle(layers.loaded(tmp_path_factory.mktemp("polar"), **POLAR), physics.ALL)


def oblique(seed: int) -> tuple[Structure, Dielectric]:
    """Three atoms with any charges, neutral in all, in a layer of any medium."""
    rng = np.random.default_rng(seed)
    born = rng.normal(size=(3, 3, 3))
    born -= born.mean(axis=0)
    root = np.eye(3) + 0.3 * rng.normal(size=(3, 3))
    structure = Structure(
        lattice_vc=np.vstack([layers.IN_PLANE, [0, 0, 11]]) * ANGSTROM,
        fractional_ac=np.column_stack([layers.FRACTIONS, layers.HEIGHTS / 11]),
        mass_a=rng.uniform(2, 8, 3) * 1e-26,
        symbols=("X",) * 3,
        rotations=np.eye(3, dtype=int)[None],
        space_group="P1 (1)",
        empty=2,
    )
    return structure, in_plane(structure, Dielectric(born, np.eye(3) + root @ root.T, COULOMB))


def test_without_a_medium_dipoles_of_a_plane_obey_coulombs_law():
    """Φ(x) = −c Z_aᵀ (3 x̂x̂ − 1) Z_b/x³ beyond the Gaussian, of all images of a supercell."""
    n, a = 24, 3.0 * ANGSTROM
    structure, _ = oblique(0)
    structure = replace(structure, lattice_vc=np.diag([a, a, 10 * ANGSTROM]), fractional_ac=np.zeros((3, 3)))
    structure = replace(structure, mass_a=np.ones(3))
    born = np.stack([np.eye(3), np.diag([1.0, 2, 0]), np.diag([-2.0, -3, -1])])
    dielectric = in_plane(structure, Dielectric(born, np.eye(3), COULOMB))
    built = dipole.build(structure, dielectric, 1.3 / ANGSTROM)
    grid = np.stack(np.meshgrid(*[np.arange(n) / n] * 2, indexing="ij"), -1).reshape(-1, 2)
    q = np.column_stack([grid, np.zeros(len(grid))])
    q -= np.rint(q)
    steps = np.array([[4, 0, 0], [5, -3, 0], [8, 7, 0]])
    found = ewald.on_commensurate(structure, built, q, steps.astype(float), np.zeros(3, int), np.ones(3, int))
    far = np.arange(-300, 301)
    images = np.stack([*np.meshgrid(far, far, indexing="ij"), np.zeros((601, 601))], -1).reshape(-1, 3) * n
    near = np.abs(images).max(axis=1) <= 150 * n
    for step, phi in zip(steps, found, strict=True):
        x = (step + images) * a
        r = np.linalg.norm(x, axis=1)[:, None, None]
        every = -COULOMB * (3 * x[:, :, None] * x[:, None] / r**5 - np.eye(3) / r**3)
        law = 2 * every.sum(axis=0) - every[near].sum(axis=0)  # what is farther falls as 1/R
        expected = (born[0] @ law @ born[1])[:2, :2]
        np.testing.assert_allclose(phi[:2, :2], expected, rtol=0, atol=3e-6 * np.abs(expected).max())


@pytest.mark.parametrize("seed", [1, 2])
def test_derivatives_and_moments_are_those_of_the_sum(seed):
    """First derivatives at generic waves, first and second ones at Γ without G = 0, by finite differences."""
    structure, dielectric = oblique(seed)
    built = dipole.build(structure, dielectric, 0.6 / ANGSTROM)
    root, step = np.sqrt(structure.mass_a), 1e-5 / ANGSTROM

    def C(k: np.ndarray, fields: int = 1) -> np.ndarray:
        return dipole.blocks(built, k[None], fields)[0] * np.outer(root, root)[..., None, None]

    k = GENERIC[0] @ structure.reciprocal_vc
    slope = C(k, 4)[1:]
    for c, e in enumerate(np.eye(3)[:2]):
        differences = (C(k + step * e)[0] - C(k - step * e)[0]) / (2 * step)
        np.testing.assert_allclose(slope[c], differences, rtol=0, atol=1e-7 * np.abs(slope).max())
    away = replace(built, wavevector_gc=built.wavevector_gc, phase_pg=built.phase_pg * built.wavevector_gc.any(axis=1))

    def total(k: np.ndarray) -> np.ndarray:
        found = dipole.blocks(away, k[None], 1)[0, 0] * np.outer(root, root)[..., None, None]
        return found.sum(axis=(0, 1)).real

    second = ewald.second_moment(structure, dielectric, built)
    assert not second[:, :, 2].any() and not second[..., 2].any()
    step = 2e-3 / ANGSTROM
    for g, one in enumerate(np.eye(3)[:2] * step):
        for h, other in enumerate(np.eye(3)[:2] * step):
            ends = total(one + other) - total(one - other) - total(other - one) + total(-one - other)
            np.testing.assert_allclose(
                -second[:, :, g, h], ends / (4 * step**2), rtol=0, atol=1e-4 * np.abs(second).max()
            )


@pytest.mark.parametrize("seed", [3, 4])
def test_derivatives_of_the_weights_follow_from_them(seed):
    """2 ∂w/∂s and 4 ∂²w/∂s∂s of a bulk and of a layer, by finite differences."""
    structure, dielectric = oblique(seed)
    bulk = replace(structure, empty=None)
    s = np.array([1.3, 0.7]) / ANGSTROM**2
    for field, of in (
        (screening(bulk, dielectric, 0.9 / ANGSTROM), Bulk),
        (screening(structure, dielectric, 0.9 / ANGSTROM), Layer),
    ):
        assert isinstance(field, of)
        count = len(field.forms)
        at = s[:count] * np.array([1, ANGSTROM])[:count]
        for i, step in enumerate(np.diag(1e-5 * at)):
            up, down = field.weight(at + step), field.weight(at - step)
            slope = (up - down) / step[i]
            assert field.steepness(at)[i] * field.weight(at) == pytest.approx(slope, rel=1e-7)
            ends = [field.weight(p) * field.steepness(p) for p in (at + step, at - step)]
            bend = (ends[0] - ends[1]) / step[i]
            np.testing.assert_allclose(field.curvature(at)[i] * field.weight(at), bend, rtol=1e-6)


def test_the_lo_branch_has_a_slope_and_no_splitting(settled):
    """At Γ no direction counts; near it the field adds 2πc/A |q| |Σ n·Z e/√m|² to ω² of a wave."""
    crystal, structure = settled.crystal, settled.crystal.structure
    n = np.array([0.6, 0.8, 0])
    assert not nonanalytic(crystal, crystal.dipoles, n).any()
    charge = np.einsum("c,acv->av", n, structure.born_aij) / np.sqrt(structure.mass_a)[:, None]
    area = structure.volume / structure.height
    k = 1e6
    q = k * n @ np.linalg.inv(structure.reciprocal_vc)
    D = [matrices(crystal, (sign * q)[None])[0] for sign in (-1, 0, 1)]
    bent = (D[0] + D[2]).real / 2 - D[1].real
    expected = 2 * np.pi * 2.3070776e-28 / area * k * np.outer(charge, charge)
    np.testing.assert_allclose(bent, expected, rtol=0, atol=2e-3 * np.abs(expected).max())


def test_derivatives_in_the_plane_are_those_of_d(settled):
    """With dipoles: central differences of D along a* and b*; nothing along the normal."""
    structure, step = settled.crystal.structure, 1e-5
    _, H = matrices_and_halves(settled.crystal, GENERIC)
    slope = H + H.conj().swapaxes(-1, -2)
    assert not slope[:, 2].any()
    for direction in np.eye(3)[:2]:
        ends = (matrices(settled.crystal, GENERIC + sign * step * direction) for sign in (1, -1))
        along = np.einsum("c,kcmn->kmn", direction @ structure.reciprocal_vc, slope)
        np.testing.assert_allclose(along, np.subtract(*ends) / (2 * step), rtol=0, atol=1e-6 * np.abs(along).max())


@pytest.mark.parametrize("how", [{"middle": 0.5}, {"middle": 0.99}, {"height": 1.2 * layers.ROOM}])
def test_faces_and_height_of_the_cell_do_not_count(settled, tmp_path, how):
    """Nor what q has along the normal; ε − 1 is that of the layer over the height."""
    other = settle(layers.loaded(tmp_path, **POLAR, **how), physics.ALL)
    D, E = (matrices(one.crystal, GENERIC + up) for one, up in ((settled, np.zeros(3)), (other, [0, 0, 0.3])))
    np.testing.assert_allclose(E, D, rtol=0, atol=1e-11 * np.abs(D).max())


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0)])
def test_any_vector_of_the_cell_may_be_the_normal(settled, tmp_path, order):
    """Frequencies and stiffness are those of the layer whose normal is c."""
    periodic = tuple(axis != 2 for axis in order)
    other = settle(layers.loaded(tmp_path, periodic, order=order, **POLAR), physics.ALL)
    square = [np.linalg.eigvalsh(matrices(one.crystal, q)) for one, q in
              ((settled, GENERIC), (other, GENERIC[:, list(order)]))]  # fmt: skip
    np.testing.assert_allclose(square[1], square[0], rtol=0, atol=1e-10 * square[0].max())
    np.testing.assert_allclose(other.report.stiffness, settled.report.stiffness, rtol=0, atol=1.0)


def test_the_supercells_own_waves_are_left_as_they_are(settled, tmp_path):
    """With charges and without them D is the same there."""
    loaded = layers.loaded(tmp_path, **POLAR)
    bare = settle(replace(loaded, dielectric=None), physics.ALL)
    D, E = (matrices(one.crystal, loaded.commensurate_qc) for one in (settled, bare))
    np.testing.assert_allclose(E, D, rtol=0, atol=1e-10 * np.abs(D).max())
    D, E = (matrices(one.crystal, GENERIC) for one in (settled, bare))
    assert np.abs(D - E).max() > 1e-3 * np.abs(D).max()


def test_vacuum_with_charges_is_no_bulk_in_silence(tmp_path):
    """A line says so where the input says nothing, and none where it does."""
    said = [layers.loaded(tmp_path, periodic, **POLAR).remarks for periodic in (None, (True, True, True))]
    assert [sum("stack of layers" in line for line in lines) for lines in said] == [1, 0]
