"""What the job scripts do at signals, with commands in the place of SLURM's that write down what they are told."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from parallel import world

COMMANDS = {  # srun runs the program after its own options
    "srun": 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"',
    "scontrol": 'echo "$@" > told',
    "sleep": "",
}
LATE = 'kill() { builtin kill "$@"; local code=$?; /bin/sleep 0.3; return $code; }'  # the run has ended by then
JOB = f"set -euo pipefail; {LATE}; . jobscripts/environment.sh; launch_and_requeue bash program"
STOPS = "trap 'exit 75' USR1; echo up; while true; do read -rt 0.05 <> <(:) || :; done"


@pytest.fixture
def site(tmp_path):
    """A folder with the job scripts and those commands."""
    (tmp_path / "jobscripts").symlink_to(world.ROOT / "jobscripts")
    (tmp_path / "bin").mkdir()
    for name, text in COMMANDS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def ended(site: Path, program: str, number: int, **variables: str) -> tuple[int, bool]:
    """Exit code of a job whose script is signalled while a program runs, and whether it goes back into the queue."""
    (site / "program").write_text(program)
    ours = {"PATH": f"{site / 'bin'}:{os.environ['PATH']}", "SLURM_JOB_ID": "7"}
    job = subprocess.Popen(["bash", "-c", JOB], cwd=site, env=os.environ | ours | variables, stdout=subprocess.PIPE)
    assert job.stdout.readline() == b"up\n"
    time.sleep(0.1)  # the script waits by now
    job.send_signal(number)
    job.communicate(timeout=30)
    return job.returncode, (site / "told").exists()


@pytest.mark.parametrize(
    ("program", "number", "restarts", "expected"),
    [
        pytest.param(STOPS, signal.SIGUSR1, "0", (75, True), id="time limit"),
        pytest.param(STOPS, signal.SIGUSR1, "20", (75, False), id="time limit, too often"),
        pytest.param(STOPS, signal.SIGTERM, "0", (75, False), id="cancelled"),
        pytest.param("echo up; exec /bin/sleep 20", signal.SIGUSR1, "0", (138, True), id="before Python takes signals"),
        pytest.param(STOPS.replace("75", "1"), signal.SIGUSR1, "0", (1, False), id="failed meanwhile"),
    ],
)
def test_a_signal_reaches_the_run_and_decides_what_follows(site, program, number, restarts, expected):
    """TERM reaches it as USR1; after USR1 alone a job that can go on is queued again."""
    assert ended(site, program, number, SLURM_RESTART_COUNT=restarts) == expected
