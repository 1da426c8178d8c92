"""The space group of a cell from places, kinds of atoms and magnetic moments, and the places moved onto it.

Atoms are of one kind if they share label and mass: ordered isotopes, deuterium and Fe1 beside Fe2 are kinds of their
own. Moments lower the group to the operations that keep or reverse all of them: force constants do not change when all
moments are reversed, so operations that need time reversal count like the others.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.constants import angstrom
from hpcph.crystal.elements import kind
from hpcph.errors import counted

SEARCH = (4.0, 2.0, 1.0, 0.5, 0.25)  # of the tolerance: two atoms and two that fix the operation may be off
SAME_MASS = 1e-5  # relative; isotopes differ by more
SAME_MOMENT = 1e-2  # μB
GENERAL = np.array([0.0831, 0.1927, 0.0413])  # a place on no element of symmetry
STRAINLESS = 1e-13  # what the average of an exact lattice differs from it by
EXACT = 1e-6  # of the tolerance, what places may be off the group that they were moved onto


@dataclass(frozen=True)
class Operations:
    """A space group modulo the cell's lattice: x → Rx + t in fractional coordinates.

    rotations : ndarray (s, 3, 3) int
    translations : ndarray (s, 3)
    images : ndarray (s, a) int, the atom whose place atom a is carried to
    """

    rotations: np.ndarray
    translations: np.ndarray
    images: np.ndarray

    def __len__(self) -> int:
        return len(self.rotations)

    @property
    def point_group(self) -> np.ndarray:
        """The rotations without repetition, in the order of first appearance, (g, 3, 3) int."""
        _, index = np.unique(self.rotations.reshape(-1, 9), axis=0, return_index=True)
        return self.rotations[np.sort(index)]

    def some(self, which: np.ndarray) -> "Operations":
        """Those of an index or a mask."""
        return Operations(self.rotations[which], self.translations[which], self.images[which])

    def inverted(self) -> "Operations":
        """Those of the mirror image x → −x."""
        return Operations(self.rotations, -self.translations, self.images)


@dataclass(frozen=True)
class SymmetricCell:
    """A cell whose lattice and places obey its operations exactly.

    lattice_vc : ndarray (3, 3) in m; fractional_ac : ndarray (a, 3)
    moved : farthest that an atom or a lattice vector was moved, m
    spread : root mean square of how far atoms were moved, or the strain of the shortest lattice vector if it is more, m
    """

    lattice_vc: np.ndarray
    fractional_ac: np.ndarray
    operations: Operations
    moved: float
    spread: float

    @property
    def name(self) -> str:
        """The space group."""
        return name(self.operations, self.lattice_vc)


def kinds(symbols: tuple[str, ...], mass_a: np.ndarray) -> np.ndarray:
    """The first atom with the same label and mass, (a,) int."""
    label = np.array(symbols)
    same = (label[:, None] == label) & (np.abs(mass_a[:, None] - mass_a) <= SAME_MASS * mass_a)
    return same.argmax(axis=1)


def symmetric_cell(
    lattice_vc: np.ndarray,
    fractional_ac: np.ndarray,
    kind_a: np.ndarray,
    moment: np.ndarray | None,
    tolerance: float,
) -> SymmetricCell:
    """The largest group whose exact places are within the tolerance, root mean square, and these places.

    If no atom is farther than the tolerance from where it would be without noise, that group is found: the exact places
    are the nearest in this sense.

    lattice_vc : ndarray (3, 3) in m, rows a, b, c; tolerance : m
    moment : ndarray (a,) of collinear or (a, 3) of other magnetic moments in μB, or None
    """
    for factor in SEARCH:
        for operations in _search(lattice_vc, fractional_ac, kind_a, moment, factor * tolerance):
            found = moved_onto(operations, lattice_vc, fractional_ac)
            if found.spread <= tolerance and _residue(found) <= EXACT * tolerance:
                return found
    alone = Operations(np.eye(3, dtype=int)[None], np.zeros((1, 3)), np.arange(len(kind_a))[None])
    return SymmetricCell(lattice_vc, fractional_ac, alone, 0.0, 0.0)


def moved_onto(operations: Operations, lattice: np.ndarray, fractional: np.ndarray) -> SymmetricCell:
    """Lattice and places averaged over the group, which makes them exact.

    With t the mean over the atoms of what each says it is, the operations are a group acting on places whatever their
    noise; the mean of all images of the places then is what the group leaves alone, and its centre does not move.
    """
    R, images = operations.rotations, operations.images
    turned = np.einsum("sij,aj->sai", R, fractional)
    target = fractional[images]
    whole = np.rint(turned + operations.translations[:, None] - target)
    translations = (target + whole - turned).mean(axis=1)
    total = np.zeros_like(fractional)
    np.add.at(total, images, turned + translations[:, None] - whole)
    places = total / len(operations)
    metric = np.einsum("sji,jk,skl->il", R, lattice @ lattice.T, R) / len(operations)
    inverse = np.linalg.inv(lattice.T)
    square, axes = np.linalg.eigh(inverse.T @ metric @ inverse)
    strain = float(np.abs(np.sqrt(square) - 1).max())
    stretched = lattice if strain < STRAINLESS else lattice @ (axes * np.sqrt(square)) @ axes.T
    of_atoms = np.linalg.norm((places - fractional) @ lattice, axis=1)
    of_lattice = float(np.linalg.norm(stretched - lattice, axis=1).max())
    return SymmetricCell(
        lattice_vc=stretched,
        fractional_ac=places,
        operations=Operations(R, translations, images),
        moved=max(float(of_atoms.max()), of_lattice),
        spread=max(float(np.sqrt(np.mean(of_atoms**2))), strain * float(np.linalg.norm(lattice, axis=1).min())),
    )


def losses(
    lattice_vc: np.ndarray,
    fractional_ac: np.ndarray,
    mass_a: np.ndarray,
    symbols: tuple[str, ...],
    moment: np.ndarray | None,
    tolerance: float,
) -> list[str]:
    """What masses and labels, and then moments, cost of the places' symmetry, a line each.

    Arguments as in `symmetric_cell`; mass_a : ndarray (a,) in kg
    """
    atomic = np.unique([kind(symbol) for symbol in symbols], return_inverse=True)[1]
    label = kinds(symbols, mass_a)
    told_apart = len(np.unique(label)) > len(np.unique(atomic))
    if moment is None and not told_apart:
        return []
    by_kind = symmetric_cell(lattice_vc, fractional_ac, label, None, tolerance)
    lines = []
    if told_apart:
        by_element = symmetric_cell(lattice_vc, fractional_ac, atomic, None, tolerance)
        lines += _lost("masses or labels of atoms", by_element, by_kind)
    if moment is not None:
        by_moment = symmetric_cell(lattice_vc, fractional_ac, label, moment, tolerance)
        nothing = f"magnetic moments break nothing of {by_kind.name}"
        lines += _lost("magnetic moments", by_kind, by_moment) or [nothing]
    return lines


def name(operations: Operations, lattice_vc: np.ndarray) -> str:
    """The space group of the operations, such as P3_121 (152)."""
    import spglib

    kind = spglib.get_spacegroup_type_from_symmetry(
        operations.rotations, operations.translations, lattice_vc / angstrom, 1e-5
    )
    assert kind is not None, "not a space group"
    return f"{kind.international_short} ({kind.number})"


def class_name(rotations: np.ndarray) -> str:
    """The point group of rotations (g, 3, 3) int, such as 321."""
    import spglib

    found = spglib.get_pointgroup(rotations)
    assert found is not None, "not a group"
    return found[0].strip()


def located(rotations: np.ndarray, fractional_ac: np.ndarray, kind_a: np.ndarray) -> Operations:
    """The operations with given rotations, their translations found from exact places.

    rotations : ndarray (g, 3, 3) int
    """
    translations = np.array([_translation(R, fractional_ac, kind_a) for R in rotations])
    images = _images(rotations, translations, np.eye(3), fractional_ac, kind_a)
    assert images is not None
    return Operations(rotations, translations, images)


def marked(
    lattice_vc: np.ndarray, fractional_ac: np.ndarray, kind_a: np.ndarray, operations: Operations
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lattice (in its unit), places and kinds of a crystal that has the operations and no others, as seekpath takes it.

    The images of a point in general position are atoms of one more kind: they tell what force constants and moments
    have broken although the places of the atoms have it.
    """
    extra = operations.rotations @ GENERAL + operations.translations
    places = np.concatenate([fractional_ac, extra])
    return lattice_vc, places, np.append(kind_a, np.full(len(extra), kind_a.max() + 1)) + 1


