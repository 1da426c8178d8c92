"""python -m hpcph with checkpoints after every round, so that a short run has many: what the tests of resuming kill.

ROUND in the environment bounds the blocks of a round, SLOW (s) makes every block last longer.
"""

import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"

from hpcph import driver, keeper  # noqa: E402
from hpcph.cli import main  # noqa: E402
from hpcph.parallel.comm import world  # noqa: E402

keeper.INTERVAL, keeper.SHARE = -1.0, 1e9
often = int(os.environ.get("ROUND", "2"))
slow = float(os.environ.get("SLOW", "0"))
hand_out = driver.hand_out


def slowly(comm, first, last, work, progress, pause):
    """The same with blocks that take their time."""

    def working(block):
        time.sleep(slow)
        work(block)

    return hand_out(comm, first, last, working, progress, pause)


driver.hand_out = slowly
driver._blocks_a_round = lambda stage, ranks: often

if __name__ == "__main__":
    comm = world()
    try:
        code = main(sys.argv[1:], comm)
    except BaseException as failure:
        comm.abort(failure)
        raise
    sys.exit(code)
