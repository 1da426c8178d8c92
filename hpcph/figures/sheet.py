"""Sheets of paper: how large a figure is, where its axes stand, and what stands around them.

A figure is drawn on axes: those of a sheet of its own, or the user's. Small print and legends outside the axes are of
sheets; on the axes of others the legend stands inside and the small print is left out.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure, SubFigure

from hpcph.figures import style

WIDTH = 7.0  # inches, two columns of a journal
COLUMN = 3.6
NARROWEST = 1.9  # inches, of a panel that may stand below others instead
SMALLEST = 1.1  # of one of a fixed shape
LOWEST = 2.3  # inches, of what stands in a row where a sheet is narrower than by itself
FORMULA = re.compile(r"(?:\$[^$]*\$|[^\s$])+")  # a word, with the spaces of its formulas
SOURCE = re.compile(r"\\[A-Za-z]+\s?|[{}$^_]|\\.")  # what a formula is written with and does not show
LETTERS = 19  # of the small print, an inch
HANDLE, LETTER = 0.5, 0.062  # inches: a line of the legend with its gaps, a letter beside it

Panels = Axes | np.ndarray  # one axes, or a row of them in the order of reading


@dataclass(frozen=True)
class Layout:
    """A figure by itself: inches, rows and columns of its axes.

    flows : narrower sheets have fewer columns and more rows
    overlaid : several results share the axes; else they stand side by side
    rigid : panels of a fixed shape, whose heights follow their widths
    options : of Figure.subplots, such as sharex, width_ratios, subplot_kw
    """

    width: float
    height: float
    rows: int = 1
    columns: int = 1
    flows: bool = False
    overlaid: bool = False
    rigid: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    empty: int = 0

    @property
    def count(self) -> int:
        """Of axes."""
        return self.rows * self.columns - self.empty

    def at(self, width: float) -> "Layout":
        """The same on a sheet of another width, inches.

        Panels keep their proportions, but letters keep their size: what stands in a row is not lower than LOWEST, or
        than it is by itself, and not higher where panels come to stand below each other.
        """
        columns, row = self.columns, self.height / self.rows
        if self.flows and width < self.width:
            columns = max(1, min(columns, int(width / (SMALLEST if self.rigid else NARROWEST))))
        rows = -(-self.count // columns)
        scale = (width / columns) / (self.width / self.columns)
        if columns < self.columns:  # wider panels than by itself need not be higher
            scale = min(scale, 1.0)
        if not self.rigid:
            scale = max(scale, min(1.0, LOWEST / row))
        height = rows * row * scale
        options = self.options
        if columns < self.columns:
            columns = -(-self.count // rows)
            options = {name: value for name, value in options.items() if not name.endswith("_ratios")}
        empty = rows * columns - self.count
        return replace(self, width=width, height=height, rows=rows, columns=columns, options=options, empty=empty)


class Sheet(Figure):
    """A figure of hpcph's own, whose parts make room for each other.

    look : settings of Matplotlib that hold whenever it is drawn or saved, for ticks are made only then
    """

    def __init__(self, *args, look: dict[Any, Any] = style.RC, **options):
        self.look = dict(look)
        with self.styled():
            super().__init__(*args, **options)

    def styled(self) -> AbstractContextManager:
        """In which this sheet is drawn upon."""
        return matplotlib.rc_context(self.look)

    def draw(self, renderer) -> None:
        """As every figure, in its own look."""
        with self.styled():
            super().draw(renderer)

    def savefig(self, *args, **options) -> None:
        """As every figure, in its own look: fonts are put into a file after all is drawn."""
        with self.styled():
            super().savefig(*args, **options)


def blank(width: float, height: float, look: dict[Any, Any] = style.RC) -> Sheet:
    """An empty sheet, inches."""
    return Sheet(figsize=(width, height), layout="constrained", look=look)


def panels(parent: Figure | SubFigure, layout: Layout) -> Panels:
    """The axes of a layout on a figure or a part of one; each has its numbers below it where panels may flow."""
    grid = parent.subplots(layout.rows, layout.columns, squeeze=False, **layout.options).ravel()
    for axes in grid[layout.count :]:
        axes.remove()
    grid = grid[: layout.count]
    if layout.flows:
        for axes in grid:
            axes.tick_params(axis="x", which="both", labelbottom=True)
    return grid if grid.size > 1 else grid[0]


def every(axes: Panels | Sequence[Axes]) -> np.ndarray:
    """One or some, in a row."""
    return np.ravel(np.asarray(axes, dtype=object))


def first(axes: Panels) -> Axes:
    """The first of some axes."""
    return every(axes)[0]


def parent(axes: Panels) -> Figure | SubFigure:
    """The figure, or the part of one, that axes stand on."""
    found = first(axes).get_figure(root=False)
    assert isinstance(found, Figure | SubFigure)
    return found


def own(axes: Panels) -> bool:
    """Is that a sheet of hpcph?"""
    return isinstance(parent(axes).get_figure(root=True), Sheet)


def width(axes: Panels) -> float:
    """Of the figure, or its part, that axes stand on, inches."""
    of = parent(axes)
    return of.bbox.width / of.get_figure(root=True).get_dpi()


def note(axes: Panels, *lines: str) -> None:
    """Small print below a figure, broken where the page ends; empty lines, and those that stand there, are left out."""
    if own(axes):
        of = parent(axes)
        letters, said = int(LETTERS * width(axes)), of.get_supxlabel()
        broken = [_broken(line, letters) for line in lines if line]
        text = "\n".join(filter(None, [said, *(line for line in broken if line not in said)]))
        if text:
            of.supxlabel(text, fontsize=6.5, color="0.3", x=0.01, ha="left", linespacing=1.3)


def _broken(line: str, letters: int) -> str:
    """Lines of at most so many letters, as they are seen; formulas are kept whole."""
    lines: list[str] = []
    room = 0
    for word in FORMULA.findall(line):
        seen = _seen(word)
        if lines and seen + 1 <= room:
            lines[-1] += f" {word}"
            room -= seen + 1
        else:
            lines.append(word)
            room = letters - seen
    return "\n".join(lines)


def _seen(text: str) -> int:
    """Letters of a text with formulas, about."""
    return len(SOURCE.sub("", text)) + len(re.findall(r"\\[A-Za-z]+", text)) // 2


def legend(
    axes: Panels, handles: Sequence[Artist] | None = None, *, most: int = 6, place: str = "upper center", **options
) -> None:
    """Outside the axes, in as many columns as there is room for, at most `most`; on other people's axes inside.

    handles : those of the first axes where none are given
    place : "upper center", or "right upper" in one column
    """
    shown = list(first(axes).get_legend_handles_labels()[0] if handles is None else handles)
    if not shown:
        return
    if not own(axes):
        first(axes).legend(handles=shown, **options)
        return
    words = [str(handle.get_label()) for handle in shown]
    if any([text.get_text() for text in there.get_texts()] == words for there in parent(axes).legends):
        return  # of another result on the same axes
    room = int(width(axes) / (HANDLE + LETTER * max(map(_seen, words))))
    columns = 1 if place.startswith("right") else max(1, min(len(shown), most, room))
    where: Any = f"outside {place}"
    parent(axes).legend(handles=shown, loc=where, ncols=columns, **options)


def colours(axes: Panels, drawn: ScalarMappable, label: str, **options) -> Colorbar:
    """A colour bar beside axes."""
    beside = axes if isinstance(axes, Axes) else list(axes)
    return parent(axes).colorbar(drawn, ax=beside, label=label, **{"pad": 0.01, "aspect": 35, **options})
