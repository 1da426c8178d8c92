"""A folder of crystals for the tests of a survey: some like the embedded one, some with which something is wrong."""

from pathlib import Path

import h5py
from survey import synthetic

TEMPLATE = """\
title: small
mesh: {grid: [3, 3, 2]}
temperature: [100 K, 300 K]
lifetime: 10 ps
gradient: 1 K/mm
feedback: {sample: {shape: cylinder, radius: [20 nm]}}
bands: {path: auto, points: 3}
optics: {frequency: {from: 3 THz, to: 6 THz, points: 5}, lifetime: 1 ps}
"""
GOOD = 3
DAMAGED, UNSTABLE, METAL = "damaged", "unstable", "metal"  # folders


def folder(place: Path, good: int = GOOD) -> Path:
    """So many crystals, one that is cut off, one with imaginary modes, one without Born charges; and things beside."""
    for seed in range(good):
        synthetic.write(place / f"crystal-{seed}", seed)
    cut = synthetic.write(place / DAMAGED, 90) / "force_constants.hdf5"
    cut.write_bytes(cut.read_bytes()[:100_000])
    with h5py.File(synthetic.write(place / UNSTABLE, 91) / "force_constants.hdf5", "r+") as file:
        file["force_constants"][...] *= -1
    said = synthetic.write(place / METAL, 92) / "phonopy_disp.yaml"
    said.write_text(said.read_text(encoding="utf-8").partition("\nnac:")[0] + "\n", encoding="utf-8")
    (place / "README.md").write_text("crystals\n", encoding="utf-8")
    return place


def template(place: Path, text: str = TEMPLATE) -> Path:
    """The template."""
    path = place / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path
