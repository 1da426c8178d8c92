"""Elastic constants of long waves, lattice.md §7 and §10."""

import numpy as np
import physics
import pytest

from hpcph.crystal import dynamical, elasticity, invariances
from hpcph.crystal.invariances import SumRule
from hpcph.crystal.lattice import SYMMETRIC, PairTable, Structure

# C11, C33, C44, C66, C12, C13, C14 in GPa at E = 0
TABLE = {
    "quartz_pbesol": (72.36, 89.87, 52.80, 34.12, 4.12, 7.16, -18.32),
    "quartz_lda": (72.78, 89.18, 47.57, 27.14, 18.49, 21.35, -17.73),
    "embedded": (91.38, 97.29, 47.80, 40.39, 10.59, 21.81, -13.99),
    "zno": (184.36, 136.35, 38.17, 35.78, 112.80, 126.07, 0.0),
    "aln": (378.0, 325.7, 111.2, 125.1, 127.7, 104.5, 0.0),
    "aln 3×3×2": (361.1, 331.1, 117.6, 116.0, 129.1, 105.1, 0.0),
    "stishovite": (634.81, 834.71, 293.15, 387.51, 398.06, 243.14, 0.0),
    "P6_222": (115.25, 156.64, 33.25, 32.72, 49.81, 42.27, 0.0),
    "P6_1": (56.28, 58.65, 29.36, 18.67, 18.94, 23.48, 0.0),
    "P2_13": (240.55, 240.55, 62.77, 62.77, 116.33, 116.33, 0.0),
}
LONG = 2 * np.pi * 5e6  # rad m⁻¹: waves of 0.2 µm
PLACES = ((0, 0), (2, 2), (3, 3), (5, 5), (0, 1), (0, 2), (0, 3))
# along x, y, z in m/s, slowest first, the field of the charges included
VELOCITIES = {
    "quartz_pbesol": ((2971.6, 4969.2, 5392.8), (3785.8, 4015.9, 5669.7), (4495.4, 4529.8, 5887.6)),
    "quartz_lda": ((2481.8, 4590.7, 5290.0), (3368.9, 3742.5, 5464.6), (4148.3, 4179.9, 5701.4)),
}
QUICK = [name for name in TABLE if name != "aln 3×3×2"]
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("aln 3×3×2",)]
CRYSTALS = [name for name in (*QUICK, "P4_332", *physics.PHONONDB) if name != "mp-989613"]  # which breaks the rules
UNCHARGED = ("P6_222", "P6_1", "P2_13", "stishovite")  # or charges that strain does not polarise
DIRECTIONS = np.vstack([np.eye(3), [[1, 1, 0], [0, 1, 1], [1, -1, 1]], np.random.default_rng(4).normal(size=(4, 3))])


def report(name):
    return physics.case(name).settled.report


def full(voigt):
    """C_ijkl of a 6×6 matrix."""
    number = np.zeros((3, 3), int)
    for n, (i, j) in enumerate(SYMMETRIC):
        number[i, j] = number[j, i] = n
    return voigt[number[:, :, None, None], number]


def christoffel(voigt, density, direction):
    """Squares of the velocities of sound in m² s⁻², ascending."""
    n = direction / np.linalg.norm(direction)
    return np.linalg.eigvalsh(np.einsum("ijkl,j,l->ik", full(voigt), n, n) / density)


def squares(name, direction, k):
    """(ω/k)² of the acoustic modes in m² s⁻² at a wave vector of length k."""
    case = physics.case(name)
    q = k * direction / np.linalg.norm(direction) @ case.structure.lattice_vc.T / (2 * np.pi)
    return (physics.frequencies(case, q[None])[0, :3] * physics.THZ / k) ** 2


@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_table_of_elastic_constants(name):
    """1e-3 of C11."""
    found = np.array([report(name).stiffness[place] for place in PLACES]) / 1e9
    assert found == pytest.approx(TABLE[name], abs=1e-3 * TABLE[name][0])


@pytest.mark.parametrize("name", CRYSTALS)
def test_stiffness_has_the_symmetries_of_an_elastic_tensor(name):
    """Exchange of indices and of pairs, to 1e-9 GPa: so it is only where all three rules hold."""
    assert report(name).asymmetry < 1e-9 * 1e9
    voigt = report(name).stiffness
    assert np.abs(voigt - voigt.T).max() < 1.0
    unruled = physics.case(name, physics.TRANSLATION).settled.report
    if unruled.before[SumRule.HUANG] > 1e7:
        assert unruled.asymmetry > 1e6


@pytest.mark.parametrize("name", CRYSTALS)
def test_stiffness_is_that_of_the_point_group(name):
    """C_ijkl = R R R R C for every operation; for 32, 6 and 6mm so C66 = (C11 − C12)/2, C14 = −C24 = C56."""
    C = full(report(name).stiffness)
    for R in physics.case(name).structure.rotations_cartesian:
        turned = np.einsum("ia,jb,kc,ld,abcd->ijkl", R, R, R, R, C, optimize=True)
        assert np.abs(turned - C).max() < 1e-6 * np.abs(C).max()
    voigt = report(name).stiffness / 1e9
    if name in ("quartz_pbesol", "quartz_lda", "embedded", "zno", "aln", "P6_222", "P6_1"):
        assert voigt[5, 5] == pytest.approx((voigt[0, 0] - voigt[0, 1]) / 2, abs=1e-4)
        assert [-voigt[1, 3], voigt[4, 5]] == pytest.approx([voigt[0, 3]] * 2, abs=1e-4)


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda d: np.array2string(d, precision=2))
@pytest.mark.parametrize("name", UNCHARGED)
def test_christoffels_velocities_are_the_slopes_of_the_branches(name, direction):
    """ρv² of long waves to 2e-5; acoustic activity, of order k, and dispersion, of order k², are extrapolated."""
    expected = christoffel(report(name).stiffness, physics.case(name).structure.density, direction)
    far, middle, near = (squares(name, direction, k) for k in (2 * LONG, LONG, LONG / 2))
    assert (8 * near - 6 * middle + far) / 3 == pytest.approx(expected, rel=2e-5)


