"""What every rank knows of the end of a run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """Result file, digest of its datasets, and seconds of computing."""

    path: Path
    sha256: str
    seconds: float


@dataclass(frozen=True)
class Timing:
    """Clock (monotonic, s) at the beginning of the run, seconds of computing, hosts, k-points computed in them."""

    begin: float
    seconds: float
    hosts: int
    points: int
