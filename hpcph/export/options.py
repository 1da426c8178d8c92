"""What the command line says about an export, checked: one line a mistake."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpcph.config import arguments
from hpcph.errors import InputError, InputErrors, counted, did_you_mean

FORMATS = {  # and the options that each has a use for, beside the output
    "extxyz": ("q", "branch", "cells", "frames", "amplitude"),
    "phononwebsite": (),
    "phonopy-band": (),
    "vesta": ("q", "branch", "cells", "amplitude", "vectors"),
    "cif": ("temperature",),
    "table": (),
    "moments": ("leg",),
}
VECTORS = ("displacement", "polarization")
MAX_CELLS = 10_000  # repetitions in all
MAX_FRAMES = 10_000
MAX_AMPLITUDE = 5e-9  # m


@dataclass(frozen=True)
class Options:
    """Texts as they are given, or None; the properties are what they mean.

    Raises InputError, on construction, where one means nothing.
    """

    format: str
    q: str | None = None
    branch: str = "1"
    cells: str | None = None
    frames: str = "32"
    amplitude: str = "0.3 angstrom"
    vectors: str = "displacement"
    temperature: str = "300 K"
    leg: str | None = None
    output: Path | None = None

    def __post_init__(self) -> None:
        _one_of("--format", self.format, FORMATS)
        _one_of("--vectors", self.vectors, VECTORS)
        _ = self.wave_vector, self.branch_number, self.repetitions, self.frame_count, self.metres, self.kelvin

    @classmethod
    def given(cls, format: str, output: Path | None, **texts: str | None) -> "Options":
        """From texts, None where an option is not given; each that is given must have a use."""
        _one_of("--format", format, FORMATS)
        wanted = {name: text for name, text in texts.items() if text is not None}
        unused = {name: f"{format} has no use for it" for name in wanted if name not in FORMATS[format]}
        if format == "vesta" and wanted.get("vectors") == "polarization" and "amplitude" in wanted:
            unused["amplitude"] = "--vectors polarization has no use for it"
        if unused:
            raise InputErrors([InputError(f"--{n}", wanted[n], f"{why}; leave it out") for n, why in unused.items()])
        return cls(format, output=output, **wanted)

    @property
    def wave_vector(self) -> np.ndarray | None:
        """Fractional, (3,)."""
        return None if self.q is None else arguments.wave_vector(self.q)

    @property
    def branch_number(self) -> int:
        """From 1."""
        return arguments.whole("--branch", self.branch, arguments.MAX_BRANCH)

    @property
    def repetitions(self) -> tuple[int, int, int] | None:
        """Of the primitive cell along a, b, c."""
        if self.cells is None:
            return None
        parts = [arguments.digits(part) for part in self.cells.split(",")]
        if len(parts) != 3 or min(parts) < 1:
            raise InputError("--cells", self.cells, "give three whole numbers from 1, such as 1,1,11")
        a, b, c = parts
        if a * b * c > MAX_CELLS:
            raise InputError("--cells", self.cells, f"{counted(a * b * c, 'cells')} in all; at most {MAX_CELLS}")
        return a, b, c

    @property
    def frame_count(self) -> int:
        """Pictures of one period."""
        return arguments.whole("--frames", self.frames, MAX_FRAMES)

    @property
    def metres(self) -> float:
        """The amplitude."""
        return arguments.length("--amplitude", self.amplitude, "0.3 angstrom", MAX_AMPLITUDE)

    @property
    def kelvin(self) -> float:
        """The temperature."""
        return arguments.temperature("--temperature", self.temperature)


def _one_of(key: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise InputError(key, value, f"give one of {', '.join(known)}{did_you_mean(value, known)}")
