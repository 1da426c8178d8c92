"""Who computes which crystal: numbers that groups take in turn, by files that only one of them can make.

No messages: nobody waits for a rank that is busy. Numbers are those of one start of a survey, whose folder is its own.
"""

import os
import secrets
import shutil
from pathlib import Path

PREFIX = ".claims-"
KEPT = "kept"  # a crystal that was done before


def begin(output: Path) -> Path:
    """An empty folder for the claims of this start; those of earlier ones are cleared away (rank 0)."""
    sweep(output)
    folder = output / f"{PREFIX}{secrets.token_hex(8)}"
    folder.mkdir()
    return folder


def sweep(output: Path) -> None:
    """Remove claims; nobody may be at work."""
    for folder in output.glob(f"{PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)


class Claims:
    """What one group takes of the crystals of a phase."""

    def __init__(self, folder: Path, crystals: tuple[int, ...]):
        self.folder, self.crystals, self.next = folder, crystals, 0

    def take(self) -> int | None:
        """The next crystal that nobody has; None where all are taken."""
        while self.next < len(self.crystals):
            number = self.crystals[self.next]
            self.next += 1
            try:
                os.close(os.open(self.folder / f"{number}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            except FileExistsError:
                continue
            return number
        return None

    def ended(self, number: int, status: str) -> None:
        """A crystal is done; as what, others may count."""
        (self.folder / f"{number}.{status}").touch()


def states(folder: Path) -> dict[int, str]:
    """Crystals that were taken: how they ended, "" of those that are at work."""
    found = (name.partition(".") for name in sorted(os.listdir(folder)))  # a number stands before the same with an end
    return {int(number): status for number, _, status in found}
