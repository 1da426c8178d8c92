"""Rows on disk: one is believed if it is whole and its crystal's, and many take seconds."""

import copy
import json
import os
import time
from dataclasses import asdict, replace

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey.made_rows import ROWS, lost

from hpcph.crystal.lattice import Structure
from hpcph.result.tensors import THERMAL_GAMMA_NL
from hpcph.survey import row, store
from hpcph.survey.finished import Finished

MANY = 10_000


def test_a_row_comes_back(tmp_path):
    """What is written is read, and is JSON as everybody reads it: without NaN."""
    for one in ROWS:
        folder = tmp_path / one.about["name"]
        folder.mkdir()
        row.save(one, folder)
        assert row.load(folder) == one
        json.loads((folder / row.NAME).read_text(encoding="utf-8"), parse_constant=pytest.fail)


@pytest.mark.parametrize("text", ["a\udcff", "a\nb\u2028c", "a\0b", "\x1b[2J", "\u202eabc", "=1+1"])
def test_names_of_files_may_hold_anything(tmp_path, text):
    """A place or a reason of any bytes is a line that can be shown, written and read, and does not end the survey."""
    one = lost("crystal", f"{text}: no such file")
    (tmp_path / "crystal").mkdir()
    row.save(one, tmp_path / "crystal")
    assert row.load(tmp_path / "crystal") == one
    store.write([one], text, tmp_path)
    assert store.read(tmp_path / store.NAME).values["reason"][0] == one.about["reason"]
    assert "\n" not in one.about["reason"] and one.about["reason"].isprintable()


def _changes():
    """What may be wrong with a row, each as a change of its document."""

    def put(*path):
        *way, last, value = path

        def change(document):
            for key in way:
                document = document[key]
            document[last] = value

        return change

    def drop(*path):
        *way, last = path

        def change(document):
            for key in way:
                document = document[key]
            del document[last]

        return change

    return {
        "another crystal": put("about", "name", "crystal-00001"),
        "no status": drop("about", "status"),
        "other status": put("about", "status", "good"),
        "no seconds": drop("about", "seconds"),
        "seconds a word": put("about", "seconds", "1"),
        "ranks unknown": put("about", "ranks", None),
        "about a list": put("about", ["name"]),
        "values a word": put("values", "many"),
        "word for a number": put("values", "volume", "large"),
        "number for a word": put("values", "formula", 3),
        "number for a mark": put("values", "sohncke", 1),
        "mark for a number": put("values", "volume", True),
        "half a count": put("values", "atoms", 2.5),
        "infinite": put("values", "volume", float("inf")),
        "far too long": put("values", "volume", 10**400),
        "no text": put("values", "formula", "\ud800"),
        "two lines": put("values", "formula", "a\nb"),
        "temperature a word": put("temperature", ["warm", 3.0]),
        "no temperature": put("temperature", None),
        "another temperature": put("temperature", [300.0]),
        "ragged tensor": put("tensors", "gamma_nl", [[[1.0, 2.0], [3.0]]]),
        "words in a tensor": put("tensors", "gamma_nl", [[["1"] * 3] * 3] * 2),
        "tensor of tensors": put("tensors", "gamma_nl", [[[[1.0] * 3] * 3] * 3] * 2),
        "no fingerprint": drop("fingerprint"),
        "fingerprint a number": put("fingerprint", 3),
        "another format": put("format", 99),
    }


CHANGES = _changes()


@pytest.mark.parametrize("name", CHANGES)
def test_a_damaged_row_is_none(tmp_path, name):
    """A row that is not whole, or not this crystal's, counts as none."""
    document = copy.deepcopy({"format": row.FORMAT, **asdict(ROWS[0])})
    folder = tmp_path / ROWS[0].about["name"]
    folder.mkdir()
    (folder / row.NAME).write_text(json.dumps(document), encoding="utf-8")
    assert row.load(folder) is not None
    CHANGES[name](document)
    (folder / row.NAME).write_text(json.dumps(document), encoding="utf-8")
    assert row.load(folder) is None


