"""Rows on disk: one is believed if it is whole and its crystal's, and tables have them all."""

import copy
import csv
import json
import os
import time
from dataclasses import asdict, replace

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.cli import main
from hpcph.crystal.lattice import Structure
from hpcph.errors import InputError
from hpcph.parallel.comm import Comm, Solitary
from hpcph.result.seal import SEAL, is_sealed, seal
from hpcph.result.tensors import THERMAL_GAMMA_NL
from hpcph.survey import page, row, store
from hpcph.survey.columns import OF_CRYSTAL, TAKEN, names, variables
from hpcph.survey.finished import Finished
from hpcph.survey.row import Row
from hpcph.survey.table import ColumnKind

MANY = 10_000
KELVIN = [100.0, 300.0]


def made(seed: int) -> Row:
    """A row with everything in it, some of it unknown."""
    random = np.random.default_rng(seed)
    values = {}
    for taken in (*OF_CRYSTAL, *TAKEN):
        for name in names(taken.column):
            number = float(random.normal() * 10.0 ** random.integers(-30, 12))
            kinds = {
                ColumnKind.TEXT: random.choice(["", "xx = −yy, zz", 'a "b", c', "Γ–A"]).item(),
                ColumnKind.FLAG: bool(random.integers(2)),
                ColumnKind.COUNT: int(random.integers(231)),
                ColumnKind.NUMBER: None if random.random() < 0.1 else number,
            }
            values[name] = kinds[taken.column.kind]
    values["temperature"] = 300.0
    about = {"name": f"crystal-{seed:05d}", "place": f"a/{seed}", "status": row.DONE, "reason": "", "ranks": 2}
    about |= {"stability": "stable", "seconds": 1.5, "program": "1", "sha256": "ab", "fingerprint": "cd"}
    tensors = {
        f"{name}{kind}": (1e-20 * random.normal(size=(2, 3, 3))).tolist() for name in row.TENSORS for kind in row.KINDS
    }
    return Row(f"{seed}", about, values, list(KELVIN), tensors)


def lost(name: str, reason: str = "was not\n there") -> Row:
    """The row of a crystal that failed."""
    return row.failed("f", {"name": name, "place": name, "seconds": 0.5, "ranks": 1}, reason, None, unstable=True)


ROWS = [*(made(seed) for seed in range(6)), lost("bad", "first\nsecond")]


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


def test_the_same_rows_are_the_same_bytes(tmp_path):
    """Whatever their order."""
    for name, rows in (("one", ROWS), ("other", ROWS[::-1])):
        (tmp_path / name).mkdir()
        store.write(rows, "title", tmp_path / name)
    for file in ("survey.h5", "survey.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_the_text_is_what_programs_read(tmp_path):
    """RFC 4180: lines end with CR LF, words with commas are quoted; pandas has every number to the last bit."""
    table = store.write(ROWS, "title", tmp_path)
    raw = (tmp_path / "survey.csv").read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n") == len(ROWS) + 1
    with open(tmp_path / "survey.csv", encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, strict=True))
    head = [store.heading(column, name) for column, name, _ in variables()]
    assert lines[0] == head and {len(line) for line in lines} == {len(head)}
    words = {store.heading(column, name): str for column, name, _ in variables() if column.kind is ColumnKind.TEXT}
    text = pd.read_csv(
        tmp_path / "survey.csv", float_precision="round_trip", dtype=words, keep_default_na=False, na_values=[""]
    )
    assert "gamma_nl_axis (J s m-2 K-1)" in text and "volume (m3)" in text and "formula" in text
    for column, name, _ in variables():
        read = text[store.heading(column, name)]
        if column.kind in (ColumnKind.NUMBER, ColumnKind.COUNT):
            assert np.array_equal(read.to_numpy(float), table.values[name], equal_nan=True), name
        elif column.kind is ColumnKind.TEXT:
            assert read.fillna("").tolist() == table.values[name].tolist(), name
    place = head.index("atoms"), head.index("sohncke")
    bad, good = (next(line for line in lines if line[0] == one) for one in ("bad", "crystal-00000"))
    assert [bad[i] for i in place] == ["", ""]  # nothing is known of it, rather than no
    assert good[place[0]].isdigit() and good[place[1]] in ("True", "False")


def test_xarray_opens_the_table(tmp_path):
    """Columns with units along the crystals; tensors along crystals and temperatures, with their errors."""
    table = store.write(ROWS, "title", tmp_path)
    with xr.open_datatree(tmp_path / store.NAME, engine="h5netcdf") as tree:
        columns, tensors = tree["columns"], tree["tensors"]
        assert tree.attrs["title"] == "title" and columns["volume"].attrs["units"] == "m3"
        for column, name, _ in variables():
            equal_nan = column.kind in (ColumnKind.NUMBER, ColumnKind.COUNT)
            assert np.array_equal(columns[name].values, table.values[name], equal_nan=equal_nan), name
        assert tensors["temperature"].values.tolist() == KELVIN
        for one in ROWS[:-1]:
            for name in row.TENSORS:
                for kind in row.KINDS:
                    held = tensors[f"{name}{kind}"].sel(crystal=one.about["name"])
                    assert held.dims == ("temperature", "cartesian", "cartesian2") and held.dtype == float
                    assert np.array_equal(held.values, np.array(one.tensors[f"{name}{kind}"]))
        assert np.isnan(tensors["gamma_nl"].sel(crystal="bad").values).all()


