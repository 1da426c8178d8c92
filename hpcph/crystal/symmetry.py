"""Which operations of the space group the force constants obey; no other operation is used.

Positions, masses and labels fix the space group of the file, and force constants can have less of it: those of a
supercell that is no body of the point group, say. Frequencies cannot tell: time reversal makes ω²(−q) = ω²(q) whatever
breaks inversion. So D itself is compared. An operation x → Rx + t carries the wave e_a e^{iq·(T + r_a)} of phonopy's
phase convention to e^{iRq·x} e^{−iRq·t} R e_a at the image g(a) of a: with Γ, which permutes atoms and turns
displacements,
    Γ D(q) Γ† = D(Rq),  that is  R D_ab(q) Rᵀ = D_{g(a) g(b)}(Rq),
the phase e^{−iRq·t} being the same for all atoms. Rq is not brought back into the first zone, for D(q + G) differs from
D(q) by phases of the atoms.
"""

from dataclasses import replace

import numpy as np

from hpcph.crystal import spacegroup
from hpcph.crystal.dynamical import Crystal, matrices
from hpcph.crystal.lattice import Involution
from hpcph.crystal.mesh import nearest_image, reciprocal_rotations
from hpcph.crystal.spacegroup import Operations

TOLERANCE = 5e-5  # of the largest ω²: noise of raw files is below 5e-6, supercells break symmetry by more than 1e-2
WORTH_SAYING = 1e-7  # what is less is rounding
ROUNDING = 2e-14  # the same of an operation that is obeyed as exactly as numbers allow
GENERIC = np.array([[0.1234, 0.2071, 0.0817], [0.3127, -0.1741, 0.2433], [0.0371, 0.4241, -0.2713]])


def violation(crystal: Crystal) -> np.ndarray:
    """By how much each operation of the space group is violated at generic wave vectors, (s,), of the largest ω²."""
    assert crystal.structure.operations is not None
    return _violation(crystal, crystal.structure.operations)


def _violation(crystal: Crystal, at: Operations) -> np.ndarray:
    structure = crystal.structure
    columns = structure.lattice_vc.T
    found, largest = np.zeros(len(at)), np.finfo(float).tiny
    for q in nearest_image(structure, GENERIC):
        D = matrices(crystal, q[None])[0]
        largest = max(largest, np.abs(np.linalg.eigvalsh(D)).max())
        here = _by_atoms(D)
        for R, onto in zip(at.point_group, reciprocal_rotations(at.point_group), strict=True):
            there = _by_atoms(matrices(crystal, (onto @ q)[None])[0])
            C = columns @ R @ np.linalg.inv(columns)
            carried = C @ here @ C.T
            for s in np.flatnonzero(np.all(at.rotations == R, axis=(1, 2))):
                image = at.images[s]
                apart = np.linalg.norm(carried - there[image[:, None], image], axis=(2, 3)).max()
                found[s] = max(found[s], apart)
    return found / largest


def obeyed(crystal: Crystal) -> tuple[Crystal, list[str]]:
    """The crystal with the group of operations that its force constants obey, and a line on those that they break."""
    structure = crystal.structure
    assert structure.operations is not None
    if _of_generators(crystal) <= TOLERANCE:
        return crystal, []
    by = violation(crystal)
    kept = spacegroup.subgroup(structure.operations, by, TOLERANCE)
    if kept.all():
        return crystal, []
    lower = structure.with_operations(structure.operations.some(kept))
    line = (
        f"the force constants break {(~kept).sum()} of {len(kept)} operations of {structure.space_group}, by up to "
        f"{by.max():.1e} of the largest ω²: {lower.space_group} is used"
    )
    return replace(crystal, structure=lower), [line]


def slight(crystal: Crystal) -> list[str]:
    """A line on how well the operations in use are obeyed, where it is worse than rounding."""
    worst = _of_generators(crystal)
    return [f"the operations in use hold to {worst:.1e} of the largest ω²"] * bool(worst > WORTH_SAYING)


def with_involutions(crystal: Crystal) -> Crystal:
    """The crystal with its operations of order two that hold to rounding, inversion first, what is no turn last."""
    structure = crystal.structure
    assert structure.operations is not None
    columns, R = structure.lattice_vc.T, structure.operations.rotations
    two = np.flatnonzero(np.all(R @ R == np.eye(3), axis=(1, 2)))
    two = two[np.argsort(np.trace(R[two], axis1=1, axis2=2), kind="stable")]
    at = structure.operations.some(two)
    at = at.some(_violation(crystal, at) <= ROUNDING)
    found = []
    for rotation, onto, image in zip(at.rotations, reciprocal_rotations(at.rotations), at.images, strict=True):
        C = columns @ rotation @ np.linalg.inv(columns)
        sign, frame = np.linalg.eigh(0.5 * (C + C.T))
        found.append(Involution(onto, image, frame, np.rint(sign)))
    return replace(crystal, structure=replace(structure, involutions=tuple(found)))


def _of_generators(crystal: Crystal) -> float:
    """The largest violation of operations that all others are products of."""
    at = crystal.structure.operations
    assert at is not None
    return float(_violation(crystal, at.some(spacegroup.generators(at))).max())


def _by_atoms(D: np.ndarray) -> np.ndarray:
    """A dynamical matrix as blocks of atoms, (a, a, 3, 3)."""
    atoms = len(D) // 3
    return D.reshape(atoms, 3, atoms, 3).swapaxes(1, 2)
