"""The nearest images of pairs: phonopy's on clean files, and alike for a pair and its reverse whatever the cell."""

import lzma
from itertools import product

import numpy as np
import phonopy
import physics
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hpcph.crystal.lattice import PairTable, Structure
from hpcph.crystal.nearest import nearest, reduced
from hpcph.prepare import forceconstants
from hpcph.prepare.forceconstants import Files

SKEW = sorted((physics.DATA / "phonondb").glob("*.yaml.xz"))  # small and skew supercells of 13 Bravais lattices


def phonopys(ph) -> set:
    """Pairs with their cells and numbers of images by phonopy's svecs."""
    cell, found = ph.primitive, set()
    svecs, multi = cell.get_smallest_vectors()
    for s, a in np.ndindex(multi.shape[:2]):
        count, start = multi[s, a]
        b = cell.p2p_map[cell.s2p_map[s]]
        steps = np.rint(svecs[start : start + count] - cell.scaled_positions[b] + cell.scaled_positions[a])
        found |= {(a, b, *(int(x) for x in step), int(count)) for step in steps}
    return found


def own(pairs: PairTable) -> set:
    """Those of a table."""
    columns = (pairs.first, pairs.second, *pairs.cell.T, np.rint(1 / pairs.share).astype(int))
    return set(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("name", [name for name in physics.FILES if not name.endswith("raw") and name[:3] != "mp-"])
def test_clean_files_have_phonopys_images(name):
    """Every pair, every image, every share."""
    assert own(physics.loaded(name).pairs) == phonopys(physics.phonopys(name))


@pytest.mark.parametrize("path", SKEW, ids=lambda path: path.name.split(".")[0])
def test_skew_supercells_have_phonopys_images(path):
    """A crystal whose places look more symmetric than its force constants are among them."""
    primitive = "auto" if b"primitive_matrix:" in lzma.open(path).read(4096) else "P"  # which phonopy would rename
    theirs = phonopy.load(path, primitive_matrix=primitive, log_level=0)
    assert own(forceconstants.load(Files(path)).pairs) == phonopys(theirs)


def structure(lattice, places) -> Structure:
    count = len(places)
    return Structure(
        np.asarray(lattice, float), places, np.ones(count), ("X",) * count, np.eye(3, dtype=int)[None], "P1"
    )


integers = st.lists(st.integers(-3, 3), min_size=9, max_size=9).map(lambda x: np.reshape(x, (3, 3)))
vectors = st.lists(st.floats(-1, 1), min_size=9, max_size=9).map(lambda x: np.reshape(x, (3, 3)) + 2 * np.eye(3))
halves = st.lists(st.sampled_from([0, 0.25, 0.5, 0.75, 1 / 3]), min_size=6, max_size=6).map(
    lambda x: np.reshape(x, (2, 3))
)


@settings(max_examples=50, deadline=None)
@given(lattice=vectors, supercell=integers, places=halves, noise=st.floats(0, 0.2), square=st.booleans())
def test_images_of_any_cell(lattice, supercell, places, noise, square):
    """As near as a search far around says, shares of a pair sum to one, and every pair has its reverse."""
    assume(0 < abs(round(np.linalg.det(supercell))) <= 12 and abs(np.linalg.det(lattice)) > 1)
    if square:  # ties at every border
        lattice = np.rint(lattice)
        assume(abs(np.linalg.det(lattice)) > 0.5)
    places = places + noise * np.array([[0, 0, 0], [0.3, 0.1, 0.2]])
    crystal = structure(lattice, places)
    box = np.array(list(product(range(-9, 10), repeat=3)))
    inside = box @ np.linalg.inv(supercell)
    cells = box[np.all((inside > -1e-9) & (inside < 1 - 1e-9), axis=1)]
    assert len(cells) == abs(round(np.linalg.det(supercell)))
    atom, cell = np.tile([0, 1], len(cells)), np.repeat(cells, 2, axis=0)
    home = np.array([0, 1])
    found = nearest(crystal, supercell, atom, cell, home, 1e-5)
    table = PairTable.symmetric(
        found.first, atom[found.member], found.cell, np.zeros((len(found.first), 3, 3)), found.share
    )
    np.testing.assert_allclose(table.share[table.reverse], table.share)
    total = np.zeros((2, len(atom)))
    np.add.at(total, (found.first, found.member), found.share)
    np.testing.assert_allclose(total, 1)
    whole = (found.cell - (cell[found.member] - cell[home[found.first]])) @ np.linalg.inv(supercell)
    assert np.abs(whole - np.rint(whole)).max() < 1e-9
    far = np.array(list(product(range(-10, 11), repeat=3))) @ reduced(supercell, crystal)
    length = np.linalg.norm(crystal.separation(table), axis=1)
    for a, s in np.ndindex(2, len(atom)):
        x = cell[s] - cell[home[a]] + far + places[atom[s]] - places[a]
        everywhere = np.sort(np.linalg.norm(x @ lattice, axis=1))
        here = np.sort(length[(found.first == a) & (found.member == s)])
        np.testing.assert_allclose(here, everywhere[: len(here)], atol=1e-9)
        assert everywhere[len(here)] > everywhere[0] + 0.99e-5


@settings(max_examples=100, deadline=None)
@given(
    lattice=vectors,
    shears=st.lists(st.tuples(st.sampled_from([(0, 1), (1, 2), (2, 0), (1, 0)]), st.integers(-40, 40)), max_size=5),
)
def test_a_reduced_basis_is_the_same_lattice_by_its_shortest_vectors(lattice, shears):
    """However skewed the supercell is written."""
    assume(abs(np.linalg.det(lattice)) > 1)
    skewed = np.eye(3, dtype=int)
    for (i, j), count in shears:
        skewed[i] += count * skewed[j]
    cell = structure(lattice, np.zeros((1, 3)))
    basis = reduced(skewed, cell)
    assert abs(round(np.linalg.det(basis))) == 1
    steps = np.array([n for n in product(range(-4, 5), repeat=3) if any(n)])
    shortest = np.linalg.norm(steps @ reduced(np.eye(3, dtype=int), cell) @ lattice, axis=1).min()
    lengths = np.sort(np.linalg.norm(basis @ lattice, axis=1))
    assert lengths[0] == pytest.approx(shortest)
    assert np.all(np.linalg.norm(steps @ basis @ lattice, axis=1) > lengths[0] * (1 - 1e-9))


def test_noise_makes_phonopys_images_differ_from_those_of_the_reverse():
    """The images would matter: in a noisy crystal phonopy's are not symmetric, ours are those without noise."""
    path = physics.DATA / "cases/noisy_positions/phonopy_params.yaml.xz"
    if not path.is_file():
        pytest.skip("no such file: set HPCPH_DATA to the data folder")
    theirs = {entry[:5] for entry in phonopys(phonopy.load(path, log_level=0))}
    assert any((b, a, -i, -j, -k) not in theirs for a, b, i, j, k in theirs)
    ours = {entry[:5] for entry in own(forceconstants.load(Files(path)).pairs)}
    assert all((b, a, -i, -j, -k) in ours for a, b, i, j, k in ours)
