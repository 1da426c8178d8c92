"""The user's own command with 256 ranks on one machine: the memory of all together, and the bits of one rank."""

import os
import subprocess
import sys
import time

import h5py
import psutil
import pytest
from parallel import world

RANKS = 256
MOST = 12 << 30  # bytes


def proportional_set_size(process: psutil.Process) -> int:
    """Memory of a process and its descendants in bytes, shared pages counted once."""
    total = 0
    for child in process.children(recursive=True):
        try:
            total += child.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total


@pytest.mark.slow
def test_256_ranks(tmp_path):
    """mpirun -n 256 --oversubscribe python -m hpcph run: it ends, in 12 GiB, with the hash of one rank."""
    run = [sys.executable, "-m", "hpcph", "run", "--output"]
    many = [*world.launch(RANKS), *run, str(tmp_path / "many")]
    with open(tmp_path / "log", "w") as log:
        process = psutil.Popen(many, cwd=world.ROOT, env=os.environ | world.LAUNCHING, stdout=log, stderr=log)
        memory = [0]
        while process.poll() is None:
            memory.append(proportional_set_size(process))
            time.sleep(5)
    assert process.returncode == 0, (tmp_path / "log").read_text()[-2000:]
    subprocess.run([*run, str(tmp_path / "one")], cwd=world.ROOT, check=True, capture_output=True)
    hashes = set()
    for folder in ("many", "one"):
        with h5py.File(tmp_path / folder / "result.h5") as file:
            hashes.add(file["/provenance"].attrs["sha256"])
    print(f"{RANKS} ranks: {max(memory) / 2**30:.1f} GiB in all")
    assert max(memory) < MOST and len(hashes) == 1
