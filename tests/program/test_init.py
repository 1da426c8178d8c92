"""`hpcph init`: whatever files of a crystal a user has, the input that it writes is one that `check` accepts."""

import re
import shutil

import collisions
import numpy as np
import physics
import pytest
from parallel import world
from readers import toys
from readers.test_sets import write

from hpcph.config.load import load
from hpcph.prepare.crystal import crystal

SETS = {  # files that are given, what stands under `crystal`
    "a yaml with force constants": (["phonopy_params.yaml"], {"force_constants": "phonopy_params.yaml"}),
    "a yaml with forces": (["phonopy_forces.yaml"], {"force_constants": "phonopy_forces.yaml"}),
    "displacements and forces": (
        ["FORCE_SETS", "BORN", "phonopy_disp.yaml"],
        {"force_constants": "phonopy_disp.yaml", "force_sets": "FORCE_SETS", "born": "BORN"},
    ),
    "forces and a unit cell": (
        ["POSCAR", "FORCE_SETS", "--supercell", "2,1,2"],
        {"force_constants": "FORCE_SETS", "structure": "POSCAR", "supercell": [2, 1, 2]},
    ),
    "force constants and a unit cell": (
        ["POSCAR", "FORCE_CONSTANTS", "BORN", "--supercell", "2,1,2"],
        {"force_constants": "FORCE_CONSTANTS", "structure": "POSCAR", "supercell": [2, 1, 2], "born": "BORN"},
    ),
    "HDF5": (
        ["force_constants.hdf5", "phonopy_disp.yaml"],
        {"force_constants": "force_constants.hdf5", "structure": "phonopy_disp.yaml"},
    ),
}
REFUSED = {  # files that are given, words of the line
    "nothing that holds force constants": (["POSCAR", "BORN"], "none holds force constants"),
    "no crystal": (["FORCE_SETS"], "add phonopy_disp.yaml or POSCAR"),
    "one too many": (["phonopy_params.yaml", "FORCE_SETS"], "leave one out"),
    "two of a kind": (["POSCAR", "POSCAR", "FORCE_SETS"], "name one of them"),
    "no file": (["missing"], "no such file"),
    "no file of phonopy": (["notes"], "is none of phonopy's yaml"),
    "a supercell that cannot be": (["other", "FORCE_SETS"], "other names no supercell"),
    "a supercell that may be several": (["POSCAR", "FORCE_SETS"], "fits several supercells, 1×2×2, 2×1×2, 2×2×1; say"),
    "no supercell": (["POSCAR", "FORCE_SETS", "--supercell", "2,0,2"], "--supercell = 2,0,2: give three whole"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A triclinic crystal in a supercell of unequal numbers, in every form."""
    path = tmp_path_factory.mktemp("files of a user")
    write(path, toys.triclinic(5, atoms=2))
    (path / "notes").write_text("my notes\n")
    three = toys.triclinic(6, atoms=3).phonopy.unitcell
    from phonopy.interface.vasp import write_vasp

    write_vasp(path / "other", three)
    return path


def arguments(folder, given) -> list:
    """Files in a folder, and options."""
    return [folder / word if (folder / word).exists() or word.isalpha() else word for word in given]


def test_a_supercell_is_found_by_the_symmetry_that_it_leaves(tmp_path):
    """Of the supercells with this number of atoms one alone fits the cubic crystal."""
    write(tmp_path, toys.rocksalt((2, 1, 1)))
    done = world.here("init", tmp_path / "FORCE_SETS", tmp_path / "POSCAR", "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    assert load(tmp_path / "mine.yaml").input.crystal.supercell == [2, 1, 1]


@pytest.mark.parametrize("case", SETS)
def test_check_accepts_what_it_writes(folder, tmp_path, case):
    """Paths are relative to the input, which is in another folder than the files and the user."""
    given, expected = SETS[case]
    path = tmp_path / "inputs" / "mine.yaml"
    path.parent.mkdir()
    done = world.here("init", *arguments(folder, given), "-o", path)
    assert done.returncode == 0 and done.stdout.strip() == str(path), done.stderr
    source = load(path)
    names = {key: getattr(source.input.crystal, key) for key in expected}
    assert {key: world.Path(v).name if isinstance(v, str) else v for key, v in names.items()} == expected
    assert not world.Path(names["force_constants"]).is_absolute()
    checked = world.here("check", path)
    assert checked.returncode == 0, checked.stderr
    reference = load(
        world.write(tmp_path, {"crystal": {"force_constants": str(folder / "phonopy_params.yaml")}, "bands": {}})
    )
    masses = (crystal(one).crystal.structure.mass_a for one in (source, reference))
    np.testing.assert_allclose(*masses)


def test_every_option_that_it_offers_is_one(folder, tmp_path):
    """Each commented line, without its #, is accepted in the place where it stands."""
    done = world.here("init", folder / "phonopy_params.yaml")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("# yaml-language-server: $schema=file://") and lines[0].endswith("/input.schema.json")
    offered = [number for number, line in enumerate(lines) if number > 2 and re.match(r" *# \w", line)]
    assert len(offered) >= 8
    for number in offered:
        changed = [*lines]
        changed[number] = lines[number].replace("# ", "", 1)
        key = changed[number].partition(":")[0].strip()
        if key == "accuracy":  # instead of the grid
            changed = [line for line in changed if not line.startswith("  grid:")]
        if key == "sample":  # which goes on in the next line
            changed[number + 1] = lines[number + 1].replace("#", "", 1)
        if key == "born":
            continue
        load(world.write(tmp_path, "\n".join(changed)))


def test_nothing_is_overwritten(folder, tmp_path):
    """A file that is there stays as it is; exit code 2, one line."""
    path = tmp_path / "mine.yaml"
    path.write_text("mine\n")
    done = world.here("init", folder / "phonopy_params.yaml", "-o", path)
    assert done.returncode == 2 and "nothing is overwritten" in done.stderr and done.stderr.count("\n") == 1
    assert path.read_text() == "mine\n"


def test_a_program_that_keeps_its_crystal_apart_gets_it(tmp_path):
    """TDEP's pairs and cell are one crystal; the pairs alone say what is missing."""
    pairs, cell = (physics.data(f"readers/tdep_Al/infile.{name}") for name in ("forceconstant", "ucposcar"))
    done = world.here("init", pairs, cell, "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0 and world.here("check", tmp_path / "mine.yaml").returncode == 0, done.stderr
    done = world.here("init", pairs)
    assert done.returncode == 2 and "add infile.ucposcar" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "names",
    [["alamode/super444_0.01.xml.xz", "alamode/PbTe.born"],
     ["tdep_MgO/infile.forceconstant", "tdep_MgO/infile.ucposcar", "tdep_MgO/infile.lotosplitting"]],
    ids=["alamode", "tdep"],
)  # fmt: skip
def test_charges_in_rows_of_three_are_known(tmp_path, names):
    """ε and the charges of all atoms, as ALAMODE and TDEP keep them, become crystal.born."""
    done = world.here("init", *(physics.data(f"readers/{name}") for name in names), "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    given = load(tmp_path / "mine.yaml").input.crystal
    assert world.Path(given.born).name == world.Path(names[-1]).name
    assert crystal(load(tmp_path / "mine.yaml")).dielectric is not None


def test_a_grid_of_a_ddb_is_chosen(tmp_path):
    """--supercell is crystal.ngqpt, which no other file has a use for; what its wave vectors allow beside is said."""
    ddb = physics.data("readers/abinit_ddb/trf2_3_DDB.xz")
    done = world.here("init", ddb, "--supercell", "2,2,2", "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    source = load(tmp_path / "mine.yaml")
    assert source.input.crystal.ngqpt == [2, 2, 2] and len(crystal(source).commensurate_qc) == 8
    for words, said in {
        (ddb, "--supercell", "3,3,3"): "lacks q = 0 0 1/3 of the grid 3×3×3: expected another crystal.ngqpt",
        (physics.FILES["embedded"], "--supercell", "2,2,2"): "--supercell = 2,2,2: phonopy_params.yaml.xz says it",
    }.items():
        done = world.here("init", *words)
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1, done.stderr
    given = {"crystal": {**world.QUARTZ["crystal"], "ngqpt": [2, 2, 2]}, "bands": {}}
    done = world.here("check", world.write(tmp_path, given))
    assert done.returncode == 2 and "crystal.ngqpt" in done.stderr and "a DDB of ABINIT" in done.stderr
    several = world.here("check", physics.data("readers/abinit_ddb/ZnSe_hex_qpt_DDB.xz"))
    assert "its largest grid, 10×10×8; crystal.ngqpt chooses another: 8×8×6, 6×6×4" in several.stdout


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty store of forces."""
    monkeypatch.setenv("HPCPH_CACHE", str(tmp_path / "cache"))


@pytest.mark.usefixtures("store")
def test_a_structure_and_a_potential_are_enough(tmp_path):
    """POSCAR and a calculator of ASE: check accepts the input, and computes its forces."""
    poscar = physics.data("readers/ase_phonons/POSCAR")
    emt = "ase.calculators.emt:EMT"
    done = world.here("init", poscar, "--calculator", emt, "--supercell", "2,2,1", "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    given = load(tmp_path / "mine.yaml").input
    assert given.title == "CuAgAu, P3m1 (156)" and given.crystal.potential.ase == emt
    assert given.crystal.supercell == [2, 2, 1] and world.Path(given.crystal.structure).name == "POSCAR"
    checked = world.here("check", tmp_path / "mine.yaml")
    assert checked.returncode == 0 and "P3m1 (156), 3 atoms" in checked.stdout, checked.stderr


@pytest.mark.usefixtures("store")
def test_any_structure_that_ase_reads_and_born_charges_beside_it(tmp_path):
    """A centred cell as CIF, whose primitive cell the mesh is for; the length of the supercell is the usual one."""
    from ase.build import bulk

    bulk("Cu", cubic=True).write(tmp_path / "Cu.cif")
    (tmp_path / "BORN").write_text("14.4\n" + "2 0 0 0 2 0 0 0 2\n" + "0 0 0 0 0 0 0 0 0\n")
    words = (tmp_path / "Cu.cif", tmp_path / "BORN", "--calculator", "ase.calculators.emt:EMT")
    done = world.here("init", *words, "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    given = load(tmp_path / "mine.yaml").input
    assert given.title == "Cu, Fm-3m (225)" and given.mesh.grid == [24, 24, 24] and given.crystal.born == "BORN"
    assert given.crystal.supercell == pytest.approx(12e-10)


@pytest.mark.usefixtures("store")
def test_potentials_that_are_none_are_refused(folder, tmp_path):
    """A word that means nothing, a package that is not there, force constants or two structures beside a potential."""
    (tmp_path / "notes").write_text("my notes\n")
    emt = "ase.calculators.emt:EMT"
    for words, said in {
        (folder / "POSCAR", "--calculator", "sevn"): "did you mean sevenn?",
        (folder / "POSCAR", "--calculator", "nowhere:X"): "no package that is installed",
        (tmp_path / "notes", "--calculator", emt): "is no structure that ASE knows",
        (folder / "POSCAR", folder / "other", "--calculator", emt): "name one of them",
        (folder / "FORCE_SETS", folder / "POSCAR", "--calculator", emt): "leave it or --calculator out",
        (folder / "BORN", "--calculator", emt): "none is a structure",
        (folder / "POSCAR", "--calculator", emt): "No EMT-potential for Si",
    }.items():
        done = world.here("init", *words, "-o", tmp_path / "mine.yaml")
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "mine.yaml").exists()


@pytest.mark.parametrize("given", [
    ["vasp_dfpt/vasprun_fc.xml.xz"], ["vasp_dfpt/POSCAR-unitcell", "vasp_dfpt/vasprun_fc.xml.xz"],
    ["ase_phonons/cache", "ase_phonons/POSCAR"], ["ase_phonons/cache/cache.0x+.json", "ase_phonons/POSCAR"],
    ["ase_phonons/cache", "ase_phonons/POSCAR", "--supercell", "3,3,2"],
    ["hiphive/force_constants.hdf5", "hiphive/POSCAR"],
], ids=lambda given: " ".join(given))  # fmt: skip
def test_files_of_vasp_ase_and_hiphive(tmp_path, given):
    """A run of VASP with its unit cell or alone, ASE's folder or a file in it, hiPhive's HDF5; supercells are found."""
    words = [physics.data(f"readers/{word}") if "/" in word else word for word in given]
    done = world.here("init", *words, "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0 and world.here("check", tmp_path / "mine.yaml").returncode == 0, done.stderr
    found = load(tmp_path / "mine.yaml").input.crystal
    names = {world.Path(word).name for word in (found.force_constants, found.structure) if word}
    wanted = {"cache.eq.json" if path.is_dir() else path.name for path in words if isinstance(path, world.Path)}
    assert names == wanted
    assert found.supercell == ([3, 3, 2] if "hiphive" in given[0] or "--supercell" in given else None)


@pytest.mark.parametrize("case", REFUSED)
def test_files_that_are_no_crystal_are_refused(folder, tmp_path, case):
    """One line that names a file, and nothing is written."""
    given, words = REFUSED[case]
    done = world.here("init", *arguments(folder, given), "-o", tmp_path / "mine.yaml")
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    assert words in done.stderr and not (tmp_path / "mine.yaml").exists()


def test_linewidths_bring_their_temperatures(tmp_path):
    """kappa-m….hdf5 becomes the lifetime; temperatures are some of the file."""
    beside = collisions.beside(tmp_path / "kappa-m113.hdf5", "embedded", (1, 1, 3))
    done = world.here("init", world.QUARTZ["crystal"]["force_constants"], beside, "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    given = load(tmp_path / "mine.yaml").input
    assert given.lifetime.phono3py == "kappa-m113.hdf5" and given.lifetime.interpolate
    assert set(given.temperature) <= set(collisions.T.tolist()) and given.temperature


def test_imaginary_modes_are_allowed_with_a_word(tmp_path):
    """The input says so, for `check` would refuse it otherwise."""
    path = shutil.copy(world.unstable(tmp_path), tmp_path / "soft: #1.yaml")
    done = world.here("init", path, "-o", tmp_path / "mine.yaml")
    assert done.returncode == 0, done.stderr
    given = load(tmp_path / "mine.yaml").input.crystal
    assert given.allow_unstable and given.force_constants == "soft: #1.yaml"
