"""Sheets of paper: how large a figure is, where its axes stand, and what stands around them.

A figure is drawn on axes: those of a sheet of its own, or the user's. Small print and legends outside the axes are of
sheets; on the axes of others the legend stands inside and the small print is left out.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure, FigureBase

WIDTH = 7.0  # inches, two columns of a journal
COLUMN = 3.6
LETTERS = 19  # of the small print, an inch
HANDLE, LETTER = 0.5, 0.062  # inches: a line of the legend with its gaps, a letter beside it

Panels = Axes | np.ndarray  # one axes, or a row of them in the order of reading


@dataclass(frozen=True)
class Layout:
    """A figure by itself: inches, rows and columns of its axes.

    flows : narrower sheets have fewer columns and more rows
    overlaid : several results share the axes; else they stand side by side
    options : of Figure.subplots, such as sharex, width_ratios, subplot_kw
    """

    width: float
    height: float
    rows: int = 1
    columns: int = 1
    flows: bool = False
    overlaid: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


class Sheet(Figure):
    """A figure of hpcph's own, whose parts make room for each other."""


def blank(width: float, height: float) -> Sheet:
    """An empty sheet, inches."""
    return Sheet(figsize=(width, height), layout="constrained")


def panels(parent: FigureBase, layout: Layout) -> Panels:
    """The axes of a layout on a figure or a part of one."""
    grid = parent.subplots(layout.rows, layout.columns, squeeze=False, **layout.options).ravel()
    return grid if grid.size > 1 else grid[0]


def first(axes: Panels) -> Axes:
    """The first of some axes."""
    return np.atleast_1d(np.asarray(axes, dtype=object))[0]


def parent(axes: Panels) -> FigureBase:
    """The figure, or the part of one, that axes stand on."""
    found = first(axes).get_figure(root=False)
    assert found is not None
    return found


def own(axes: Panels) -> bool:
    """Is that a sheet of hpcph?"""
    return isinstance(parent(axes).get_figure(root=True), Sheet)


def width(axes: Panels) -> float:
    """Of the figure, or its part, that axes stand on, inches."""
    of = parent(axes)
    return of.bbox.width / of.get_figure(root=True).get_dpi()


def note(axes: Panels, *lines: str) -> None:
    """Small print below a figure, broken where the page ends; empty lines are left out."""
    letters = int(LETTERS * width(axes))
    text = "\n".join(textwrap.fill(line, letters, break_long_words=False) for line in lines if line)
    if text and own(axes):
        parent(axes).supxlabel(text, fontsize=6.5, color="0.3", x=0.01, ha="left", linespacing=1.3)


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
    longest = max(len(str(handle.get_label())) for handle in shown)
    room = int(width(axes) / (HANDLE + LETTER * longest))
    columns = 1 if place.startswith("right") else max(1, min(len(shown), most, room))
    parent(axes).legend(handles=shown, loc=f"outside {place}", ncols=columns, **options)


def colours(axes: Panels, drawn: ScalarMappable, label: str, **options) -> Colorbar:
    """A colour bar beside axes."""
    beside = axes if isinstance(axes, Axes) else list(axes)
    return parent(axes).colorbar(drawn, ax=beside, label=label, **{"pad": 0.01, "aspect": 35, **options})


def row(axes: Panels) -> np.ndarray:
    """Axes in the order of reading, be it one."""
    return np.atleast_1d(np.asarray(axes, dtype=object))
