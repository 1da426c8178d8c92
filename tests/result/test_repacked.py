"""Results stored another way, by h5repack: the same numbers and attributes, and changes are found as before."""

import shutil
import subprocess

import h5py
import numpy as np
import pytest
from parallel import world
from result import damage

from hpcph.errors import InputError
from hpcph.result import seal as storage
from hpcph.result.open import open_result
from hpcph.result.store import claim

WAYS = {
    "as it is": [],
    "compressed": ["-f", "GZIP=9"],
    "every array compressed": ["-m", "1", "-f", "SHUF", "-f", "GZIP=1"],
    "with checksums": ["-f", "FLET"],
    "in chunks": ["-l", "bands/frequency,bands/eigenvector:CHUNK=10x5", "-l", "crystal/masses:CHUNK=2"],
    "in headers": ["-l", "crystal/masses,crystal/positions:COMPACT"],
    "newest format": ["-L"],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A small result."""
    return world.result(tmp_path_factory.mktemp("repacked"), world.quartz())


@pytest.fixture(scope="module")
def compressed(path, tmp_path_factory):
    """The same, compressed."""
    return repacked(path, tmp_path_factory.mktemp("compressed") / "result.h5", ["-m", "1", "-f", "GZIP=9"])


def repacked(path, target, options):
    program = shutil.which("h5repack")
    if not program:
        pytest.skip("h5repack is not installed; jobscripts/install_hdf5_tools.sh")
    subprocess.run([program, *options, str(path), str(target)], check=True, capture_output=True)
    assert not storage.is_sealed(target)
    return target


def edited(path, target, edit):
    shutil.copy(path, target)
    with h5py.File(target, "r+") as file:
        edit(file)
    return target


@pytest.mark.parametrize("way", WAYS)
def test_a_result_is_the_same_however_it_is_stored(path, tmp_path, way):
    """All numbers, names, units and attributes; a run with its input still knows it as its own."""
    other = repacked(path, tmp_path / "result.h5", WAYS[way])
    with open_result(path) as one, open_result(other) as two:
        assert one.identical(two)
        fingerprint = str(one.attrs["fingerprint"])
    claim(tmp_path, fingerprint).unlink()


def damage_of_map(file):
    file["bands/frequency"][0, 0] = np.nextafter(file["bands/frequency"][0, 0], np.inf)


CHANGES = {
    "a number": (lambda f: damage.put("/thermal/gamma_nl", damage.first(1.0))(f, None), "its numbers"),
    "a map": (damage_of_map, "its numbers"),
    "a word": (lambda f: damage.put("/bands/label", damage.first("X"))(f, None), "its numbers"),
    "a unit": (lambda f: f["thermal/gamma_nl"].attrs.__setitem__("unit", "J"), "has not the unit"),
    "a description": (lambda f: f["thermal/gamma_nl"].attrs.__setitem__("description", "κ"), "its attributes"),
    "the lifetime": (lambda f: f["thermal"].attrs.__setitem__("lifetime", 2e-11), "its attributes"),
    "the axis": (lambda f: f["provenance"].attrs.__setitem__("axis", [1.0, 0, 0]), "its attributes"),
    "the input": (lambda f: f["provenance"].attrs.__setitem__("input", "a: 1"), "its attributes"),
    "an attribute less": (lambda f: f["crystal"].attrs.__delitem__("sum_rules_change"), "has no sum_rules_change"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_changes_are_found_in_a_compressed_result(compressed, tmp_path, change):
    """Of numbers and of attributes, down to one bit."""
    edit, word = CHANGES[change]
    with pytest.raises(InputError, match=f"was changed.*{word}|{word}"):
        open_result(edited(compressed, tmp_path / "result.h5", edit))


def test_what_a_user_adds_to_it_is_his(compressed, tmp_path):
    """Comments, and arrays in chunks, as in a result that is not compressed."""

    def add(file):
        file["crystal"].attrs["comment"] = "measured in May"
        file.create_dataset("mine", data=np.arange(1000.0), chunks=(10,), compression="gzip")

    with open_result(edited(compressed, tmp_path / "result.h5", add)) as found:
        assert found.attrs["comment"] == "measured in May" and "mine" not in found


def without_digests_of_attributes(file):
    del file["provenance"].attrs["attributes"], file["provenance"].attrs["sha256_attributes"]


def test_older_results_have_digests_of_numbers_alone(compressed, tmp_path):
    """They open, and a changed number is found."""
    old = edited(compressed, tmp_path / "old.h5", without_digests_of_attributes)
    open_result(old).close()
    with pytest.raises(InputError, match="its numbers"):
        open_result(edited(old, tmp_path / "changed.h5", CHANGES["a number"][0]))


def filled(file, length):
    """Zeros that are all written, compressed to a thousandth."""
    file.create_dataset("zeros", data=np.zeros(length), chunks=(length // 10,), compression="gzip")


def test_a_small_file_does_not_fill_the_memory(path, tmp_path):
    """An array of zeros may not hold more than a hundred times the file; neither may one that is not written."""
    length = path.stat().st_size * storage.EXPANSION // 8
    bad = edited(path, tmp_path / "zeros.h5", lambda file: filled(file, length // 2))
    open_result(bad).close()
    with pytest.raises(InputError, match="/zeros is compressed to less than 1/100"):
        open_result(edited(path, tmp_path / "bomb.h5", lambda file: filled(file, 2 * length)))
    unwritten = edited(path, tmp_path / "hole.h5", lambda f: f.create_dataset("hole", (1000,), "f8", chunks=(10,)))
    with pytest.raises(InputError, match="/hole is no array"):
        open_result(unwritten)


def test_foreign_filters_are_refused(path, tmp_path):
    """LZF is no filter of HDF5 itself: what it does is up to a program that is loaded for it."""
    bad = edited(path, tmp_path / "lzf.h5", lambda f: f.create_dataset("lzf", data=np.zeros(1000), compression="lzf"))
    with pytest.raises(InputError, match="/lzf is no array"):
        open_result(bad)


def test_a_copy_group_by_group_has_no_axes(path, tmp_path):
    """HDF5 does not carry references into another file; the line says how to copy."""
    with h5py.File(path, "r") as file, h5py.File(tmp_path / "copy.h5", "w") as other:
        for name in file:
            file.copy(name, other)
    with pytest.raises(InputError, match=r"copy the whole file, or take h5repack|does not fit its axes"):
        open_result(tmp_path / "copy.h5")


def test_large_chunks_are_read_once(path, tmp_path, monkeypatch):
    """Pieces of an array end where chunks do."""
    with h5py.File(tmp_path / "x.h5", "w") as file:
        values = np.arange(3000.0).reshape(100, 30)
        dataset = file.create_dataset("x", data=values, chunks=(7, 30), compression="gzip")
        monkeypatch.setattr(storage, "PIECE", 20 * 30 * 8)
        found = list(storage.pieces(dataset))
        np.testing.assert_array_equal(np.concatenate(found), values)
        assert {len(piece) % 7 for piece in found[:-1]} == {0} and len(found) == 8
