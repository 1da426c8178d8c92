"""Meshes, their irreducible points and the blocks handed out to ranks."""

from dataclasses import replace
from itertools import product

import models
import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.crystal import mesh
from hpcph.crystal.lattice import Structure
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, OFF_DIAGONAL

grids = st.tuples(*[st.integers(1, 7)] * 3)
shifts = st.tuples(*[st.sampled_from((0.0, 0.5, 0.25, -0.5, 0.3))] * 3)
crystals = st.sampled_from(("quartz_pbesol", "stishovite", "P2_13"))


@pytest.fixture(scope="module", autouse=True)
def _read_before_hypothesis_runs():
    """Parsers change the recursion limit, which Hypothesis minds."""
    for name in ("quartz_pbesol", "stishovite", "P2_13"):
        if physics.FILES[name].is_file():
            physics.loaded(name)


def keys(q, denominator=4200 * 100):
    """Wave vectors modulo the reciprocal lattice as hashable integers."""
    return [tuple(point) for point in np.rint(np.asarray(q) * denominator).astype(int) % denominator]


@settings(max_examples=60, deadline=None)
@given(name=crystals, grid=grids, shift=shifts, symmetry=st.booleans())
def test_irreducible_points_stand_for_the_whole_mesh(name, grid, shift, symmetry):
    """Weights sum to 1; the images of the irreducible points fill the mesh once, each orbit as large as its weight."""
    structure = physics.loaded(name).structure
    points = mesh.monkhorst_pack(structure, grid, shift, symmetry)
    full = mesh.monkhorst_pack(structure, grid, shift, False)
    assert points.weight_k.sum() == pytest.approx(1, abs=1e-12)
    assert len(full.q_kc) == points.points == np.prod(grid)
    kept = mesh.preserving(structure, grid, shift) if symmetry else np.zeros(len(structure.rotations), bool)
    assert points.dropped == (np.sum(~kept) if symmetry else 0)
    rotations = mesh.reciprocal_rotations(structure.rotations[kept]) if symmetry else np.eye(3)[None]
    reversal = symmetry and np.allclose(2 * np.array(shift) % 1, 0)
    images = [
        np.concatenate([keys(s * (q @ r.T)[None]) for r in rotations for s in ((1, -1) if reversal else (1,))])
        for q in points.q_kc
    ]
    orbits = [{tuple(image) for image in group} for group in images]
    assert [len(orbit) for orbit in orbits] == pytest.approx(points.weight_k * np.prod(grid))
    assert set().union(*orbits) == set(keys(full.q_kc))


@settings(max_examples=60, deadline=None)
@given(name=crystals, q=st.lists(st.tuples(*[st.floats(-3, 3)] * 3), min_size=1, max_size=5))
def test_nearest_image_is_the_shortest_and_equivalent(name, q):
    """Moved by a reciprocal lattice vector, and no image within three zones is shorter."""
    structure = physics.loaded(name).structure
    q = np.array(q)
    moved = mesh.nearest_image(structure, q)
    assert np.abs(moved - q - np.rint(moved - q)).max() < 1e-9
    steps = np.array(list(product(range(-3, 4), repeat=3)))
    lengths = np.linalg.norm((moved[:, None] + steps) @ structure.reciprocal_vc, axis=-1)
    own = np.linalg.norm(moved @ structure.reciprocal_vc, axis=-1)
    assert np.all(own <= lengths.min(axis=1) + 1e-8 * np.linalg.norm(structure.reciprocal_vc))


@settings(max_examples=100, deadline=None)
@given(name=crystals, q=st.tuples(*[st.floats(-1.2, 1.2)] * 3))
def test_points_beyond_a_face_of_the_zone_come_to_the_other_side(name, q):
    """As near to Γ as the nearest image however little a point is beyond; a point of the zone keeps its bits."""
    structure, q = physics.loaded(name).structure, np.array([q])
    found, nearest = mesh.into_zone(structure, q), mesh.nearest_image(structure, q)
    before, after, shortest = (np.linalg.norm(x @ structure.reciprocal_vc) for x in (q, found, nearest))
    assert after <= shortest * (1 + 1e-8)
    assert before > shortest or np.array_equal(found, q)


