"""Being asked to stop: signals set a flag, blocks are finished, the run says how it goes on."""

import signal
from types import FrameType

ASKING = ("SIGUSR1", "SIGTERM", "SIGINT")


def hold() -> None:
    """Let the signals wait until somebody listens: while Python, NumPy and MPI start and end they would kill."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _asking())


class Stop:
    """Has somebody asked this rank to stop? Nobody has until `listen`."""

    def __init__(self) -> None:
        self.requested = False

    def listen(self) -> "Stop":
        """Take the signals of batch systems, mpirun and keyboards, those held as well; they are only noted."""
        for number in _asking():
            signal.signal(number, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _asking())
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requested = True


def _asking() -> list[signal.Signals]:
    return [getattr(signal, name) for name in ASKING]
