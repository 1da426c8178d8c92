"""Who follows a long calculation: hears how it goes, and may ask it to stop."""

from collections.abc import Callable
from dataclasses import dataclass

from hpcph.errors import Stopped


@dataclass(frozen=True)
class Listener:
    """say : takes lines on how it goes; stop : has somebody asked this rank to stop?"""

    say: Callable[[str], None]
    stop: Callable[[], bool]

    def heed(self, team, doing: str) -> None:
        """Raise Stopped on all ranks of an MPI communicator where one of them was asked to. Collective."""
        if any(team.allgather(self.stop())):
            raise Stopped(f"stopped while {doing}, which will begin anew; nothing else is lost")
