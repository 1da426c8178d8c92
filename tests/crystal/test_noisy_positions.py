"""Coordinates with the noise of a relaxation, and the same crystal written in other ways: nothing depends on them."""

from dataclasses import replace
from functools import cache

import numpy as np
import phonopy
import pytest
import springs
from hypothesis import given, settings
from hypothesis import strategies as st
from phonopy.file_IO import write_FORCE_CONSTANTS
from phonopy.interface.vasp import write_vasp
from physics import DATA
from springs import CRYSTALS

from hpcph.config.load import load
from hpcph.crystal import dynamical, mesh
from hpcph.errors import InputError
from hpcph.phonons import angular_momentum
from hpcph.phonons.modes import diagonalise
from hpcph.prepare import crystal as source_crystal
from hpcph.prepare import forceconstants
from hpcph.prepare.forceconstants import Files

TOLERANCE = 1e-5  # Å, the default
Q = np.array([[0.11, 0.07, 0.23], [0.31, -0.17, 0.05]])
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=30, deadline=None)


def noise(rng, count, size) -> np.ndarray:
    """Steps in Å, the longest of them as long as `size`."""
    steps = rng.normal(size=(count, 3))
    return steps * size / np.linalg.norm(steps, axis=1).max()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("noisy")


@pytest.fixture(scope="module")
def without_noise(folder):
    """The crystal of a name as the program reads it, once each: examples differ in their noise alone."""
    return cache(lambda name: CRYSTALS[name].loaded(folder / f"{name}.yaml"))


@pytest.fixture(scope="module")
def smallest():
    """Atoms of the primitive cell that phonopy makes of a crystal without noise."""
    return cache(lambda name: len(CRYSTALS[name].phonopy().primitive))


@pytest.mark.parametrize("name", ["rocksalt", "anatase", "wurtzite", "quartz"])
@few
@given(seed=seeds, size=st.floats(0, 1))
def test_noise_up_to_the_tolerance_changes_nothing(folder, without_noise, name, seed, size):
    """Never refused; the group is found, places are moved onto it, and frequencies are those without noise."""
    ideal, rng = CRYSTALS[name], np.random.default_rng(seed)
    noisy = ideal.moved(noise(rng, len(ideal.names), size * TOLERANCE))
    loaded = noisy.loaded(folder / f"{name}-{seed}-{size}.yaml", held=ideal)
    assert loaded.structure.space_group == ideal.space_group
    assert all("positions moved by up to" in line for line in loaded.remarks)
    plain = without_noise(name)
    assert np.abs(springs.frequencies(loaded, Q) - springs.frequencies(plain, Q)).max() < 1e-6
    np.testing.assert_array_equal(loaded.pairs.share, plain.pairs.share)


@few
@given(name=st.sampled_from(["rocksalt", "anatase", "quartz"]), seed=seeds, size=st.floats(1, 100))
def test_noise_beyond_the_tolerance_is_the_crystal_or_a_line_that_names_the_key(folder, name, seed, size):
    """Less symmetry, or one line where atoms of the file do not even repeat each other; a larger tolerance mends it."""
    ideal, rng = CRYSTALS[name], np.random.default_rng(seed)
    noisy = ideal.moved(noise(rng, len(ideal.names), size * TOLERANCE))
    path = folder / f"beyond-{name}-{seed}-{size}.yaml"
    noisy.saved(path, held=ideal, loose=4 * size * TOLERANCE)
    try:
        forceconstants.load(Files(path, symmetry_tolerance=1e-15))
    except InputError as refused:
        assert "crystal.symmetry_tolerance" in str(refused) and "\n" not in str(refused)
    loaded = forceconstants.load(Files(path, symmetry_tolerance=size * 1e-15))
    assert loaded.structure.space_group == ideal.space_group


def test_the_file_of_noisy_rocksalt():
    """phonopy's NaCl with 2e-6 Å of noise: the frequencies of the undisturbed crystal."""
    path = DATA / "cases/noisy_positions/input.yaml"
    if not path.is_file():
        pytest.skip("no such file: set HPCPH_DATA to the data folder")
    found = source_crystal.crystal(load(path))
    assert found.crystal.structure.space_group == "Fm-3m (225)"
    assert "positions moved by up to 3.1e-06 Å onto Fm-3m (225)" in found.remarks
    frequency = diagonalise(found.crystal, Q[:1]).frequency_kn[0] / (2e12 * np.pi)
    np.testing.assert_allclose(frequency, [1.3374, 1.5832, 2.5192, 4.3440, 4.6512, 6.9974], atol=2e-4)


