"""Who tells how a run goes: rank 0 the user, the others nobody, for which they load neither tables nor bars."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.table import Table

Progress = Callable[[int], None]


class Voice(Protocol):
    """What takes the lines and tables of a run, and how far its stages are."""

    def say(self, text: "str | Table") -> None:
        """One line, or a table."""

    def stage(
        self, name: str, blocks: int, points: int, noun: str, earlier: int = 0
    ) -> AbstractContextManager[Progress]:
        """A context manager; call what it gives with the number of blocks given out so far.

        earlier : points of the blocks that another run computed
        """


class Silence:
    """The voice of a rank that says nothing."""

    def say(self, text: "str | Table") -> None:
        """Nothing."""

    def stage(
        self, name: str, blocks: int, points: int, noun: str, earlier: int = 0
    ) -> AbstractContextManager[Progress]:
        """Nothing."""
        return nullcontext(lambda given_out: None)


def voice(speaks: bool) -> Voice:
    """That of a rank: of the one that speaks to the user, or silence."""
    if not speaks:
        return Silence()
    from hpcph.workflow.progress import Reporter

    return Reporter(speaks)
