"""Images of the pairs of a supercell: their sums are what is known, lattice.md §1 and §3."""

import models
import numpy as np
import physics
import pytest
import supercells
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal import dynamical, images

ANGSTROM = 1e-10
EXPONENTS = {"quartz_pbesol": 9, "quartz_lda": 10, "embedded": 18, "zno": 11, "aln": 10, "P6_222": 8, "P6_1": 8}
CRYSTALS = ("embedded", *physics.QUARTZ, "stishovite", "zno", "aln", *physics.CHIRAL, *physics.PHONONDB)
LARGE = [pytest.param(name, marks=pytest.mark.slow) for name in physics.LARGE]


@pytest.mark.parametrize(("name", "expected"), EXPONENTS.items())
def test_likeliest_exponents(name, expected):
    """9 to 11 with Born charges, 8 without, 18 for rigid ions: the table of lattice.md §10."""
    assert physics.case(name).settled.report.exponent == expected


@pytest.mark.parametrize("name", ["quartz_pbesol", "quartz_lda", "zno"])
def test_without_their_charges_the_prior_is_that_of_dipoles(name):
    """Elements of dipoles fall like r⁻³, their variance like r⁻⁶: p = 8 at the most, less than with charges."""
    assert physics.case(name, nac=False).settled.report.exponent <= 8


@pytest.mark.parametrize("expected", [8, 11, 15, 20, 25])
@pytest.mark.parametrize("seed", range(3))
def test_the_exponent_of_elements_drawn_at_random_is_found(expected, seed):
    """Independent Gaussian elements of variance (1 + r/Å)^−p, of which only sums over images are given: p ± 1."""
    structure = physics.loaded("embedded").structure
    supercell = np.diag([3, 3, 3])
    cutoff = 1.5 * images.reach(structure, supercell) + 5 * ANGSTROM
    found, _ = supercells.laid_out(models.drawn(structure, supercell, expected, cutoff, seed))
    assert found.cutoff == pytest.approx(cutoff, abs=0.01 * ANGSTROM)
    assert abs(images.exponent(found) - expected) <= 1


def test_sums_that_say_nothing_leave_the_nearest_image():
    """One pair of atoms, or no force at all, has any exponent."""
    assert images.exponent(supercells.laid_out(models.springs(1, np.eye(3, dtype=int)))[0]) == images.EXPONENTS[-1]


@pytest.mark.parametrize("name", [*CRYSTALS, *LARGE])
def test_what_a_supercell_knows_stays(name):
    """Sums over images and D at its own wave vectors are the file's, for any sharing, with dipoles or without."""
    loaded = physics.loaded(name)
    found, dipoles = supercells.laid_out(loaded)
    known = images.find(loaded.structure, loaded.pairs, loaded.supercell, loaded.commensurate_qc, None, None).sum_g
    assert len(known) == len(loaded.structure.mass_a) ** 2 * round(abs(np.linalg.det(loaded.supercell)))
    tables = [found.nearest(), *(found.shared(found.weight(p)) for p in (6.0, 30.0))]
    plain = dynamical.build(loaded.structure, loaded.pairs, None)
    q = loaded.commensurate_qc[:: -(-len(loaded.commensurate_qc) // 8)]
    expected = dynamical.matrices(plain, q)
    for table in tables:
        difference = found.group_sums(table.phi) - found.group_sums(tables[0].phi)
        assert np.abs(difference).max() < 1e-13 * np.abs(known).max()
        got = dynamical.matrices(dynamical.build(loaded.structure, table, dipoles), q)
        assert np.abs(got - expected).max() < 1e-9 * np.abs(expected).max()
    between = [dynamical.matrices(dynamical.build(loaded.structure, t, dipoles), q + 0.23) for t in tables[:2]]
    assert np.abs(between[1] - between[0]).max() > 1e-6 * np.abs(between[0]).max()


@pytest.mark.parametrize("name", [*CRYSTALS, *LARGE])
def test_every_pair_has_images_of_weight(name):
    """Within the cut-off, for all exponents that occur; and every pair of the file is there."""
    loaded = physics.loaded(name)
    found, _ = supercells.laid_out(loaded)
    for p in (6.0, 30.0, 2.4 * 30):
        assert np.all(found.group_sums(found.weight(p)) > 0)
        share = found.weight(p) / found.group_sums(found.weight(p))[found.group_p]
        assert found.group_sums(share) == pytest.approx(1, abs=1e-12)
    assert found.group_sums(found.pairs.share) == pytest.approx(1, abs=1e-12)
    assert np.sum(found.pairs.share > 0) == len(loaded.pairs.first)
    assert np.linalg.norm(loaded.structure.separation(loaded.pairs), axis=1).max() <= found.cutoff
    assert found.cutoff >= 1.5 * images.reach(loaded.structure, loaded.supercell) + 5 * ANGSTROM


@settings(max_examples=30, deadline=None)
@given(supercell=models.shapes(12), seed=st.integers(0, 99))
def test_images_are_what_the_supercell_repeats(supercell, seed):
    """Of any shape and handedness: two pairs share a number when a vector of its lattice takes one into the other."""
    loaded = models.springs(seed, supercell)
    found, _ = supercells.laid_out(loaded)
    assert len(found.sum_g) == 4 * round(abs(np.linalg.det(supercell)))
    pairs = found.pairs
    some = np.random.default_rng(seed).integers(0, len(pairs.first), (2, 400))
    step = (pairs.cell[some[0]] - pairs.cell[some[1]]) @ np.linalg.inv(supercell)
    expected = np.abs(step - np.rint(step)).max(axis=1) < 1e-9
    for ends in (pairs.first, pairs.second):
        expected &= ends[some[0]] == ends[some[1]]
    assert np.array_equal(found.group_p[some[0]] == found.group_p[some[1]], expected)


@settings(max_examples=60, deadline=None)
@given(supercell=models.shapes(40), turn=models.shapes(1), seed=st.integers(0, 99))
def test_reach_is_half_the_shortest_vector_whatever_the_basis(supercell, turn, seed):
    """Brute force over combinations of the vectors as drawn; the same for any other basis of the supercell."""
    structure, _ = models.triclinic(seed)
    compact = supercells.short(supercell, structure)
    steps = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3), -1).reshape(-1, 3)
    length = np.linalg.norm(steps @ compact @ structure.lattice_vc, axis=1)
    expected = np.sort(length)[1] / 2
    for basis in (supercell, turn @ supercell):
        assert images.reach(structure, basis) == pytest.approx(expected, rel=1e-9)


def test_far_images_get_what_their_weight_says():
    """Two images at r and 2r: shares in the ratio of (1 + r/Å)^−p."""
    found, _ = supercells.laid_out(physics.loaded("zno"))
    table = found.shared(found.weight(10.0))
    group = np.flatnonzero(found.group_p == found.group_p[np.argmax(found.distance_p == found.distance_p.max())])
    inside = group[found.distance_p[group] <= found.cutoff]
    expected = (1 + found.distance_p[inside] / ANGSTROM) ** -10.0
    share = table.share[inside]
    assert share / share.sum() == pytest.approx(expected / expected.sum(), rel=1e-12)
    outside = found.distance_p > found.cutoff
    assert np.all(table.share[outside] == 0)
    assert np.abs(table.phi[outside] - found.pairs.phi[outside]).max(initial=0) == 0
