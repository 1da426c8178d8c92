"""Keeps a run's place on disk, at intervals and when somebody asks the run to stop."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from hpcph.disk import checkpoint
from hpcph.disk.checkpoint import Checkpoint, Place
from hpcph.disk.durable import flush
from hpcph.disk.room import writing
from hpcph.errors import Stopped, counted
from hpcph.parallel.comm import Comm
from hpcph.parallel.kernels import Kernel, of_all
from hpcph.parallel.signals import Stop
from hpcph.workflow.stage import POINTS, Stage

INTERVAL = 60.0  # s between checkpoints
SHARE = 0.01  # of the run that they may take


class Keeper:
    """The place of a run; its methods are collective, but `pause` and `on_disk`.

    path : the file under work; identity : what decides the results, by name; place : where an earlier run stopped
    kernels : what computes, and what computed that earlier run
    points : k-points of the stages that this run finished, without those of the earlier one
    """

    def __init__(self, comm: Comm, path: Path, identity: dict[str, str], earlier: Checkpoint | None, stop: Stop):
        """Collective."""
        self.comm, self.path, self.identity, self.stop = comm, path, identity, stop
        self.place = self.begun = earlier.place if earlier else Place()
        self.points = 0
        self.generation = earlier.generation if earlier else 0
        self.kernels = of_all(comm, tuple(Kernel(*k) for k in earlier.kernels) if earlier else ())
        self.interval, self.last = INTERVAL, time.monotonic()

    @property
    def on_disk(self) -> bool:
        """Is there a checkpoint?"""
        return self.generation > 0

    def row_of(self, stage: Stage) -> np.ndarray | None:
        """Sums of a stage that is finished (empty where it has none), None for others."""
        if stage.name not in self.place.finished:
            return None
        return self.place.rows.get(stage.name, np.zeros(0))

    def start(self, stage: Stage) -> tuple[int, np.ndarray]:
        """First block of a stage that is left, and the sum of those before."""
        if self.place.stage == stage.name and len(self.place.partial) == stage.width:
            return self.place.block, self.place.partial
        return 0, np.zeros(stage.width)

    def pause(self) -> bool:
        """Should no more blocks be handed out for now?"""
        return self.stop.requested or (self.comm.root and self._due())

    def passed(self, stage: Stage, block: int, total: np.ndarray) -> None:
        """All blocks of the stage below `block` are done, their maps are in the file. Raises Stopped."""
        self.place = replace(self.place, stage=stage.name, block=block, partial=total)
        stopping = any(self.comm.mpi.allgather(self.stop.requested))
        self.comm.on_root(lambda: self._save() if stopping or self._due() else None)
        if stopping:
            all_blocks = counted(len(stage.blocks), "blocks")
            raise Stopped(f"stopped in {stage.name} after {block} of {all_blocks}, nothing is lost")

    def finished(self, stage: Stage, total: np.ndarray) -> None:
        """The stage is done. What follows may lay the file out anew, so a checkpoint on disk has to know."""
        if stage.noun == POINTS:
            self.points += stage.points_from(self.begun.block if self.begun.stage == stage.name else 0)
        rows = self.place.rows | ({stage.name: total} if stage.width else {})
        self.place = Place(finished=(*self.place.finished, stage.name), rows=rows)
        self.comm.on_root(lambda: self._save() if self.on_disk else None)

    def keep(self) -> None:
        """Keep what is done, all stages so far."""
        self.comm.on_root(self._save)

    def _due(self) -> bool:
        return time.monotonic() - self.last > self.interval

    def _save(self) -> None:
        """Maps first, then the place that counts on them; the time this takes decides when the next one is due."""
        begin = time.monotonic()
        with writing(self.path.parent):
            flush(self.path)
            checkpoint.save(
                self.path.parent, Checkpoint(self.generation + 1, self.identity, self.place, self.kernels.all)
            )
        self.generation += 1
        self.last = time.monotonic()
        self.interval = max(INTERVAL, (self.last - begin) / SHARE)
