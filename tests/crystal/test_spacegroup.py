"""Space groups of places, kinds and moments: found through noise, moved onto exactly, named as spglib names them."""

from itertools import product

import numpy as np
import physics
import pytest
import spglib
from hypothesis import given, settings
from hypothesis import strategies as st
from springs import ANGSTROM, CRYSTALS, MASS

from hpcph.crystal import spacegroup
from hpcph.crystal.lattice import Structure

TOLERANCE = 1e-5  # Å
names = st.sampled_from(list(CRYSTALS))
seeds = st.integers(0, 2**32 - 1)


def found(crystal, tolerance=TOLERANCE) -> spacegroup.SymmetricCell:
    mass = np.array([MASS[name[0]] for name in crystal.names]) if crystal.masses is None else crystal.masses
    kinds = spacegroup.kinds(crystal.names, np.asarray(mass))
    cell = crystal.cell * ANGSTROM
    return spacegroup.symmetric_cell(cell, crystal.places, kinds, crystal.moments, tolerance * ANGSTROM)


def name(cell) -> str:
    return spacegroup.name(cell.operations, cell.lattice_vc)


def noise(rng, count, size) -> np.ndarray:
    """Steps in Å, the longest of them as long as `size`."""
    steps = rng.normal(size=(count, 3))
    return steps * size / np.linalg.norm(steps, axis=1).max()


def residue(cell) -> float:
    """Farthest that an image is from its atom, and that an operation is from orthogonal, Å."""
    at, columns = cell.operations, cell.lattice_vc.T
    turned = np.einsum("sij,aj->sai", at.rotations, cell.fractional_ac) + at.translations[:, None]
    apart = turned - cell.fractional_ac[at.images]
    R = columns @ at.rotations @ np.linalg.inv(columns)
    skewed = np.abs(R @ R.swapaxes(1, 2) - np.eye(3)).max()
    return float(np.abs((apart - np.rint(apart)) @ cell.lattice_vc).max() / ANGSTROM + skewed)


@pytest.mark.parametrize("name_", list(CRYSTALS))
def test_the_group_is_named_and_nothing_moves_without_noise(name_):
    cell = found(CRYSTALS[name_])
    assert name(cell) == CRYSTALS[name_].space_group
    assert cell.moved < 1e-13 * ANGSTROM and residue(cell) < 1e-12


@pytest.mark.parametrize("name_", list(physics.FILES))
def test_names_are_those_of_spglib(name_):
    """Of the operations in use, whatever the axes of the file."""
    structure = physics.loaded(name_).structure
    cell = (structure.lattice_vc / ANGSTROM, structure.fractional_ac, structure.kinds + 1)
    dataset = spglib.get_symmetry_dataset(cell, 1e-5)
    assert structure.space_group == f"{dataset.international} ({dataset.number})"
    assert len(structure.operations) == len(dataset.rotations)


@settings(max_examples=100, deadline=None)
@given(name_=names, seed=seeds, size=st.floats(0, 1))
def test_noise_up_to_the_tolerance_is_taken_away(name_, seed, size):
    """The group is that without noise, it holds exactly, and no place is moved by more than noise can be."""
    ideal, rng = CRYSTALS[name_], np.random.default_rng(seed)
    steps = noise(rng, len(ideal.names), size * TOLERANCE)
    cell = found(ideal.moved(steps))
    assert name(cell) == ideal.space_group and len(cell.operations) == len(found(ideal).operations)
    assert residue(cell) < 1e-12
    rms = np.sqrt(np.mean(np.sum(steps**2, axis=1)))
    assert cell.spread <= (rms + 1e-13) * ANGSTROM
    drift = (cell.fractional_ac - ideal.moved(steps).places).mean(axis=0)
    assert np.abs(drift).max() < 1e-14


@settings(max_examples=30, deadline=None)
@given(name_=names, seed=seeds, strain=st.floats(0, 0.7))
def test_a_lattice_of_few_digits_is_made_exact(name_, seed, strain):
    ideal, rng = CRYSTALS[name_], np.random.default_rng(seed)
    vectors = ideal.cell + noise(rng, 3, strain * TOLERANCE)
    kinds = spacegroup.kinds(ideal.names, np.array([MASS[n[0]] for n in ideal.names]))
    cell = spacegroup.symmetric_cell(vectors * ANGSTROM, ideal.places, kinds, None, TOLERANCE * ANGSTROM)
    assert name(cell) == ideal.space_group and residue(cell) < 1e-12
    strain = np.linalg.inv(vectors) @ cell.lattice_vc / ANGSTROM - np.eye(3)
    assert np.abs(np.linalg.eigvals(strain)).max() * np.linalg.norm(vectors, axis=1).min() <= TOLERANCE


