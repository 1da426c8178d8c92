"""Where the α-quartz case is that comes with the program. Imports nothing: every rank may come here."""

import sysconfig
from pathlib import Path

from hpcph.errors import InputError

NAME = "quartz.yaml"


def embedded() -> Path:
    """The input file of the embedded case, its force constants in the folder `quartz` beside it.

    Raises InputError where it was not installed.
    """
    checkout = Path(__file__).resolve().parents[2] / "inputs"
    installed = Path(sysconfig.get_path("data")) / "share/hpcph/inputs"
    for folder in (checkout, installed):
        if (folder / NAME).is_file():
            return folder / NAME
    raise InputError("INPUT", None, "the embedded case is not installed; name an input file")
