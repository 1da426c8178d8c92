"""Which crystals are chiral or polar, and what their group leaves of tensors such as γ^NL."""

from functools import reduce

import numpy as np

from hpcph.crystal import spacegroup
from hpcph.crystal.lattice import Structure

NAMES = tuple(f"{i}{j}" for i in "xyz" for j in "xyz")
SAME = 1e-6  # of a projection, whose entries are at most 1
SYSTEMS = {  # by the number of their last space group (International Tables A)
    2: "triclinic", 15: "monoclinic", 74: "orthorhombic", 142: "tetragonal", 167: "trigonal", 194: "hexagonal",
    230: "cubic",
}  # fmt: skip


def is_sohncke(structure: Structure) -> bool:
    """Does the space group hold proper operations alone, one of the 65 types that chiral structures have?"""
    return bool((np.linalg.det(structure.rotations) > 0).all())


def mirror_image(structure: Structure) -> str:
    """The space group of the mirror image where it is the other of an enantiomorphic pair, such as P3_221 (154)."""
    if structure.operations is None:
        return ""
    other = spacegroup.name(structure.operations.inverted(), structure.lattice_vc)
    return other if other != spacegroup.name(structure.operations, structure.lattice_vc) else ""


def system(number: int) -> str:
    """The crystal system of a space group by its number."""
    return next(name for last, name in SYSTEMS.items() if number <= last)


def is_polar(operations: np.ndarray) -> bool:
    """Do operations (g, 3, 3), Cartesian, leave a vector alone?"""
    return bool(np.trace(projection(operations, 1, 0)) > 0.5)


def projection(operations: np.ndarray, rank: int, axial: int) -> np.ndarray:
    """Projection of tensors, flat (3^rank,), onto those that operations (g, 3, 3), Cartesian, leave alone.

    axial : how many of their indices are axial
    """
    sign = np.rint(np.linalg.det(operations)) ** axial
    return sum(s * reduce(np.kron, [R] * rank) for s, R in zip(sign, operations, strict=True)) / len(operations)


def axial_projection(operations: np.ndarray) -> np.ndarray:
    """Projection of tensors of rank two (9,) onto those that operations (g, 3, 3) leave alone, one index axial."""
    return projection(operations, 2, 1)


def allowed(operations: np.ndarray, rank: int, axial: int) -> np.ndarray:
    """Which components of such tensors may be other than zero, (3, …) bool."""
    return (np.diag(projection(operations, rank, axial)) > SAME).reshape((3,) * rank)


def independent(operations: np.ndarray) -> int:
    """How many components of such a tensor are independent: the trace of the projection."""
    return round(float(np.trace(axial_projection(operations))))


def components(operations: np.ndarray) -> str:
    """Components that are not zero, those that are equal but for the sign together, such as "xx = yy, zz".

    In a frame along no axis of the group they may depend on each other by sums, too.
    """
    P = axial_projection(operations)
    left = [c for c in range(9) if P[c, c] > SAME]
    found: list[str] = []
    while left:
        first = left[0]
        sign = {c: np.sign(P[first, c]) for c in left}
        alike = [c for c in left if np.allclose(P[c], sign[c] * P[first], atol=SAME)]
        found.append(" = ".join(f"{'−' if sign[c] < 0 else ''}{NAMES[c]}" for c in alike))
        left = [c for c in left if c not in alike]
    return ", ".join(found)
