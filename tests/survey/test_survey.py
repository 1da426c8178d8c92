"""A survey from the search to the tables, on any number of ranks."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from parallel import world
from survey import crystals

from hpcph.errors import InputError, Stopped
from hpcph.parallel.comm import Comm, Solitary
from hpcph.parallel.signals import Stop
from hpcph.prepare.entrance import read
from hpcph.survey import claims, columns, compute, driver, row, store
from hpcph.workflow import driver as alone
from hpcph.workflow.progress import Reporter

pytestmark = pytest.mark.mpi
OWN = ("seconds", "ranks")  # of a row, which say how it was computed


class OnThird(Stop):
    """A request that comes when a rank is asked for the third time."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def requested(self) -> bool:
        self.asked += 1
        return self.asked > 3


@pytest.fixture(scope="module")
def found():
    """A survey of good and bad crystals, and its place, template and output."""
    with world.communicator() as comm, world.shared_folder(comm) as folder:
        place = folder / "crystals"
        comm.on_root(lambda: crystals.folder(place))
        template = comm.on_root(lambda: crystals.template(folder))
        driver.survey(comm, place, template, folder / "out", Stop(), reported=False)
        yield place, template, folder / "out"


def rows(output: Path) -> pd.DataFrame:
    """The table by names of crystals, without how they were computed."""
    table = pd.read_csv(output / "survey.csv", index_col="name")
    return table.drop(columns=[name for name in table if name.split(" (")[0] in OWN])


def folder_of(name: str) -> str:
    return name.partition("__")[0]


def test_every_crystal_has_a_row(found):
    """Good ones are done, one without Born charges lacks light alone, and those that fail say why."""
    table = rows(found[2])
    status = {folder_of(name): state for name, state in table["status"].items()}
    good = {f"crystal-{seed}": "done" for seed in range(crystals.GOOD)}
    assert status == good | {crystals.DAMAGED: "failed", crystals.UNSTABLE: "failed", crystals.METAL: "partial"}
    reason = {folder_of(name): text for name, text in table["reason"].items()}
    assert "cut off" in reason[crystals.DAMAGED] and "imaginary mode" in reason[crystals.UNSTABLE]
    assert reason[crystals.METAL].startswith("without optics: light couples to Born charges")
    stability = {folder_of(name): text for name, text in table["stability"].items()}
    assert stability[crystals.UNSTABLE] == "unstable" and stability["crystal-0"] == "stable"
    known = table["formula"].notna() & table["space_group"].notna()
    assert {folder_of(name) for name in table.index[~known]} == {crystals.DAMAGED}  # the others were read


def test_numbers_are_those_of_a_run_of_one_rank(found, comm):
    """input.yaml of a crystal gives the bits of its row by itself."""
    name = "crystal-1__force_constants.hdf5"
    held = found[2] / "crystals" / name

    def single() -> str:
        one = Comm(Solitary())
        prepare = read(one, lambda: held / "input.yaml")
        return alone.run(one, prepare, held / "again", Stop(), reporter=Reporter(False)).sha256

    assert comm.on_root(single) == rows(found[2]).loc[name, "sha256"]


def test_a_survey_that_is_done_stays(found, comm):
    """The same command again computes nothing and gives the same table."""
    place, template, output = found
    before = rows(output)
    times = {path: path.stat().st_mtime_ns for path in output.glob("crystals/*/row.json")}
    comm.mpi.Barrier()
    driver.survey(comm, place, template, output, Stop())
    assert rows(output).equals(before)
    assert times == {path: path.stat().st_mtime_ns for path in output.glob("crystals/*/row.json")}
    assert not list(output.glob(f"{claims.PREFIX}*")) and not (output / ".lock").exists()


def test_a_stopped_survey_goes_on(found, comm, folder):
    """Asked to stop after some crystals, it keeps them; the same call computes the others alone, to the same rows."""
    place, template, output = found
    with pytest.raises(Stopped):
        driver.survey(comm, place, template, folder / "out", OnThird(), reported=False)
    done = len(list((folder / "out").glob("crystals/*/row.json")))
    comm.mpi.Barrier()
    assert done < crystals.GOOD + 3
    driver.survey(comm, place, template, folder / "out", Stop(), reported=False)
    assert rows(folder / "out").equals(rows(output))


def test_another_template_is_refused(found, comm, folder):
    """The folder of a survey takes no other template, unless it is to be replaced."""
    place, _, output = found
    other = comm.on_root(lambda: crystals.template(folder, crystals.TEMPLATE.replace("10 ps", "20 ps")))
    with pytest.raises(InputError, match="another template"):
        driver.survey(comm, place, other, output, Stop())


def test_a_crystal_whose_file_changes_is_computed_again(comm, folder):
    """Rows belong to what files hold: of two crystals that which is changed gets another row, the other one stays."""
    place = folder / "crystals"
    comm.on_root(lambda: [crystals.synthetic.write(place / f"{n}", n) for n in range(2)])
    template = comm.on_root(lambda: crystals.template(folder))
    driver.survey(comm, place, template, folder / "out", Stop(), reported=False)
    before = rows(folder / "out")
    comm.mpi.Barrier()
    comm.on_root(lambda: crystals.synthetic.write(place / "1", 5))
    driver.survey(comm, place, template, folder / "out", Stop(), reported=False)
    changed = rows(folder / "out")["sha256"] != before["sha256"]
    assert changed.tolist() == [False, True]


def test_what_one_crystal_meets_is_nobody_elses(comm, folder, monkeypatch):
    """A mistake of the program in one crystal is a failed row with the reason, and the survey goes on."""
    place = folder / "crystals"
    comm.on_root(lambda: [crystals.synthetic.write(place / f"{n}", n) for n in range(3)])
    template = comm.on_root(lambda: crystals.template(folder))
    prepare = compute.prepare

    def failing(source):
        if "/1/" in source.text:
            raise ZeroDivisionError("nobody expected this")
        return prepare(source)

    monkeypatch.setattr(compute, "prepare", failing)
    driver.survey(comm, place, template, folder / "out", Stop(), reported=False)
    table = rows(folder / "out")
    assert table["status"].tolist() == ["done", "failed", "done"]
    assert "nobody expected this" in table["reason"].iloc[1]
    log = next((folder / "out").glob("crystals/1__*/log.txt")).read_text()
    assert "Traceback" in log


def test_tables_agree(found):
    """survey.h5, read again, and survey.parquet have what the rows and the text have."""
    output = found[2]
    table, text = store.read(output / store.NAME), rows(output)
    other = pd.read_parquet(output / "survey.parquet").set_index("name")
    assert list(other.index) == list(text.index) and set(text) <= set(other)
    assert list(table.values["name"]) == list(text.index)
    for column, name, _ in columns.variables():
        heading = name if column.unit == "1" else f"{name} ({column.unit})"
        if heading in text and table.values[name].dtype == float:
            assert np.array_equal(table.values[name], text[heading].to_numpy(float), equal_nan=True)
    held = [row.load(path) for path in sorted((output / "crystals").iterdir(), key=lambda path: os.fspath(path))]
    assert [one.about["name"] for one in held] == sorted(text.index)
