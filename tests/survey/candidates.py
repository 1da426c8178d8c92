"""What a survey finds in a folder, by name."""

import os
import re
from pathlib import Path

from hpcph.config.load import from_text
from hpcph.prepare import look
from hpcph.survey import find
from hpcph.survey import template as templates

TEMPLATE = templates.Template({"mesh": {"length": "2 nm"}, "temperature": "300 K"}, "", None)
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
USUAL = ("phonopy_disp.yaml", "FORCE_SETS", "BORN", "POSCAR")  # of phonopy with VASP


def search(place: Path) -> dict[str, find.Candidate]:
    """Everything that is found, by name."""
    found = [one for each in find.places(place) for one in find.candidates(each, TEMPLATE)]
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def names(one: find.Candidate) -> dict:
    """Files of a candidate by their last step."""
    return {key: Path(value).name if isinstance(value, str) else value for key, value in one.files.items()}


def pick(files: dict[str, bytes], *chosen: str, into: str = "") -> dict[str, bytes]:
    return {os.path.join(into, name): files[name] for name in chosen}


def structure(one: find.Candidate):
    """What a run would make of a candidate."""
    source = from_text(Path("/nowhere/input.yaml"), templates.text(TEMPLATE, one))
    return look.of_input(source).given.crystal.structure
