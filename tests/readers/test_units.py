"""The same crystal in the units of any program is the same crystal; units that contradict are refused."""

import json
import lzma

import h5py
import numpy as np
import phonopy
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonopy.file_IO import write_FORCE_CONSTANTS, write_force_constants_to_hdf5, write_FORCE_SETS
from phonopy.interface.calculator import calculator_info, write_crystal_structure
from phonopy.physical_units import get_calculator_physical_units
from readers import toys

from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.phonons.modes import diagonalise
from hpcph.prepare import forceconstants
from hpcph.readers import calculators
from hpcph.readers import force_constants as constants
from hpcph.readers.files import Files

Q = np.array([[0.11, 0.07, 0.23], [0.31, -0.2, 0.44]])
SAME = 1e-6  # relative: phonopy's constants are older than ours
PLAIN = (  # whose format phonopy writes as it is; LAMMPS turns the cell
    "abacus",
    "abinit",
    "aims",
    "castep",
    "dftbp",
    "elk",
    "octopus",
    "pwmat",
    "siesta",
    "vasp",
)
UNIT_FILES = ("abinit", "aims", "castep", "crystal", "qe")


def load(files: Files):
    return forceconstants.load(files, constants.read)


def same(loaded, expected, tolerance=SAME):
    """The same cell, force constants, charges and frequencies."""
    ours, theirs = loaded.structure, expected.structure
    assert ours.density == pytest.approx(theirs.density, rel=tolerance)
    np.testing.assert_allclose(ours.lattice_vc, theirs.lattice_vc, atol=tolerance * np.abs(theirs.lattice_vc).max())
    np.testing.assert_allclose(ours.fractional_ac, theirs.fractional_ac, atol=tolerance)
    np.testing.assert_allclose(ours.mass_a, theirs.mass_a, rtol=1e-6)  # YAML: six decimals
    assert ours.symbols == theirs.symbols and ours.space_group == theirs.space_group
    modes = [diagonalise(dynamical.build(x.structure, x.pairs, None), Q).frequency_kn for x in (loaded, expected)]
    np.testing.assert_allclose(*modes, rtol=tolerance, atol=tolerance * modes[1].max())
    assert (loaded.dielectric is None) == (expected.dielectric is None)
    if expected.dielectric is not None:
        np.testing.assert_allclose(loaded.dielectric.born, expected.dielectric.born, atol=1e-6)
        assert loaded.dielectric.coulomb == pytest.approx(expected.dielectric.coulomb, rel=tolerance)
    np.testing.assert_array_equal(loaded.supercell, expected.supercell)


def test_the_names_are_phonopys():
    assert set(calculators.NAMES) == set(calculator_info)


@pytest.mark.parametrize("name", calculators.NAMES)
def test_units_are_phonopys_within_the_age_of_its_constants(name):
    """Lengths, forces, force constants and e²/4πε₀."""
    ours, theirs = calculators.units(name), get_calculator_physical_units(name)
    assert ours.length == pytest.approx(theirs.distance_to_A, rel=1e-7)
    assert ours.force == pytest.approx(theirs.force_to_eVperA, rel=1e-6)
    frequency = np.sqrt(ours.constant) * get_calculator_physical_units("vasp").factor
    assert frequency == pytest.approx(theirs.factor, rel=1e-6)
    assert ours.coulomb * ours.energy_length == pytest.approx(calculators.COULOMB, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32), name=st.sampled_from(calculators.NAMES), kind=st.sampled_from(["constants", "forces"])
)
def test_a_crystal_in_other_units_is_the_same_crystal(tmp_path_factory, seed, name, kind):
    """Any crystal, written as phonopy writes those of its calculators, with force constants or forces."""
    folder, toy = tmp_path_factory.mktemp("units"), toys.triclinic(seed % 8)
    ph = toy.phonopy if kind == "constants" else toy.displaced
    how = {"force_constants": kind == "constants", "force_sets": kind == "forces", "displacements": kind == "forces"}
    expected = load(Files(toys.save(ph, folder / "natural.yaml", **how)))
    loaded = load(Files(toys.save(toys.in_units(ph, name), folder / "phonopy_params.yaml", **how)))
    same(loaded, expected)
    odd = not np.isclose(calculators.units(name).length, 1) or not np.isclose(calculators.units(name).constant, 1)
    assert any(f"the units of {name}" in text for text in loaded.remarks) == odd


