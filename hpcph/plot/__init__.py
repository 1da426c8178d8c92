"""Every figure of the catalogue as a function of an opened result, on the user's axes or on a sheet that shows itself.

`hpcph.plot.dispersion(result)` makes a sheet in hpcph's style, which pyplot knows as its current figure: notebooks show
it, `pyplot.show()` and `pyplot.savefig("dispersion.pdf")` do what they always do. With `ax=ax` it draws on axes that
are there already, in the style that they have. `dir(hpcph.plot)` names all figures.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import Parameter, Signature
from typing import Any

import xarray as xr
from matplotlib.axes import Axes

from hpcph.errors import InputError, did_you_mean
from hpcph.figures import comparison, sheet, style
from hpcph.figures.captions import CAPTIONS
from hpcph.figures.catalogue import Drawing, catalogue, require_branch
from hpcph.figures.choices import Choices
from hpcph.figures.sheet import Panels, Sheet

Lengths = str | float | None
CHOICES: dict[str, tuple[str, Any, Any, str]] = {  # of those who draw: name here, default, type, what it is
    "q_c": ("q", None, Sequence[float] | str | None, "fractional wave vector; the nearest stored one is taken"),
    "branch": ("branch", 1, int, "from 1, the lowest frequency"),
    "radius": ("radius", "20 nm", str | float, "text with a unit or metres; the nearest stored one is taken"),
}
OPTIONS = re.compile(r"; `--.*")  # of the command line, in captions
COMMON = """
Parameters
----------
result
    What `hpcph.open` or `hpcph.run` gives.
ax
    Axes to draw on, as many as the figure has, in the order of reading; a sheet of its own where none are given.
width
    Of that sheet, text with a unit or metres; its usual one where none is given.
