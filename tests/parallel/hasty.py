"""python -m hpcph with checkpoints after every round, so that a short run has many: what the tests of resuming kill.

In the environment ROUND bounds the blocks of a round, SLOW (s) makes every block last longer, INTERVAL (s) is that of
checkpoints, COUNT names a file that gets a line for every block that is computed.
"""

import os
import time

from hpcph.__main__ import start  # first, as in the program: signals wait from here on

# isort: split
from hpcph.workflow import driver, keeper

keeper.INTERVAL, keeper.SHARE = float(os.environ.get("INTERVAL", "-1")), 1e9
often = int(os.environ.get("ROUND", "2"))
slow = float(os.environ.get("SLOW", "0"))
count = os.environ.get("COUNT")
compute, hand_out = driver._compute, driver.hand_out
underway: list[str] = []


def named(comm, stage, *others):
    """The same; blocks know of which stage they are."""
    underway[:] = [stage.name]
    return compute(comm, stage, *others)


def slowly(comm, first, last, work, progress, pause):
    """The same with blocks that take their time and are counted."""

    def working(block):
        time.sleep(slow)
        work(block)
        if count:
            with open(count, "a") as lines:
                lines.write(f"{underway[0]} {block}\n")

    return hand_out(comm, first, last, working, progress, pause)


driver._compute, driver.hand_out = named, slowly
driver._blocks_a_round = lambda stage, ranks: often

if __name__ == "__main__":
    start()