@settings(max_examples=60, deadline=None)
@given(cell=models.shapes(1), seed=st.integers(0, 999))
def test_the_first_zone_is_the_same_for_any_cell_of_a_lattice(cell, seed):
    """However oblique its vectors are: the nearest image of a wave vector is as long as that of a compact cell."""
    rng = np.random.default_rng(seed)
    lattice = np.eye(3) + 0.1 * rng.normal(size=(3, 3))
    structure = Structure(cell @ lattice, np.zeros((1, 3)), np.ones(1), ("X",), np.eye(3, dtype=int)[None], "P1 (1)")
    q = rng.uniform(-2, 2, (5, 3))
    moved = mesh.nearest_image(structure, q)
    assert np.abs(moved - q - np.rint(moved - q)).max() < 1e-9
    compact = q @ np.linalg.inv(cell).T
    steps = np.array(list(product(range(-2, 3), repeat=3)))
    images = (compact - np.rint(compact))[:, None] + steps
    shortest = np.linalg.norm(images @ (2 * np.pi * np.linalg.inv(lattice).T), axis=-1).min(axis=1)
    assert np.linalg.norm(moved @ structure.reciprocal_vc, axis=-1) == pytest.approx(shortest, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "shift"),
    [
        ("quartz_pbesol", (0, 0, 0.5)),
        ("quartz_lda", (0, 0, 0.5)),
        ("zno", (0, 0, 0.5)),
        ("stishovite", (0.5, 0.5, 0.5)),
        ("P2_13", (0.5, 0.5, 0.5)),
    ],
)
def test_automatic_shift_keeps_the_point_group(name, shift):
    """A half step along c alone where a three-fold axis allows no other; no operation is lost, Γ is not on the mesh."""
    structure = physics.loaded(name).structure
    assert mesh.automatic_shift(structure, (6, 6, 6)) == shift
    points = mesh.monkhorst_pack(structure, (6, 6, 6), shift, True)
    assert points.dropped == 0
    assert np.linalg.norm(points.q_kc, axis=1).min() > 1e-3


def test_a_half_step_along_a_and_b_breaks_the_three_fold_axis():
    """Of point group 32 only the operations that map the mesh onto itself are used."""
    points = mesh.monkhorst_pack(physics.loaded("quartz_pbesol").structure, (4, 4, 4), (0.5, 0.5, 0.5), True)
    assert points.dropped == 4
    assert len(points.operations) == 2


@settings(max_examples=60, deadline=None)
@given(name=crystals, grid=st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 220)), shift=shifts)
def test_blocks_partition_the_points_between_lines(name, grid, shift):
    """Every point lies in one block; lines along c* stay whole unless one is longer than a block."""
    structure = physics.loaded(name).structure
    q = mesh.monkhorst_pack(structure, grid, shift, False).q_kc
    blocks = mesh.blocks(q)
    assert np.concatenate([np.arange(len(q))[block] for block in blocks]).tolist() == list(range(len(q)))
    sizes = [block.stop - block.start for block in blocks]
    assert min(sizes) > 0
    assert max(sizes) < 4 * mesh.BLOCK
    for cut in (block.start for block in blocks[1:]):
        step = q[cut, :2] - q[cut - 1, :2]
        same_line = np.abs(step - np.rint(step)).max() < 1e-9
        assert not (same_line and grid[0] * grid[1] > 1 and grid[2] < mesh.BLOCK)


def test_blocks_stay_few_on_fine_meshes():
    """Not more than MAX_BLOCKS, whatever the number of points."""
    lines = np.stack(np.meshgrid(*[np.arange(n) / n for n in (100, 100, 48)], indexing="ij"), -1).reshape(-1, 3)
    assert len(mesh.blocks(lines)) <= mesh.MAX_BLOCKS
    assert len(mesh.blocks(lines)) > 0.4 * mesh.MAX_BLOCKS


CASES = [("quartz_pbesol", 6, 1e-7), ("quartz_lda", 6, 1e-7), ("zno", 5, 1e-7), ("stishovite", 6, 1e-7)]
CASES += [("P2_13", 4, 1e-7), ("P6_1", 3, 1e-7), ("P6_222", 4, 1e-7), ("P4_332", 2, 1e-7), ("embedded", 4, 1e-11)]
CASES += [("embedded", 8, 1e-11)]
# their cells and positions carry eight digits, and γ^NL is a difference of nearly cancelling branches
EIGHT_DIGITS = {("P6_1", GAMMA_NL): 1e-6, ("P6_222", GAMMA_NL): 1e-6}


