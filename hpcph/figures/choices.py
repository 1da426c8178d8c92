"""What the command line says about the figures, checked: one line a mistake."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hpcph.config import arguments
from hpcph.constants import inch
from hpcph.errors import InputError, did_you_mean
from hpcph.figures import style, stylefile

NARROWEST, WIDEST = 0.05, 1.0  # m


@dataclass(frozen=True)
class Choices:
    """What the user may choose.

    q_c : wave vector (3,) fractional or None
    branch : from 1
    radius : m
    only : names of figures, or all ()
    formats : of files
    look : settings of Matplotlib
    width : of a sheet in inches, None for that of each figure by itself
    """

    q_c: np.ndarray | None = None
    branch: int = 1
    radius: float = 20e-9
    only: tuple[str, ...] = ()
    formats: tuple[str, ...] = style.USUAL
    look: dict[Any, Any] = field(default_factory=lambda: style.RC)
    width: float | None = None

    @classmethod
    def of(
        cls,
        q: str | None,
        branch: str,
        radius: str,
        only: str | Sequence[str] | None = None,
        formats: str | Sequence[str] | None = None,
        look: str | None = None,
        width: str | None = None,
    ) -> "Choices":
        """From texts, None where nothing is chosen. Raises InputError where one means nothing."""
        return cls(
            None if q is None else arguments.wave_vector(q),
            arguments.whole("--branch", branch, arguments.MAX_BRANCH),
            arguments.length("--radius", radius, "20nm"),
            _words(only),
            _formats(formats),
            style.RC if look is None else style.RC | stylefile.read(look),
            None if width is None else _width(width),
        )


def _words(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Of one text or several, with commas or without."""
    texts = (given,) if isinstance(given, str) else given or ()
    return tuple(word.strip() for text in texts for word in text.split(","))


def _formats(given: str | Sequence[str] | None) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.lower().removeprefix(".") for word in _words(given)))
    for word in words:
        if word not in style.FORMATS:
            known = did_you_mean(word, style.FORMATS)
            raise InputError("--format", word, f"formats are {', '.join(style.FORMATS)}{known}")
    return words or style.USUAL


def _width(text: str) -> float:
    """Inches."""
    metres = arguments.length("--width", text, "86mm")
    if not NARROWEST <= metres <= WIDEST:
        raise InputError("--width", text, "give a width from 50 mm to 1 m, such as 86mm")
    return metres / inch
