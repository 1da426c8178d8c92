"""Formats of force constants of other programs: how each is recognised and who reads it. One row a format."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hpcph.readers import espresso_matrices, quantum_espresso
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Content

PHONOPY = "phonopy"
Read = Callable[[tuple[Content, ...], Content | None], SupercellConstants]


@dataclass(frozen=True)
class Format:
    """One of the formats.

    name : as crystal.format has it; title : as lines to the user have it
    begins : what is found in how a file begins, unpacked
    read : force constants of the file that the input names, those beside it, and that of crystal.structure
    beside : other files that belong to a path; structure : does it need crystal.structure?
    """

    name: str
    title: str
    begins: re.Pattern[str]
    read: Read
    beside: Callable[[Path], list[Path]] = lambda path: []
    structure: bool = False


FORMATS = (
    Format(
        "qe-dyn",
        "dynamical matrices of Quantum ESPRESSO",
        re.compile(
            r"\A\s*Dynamical matrix file|Dynamical +Matrix in cartesian axes"
            r"|\A[ \t]*\d+[ \t]+\d+[ \t]+\d+[ \t]*\n[ \t]*\d+[ \t]*\n[ \t]*(?:-?\d*\.\S+[ \t]+){2}-?\d*\.\S+[ \t]*$",
            re.IGNORECASE | re.MULTILINE,
        ),
        lambda contents, structure: espresso_matrices.read(contents),
        beside=espresso_matrices.beside,
    ),
    Format(
        "qe-q2r",
        "q2r.x of Quantum ESPRESSO",
        re.compile(r"\A(?:.*\n){1,12}?[ \t]*\d+[ \t]+'[^'\n]*'[ \t]+\S+[ \t]*\n|<GEOMETRY_INFO"),
        lambda contents, structure: quantum_espresso.read(contents[0]),
    ),
)
NAMES = (PHONOPY, *(one.name for one in FORMATS))


def recognised(head: str, wanted: str | None) -> Format | None:
    """The format of a file of another program; None of what phonopy reads.

    head : how the file begins, unpacked; wanted : crystal.format, which decides where it is given
    """
    if wanted is not None:
        return next((one for one in FORMATS if one.name == wanted), None)
    return next((one for one in FORMATS if one.begins.search(head)), None)
