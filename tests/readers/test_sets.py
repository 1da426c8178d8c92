"""Any set of files that phonopy users have, packed or not, under any name, describes the same crystal."""

import bz2
import gzip
import lzma
from functools import cache

import numpy as np
import phonopy
import physics
import pytest
from phonopy.file_IO import write_BORN, write_FORCE_CONSTANTS, write_force_constants_to_hdf5, write_FORCE_SETS
from phonopy.interface.vasp import write_vasp
from readers import toys
from readers.test_units import load, same

from hpcph.errors import InputError
from hpcph.phonons.modes import diagonalise
from hpcph.readers.files import Files

PACK = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
    ".lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}
SETS = {  # key: file
    "phonopy_params.yaml": {"force_constants": "phonopy_params.yaml"},
    "a yaml with forces": {"force_constants": "phonopy_forces.yaml"},
    "phonopy_disp and FORCE_SETS": {
        "force_constants": "phonopy_disp.yaml",
        "force_sets": "FORCE_SETS",
        "born": "BORN",
    },
    "FORCE_SETS and phonopy_disp": {"force_constants": "FORCE_SETS", "structure": "phonopy_disp.yaml", "born": "BORN"},
    "FORCE_SETS and POSCAR": {"force_constants": "FORCE_SETS", "structure": "POSCAR", "born": "BORN"},
    "POSCAR and FORCE_SETS": {"force_constants": "POSCAR", "force_sets": "FORCE_SETS", "born": "BORN"},
    "all displaced": {"force_constants": "POSCAR", "force_sets": "FORCE_SETS_2", "born": "BORN"},
    "FORCE_CONSTANTS": {"force_constants": "FORCE_CONSTANTS", "structure": "POSCAR", "born": "BORN"},
    "compact FORCE_CONSTANTS": {"force_constants": "FORCE_CONSTANTS_2", "structure": "POSCAR", "born": "BORN"},
    "force_constants.hdf5": {"force_constants": "force_constants.hdf5", "structure": "POSCAR", "born": "BORN"},
    "compact HDF5": {"force_constants": "compact.h5", "structure": "phonopy_disp.yaml", "born": "BORN"},
    "force constants of phono3py": {"force_constants": "fc2.hdf5", "structure": "phonopy_disp.yaml", "born": "BORN"},
    "a structure that holds other force constants": {
        "force_constants": "FORCE_CONSTANTS",
        "structure": "phonopy_other.yaml",
        "born": "BORN",
    },
}
WITHOUT_PRIMITIVE = ("POSCAR",)


def write(folder, toy: toys.Toy) -> None:
    """Every file that phonopy writes of a crystal."""
    import h5py

    ph, moved = toy.phonopy, toy.displaced
    compact = np.ascontiguousarray(ph.force_constants[ph.primitive.p2s_map])
    toys.save(ph, folder / "phonopy_params.yaml", force_constants=True)
    toys.save(moved, folder / "phonopy_forces.yaml", force_sets=True)
    bare = {"born_effective_charge": False, "dielectric_constant": False, "force_sets": False}
    toys.save(moved, folder / "phonopy_disp.yaml", displacements=True, **bare)
    other = phonopy.Phonopy(ph.unitcell, ph.supercell_matrix, ph.primitive_matrix)
    other.force_constants = 2 * ph.force_constants
    toys.save(other, folder / "phonopy_other.yaml", force_constants=True)
    write_FORCE_SETS(moved.dataset, folder / "FORCE_SETS")
    write_FORCE_CONSTANTS(ph.force_constants, folder / "FORCE_CONSTANTS")
    write_FORCE_CONSTANTS(compact, folder / "FORCE_CONSTANTS_2", p2s_map=ph.primitive.p2s_map)
    write_force_constants_to_hdf5(ph.force_constants, folder / "force_constants.hdf5")
    write_force_constants_to_hdf5(compact, folder / "compact.h5", p2s_map=ph.primitive.p2s_map)
    with h5py.File(folder / "fc2.hdf5", "w") as file:
        file.create_dataset("fc2", data=compact, compression="gzip")
        file.create_dataset("p2s_map", data=ph.primitive.p2s_map)
        file.create_dataset("physical_unit", data=["eV/angstrom^2"])
        file["version"] = "4.8"
    if ph.nac_params:
        write_BORN(ph.primitive, ph.nac_params["born"], ph.nac_params["dielectric"], folder / "BORN")
    write_vasp(folder / "POSCAR", ph.unitcell)
    (folder / "FORCE_SETS_2").write_text(all_displaced(ph))


