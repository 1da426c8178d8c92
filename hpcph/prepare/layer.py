"""A crystal that repeats in a plane alone: which cells and supercells can be one, and where its atoms are."""

import numpy as np

from hpcph.constants import angstrom
from hpcph.crystal.lattice import Dielectric, Structure
from hpcph.crystal.screening import in_plane
from hpcph.errors import InputError

KEY = "crystal.periodic"
NAMES = "abc"
VACUUM = 5 * angstrom  # between a layer and its image, at least
EVIDENT = 8 * angstrom  # more of it is in no bulk
ROUNDING = 1e-6  # of ε
UPRIGHT = 1e-4  # cosine of the angle of the normal with the other two vectors


def empty_axis(periodic: tuple[bool, ...] | None) -> int | None:
    """Which of a, b, c a layer does not repeat along; None of a bulk."""
    return periodic.index(False) if periodic and not all(periodic) else None


def periodic_but(empty: int) -> tuple[bool, bool, bool]:
    """Along which of a, b, c a layer repeats."""
    a, b, c = (n != empty for n in range(3))
    return a, b, c


def shown(empty: int) -> str:
    """The key as an input has it."""
    return f"[{', '.join(map(str, periodic_but(empty))).lower()}]"


def require_layer(lattice_vc: np.ndarray, fractional_ac: np.ndarray, supercell: np.ndarray, empty: int) -> None:
    """Raise InputError where cell (m) or supercell (rows in units of a, b, c) are no layer's."""
    name, others = NAMES[empty], np.delete(np.arange(3), empty)
    unit = lattice_vc / np.linalg.norm(lattice_vc, axis=1)[:, None]
    if np.abs(unit[others] @ unit[empty]).max() > UPRIGHT:
        raise InputError(KEY, shown(empty), f"{name} is not normal to the other two vectors of the cell")
    gap, _ = vacuum(lattice_vc, fractional_ac, empty)
    if gap < VACUUM:
        fix = f"along {name} the largest gap between atoms is {gap / angstrom:.1f} Å: no layer in vacuum (5 Å or more)"
        raise InputError(KEY, shown(empty), fix)
    along, across = supercell[empty], supercell[others, empty]
    if along[empty] != 1 or along[others].any() or across.any():
        fix = f"the supercell {supercell.tolist()} does not keep {name}: a layer needs one cell along it"
        raise InputError(KEY, shown(empty), fix)


def vacuum(lattice_vc: np.ndarray, fractional_ac: np.ndarray, axis: int) -> tuple[float, float]:
    """The widest gap between atoms along an axis, m normal to the others, and the fractional place that it ends at."""
    height = 1 / np.linalg.norm(np.linalg.inv(lattice_vc)[:, axis])
    places = np.sort(fractional_ac[:, axis] % 1)
    gaps = np.diff(places, append=places[0] + 1)
    widest = int(gaps.argmax())
    return float(gaps[widest] * height), float(places[(widest + 1) % len(places)])


def cells_of_atoms(lattice_vc: np.ndarray, fractional_ac: np.ndarray, empty: int) -> np.ndarray:
    """Whole steps along the normal that bring the atoms of a layer together, whose faces may cut it, (a, 3) int."""
    middle = vacuum(lattice_vc, fractional_ac, empty)[1] - 1e-6
    steps = np.zeros((len(fractional_ac), 3), int)
    steps[:, empty] = -np.floor(fractional_ac[:, empty] - middle).astype(int)
    return steps


def require_medium(structure: Structure, dielectric: Dielectric) -> None:
    """Raise InputError where ε in the plane is that of no medium, which would make the field of a layer diverge."""
    least = np.linalg.eigvalsh(in_plane(structure, dielectric).epsilon)[0]
    if least < 1 - ROUNDING:
        raise InputError(KEY, None, f"ε in the plane is below 1, {least:.4g}: no medium")


def evident(lattice_vc: np.ndarray, fractional_ac: np.ndarray) -> int | None:
    """The axis along which there is more vacuum than in any bulk, where there is one alone."""
    found = [axis for axis in range(3) if vacuum(lattice_vc, fractional_ac, axis)[0] > EVIDENT]
    return found[0] if len(found) == 1 else None


def remarks(structure: Structure, dielectric: Dielectric | None, said: bool) -> list[str]:
    """What the user should read of a layer, or of what looks like one; said : does the input say what it is?"""
    if structure.empty is not None and structure.height is not None:
        area, height = structure.volume / structure.height / angstrom**2, structure.height / angstrom
        first = f"a layer, {NAMES[structure.empty]} its normal: cell of {area:.4g} Å² and {height:.4g} Å"
        images = "dipoles of periodic images, where the calculation did not cut them off, stay in the force constants"
        return [
            f"{first}; densities are given per area too, those per volume depend on this height",
            *[images] * (dielectric is not None),
        ]
    axis = evident(structure.lattice_vc, structure.fractional_ac)
    if said or axis is None or dielectric is None:
        return []
    gap = vacuum(structure.lattice_vc, structure.fractional_ac, axis)[0] / angstrom
    return [
        f"warning: {gap:.1f} Å of vacuum along {NAMES[axis]}, and Born charges: their field is computed as that of a "
        f"stack of layers; {KEY}: {shown(axis)} makes it that of a single one"
    ]
