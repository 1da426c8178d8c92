"""From what an input says about paths and planes to the points of their maps."""

import warnings
from itertools import pairwise

import numpy as np

from hpcph.config.schema import Input
from hpcph.constants import angstrom
from hpcph.crystal import spacegroup
from hpcph.crystal.lattice import Structure
from hpcph.errors import InputError
from hpcph.response import maps
from hpcph.workflow.job import Planes

PARALLEL = 1e-3  # rad: a lattice vector this close to the axis counts as along it


def path(given: Input, structure: Structure) -> maps.Path | None:
    if given.bands is None:
        return None
    if given.bands.path == "auto":
        return maps.path(structure, automatic_legs(structure), given.bands.points)
    corners = [[next(iter(point.items())) for point in run] for run in given.bands.path]
    legs = [leg for run in corners for leg in pairwise(run)]
    for (name, a), (_, b) in legs:
        if np.allclose(a, b):
            raise InputError("bands.path", name, "a leg of no length; give two different points")
    return maps.path(structure, legs, given.bands.points)


def automatic_legs(structure: Structure):
    import seekpath

    assert structure.operations is not None
    lattice = structure.lattice_vc / angstrom
    cell = spacegroup.marked(lattice, structure.fractional_ac, structure.kinds, structure.operations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of cells with pure translations, whose path is that of their primitive cell
        found = seekpath.get_path_orig_cell(cell, with_time_reversal=True)
    point = {name: q for name, q in found["point_coords"].items()}
    pretty = {name: "Γ" if name == "GAMMA" else name for name in point}
    return [((pretty[a], point[a]), (pretty[b], point[b])) for a, b in found["path"]]


def planes(given: Input, structure: Structure, axis: np.ndarray) -> Planes | None:
    if given.slices is None:
        return None
    c = structure.lattice_vc[2]
    tilt = np.arccos(min(1.0, abs(axis @ c) / np.linalg.norm(c)))
    if tilt > PARALLEL:
        raise InputError(
            "slices.planes",
            given.slices.planes,
            f"planes of constant q_c are not normal to the axis, c is {np.degrees(tilt):.1f}° off it; "
            "use an axis along c or leave the section out",
        )
    return Planes(maps.plane_points(given.slices.planes, given.slices.grid), given.slices.temperature)
