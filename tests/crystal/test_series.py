"""The laid-out lattice series and the sum over G against plain sums over the table of pairs and over G."""

from dataclasses import replace

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal import dipole, dynamical, ewald, images, supercell
from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.crystal.mesh import monkhorst_pack

CRYSTALS = ("embedded", "quartz_pbesol", "zno", "stishovite", "P2_13", "P6_1", "P4_332")
WIDE = ("embedded", "quartz_pbesol", "quartz_lda")  # whose images reach farther than the usual real-space part
ANGSTROM = 1e-10


def plain_series(structure, pairs, q):
    """D and ∂D/∂k_c of the pairs alone, one element of the table after the other, (k, 4, n, n)."""
    root, atoms = np.sqrt(structure.mass_a), len(structure.mass_a)
    x, k = structure.separation(pairs), q @ structure.reciprocal_vc
    phi = pairs.phi / (root[pairs.first] * root[pairs.second])[:, None, None]
    factors = np.concatenate([np.ones((1, len(x))), 1j * x.T])
    found = np.zeros((len(q), 4, atoms, atoms, 3, 3), complex)
    for point, wave in enumerate(np.exp(1j * k @ x.T)):
        for field, factor in enumerate(factors):
            np.add.at(found[point, field], (pairs.first, pairs.second), (factor * wave)[:, None, None] * phi)
    return found.swapaxes(3, 4).reshape(len(q), 4, 3 * atoms, 3 * atoms)


def plain_dipoles(structure, dielectric, width, q):
    """D^dd and its derivatives summed over a box of G, (k, 4, n, n)."""
    root, r = np.sqrt(structure.mass_a), structure.fractional_ac @ structure.lattice_vc
    steps = np.arange(-9, 10)
    G = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3) @ structure.reciprocal_vc
    charges = dielectric.born / root[:, None, None]
    wave = np.exp(-1j * G @ r.T)
    found = []
    for k in q @ structure.reciprocal_vc:
        K = k + G
        s = np.einsum("gc,cd,gd->g", K, dielectric.epsilon, K)
        away = s > 1e-9 * width**2
        w = np.where(away, 4 * np.pi * dielectric.coulomb / structure.volume * np.exp(-s / (4 * width**2)), 0)
        w /= np.where(away, s, 1)
        slope = -2 * w * (1 / np.where(away, s, 1) + 0.25 / width**2)
        amplitude = np.einsum("gc,acv,ga->gav", K, charges, wave).reshape(len(G), -1)
        change = np.einsum("acv,ga->gcav", charges, wave).reshape(len(G), 3, -1)
        fields = [np.einsum("g,gi,gj->ij", w, amplitude.conj(), amplitude, optimize=True)]
        for c in range(3):
            one = np.einsum("g,gi,gj->ij", w, change[:, c].conj(), amplitude, optimize=True)
            bent = np.einsum(
                "g,gi,gj->ij", slope * (K @ dielectric.epsilon)[:, c], amplitude.conj(), amplitude, optimize=True
            )
            fields.append(bent + one + one.conj().T)
        found.append(fields)
    return np.array(found)


def agree(crystal, q, expected, tolerance=1e-12):
    """D and ∂D as one call gives them, and D of the call that wants no derivatives, to a part of their largest."""
    D, half = dynamical.matrices_and_halves(crystal, q)
    slope = half + half.conj().swapaxes(-1, -2)
    largest = np.abs(expected).max(axis=(0, 2, 3))
    assert np.abs(np.triu(D - expected[:, 0])).max() <= tolerance * largest[0]
    assert np.abs(slope - expected[:, 1:]).max() <= tolerance * (largest[1:].max() + ANGSTROM * largest[0])
    assert np.abs(dynamical.matrices(crystal, q) - expected[:, 0]).max() <= tolerance * largest[0]


def any_structure(rng, atoms, oblique):
    """Atoms anywhere, in the home cell or out of it, of a cell that may be as skew as its sums of vectors."""
    basis = 4 * ANGSTROM * (np.eye(3) + 0.15 * rng.normal(size=(3, 3)))
    basis[2] += oblique * basis[0]
    basis[1] -= oblique * basis[2]
    positions, masses = rng.uniform(-1, 2, (atoms, 3)), rng.uniform(1, 8, atoms) * 1e-26
    return Structure(basis, positions, masses, ("X",) * atoms, np.eye(3, dtype=int)[None], "P1 (1)")


def any_pairs(rng, atoms, bound, share):
    """Some of the T of a box, other ones for every pair of atoms, and some without a force constant."""
    cells = np.stack(np.meshgrid(*(np.arange(-b, b + 1) for b in bound), indexing="ij"), -1).reshape(-1, 3)
    rows = []
    for a in range(atoms):
        for b in range(a, atoms):
            for cell in cells[rng.uniform(size=len(cells)) < share] + (a < b) * rng.integers(-2, 3, 3):
                rows += [(a, b, *cell), (b, a, *-cell)]
    rows = np.unique(rows, axis=0) if rows else np.zeros((0, 5), int)
    phi = rng.normal(size=(len(rows), 3, 3)) * (rng.uniform(size=len(rows)) < 0.8)[:, None, None]
    return PairTable.symmetric(rows[:, 0], rows[:, 1], rows[:, 2:], phi, np.ones(len(rows)))


