"""docs/reference/figures.md: every figure, what it shows and what it needs, off the catalogue and kept by nobody.

make docs
"""

import re
import tempfile
from pathlib import Path

import made_pages
import xarray as xr
from parallel import world

from hpcph.figures.catalogue import Drawing, catalogue
from hpcph.figures.choices import Choices
from hpcph.result.open import open_result

PAGE = made_pages.DOCS / "reference/figures.md"
HEAD = ("figure", "what it shows", "what it needs")
POOR = {  # a path across the axis alone, one temperature, one mesh, no lifetime: every further condition fails
    "crystal": world.QUARTZ["crystal"],
    "mesh": {"grid": [1, 1, 1]},
    "temperature": "300 K",
    "magnetization": False,
    "displacement": False,
    "bands": {"path": "M-Γ", "points": 2},
    "output": "out",
}


def needs(drawing: Drawing, poor: xr.Dataset) -> list[str]:
    """What a figure asks of a result that has its crystal alone, and then of one that has little more."""
    crystal = poor[[name for name in poor.data_vars if name.startswith("crystal")]]
    asked = [drawing.obstacle(crystal), *(found(poor) for found in drawing.obstacles)]
    return [re.sub("^add (.*) to the input", r"\1", text) for text in dict.fromkeys(filter(None, asked))]


def parts(folder: Path) -> dict[str, str]:
    """The table."""
    with open_result(world.result(folder, POOR)) as poor:
        rows = [(f"`{one.name}`", one.caption, "; ".join(needs(one, poor))) for one in catalogue(Choices())]
    return {"figures": made_pages.table(HEAD, rows)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made_pages.fill(PAGE, parts(Path(folder)))
