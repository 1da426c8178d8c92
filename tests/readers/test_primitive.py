"""The axes of a file stay its own: renamed or shortened ones are said, those of a primitive cell never change."""

import numpy as np
import phonopy
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonopy.structure.atoms import PhonopyAtoms
from readers import toys
from readers.test_units import load, same

from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.phonons.modes import diagonalise
from hpcph.readers import primitive
from hpcph.readers.files import Files

Q = np.array([[0.1, 0, 0], [0.13, 0.31, -0.2]])


def frequencies(loaded, q=Q):
    return diagonalise(dynamical.build(loaded.structure, loaded.pairs, None), q).frequency_kn / physics.THZ


def without_matrix(path):
    """As phonopy 1 to 3 wrote it."""
    text = path.read_text()
    start, end = text.index("primitive_matrix:"), text.index("supercell_matrix:")
    path.write_text(text[:start] + text[end:])
    return path


def orthorhombic() -> toys.Toy:
    """Polar along c, axes that spglib orders otherwise."""
    return toys.Toy(np.diag([3.0, 3.5, 4.0]), np.array([[0, 0, 0], [0.5, 0.5, 0.35]]), ("Mg", "O"))


def hexagonal_60() -> toys.Toy:
    a, c = 3.2, 5.1
    lattice = np.array([[a, 0, 0], [a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]])
    return toys.Toy(lattice, np.array([[0, 0, 0], [1 / 3, 1 / 3, 0.4]]), ("Zn", "O"), supercell=(2, 2, 1))


def face_centred() -> toys.Toy:
    """Primitive vectors in another order than phonopy's."""
    return toys.Toy(2.8 * np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]]), np.array([[0, 0, 0], [0.5] * 3]), ("Na", "Cl"))


def left_handed() -> toys.Toy:
    made = orthorhombic()
    return toys.Toy(made.lattice[[1, 0, 2]], made.positions[:, [1, 0, 2]], made.symbols)


@pytest.mark.parametrize("make", [orthorhombic, hexagonal_60, face_centred, left_handed])
def test_a_primitive_cell_keeps_its_axes(tmp_path, make):
    """phonopy's guess renames them; q, grid, shift and paths are in terms of the file's."""
    toy = make()
    path = without_matrix(toys.save(toy.phonopy, tmp_path / "p.yaml", force_constants=True))
    loaded = load(Files(path))
    np.testing.assert_allclose(loaded.structure.lattice_vc, toy.lattice * 1e-10, rtol=1e-9, atol=1e-24)
    assert not any("primitive" in text for text in loaded.remarks)
    toy.phonopy.run_qpoints(Q)
    np.testing.assert_allclose(frequencies(loaded), toy.phonopy.qpoints.frequencies, atol=1e-5)


