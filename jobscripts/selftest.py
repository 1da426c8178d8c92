"""What docs/cluster/promises.md promises, tried out where it is to hold; selftest.slurm says how to start it."""

import argparse
import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300.0  # s for one run
LAST_WORDS = 160  # characters of a log
INPUT = """\
title: self-test
crystal: {{force_constants: {root}/inputs/quartz/phonopy_params.yaml.xz}}
mesh: {{grid: [{grid}, {grid}, {grid}], symmetry: false}}
temperature: [100 K, 300 K]
lifetime: 10 ps
gradient: 1 K/mm
feedback: {{sample: {{radius: 20 nm}}}}
modes: true
bands: {{points: 31}}
slices: {{temperature: 300 K, planes: [0, 0.25, 0.5], grid: [{grid}, {grid}]}}
"""
WORLD = """
import platform
from collections import Counter
import h5py
from mpi4py import MPI
hosts = MPI.COMM_WORLD.gather(platform.node())
if hosts:
    where = ", ".join(f"{host} {ranks}" for host, ranks in sorted(Counter(hosts).items()))
    library = MPI.Get_library_version().split(",")[0].split(chr(10))[0]
    kind = "parallel" if h5py.get_config().mpi else "serial"
    print(f"world of {len(hosts)}: {where}; {library}, {kind} HDF5 {h5py.version.hdf5_version}", flush=True)
"""
READ = """
import sys
import h5py
from mpi4py import MPI
from hpcph.result.seal import digest
with h5py.File(sys.argv[1], "r", driver="mpio", comm=MPI.COMM_WORLD) as file:
    same = digest(file) == file["/provenance"].attrs["sha256"]
right = MPI.COMM_WORLD.reduce(int(same))
if MPI.COMM_WORLD.rank == 0:
    print(f"right on {right} ranks", flush=True)
"""


class Broken(Exception):
    """A promise is not kept: why."""


