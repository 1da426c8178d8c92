"""Any of phonopy's file sets describes the same crystal."""

import lzma

import numpy as np
import phonopy
import physics
import pytest
from phonopy.file_IO import write_FORCE_CONSTANTS, write_force_constants_to_hdf5, write_FORCE_SETS
from phonopy.interface.vasp import write_vasp

from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.phonons import angular_momentum
from hpcph.phonons.modes import diagonalise
from hpcph.prepare import forceconstants
from hpcph.prepare.forceconstants import Files
from hpcph.readers import force_constants as constants


@pytest.fixture(scope="module")
def rocksalt() -> phonopy.Phonopy:
    """A small polar crystal with springs between nearest and next-nearest neighbours."""
    from phonopy.structure.atoms import PhonopyAtoms

    cell = PhonopyAtoms(
        symbols=["Na"] * 4 + ["Cl"] * 4,
        cell=np.eye(3) * 5.6,
        scaled_positions=[
            [0, 0, 0],
            [0, 0.5, 0.5],
            [0.5, 0, 0.5],
            [0.5, 0.5, 0],
            [0.5, 0.5, 0.5],
            [0.5, 0, 0],
            [0, 0.5, 0],
            [0, 0, 0.5],
        ],
    )
    ph = phonopy.Phonopy(cell, supercell_matrix=np.diag([2, 2, 2]), primitive_matrix="F")
    ph.force_constants = _springs(ph.supercell)
    borns = np.array([np.eye(3), -np.eye(3)]) * 1.1
    ph.nac_params = {"born": borns, "dielectric": np.eye(3) * 2.4, "factor": 14.399652}
    return ph


def _springs(cell) -> np.ndarray:
    """Central springs, full force constants in eV/Å²."""
    positions, lattice = cell.scaled_positions, cell.cell
    n = len(positions)
    phi = np.zeros((n, n, 3, 3))
    for i in range(n):
        for j in range(n):
            x = positions[j] - positions[i]
            x = (x - np.rint(x)) @ lattice
            r = np.linalg.norm(x)
            if 0 < r < 4.2:
                phi[i, j] = -(3.0 if r < 3 else 0.7) * np.outer(x, x) / r**2 - 0.05 * np.eye(3)
        phi[i, i] = -phi[i].sum(axis=0)
    return phi


@pytest.fixture(scope="module")
def folder(rocksalt, tmp_path_factory):
    """The crystal in every format."""
    folder = tmp_path_factory.mktemp("files")
    rocksalt.save(folder / "phonopy_params.yaml", settings={"force_constants": True})
    (folder / "phonopy_params.yaml.xz").write_bytes(lzma.compress((folder / "phonopy_params.yaml").read_bytes()))
    write_FORCE_CONSTANTS(rocksalt.force_constants, filename=folder / "FORCE_CONSTANTS")
    write_force_constants_to_hdf5(rocksalt.force_constants, filename=folder / "force_constants.hdf5")
    write_vasp(folder / "POSCAR", rocksalt.unitcell)
    (folder / "BORN").write_text(
        "14.399652\n2.4 0 0 0 2.4 0 0 0 2.4\n1.1 0 0 0 1.1 0 0 0 1.1\n-1.1 0 0 0 -1.1 0 0 0 -1.1\n"
    )
    displaced = phonopy.Phonopy(rocksalt.unitcell, supercell_matrix=np.diag([2, 2, 2]), primitive_matrix="F")
    displaced.generate_displacements(distance=0.01)
    displaced.save(folder / "phonopy_disp.yaml")
    dataset = displaced.dataset
    for entry in dataset["first_atoms"]:
        push = np.asarray(entry["displacement"])
        entry["forces"] = -np.einsum("jvw,v->jw", rocksalt.force_constants[entry["number"]], push)
    write_FORCE_SETS(dataset, filename=folder / "FORCE_SETS")
    return folder