@pytest.mark.parametrize("name", physics.QUARTZ)
def test_velocities_of_quartz(name):
    """Along x, y and z, with the field of the Born charges."""
    for direction, expected in zip(np.eye(3), VELOCITIES[name], strict=True):
        assert np.sqrt(squares(name, direction, LONG)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("name", ("quartz_pbesol", "quartz_lda", "embedded"))
def test_along_the_axis_of_quartz_strain_makes_no_field(name):
    """ρv² = C33 of LA, and C44 the mean of the two circular TA, which acoustic activity splits."""
    stiffness = report(name).stiffness / physics.case(name).structure.density
    found = squares(name, np.array([0, 0, 1.0]), LONG)
    assert found[:2].mean() == pytest.approx(stiffness[3, 3], rel=1e-4)
    assert found[2] == pytest.approx(stiffness[2, 2], rel=1e-4)


def test_strain_of_polar_crystals_makes_a_field():
    """LA along the axis of ZnO is stiffer by e33²/ε: 213.65 against 136.35 GPa; TA is not."""
    density, stiffness = physics.case("zno").structure.density, report("zno").stiffness
    found = density * squares("zno", np.array([0, 0, 1.0]), LONG) / 1e9
    assert found == pytest.approx([38.17, 38.17, 213.65], abs=0.02)
    assert found[0] == pytest.approx(stiffness[3, 3] / 1e9, rel=1e-4)


@pytest.mark.slow
def test_what_a_supercell_leaves_open_of_the_stiffness():
    """AlN of 3×3×2 and of 5×5×3 cells: within three times what the smaller one does not know, which is more."""
    small, large = report("aln 3×3×2"), report("aln")
    difference = np.abs(small.stiffness - large.stiffness)
    assert difference.max() < 3 * small.stiffness_error.max()
    assert large.stiffness_error.max() < small.stiffness_error.max()


def cubic(near: float, far: float, a: float):
    """Stiffness in N m⁻¹ of one atom with central springs to its 6 nearest and 12 next neighbours."""
    cell = np.stack(np.meshgrid(*[np.arange(-1, 2)] * 3), -1).reshape(-1, 3)
    square = (cell**2).sum(axis=1)
    spring = np.select([square == 1, square == 2], [near, far], 0.0)
    phi = -(spring / np.maximum(square, 1))[:, None, None] * cell[:, :, None] * cell[:, None]
    phi[square == 0] = -phi.sum(axis=0)
    return stiffness(a * np.eye(3), np.zeros((1, 3)), np.zeros(len(cell), int), np.zeros(len(cell), int), cell, phi) * a


def stiffness(lattice, fractional, first, second, cell, phi):
    """In Pa."""
    atoms = len(fractional)
    structure = Structure(lattice, fractional, np.ones(atoms), ("X",) * atoms, np.eye(3, dtype=int)[None], "P1 (1)")
    pairs = PairTable.symmetric(first, second, cell, phi, np.ones(len(first)))
    at_gamma = dynamical.matrices(dynamical.build(structure, pairs, None), np.zeros((1, 3)))[0].real
    return elasticity.voigt(elasticity.tensor(invariances.moments(structure, pairs, None, None), at_gamma))


def test_springs_of_a_cubic_crystal():
    """C11 = (k + 2 k')/a, C12 = C44 = k'/a: Cauchy's relation of central forces."""
    expected = np.diag([34.0] * 3 + [7.0] * 3)
    expected[:3, :3] += 7.0 * (1 - np.eye(3))
    assert np.abs(cubic(20.0, 7.0, 3e-10) - expected).max() < 1e-9


def test_sublattices_relax():
    """Chains of springs k and K in turn, each across half a cell: C11 = L/A times that of both in series."""
    k, K, length, area = 20.0, 5.0, 4e-10, 9e-20
    lattice = np.diag([length, np.sqrt(area), np.sqrt(area)])
    first, second = np.array([0, 1, 0, 1, 0, 1]), np.array([1, 0, 1, 0, 0, 1])
    cell = np.array([[0, 0, 0], [0, 0, 0], [-1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]])
    phi = np.zeros((6, 3, 3))
    phi[:, 0, 0] = [-k, -k, -K, -K, k + K, k + K]
    phi[4:, [1, 2], [1, 2]], phi[:2, [1, 2], [1, 2]] = 1.0, -1.0  # or the sublattices could slide freely
    found = stiffness(lattice, np.array([[0, 0, 0], [0.5, 0, 0]]), first, second, cell, phi)
    assert found[0, 0] == pytest.approx(length / area * k * K / (k + K), rel=1e-9)