@dataclass
class Bench:
    """Where and with what the promises are tried; what earlier trials found."""

    folder: Path
    launcher: list[str]
    ranks: int
    gigabytes: float
    logs: int = 0
    sha: str = ""
    failed: list[str] = field(default_factory=list)

    @property
    def few(self) -> int:
        """Another number of ranks."""
        return max(1, self.ranks // 2)

    @contextmanager
    def started(self, ranks: int, *words: object) -> Iterator[tuple[subprocess.Popen, Path]]:
        """Python on so many ranks, and what it says; ended in any case."""
        self.logs += 1
        log = self.folder / "logs" / f"{self.logs}.log"
        command = [*self.launcher, "-n", str(ranks), sys.executable, *map(str, words)]
        with open(log, "w") as file:
            print(" ".join(" ".join(command).split())[:LAST_WORDS], file=file, flush=True)
            process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
        try:
            yield process, log
        finally:
            if process.poll() is None:
                process.terminate()
                time.sleep(5)
                process.kill()
                process.wait()

    def said(self, ranks: int, *words: object) -> str:
        """Everything that such a process says until it is done. Raises Broken where that is not with 0."""
        with self.started(ranks, *words) as (process, log):
            code = ended(process)
            if code:
                raise Broken(f"exit code {code}: {last_words(log)}")
            return log.read_text()

    def run(self, ranks: int, output: str) -> str:
        """hpcph run, to its end. Raises Broken where it ran on another number of ranks."""
        said = self.said(ranks, *self.command(output))
        if f" s on {ranks} ranks" not in said:
            raise Broken("ran on " + re.findall(r" s on (\d+ ranks)", said)[-1])
        return said

    def command(self, output: str) -> list[object]:
        """What `started` needs for it."""
        return ["-m", "hpcph", "run", self.folder / "input.yaml", "--output", self.folder / "runs" / output]


def ended(process: subprocess.Popen) -> int:
    """Its exit code. Raises Broken where it does not end."""
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        raise Broken(f"no end after {PATIENCE:g} s") from None


def until(process: subprocess.Popen, log: Path, words: str) -> None:
    """Wait until a process has said so. Raises Broken where it ends or does not say it."""
    limit = time.monotonic() + PATIENCE
    while words not in log.read_text():
        if process.poll() is not None or time.monotonic() > limit:
            raise Broken(f"never said '{words}': {last_words(log)}")
        time.sleep(0.02)


def last_words(log: Path) -> str:
    """The end of a log as one line, without the command that it begins with."""
    return " | ".join(log.read_text().strip().splitlines()[1:])[-LAST_WORDS:] or "it said nothing"


def digest(said: str) -> str:
    """The sha256 that a run ends with."""
    return re.findall(r"sha256 (\w{16})", said)[-1]


def kernel(said: str) -> str:
    """Time of a k-point."""
    rate = float(re.findall(r"(\d+) per s and rank", said)[-1])
    return f"{1e6 / rate:.0f} µs per k-point and rank"


def one_world(bench: Bench) -> str:
    """The launcher starts ranks that know each other, with a parallel HDF5."""
    found = re.findall(r"world of (\d+): (.*)", bench.said(bench.ranks, "-c", WORLD))
    if [size for size, _ in found] != [str(bench.ranks)] or "parallel" not in found[0][1]:
        raise Broken(f"{len(found)} worlds of {' and '.join(size for size, _ in found)} ranks; {found[0][1]}")
    return found[0][1]


def one_rank(bench: Bench) -> str:
    """A run on one rank: what the others have to agree with."""
    said = bench.run(1, "one")
    bench.sha = digest(said)
    return f"sha256 {bench.sha}, {kernel(said)}"


def same_bits(bench: Bench) -> str:
    """The same run on all ranks."""
    said = bench.run(bench.ranks, "all")
    return f"{agreed(bench, said)}, {kernel(said)}"


def agreed(bench: Bench, said: str) -> str:
    """Raises Broken where the digest is not that of one rank."""
    if digest(said) != bench.sha:
        raise Broken(f"sha256 {digest(said)}, on one rank {bench.sha or 'none'}")
    return "the same sha256"


def read_back(bench: Bench) -> str:
    """What all ranks wrote together, read by each of them."""
    path = bench.folder / "runs/all/result.h5"
    right = re.findall(r"right on (\d+) ranks", bench.said(bench.ranks, "-c", READ, path))
    if right != [str(bench.ranks)]:
        raise Broken(f"right on {' and '.join(right)} of {bench.ranks} ranks")
    return f"{path.stat().st_size / 1e6:.0f} MB, right on every rank"


def stopped(bench: Bench) -> str:
    """USR1 to the launcher, as before a time limit."""
    with bench.started(bench.ranks, *bench.command("stopped")) as (process, log):
        until(process, log, "self-test")
        process.send_signal(signal.SIGUSR1)
        code, words = ended(process), re.findall("stopped in .* blocks", log.read_text())
        if code != 75 or len(words) != 1:
            raise Broken(f"exit code {code} instead of 75: {last_words(log)}")
        return f"exit code 75, {words[0]}"


def killed(bench: Bench) -> str:
    """Gone on with on fewer ranks, of which rank 0 is killed; the others must not be left."""
    with bench.started(bench.few, *bench.command("stopped")) as (process, log):
        until(process, log, "goes on with an unfinished run")
        owner = json.loads((bench.folder / "runs/stopped/.lock").read_text())
        if owner["host"] != platform.node():
            raise Broken(f"rank 0 runs on {owner['host']}, out of reach of this script on {platform.node()}")
        os.kill(owner["pid"], signal.SIGKILL)
        code = ended(process)
        if (bench.folder / "runs/stopped/result.h5").exists():
            raise Broken("the run was through before it could be killed; give a larger GRID")
        return f"on {bench.few} ranks, exit code {code}"


def resumed(bench: Bench) -> str:
    """To the end, on all ranks."""
    said = bench.run(bench.ranks, "stopped")
    if "goes on with an unfinished run" not in said:
        raise Broken("began anew")
    return f"on {bench.ranks} ranks, {agreed(bench, said)}"


def bandwidth(bench: Bench) -> str:
    """Collective and plain write of as many bytes."""
    size = ["--gigabytes", bench.gigabytes, "--repeats", 1, "--folder", bench.folder]
    said = bench.said(bench.ranks, ROOT / "tests/benchmarks/write.py", *size)
    return " ".join(said.strip().splitlines()[-1].split())


TRIALS: dict[str, Callable[[Bench], str]] = {
    "one world of all ranks": one_world,
    "a run on one rank": one_rank,
    "the same bits on all ranks": same_bits,
    "maps, written together, read by all": read_back,
    "USR1 stops a run": stopped,
    "it goes on; its rank 0 is killed": killed,
    "it goes on to the same bits": resumed,
    "bandwidth of the file system": bandwidth,
}


def main(bench: Bench, grid: int) -> int:
    """Try everything, say how it went; 1 where a promise is not kept."""
    (bench.folder / "logs").mkdir(parents=True)
    (bench.folder / "input.yaml").write_text(INPUT.format(root=ROOT, grid=grid))
    for name, trial in TRIALS.items():
        begin = time.monotonic()
        try:
            verdict, words = "PASS", trial(bench)
        except Exception as err:  # also what nobody thought of is a line of the table
            verdict, words = "FAIL", str(err) if isinstance(err, Broken) else f"{type(err).__name__}: {err}"
            bench.failed.append(name)
        print(f"{verdict}  {name:37}{time.monotonic() - begin:6.1f} s  {words}", flush=True)
    rmtree(bench.folder / "runs", ignore_errors=True)
    print(f"{len(TRIALS) - len(bench.failed)} of {len(TRIALS)} passed; logs in {bench.folder}/logs")
    return int(bool(bench.failed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a new one, on the file system to be tried")
    parser.add_argument("--ranks", type=int, required=True)
    parser.add_argument("--grid", type=int, default=32, help="divisions of the mesh (32)")
    parser.add_argument("--gigabytes", type=float, default=1, help="to write for the bandwidth (1)")
    parser.add_argument("launcher", nargs="+", help="after --, as: -- srun --mpi=pmix")
    given = parser.parse_args()
    sys.exit(main(Bench(given.folder.absolute(), given.launcher, given.ranks, given.gigabytes), given.grid))
