"""How every figure looks: fonts, colours, numbers; and how it becomes files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import rcsetup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from hpcph.disk.draft import draft
from hpcph.errors import InputError
from hpcph.show import palette
from hpcph.show.palette import NEGATIVE, OKABE_ITO, POSITIVE, SEQUENTIAL

__all__ = ["NEGATIVE", "OKABE_ITO", "POSITIVE", "SEQUENTIAL"]

SIGNED = LinearSegmentedColormap.from_list("signed", palette.SIGNED)  # of lines: zero is dark
SIGNED_AREA = LinearSegmentedColormap.from_list("signed area", palette.SIGNED_AREA)  # of areas: zero is light
RC: dict[Any, Any] = {
    "font.size": 8,
    "axes.titlesize": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.3,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "hatch.linewidth": 0.5,
    "pdf.fonttype": 42,
    "svg.hashsalt": "hpcph",  # names of clips and markers, else of chance
    "axes.prop_cycle": rcsetup.cycler(color=OKABE_ITO),
}
FORMATS = ("pdf", "png", "svg")
USUAL = ("pdf", "png")
UNDATED = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
DPI = 300
FORBIDDEN = "zero: symmetry forbids"


def forbidden(axes: Axes, what: str = "a component along the axis") -> None:
    """Says in empty axes why they are empty."""
    words = f"{FORBIDDEN}\n{what}"
    axes.text(0.5, 0.5, words, ha="center", va="center", color="0.3", fontsize=7, transform=axes.transAxes)


def series(count: int) -> list:
    """Colours of an ordered series of lines, dark to light, none too light for paper."""
    colours = matplotlib.colormaps["viridis"]
    return [colours(0.85 * i / max(count - 1, 1)) for i in range(count)]


def number(value: float) -> str:
    """Four digits: 0.8, 9.009×10⁵, 10⁻⁷ in mathematical type."""
    return typeset(f"{value:.4g}")


def typeset(text: str) -> str:
    """A number such as 9.0e-07 in mathematical type."""
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.replace("-", "−")
    if not exponent:
        return mantissa
    power = rf"10^{{{int(exponent)}}}"
    return f"${power}$" if mantissa == "1" else rf"${mantissa}\times{power}$"


def save(figure: Figure, folder: Path, name: str, formats: Sequence[str] = USUAL) -> list[Path]:
    """Write a file of each format; a file is whole or not there, and the same figure gives the same bytes.

    Raises InputError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(figure, folder / f"{name}.{kind}", kind) for kind in formats]
    except OSError as err:
        raise InputError("--output", folder, f"cannot be written ({err.strerror or err}); name another folder") from err


def _write(figure: Figure, path: Path, kind: str) -> Path:
    with draft(path) as temporary:
        figure.savefig(temporary, format=kind, dpi=DPI, metadata=UNDATED[kind])
    return path


def markers(count: int) -> dict:
    """Points on lines that have too few of them to be read as curves."""
    return {"marker": "o", "ms": 3} if count < 12 else {}


def names(values: Sequence[str]) -> dict[str, str]:
    """A colour for each of these names: those of the style, which are the palette's unless the reader chose others."""
    cycle = matplotlib.rcParams["axes.prop_cycle"].by_key().get("color", OKABE_ITO)
    return {value: cycle[i % len(cycle)] for i, value in enumerate(values)}
