"""Surveys in folders where something is damaged or in the way: it is told, computed again, and never followed."""

import csv
import json
import os
import shutil
from collections import Counter
from dataclasses import replace

import h5py
import pytest
from survey import crystals

from hpcph.errors import InputError
from hpcph.parallel.comm import Comm, RankError, Solitary
from hpcph.parallel.signals import Stop
from hpcph.result.seal import seal
from hpcph.survey import columns, driver, row, store

NAME = "0__force_constants.hdf5"
TEMPLATE = "bands: {path: auto, points: 3}\n"


def survey(place, template, output, **options):
    driver.survey(Comm(Solitary()), place, template, output, Stop(), **{"reported": False, **options})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Place, template and output of a survey of one crystal."""
    folder = tmp_path_factory.mktemp("broken")
    crystals.synthetic.write(folder / "crystals" / "0", 0)
    survey(folder / "crystals", crystals.template(folder, TEMPLATE), folder / "out")
    return folder / "crystals", folder / "template.yaml", folder / "out"


@pytest.fixture
def copied(whole, tmp_path):
    """The same, with an output that may be damaged, and the crystal's folder in it."""
    place, template, output = whole
    shutil.copytree(output, tmp_path / "out")
    return place, template, tmp_path / "out", tmp_path / "out/crystals" / NAME


def damage(path, change):
    held = json.loads(path.read_text(encoding="utf-8"))
    change(held)
    path.write_text(json.dumps(held), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held["about"].pop("name"),
        lambda held: held["about"].update(name="other"),
        lambda held: held["about"].update(seconds="long"),
        lambda held: held["values"].update(volume="abc"),
        lambda held: held.update(temperature="hot"),
        lambda held: held["tensors"].update(gamma_nl=[[1, 2], [3]]),
        lambda held: held.update(about=[1]),
    ],
)
def test_a_damaged_row_is_none(copied, change):
    """A row whose words, numbers or shapes are not those of a table, or of another crystal, is not believed."""
    folder = copied[3]
    assert row.load(folder) is not None
    damage(folder / row.NAME, change)
    assert row.load(folder) is None


def test_a_damaged_row_is_computed_again(copied):
    """The survey ends with the row that it had."""
    *words, folder = copied
    before = row.load(folder)
    damage(folder / row.NAME, lambda held: held["about"].pop("name"))
    survey(*words)
    assert row.load(folder).about["sha256"] == before.about["sha256"]


def test_a_pipe_in_the_place_of_a_row_keeps_nobody_waiting(copied):
    """A row that is a pipe, or a link to a good one, is none."""
    folder = copied[3]
    os.rename(folder / row.NAME, folder / "aside")
    os.mkfifo(folder / row.NAME)
    assert row.load(folder) is None
    os.unlink(folder / row.NAME)
    os.symlink(folder / "aside", folder / row.NAME)
    assert row.load(folder) is None


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:1000])])
def test_a_row_without_its_result_is_computed_again(copied, harm):
    """A result that is gone or cut off is there again, whole."""
    *words, folder = copied
    size = (folder / "result.h5").stat().st_size
    harm(folder / "result.h5")
    survey(*words)
    assert (folder / "result.h5").stat().st_size == size


def test_a_link_in_the_place_of_the_log_is_not_followed(copied, tmp_path):
    """What it names stays as it was; the log is a file of its own."""
    *words, folder = copied
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (folder / "log.txt").unlink()
    (folder / "log.txt").symlink_to(tmp_path / "precious")
    (folder / row.NAME).unlink()
    survey(*words)
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"
    assert not (folder / "log.txt").is_symlink()