@pytest.mark.parametrize(("name", "grid", "tolerance"), CASES)
def test_irreducible_sums_equal_full_sums(name, grid, tolerance):
    """Check 5: sums over irreducible points, averaged over the point group, equal the sums over all points."""
    T = (20, 100, 300) if grid < 8 else (100, 300)  # at 20 K γ^NL nearly cancels: 1.6e-11 on the embedded crystal, 8³
    shift = mesh.automatic_shift(physics.loaded(name).structure, (grid,) * 3)
    reduced, full = (physics.response(name, grid, shift, T, symmetry) for symmetry in (True, False))
    chiral = name != "stishovite"  # there γ^NL and, on even meshes, χ^D are zero
    for tensor in physics.TENSORS if chiral else ((CHI, DIAGONAL), (CHI, OFF_DIAGONAL)):
        one, other = reduced[tensor], full[tensor]
        largest = np.abs(other if chiral else full[CHI]).max(axis=(1, 2))
        bound = EIGHT_DIGITS.get((name, tensor), tolerance)
        assert np.all(np.abs(one - other).max(axis=(1, 2)) < bound * largest), tensor


@settings(max_examples=60, deadline=None)
@given(name=crystals, grid=st.tuples(*[st.integers(1, 24)] * 3), size=st.integers(8, 96))
def test_tapered_blocks_partition_the_points_and_end_small(name, grid, size):
    """Every point lies in one block; none is larger than its part of what is left, a line or the smallest size."""
    q = mesh.monkhorst_pack(physics.loaded(name).structure, grid, (0.5, 0.5, 0.5), False).q_kc
    blocks = mesh.tapered_blocks(q, size)
    assert np.concatenate([np.arange(len(q))[block] for block in blocks]).tolist() == list(range(len(q)))
    line = max(np.diff([*mesh.line_starts(q), len(q)]))
    for block in blocks:
        share = max(size // 3, (len(q) - block.start) // mesh.TAPER)
        assert block.stop - block.start < share + 2 * max(line, size if line >= 2 * size else 0) + 1


@pytest.mark.parametrize("name", ["quartz_pbesol", "stishovite", "P2_13", "zno"])
@pytest.mark.parametrize("length", [15e-10, 40e-10, 111e-10])
def test_a_length_is_the_density_of_every_cell(name, length):
    """Divisions are even, their steps at most 2π/length and no two divisions finer than that; the point group stays,
    for axes that it maps on each other have the same number."""
    structure = physics.loaded(name).structure
    grid = np.array(mesh.dense_grid(structure, length))
    step = np.linalg.norm(structure.reciprocal_vc, axis=1) / grid
    assert np.all(grid % 2 == 0) and np.all(step <= 2 * np.pi / length * (1 + 1e-5))
    assert np.all(np.linalg.norm(structure.reciprocal_vc, axis=1) * length / (2 * np.pi) > grid - 2 - 1e-5)
    kept = mesh.preserving(structure, grid, mesh.automatic_shift(structure, grid))
    other = mesh.preserving(structure, (8, 8, 8), mesh.automatic_shift(structure, (8, 8, 8)))
    assert kept.sum() == other.sum() > 1


def test_a_length_is_that_of_phonopy_up_to_even_numbers():
    """phonopy's --mesh takes the nearest whole number to length |a*|; here it is the next even one."""
    from phonopy.phonon.grid import length2mesh

    for name in ("quartz_pbesol", "stishovite", "zno"):
        structure = physics.loaded(name).structure
        for angstroms in (20.0, 57.0, 100.0):
            theirs = length2mesh(angstroms, structure.lattice_vc * 1e10)
            apart = np.array(mesh.dense_grid(structure, angstroms * 1e-10)) - theirs
            assert np.all((apart >= -1) & (apart <= 2))


def test_the_normal_of_a_layer_has_one_division_whatever_the_length():
    """No waves run along it."""
    structure = replace(physics.loaded("zno").structure, empty=2)
    assert mesh.dense_grid(structure, 50e-10)[2] == 1 and min(mesh.dense_grid(structure, 50e-10)[:2]) > 1