@few
@given(name=st.sampled_from(list(CRYSTALS)), seed=seeds, size=st.floats(0, 1))
def test_the_same_crystal_written_otherwise(folder, without_noise, name, seed, size):
    """Turned axes, another origin and order of atoms, noise: the same group, frequencies, and the same l, turned."""
    ideal, rng = CRYSTALS[name], np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    other = ideal.written_otherwise(turn, rng.uniform(size=3), rng.permutation(len(ideal.names)))
    noisy = other.moved(noise(rng, len(ideal.names), size * TOLERANCE))
    loaded = noisy.loaded(folder / f"otherwise-{name}-{seed}-{size}.yaml", held=other)
    plain = without_noise(name)
    assert loaded.structure.space_group == plain.structure.space_group == ideal.space_group
    modes = [diagonalise(dynamical.build(x.structure, x.pairs, None), Q) for x in (plain, loaded)]
    frequency = [m.frequency_kn / (2e12 * np.pi) for m in modes]
    np.testing.assert_allclose(frequency[1], frequency[0], atol=1e-6)
    l = [np.einsum("kinn->kni", angular_momentum.matrices(m).real) for m in modes]
    gap = np.abs(np.diff(frequency[0], axis=1, prepend=-1, append=1e3))
    alone = np.minimum(gap[:, 1:], gap[:, :-1]) > 0.05
    np.testing.assert_allclose(l[1][alone], (l[0] @ turn.T)[alone], atol=1e-4)


@pytest.mark.parametrize("text", ["  symmetry_tolerance: 1.00000e-03", "symmetry:\n  tolerance: 1.0e-3"])
def test_the_tolerance_of_the_file_is_the_default(folder, text):
    """phonopy writes with which tolerance it found the symmetry; the input overrides it."""
    ideal = CRYSTALS["wurtzite"]
    noisy = ideal.moved(noise(np.random.default_rng(3), 4, 5e-4))
    path = noisy.saved(folder / "stated.yaml", held=ideal)
    lines = path.read_text().splitlines()
    (at,) = [i for i, line in enumerate(lines) if "symmetry_tolerance" in line]
    header = [text] if text.startswith(" ") else []
    before = [] if header else text.splitlines()
    path.write_text("\n".join([*before, *lines[:at], *header, *lines[at + 1 :]]))
    assert forceconstants.load(Files(path)).structure.space_group == ideal.space_group
    assert forceconstants.load(Files(path, symmetry_tolerance=1e-15)).structure.space_group != ideal.space_group


@pytest.mark.parametrize("stated", ["0", "-1e-5", "1e9", "nan", "many", "1e-5 # of what", ""])
def test_a_tolerance_that_makes_no_sense_is_not_believed(folder, stated):
    ideal = CRYSTALS["wurtzite"]
    path = ideal.saved(folder / "senseless.yaml")
    lines = [
        f"  symmetry_tolerance: {stated}" if "symmetry_tolerance" in x else x for x in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines))
    assert forceconstants.load(Files(path)).structure.space_group == ideal.space_group


def test_a_crystal_without_symmetry_is_read_as_it_is(folder):
    """Nothing is moved in P1, whatever the tolerance."""
    ideal = CRYSTALS["quartz"]
    rng = np.random.default_rng(1)
    crystal = ideal.moved(0.3 * rng.normal(size=(9, 3)))
    crystal = replace(crystal, space_group="P1 (1)")
    loaded = crystal.loaded(folder / "p1.yaml")
    assert loaded.structure.space_group == "P1 (1)" and loaded.remarks == ()
    ph = phonopy.load(folder / "p1.yaml", log_level=0)
    np.testing.assert_array_equal(loaded.structure.fractional_ac, ph.primitive.scaled_positions)
    assert mesh.monkhorst_pack(loaded.structure, (2, 2, 2), (0.5, 0.5, 0.5), True).q_kc.shape == (4, 3)


@few
@given(name=st.sampled_from(["rocksalt", "anatase"]), seed=seeds, size=st.floats(1e-3, 1))
def test_the_primitive_cell_is_found_through_noise(folder, smallest, name, seed, size):
    """A plain unit cell, whose centring is hpcph's to find: the cell is as small as without noise."""
    ideal, rng = CRYSTALS[name], np.random.default_rng(seed)
    order = np.argsort(ideal.names, kind="stable")  # as a POSCAR has them
    plain = replace(ideal, primitive="P").written_otherwise(np.eye(3), np.zeros(3), order)
    noisy = plain.moved(noise(rng, len(order), size * TOLERANCE))
    inside = np.floor(noisy.places)  # as a POSCAR has them, too
    noisy, plain = (replace(crystal, places=crystal.places - inside) for crystal in (noisy, plain))
    ph = noisy.phonopy(held=plain)
    where = folder / f"plain-{name}-{seed}-{size}"
    where.mkdir(exist_ok=True)
    write_vasp(where / "POSCAR", ph.unitcell)
    write_FORCE_CONSTANTS(ph.force_constants, filename=where / "FORCE_CONSTANTS", p2s_map=ph.primitive.p2s_map)
    files = Files(where / "FORCE_CONSTANTS", structure=where / "POSCAR", supercell=tuple(np.diag(ideal.supercell)))
    structure = forceconstants.load(files).structure
    assert structure.space_group == ideal.space_group
    assert len(structure.mass_a) == smallest(name)
