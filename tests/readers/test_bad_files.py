"""Odd and bad files: each is one line that names its key, exit code 2, whatever phonopy would make of it."""

import os

import pytest
from parallel import world
from readers import spoilt_phonopy
from readers.spoilt_phonopy import CONSTANTS, FC, FORCES, GROUPS, HDF5, YAML
from readers.test_sets import write

KINDS = {
    f"{names[changed]} {kind}": (names, changed, key, *what)
    for names, changed, key, kinds in GROUPS
    for kind, what in kinds.items()
}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The files that are spoilt."""
    folder = tmp_path_factory.mktemp("good")
    write(folder, spoilt_phonopy.TOY)
    return folder


def check(folder, crystal):
    data = {"crystal": {"sum_rules": [], **crystal}, "orbits": {"q": [[0, 0, 0.1]]}}
    return world.here("check", world.write(folder, data))


def complaint(folder, crystal):
    """What a check says of files that it refuses: one line, exit code 2, nothing else."""
    done = check(folder, crystal)
    assert done.returncode == 2 and not done.stdout, done
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("hpcph: ") and len(done.stderr) < 700, done.stderr
    return done.stderr.removeprefix("hpcph: ")


def copied(good, folder, names):
    for key, name in names.items():
        if key not in ("supercell", "calculator"):
            (folder / name).write_bytes((good / name).read_bytes())
    return folder


@pytest.mark.parametrize(
    "names", {str(g[0]): g[0] for g in GROUPS[:-6]}.values(), ids=lambda n: " ".join(map(str, n.values()))
)
def test_the_files_that_are_spoilt_are_good(good, tmp_path, names):
    """Without it the tests below would prove nothing."""
    done = check(copied(good, tmp_path, names), names)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_bad_file_is_one_line(good, tmp_path, kind):
    names, changed, key, spoil, words = KINDS[kind]
    path = copied(good, tmp_path, names) / names[changed]
    path.write_bytes(spoil(path.read_bytes()))
    found = complaint(tmp_path, names)
    assert found.startswith(key) and words in found, found


@pytest.mark.parametrize("kind", list(spoilt_phonopy.CONTENTS))
def test_bad_hdf5_is_one_line(good, tmp_path, kind):
    spoil, words = spoilt_phonopy.CONTENTS[kind]
    path = copied(good, tmp_path, HDF5) / "force_constants.hdf5"
    (tmp_path / "good.hdf5").write_bytes(path.read_bytes())
    spoil(path)
    found = complaint(tmp_path, HDF5)
    assert found.startswith(FC) and words in found, found


@pytest.mark.parametrize("key", ["force_constants", "structure", "force_sets", "born"])
@pytest.mark.parametrize("what", ["nothing", "a folder", "a pipe", "a loop"])
def test_what_is_no_file_is_one_line(good, tmp_path, key, what):
    """A pipe would keep the run waiting."""
    names = {**(FORCES if key == "force_sets" else {**CONSTANTS, "born": "BORN"}), key: "odd"}
    copied(good, tmp_path, {k: name for k, name in names.items() if name != "odd"})
    odd = tmp_path / "odd"
    make = {"a folder": odd.mkdir, "a pipe": lambda: os.mkfifo(odd), "a loop": lambda: odd.symlink_to(odd)}
    make.get(what, lambda: None)()
    found = complaint(tmp_path, names)
    assert found.startswith(f"crystal.{key}") and "no such file; give a path relative" in found


def test_a_file_that_may_not_be_read(good, tmp_path, monkeypatch):
    """Root may read everything, so the system's refusal is played."""
    from hpcph.readers import files

    def refusing(*_):
        raise PermissionError(13, "Permission denied")

    copied(good, tmp_path, YAML)
    monkeypatch.setattr(files, "open", refusing, raising=False)
    assert "cannot be read (Permission denied)" in complaint(tmp_path, YAML)


def test_a_file_that_is_larger_than_the_memory(good, tmp_path):
    """Of a terabyte of nothing not a byte is looked at."""
    copied(good, tmp_path, YAML)
    os.truncate(tmp_path / YAML["force_constants"], 1 << 40)
    assert "is larger than 8 GiB" in complaint(tmp_path, YAML)


def test_there_are_more_than_a_hundred_bad_files():
    assert len(KINDS) + len(spoilt_phonopy.CONTENTS) > 120