def all_displaced(ph) -> str:
    """FORCE_SETS of random displacements of all atoms."""
    count = 3 * len(ph.supercell)
    u = np.random.default_rng(0).normal(scale=0.01, size=(count, len(ph.supercell), 3))
    f = -np.einsum("abij,dbj->dai", ph.force_constants, u)
    return "\n".join(" ".join(f"{x:.16g}" for x in row) for row in np.concatenate([u, f], -1).reshape(-1, 6))


@pytest.fixture(scope="module")
def crystals(tmp_path_factory):
    """Folders of two crystals with all their files: centred and cubic, and triclinic."""

    @cache
    def folder(name):
        toy = toys.rocksalt((2, 1, 1)) if name == "rocksalt" else toys.triclinic(5, atoms=2)
        path = tmp_path_factory.mktemp(name)
        write(path, toy)
        return path, toy

    return folder


def files(folder, toy, names, suffix="") -> Files:
    plain = "POSCAR" in names.values()
    paths = {key: folder / f"{name}{suffix}" for key, name in names.items()}
    if not toy.charges:
        paths.pop("born", None)
    return Files(**paths, supercell=toy.supercell if plain else None, primitive=toy.primitive if plain else "auto")


@pytest.mark.parametrize("crystal", ["rocksalt", "triclinic"])
@pytest.mark.parametrize("name", list(SETS))
def test_every_set_of_files_gives_the_same_crystal(crystals, crystal, name):
    folder, toy = crystals(crystal)
    expected = load(files(folder, toy, SETS["phonopy_params.yaml"]))
    assert expected.dielectric is not None
    same(load(files(folder, toy, SETS[name])), expected, 2e-6)


@pytest.mark.parametrize("suffix", list(PACK))
@pytest.mark.parametrize(
    "name", ["phonopy_disp and FORCE_SETS", "POSCAR and FORCE_SETS", "compact HDF5", "FORCE_CONSTANTS"]
)
def test_packed_files_are_unpacked(crystals, tmp_path, name, suffix):
    """Every file that can be named, by any packer that phonopy knows, with its ending and without."""
    folder, toy = crystals("triclinic")
    expected = load(files(folder, toy, SETS[name]))
    for ending in {suffix, ""}:
        for file in SETS[name].values():
            (tmp_path / f"{file}{ending}").write_bytes(PACK[suffix]((folder / file).read_bytes()))
        same(load(files(tmp_path, toy, SETS[name], ending)), expected, 1e-12)


def test_names_do_not_matter(crystals, tmp_path):
    """What a file is, is seen from what it holds."""
    folder, toy = crystals("triclinic")
    for number, file in enumerate(("FORCE_SETS", "POSCAR", "BORN", "phonopy_params.yaml", "force_constants.hdf5")):
        (tmp_path / str(number)).write_bytes((folder / file).read_bytes())
    expected = load(files(folder, toy, SETS["POSCAR and FORCE_SETS"]))
    mine = {"supercell": toy.supercell, "structure": tmp_path / "1", "born": tmp_path / "2"}
    same(load(Files(tmp_path / "0", **mine)), expected, 1e-12)
    same(load(Files(tmp_path / "3")), expected)
    same(load(Files(tmp_path / "4", **mine)), expected)


def test_a_matrix_of_the_supercell(crystals, tmp_path):
    """Skew supercells as phonopy's 3×3 matrix; three numbers are its diagonal."""
    skew = ((1, 1, 0), (-1, 1, 0), (0, 0, 1))
    toy = toys.Toy(**{**vars(toys.triclinic(5, atoms=2)), "supercell": skew})
    write(tmp_path, toy)
    expected = load(Files(tmp_path / "phonopy_params.yaml"))
    assert abs(np.linalg.det(np.array(skew))) == 2 and len(expected.commensurate_qc) == 2
    same(load(files(tmp_path, toy, SETS["POSCAR and FORCE_SETS"])), expected, 2e-6)
    folder, diagonal = crystals("triclinic")
    three = load(files(folder, diagonal, SETS["POSCAR and FORCE_SETS"]))
    nine = tuple(map(tuple, np.diag(diagonal.supercell).tolist()))
    same(
        load(Files(folder / "POSCAR", force_sets=folder / "FORCE_SETS", born=folder / "BORN", supercell=nine)), three, 0
    )


@pytest.mark.parametrize(
    "main",
    [
        "force_constants: FORCE_SETS, structure: POSCAR-unitcell",
        "force_constants: POSCAR-unitcell, force_sets: FORCE_SETS",
    ],
)
def test_an_archive_of_vasp(main):
    """MgO as tutorials and archives have it: POSCAR, FORCE_SETS, BORN, the frequencies that phonopy gives."""
    folder = physics.data("cases/poscar_force_sets")
    named = {key: folder / name for key, _, name in (pair.partition(": ") for pair in main.split(", "))}
    crystal = physics.crystal_of(load(Files(**named, born=folder / "BORN", supercell=(2, 2, 2))))
    known = [4.027359, 4.779870, 7.113770, 10.970842, 11.537650, 19.380855]
    ours = diagonalise(crystal, np.array([[0.11, 0.07, 0.23]])).frequency_kn[0] / physics.THZ
    np.testing.assert_allclose(ours, known, atol=1e-5)


