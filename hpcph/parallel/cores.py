"""How many cores this process may use. `python -m hpcph.parallel.cores` prints it."""

import math
import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")  # Linux: microseconds of CPU per period that a container may use, or max


def cores() -> int:
    """Those it is bound to, no more than its container is given; where the system does not tell, all there are.

    nproc counts OMP_NUM_THREADS instead where that is set.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text().split()
        return max(1, min(bound, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):
        return bound


if __name__ == "__main__":
    print(cores())
