"""inputs/data/fetch.py without a network: what it takes for a known file, and that those are the data of the tests."""

import hashlib
import importlib.util
import io
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import physics
import pytest

FETCH = physics.ROOT / "inputs/data/fetch.py"


@pytest.fixture(scope="module")
def fetch():
    spec = importlib.util.spec_from_file_location("fetch", FETCH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["fetch"] = module  # which dataclasses look for
    spec.loader.exec_module(module)
    yield module
    del sys.modules["fetch"]


def archive(folder: Path, files: dict[str, bytes]) -> Path:
    """A source package with these files."""
    with tarfile.open(folder / "x.tar.gz", "w:gz") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return folder / "x.tar.gz"


@pytest.fixture
def package(fetch):
    """One with a file of its folder and a licence."""
    sha = {"A": hashlib.sha256(b"a").hexdigest(), "LICENSE": hashlib.sha256(b"free").hexdigest()}
    return fetch.Package("some==1", "0" * 64, "example/x", sha, lambda *_: None)


def test_known_files_are_taken_out_and_nothing_else(fetch, package, tmp_path):
    """By their place in the package and their content."""
    (tmp_path / "out").mkdir()
    files = {"some-1/example/x/A": b"a", "some-1/LICENSE": b"free", "some-1/example/x/B": b"b", "../evil": b"e"}
    fetch.unpack(archive(tmp_path, files), package, tmp_path / "out")
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == {"A": b"a", "LICENSE": b"free"}


@pytest.mark.parametrize("content", [b"other", None])
def test_another_file_ends_it_in_one_line(fetch, package, tmp_path, content):
    """Changed or missing."""
    files = {"some-1/LICENSE": b"free"} | ({"some-1/example/x/A": content} if content else {})
    with pytest.raises(
        SystemExit, match=r"^fetch.py: some-1/example/x/A of some==1 is not the file that is known here$"
    ):
        fetch.unpack(archive(tmp_path, files), package, tmp_path)


def test_what_pip_refuses_ends_it_in_one_line(fetch, package, tmp_path):
    """And leaves nothing beside the script."""
    with pytest.raises(SystemExit, match=r"^fetch.py: no-such==1 cannot be downloaded: .+$") as ended:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PIP_NO_INDEX", "1")
            fetch.fetch(replace(package, name="no-such==1"), tmp_path / "made")
    assert "\n" not in str(ended.value) and not (tmp_path / "made").exists()


def test_an_unknown_name_is_refused():
    """With those that are known."""
    done = subprocess.run([sys.executable, FETCH, "gold"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "gold: choose quartz_pbe or aln" in done.stderr


def test_the_files_of_aln_are_those_of_the_tests(fetch):
    """Byte for byte, so that what is fetched is the crystal that the tests compare with phono3py."""
    folder = physics.DATA / "aln"
    if not folder.is_dir():
        pytest.skip(f"nothing at {folder}: set HPCPH_DATA to the data folder")
    known = {name: sha for name, sha in fetch.PACKAGES["aln"].files.items() if name != "LICENSE"}
    assert known == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in known}


CP2K = """&COORD
         Si 0.5 0.0 1.0
         O 0.0 0.25 0.0
      &END COORD
      &CELL
         A 4.0 0.0 0.0
         B 0.0 5.0 0.0
         C 0.0 0.0 6.0
         PERIODIC XYZ
      &END CELL
"""


def test_a_cell_of_cp2k_and_its_forces_are_converted(fetch, tmp_path):
    """Cell, units and force constants: an atom that is moved by 0.01 Å is pulled back by 0.02 hartree/bohr."""
    import lzma

    import phonopy

    sources, made = tmp_path / "sources", tmp_path / "made"
    sources.mkdir(), made.mkdir()
    forces = ["16", "6"]
    for atom in (0, 8):
        for axis in range(3):
            step, rows = 0.01 * np.eye(3)[axis], np.zeros((16, 3))
            rows[atom, axis] = -0.02
            forces += ["", str(atom + 1), *(" ".join(map(str, row)) for row in (step, *rows))]
    for name, text in {"Punitcell.inp": CP2K, "BORN": born(), "LICENSE": "free"}.items():
        (sources / name).write_text(text)
    (sources / "FORCE_SETS.xz").write_bytes(lzma.compress("\n".join(forces).encode()))
    fetch.quartz(sources, made)
    found = phonopy.load(made / "phonopy_params.yaml.xz", symmetrize_fc=False, log_level=0)
    assert found.unitcell.symbols == ["Si", "O"] and found.calculator == "cp2k"
    np.testing.assert_allclose(found.unitcell.cell, np.diag([4, 5, 6]))
    np.testing.assert_allclose(found.unitcell.positions, [[0.5, 0, 1], [0, 0.25, 0]])
    np.testing.assert_allclose(found.force_constants[0, 0], 2 * np.eye(3), atol=1e-12)
    assert found.nac_params["born"][1, 2, 2] == -2 and (made / "LICENSE").read_text() == "free"


def born() -> str:
    """ε = 2, charges 2 and −2."""
    nine = " ".join(map(str, np.eye(3).ravel() * 2))
    return f"0.28\n{nine}\n{nine}\n{' '.join(map(str, -2 * np.eye(3).ravel()))}\n"