@pytest.mark.parametrize(
    "names, key, word",
    [
        ({"force_constants": "phonopy_disp.yaml"}, "crystal.force_constants", "add crystal.force_sets"),
        ({"force_constants": "POSCAR"}, "crystal.force_constants", "add crystal.force_sets"),
        ({"force_constants": "FORCE_SETS"}, "crystal.structure", "add crystal.structure"),
        ({"force_constants": "FORCE_CONSTANTS"}, "crystal.structure", "add crystal.structure"),
        ({"force_constants": "force_constants.hdf5"}, "crystal.structure", "add crystal.structure"),
        ({"force_constants": "BORN"}, "crystal.force_constants", "no force constants"),
        ({"force_constants": "phonopy_params.yaml", "force_sets": "FORCE_SETS"}, "crystal.force_sets", "leave it out"),
        ({"force_constants": "phonopy_forces.yaml", "force_sets": "FORCE_SETS"}, "crystal.force_sets", "leave it out"),
        ({"force_constants": "phonopy_params.yaml", "structure": "POSCAR"}, "crystal.structure", "leave it out"),
        ({"force_constants": "POSCAR", "structure": "phonopy_disp.yaml"}, "crystal.force_constants", "no force const"),
        ({"force_constants": "FORCE_SETS", "structure": "BORN"}, "crystal.structure", "POSCAR"),
        ({"force_constants": "FORCE_SETS", "structure": "FORCE_SETS"}, "crystal.structure", "holds no crystal"),
        ({"force_constants": "FORCE_SETS", "structure": "force_constants.hdf5"}, "crystal.structure", "holds no cry"),
        (
            {"force_constants": "FORCE_CONSTANTS", "structure": "phonopy_disp.yaml", "force_sets": "FORCE_SETS"},
            "crystal.force_sets",
            "FORCE_CONSTANTS already",
        ),
        ({"force_constants": "phonopy_disp.yaml", "force_sets": "BORN"}, "crystal.force_sets", "is no FORCE_SETS"),
        ({"force_constants": "phonopy_disp.yaml", "force_sets": "POSCAR"}, "crystal.force_sets", "is no FORCE_SETS"),
        ({"force_constants": "phonopy_params.yaml", "born": "POSCAR"}, "crystal.born", "is no BORN"),
        ({"force_constants": "phonopy_params.yaml", "born": "phonopy_disp.yaml"}, "crystal.born", "is no BORN"),
        ({"force_constants": "phonopy_params.yaml", "born": "FORCE_SETS"}, "crystal.born", "is no BORN"),
    ],
)
def test_sets_that_lack_or_repeat_something_say_what(crystals, names, key, word):
    """One line that names the key and what to write there."""
    folder, toy = crystals("triclinic")
    paths = {name: folder / file for name, file in names.items()}
    with pytest.raises(InputError) as caught:
        load(Files(**paths, supercell=toy.supercell if "POSCAR" in names.values() else None))
    assert str(caught.value).startswith(key) and word in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "names, word", [({"force_constants": "POSCAR", "force_sets": "FORCE_SETS"}, "add crystal.supercell")]
)
def test_a_unit_cell_needs_its_supercell(crystals, names, word):
    folder, _ = crystals("triclinic")
    with pytest.raises(InputError, match=word):
        load(Files(**{name: folder / file for name, file in names.items()}))


def test_a_supercell_must_not_contradict_the_file(crystals):
    folder, toy = crystals("triclinic")
    path = folder / "phonopy_params.yaml"
    same(load(Files(path, supercell=toy.supercell)), load(Files(path)), 0)
    with pytest.raises(InputError, match=r"crystal.supercell.*leave it out"):
        load(Files(path, supercell=(2, 2, 2)))


