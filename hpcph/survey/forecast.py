"""What a survey takes on so many ranks, before it is begun or from what is done of it.

The time of a crystal is that of hpcph.survey.groups, its cost the expected one, or what its row says it took. Ranks are
alike, the disk keeps up, and a rank has the memory that the largest crystal needs.
"""

from collections.abc import Sequence

from rich.table import Table

from hpcph.survey.groups import LOSS, SERIAL, Phase, phases, seconds
from hpcph.survey.watch import duration


def forecast(cost: Sequence[float], ranks: Sequence[int]) -> Table:
    """A row for every number of ranks: groups by size, time, efficiency against one rank, core hours.

    cost : s of every crystal on one rank, beyond SERIAL
    """
    table = Table(box=None, pad_edge=False)
    for header in ("ranks", "time", "efficiency", "core hours", "crystals by ranks of a group"):
        table.add_column(header, justify="left" if header.startswith("crystals") else "right", no_wrap=True)
    alone = seconds(phases(cost, 1), cost, 1)
    for number in ranks:
        found = phases(cost, number)
        time = seconds(found, cost, number)
        table.add_row(
            f"{number}", duration(time), f"{alone / time / number if time else 1:.2f}", f"{number * time / 3600:.3g}",
            divided(found, number),
        )  # fmt: skip
    return table


def divided(found: Sequence[Phase], ranks: int) -> str:
    """How many crystals groups of each size compute."""
    return ", ".join(f"{len(phase.crystals)} by {ranks // phase.groups}" for phase in found)


ASSUMED = (
    f"assumed: {SERIAL:g} s of every crystal on one rank, the rest shared by the ranks of its group, which lose "
    f"{LOSS:.0%} of it; ranks of one kind, a disk that keeps up"
)
