"""How far a survey is, said now and then by a thread that looks at the claims: no rank is asked, none waits."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hpcph.errors import counted
from hpcph.survey.claims import KEPT, states
from hpcph.survey.row import FAILED

INTERVAL = 10.0  # s between two lines
LEAST = 1e-9  # s: what costs nothing


class Watch:
    """A context in which lines on progress are said.

    cost : of the crystals, s of one core, whose ratios tell what is left
    """

    def __init__(self, claims: Path, cost: Sequence[float], say: Callable[[str], None]):
        self.claims, self.cost, self.say = claims, [max(c, LEAST) for c in cost], say
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Watch":
        self.begin = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()
        self.say(progress(states(self.claims), self.cost, time.monotonic() - self.begin))

    def _watch(self) -> None:
        said = ""
        while not self._over.wait(INTERVAL):
            line = progress(states(self.claims), self.cost, time.monotonic() - self.begin)
            if line != said:
                self.say(line)
            said = line


def progress(found: dict[int, str], cost: Sequence[float], seconds: float) -> str:
    """What is done after so many seconds, and how long the rest takes at that pace.

    found : how crystals ended, by number, "" of those at work; those of before took no time now
    """
    ended = {number: status for number, status in found.items() if status}
    before = sum(status == KEPT for status in ended.values())
    failed = sum(status == FAILED for status in ended.values())
    text = f"{len(ended)}/{counted(len(cost), 'crystals')}"
    text += f", {before} of them before" if before else ""
    text += f", {failed} failed" if failed else ""
    now = sum(cost[number] for number, status in ended.items() if status != KEPT)
    left = sum(cost) - sum(cost[number] for number in ended)
    if len(ended) == len(cost):
        return f"{text} in {duration(seconds)}"
    return f"{text}, {duration(seconds * left / now)} left" if now else text


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    minutes, hours = seconds / 60, seconds / 3600
    if round(seconds) < 120:
        return f"{seconds:.0f} s"
    if round(minutes) < 120:
        return f"{minutes:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
