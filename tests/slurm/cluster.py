"""A SLURM of two nodes on this machine, in a private folder: no systemd, nothing in /etc, any number side by side.

    python tests/slurm/cluster.py

starts one, prints the SLURM_CONF that sbatch, squeue and scontrol need, and ends with its input (Ctrl-D). The tests
hold the other end of that input: the cluster ends with them, however they end.
"""

import ctypes
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

NODES = ("n1", "n2")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "sinfo", "scontrol", "scancel")
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
FOREIGN = ("SLURM", "SBATCH", "SRUN", "PMI", "OMPI")  # variables of a job or an MPI that we may ourselves belong to
PATIENCE = 30.0  # s for daemons to answer
PR_SET_CHILD_SUBREAPER = 36
CONF = """\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
TmpFS={folder}/%n/tmp
TaskProlog={folder}/prolog
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
DependencyParameters=kill_invalid_depend
KillWait=5
ReturnToService=2
PropagateResourceLimits=NONE
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=4 RealMemory=8000
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=4 RealMemory=8000
PartitionName=tests Nodes=n1,n2 Default=YES MaxTime=INFINITE DefaultTime=10
"""
# Open MPI names its shared memory by host and rank on the node; both nodes are this host, so each gets a folder of
# its own. Ranks outnumber the cores, so those that wait give way. Where interfaces have IPv4 and IPv6, Open MPI 5.0
# finds no way between them.
PROLOG = """\
#!/bin/sh
echo "export OMPI_MCA_btl_vader_backing_directory={folder}/$SLURMD_NODENAME/tmp"
echo "export OMPI_MCA_mpi_yield_when_idle=1"
echo "export OMPI_MCA_btl_tcp_disable_family=6"
"""


def missing() -> str:
    """Why there can be no cluster here; empty where there can."""
    absent = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
    if absent:
        return f"no {', '.join(absent)} here: jobscripts/install_slurm.sh"
    found = [address for each in psutil.net_if_addrs().values() for address in each]
    if {a.address for a in found if a.family == socket.AF_INET} <= {"127.0.0.1"}:
        return "no network here; SLURM looks up addresses in a way that a loopback alone does not answer"
    return ""


@contextmanager
def cluster():
    """The environment of sbatch and its companions for a new cluster, which is gone afterwards."""
    supervisor = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        conf = supervisor.stdout.readline().strip()
        if not conf:
            raise RuntimeError("SLURM did not start")
        yield environment(Path(conf))
    finally:
        supervisor.stdin.close()
        supervisor.wait()


def environment(conf: Path) -> dict[str, str]:
    """Our variables, for a process that speaks to the cluster of a slurm.conf."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return ours | {"SLURM_CONF": str(conf), "PATH": PATH}


def main() -> None:
    """Hold a cluster until the input ends or a signal comes."""
    # orphans become our children: jobs, whose slurmstepd leaves its slurmd
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="hpcph-slurm-", dir="/tmp"))  # short, since the path of a socket has to be
    try:
        start(folder)
        print(folder / "slurm.conf", flush=True)
        sys.stdin.read()
    finally:
        end()
        shutil.rmtree(folder)


def start(folder: Path) -> None:
    """The daemons, until both nodes take jobs."""
    lay_out(folder)
    conf = folder / "slurm.conf"
    munge = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
    launch(conf, "munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *munge)
    wait(folder, (folder / "munge.socket").exists)
    launch(conf, "slurmctld", "-D")
    for node in NODES:
        launch(conf, "slurmd", "-D", "-N", node)
    wait(folder, lambda: len(ask(conf, "sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split()) == len(NODES))


def lay_out(folder: Path) -> None:
    """Configuration, key and folders of the daemons."""
    folder.chmod(0o711)  # munged wants its socket to be within everybody's reach
    for name in ("log", "state", *NODES, *(f"{node}/tmp" for node in NODES)):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o400)
    (folder / "prolog").write_text(PROLOG.format(folder=folder))
    (folder / "prolog").chmod(0o755)
    host = socket.gethostname().split(".")[0]
    conf = CONF.format(folder=folder, host=host, user=getpass.getuser(), ports=free_ports(1 + len(NODES)))
    (folder / "slurm.conf").write_text(conf)
    if release() >= (24, 5):  # which cannot do without a writable cgroup unless it is told so, as none before could be
        (folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n")


def release() -> tuple[int, ...]:
    """SLURM's year and month."""
    said = subprocess.run(["slurmctld", "-V"], env=os.environ | {"PATH": PATH}, capture_output=True, text=True).stdout
    return tuple(map(int, said.split()[-1].split(".")[:2]))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("", 0))
        return [each.getsockname()[1] for each in sockets]


def launch(conf: Path, *command: str) -> None:
    """A daemon in the foreground, so that it stays our child; what it says goes to log/."""
    with open(conf.parent / "log" / "-".join(c for c in (command[0], command[-1]) if c[0] != "-"), "w") as log:
        subprocess.Popen(command, env=environment(conf), stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def ask(conf: Path, *command: str) -> str:
    """What a command prints; nothing while slurmctld does not answer."""
    return subprocess.run(command, env=environment(conf), capture_output=True, text=True).stdout


def wait(folder: Path, ready) -> None:
    """Until ready() holds; the logs in the message if it never does."""
    begin = time.monotonic()
    while not ready():
        if time.monotonic() - begin > PATIENCE:
            raise TimeoutError(f"SLURM did not start within {PATIENCE:g} s\n{logs(folder)}")
        time.sleep(0.05)


def logs(folder: Path) -> str:
    """The last lines of all daemons."""
    return "\n".join(
        f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-30:])
        for path in sorted((folder / "log").iterdir())
    )


def end() -> None:
    """Kill all that descends from this process, jobs included, until nothing is left."""
    while family := psutil.Process().children(recursive=True):
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=1)


if __name__ == "__main__":
    main()
