"""How many ranks compute a crystal: most have one to themselves, large ones several, and all are done soonest.

The time of a crystal on g ranks is taken as SERIAL + cost/g, its preparation being one rank's work, and what ranks of a
group wait for each other as LOSS of the rest. Crystals whose share
stays above a limit get twice as many ranks, and again, up to all. Groups of one size work at a time, from the largest
on; within a phase the most expensive crystal that is left goes to the next group that is free. Of all limits the one
with the shortest time is taken.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

SERIAL = 1.0  # s of a crystal that do not become fewer with ranks
LOSS = 0.1  # of the time that ranks share, measured on two


@dataclass(frozen=True)
class Phase:
    """Crystals that groups of one size compute.

    groups : how many there are; crystals : their numbers, the most expensive first
    """

    groups: int
    crystals: tuple[int, ...]


def phases(cost: Sequence[float], ranks: int) -> list[Phase]:
    """Phases of a survey, those of the fewest and largest groups first; cost : s of one rank, a crystal each."""
    order = sorted(range(len(cost)), key=lambda i: (-cost[i], i))
    limits = sorted({cost[i] / size for i in order for size in _sizes(ranks)}, reverse=True) or [0.0]
    few = limits[:: max(1, len(limits) // 64)]
    tried = [_with(cost, order, ranks, limit) for limit in dict.fromkeys([*few, limits[-1]])]
    return min(tried, key=lambda found: seconds(found, cost, ranks))


def seconds(found: Sequence[Phase], cost: Sequence[float], ranks: int) -> float:
    """What the phases take, each until its last group is done."""
    total = 0.0
    for phase in found:
        free = [0.0] * phase.groups
        for i in phase.crystals:
            heapq.heapreplace(free, free[0] + alone(cost[i], phase.groups, ranks))
        total += max(free)
    return total


def alone(cost: float, groups: int, ranks: int) -> float:
    """Seconds of one crystal where the ranks are so many groups."""
    return SERIAL + (cost * groups / ranks * (1 + LOSS) if groups < ranks else cost)


def group_of(rank: int, ranks: int, groups: int) -> int:
    """The group of a rank; neighbours are together, and sizes differ by one at most."""
    return rank * groups // ranks


def _sizes(ranks: int) -> list[int]:
    """Sizes of groups: powers of two below the number of ranks, and that."""
    return [*(2**i for i in range(ranks.bit_length()) if 2**i < ranks), ranks]


def _with(cost: Sequence[float], order: Sequence[int], ranks: int, limit: float) -> list[Phase]:
    """No crystal's share above the limit, as far as there are ranks."""

    def groups(i: int) -> int:
        return ranks // next(size for size in _sizes(ranks) if size == ranks or cost[i] / size <= limit)

    return [Phase(count, tuple(same)) for count, same in groupby(order, key=groups)]
