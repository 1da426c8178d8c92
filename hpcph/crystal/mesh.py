"""Monkhorst–Pack meshes, their irreducible points, and the blocks that are handed out to ranks."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.crystal.refinement import faces, obtuse, refine
from hpcph.errors import counted

BLOCK, SMALLEST, LARGEST = 96, 8, 192  # k-points a block aims at: with 27 modes, with many, and with few
AT_GAMMA = 1e-12  # of a fractional coordinate: closer to a whole number is one
FACE = 1e-8  # of a step over a face of the zone: closer to its middle is on the face
TAPER = 8  # the next block is at most this part of what is left
IN_PLANE = ((0.5, 0.5), (0.5, 0.0), (0.0, 0.5), (1 / 3, 1 / 3), (1 / 3, 2 / 3))  # shifts of the mesh of a layer
MAX_BLOCKS = 4096  # so that partial sums stay small however fine the mesh is
# of meshes that follow each other until one will do
DIVISIONS = (8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256)


@dataclass(frozen=True)
class Sampling:
    """What determines a mesh: divisions, shift in steps, use of symmetry, levels of refinement around Γ."""

    grid: tuple[int, int, int]
    shift: tuple[float, float, float]
    symmetry: bool
    refinement: int

    def coarser(self, factor: int) -> "Sampling":
        """The same with 1/factor of the divisions, rounded down, at least one."""
        a, b, c = (max(1, n // factor) for n in self.grid)
        return replace(self, grid=(a, b, c))


@dataclass(frozen=True)
class Mesh:
    """Points s = (i + shift)/grid, drawn towards Γ where refined, reduced by the operations that keep the mesh.

    grid : three ints; shift : three floats, in steps; refinement : levels, see hpcph.crystal.refinement
    q_kc : ndarray (k, 3) fractional, nearest to Γ among their images; points of a line along c* follow each other
    weight_k : ndarray (k,) float, fraction of the full mesh that a point stands for; sums to 1
    operations : ndarray (g, 3, 3) Cartesian operations of the point group in use (time reversal apart)
    dropped : number of point-group operations that the shift or the grid breaks
    """

    grid: tuple[int, int, int]
    shift: tuple[float, float, float]
    refinement: int
    q_kc: np.ndarray
    weight_k: np.ndarray
    operations: np.ndarray
    dropped: int

    @property
    def points(self) -> int:
        """Points of the full mesh."""
        return int(np.prod(self.grid))

    @property
    def name(self) -> str:
        """Such as 24×24×24."""
        return "×".join(map(str, self.grid))

    def description(self) -> str:
        """One line for the user."""
        shift = ", ".join(f"{s:g}" for s in self.shift)
        line = f"mesh {self.name}, shift ({shift}): {len(self.q_kc)} of {counted(self.points, 'points')}"
        if self.refinement:
            line += f", Γ refined {self.refinement} times"
        if self.dropped:
            kept = len(self.operations)
            line += f"; grid or shift break {self.dropped} of the point group's operations, the other {kept} are used"
        return line


def monkhorst_pack(structure: Structure, grid, shift, symmetry: bool, refinement: int = 0) -> Mesh:
    """The mesh with its irreducible points (point group and time reversal), or every point where symmetry is off."""
    kept = preserving(structure, grid, shift) if symmetry else np.zeros(len(structure.rotations), bool)
    index, weight = _orbits(grid, shift, structure.rotations[kept]) if symmetry else _everything(grid)
    q = (np.stack(np.unravel_index(index, grid), -1) + np.asarray(shift)) / np.asarray(grid)
    weight = weight / np.prod(grid)
    if refinement:
        q, jacobian = refine(structure, q, refinement)
        weight = weight * jacobian / (weight @ jacobian)
    return Mesh(
        grid=tuple(grid),
        shift=tuple(shift),
        refinement=refinement,
        q_kc=nearest_image(structure, q),
        weight_k=weight,
        operations=structure.rotations_cartesian[kept] if symmetry else np.eye(3)[None],
        dropped=int((~kept).sum()) if symmetry else 0,
    )


def even_grid(structure: Structure, divisions: int) -> tuple[int, int, int]:
    """Divisions along a*, b*, c* with about the same step, `divisions` along the longest of them; one along a normal.

    All are even numbers: with a half shift an odd one puts points on the zone face, where a screw axis makes all modes
    degenerate and a plane of measure zero would count in χ^D.
    """
    length = np.linalg.norm(structure.reciprocal_vc, axis=1) * structure.periodic
    return _even(divisions * length / length.max())


def dense_grid(structure: Structure, length: float) -> tuple[int, int, int]:
    """Even divisions N ≥ length |b|/2π along each reciprocal vector b, so that steps are at most 2π/length.

    length : m. phonopy's --mesh takes the nearest whole number instead. One along the normal of a layer.
    """
    planes = np.linalg.norm(structure.reciprocal_vc, axis=1) * structure.periodic / (2 * np.pi)
    return _even(length * planes)


def _even(divisions_v: np.ndarray) -> tuple[int, int, int]:
    """The next even numbers, one where none is wanted."""
    a, b, c = np.maximum(1, 2 * np.ceil(divisions_v / 2 - 1e-6).astype(int))
    return int(a), int(b), int(c)


def automatic_shift(structure: Structure, grid) -> tuple[float, float, float]:
    """The half shift that keeps Γ off the mesh and most of the point group on it; more halves win a tie.

    In the plane of a layer only thirds, those of the points K of a hexagonal mesh, keep a three-fold axis.
    """
    candidates = [(a, b, c) for a, b, c in product((0.5, 0.0), repeat=3) if a or b or c]
    if structure.empty is not None:
        laid = (np.insert(s, structure.empty, 0.0).tolist() for s in IN_PLANE)
        candidates = [(a, b, c) for a, b, c in laid]
    return max(candidates, key=lambda s: (preserving(structure, grid, s).sum(), sum(s)))


def preserving(structure: Structure, grid, shift) -> np.ndarray:
    """Which point-group operations map the mesh onto itself, (g,) bool."""
    n, s = np.asarray(grid), np.asarray(shift)
    reciprocal = reciprocal_rotations(structure.rotations)
    matrix = n[:, None] * reciprocal / n[None, :]
    offset = np.einsum("gij,j->gi", matrix, s) - s
    return np.logical_and(_integral(matrix).all((1, 2)), _integral(offset).all(1))


def star_operations(structure: Structure, divisions: np.ndarray) -> np.ndarray:
    """Point group and time reversal as they act on a mesh through Γ, (g, 3, 3) int on fractional wave vectors."""
    kept = reciprocal_rotations(structure.rotations[preserving(structure, divisions, np.zeros(3))])
    return np.unique(np.concatenate([kept, -kept]), axis=0)


def reciprocal_rotations(rotations: np.ndarray) -> np.ndarray:
    """The same operations acting on fractional wave vectors, (g, 3, 3) int: inverse transposes."""
    return np.rint(np.linalg.inv(rotations).swapaxes(-1, -2)).astype(int)


def is_gamma(q_kc: np.ndarray) -> np.ndarray:
    """Which fractional wave vectors (k, 3) are Γ, of whatever zone: reciprocal lattice vectors, (k,) bool."""
    return np.all(np.abs(q_kc - np.rint(q_kc)) < AT_GAMMA, axis=1)


def nearest_image(structure: Structure, q_kc: np.ndarray) -> np.ndarray:
    """Each wave vector shifted into the first Brillouin zone; ties keep the first image, (k, 3) fractional.

    However oblique the cell is: steps that bring a point closer are taken until none does, and those over the faces of
    the zone are among them.
    """
    reciprocal = structure.reciprocal_vc
    best = q_kc - np.rint(q_kc)
    near = sorted(product((0, -1, 1), repeat=3), key=lambda t: np.abs(t).sum())[1:]
    over = faces(reciprocal)
    shortest = np.linalg.norm(best @ reciprocal, axis=1)
    slack = 1e-9 * np.linalg.norm(reciprocal)
    moving = np.arange(len(best))
    while len(moving):
        base, before = best[moving], shortest[moving]
        for step in np.array([*near, *over[np.abs(over).max(axis=1) > 1]]):
            candidate = base + step
            length = np.linalg.norm(candidate @ reciprocal, axis=1)
            closer = length < shortest[moving] - slack
            best[moving[closer]], shortest[moving[closer]] = candidate[closer], length[closer]
        moving = moving[shortest[moving] < before]
    return best


def into_zone(structure: Structure, q_kc: np.ndarray) -> np.ndarray:
    """The same wave vectors, those beyond the first zone as their images in it, (k, 3) fractional.

    Points of a mesh are in it, which one product tells.
    """
    across, half = _bisectors(*structure.reciprocal_vc.ravel().tolist())
    beyond = np.flatnonzero((np.abs(q_kc @ across) > half).any(axis=1))
    if not beyond.size:
        return q_kc
    found = q_kc.copy()
    found[beyond] = nearest_image(structure, q_kc[beyond])
    return found


def directions(structure: Structure, q_kc: np.ndarray) -> np.ndarray:
    """Where wave vectors point: the unit vector from Γ to the nearest of their images, (k, 3) Cartesian; zero at Γ.

    On the faces of the zone several images are equally near: their mean, so that symmetry turns the directions with the
    wave vectors.
    """
    inside = into_zone(structure, q_kc)
    k = inside @ structure.reciprocal_vc
    length = np.linalg.norm(k, axis=1, keepdims=True)
    steps = _around(*structure.reciprocal_vc.ravel().tolist())
    square = np.einsum("gi,gi->g", steps, steps)
    equal = np.abs(k @ steps.T - square / 2) < FACE * square  # as near as k: k − step
    mean = k - equal.astype(float) @ steps / (1 + equal.sum(axis=1))[:, None]
    return np.where(is_gamma(inside)[:, None], 0.0, mean / np.where(length > 0, length, 1.0))


@cache
def _bisectors(*reciprocal: float) -> tuple[np.ndarray, np.ndarray]:
    """G·k ≤ G²/2 in the first zone: what fractional wave vectors are multiplied by, (3, g), and the half squares."""
    steps = np.array([t for t in product((0, -1, 1), repeat=3) if t > (0, 0, 0)])
    vectors = np.reshape(reciprocal, (3, 3))
    across = vectors @ vectors.T @ steps.T
    return across, (0.5 + 1e-9) * np.einsum("gc,cg->g", steps, across)


@cache
def _around(*reciprocal: float) -> np.ndarray:
    """The reciprocal lattice vectors that images of a point of the zone, equally near to Γ, are apart, (g, 3)."""
    vectors = np.reshape(reciprocal, (3, 3))
    return np.array([t for t in product((0, -1, 1), repeat=3) if any(t)]) @ obtuse(vectors)[:3] @ vectors


def block_size(modes: int) -> int:
    """k-points whose matrices fit a processor's cache, about; fewer, the more modes a crystal has."""
    return int(np.clip(BLOCK * 27**2 // modes**2, SMALLEST, LARGEST))


def blocks(q_kc: np.ndarray, size: int = BLOCK) -> list[slice]:
    """Runs of about `size` points, cut between lines along c*; they never depend on the number of ranks."""
    size = max(size, -(-len(q_kc) // MAX_BLOCKS))
    return _cut(q_kc, size, size)


def tapered_blocks(q_kc: np.ndarray, size: int = BLOCK) -> list[slice]:
    """The same, getting smaller towards the end, so that ranks that take the next free block end together."""
    size = max(size, -(-len(q_kc) // MAX_BLOCKS))
    return _cut(q_kc, size, max(size // 3, -(-len(q_kc) // MAX_BLOCKS)))


def _cut(q_kc: np.ndarray, largest: int, smallest: int) -> list[slice]:
    total = len(q_kc)
    if total <= smallest:
        return [slice(0, total)]
    starts, cuts = line_starts(q_kc), [0]
    for start, stop in zip(starts, [*starts[1:], total], strict=True):
        if start - cuts[-1] >= np.clip((total - cuts[-1]) // TAPER, smallest, largest):
            cuts.append(int(start))
        while stop - cuts[-1] >= 2 * largest:  # a line longer than a block
            cuts.append(cuts[-1] + largest)
    return [slice(a, b) for a, b in zip(cuts, [*cuts[1:], total], strict=True)]


def line_starts(q_kc: np.ndarray) -> np.ndarray:
    """Where runs of points with the same q_a and q_b, whole numbers apart, begin: lines along c*, (l,) int."""
    step = q_kc[1:, :2] - q_kc[:-1, :2]
    apart = np.abs(step - np.rint(step)).max(axis=1) > 1e-12
    return np.concatenate([[0], np.flatnonzero(apart) + 1])


def _everything(grid) -> tuple[np.ndarray, np.ndarray]:
    count = int(np.prod(grid))
    return np.arange(count), np.ones(count)


def stars(structure: Structure, divisions: np.ndarray) -> np.ndarray:
    """What the points of a star on a mesh through Γ have in common, (d,) int, the last division running fastest.

    It is the lowest flat index among them.
    """
    kept = preserving(structure, divisions, np.zeros(3))
    return _lowest(divisions, np.zeros(3), structure.rotations[kept])


def _orbits(grid, shift, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest flat index of every orbit under the operations and time reversal, and the size of the orbit."""
    return np.unique(_lowest(grid, shift, rotations), return_counts=True)


def _lowest(grid, shift, rotations: np.ndarray) -> np.ndarray:
    """Smallest flat index among the images of every point under the operations and time reversal, (d,)."""
    n, s = np.asarray(grid), np.asarray(shift)
    coordinate = np.stack(np.unravel_index(np.arange(np.prod(n)), n), -1) + s
    lowest = np.arange(len(coordinate))
    for rotation in reciprocal_rotations(rotations):
        for sign in _time_reversal(n, s):
            image = coordinate @ (sign * n[:, None] * rotation / n[None, :]).T - s
            image = np.rint(image).astype(int) % n
            np.minimum(lowest, np.ravel_multi_index(tuple(image.T), n), out=lowest)
    return lowest


def _time_reversal(n: np.ndarray, s: np.ndarray) -> tuple[int, ...]:
    """−k is on the mesh where twice the shift is whole."""
    return (1, -1) if _integral(2 * s).all() else (1,)


def _integral(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(x - np.rint(x)) < 1e-8)
