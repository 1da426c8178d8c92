"""hpcph scaling from outside: runs under mpirun, table, figure, fit; what it refuses."""

import csv
import json
from dataclasses import replace

import pytest
from parallel import world

from hpcph.config.load import load
from hpcph.cost import scaling
from hpcph.prepare.job import prepare


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study of the small crystal on 1 and 2 ranks, and the same command again."""
    folder = tmp_path_factory.mktemp("scaling")
    path = world.write(folder, world.quartz(bands=world.DROP, orbits=world.DROP, slices=world.DROP))
    arguments = ("scaling", path, "--ranks", "1,2", "--repeats", "1", "--output", folder / "study")
    first = world.here(*arguments)
    stamps = {p.name: p.stat().st_mtime_ns for p in (folder / "study").glob("*-*.json")}
    second = world.here(*arguments)
    return folder / "study", first, second, stamps


def test_a_study_has_table_figure_and_fit(study):
    """Strong and weak rows with their work and efficiency; the model, which a job of less than seconds ends with."""
    folder, first, _, _ = study
    assert first.returncode == 0, first.stderr
    with open(folder / "scaling.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["ranks"]) for row in rows] == [(k, n) for k in ("strong", "weak") for n in ("1", "2")]
    assert rows[0]["efficiency"] == "1.0" and 0 < float(rows[1]["efficiency"]) < 1.5
    assert rows[0]["k_points"] == rows[1]["k_points"] == rows[2]["k_points"]
    assert int(rows[3]["k_points"]) > int(rows[2]["k_points"])
    for suffix in ("png", "pdf"):
        assert (folder / f"scaling.{suffix}").stat().st_size > 5000
    if rows[1]["crowded"] == "False":
        summary = json.loads((folder / "scaling.json").read_text())
        assert set(summary["model"]) == {"serial", "point", "doubling", "byte"}
        assert summary["extrapolated"] == {}
        assert "not extrapolated: 256 ranks would share" in first.stdout and "5.1 s or more" in first.stdout


def test_a_job_of_seconds_is_extrapolated(study, tmp_path):
    """256 and 4096 ranks with what is assumed: the same study, had its runs taken a thousand times as long."""
    folder, _, _, _ = study
    job = prepare(load(world.write(tmp_path, world.quartz(bands=world.DROP, orbits=world.DROP, slices=world.DROP)))).job
    found = [scaling._read(folder / f"{kind}-{n}.json") for kind in ("strong", "weak") for n in (1, 2)]
    longer = [replace(m, seconds=1000 * m.seconds, crowded=False) for m in found if m is not None]
    lines = scaling.report(job, longer, tmp_path)
    assert json.loads((tmp_path / "scaling.json").read_text())["extrapolated"].keys() == {"256", "4096"}
    assert any("on 4096 ranks" in line for line in lines) and "assumed:" in lines


def test_measurements_are_not_repeated(study):
    """A job array takes them one by one; the call that puts them together runs nothing."""
    folder, first, second, stamps = study
    assert second.returncode == 0, second.stderr
    assert stamps and stamps == {p.name: p.stat().st_mtime_ns for p in folder.glob("*-*.json")}
    assert second.stdout == first.stdout


@pytest.mark.parametrize(
    ("change", "options", "key"),
    [
        ({"mesh": {"accuracy": "5%"}}, [], "mesh.accuracy"),
        ({}, ["--launcher", "no-such-launcher -n {ranks}"], "--launcher"),
        ({}, ["--launcher", "env"], "--launcher"),
        ({"crystal__force_constants": "nowhere.yaml"}, [], "crystal.force_constants"),
    ],
)
def test_what_cannot_be_studied_is_bad_input(tmp_path, change, options, key):
    """One line with key, value and fix, exit code 2."""
    path = world.write(tmp_path, world.quartz(**change))
    done = world.here("scaling", path, "--ranks", "2", "--output", tmp_path / "study", *options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"hpcph: {key} = ") and done.stderr.count("\n") == 1


def test_a_failed_run_is_quoted_with_what_failed(tmp_path):
    """The run's own complaint, not what mpirun says after it; nothing is measured."""
    path, taken = world.write(tmp_path, world.quartz()), tmp_path / "study/strong-2"
    taken.parent.mkdir()
    taken.write_text("a file where the run wants its folder")
    done = world.here("scaling", path, "--ranks", "2", "--output", taken.parent)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"hpcph: --ranks = 2: the run failed with exit code 2: output = {taken}: ")
    assert not list(taken.parent.glob("*.json"))


def test_a_study_is_not_started_under_mpirun(tmp_path):
    """It starts its own ranks."""
    path = world.write(tmp_path, world.quartz())
    done = world.command(2, "scaling", path, "--ranks", "1")
    assert done.returncode == 2 and "without mpirun" in done.stderr