def test_the_table_comes_back(tmp_path):
    """From survey.h5 alone."""
    wrote = store.write(ROWS, "title", tmp_path)
    read = store.read(tmp_path / store.NAME)
    assert (read.title, read.temperature, read.columns) == (wrote.title, 300.0, wrote.columns)
    assert read.values.keys() == wrote.values.keys()
    for column, name, _ in variables():
        equal_nan = column.kind in (ColumnKind.NUMBER, ColumnKind.COUNT)
        assert np.array_equal(read.values[name], wrote.values[name], equal_nan=equal_nan)
        assert read.values[name].dtype == wrote.values[name].dtype
    assert read.values["name"].tolist() == sorted(one.about["name"] for one in ROWS)


def test_crystals_that_all_failed_are_a_table(tmp_path):
    """Without temperatures there are no tensors."""
    store.write([lost("a"), lost("b")], "title", tmp_path)
    read = store.read(tmp_path / store.NAME)
    assert read.values["status"].tolist() == ["failed", "failed"] and np.isnan(read.temperature)


def refused(path, capfd) -> None:
    """It is refused in one line with exit code 2, and no page is made."""
    capfd.readouterr()
    assert main(["report", str(path), "--output", str(path.with_suffix(".html"))], Comm(Solitary())) == 2
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err and len(err.splitlines()) == 1
    assert not path.with_suffix(".html").exists()


def test_a_damaged_table_is_refused(tmp_path, capfd):
    """Any byte that changes, wherever it is, and any end before its own."""
    store.write(ROWS, "title", tmp_path)
    whole = (tmp_path / store.NAME).read_bytes()
    random = np.random.default_rng(0)
    for at in random.integers(len(whole) - SEAL.itemsize, size=100):
        changed = bytearray(whole)
        changed[at] ^= 1 << random.integers(8)
        (tmp_path / store.NAME).write_bytes(changed)
        with pytest.raises(InputError, match=r"damaged|changed or not written"):
            store.read(tmp_path / store.NAME)
    for end in (0, 7, 1000, len(whole) // 2, len(whole) - 1, len(whole) - SEAL.itemsize):
        (tmp_path / store.NAME).write_bytes(whole[:end])
        with pytest.raises(InputError):
            store.read(tmp_path / store.NAME)
        refused(tmp_path / store.NAME, capfd)


def _hostile():
    """Files that look like a table and are none: what replaces a column, in a file with its seal."""
    text, put = h5py.string_dtype(), h5py.Group.__setitem__
    return {
        "a link outside": lambda group, other: put(group, "formula", h5py.ExternalLink(other, "/columns/formula")),
        "a soft link": lambda group, other: put(group, "formula", h5py.SoftLink("/columns/name")),
        "a bomb": lambda group, other: group.create_dataset("volume", data=np.zeros(1 << 24), compression="gzip"),
        "external bytes": lambda group, other: group.create_dataset(
            "volume", (7,), "f8", external=[("/etc/passwd", 0, 56)]
        ),
        "huge": lambda group, other: group.create_dataset("volume", (1 << 50,), "f8", chunks=(1 << 10,)),
        "another shape": lambda group, other: group.create_dataset("volume", data=np.zeros((7, 2))),
        "another length": lambda group, other: group.create_dataset("volume", data=np.zeros(5)),
        "words for numbers": lambda group, other: group.create_dataset("volume", data=["a"] * 7, dtype=text),
        "numbers for words": lambda group, other: group.create_dataset("formula", data=np.zeros(7)),
        "a group": lambda group, other: group.create_group("formula"),
        "missing": lambda group, other: None,
    }


HOSTILE = _hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_table_is_refused(tmp_path, capfd, name):
    """Nothing outside is read, nothing that fills the memory unpacked, in a line."""
    store.write(ROWS, "title", tmp_path)
    other, path = tmp_path / "other.h5", tmp_path / store.NAME
    other.write_bytes(path.read_bytes())
    length = path.stat().st_size - SEAL.itemsize
    os.truncate(path, length)
    with h5py.File(path, "r+") as file:
        for column in ("formula", "volume"):
            del file["columns"][column]
        rest = "volume" if name.endswith("words") or "link" in name or "group" in name else "formula"
        if name != "missing":
            file["columns"][rest] = np.zeros(7) if rest == "volume" else np.array(["a"] * 7, h5py.string_dtype())
        HOSTILE[name](file["columns"], str(other))
    refused(path, capfd)
    seal(path)
    assert is_sealed(path)
    with pytest.raises(InputError):
        store.read(path)
    refused(path, capfd)


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


def test_a_page_is_made_of_rows_of_all_kinds(tmp_path):
    """Of crystals with everything, and of those that failed."""
    page.write(store.write(ROWS, "title", tmp_path), tmp_path / "survey.html")
    assert (tmp_path / "survey.html").stat().st_size > 1e5
