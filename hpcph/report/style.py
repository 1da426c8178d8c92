"""What the figures of the page share: colours that colour-blind readers tell apart, margins."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import plotly.graph_objects as go

from hpcph.report.embed import unit
from hpcph.show import palette, prefixes
from hpcph.show.palette import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SIGNED,
    SIGNED_AREA,
    SIGNED_DARK,
    SKY,
    VERMILION,
)

__all__ = ["BLUE", "GREEN", "ORANGE", "PURPLE", "SIGNED", "SIGNED_AREA", "SIGNED_DARK", "SKY", "VERMILION"]

SERIES = palette.OKABE_ITO[:-1]  # black is lost on the dark page
SEQUENTIAL = palette.SEQUENTIAL.capitalize()  # as plotly spells it
INK = {"white": palette.BLACK, "dark": "#e6e9ec"}  # of a first line that has no colour
POWER = {"exponentformat": "power", "showexponent": "all"}
CHANNELS = {"total": None, "diagonal": palette.DIAGONAL, "off_diagonal": palette.OFF_DIAGONAL}  # None: as the ink
NAMES = {"total": "total", "diagonal": "D", "off_diagonal": "OD"}


def steps(colours: list[str], zero: float = 0.5) -> list[list]:
    """A scale of plotly of both signs, with zero at a share of it."""
    half = len(colours) // 2
    places = [*np.linspace(0, zero, half + 1), *np.linspace(zero, 1, half + 1)[1:]]
    return [[float(place), colour] for place, colour in zip(places, colours, strict=True)]


def figure(*traces, height: int, **layout) -> go.Figure:
    """A figure in the style of the page, which brings the template (light or dark)."""
    drawn = go.Figure(list(traces))
    top = 64 if layout.get("showlegend", True) else 36  # the legend stands below the plot's buttons
    drawn.update_layout(template=None, height=height, margin={"l": 70, "r": 20, "t": top, "b": 50}, **layout)
    drawn.update_layout(title_font_size=15, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return drawn


def forbidden(figure: go.Figure, what: str = "a component along the axis") -> None:
    """Says in an empty figure why it is empty."""
    words = f"zero: symmetry forbids {what}"
    figure.add_annotation(text=words, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, yshift=14)
    figure.update_yaxes(type="linear", showticklabels=False, showgrid=False, zeroline=False)


def decades(values: np.ndarray) -> dict:
    """Ticks of a logarithmic axis: decades, or 1, 2, 3, 5, 7 of each where there are few of them."""
    seen = np.abs(values[np.isfinite(values) & (values != 0)])
    if not seen.size:
        return {"type": "log"}
    low, high = np.log10(seen.min()), np.log10(seen.max())
    if high - low > 1.5:
        return {"type": "log", "dtick": 1, "exponentformat": "power"}
    ticks = np.outer(10.0 ** np.arange(np.floor(low), np.ceil(high) + 1), [1, 2, 3, 5, 7]).ravel()
    return {"type": "log", "tickvals": ticks.tolist(), "exponentformat": "power"}


@dataclass(frozen=True)
class Shown:
    """How values with a sign are drawn: `factor` times them, in `unit`, on `axis`.

    Values of one sign are on a logarithmic axis, which says where it is turned; others are on a linear one.
    """

    factor: float
    unit: str
    axis: dict

    @classmethod
    def of(cls, values: np.ndarray, of: str) -> Self:
        """For all curves of a figure in a unit of the result."""
        seen = values[np.isfinite(values) & (values != 0)]
        scale, text = prefixed(seen, of)
        if not seen.size or (seen.min() < 0 < seen.max()):
            return cls(scale, text, POWER)
        return cls(float(np.sign(seen[0])) * scale, text, decades(scale * seen))

    def title(self, symbol: str) -> str:
        """Of the axis."""
        return f"{'−' if self.factor < 0 else ''}{symbol} ({self.unit})"


def prefixed(values: np.ndarray, of: str) -> tuple[float, str]:
    """A factor on values in a unit, and the unit of the product, with the prefix that the largest value asks for."""
    power, letter = prefixes.prefix(values, of)
    return 10.0**-power, letter + unit(of)
