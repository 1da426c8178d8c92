"""Words of the command line that mean nothing are answered in one line with what was meant."""

import os
import subprocess
import sys

import pytest
from mpi4py import MPI
from parallel import world

from hpcph.cli import main
from hpcph.errors import InputError
from hpcph.export.options import Options
from hpcph.figures.choices import Choices
from hpcph.parallel.comm import Comm, Solitary
from hpcph.parallel.launcher import require_own

WRONG = {
    "": "COMMAND: is missing",
    "rum x.yaml": "COMMAND = rum: must be run, check, init, schema, survey, plan, ",
    "rum": "did you mean run?",
    "quartz.yaml": "did you mean hpcph run quartz.yaml?",
    "runs/quartz/result.h5": "did you mean hpcph report runs/quartz/result.h5?",
    "run --ouput runs x.yaml": "option = --ouput: is unknown; did you mean --output?",
    "run --foo": "hpcph run has --help, --output, --resume",
    "run x.yaml -n 4": "option = -n: is the launcher's: mpirun -n 4",
    "run x.yaml --ranks 4": "option = --ranks: is the launcher's: mpirun -n 4",
    "run a.yaml b.yaml": "unexpected = b.yaml: one too many",
    "run --output": "--output: expected one argument",
    "plan x.yaml": "--ranks: is missing",
    "plan x.yaml --ranks four": "--ranks: 'four': give a whole number of ranks",
    "init": "FILE: is missing; hpcph init --help",
    "export r.h5": "--format: is missing",
    "export r.h5 --formt vesta": "did you mean --format?",
    "export r.h5 --format vesta --q 0 0 0.5": "unexpected = 0 0.5: write lists with commas and no spaces",
    "--verison": "did you mean --version?",
}


@pytest.mark.parametrize("words", list(WRONG))
def test_a_wrong_command_is_one_line(capsys, words):
    """What was meant, and exit code 2."""
    with pytest.raises(SystemExit) as ended:
        main(words.split(), Comm(Solitary()))
    out, err = capsys.readouterr()
    assert ended.value.code == 2 and not out
    assert err.startswith("hpcph: ") and err.count("\n") == 1 and WRONG[words] in err


@pytest.mark.parametrize("words", ["--q -1/3,0,0", "--q=-1/3,0,0", "--branch -1", "--q -.5,0,0"])
def test_numbers_below_zero_are_values(words):
    """argparse takes them for options; here the file that is not there is what is complained about."""
    done = world.here("export", "none.h5", "--format", "vesta", *words.split())
    assert done.returncode == 2 and ("RESULT.h5 = none.h5" in done.stderr or "--branch = -1" in done.stderr)


def test_a_result_is_found_in_its_folder(tmp_path):
    """Folders and names that are nearly right are answered by the file that is there; a result is no input."""
    (tmp_path / "result.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "quartz.yaml").write_text("")
    answers = {
        ("report", tmp_path): f"give the result.h5 in it: {tmp_path / 'result.h5'}",
        ("report", tmp_path / "resutl.h5"): "did you mean result.h5?",
        ("check", tmp_path / "quarz.yaml"): "did you mean quartz.yaml?",
        ("check", tmp_path / "result.h5"): "is a result, not an input",
    }
    for words, answer in answers.items():
        done = world.here(*words)
        assert done.returncode == 2 and answer in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Options.given("extxzy", None), "did you mean extxyz?"),
        (lambda: Options.given("vesta", None, vectors="polarisation"), "did you mean polarization?"),
        (lambda: Choices.of("1/0,0,0", "1", "20nm"), "1/3,1/3,0"),
        (lambda: Choices.of("K", "1", "20nm"), "1/3,1/3,0"),
    ],
)
def test_choices_are_answered_by_what_there_is(made, words):
    """Formats, vectors, wave vectors."""
    with pytest.raises(InputError) as caught:
        made()
    assert words in str(caught.value)


@pytest.mark.parametrize("rank", [0, 2])
def test_a_foreign_launcher_is_named_once(tmp_path, rank):
    """MPICH's mpiexec started three: each is a world of one under Open MPI, the first says so, none computes."""
    path = world.write(tmp_path, world.quartz())
    others = "PMI" if MPI.Get_library_version().startswith("Open MPI") else "OMPI_COMM_WORLD"
    own = {k: v for k, v in os.environ.items() if not k.startswith(("OMPI_COMM_", "PMIX_", "PMI_"))}
    foreign = own | world.LAUNCHING | {f"{others}_SIZE": "3", f"{others}_RANK": str(rank)}
    command = [sys.executable, "-m", "hpcph", "run", path, "--output", tmp_path / "out"]
    done = subprocess.run(command, env=foreign, cwd=world.ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and not done.stdout and not (tmp_path / "out").exists()
    said = [line for line in done.stderr.splitlines() if "started 3 processes that do not know each other" in line]
    assert len(said) == done.stderr.count("\n") == (rank == 0), done.stderr


def test_launchers_that_belong_to_the_library():
    """One process, a world of several, a process in an allocation that no launcher started: nobody's mistake."""
    for size, environment in (
        (1, {}),
        (1, {"OMPI_COMM_WORLD_SIZE": "1", "SLURM_STEP_NUM_TASKS": "2"}),
        (3, {"PMI_SIZE": "3"}),
        (1, {"SLURM_NTASKS": "4"}),
    ):
        require_own(size, "MPI", environment)
    with pytest.raises(InputError, match=r"srun started 4 processes .* or with srun --mpi=pmix"):
        require_own(1, "MPI", {"SLURM_STEP_NUM_TASKS": "4"})