def test_a_yaml_of_phonopy_1(tmp_path):
    """No calculator, units in capitals, charges at the top level, no primitive_matrix."""
    toy = toys.triclinic(5, atoms=2)
    text = toys.save(toy.phonopy, tmp_path / "new.yaml", force_constants=True).read_text()
    start, end = text.index("primitive_matrix:"), text.index("supercell_matrix:")
    text = text[:start] + text[end:]
    start, end = text.index("nac:\n"), text.index("force_constants:\n")
    charges = "\n".join(line.removeprefix("  ") for line in text[start:end].splitlines()[1:])
    charges = charges.replace("unit_conversion_factor: 14.399652", "").replace('method: "gonze"', "")
    text = f"{text[:start]}{charges}\n{text[end:]}"
    head = "phonopy:\n  version: 1.11.12\n  frequency_unit_conversion_factor: 15.633302\n"
    head += "  nac_unit_conversion_factor: 14.399652\n"
    text = head + text[text.index("physical_unit:") :].replace('"angstrom"', '"Angstrom"').replace("eV/angs", "eV/Angs")
    (tmp_path / "phonopy.yaml").write_text(text)
    same(load(Files(tmp_path / "phonopy.yaml")), load(Files(tmp_path / "new.yaml")), 1e-9)


def poscar(toy, scale="1", named=True, words=None, mode="Direct", dynamics=False) -> str:
    """One way of many to write a unit cell."""
    factor = float(scale) if float(scale) > 0 else (-float(scale) / abs(np.linalg.det(toy.lattice))) ** (1 / 3)
    if float(scale) < 0:  # the volume that the cell is to have
        factor, scale = 2.0, str(-abs(np.linalg.det(toy.lattice)))
    cartesian = toy.positions @ toy.lattice / factor
    rows = cartesian if mode[0] in "CcKk" else toy.positions
    kinds = " ".join(words or toy.symbols)
    lattice = [" ".join(map(repr, vector)) for vector in (toy.lattice / factor).tolist()]
    head = ["a crystal" if named else kinds, scale, *lattice]
    head += [kinds] * named + [" ".join("1" for _ in toy.symbols)]
    head += ["Selective dynamics"] * dynamics + [mode]
    return "\n".join([*head, *(" ".join(map(repr, row)) + " T T F" * dynamics for row in rows.tolist()), ""])


@pytest.mark.parametrize("mode", ["Direct", "d", "Cartesian", "c", "K"])
@pytest.mark.parametrize(
    "how",
    [{}, {"scale": "2.5"}, {"scale": "-1"}, {"named": False}, {"dynamics": True}, {"words": ("{}_pv", "{}/5f1a")}],
)
def test_every_way_to_write_a_poscar(crystals, tmp_path, how, mode):
    """Scaled Cartesian positions, a volume for a scale, names of pseudopotentials: phonopy misreads these."""
    folder, toy = crystals("triclinic")
    how = dict(how)
    if "words" in how:
        how["words"] = [word.format(symbol) for word, symbol in zip(how["words"], toy.symbols, strict=True)]
    (tmp_path / "POSCAR").write_text(poscar(toy, mode=mode, **how))
    own = {"supercell": toy.supercell, "born": folder / "BORN"}
    expected = load(Files(folder / "POSCAR", force_sets=folder / "FORCE_SETS", **own))
    same(load(Files(tmp_path / "POSCAR", force_sets=folder / "FORCE_SETS", **own)), expected, 1e-9)


def test_displacements_that_the_crystal_does_not_list_are_said(crystals, tmp_path):
    """FORCE_SETS of another set of displacements of the same crystal is good, and may be a mistake."""
    folder, toy = crystals("triclinic")
    for name in ("phonopy_disp.yaml", "FORCE_SETS", "BORN"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    names = SETS["phonopy_disp and FORCE_SETS"]
    expected = load(files(folder, toy, names))
    assert not expected.remarks
    rows = (tmp_path / "FORCE_SETS").read_text().splitlines()
    size = len(toy.phonopy.supercell) + 3
    (tmp_path / "FORCE_SETS").write_text("\n".join([rows[0], "11", *rows[2 : 2 + 11 * size]]))
    loaded = load(files(tmp_path, toy, names))
    assert any("are not those that the file of the crystal lists" in line for line in loaded.remarks)
    same(loaded, expected)


def test_reading_leaves_the_process_as_it_was(crystals, monkeypatch, tmp_path):
    """symfc lifts Python's limit of recursion, phonopy's YAML executes tags, and both may print."""
    import sys

    from phonopy import file_IO
    from phonopy.interface import phonopy_yaml

    monkeypatch.chdir(tmp_path)
    limit, (folder, toy) = sys.getrecursionlimit(), crystals("triclinic")
    load(files(folder, toy, SETS["all displaced"]))
    assert sys.getrecursionlimit() == limit and not list(tmp_path.iterdir())
    for reader in (phonopy_yaml.load_yaml, file_IO.is_file_phonopy_yaml):
        (tmp_path / "p.yaml").write_text("a: !!python/object/apply:os.mkdir [executed]\n")
        try:
            reader(tmp_path / "p.yaml")
        except Exception as err:
            assert "could not determine a constructor" in str(err)
        assert not (tmp_path / "executed").exists()