SETS = {
    "phonopy_params.yaml": {"force_constants": "phonopy_params.yaml"},
    "compressed": {"force_constants": "phonopy_params.yaml.xz"},
    "displacements and FORCE_SETS": {
        "force_constants": "phonopy_disp.yaml",
        "force_sets": "FORCE_SETS",
        "born": "BORN",
    },
    "FORCE_CONSTANTS with phonopy_disp": {
        "force_constants": "FORCE_CONSTANTS",
        "structure": "phonopy_disp.yaml",
        "born": "BORN",
    },
    "force_constants.hdf5 with POSCAR": {
        "force_constants": "force_constants.hdf5",
        "structure": "POSCAR",
        "born": "BORN",
    },
}


def _files(folder, names) -> Files:
    supercell = (2, 2, 2) if names.get("structure") == "POSCAR" else None
    primitive = "F" if supercell else "auto"
    return Files(**{key: folder / name for key, name in names.items()}, supercell=supercell, primitive=primitive)


@pytest.mark.parametrize("name", list(SETS))
def test_every_file_set_gives_the_same_crystal(folder, name):
    reference = forceconstants.load(_files(folder, SETS["phonopy_params.yaml"]))
    loaded = forceconstants.load(_files(folder, SETS[name]), constants.read)
    np.testing.assert_allclose(loaded.structure.mass_a, reference.structure.mass_a, rtol=1e-7)  # YAML: six decimals
    for field in ("lattice_vc", "fractional_ac", "rotations"):
        np.testing.assert_allclose(getattr(loaded.structure, field), getattr(reference.structure, field), rtol=1e-9)
    for field in ("first", "second", "cell"):
        np.testing.assert_array_equal(getattr(loaded.pairs, field), getattr(reference.pairs, field))
    np.testing.assert_allclose(loaded.pairs.phi, reference.pairs.phi, atol=1e-7 * np.abs(reference.pairs.phi).max())
    np.testing.assert_allclose(loaded.dielectric.born, reference.dielectric.born, atol=1e-12)
    np.testing.assert_allclose(loaded.dielectric.epsilon, reference.dielectric.epsilon)


def test_nothing_lying_in_the_current_folder_is_picked_up(folder, monkeypatch):
    """phonopy.load takes FORCE_SETS and BORN from the current folder if it finds them there."""
    monkeypatch.chdir(folder)
    with pytest.raises(InputError, match="no force constants"):
        forceconstants.load(Files(folder / "phonopy_disp.yaml"))
    loaded = forceconstants.load(Files(folder / "FORCE_CONSTANTS", structure=folder / "phonopy_disp.yaml"))
    assert loaded.dielectric is None


@pytest.mark.parametrize("content", ["", "a: [", "physical_unit: {}", "\x00\x01", "supercell: 3\nprimitive: 4"])
def test_a_file_that_is_not_phonopys_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "phonopy_params.yaml"
    path.write_text(content)
    with pytest.raises(InputError) as refused:
        forceconstants.load(Files(path))
    assert "crystal.force_constants" in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["nothing.yaml", "a" * 300, "."])
def test_a_file_that_is_not_there(tmp_path, name):
    """Nor could be."""
    with pytest.raises(InputError, match="no such file; give a path"):
        forceconstants.load(Files(tmp_path / name))


def test_the_inverted_crystal_is_the_enantiomorph():
    """P3_121 becomes P3_221; frequencies are those of the inverted file, the phonon polarization has its sign."""
    right, left = physics.loaded("quartz_pbesol"), physics.loaded("quartz_pbesol enantiomorph")
    image = forceconstants.inverted(right)
    assert right.structure.space_group == "P3_121 (152)"
    assert image.structure.space_group == left.structure.space_group == "P3_221 (154)"
    q = np.array([[0, 0, 0.091], [0.1, 0.2, 0.15]])
    modes = {
        name: diagonalise(dynamical.build(case.structure, case.pairs, None), q)
        for name, case in (("right", right), ("image", image), ("left", left))
    }
    l = {name: np.einsum("kinn->kni", angular_momentum.matrices(m).real) for name, m in modes.items()}
    np.testing.assert_allclose(modes["image"].frequency_kn, modes["left"].frequency_kn, rtol=1e-6)
    np.testing.assert_allclose(l["image"], -l["right"], atol=1e-9)
    np.testing.assert_allclose(l["image"], l["left"], atol=1e-4)
    assert np.abs(l["right"]).max() > 0.9