@pytest.mark.parametrize("name", PLAIN)
def test_a_structure_in_the_format_of_a_calculator(tmp_path, name):
    """crystal.calculator for files that do not say: unit cell, FORCE_SETS, FORCE_CONSTANTS and HDF5 of that program."""
    ph = toys.triclinic(3).displaced
    expected = load(Files(toys.save(ph, tmp_path / "natural.yaml", force_sets=True)))
    theirs = toys.in_units(ph, name)
    write_crystal_structure(tmp_path / "structure", theirs.unitcell, name)
    write_FORCE_SETS(theirs.dataset, tmp_path / "FORCE_SETS")
    write_FORCE_CONSTANTS(theirs.force_constants, tmp_path / "FORCE_CONSTANTS")
    write_force_constants_to_hdf5(theirs.force_constants, tmp_path / "plain.hdf5")
    unit = get_calculator_physical_units(name).force_constants_unit
    write_force_constants_to_hdf5(theirs.force_constants, tmp_path / "unit.hdf5", physical_unit=unit)
    write_force_constants_to_hdf5(ph.force_constants, tmp_path / "ev.hdf5", physical_unit="eV/Angstrom^2")
    own = {"structure": tmp_path / "structure", "supercell": (2, 1, 2), "calculator": name}
    for main in ("FORCE_SETS", "FORCE_CONSTANTS", "plain.hdf5", "unit.hdf5", "ev.hdf5"):
        loaded = load(Files(tmp_path / main, **own))
        loaded = forceconstants.replace(loaded, dielectric=expected.dielectric)
        same(loaded, expected, 3e-6)  # formats with few digits


@pytest.mark.parametrize("name", UNIT_FILES)
def test_files_of_real_programs_have_phonopys_frequencies(tmp_path, name):
    """NaCl and diamond by five programs, with Born charges where there are some."""
    folder = physics.data(f"readers/phonopy_units_{name}")
    packed = {key: path for key in ("FORCE_SETS", "BORN") if (path := folder / f"{key}.xz").exists()}
    for key, path in packed.items():
        (tmp_path / key).write_bytes(lzma.open(path).read())
    born = {"born_filename": tmp_path / "BORN"} if "BORN" in packed else {}
    theirs = phonopy.load(folder / "phonopy_disp.yaml.xz", force_sets_filename=tmp_path / "FORCE_SETS", **born)
    loaded = load(Files(folder / "phonopy_disp.yaml.xz", force_sets=packed["FORCE_SETS"], born=packed.get("BORN")))
    crystal = physics.crystal_of(loaded)
    theirs.run_qpoints(Q)
    ours = diagonalise(crystal, Q).frequency_kn / physics.THZ
    np.testing.assert_allclose(ours, theirs.qpoints.frequencies, atol=1e-5)
    reference = json.loads(next(folder.glob("reference_*.json")).read_text())
    known = diagonalise(crystal, np.array(reference["q"])).frequency_kn / physics.THZ
    np.testing.assert_allclose(known, reference["frequency_THz"], atol=2e-3)  # force constants not symmetrised there


def test_a_yaml_of_qe_has_phonopys_frequencies():
    """The case that had its highest mode at 1.06 THz and a density of 312 kg m⁻³."""
    loaded = load(Files(physics.data("cases/qe_units/phonopy_params_NaCl-QE.yaml.xz")))
    known = [1.332149, 1.580983, 2.515925, 4.280719, 4.581623, 6.989278]
    ours = diagonalise(physics.crystal_of(loaded), Q[:1]).frequency_kn[0] / physics.THZ
    np.testing.assert_allclose(ours, known, atol=1e-5)
    assert loaded.structure.density == pytest.approx(2107, abs=1)


def refused(tmp_path, change, **files) -> str:
    path = toys.save(toys.in_units(toys.rocksalt().phonopy, "qe"), tmp_path / "p.yaml", force_constants=True)
    text = change(path.read_text())
    assert text != path.read_text() or files
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load(Files(path, **files))
    assert "\n" not in str(caught.value)
    return str(caught.value)


BLOCK = '  length: "au"\n  force_constants: "Ry/au^2"\n'


@pytest.mark.parametrize(
    "old, new, word",
    [
        ("calculator: qe", "calculator: gaussian", "gaussian"),
        ("calculator: qe", "calculator: [qe]", "does not know"),
        ('length: "au"', 'length: "angstrom"', "says angstrom, which is not of qe"),
        ('"Ry/au^2"', '"eV/angstrom^2"', "says ev/angstrom^2, which is not of qe"),
        ("calculator: qe", "calculator: vasp", "says au, which is not of vasp"),
        ("calculator: qe", "calculator: siesta", "says ry/au^2, which is not of siesta"),
        ("calculator: qe", "calculator: elk", "says ry/au^2, which is not of elk"),
        ("  calculator: qe\n", "", ""),
        (BLOCK, "  length: furlong\n", "says furlong"),
        ('atomic_mass: "AMU"', 'atomic_mass: "kg"', "atomic masses"),
        ("physical_unit:\n", "physical_unit: nothing\nother:\n", "no list of units"),
        ("unit_conversion_factor: 2.000000", "unit_conversion_factor: 14.4", "14.4, that of qe 2"),
        ("unit_conversion_factor: 2.000000", "unit_conversion_factor: .nan", "that of qe 2"),
        ("unit_conversion_factor: 2.000000", "unit_conversion_factor: two", "that of qe 2"),
    ],
)
def test_units_that_contradict_are_refused(tmp_path, old, new, word):
    """Calculator, physical_unit and the factor for charges must say the same; one line names both."""
    if not word:  # without the calculator the two units say which one it was
        path = toys.save(toys.in_units(toys.rocksalt().phonopy, "qe"), tmp_path / "p.yaml", force_constants=True)
        expected = load(Files(path))
        path.write_text(path.read_text().replace(old, new))
        return same(load(Files(path)), expected, 1e-12)
    assert word in refused(tmp_path, lambda text: text.replace(old, new))


