"""The job scripts under a real SLURM of two nodes: what sbatch is given is what docs/cluster/slurm.md tells to type."""

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import h5py
import psutil
import pytest
from parallel import world
from slurm import cluster
from survey import crystals
from survey.test_survey import rows

from hpcph.parallel.signals import Stop
from hpcph.survey import driver

ON_BOTH_NODES = ("--nodes=2", "--ntasks=4", "--ntasks-per-node=2")
UNFINISHED = ("PENDING", "RUNNING", "CONFIGURING", "COMPLETING")
SECTIONS = ("modes", "bands", "orbits", "slices", "spectrum", "optics")
SMALL = {"mesh__grid": [6, 6, 6], "magnetization": False} | dict.fromkeys(SECTIONS, world.DROP)
LONG = SMALL | {"slices": {"temperature": "300 K", "planes": [0, 0.25], "grid": [250, 250]}}
SLOWLY = {"SLOW": "0.3", "ROUND": "100", "INTERVAL": "60"}  # of hasty.py: the slices of a LONG run take 80 s on 2 ranks
UNDERWAY = "zone 6×6×6:"  # the last line of a LONG run's log before its slices, which take seconds
# with SLOW in the environment python -m hpcph is hasty.py
PYTHON = """\
#!/bin/sh
if [ "$SLOW" ]; then shift 2; exec "{0}" "{1}" "$@"; fi
exec "{0}" "$@"
"""