@settings(max_examples=30, deadline=None)
@given(name_=names, seed=seeds, atom=st.integers(0, 3), size=st.floats(8, 1e4))
def test_what_is_farther_off_than_the_tolerance_is_no_noise(name_, seed, atom, size):
    """One atom in a direction of no symmetry: whatever is left of the group, nothing moves by more than tolerated."""
    ideal = CRYSTALS[name_]
    step = np.zeros((len(ideal.names), 3))
    step[atom] = np.array([0.4, 0.7, 0.59]) * size * TOLERANCE
    cell = found(ideal.moved(step))
    assert len(cell.operations) < len(found(ideal).operations)
    assert cell.spread <= TOLERANCE * ANGSTROM and residue(cell) < 1e-12
    wider = found(ideal.moved(step), 2 * size * TOLERANCE)
    assert name(wider) == ideal.space_group


@settings(max_examples=60, deadline=None)
@given(name_=names, seed=seeds)
def test_the_group_does_not_depend_on_how_the_crystal_is_written(name_, seed):
    """Axes turned (or reflected), another origin, another order of atoms, noise."""
    ideal, rng = CRYSTALS[name_], np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)  # a mirror would make the other enantiomorph
    order = rng.permutation(len(ideal.names))
    other = ideal.written_otherwise(turn, rng.uniform(size=3), order)
    cell = found(other.moved(noise(rng, len(order), TOLERANCE)))
    assert name(cell) == ideal.space_group and residue(cell) < 1e-12


def test_the_mirror_image_of_a_chiral_group_is_the_other():
    cell = found(CRYSTALS["quartz"])
    assert spacegroup.name(cell.operations.inverted(), cell.lattice_vc) == "P3_221 (154)"


def lowered(masses=None, labels=None, moments=None):
    from dataclasses import replace

    crystal = CRYSTALS["litharge"]
    return replace(crystal, masses=masses, names=labels or crystal.names, moments=moments)


@pytest.mark.parametrize(
    ("how", "space_group"),
    [
        ({"masses": [24.3, 24.3, 16, 18]}, "P4mm (99)"),
        ({"masses": [24.3, 24.3, 16, 16.0000001]}, "P4/nmm (129)"),  # rounding of masses
        ({"masses": [24.3, 25.3, 16, 16]}, "P-4m2 (115)"),
        ({"labels": ("A", "A", "B1", "B2")}, "P4mm (99)"),
        ({"labels": ("A", "A", "B1", "B1")}, "P4/nmm (129)"),
    ],
)
def test_ordered_isotopes_and_labels_are_kinds_of_their_own(how, space_group):
    assert name(found(lowered(**how))) == space_group


def kept_or_reversed(R, image, moments) -> bool:
    """Moments without a lattice change their sign alone; vectors turn as axial ones do (the cell is orthogonal)."""
    turned = moments if moments.ndim == 1 else np.linalg.det(R) * moments @ R.T
    return any(np.abs(moments[image] - sign * turned).max() < 0.01 for sign in (1, -1))


@pytest.mark.parametrize(
    ("moments", "space_group"),
    [
        (np.array([1.0, -1, 0, 0]), "P4/nmm (129)"),  # reversed with the places exchanged
        (np.array([1.0, 1, 0, 0]), "P4/nmm (129)"),
        (np.array([1.0, 0, 0, 0]), "P-4m2 (115)"),
        (np.array([1.0, 1.001, 0, 0]), "P4/nmm (129)"),  # as they come out of a calculation
        (np.zeros(4), "P4/nmm (129)"),
        (np.array([[0, 0, 1.0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]), "P4/nmm (129)"),
        (np.array([[1.0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]]), "Pmmn (59)"),
        (np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 0]]), "Cmme (67)"),
        (np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]]), "Cmm2 (35)"),
    ],
)
def test_moments_leave_the_operations_that_keep_or_reverse_all_of_them(moments, space_group):
    """Force constants are those of the reversed crystal: an operation with time reversal is one of phonons."""
    cell = found(lowered(moments=moments))
    assert name(cell) == space_group
    allowed = found(lowered()).operations
    images = [kept_or_reversed(R, image, moments) for R, image in zip(allowed.rotations, allowed.images, strict=True)]
    assert len(cell.operations) == sum(images)


