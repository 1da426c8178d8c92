"""Tables of a survey on disk: programs read every number of the rows, and what is damaged or hostile is refused."""

import csv
import os

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from survey.made_rows import KELVIN, ROWS, lost

from hpcph.cli import main
from hpcph.errors import InputError
from hpcph.parallel.comm import Comm, Solitary
from hpcph.result.seal import SEAL, is_sealed, seal
from hpcph.survey import page, row, store
from hpcph.survey.columns import variables
from hpcph.survey.table import ColumnKind


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


def test_a_page_is_made_of_rows_of_all_kinds(tmp_path):
    """Of crystals with everything, and of those that failed."""
    page.write(store.write(ROWS, "title", tmp_path), tmp_path / "survey.html")
    assert (tmp_path / "survey.html").stat().st_size > 1e5
