"""First-principles crystals in a survey with coarse meshes: rows of an enantiomorphic pair, of a polar crystal, …"""

import shutil
from pathlib import Path

import physics
import xarray as xr

from hpcph.parallel.comm import Comm, Solitary
from hpcph.parallel.signals import Stop
from hpcph.result.open import open_result
from hpcph.survey import driver, row
from hpcph.survey.row import Row

TEMPLATE = """\
title: real
mesh: {grid: [4, 4, 4]}
temperature: [100 K, 290 K]
lifetime: 10 ps
gradient: 1 K/mm
magnetization: true
feedback: {sample: {shape: cylinder, radius: [20 nm]}}
bands: {path: auto, points: 3}
elasticity: {directions: [[1, 0, 0], [0, 0, 1]]}
optics: {frequency: {from: 3 THz, to: 6 THz, points: 4}, lifetime: 1 ps}
"""
LEFT, RIGHT, INVERSION, POLAR, CUBIC = "quartz_pbesol enantiomorph", "quartz_pbesol", "stishovite", "zno", "P2_13"
CRYSTALS = (LEFT, RIGHT, INVERSION, POLAR, CUBIC)


def survey(place: Path) -> dict[str, Path]:
    """Folders of the crystals by name, each with result and row."""
    for name in CRYSTALS:
        (place / "crystals" / name.replace(" ", "-")).mkdir(parents=True)
        shutil.copy(physics.file(name), place / "crystals" / name.replace(" ", "-"))
    template = place / "template.yaml"
    template.write_text(TEMPLATE, encoding="utf-8")
    driver.survey(Comm(Solitary()), place / "crystals", template, place / "out", Stop(), reported=False)
    found = {folder.name.partition("__")[0]: folder for folder in (place / "out" / "crystals").iterdir()}
    return {name: found[name.replace(" ", "-")] for name in CRYSTALS}


def row_of(folder: Path) -> Row:
    """The row that a crystal's folder holds."""
    found = row.load(folder)
    assert found is not None
    return found


def opened(folder: Path) -> xr.Dataset:
    """The crystal's result."""
    return open_result(folder / "result.h5")
