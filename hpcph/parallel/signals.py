"""Being asked to stop: signals set a flag, blocks are finished, the run says how it goes on."""

import signal
from types import FrameType

ASKING = ("SIGUSR1", "SIGTERM", "SIGINT")


class Stop:
    """Has somebody asked this rank to stop? Nobody has until `listen`."""

    def __init__(self) -> None:
        self.requested = False

    def listen(self) -> "Stop":
        """Take the signals of batch systems, mpirun and keyboards; they are only noted."""
        for name in ASKING:
            signal.signal(getattr(signal, name), self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
