"""What a result and a checkpoint say of the program that computed them."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import hpcph
from hpcph.result.provenance import PACKAGE, code, program


def package(folder, **files):
    """A package with sources, and with what is none of them."""
    for name, text in {"a/__init__.py": "", "a/b.py": "x = 1", "a/notes.txt": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_hash_of_the_code_is_that_of_names_and_contents(tmp_path):
    """Wherever the package lies, whatever else lies there; a byte, a name or a file more makes another."""
    own = code(package(tmp_path / "1"))
    assert own == code(package(tmp_path / "deeper/2", **{"a/notes.txt": "more", "a/__pycache__/b.pyc": "x"}))
    others = [{"a/b.py": "x = 2"}, {"a/c.py": ""}, {"a/b.py": "", "a/c.py": "x = 1"}, {"a/b.py": "", "b.py": "x = 1"}]
    found = {own, *(code(package(tmp_path / f"other{i}", **files)) for i, files in enumerate(others))}
    assert len(found) == 1 + len(others)


def test_the_program_is_its_code_and_its_libraries():
    """Every source counts; the code is what is in PACKAGE."""
    assert program()["the code of hpcph"] == code(PACKAGE)
    assert {"the version of numpy", "the version of phonopy"} <= program().keys()
    assert PACKAGE.joinpath("response/weights.py").is_file()


def test_the_version_is_that_of_the_installation(monkeypatch):
    """And says so where nothing is installed; nothing looks for it before it is asked for."""
    from importlib import metadata

    assert hpcph.__version__ == metadata.version("hpcph")

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert hpcph.__version__ == "0+unknown"
    loaded = [sys.executable, "-c", "import sys, hpcph; print('importlib.metadata' in sys.modules)"]
    assert subprocess.run(loaded, capture_output=True, text=True, check=True).stdout == "False\n"