@dataclass(frozen=True)
class Site:
    """A clone of the project on a cluster: the folder that jobs are submitted from."""

    folder: Path
    environment: dict[str, str]

    def command(self, *words, **variables: str) -> str:
        """What a command of SLURM prints."""
        done = subprocess.run(
            [*map(str, words)], env=self.environment | variables, cwd=self.folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def submit(self, script: str, *arguments, options: tuple[str, ...] = (), **variables: str) -> str:
        """Number of a new job."""
        path = Path("jobscripts", script)
        return self.command("sbatch", "--parsable", *options, path, *arguments, **variables)

    def tasks(self, job: str) -> list[dict[str, str]]:
        """What scontrol knows of a job, or of each task of an array."""
        lines = self.command("scontrol", "show", "job", "-o", job).splitlines()
        return [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]

    def log(self, job: str) -> str:
        """What a job said so far."""
        paths = [Path(task["StdOut"]) for task in self.tasks(job)]
        return "\n".join(path.read_text() for path in paths if path.exists())

    def wait(self, job: str, until, seconds: float = 240) -> None:
        """Until until() holds; a job that ends otherwise or never shows its log and SLURM's."""
        begin = time.monotonic()
        while not until():
            ended = not any(task["JobState"] in UNFINISHED for task in self.tasks(job))
            late = time.monotonic() - begin > seconds
            if (ended and not until()) or late:
                daemons = cluster.logs(Path(self.environment["SLURM_CONF"]).parent)
                pytest.fail(f"job {job}: {self.tasks(job)}\n{self.log(job)}\n{daemons}")
            time.sleep(0.25)

    def completed(self, job: str) -> None:
        """Wait until a job is through, with exit code 0."""
        self.wait(job, lambda: all(task["JobState"] == "COMPLETED" for task in self.tasks(job)))

    def interrupt(self, job: str, *options: str) -> str:
        """Signal a job (without options: cancel it) in the middle of its computing; the state that it ends in."""
        self.wait(job, lambda: UNDERWAY in self.log(job))
        self.command("scancel", *options, job)
        self.wait(job, lambda: self.tasks(job)[0]["JobState"] not in UNFINISHED)
        return self.tasks(job)[0]["JobState"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Job scripts, program and Python where the scripts look for them."""
    if reason := cluster.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("site")
    for name in ("jobscripts", "hpcph", "inputs"):
        (folder / name).symlink_to(world.ROOT / name)
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON.format(sys.executable, world.ROOT / "tests/parallel/hasty.py"))
    python.chmod(0o755)
    world.write(folder, world.quartz(**SMALL), "small.yaml")
    world.write(folder, world.quartz(**LONG), "long.yaml")
    with cluster.cluster() as environment:
        yield Site(folder, environment)


def provenance(path: Path) -> dict:
    """Attributes of /provenance."""
    with h5py.File(path, "r") as file:
        return dict(file["/provenance"].attrs)


def test_a_run_over_both_nodes_and_its_figures(site, tmp_path):
    """srun --mpi=pmix makes one world of four ranks, whose result has the bits of a run without SLURM; the job that
    waits for it draws it."""
    run = site.submit("ranks_256.slurm", "small.yaml", "runs/both", options=ON_BOTH_NODES)
    after = f"--dependency=afterok:{run}"
    figures = site.submit("figures.slurm", "runs/both/result.h5", options=(after,))
    with world.communicator() as comm:
        alone = world.compute(comm, tmp_path, world.quartz(**SMALL))
    site.completed(run)
    assert site.tasks(run)[0]["NodeList"] == "n[1-2]"
    found = provenance(site.folder / "runs/both/result.h5")
    assert found["ranks"] == 4 and found["sha256"] == alone.sha256
    assert re.search(r"k-points in .* s on 4 ranks", site.log(run))
    site.completed(figures)
    assert (site.folder / "runs/both/report.html").stat().st_size > 1e6
    names = {path.suffix for path in (site.folder / "runs/both/figures").iterdir()}
    assert names == {".pdf", ".png"}, site.log(figures)


@pytest.mark.slow
def test_a_survey_over_both_nodes_requeues_itself_and_has_the_rows_of_one_rank(site, tmp_path):
    """USR1 in the middle of a survey on four ranks: the job goes back into the queue, and on with what is left."""
    place, template = crystals.folder(site.folder / "many"), crystals.template(site.folder)
    words = ("survey.slurm", place, template, "runs/survey", "--no-reports")
    job = site.submit(*words, options=ON_BOTH_NODES)
    output = site.folder / "runs/survey"
    site.wait(job, lambda: len(list(output.glob("crystals/*/row.json"))) > 1)
    site.command("scancel", "--signal=USR1", "--batch", job)
    site.completed(job)
    assert int(site.tasks(job)[0]["Restarts"]) == 1
    with world.communicator() as comm:
        driver.survey(comm, place, template, tmp_path / "alone", Stop(), reported=False)
    assert rows(output).equals(rows(tmp_path / "alone"))


@pytest.mark.slow
def test_a_scaling_study_as_a_job_array(site):
    """Each task measures one number of ranks; the job after them repeats nothing and writes the table."""
    given = ("small.yaml", "runs/scaling")
    sizes = ("--ntasks=2", "--ntasks-per-node=2")
    variables = {"RANKS": "1 2", "REPEATS": "1"}
    measured = site.submit("scaling.slurm", *given, options=("--array=0-1", *sizes), **variables)
    after = (f"--dependency=afterok:{measured}", "--array=0", *sizes)
    table = site.submit("scaling.slurm", *given, "all", options=after, **variables)
    site.completed(measured)
    folder = site.folder / "runs/scaling"
    stamps = {path: path.stat().st_mtime_ns for path in folder.glob("*-*.json")}
    assert {path.name for path in stamps} == {f"{kind}-{n}.json" for kind in ("strong", "weak") for n in (1, 2)}
    site.completed(table)
    assert stamps == {path: path.stat().st_mtime_ns for path in folder.glob("*-*.json")}
    assert [json.loads((folder / f"strong-{n}.json").read_text())["load"]["ranks"] for n in (1, 2)] == [1, 2]
    assert len((folder / "scaling.csv").read_text().splitlines()) == 5
    assert (folder / "scaling.pdf").exists()


def test_a_job_that_is_told_of_its_time_limit_requeues_itself_and_completes(site, tmp_path):
    """USR1 before the limit: the run keeps its place and exits with 75, the job goes on from there to the same bits."""
    job = site.submit("one_node.slurm", "long.yaml", "runs/limited", options=("--ntasks-per-node=2",))
    site.wait(job, lambda: UNDERWAY in site.log(job))
    site.command("scancel", "--signal=USR1", "--batch", job)  # what --signal=B:USR1@120 does at its time
    site.wait(job, lambda: "goes back into the queue" in site.log(job))
    assert "the same command goes on from there" in site.log(job)
    site.completed(job)
    assert int(site.tasks(job)[0]["Restarts"]) == 1
    assert "goes on with an unfinished run" in site.log(job)
    with world.communicator() as comm:
        alone = world.compute(comm, tmp_path, world.quartz(**LONG))
    assert provenance(site.folder / "runs/limited/result.h5")["sha256"] == alone.sha256


@pytest.mark.slow
def test_a_cancelled_job_leaves_no_half_result(site):
    """No result.h5 before the run is through, an old one untouched after; the next job goes on from what is left."""
    result = site.folder / "runs/long/result.h5"

    def long_run(*more: str) -> str:
        return site.submit("one_node.slurm", "long.yaml", "runs/long", *more, options=("--ntasks-per-node=2",))

    assert site.interrupt(long_run()) == "CANCELLED"
    assert not result.exists()
    again = long_run()
    site.completed(again)
    assert "goes on with an unfinished run" in site.log(again)
    whole = result.read_bytes()
    assert site.interrupt(long_run("--overwrite")) == "CANCELLED"
    assert result.read_bytes() == whole


TASKS = """\
#!/bin/bash
. jobscripts/environment.sh
launch bash -c 'sleep $SLURM_PROCID; exit 75' || echo "all leave with $?"
SECONDS=0
launch bash -c '[ $SLURM_PROCID = 2 ] && kill -9 $$; sleep 60' || echo "one is dead: $? after $SECONDS s"
"""


def test_a_dead_task_ends_the_others_and_leaving_ones_are_left_alone(site):
    """Also where no MPI library tells SLURM of it: within ten seconds; tasks that leave one by one keep their code."""
    script = site.folder / "tasks.sh"
    script.write_text(TASKS)
    job = site.command("sbatch", "--parsable", *ON_BOTH_NODES, script, SLURM_MPI="none")
    site.wait(job, lambda: "one is dead" in site.log(job))
    assert "all leave with 75" in site.log(job)
    code, seconds = re.search(r"one is dead: (\d+) after (\d+) s", site.log(job)).groups()
    assert int(code) == 128 + 9 and int(seconds) < 10


@pytest.mark.slow
def test_a_dead_rank_ends_the_job(site):
    """Of a run, within ten seconds; nothing is published."""
    job = site.submit("ranks_256.slurm", "long.yaml", "runs/dead", options=ON_BOTH_NODES)
    site.wait(job, lambda: UNDERWAY in site.log(job))
    found = [(p, p.info["cmdline"] or [""]) for p in psutil.process_iter(["cmdline"])]
    ranks = [p for p, words in found if "runs/dead" in words and "python" in words[0]]
    assert len(ranks) == 4
    ranks[2].kill()
    begin = time.monotonic()
    psutil.wait_procs(ranks, timeout=30)
    assert time.monotonic() - begin < 10
    site.wait(job, lambda: site.tasks(job)[0]["JobState"] == "FAILED")
    assert not (site.folder / "runs/dead/result.h5").exists()


def whole_and_computed_once(site, tmp_path, name: str) -> None:
    """The result has the bits of a run without SLURM, and no block was computed twice over all its jobs."""
    with world.communicator() as comm:
        alone = world.compute(comm, tmp_path, world.quartz(**LONG))
    assert provenance(site.folder / f"runs/{name}/result.h5")["sha256"] == alone.sha256
    blocks = (tmp_path / "count").read_text().splitlines()
    assert len(blocks) == len(set(blocks)) > 100


@pytest.mark.slow
def test_slurm_itself_announces_the_time_limit(site, tmp_path):
    """Nobody else signals: two minutes and up to another before the limit of three, as often as it takes."""
    options = ("--ntasks-per-node=2", "--time=3")
    job = site.submit("one_node.slurm", "long.yaml", "runs/limit", options=options, **SLOWLY, COUNT=tmp_path / "count")
    site.wait(job, lambda: site.tasks(job)[0]["JobState"] == "COMPLETED", seconds=600)
    restarts = int(site.tasks(job)[0]["Restarts"])
    log = site.log(job)
    assert restarts >= 1
    for line in ("goes back into the queue", "the same command goes on from there", "goes on with an unfinished run"):
        assert log.count(line) == restarts
    whole_and_computed_once(site, tmp_path, "limit")


@pytest.mark.slow
def test_a_time_limit_that_elapses_unannounced(site, tmp_path):
    """SLURM ends the job: TERM, and five seconds later KILL. The next job goes on where that one was."""
    options = ("--ntasks-per-node=2", "--time=1", "--signal=B:CONT@1")  # in the place of the script's own
    given, count = ("one_node.slurm", "long.yaml", "runs/elapsed"), tmp_path / "count"
    first = site.submit(*given, options=options, **SLOWLY, COUNT=count)
    site.wait(first, lambda: site.tasks(first)[0]["JobState"] == "TIMEOUT")
    assert "the same command goes on from there" in site.log(first)
    assert not (site.folder / "runs/elapsed/result.h5").exists()
    second = site.submit(*given, options=options[:1], SLOW="0", COUNT=count)
    site.completed(second)
    assert "goes on with an unfinished run" in site.log(second)
    whole_and_computed_once(site, tmp_path, "elapsed")


@pytest.mark.slow
def test_the_self_test_on_both_nodes(site):
    """Every promise is kept here, and the table says so."""
    job = site.submit("selftest.slurm", "runs/selftest", options=ON_BOTH_NODES, GRID="8", GIGABYTES="0.02")
    site.completed(job)
    rows = [line for line in site.log(job).splitlines() if line.startswith(("PASS", "FAIL"))]
    assert len(rows) == 8 and all(row.startswith("PASS") for row in rows), site.log(job)
    assert "on 2 ranks, exit code" in rows[5] and "on 4 ranks, the same sha256" in rows[6]


def test_the_self_test_can_fail(tmp_path):
    """A launcher that starts nothing: FAIL on every line, exit code 1."""
    command = [sys.executable, world.ROOT / "jobscripts/selftest.py", tmp_path / "new", "--ranks", "2", "--", "false"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and not done.stderr
    assert done.stdout.count("FAIL") == 8 and done.stdout.count("exit code 1: it said nothing") >= 4
    assert "0 of 8 passed" in done.stdout
