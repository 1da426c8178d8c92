"""What rank 0 says: a progress bar on a terminal or in a notebook, plain lines in a batch log, the closing table."""

import os
import sys
import time
from html import escape
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hpcph.errors import counted, printable
from hpcph.workflow.pipe import hush

LOG_WIDTH = 170  # columns of a table
INTERVAL = 10.0  # s between lines of a batch log
NOTEBOOK_INTERVAL = 0.2  # s between two states of a notebook's bar


class Unbroken(Console):
    """A console that falls silent where nobody reads on: a run is there for its result."""

    def on_broken_pipe(self) -> None:
        """Instead of rich's, which ends the program."""
        hush(sys.stdout)


class Reporter:
    """Lines and bars of one run; silent on every rank but the first.

    file : takes lines alone, instead of what the user sees
    """

    def __init__(self, speaks: bool, file: TextIO | None = None):
        watched = file is None and _watched()
        self.bars = Unbroken(quiet=not speaks, force_terminal=watched, force_jupyter=False, file=file)
        self.lines = Unbroken(quiet=not speaks, force_terminal=False, force_jupyter=False, width=LOG_WIDTH, file=file)
        self.notebook = speaks and file is None and _notebook()

    def say(self, text: str | Table) -> None:
        """One line, or a table."""
        text = printable(text) if isinstance(text, str) else text
        self.lines.print(text, markup=False, highlight=False, soft_wrap=isinstance(text, str))

    def stage(self, name: str, blocks: int, points: int, noun: str, earlier: int = 0) -> "StageProgress":
        """A context manager; call it with the number of blocks given out so far, of `earlier` points at the start."""
        return StageProgress(self, name, blocks, points, noun, earlier)


class StageProgress:
    """Progress of one stage, points per second of this run, time left; earlier : points that another run computed."""

    def __init__(self, reporter: Reporter, name: str, blocks: int, points: int, noun: str, earlier: int):
        self.reporter, self.name, self.points, self.noun = reporter, name, points, noun
        self.per_block, self.earlier = points / blocks, earlier
        self.start = self.last = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn(f"{{task.completed:.0f}}/{{task.total:.0f}} {noun}"),
            TextColumn("{task.fields[rate]:.0f}/s"),
            TimeRemainingColumn(),
        )
        self.bar = Progress(*columns, console=reporter.bars, transient=True) if reporter.bars.is_terminal else None
        self.cell = NotebookBar(points) if reporter.notebook else None

    def __enter__(self) -> "StageProgress":
        if self.bar:
            self.bar.start()
            self.task = self.bar.add_task(self.name, total=self.points, rate=0.0)
        if self.cell:
            self.cell.show(0, f"{self.name}: 0/{self.points} {self.noun}")
        return self

    def __exit__(self, kind, *_) -> None:
        if self.bar:
            self.bar.stop()
        if kind is not None:
            return
        spent = time.monotonic() - self.start
        computed = self.points - self.earlier
        of = f"{computed} of " if self.earlier else ""
        closing = f"{self.name}: {of}{counted(self.points, self.noun)} in {spent:.1f} s, {computed / spent:.0f}/s"
        if self.cell:
            self.cell.show(self.points, closing)
        else:
            self.reporter.say(closing)

    def __call__(self, blocks: int) -> None:
        done, now = min(blocks * self.per_block, self.points), time.monotonic()
        rate = max(done - self.earlier, 0) / max(now - self.start, 1e-9)
        if self.bar:
            self.bar.update(self.task, completed=done, rate=rate)
        elif now - self.last > (NOTEBOOK_INTERVAL if self.cell else INTERVAL):
            self.last = now
            left = (self.points - done) / max(rate, 1e-9)
            state = f"{self.name}: {done:.0f}/{self.points} {self.noun}, {rate:.0f}/s, {left:.0f} s left"
            if self.cell:
                self.cell.show(done, state)
            else:
                self.reporter.say(state)


class NotebookBar:
    """A bar below the cell, renewed in place; rich's own needs ipywidgets and is gone from a saved notebook."""

    def __init__(self, total: float):
        from IPython.display import HTML, display

        self.html, self.total = HTML, total
        self.handle = display(HTML(""), display_id=True)

    def show(self, done: float, text: str) -> None:
        """The bar at `done`, with a line of text beside it."""
        bar = f'<progress value="{done:.0f}" max="{self.total:.0f}"></progress>'
        self.handle.update(self.html(f"{bar} <code>{escape(text)}</code>"))


def _notebook() -> bool:
    """Is this the kernel of a notebook, which shows HTML?"""
    kernel = sys.modules.get("IPython")
    shell = kernel and kernel.get_ipython()
    return type(shell).__name__ == "ZMQInteractiveShell"


def _watched() -> bool:
    """Is somebody looking at a terminal? mpirun lends its ranks one even where its own output goes to a file.

    So do the cells of a notebook to what they start with `!`, and show everything that a bar wipes out.
    """
    if not sys.stdout.isatty() or "JPY_PARENT_PID" in os.environ:
        return False
    if "OMPI_COMM_WORLD_SIZE" not in os.environ:
        return True
    try:
        return os.readlink(f"/proc/{os.getppid()}/fd/1").startswith(("/dev/pts", "/dev/tty"))
    except OSError:
        return False