"""


def __dir__() -> list[str]:
    return [*_names(), "compare"]


def __getattr__(name: str) -> Callable[..., Panels]:
    """The function of a figure."""
    if name.startswith("_") or name not in _names():
        known = "" if name.startswith("_") else did_you_mean(name, __dir__()) or "; dir(hpcph.plot) names all"
        raise AttributeError(f"hpcph.plot has no figure {name}{known}")
    return _function(name)


def compare(
    results: Mapping[str, xr.Dataset],
    figure: str,
    ax: Panels | Sequence[Axes] | None = None,
    *,
    width: Lengths = None,
    **choices: Any,
) -> Panels:
    """Up to four results in one figure: curves on the same axes, else beside each other on one scale.

    Parameters
    ----------
    results
        Opened results by the names that the legend gives them.
    figure
        A name in `dir(hpcph.plot)`.
    ax
        For curves, as of the figure itself; a sheet of its own in hpcph's style where none are given.
    width
        Of that sheet, text with a unit or metres.
    choices
        Those of the figure.

    Returns
    -------
    Panels
        The axes in the order of reading, of parts beside each other one part after the other.
    """
    if not 1 <= len(results) <= comparison.MOST:
        raise InputError("results", len(results), f"give 1 to {comparison.MOST}, which can be told apart")
    if figure not in _names():
        raise InputError("figure", figure, f"figures are {', '.join(_names())}{did_you_mean(figure, _names())}")
    drawing, chosen = _drawing(figure, width, choices)
    for name, result in results.items():
        _require(drawing, chosen, result, f"{figure}, {name}")
    named = {comparison.legible(name): result for name, result in results.items()}
    if ax is None:
        return comparison.figure(drawing, named, chosen.width, new=_shown)[1]
    layouts = [drawing.layout(result) for result in named.values()]
    axes = _given(ax, drawing, layouts[0])
    if not (all(layout == layouts[0] for layout in layouts) and comparison.overlay(drawing, named, axes)):
        raise InputError("ax", figure, "of these results does not fit on the same axes; leave ax out")
    return axes


def _names() -> list[str]:
    return [drawing.name for drawing in catalogue(Choices())]


@cache
def _function(name: str) -> Callable[..., Panels]:
    """Its signature has the choices that the figure has."""
    taken = [CHOICES[key] for key in CHOICES if key in _keywords(name)]

    def plot(
        result: xr.Dataset,
        ax: Panels | Sequence[Axes] | None = None,
        *,
        width: Lengths = None,
        **choices: Any,
    ) -> Panels:
        drawing, chosen = _drawing(name, width, choices)
        _require(drawing, chosen, result, name)
        layout = drawing.layout(result, chosen.width)
        if ax is not None:
            axes = _given(ax, drawing, layout)
            drawing.draw(result, axes)
            return axes
        page = _shown(layout.width, layout.height)
        with page.styled():
            axes = sheet.panels(page, layout)
            drawing.draw(result, axes)
        return axes

    own = [Parameter(key, Parameter.KEYWORD_ONLY, default=usual, annotation=of) for key, usual, of, _ in taken]
    plain = [
        Parameter("result", Parameter.POSITIONAL_OR_KEYWORD, annotation=xr.Dataset),
        Parameter("ax", Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=Panels | Sequence[Axes] | None),
        Parameter("width", Parameter.KEYWORD_ONLY, default=None, annotation=Lengths),
    ]
    plot.__signature__ = Signature([*plain, *own], return_annotation=Panels)  # type: ignore[attr-defined]
    plot.__name__, plot.__qualname__, plot.__module__ = name, name, __name__
    words = "".join(f"{key}\n    {what[0].upper()}{what[1:]}.\n" for key, _, _, what in taken)
    caption = OPTIONS.sub("", CAPTIONS[name])
    plot.__doc__ = f"{caption[0].upper()}{caption[1:]}.\n{COMMON}{words}"
    return plot


def _drawing(name: str, width: Lengths, given: Mapping[str, Any]) -> tuple[Drawing, Choices]:
    """A figure with what is chosen. Raises InputError where that means nothing to it."""
    known = [CHOICES[key][0] for key in CHOICES if key in _keywords(name)]
    for key in given:
        if key not in known:
            raise InputError(key, given[key], f"{name} has {', '.join(known) or 'nothing'} to choose")
    values = {key: given.get(key, usual) for key, usual, *_ in CHOICES.values()}
    q, radius = values["q"], values["radius"]
    try:
        chosen = Choices.of(
            q if q is None or isinstance(q, str) else ",".join(str(float(part)) for part in q),
            str(values["branch"]),
            _length(radius),
            width=None if width is None else _length(width),
        )
    except InputError as err:
        raise InputError(err.key.removeprefix("--"), err.value, err.fix) from None
    return next(one for one in catalogue(chosen) if one.name == name), chosen


def _keywords(name: str) -> Mapping[str, Any]:
    """What the drawing of a figure is told besides the result."""
    drawing = next(one for one in catalogue(Choices()) if one.name == name)
    return getattr(drawing.draw, "keywords", {})


def _length(given: str | float) -> str:
    return given if isinstance(given, str) else f"{float(given)!r} m"


def _require(drawing: Drawing, chosen: Choices, result: xr.Dataset, called: str) -> None:
    """Raises InputError where a result cannot give the figure, with what would."""
    if not isinstance(result, xr.Dataset):
        raise InputError(called, type(result).__name__, "give an opened result, such as hpcph.open(path)")
    obstacle = drawing.obstacle(result)
    if obstacle:
        raise InputError(called, None, obstacle)
    try:
        require_branch(result, chosen.branch)
    except InputError as err:
        raise InputError("branch", err.value, err.fix) from None


def _given(ax: Panels | Sequence[Axes], drawing: Drawing, layout: sheet.Layout) -> Panels:
    """The user's axes, if they are those of the layout. Raises InputError."""
    axes = sheet.every(ax)
    kinds = {getattr(one, "name", type(one).__name__) for one in axes}
    wanted = layout.options.get("subplot_kw", {}).get("projection", "rectilinear")
    made = f"pyplot.subplots({layout.rows}, {layout.columns}"
    made += ")" if wanted == "rectilinear" else f', subplot_kw={{"projection": "{wanted}"}})'
    if len(axes) != layout.count:
        raise InputError("ax", len(axes), f"{drawing.name} takes {layout.count} axes, such as those of {made}")
    if kinds != {wanted}:
        raise InputError("ax", ", ".join(sorted(kinds)), f"{drawing.name} takes {wanted} axes, such as those of {made}")
    return axes if len(axes) > 1 else axes[0]


def _shown(width: float, height: float, look: dict[Any, Any] = style.RC) -> Sheet:
    """A sheet that pyplot knows, which notebooks show at the end of a cell."""
    from matplotlib import pyplot

    page = pyplot.figure(FigureClass=Sheet, figsize=(width, height), layout="constrained", look=look)
    assert isinstance(page, Sheet)
    return page
