"""`hpcph check FILE…` without an input: what any files of a crystal are, and an input is an input all the same."""

import lzma
import shutil

import physics
import pytest
from parallel import world
from readers import toys
from readers.test_sets import write

READERS = {  # files, words of the lines
    "quantum espresso": (
        ["qe_q2r/alas.444.fc"],
        ["AlAs, supercell 4×4×4 of its cell; q2r.x of Quantum ESPRESSO", "F-43m (216), 2 atoms",
         "density 3945.6 kg m⁻³", "Born charges from -2.558 to 2.558 e", "ε from 13.744 to 13.744",
         "translational invariance violated by 1.5e-01", "lowest frequency but Γ's"],
    ),
    "units of another calculator": (
        [f"phonopy_units_abinit/{name}.xz" for name in ("phonopy_disp.yaml", "FORCE_SETS")],
        ["phonopy's files, au and eV/angstrom", "(calculator: abinit)", "no Born charges: no dipoles"],
    ),
    "castep": (
        ["castep/zns-25-loadborn.castep_bin.xz"],
        ["SZn, supercell 2×2×2 of its cell; a .castep_bin or .check of CASTEP", "F-43m (216), 2 atoms",
         "density 4284.2 kg m⁻³", "short-range, its dipoles added", "Born charges from -1.949 to 1.949 e"],
    ),
    "shengbte": (
        ["shengbte/CONTROL", "shengbte/FORCE_CONSTANTS_2ND.xz"],
        ["LiCoO2, supercell 3×3×3 of its cell; force constants of ShengBTE", "R-3m (166), 4 atoms", "with CONTROL"],
    ),
    "pairs and their crystal": (
        ["tdep_Al/infile.forceconstant", "tdep_Al/infile.ucposcar"],
        ["Al, supercell", "infile.forceconstant of TDEP", "stable at"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", READERS)
def test_any_format(case):
    """Formula, group, density, supercell, units, dipoles, stability, format, sum rules."""
    names, words = READERS[case]
    done = world.here("check", *(physics.data(f"readers/{name}") for name in names))
    assert done.returncode == 0 and done.stdout.rstrip().endswith(": good"), done.stderr
    for text in words:
        assert text in done.stdout, text


def test_a_skew_supercell_is_a_matrix(tmp_path):
    """Three numbers would not say it."""
    write(tmp_path, toys.rocksalt(((1, 1, 0), (0, 1, 1), (1, 0, 1))))
    done = world.here("check", tmp_path / "phonopy_params.yaml")
    assert done.returncode == 0 and "supercell [[" in done.stdout, done.stderr


def test_an_unstable_crystal_is_told_and_not_refused():
    """Imaginary at a commensurate point: how many points, how deep, where; exit code 0."""
    done = world.here("check", physics.file("mp-8352"))
    assert done.returncode == 0 and done.stdout.rstrip().endswith("mp-8352.yaml.xz: good"), done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("unstable: ")]
    assert "THz at q = (" in line and "at the supercell's wave vectors and between" in line


@pytest.mark.parametrize(("name", "mass"), [("Xy ", "24590.7"), ("   ", "5111.0")])
def test_atoms_of_no_element_have_a_mass(tmp_path, name, mass):
    """They vibrate all the same; phonopy, which knows elements alone, is given no file of them."""
    text = physics.data("readers/qe_q2r/alas.444.fc").read_text()
    path = tmp_path / "alas.fc"
    path.write_text(text.replace("'Al '", f"'{name}'").replace("24590.7", mass))
    done = world.here("check", path)
    assert done.returncode == 0 and "F-43m (216), 2 atoms" in done.stdout, done.stderr
    done = world.here("convert", path, "-o", tmp_path / "out")
    assert done.returncode == 2 and "no atoms but those of elements" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["mine.yaml", "mine", "mine.txt"])
def test_an_input_is_an_input_whatever_it_is_called(tmp_path, name):
    """Told from phonopy's yaml by what it holds."""
    path = world.write(tmp_path, world.quartz(), name)
    done = world.here("check", path)
    assert done.returncode == 0 and done.stdout.rstrip().endswith(f"{name}: good"), done.stderr
    assert "lowest frequency" not in done.stdout


def test_a_yaml_of_phonopy_is_none(tmp_path):
    """Nor is it one packed, or under the name of an input; a wrong input is still complained about as one."""
    packed = physics.FILES["embedded"]
    for name, content in (("a.yaml.xz", packed.read_bytes()), ("input.yaml", lzma.decompress(packed.read_bytes()))):
        (tmp_path / name).write_bytes(content)
        done = world.here("check", tmp_path / name)
        assert done.returncode == 0 and "Si3O6, supercell 4×4×4 of its cell" in done.stdout, done.stderr
    done = world.here("check", world.write(tmp_path, "crystl: {}\n"))
    assert done.returncode == 2 and "did you mean crystal?" in done.stderr


def test_what_does_not_belong_together_is_one_line(tmp_path):
    """Files that make no crystal, several inputs, an option of files beside an input."""
    write(tmp_path, toys.rocksalt((2, 1, 1)))
    shutil.copy(tmp_path / "POSCAR", tmp_path / "another")
    source = world.write(tmp_path, world.quartz())
    (tmp_path / "notes").write_text("my notes\n")
    for words, said in {
        (tmp_path / "POSCAR",): "none holds force constants",
        (tmp_path / "POSCAR", tmp_path / "another"): "name one of them",
        (tmp_path / "notes",): "is none of phonopy's yaml",
        (source, tmp_path / "FORCE_SETS"): "FILES = ",
        (source, "--supercell", "2,1,1"): "is for files without an input",
        (tmp_path / "FORCE_SETS", tmp_path / "POSCAR", "--supercell", "3,1,1"): "supercell",
    }.items():
        done = world.here("check", *words)
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and said in done.stderr, done.stderr