def any_points(rng):
    """Lines along c* of one point or more, some of them in other zones, Γ among them."""
    lines = [rng.uniform(-1, 1, 3) + np.outer(rng.uniform(-1, 1, n), (0, 0, 1)) for n in rng.integers(1, 5, 4)]
    q = np.vstack([*lines, np.zeros((1, 3))])
    return q + (rng.uniform(size=(len(q), 1)) < 0.3) * rng.integers(-2, 3, q.shape)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 9999),
    atoms=st.integers(1, 4),
    bound=st.tuples(*[st.integers(0, 3)] * 3),
    share=st.sampled_from([0.05, 0.4, 1.0]),
    oblique=st.integers(-2, 2),
)
def test_series_is_the_sum_over_the_table(seed, atoms, bound, share, oblique):
    """Any cell, any T of every pair of atoms, an even or an odd number of them: D and ∂D to 1e-12."""
    rng = np.random.default_rng(seed)
    structure = any_structure(rng, atoms, oblique)
    pairs, q = any_pairs(rng, atoms, bound, share), any_points(rng)
    agree(dynamical.build(structure, pairs, None), q, plain_series(structure, pairs, q))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), atoms=st.integers(1, 4))
def test_dipoles_are_the_sum_over_g(seed, atoms):
    """Any cell, charges and medium, near Γ too: D^dd and ∂D^dd beside an empty and a full series to 1e-12."""
    rng = np.random.default_rng(seed)
    structure = any_structure(rng, atoms, 0)
    root = np.eye(3) + 0.2 * rng.normal(size=(3, 3))
    dielectric = Dielectric(rng.normal(size=(atoms, 3, 3)), 3 * root @ root.T, 2.307e-28)
    width = ewald.width(structure, dielectric)
    dipoles = dipole.build(structure, dielectric, width)
    q = np.vstack([np.zeros(3), 1e-3 * rng.normal(size=3), rng.uniform(-0.4, 0.4, (4, 3))])
    pairs = any_pairs(rng, atoms, (1, 1, 1), 0.5)
    alone = pairs.with_phi(np.zeros_like(pairs.phi))
    for table in (alone, pairs):
        expected = plain_dipoles(structure, dielectric, width, q) + plain_series(structure, table, q)
        agree(dynamical.build(structure, table, dipoles), q, expected, tolerance=1e-12)


@pytest.mark.parametrize("name", CRYSTALS)
def test_series_of_a_crystal_is_the_sum_over_its_table(name):
    """All rules on, points of a mesh, whose lines share work, and others, Γ and near it: D and ∂D to 1e-12."""
    case = physics.case(name)
    structure, crystal = case.structure, replace(case.crystal, dipoles=None)
    mesh = monkhorst_pack(structure, (5, 4, 6), (0.5, 0.0, 0.5), symmetry=False)
    q = np.vstack([mesh.q_kc[7:27], physics.random_q(structure, 4), np.zeros((1, 3)), 1e-3 * np.eye(3)])
    agree(crystal, q, plain_series(structure, case.pairs, q))


@pytest.mark.parametrize("name", CRYSTALS)
def test_table_is_no_more_than_three_times_what_it_holds(name):
    """Every rank receives it: the box of a pair is as large as its reach, and what is empty along c is left out."""
    case = physics.case(name)
    held = np.sum((case.pairs.first <= case.pairs.second) & case.pairs.phi.any(axis=(1, 2)))
    assert case.crystal.nbytes < 3 * held * 9 * 8


def test_pairs_without_force_constants_are_not_laid_out():
    """The table of a crystal whose sums stay on the nearest images has images beyond them, which carry nothing."""
    case = physics.case("P2_13")
    structure, short = case.structure, np.linalg.norm(case.structure.separation(case.pairs), axis=1) < 4 * ANGSTROM
    near = case.pairs.with_phi(np.where(short[:, None, None], case.pairs.phi, 0))
    crystal, q = dynamical.build(structure, near, None), physics.random_q(structure, 5)
    assert np.prod(crystal.sizes) < np.prod(case.crystal.sizes) / 2
    agree(crystal, q, plain_series(structure, near, q))


@pytest.mark.parametrize("name", WIDE)
def test_fewer_g_where_images_reach_far_move_no_frequency(name):
    """The real-space part ends where the images do, for a narrower Gaussian: 1e-8 THz, at |q| = 1e-3 as well."""
    loaded = physics.loaded(name)
    structure, dielectric = loaded.structure, loaded.dielectric
    case = physics.case(name)
    usual = ewald.width(structure, dielectric)
    assert case.dipoles.width < usual
    first, second, cell, _ = ewald.real_space(structure, dielectric, case.dipoles.width)
    x = (cell + structure.fractional_ac[second] - structure.fractional_ac[first]) @ structure.lattice_vc
    reach = images.cutoff(structure, loaded.pairs, loaded.supercell)
    assert 0.95 * reach < np.linalg.norm(x, axis=1).max() <= reach * (1 + 1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ewald, "width_within", lambda *_: np.inf)
        other = supercell.settle(loaded, physics.ALL).crystal
    assert other.dipoles.width == usual
    assert len(case.dipoles.wavevector_gc) < 0.9 * len(other.dipoles.wavevector_gc)
    near = np.random.default_rng(0).normal(size=(30, 3))
    near *= 1e-3 / np.linalg.norm(near, axis=1)[:, None]
    q = np.vstack([physics.random_q(structure, 100), near])
    one, another = (np.sqrt(np.linalg.eigvalsh(dynamical.matrices(c, q))) for c in (case.crystal, other))
    assert np.abs(one - another).max() / physics.THZ < 1e-8
