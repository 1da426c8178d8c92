"""Crystals like the embedded one: its bonds made stronger or softer and its masses moved, by a seed. Alone:

python tests/survey/synthetic.py FOLDER COUNT        writes so many, a folder each
"""

import lzma
import sys
from functools import cache
from pathlib import Path

import h5py
import numpy as np
from ruamel.yaml import YAML

import hpcph

NEAR, FAR, MASSES = 0.2, 0.3, 0.4  # spread of the strengths of near and of far bonds, and of the masses
RANGE = 3.0  # Å in which the one becomes the other


@cache
def embedded() -> tuple[str, np.ndarray, np.ndarray, list[int]]:
    """Of the embedded α-quartz: all but the force constants, these, lengths of their bonds (Å), places of the atoms."""
    path = hpcph.embedded().parent / "quartz/phonopy_params.yaml.xz"
    head, _, rest = lzma.open(path, "rt", encoding="utf-8").read().partition("\nforce_constants:")
    section = YAML(typ="safe").load(rest)
    points = YAML(typ="safe").load(head)["supercell"]
    own = sorted({point["reduced_to"] - 1 for point in points["points"]})
    places = np.array([point["coordinates"] for point in points["points"]])
    between = places[None] - places[own][:, None]
    distance = np.linalg.norm((between - np.rint(between)) @ np.array(points["lattice"]), axis=-1)
    return head, np.array(section["elements"]).reshape(*section["shape"], 3, 3), distance, own


def write(folder: Path, seed: int) -> Path:
    """A crystal with the symmetry of the embedded one in files of phonopy's; the folder."""
    rng = np.random.default_rng(seed)
    near, far, *masses = 1 + np.array([NEAR, FAR, MASSES, MASSES]) * rng.uniform(-1, 1, 4)
    text, constants, distance, own = embedded()
    constants = constants * (far + (near - far) * np.exp(-((distance / RANGE) ** 2)))[..., None, None]
    for a, atom in enumerate(own):  # a translation of the crystal costs nothing
        constants[a, atom] -= constants[a].sum(axis=0)
    for mass, factor in zip((28.0855, 15.9994), masses, strict=True):
        text = text.replace(f"mass: {mass:.6f}", f"mass: {mass * factor:.6f}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "phonopy_disp.yaml").write_text(text + "\n", encoding="utf-8")
    with h5py.File(folder / "force_constants.hdf5", "w") as file:
        file["force_constants"], file["p2s_map"] = constants, own
    return folder


if __name__ == "__main__":
    for number in range(int(sys.argv[2])):
        write(Path(sys.argv[1]) / f"quartz-{number:04d}", number)
