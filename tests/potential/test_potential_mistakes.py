"""Mistakes about potentials are one line, and nothing that an input names is executed."""

import sys

import pytest
from parallel import world
from potential import toys_of_ase as toys

MARK = "import pathlib\npathlib.Path({!r}).touch()\nfrom ase.calculators.emt import EMT\n"
POSCAR = toys.LAYERS.read_text() if toys.LAYERS.is_file() else ""
EMT = "ase.calculators.emt:EMT"
BAD = [  # changes of the section crystal, key of the complaint, words of it
    ({"calculator": {"ase": "toypotentials:Absent"}}, "calculator.ase", "no attribute 'Absent'"),
    ({"calculator": {"ase": "toypotentials.below:X"}}, "calculator.ase", "cannot be imported"),
    ({"calculator": {"ase": "nowhere:X"}}, "calculator.ase", "no package that is installed"),
    ({"calculator": {"ase": "chgnet_absent:X"}}, "calculator.ase", "no package that is installed"),
    ({"calculator": {"ase": "toypotentials:failing"}}, "calculator.ase", "fails (RuntimeError: no weights)"),
    ({"calculator": {"ase": "toypotentials:nothing"}}, "calculator.ase", "no calculator of ASE"),
    ({"calculator": {"ase": "toypotentials:Mute"}}, "calculator.ase", "computes no forces"),
    ({"calculator": {"ase": "toypotentials:Lost"}}, "calculator.ase", "not finite"),
    ({"calculator": {"ase": "ase.calculators.vasp:Vasp"}}, "calculator.ase", "starts another program"),
    ({"calculator": {"ase": "os:system"}}, "calculator.ase", "no package that is installed"),
    ({"calculator": {"ase": "numpy:load"}}, "calculator.ase", "does not ask for ASE"),
    ({"calculator": {"ase": "ase.io:read", "filename": "x"}}, "calculator.ase", "no class of calculators"),
    ({"calculator": {"ase": EMT, "model": "weights/model.pth"}}, "calculator", "names a file"),
    ({"calculator": {"ase": EMT, "model": [{"a": "/model"}]}}, "calculator", "names a file"),
    ({"calculator": {"ase": "EMT"}}, "calculator.ase", "module:factory"),
    ({"calculator": {"ase": "a/b.py:EMT"}}, "calculator.ase", "module:factory"),
    ({"calculator": {}}, "calculator", "give either ase"),
    ({"calculator": {"ase": EMT, "polymlp": "a"}}, "calculator", "give either ase"),
    ({"calculator": {"polymlp": "absent.yaml"}}, "calculator.polymlp", "no such file"),
    ({"calculator": {"polymlp": "a", "x": 1}}, "calculator", "polymlp takes no x"),
    ({"structure": world.DROP}, "crystal", "needs a structure"),
    ({"structure": "absent"}, "structure", "no such file"),
    ({"structure": "noise.txt"}, "structure", "is no structure"),
    ({"structure": "cut.vasp"}, "structure", "ASE cannot read it"),
    ({"structure": "close.vasp"}, "structure", "Å apart"),
    ({"structure": "chain.xyz"}, "structure", "no three lattice vectors"),
    ({"force_sets": "a"}, "crystal", "leave force_sets out"),
    ({"force_constants": "a"}, "crystal", "give either"),
    ({"displacement": "0 angstrom"}, "displacement", "greater"),
    ({"displacement": "2 angstrom"}, "displacement", "less"),
    ({"supercell": [1, 1, 1]}, "supercell", "opposite faces"),
    ({"supercell": [50, 50, 50]}, "supercell", "more than 5000"),
    ({"supercell": "1 angstrom"}, "supercell", "greater"),
    ({"supercell": "large"}, "supercell", "or 12 angstrom"),
    ({"relax": "all"}, "relax", "none, positions, cell"),
    ({"relax": "cell", "calculator": {"ase": "toypotentials:Swelling"}}, "relax", "diverges"),
    ({"calculator": "vasp", "force_constants": "a", "relax": "cell"}, "crystal", "for a potential only"),
    ({"calculator": "vasp", "force_constants": "a", "supercell": "auto"}, "crystal", "for a potential only"),
]


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """The package of toys, an empty store, and files that are no crystals."""
    monkeypatch.setenv("HPCPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(toys.package(tmp_path / "site"))
    lines = POSCAR.splitlines()
    (tmp_path / "noise.txt").write_text("all is well\n")
    (tmp_path / "cut.vasp").write_text("\n".join(lines[:9]))
    (tmp_path / "close.vasp").write_text("\n".join([*lines[:9], lines[8], *lines[10:]]))
    (tmp_path / "chain.xyz").write_text("2\n\nCu 0 0 0\nAu 0 0 2\n")
    yield
    sys.modules.pop("toypotentials", None)


@pytest.mark.parametrize(("changes", "key", "words"), BAD, ids=lambda value: str(value)[:60])
def test_mistakes_are_one_line(tmp_path, changes, key, words):
    """Key, value and fix; exit code 2; nothing is kept of forces."""
    data = toys.layers(**changes)
    data["crystal"] = {name: value for name, value in data["crystal"].items() if value is not world.DROP}
    done = world.here("check", world.write(tmp_path, data))
    complaint = done.stderr.splitlines()
    assert done.returncode == 2 and len(complaint) == 1, done
    assert complaint[0].startswith(f"hpcph: crystal.{key}".replace("crystal.crystal", "crystal")), complaint
    assert words in complaint[0]
    assert not list((tmp_path / "cache").rglob("*.npy"))


@pytest.mark.parametrize("module", ["mine", "emt", "chgnet"])
def test_no_module_of_a_folder_is_imported(tmp_path, monkeypatch, module):
    """Neither from the current folder nor from one on Python's path that no package was installed into."""
    mark = tmp_path / "mark"
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{module}.py").write_text(MARK.format(str(mark)))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.syspath_prepend(tmp_path / "there")
    monkeypatch.syspath_prepend("")
    done = world.here("check", world.write(tmp_path, toys.layers(f"{module}:EMT")))
    assert done.returncode == 2 and "no package that is installed" in done.stderr and not mark.exists()


def test_what_lies_about_is_not_imported_by_others(tmp_path, monkeypatch):
    """A package that imports a module finds its own, not one of that name in the current folder."""
    mark = tmp_path / "mark"
    (tmp_path / "toypotentials.py").write_text(MARK.format(str(mark)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    done = world.here("check", world.write(tmp_path, toys.layers("toypotentials:Mute")))
    assert "computes no forces" in done.stderr and not mark.exists()


def test_a_store_that_cannot_be_written(tmp_path, monkeypatch):
    """The variable that names another one."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("HPCPH_CACHE", str(tmp_path / "file"))
    done = world.here("check", world.write(tmp_path, toys.layers()))
    assert done.returncode == 2 and done.stderr.startswith("hpcph: HPCPH_CACHE") and done.stderr.count("\n") == 1
