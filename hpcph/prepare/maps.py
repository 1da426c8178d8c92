"""From what an input says about paths and planes to the points of their maps."""

import re
import warnings
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from hpcph.config.schema import Input
from hpcph.constants import angstrom
from hpcph.crystal import spacegroup, stars
from hpcph.crystal.lattice import Structure
from hpcph.errors import InputError, did_you_mean
from hpcph.response import maps
from hpcph.workflow.slices import Planes

PARALLEL = 1e-3  # rad: a lattice vector this close to the axis counts as along it
FLAT = 1e-6  # of a reciprocal vector: less along the normal of a layer is rounding
GAMMA = ("G", "GM", "GAMMA")  # of crystals none of whose other points has that name


def path(given: Input, structure: Structure) -> maps.Path | None:
    if given.bands is None:
        return None
    if given.bands.path == "auto":
        return maps.path(structure, automatic_legs(structure), given.bands.points)
    runs, known = given.bands.path, {}
    if any(isinstance(point, str) for run in runs for point in run):
        known = {_pretty(name): q for name, q in _seekpath(structure)["point_coords"].items()}
    legs = [leg for run in runs for leg in pairwise(_corner(point, known) for point in run)]
    for (name, a), (_, b) in legs:
        if np.allclose(a, b):
            raise InputError("bands.path", name, "a leg of no length; give two different points")
    return maps.path(structure, legs, given.bands.points)


def automatic_legs(structure: Structure):
    """Those of the Bravais lattice; of a layer those in its plane, for nothing changes along its normal."""
    found = _seekpath(structure)
    place = found["point_coords"]
    legs = [((_pretty(a), place[a]), (_pretty(b), place[b])) for a, b in found["path"]]
    return [
        leg for leg in legs if all(np.abs(np.asarray(q)[~structure.periodic]).max(initial=0) < FLAT for _, q in leg)
    ]


def _corner(point: str | dict, known: Mapping[str, Sequence[float]]) -> tuple[str, Sequence[float]]:
    """A point of a path with its fractional coordinates. Raises InputError where a name is none of those known."""
    if isinstance(point, dict):
        return next(iter(point.items()))
    spelled = {_plain(name): name for name in known}
    name = spelled.get(_plain(point)) or ("Γ" if _plain(point) in GAMMA else None)
    if name is None:
        fix = f"the crystal has the points {', '.join(known)}; others are written with their place: {{A: [0, 0, 1/2]}}"
        raise InputError("bands.path", point, fix + did_you_mean(point, known))
    return name, known[name]


def _plain(name: str) -> str:
    """A name of a point without what people spell differently."""
    return re.sub(r"[\\$_{}\s]", "", name).upper()


def _pretty(name: str) -> str:
    return "Γ" if name == "GAMMA" else name


def _seekpath(structure: Structure) -> dict:
    """Points of the zone and the path through them, of the crystal's Bravais lattice."""
    import seekpath

    assert structure.operations is not None
    lattice = structure.lattice_vc / angstrom
    cell = spacegroup.marked(lattice, structure.fractional_ac, structure.kinds, structure.operations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of cells with pure translations, whose path is that of their primitive cell
        return seekpath.get_path_orig_cell(cell, with_time_reversal=True)


def planes(given: Input, structure: Structure, axis: np.ndarray) -> Planes | None:
    """The planes with their stars, whose points are all computed where the mesh is told to use no symmetry."""
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
    q = maps.plane_points(given.slices.planes, given.slices.grid)
    symmetry = given.mesh is None or given.mesh.symmetry
    equal = stars.on_planes(structure, axis, q) if symmetry else stars.apart(q[..., 0].size)
    return Planes(q, equal, given.slices.temperature)