def subgroup(operations: Operations, violation: np.ndarray, allowed: float) -> np.ndarray:
    """Which operations are kept so that they are a group, (s,) bool: those that are violated least come first.

    violation : ndarray (s,), only those up to `allowed` can be kept
    """
    kept = np.zeros(len(operations), bool)
    kept[list(_grown(operations, np.argsort(violation, kind="stable"), violation <= allowed)[1])] = True
    return kept


def generators(operations: Operations) -> np.ndarray:
    """A few operations whose products are all of them, (r,) int; the identity where there is no other."""
    chosen, _ = _grown(operations, np.arange(len(operations)), np.ones(len(operations), bool))
    return np.array(chosen or [0])


def _search(lattice, fractional, kind, moment, distance: float) -> list[Operations]:
    """The group that spglib finds, its operations once; none where it or their images cannot be found."""
    import spglib

    cell, symprec = (lattice / angstrom, fractional, kind + 1), distance / angstrom
    try:
        if moment is None:
            found = spglib.get_symmetry(cell, symprec)
        else:
            found = spglib.get_magnetic_symmetry((*cell, moment), symprec, mag_symprec=SAME_MOMENT)
    except spglib.SpglibError:  # such as atoms that are closer to each other than the tolerance
        return []
    if found is None:
        return []
    rotations, translations = np.array(found["rotations"], int), np.array(found["translations"], float)
    images = _images(rotations, translations, lattice, fractional, kind)
    if images is None:
        return []
    keys = [_key(R, image) for R, image in zip(rotations, images, strict=True)]  # with time reversal and without
    once = np.sort(np.unique(keys, return_index=True)[1])
    return [Operations(rotations, translations, images).some(once)]


