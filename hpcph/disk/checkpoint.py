"""How far a run has come, on disk: small files that are whole at any moment, whatever is killed when.

A checkpoint is written under another name, flushed to the disk and renamed; two generations take turns, so that the one
before is there while the next is written. What does not match its checksum is not a checkpoint.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.disk.draft import draft, sweep

MAGIC = b"hpcph checkpoint 1 "
MAX_BYTES = 1 << 30
GENERATIONS = 2


@dataclass(frozen=True)
class Place:
    """Where a run stands.

    finished : names of the stages that are done, in order; rows : sums of those that have sums, by name
    stage : name of the stage under way; block : the first that is left; partial : ndarray (w,), sum of those before
    """

    finished: tuple[str, ...] = ()
    rows: dict[str, np.ndarray] = field(default_factory=dict)
    stage: str = ""
    block: int = 0
    partial: np.ndarray = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Checkpoint:
    """A place and what it belongs to: identity, {what decides the results: its hash}; kernels, all that had a part."""

    generation: int
    identity: dict[str, str]
    place: Place
    kernels: tuple[tuple[str, ...], ...] = ()


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a generation; until the last step the one before counts. Raises OSError."""
    place = checkpoint.place
    arrays = [*place.rows.values(), place.partial]
    header = {
        "generation": checkpoint.generation,
        "identity": checkpoint.identity,
        "kernels": checkpoint.kernels,
        "finished": place.finished,
        "rows": list(place.rows),
        "stage": place.stage,
        "block": place.block,
        "lengths": [len(a) for a in arrays],
    }
    body = json.dumps(header).encode() + b"\n" + b"".join(a.astype("<f8").tobytes() for a in arrays)
    with draft(_path(folder, checkpoint.generation)) as temporary, open(temporary, "wb") as file:
        file.write(MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def load(folder: Path) -> Checkpoint | None:
    """The newest whole checkpoint of a folder, None where there is none."""
    found = [c for g in range(GENERATIONS) if (c := _read(_path(folder, g))) is not None]
    return max(found, key=lambda c: c.generation, default=None)


def remove(folder: Path) -> None:
    """Forget the run."""
    for generation in range(GENERATIONS):
        path = _path(folder, generation)
        path.unlink(missing_ok=True)
        sweep(path)


def _path(folder: Path, generation: int) -> Path:
    return folder / f".checkpoint-{generation % GENERATIONS}"


def _read(path: Path) -> Checkpoint | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    first, _, body = content.partition(b"\n")
    if first != MAGIC + hashlib.sha256(body).hexdigest().encode():
        return None
    text, _, data = body.partition(b"\n")
    header: dict[str, Any] = json.loads(text)  # what has its checksum is ours
    numbers = np.frombuffer(data, "<f8").astype(float)
    arrays = np.split(numbers, np.cumsum(header["lengths"])[:-1])
    place = Place(
        finished=tuple(header["finished"]),
        rows=dict(zip(header["rows"], arrays[:-1], strict=True)),
        stage=header["stage"],
        block=header["block"],
        partial=arrays[-1],
    )
    return Checkpoint(header["generation"], header["identity"], place, tuple(map(tuple, header.get("kernels", []))))