def test_what_is_lost_is_said():
    """A line for masses and labels, a line for moments, none where nothing tells atoms apart."""
    crystal = lowered(masses=np.array([24.3, 24.3, 16, 18]), moments=np.array([1.0, 0, 0, 0]))
    cell, tolerance = crystal.cell * ANGSTROM, TOLERANCE * ANGSTROM
    masses, magnetic = spacegroup.losses(
        cell, crystal.places, crystal.masses, crystal.names, crystal.moments, tolerance
    )
    assert masses == "masses or labels of atoms keep 8 of 16 operations of P4/nmm (129): P4mm (99)"
    assert magnetic == "magnetic moments keep 4 of 8 operations of P4mm (99): Pmm2 (25)"
    (kept,) = spacegroup.losses(cell, crystal.places, np.ones(4), crystal.names, np.zeros(4), tolerance)
    assert kept == "magnetic moments break nothing of P4/nmm (129)"
    assert spacegroup.losses(cell, crystal.places, np.ones(4), crystal.names, None, tolerance) == []


@settings(max_examples=60, deadline=None)
@given(name_=names, seed=seeds, share=st.floats(0, 1))
def test_what_is_kept_is_a_group_of_allowed_operations(name_, seed, share):
    """Whatever is violated; everything where nothing is; and seekpath is told of this group and no other."""
    cell, rng = found(CRYSTALS[name_]), np.random.default_rng(seed)
    at = cell.operations
    violation = np.where(rng.uniform(size=len(at)) < share, 1.0, 1e-9)
    violation[0] = 0  # the identity
    kept = spacegroup.subgroup(at, violation, 1e-4)
    assert kept[0] and np.all(violation[kept] < 1e-4)
    if np.all(violation < 1e-4):
        assert kept.all()
    some = at.some(kept)
    R = some.rotations
    of_group = {(r.tobytes(), i.tobytes()) for r, i in zip(R, some.images, strict=True)}
    for a in range(len(some)):
        products = [(np.ascontiguousarray(R[a] @ R[b]), some.images[a][some.images[b]]) for b in range(len(some))]
        assert all((r.tobytes(), i.tobytes()) in of_group for r, i in products)
    marked = spacegroup.marked(
        cell.lattice_vc / ANGSTROM, cell.fractional_ac, np.zeros(len(cell.fractional_ac), int), some
    )
    assert len(spglib.get_symmetry_dataset(marked, 1e-5).rotations) == len(some)


@pytest.mark.parametrize("name_", list(CRYSTALS))
def test_a_few_operations_make_all_others(name_):
    """As their products: what holds for them holds for all."""
    at = found(CRYSTALS[name_]).operations
    few = spacegroup.generators(at)
    assert len(few) <= 7
    some = {(at.rotations[g].tobytes(), at.images[g].tobytes()): (at.rotations[g], at.images[g]) for g in few}
    size = 0
    while size < len(some):
        size = len(some)
        for (R, i), g in product(list(some.values()), few):
            made = np.ascontiguousarray(R @ at.rotations[g]), i[at.images[g]]
            some[made[0].tobytes(), made[1].tobytes()] = made
    assert size == len(at)


def test_operations_of_exact_places_are_those_of_spglib():
    """Found from the places, without spglib: the same images of atoms."""
    cell = found(CRYSTALS["quartz"])
    kinds = spacegroup.kinds(CRYSTALS["quartz"].names, np.ones(9))
    located = spacegroup.located(cell.operations.rotations, cell.fractional_ac, kinds)
    np.testing.assert_array_equal(located.images, cell.operations.images)
    apart = located.translations - cell.operations.translations
    np.testing.assert_allclose(apart, np.rint(apart), atol=1e-12)


def test_a_cell_written_twice_as_large_keeps_pure_translations():
    """They count as operations; the point group does not have them twice."""
    crystal = CRYSTALS["wurtzite"]
    places = np.concatenate([crystal.places, crystal.places + np.array([0, 0, 1])]) / [1, 1, 2]
    structure = Structure.of(
        spacegroup.symmetric_cell(
            np.diag([1, 1, 2]) @ crystal.cell * ANGSTROM, places, np.array([0, 0, 1, 1] * 2), None, 1e-15
        ),
        np.ones(8),
        crystal.names * 2,
    )
    assert structure.space_group == "P6_3mc (186)"
    assert len(structure.operations) == 24 and len(structure.rotations) == 12