@pytest.mark.parametrize("inner", [False, True])
def test_folders_that_are_links_are_refused(copied, tmp_path, inner):
    """Nothing is written or removed where a link in the place of crystals/, or of a crystal, leads; also with
    --overwrite."""
    *words, folder = copied
    linked = folder if inner else folder.parent
    os.rename(linked, tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")
    before = sorted(path.name for path in (tmp_path / "elsewhere").rglob("*"))
    with pytest.raises(InputError, match="is a link"):
        survey(*words, overwrite=True)
    assert sorted(path.name for path in (tmp_path / "elsewhere").rglob("*")) == before


def test_a_folder_without_crystals_keeps_no_template(tmp_path):
    """After a search in vain the output takes any template."""
    (tmp_path / "empty").mkdir()
    template = crystals.template(tmp_path, TEMPLATE)
    with pytest.raises(InputError, match="holds no crystal"):
        survey(tmp_path / "empty", template, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_stability_is_not_claimed_where_nothing_was_looked_at(whole, tmp_path):
    """Light asks for Γ alone: the row says neither stable nor unstable."""
    light = "optics: {frequency: {from: 3 THz, to: 6 THz, points: 5}, lifetime: 1 ps}\n"
    survey(whole[0], crystals.template(tmp_path, light), tmp_path / "out")
    assert row.load(tmp_path / "out/crystals" / NAME).about["stability"] == ""
    assert row.load(whole[2] / "crystals" / NAME).about["stability"] == "stable"


def test_symbols_tell_columns_apart():
    """No two columns of numbers have one symbol."""
    counted = Counter(column.symbol for column in columns.COLUMNS)
    assert not [symbol for symbol, count in counted.items() if count > 1]


def test_no_text_is_a_formula(whole, tmp_path):
    """A spreadsheet would compute a cell that begins with =, +, - or @; in survey.csv ' stands before it."""
    known = row.load(whole[2] / "crystals" / NAME)
    told = [replace(known, about={**known.about, "name": f"{n}", "place": f"{c}1+1"}) for n, c in enumerate("=+-@ ")]
    store.write(told, "", tmp_path)
    with open(tmp_path / "survey.csv", encoding="utf-8", newline="") as file:
        assert [line["place"] for line in csv.DictReader(file)] == ["'=1+1", "'+1+1", "'-1+1", "'@1+1", " 1+1"]
    assert list(store.read(tmp_path / store.NAME).values["place"][:1]) == ["=1+1"]


@pytest.mark.parametrize(
    "column",
    [
        {"shape": (10**8,), "dtype": "f8", "chunks": (10**6,)},  # a file of a few kB, all zeros
        {"shape": (1,), "dtype": [("a", int)]},
    ],
)
def test_a_table_that_claims_too_much_is_refused(copied, column):
    """A column of a hundred million crystals is not read, and one of records is no number."""
    path = copied[2] / store.NAME
    with h5py.File(path, "r+") as file:
        del file["columns/volume"]
        file["columns"].create_dataset("volume", **column)
    seal(path)
    with pytest.raises(InputError, match="no array of numbers"):
        store.read(path)


def test_a_page_that_cannot_be_drawn_is_told(copied, capsys, monkeypatch):
    """The survey ends well, and a line says whose page is missing and why."""
    monkeypatch.setattr("hpcph.report.page.write", lambda *_: 1 / 0)
    *words, _ = copied
    survey(*words, reported=True)
    assert f"{NAME}: no page (division by zero)" in capsys.readouterr().out


@pytest.mark.mpi
def test_a_mistake_in_one_group_ends_all(comm, folder, monkeypatch):
    """Where a row cannot be made, every rank hears of it; none waits for a group that has gone."""
    comm.on_root(lambda: [crystals.synthetic.write(folder / "crystals" / f"{n}", n) for n in range(3)])
    template = comm.on_root(lambda: crystals.template(folder, TEMPLATE))
    of = row.of

    def failing(known, about, *rest):
        if about["name"] == NAME:
            raise ZeroDivisionError("nobody expected this")
        return of(known, about, *rest)

    monkeypatch.setattr(row, "of", failing)
    with pytest.raises(RankError, match="nobody expected this"):
        driver.survey(comm, folder / "crystals", template, folder / "out", Stop(), reported=False)
