"""Several results in one figure: on the same axes where they are curves, else beside each other on one scale."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from hpcph.errors import InputError, printable
from hpcph.figures import sheet, style
from hpcph.figures.catalogue import Drawing, chosen, require_branch
from hpcph.figures.choices import Choices
from hpcph.figures.sheet import Panels, Sheet

LINES: tuple[Any, ...] = ("-", "--", "-.", ":")
MOST = len(LINES)
NAME, ROW = 0.25, 0.14  # inches, above a part, and for each further one in a legend
NARROW = 3.3  # inches, of a part that may stand below others instead
LONGEST = 40  # letters of a name


def require_several(paths: Sequence[Path]) -> None:
    """Raises InputError for too many results, or one that is named twice."""
    if len(paths) > MOST:
        raise InputError("RESULT.h5", len(paths), f"at most {MOST} results can be told apart in a figure")
    real = [path.resolve() for path in paths]
    for path in real:
        if real.count(path) > 1:
            raise InputError("RESULT.h5", path, "is named twice; name each result once")


def folder(paths: Sequence[Path]) -> Path:
    """`comparison` in the folder that holds all of them."""
    return Path(os.path.commonpath([path.resolve().parent for path in paths])) / "comparison"


def names(results: Mapping[Path, xr.Dataset]) -> list[str]:
    """The titles of runs, or the shortest ends of their folders, that tell them apart."""
    titles = [str(result.attrs.get("title", "")).strip()[:LONGEST] for result in results.values()]
    if all(titles) and len(set(titles)) == len(titles):
        return [legible(title) for title in titles]
    parts = [path.resolve().with_suffix("").parts for path in results]
    while len({part[-1] for part in parts}) == 1:
        parts = [part[:-1] for part in parts]
    depth = next(n for n in range(1, 1 + max(map(len, parts))) if len({part[-n:] for part in parts}) == len(parts))
    return [legible("/".join(part[-depth:])) for part in parts]


def legible(text: str) -> str:
    """A name as the font has it, and no formula, whatever it holds."""
    font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    shown = "".join(c if font.get_char_index(ord(c)) else "?" for c in printable(" ".join(text.split())))
    return shown.replace("$", r"\$")


def write(results: Mapping[Path, xr.Dataset], folder: Path, choices: Choices) -> Iterator[str]:
    """Draw what all results have data for into a folder; a line each, what was written or whose lack skipped it.

    Raises InputError where the choices do not fit a crystal or the folder cannot be written.
    """
    for result in results.values():
        require_branch(result, choices.branch)
    named = dict(zip(names(results), results.values(), strict=True))
    for drawing in chosen(choices):
        lacking = [f"{path}: {text}" for path, result in results.items() if (text := drawing.obstacle(result))]
        if lacking:
            yield f"{drawing.name}: skipped; {'; '.join(lacking)}"
            continue
        page, _ = figure(drawing, named, choices.width, choices.look)
        yield " ".join(str(path) for path in style.save(page, folder, drawing.name, choices.formats))


def figure(
    drawing: Drawing,
    results: Mapping[str, xr.Dataset],
    width: float | None = None,
    look: dict[Any, Any] = style.RC,
    new: Callable[..., Sheet] = sheet.blank,
) -> tuple[Sheet, Panels]:
    """Results by their names on a sheet of their own, and its axes, part after part.

    new : makes a sheet of width, height (inches) and look
    """
    draw = _on_one if _overlaid(drawing, results, width, look) else _side_by_side
    return draw(drawing, results, width, look, new)


def overlay(drawing: Drawing, results: Mapping[str, xr.Dataset], axes: Panels) -> bool:
    """All results on the same axes, a kind of line each; False where they have other units, scales or panels."""
    panels: list[Axes] = list(sheet.every(axes))
    of, own = sheet.parent(axes), sheet.own(axes)
    zeros: list[list[Text]] = []  # of each result, what symmetry forbids
    limits: list[list[tuple]] = []
    fresh: list[list[Artist]] = []
    notes: list[str] = []
    drawn = None
    for ls, result in zip(LINES, results.values(), strict=False):
        before = [set(one.get_children()) for one in panels]
        for one in panels if fresh else []:
            one.autoscale(True)  # a limit of the result before would cut this one's curves
        if own:
            of.supxlabel("")
        drawing.draw(result, axes)
        notes.append(of.get_supxlabel() if own else "")
        kinds = [_kind(axes) for axes in panels]
        if drawn not in (None, (kinds, len(of.axes))):
            return False
        drawn = kinds, len(of.axes)
        new = [[part for part in one.get_children() if part not in b] for one, b in zip(panels, before, strict=True)]
        fresh.append([part for parts in new for part in parts if isinstance(part, Line2D | Collection)])
        zeros.append([])
        for one, parts, there in zip(panels, new, before, strict=True):
            _restyle(one, parts, ls, again=len(fresh) > 1)
            texts = [part for part in parts if isinstance(part, Text) and part.axes is one]
            zeros[-1] += [text for text in texts if text.get_text().startswith(style.FORBIDDEN)]
            said = {(old.get_text(), old.get_position()) for old in there if isinstance(old, Text)}
            for text in texts:
                if (text.get_text(), text.get_position()) in said and text not in zeros[-1]:
                    text.remove()
        limits.append([(one.get_xlim(), one.get_ylim()) for one in panels])
    if own:
        of.supxlabel("")
        sheet.note(axes, *_told(list(results), notes))
    _widen(panels, limits, zeros)
    _name(axes, panels, list(results), zeros, _coloured(fresh))
    return True


def _told(given: list[str], notes: list[str]) -> list[str]:
    """Small print: what is true of all results, then what is of each."""
    lines = [note.split("\n") for note in notes]
    same = next((i for i, of in enumerate(zip(*lines, strict=False)) if len(set(of)) > 1), min(map(len, lines)))
    own = [(name, " ".join(of[same:])) for name, of in zip(given, lines, strict=True)]
    return [*lines[0][:same], *(f"{name}: {text}" for name, text in own if text)]


def _coloured(fresh: list[list[Artist]]) -> list:
    """A colour for each result where it tells nothing else; else the grey of all of them in the legend."""
    lines = [[part for part in parts if isinstance(part, Line2D) and part.axes] for parts in fresh]
    curves = [line for line in lines[0] if line.axes and line.get_transform() == line.axes.transData]
    if len({to_hex(line.get_color()) for line in curves}) != 1:
        return ["0.25"] * len(fresh)
    own = to_hex(curves[0].get_color())
    for parts, colour in zip(fresh, style.OKABE_ITO, strict=False):
        for part in parts:
            if isinstance(part, Line2D) and to_hex(part.get_color()) == own:
                part.set_color(colour)
            elif isinstance(part, Collection):
                part.set_color([(*to_rgb(colour), face[3]) for face in np.atleast_2d(part.get_facecolor())])
    return list(style.OKABE_ITO[: len(fresh)])


def _overlaid(drawing, results, width, look) -> bool:
    """Do these results fit on the same axes? Tried on a sheet that nobody sees."""
    layouts = [drawing.layout(result, width) for result in results.values()]
    if not all(layout.overlaid and layout == layouts[0] for layout in layouts):
        return False
    page = sheet.blank(layouts[0].width, layouts[0].height, look)
    with page.styled():
        return overlay(drawing, results, sheet.panels(page, layouts[0]))


def _on_one(drawing, results, width, look, new) -> tuple[Sheet, Panels]:
    layout = drawing.layout(next(iter(results.values())), width)
    page = new(layout.width, layout.height + NAME + ROW * (len(results) - 1), look)
    with page.styled():
        axes = sheet.panels(page, layout)
        overlay(drawing, results, axes)
    return page, axes


def _kind(axes: Axes) -> tuple:
    """What curves must have in common to stand on the same axes: quantity, unit and scale."""
    beside = [(child.get_xlabel(), child.get_ylabel()) for child in axes.child_axes[:1]]
    return axes.get_xlabel(), axes.get_ylabel(), axes.get_xscale(), axes.get_yscale(), *beside


def _restyle(axes: Axes, parts: Sequence[Artist], ls: Any, again: bool) -> None:
    """Gives new lines of axes their kind; lines across all of them and second scales stand there once."""
    for part in parts:
        if isinstance(part, Line2D) and part.get_transform() == axes.transData:
            if part.get_linestyle() == "-":
                part.set_linestyle(ls)
        elif again and isinstance(part, Line2D | Axes):
            part.remove()


def _widen(panels: list[Axes], limits: list[list[tuple]], zeros: list[list[Text]]) -> None:
    """Limits that a figure has set hold for all its results; zeros have no scale."""
    for i, axes in enumerate(panels):
        seen = [of[i] for of, zero in zip(limits, zeros, strict=True) if not any(text.axes is axes for text in zero)]
        if seen and not axes.get_autoscalex_on():
            axes.set_xlim(_union([x for x, _ in seen]))
        if seen and not axes.get_autoscaley_on():
            axes.set_ylim(_union([y for _, y in seen]))


def _union(limits: list[tuple[float, float]]) -> tuple[float, float]:
    """Of limits, in the direction of the first."""
    low, high = np.min(limits), np.max(limits)
    return (high, low) if limits[0][0] > limits[0][1] else (low, high)


def _name(axes: Panels, panels: list[Axes], given: list[str], zeros: list[list[Text]], colours: list) -> None:
    """A legend of the results, with what symmetry forbids in one and not in another."""
    words = []
    for name, zero in zip(given, zeros, strict=True):
        everywhere = len({text.axes for text in zero}) == len(panels)
        words.append(f"{name} (zero by symmetry)" if everywhere else name)
    for one in panels:
        texts = [text for zero in zeros for text in zero if text.axes is one]
        for text in texts if 0 < len(texts) < len(given) else texts[1:]:
            text.remove()
    handles: list[Any] = [
        Line2D([], [], color=colour, ls=ls, label=f" {name}")
        for colour, ls, name in zip(colours, LINES, words, strict=False)
    ]
    of, place, titles = sheet.parent(axes), "upper center", []
    inside = panels[0].get_legend()
    for there in [*of.legends] if sheet.own(axes) else [inside] if inside else []:
        place = "right upper" if getattr(there, "_outside_loc", None) == "right" else place
        titles.append(there.get_title().get_text())
        for handle, text in zip(there.legend_handles, there.get_texts(), strict=True):
            label = text.get_text()
            if handle is None or label in [str(known.get_label()) for known in handles]:
                continue
            if len(set(colours)) > 1:  # which say what result it is: all curves are of one kind
                titles.append(label)
            else:
                handle.set_label(label)
                handles.append(handle)
        there.remove()
    sheet.legend(axes, handles, most=3, place=place, title=", ".join(dict.fromkeys(filter(None, titles))) or None)


def _side_by_side(drawing, results, width, look, new) -> tuple[Sheet, Panels]:
    """A part of the sheet for each result, named; the same limits and colours where they show the same quantity."""
    natural = [drawing.layout(result).width for result in results.values()]
    total = min(sheet.WIDTH, sum(natural)) if width is None else width
    columns = max(1, min(len(results), int(total / min(NARROW, *natural))))
    rows = -(-len(results) // columns)
    layouts = [drawing.layout(result, total / columns) for result in results.values()]
    page = new(total, rows * (max(layout.height for layout in layouts) + NAME), look)
    with page.styled():
        heights = [NAME, max(layout.height for layout in layouts)] * rows
        grid = page.subfigures(2 * rows, columns, squeeze=False, height_ratios=heights)
        heads, parts = grid[::2].ravel(), grid[1::2].ravel()[: len(results)]
        panels = []
        for head, name in zip(heads, results, strict=False):
            head.text(0.5, 0.4, name, ha="center", va="center", fontsize=8, fontweight="bold")
        for part, layout, result in zip(parts, layouts, results.values(), strict=True):
            axes = sheet.panels(part, layout)
            drawing.draw(result, axes)
            panels.append(list(sheet.every(axes)))
        if len({len(of) for of in panels}) == 1:
            for alike in zip(*panels, strict=True):
                _one_scale(alike)
            if len({_bars(part) for part in parts}) == 1:
                for alike in zip(*panels, strict=True):
                    _one_norm(alike)
    return page, np.array([axes for of in panels for axes in of], dtype=object)


def _one_scale(alike: Sequence[Axes]) -> None:
    """The same limits of axes of one quantity."""
    kinds = [_kind(axes) for axes in alike]
    for i, name in enumerate("xy"):
        if len({(kind[i], kind[i + 2]) for kind in kinds}) == 1 and kinds[0][i]:
            limits = _union([getattr(axes, f"get_{name}lim")() for axes in alike])
            for axes in alike:
                axes.set(**{f"{name}lim": limits})


def _one_norm(alike: Sequence[Axes]) -> None:
    """The same colours of what is drawn in colours of the same kind."""
    drawn = [[one for one in (*axes.collections, *axes.images) if one.get_array() is not None] for axes in alike]
    if len({len(of) for of in drawn}) > 1:
        return
    for mapped in zip(*drawn, strict=True):
        if len({(one.get_cmap().name, type(one.norm)) for one in mapped}) == 1:
            low, high = (np.array([getattr(one.norm, end) for one in mapped], dtype=float) for end in ("vmin", "vmax"))
            for one in mapped:
                one.norm.vmin, one.norm.vmax = low.min(), high.max()


def _bars(part: SubFigure) -> tuple[str, ...]:
    """What the colours of a part mean."""
    bars = [axes for axes in part.axes if hasattr(axes, "_colorbar")]
    return tuple(f"{axes.get_xlabel()}{axes.get_ylabel()}" for axes in bars)