def test_a_polar_orthorhombic_cell_of_a_poscar():
    """The case whose axes a, b, c came back as b, c, a."""
    folder = physics.data("cases/auto_permutes_axes")
    loaded = load(Files(folder / "FORCE_CONSTANTS", structure=folder / "POSCAR", supercell=(2, 2, 2)))
    known = [0.38585, 0.42427, 0.53161, 2.09990, 2.32084, 2.57837]
    np.testing.assert_allclose(frequencies(loaded)[0], known, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_primitive_cell_is_changed(seed):
    """Any lattice, any choice of its vectors."""
    rng = np.random.default_rng(seed)
    steps = np.eye(3, dtype=int)
    for _ in range(4):
        i, j = rng.permutation(3)[:2]
        steps[i] += rng.integers(-1, 2) * steps[j]
    made = [orthorhombic(), hexagonal_60(), face_centred()][seed % 3]
    cell = PhonopyAtoms(
        symbols=made.symbols, cell=steps @ made.lattice, scaled_positions=made.positions @ np.linalg.inv(steps)
    )
    np.testing.assert_array_equal(primitive.automatic(cell, 1e-5), np.eye(3))


@pytest.mark.parametrize("handed", ["right", "left"])
def test_a_centred_cell_is_shortened_in_one_line_that_says_how(tmp_path, handed):
    """The modes are those of the file's cell at the wave vector that the line tells."""
    toy = toys.rocksalt((2, 1, 1))
    if handed == "left":
        toy = toys.Toy(toy.lattice[[1, 0, 2]], toy.positions, toy.symbols, supercell=(2, 1, 1))
    toy = toys.Toy(**{**vars(toy), "primitive": "P", "charges": ()})
    path = without_matrix(toys.save(toy.phonopy, tmp_path / "p.yaml", force_constants=True))
    loaded, whole = load(Files(path)), load(Files(path, primitive="P"))
    (line,) = loaded.remarks
    assert (
        line.startswith("primitive cell: a' = ")
        and "½" in line
        and "crystal.primitive: P" in line
        and not whole.remarks
    )
    assert len(loaded.structure.mass_a) == 2 and len(whole.structure.mass_a) == 8
    matrix = np.linalg.solve(toy.lattice.T * 1e-10, loaded.structure.lattice_vc.T)  # columns: a', b', c' in a, b, c
    folded = np.sort(frequencies(whole, np.array([[0.1, 0.05, 0.02]]))[0])
    ours = frequencies(loaded, np.array([[0.1, 0.05, 0.02]]) @ matrix)[0]
    assert all(np.abs(folded - nu).min() < 1e-6 for nu in ours)


def test_the_line_says_what_the_axes_are():
    F = np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    R = np.array([[2, -1, -1], [1, 1, -2], [1, 1, 1]]) / 3
    assert "a' = ½b + ½c, b' = ½a + ½c, c' = ½a + ½b;" in primitive.sentence(F)
    assert "a' = ⅔a + ⅓b + ⅓c, b' = −⅓a + ⅓b + ⅓c, c' = −⅓a − ⅔b + ⅓c;" in primitive.sentence(R)
    assert "a' = b, b' = c, c' = a;" in primitive.sentence(np.eye(3)[[2, 0, 1]])
    assert primitive.sentence(np.eye(3)) == ""


def test_a_file_keeps_its_own_primitive_matrix(tmp_path):
    """However odd; crystal.primitive replaces it."""
    toy = toys.rocksalt((2, 1, 1))
    path = toys.save(toy.phonopy, tmp_path / "p.yaml", force_constants=True)
    assert not load(Files(path)).remarks
    odd = np.array([[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]])
    ph = phonopy.Phonopy(toy.phonopy.unitcell, toy.phonopy.supercell_matrix, odd)
    ph.force_constants = toy.phonopy.force_constants
    ph.nac_params = toy.phonopy.nac_params
    other = load(Files(toys.save(ph, tmp_path / "odd.yaml", force_constants=True)))
    np.testing.assert_allclose(other.structure.lattice_vc, (odd.T @ toy.lattice) * 1e-10, atol=1e-19)
    same(load(Files(path, primitive=odd.tolist())), other, 1e-9)


@pytest.mark.parametrize("wanted", ["auto", "F", "P", [[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]])
@pytest.mark.parametrize("own", ["F", "P"])
def test_what_a_file_says_of_its_atoms_goes_with_them(tmp_path, own, wanted):
    """Compact force constants and charges written for one primitive cell, read in another: phonopy takes wrong rows."""
    toy = toys.Toy(**{**vars(toys.rocksalt((2, 1, 1))), "primitive": own})
    ph = toy.phonopy
    ph.force_constants = np.ascontiguousarray(ph.force_constants[ph.primitive.p2s_map])
    path = toys.save(ph, tmp_path / "p.yaml", force_constants=True)
    full = toys.save(toys.rocksalt((2, 1, 1)).phonopy, tmp_path / "full.yaml", force_constants=True)
    loaded = load(Files(without_matrix(path) if own == "P" else path, primitive=wanted))
    expected = load(Files(full, primitive="F" if wanted == "auto" else wanted))
    shape = len(expected.structure.mass_a), len(loaded.structure.mass_a)
    assert shape == ((8, 8) if wanted == "P" else (2, 2))
    same_modes(loaded, expected)
    np.testing.assert_allclose(np.sort(loaded.dielectric.born[:, 0, 0]), np.sort(expected.dielectric.born[:, 0, 0]))


def same_modes(loaded, expected):
    k = np.array([[0.3, 0.11, 0.2]]) * 1e9 / (2 * np.pi)  # Cartesian, the same whatever the axes
    both = [frequencies(x, k @ x.structure.lattice_vc.T) for x in (loaded, expected)]
    np.testing.assert_allclose(*both, atol=1e-5)


@pytest.mark.parametrize(
    "matrix",
    ["I", "R", np.diag([0.5, 1, 1]).tolist(), np.diag([1, 1, 0.9]).tolist(), np.diag([2, 1, 1]).tolist()],
)
def test_a_matrix_that_is_no_translation_of_the_crystal_is_one_line(tmp_path, matrix):
    path = toys.save(toys.rocksalt().phonopy, tmp_path / "p.yaml", force_constants=True)
    with pytest.raises(InputError, match=r"crystal.primitive = .*is no primitive cell of p.yaml") as caught:
        load(Files(path, primitive=matrix))
    assert "\n" not in str(caught.value)


def test_other_masses_are_other_atoms(tmp_path):
    """A cubic cell with one isotope among four is not centred: phonopy would give all four the mass of the first."""
    toy = toys.Toy(**{**vars(toys.rocksalt()), "primitive": "P", "charges": ()})
    ph = toy.phonopy
    masses = np.array(ph.unitcell.masses)
    masses[1] += 1
    cell = ph.unitcell.copy()
    cell.masses = masses
    heavy = phonopy.Phonopy(cell, ph.supercell_matrix, "P")
    heavy.force_constants = ph.force_constants
    path = without_matrix(toys.save(heavy, tmp_path / "p.yaml", force_constants=True))
    loaded = load(Files(path))
    assert len(loaded.structure.mass_a) == 8 and not any("primitive" in text for text in loaded.remarks)
    assert loaded.structure.space_group == "Pm-3m (221)"


def test_force_constants_with_less_translations_than_the_atoms_are_said(tmp_path):
    """As of an antiferromagnet whose moments are not in the file."""
    toy = toys.Toy(**{**vars(toys.rocksalt()), "charges": ()})
    ph, phi = toy.phonopy, toy.phonopy.force_constants.copy()
    for atom in (0, 1):
        for other in range(8):
            phi[atom, other] *= 1.3
            phi[other, atom] = phi[atom, other].T
    ph.force_constants = phi
    path = without_matrix(toys.save(ph, tmp_path / "p.yaml", force_constants=True))
    assert any("translations map on each other differ by" in text for text in load(Files(path)).remarks)
    assert not any("translations" in text for text in load(Files(path, primitive="P")).remarks)