def _images(rotations, translations, lattice, fractional, kind) -> np.ndarray | None:
    """The nearest atom of the same kind to the image of every atom, (s, a); None where two share one."""
    apart_kind = kind[:, None] != kind
    found = []
    for R, t in zip(rotations, translations, strict=True):
        apart = (fractional @ R.T + t)[:, None] - fractional
        distance = np.linalg.norm((apart - np.rint(apart)) @ lattice, axis=2)
        found.append(np.where(apart_kind, np.inf, distance).argmin(axis=1))
        if len(np.unique(found[-1])) < len(kind):
            return None
    return np.array(found)


def _residue(found: SymmetricCell) -> float:
    """Largest distance of an image from its atom, m."""
    at = found.operations
    apart = np.einsum("sij,aj->sai", at.rotations, found.fractional_ac) + at.translations[:, None]
    apart -= found.fractional_ac[at.images]
    return float(np.linalg.norm((apart - np.rint(apart)) @ found.lattice_vc, axis=2).max())


def _translation(R: np.ndarray, fractional: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """The translation that makes a rotation an operation of exact places."""
    for target in np.flatnonzero(kind == kind[0]):
        t = fractional[target] - fractional[0] @ R.T
        apart = (fractional @ R.T + t)[:, None] - fractional
        if (np.all(np.abs(apart - np.rint(apart)) < 1e-6, axis=2) & (kind[:, None] == kind)).any(axis=1).all():
            return t
    raise AssertionError("the places do not have this symmetry")


def _key(rotation: np.ndarray, image: np.ndarray) -> bytes:
    """What tells operations apart: no translation but those of the lattice leaves every atom."""
    return np.ascontiguousarray(rotation, int).tobytes() + np.ascontiguousarray(image, int).tobytes()


def _grown(operations: Operations, order: np.ndarray, allowed_s: np.ndarray) -> tuple[list[int], set[int]]:
    """Generators, taken in order as long as all their products are allowed, and the group of these."""
    each = zip(operations.rotations, operations.images, strict=True)
    place = {_key(R, image): s for s, (R, image) in enumerate(each)}
    chosen: list[int] = []
    group = {place[_key(np.eye(3, dtype=int), np.arange(operations.images.shape[1]))]}
    for one in order:
        if allowed_s[one] and one not in group:
            grown = _generated([*chosen, int(one)], operations, place)
            if all(allowed_s[s] for s in grown):
                chosen, group = [*chosen, int(one)], grown
    return chosen, group


def _generated(of: list[int], operations: Operations, place: dict[bytes, int]) -> set[int]:
    """All products of some operations."""
    R, images = operations.rotations, operations.images
    found, new = set(of), set(of)
    while new:
        products = {place[_key(R[a] @ R[b], images[a][images[b]])] for a in new for b in of}
        new = products - found
        found |= new
    return found


def _lost(cause: str, before: SymmetricCell, after: SymmetricCell) -> list[str]:
    """A line where there are fewer operations after than before."""
    kept, had = len(after.operations), len(before.operations)
    return [f"{cause} keep {kept} of {counted(had, 'operations')} of {before.name}: {after.name}"] * (kept < had)