def test_a_row_that_is_cut_off_is_none(tmp_path):
    """Wherever it ends."""
    folder = tmp_path / "bad"
    folder.mkdir()
    row.save(ROWS[-1], folder)
    whole = (folder / row.NAME).read_bytes()
    for end in range(len(whole) - 2):
        (folder / row.NAME).write_bytes(whole[:end])
        assert row.load(folder) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(ANYTHING)
@settings(max_examples=50, deadline=None)
def test_no_other_document_is_a_row(tmp_path_factory, document):
    """Whatever it holds, and whatever stands in the place of its parts."""
    folder = tmp_path_factory.mktemp("any")
    parts = dict.fromkeys(("about", "values", "temperature", "tensors"), document)
    for held in (document, {"format": row.FORMAT, "fingerprint": "f", **parts}):
        (folder / row.NAME).write_text(json.dumps(held), encoding="utf-8")
        assert row.load(folder) is None


def test_no_link_is_followed_to_a_row(tmp_path):
    """Nor does a pipe in the place of a row make anybody wait."""
    folder, other = tmp_path / "bad", tmp_path / "elsewhere" / "bad"
    folder.mkdir()
    other.mkdir(parents=True)
    row.save(ROWS[-1], other)
    (folder / row.NAME).symlink_to(other / row.NAME)
    assert row.load(other) is not None and row.load(folder) is None
    (folder / row.NAME).unlink()
    os.mkfifo(folder / row.NAME)
    assert row.load(folder) is None
    assert not store.is_table(folder / row.NAME)


def test_many_crystals_take_seconds(tmp_path):
    """Of ten thousand rows a tenth is loaded in 3 s, and all are written and read in 15 s, of this process."""
    (tmp_path / "crystal-00000").mkdir()
    row.save(ROWS[0], tmp_path / "crystal-00000")
    begin = time.process_time()
    held = [row.load(tmp_path / "crystal-00000") for _ in range(MANY // 10)]
    assert time.process_time() - begin < 3
    rows = [replace(one, about={**one.about, "name": f"crystal-{n:05d}"}) for n, one in enumerate(held * 10)]
    begin = time.process_time()
    store.write(rows, "many", tmp_path)
    assert len(store.read(tmp_path / store.NAME).values["name"]) == MANY
    assert time.process_time() - begin < 15


def test_what_the_group_forbids_has_no_error_either():
    """With mesh errors unknown, γ_zz of 6mm is 0 ± 0, and γ_xy and the largest answer have unknown errors."""
    c, s = 0.5, 0.75**0.5
    six = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    group = np.array([np.linalg.matrix_power(six, n) @ m for n in range(6) for m in (np.eye(3), np.diag([-1, 1, 1]))])
    lattice = np.array([[1.0, 0, 0], [-0.5, s, 0], [0, 0, 1.6]])
    columns = lattice.T
    rotations = np.rint(np.linalg.inv(columns) @ group @ columns).astype(int)
    structure = Structure(lattice, np.zeros((1, 3)), np.ones(1), ("Si",), rotations, "P6mm (183)")
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        file.create_group("crystal").attrs["axis"] = [0.0, 0.0, 1.0]
        file.create_group("provenance")
        file["temperature"] = [300.0]
        tensor = np.array([[[1e-30, 2.0, 0], [-2.0, 0, 1e-30], [0, 0, 1e-30]]])
        file[THERMAL_GAMMA_NL.path] = tensor
        file[f"{THERMAL_GAMMA_NL.path}_error"] = np.full((1, 3, 3), np.nan)
        file[f"{THERMAL_GAMMA_NL.path}_lattice_error"] = np.full((1, 3, 3), 0.5)
        seen = Finished(file, structure)
        assert seen.along(THERMAL_GAMMA_NL) == (0.0, 0.0, 0.0)
        found = seen.tensor(THERMAL_GAMMA_NL)
        assert found[0].tolist() == [[0, 2, 0], [-2, 0, 0], [0, 0, 0]]
        assert np.isnan(found[1][0, 1]) and found[1][2, 2] == 0 and found[2].sum() == 1.0
        largest = seen.largest(THERMAL_GAMMA_NL)
        assert largest[0] == pytest.approx(2) and np.isnan(largest[1]) and largest[2] == pytest.approx(0.5)
