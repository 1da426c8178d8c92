"""Which crystals are chiral or polar, and what their group leaves of tensors such as γ^NL."""

import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Component:
    """What a person is shown of a tensor of rank two: a contraction with it, (3, 3).

    name : such as "xy = −yx", components that are equal but for the sign; "" of the one along an axis
    """

    name: str
    weight: np.ndarray

    def of(self, tensor: np.ndarray) -> np.ndarray:
        """Of tensors (…, 3, 3)."""
        return np.einsum("ij,...ij->...", self.weight, tensor)

    def bound(self, error: np.ndarray) -> np.ndarray:
        """Of its error, from the errors (…, 3, 3) of the Cartesian components that have a part in it."""
        share = np.abs(self.weight)
        return np.einsum("ij,...ij->...", share, np.where(share > 0, error, 0.0))

    def named(self, symbol: str) -> str:
        """Such as γ^NL_xy = −γ^NL_yx; the symbol alone along an axis."""
        return re.sub(r"[xyz]+", lambda found: f"{symbol}_{found[0]}", self.name) or symbol


def independent_components(projection: np.ndarray) -> list[Component]:
    """Components that a projection (9, 9) leaves, those that are equal but for the sign as one.

    In a frame along no axis of the group they may depend on each other by sums, too.
    """
    left = [c for c in range(9) if projection[c, c] > SAME]
    found: list[Component] = []
    while left:
        first = left[0]
        sign = {c: np.sign(projection[first, c]) for c in left}
        alike = [c for c in left if np.allclose(projection[c], sign[c] * projection[first], atol=SAME)]
        name = " = ".join(f"{'−' if sign[c] < 0 else ''}{NAMES[c]}" for c in alike)
        found.append(Component(name, np.eye(9)[first].reshape(3, 3)))
        left = [c for c in left if c not in alike]
    return found


def shown(projection: np.ndarray, axis: np.ndarray) -> list[Component]:
    """The component along a unit vector (3,); where the projection forbids it, the independent ones."""
    along = Component("", np.outer(axis, axis))
    return [along] if np.abs(projection @ along.weight.ravel()).max() > SAME else independent_components(projection)


def components(operations: np.ndarray) -> str:
    """The independent components of such a tensor by name, such as "xx = yy, zz"."""
    return ", ".join(component.name for component in independent_components(axial_projection(operations)))