def test_the_key_must_not_contradict_the_file(tmp_path):
    assert "p.yaml says qe" in refused(tmp_path, lambda text: text, calculator="vasp")
    path = tmp_path / "p.yaml"
    same(load(Files(path, calculator="qlm")), load(Files(path)), 1e-12)  # another name of the same units


def test_lengths_alone_may_not_say_enough(tmp_path):
    """au is of eleven calculators with four units of force constants: the key decides."""

    def change(text):
        return text.replace("  calculator: qe\n", "").replace('  force_constants: "Ry/au^2"\n', "")

    assert "crystal.calculator names the program" in refused(tmp_path, change)
    path = tmp_path / "p.yaml"
    loaded = load(Files(path, calculator="qe"))
    same(loaded, load(Files(toys.save(toys.rocksalt().phonopy, tmp_path / "natural.yaml", force_constants=True))))


@pytest.mark.parametrize("length", ['"Angstrom"', "Angstrom", '"angstrom"', "Å", "ang"])
@pytest.mark.parametrize("constant", ['"eV/Angstrom^2"', "eV/angstrom^2", "eV/angstrom**2"])
def test_old_spellings(tmp_path, length, constant):
    """`length: "Angstrom"` of phonopy before 2.7, which phonopy itself refuses today."""
    path = toys.save(toys.rocksalt().phonopy, tmp_path / "natural.yaml", force_constants=True)
    expected = load(Files(path))
    text = path.read_text()
    old = text.replace('"angstrom"', length).replace('"eV/angstrom^2"', constant)
    assert old != text or (length, constant) == ('"angstrom"', '"eV/angstrom^2"')
    path.write_text(old)
    same(load(Files(path)), expected, 1e-12)


def test_the_former_name_of_qe(tmp_path):
    path = toys.save(toys.in_units(toys.rocksalt().phonopy, "qe"), tmp_path / "p.yaml", force_constants=True)
    expected = load(Files(path))
    path.write_text(path.read_text().replace("calculator: qe", "calculator: pwscf"))
    same(load(Files(path)), expected, 1e-12)


def test_a_phono3py_file_says_its_calculator_under_its_own_name(tmp_path):
    path = toys.save(toys.in_units(toys.rocksalt().phonopy, "qe"), tmp_path / "p.yaml", force_constants=True)
    expected = load(Files(path))
    path.write_text(path.read_text().replace("phonopy:\n", "phono3py:\n"))
    same(load(Files(path)), expected, 1e-12)


@pytest.mark.parametrize("unit", ["stone/fathom", "eV/angstrom", ""])
def test_hdf5_in_a_unit_that_phonopy_does_not_know(tmp_path, unit):
    ph = toys.rocksalt().phonopy
    toys.save(ph, tmp_path / "s.yaml")
    write_force_constants_to_hdf5(ph.force_constants, tmp_path / "fc.hdf5", physical_unit=unit)
    with pytest.raises(InputError, match="a unit that phonopy does not know"):
        load(Files(tmp_path / "fc.hdf5", structure=tmp_path / "s.yaml"))


def test_the_factor_of_a_born_file_is_compared(tmp_path):
    """14.4 in the first line of BORN is VASP's; of a calculation in Ry and bohr it is 2."""
    ph = toys.in_units(toys.rocksalt().phonopy, "qe")
    toys.save(ph, tmp_path / "p.yaml", force_constants=True, born_effective_charge=False, dielectric_constant=False)
    numbers = "\n2.4 0 0 0 2.4 0 0 0 2.4\n1.1 0 0 0 1.1 0 0 0 1.1\n-1.1 0 0 0 -1.1 0 0 0 -1.1\n"
    for head, good in (("2.0", True), ("# default", True), ("2.003", True), ("14.400", False), ("0", False)):
        (tmp_path / "BORN").write_text(head + numbers)
        files = Files(tmp_path / "p.yaml", born=tmp_path / "BORN")
        if good:
            assert load(files).dielectric.coulomb == pytest.approx(2.307e-28, rel=2e-3)
        else:
            with pytest.raises(InputError, match=r"crystal.born.*that of qe 2 "):
                load(files)


def test_the_file_of_hdf5_is_not_changed_by_reading(tmp_path):
    """Nor does a reader leave it open."""
    ph = toys.rocksalt().phonopy
    toys.save(ph, tmp_path / "s.yaml")
    write_force_constants_to_hdf5(ph.force_constants, tmp_path / "fc.hdf5")
    before = (tmp_path / "fc.hdf5").read_bytes()
    load(Files(tmp_path / "fc.hdf5", structure=tmp_path / "s.yaml"))
    with h5py.File(tmp_path / "fc.hdf5", "r+"):
        pass
    assert (tmp_path / "fc.hdf5").read_bytes() == before
