"""The vibrating crystal as plain arrays: cell, pair force constants, Born charges, point group."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from hpcph.crystal import spacegroup
from hpcph.crystal.elements import kind
from hpcph.crystal.spacegroup import Operations, SymmetricCell

SYMMETRIC = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))  # Voigt order of a symmetric tensor's components


def symmetric(components: ArrayLike) -> np.ndarray:
    """Tensors of six components each in Voigt order, (…, 3, 3) for (…, 6)."""
    voigt = np.asarray(components, float)
    full = np.empty((*voigt.shape[:-1], 3, 3))
    for component, (i, j) in enumerate(SYMMETRIC):
        full[..., i, j] = full[..., j, i] = voigt[..., component]
    return full


@dataclass(frozen=True)
class PairTable:
    """Force constants Φ_{aα,bβ}(T) between atom a of the home cell and atom b of cell T.

    first, second : ndarray (p,) int, the atoms a and b
    cell : ndarray (p, 3) int, the lattice translation T in units of a, b, c
    phi : ndarray (p, 3, 3) float, N m⁻¹
    share : ndarray (p,) float, 1/number of equally short images that one supercell pair is spread over
    reverse : ndarray (p,) int, where the pair (b, a, −T) stands; Φ_ab(T) = Φ_ba(−T)ᵀ holds for every table
    """

    first: np.ndarray
    second: np.ndarray
    cell: np.ndarray
    phi: np.ndarray
    share: np.ndarray
    reverse: np.ndarray

    @classmethod
    def symmetric(cls, first, second, cell, phi, share) -> "PairTable":
        """A table from Φ as read, with the permutation symmetry (a Hermitian D) imposed."""
        reverse = _reverse(first, second, cell)
        return cls(first, second, cell, 0.5 * (phi + phi[reverse].swapaxes(-1, -2)), share, reverse)

    def with_phi(self, phi: np.ndarray) -> "PairTable":
        """The same pairs with other force constants, (p, 3, 3) in N m⁻¹."""
        return replace(self, phi=phi)


@dataclass(frozen=True)
class Dielectric:
    """Born charges and dielectric constant, what Gonze–Lee needs.

    born : ndarray (a, 3, 3) in e, Z*_a[polarization, displacement]
    epsilon : ndarray (3, 3), high-frequency dielectric constant
    coulomb : float, e²/4πε₀ in J m as the file states it (phonopy's nac factor)
    """

    born: np.ndarray
    epsilon: np.ndarray
    coulomb: float


@dataclass(frozen=True)
class Involution:
    """An operation of order two.

    rotation : ndarray (3, 3) int, on fractional wave vectors; image : ndarray (a,) int, where it carries atoms
    frame : ndarray (3, 3), whose columns are the Cartesian axes along which it turns displacements by sign, (3,) of ±1
    """

    rotation: np.ndarray
    image: np.ndarray
    frame: np.ndarray
    sign: np.ndarray


@dataclass(frozen=True)
class Structure:
    """The primitive cell.

    lattice_vc : ndarray (3, 3) in m, rows are a, b, c
    fractional_ac : ndarray (a, 3)
    mass_a : ndarray (a,) in kg
    symbols : species, one an atom: chemical symbols, labelled where a file tells atoms of an element apart (Fe1)
    rotations : ndarray (g, 3, 3) int, the point group acting on fractional positions
    space_group : its name and number
    operations : the space group modulo the lattice, of which `rotations` is the point group; None where nobody asks
    born_aij : ndarray (a, 3, 3) Born charges in e, [polarization, displacement], neutral in all; None where unknown
    empty : the one of a, b, c along which a layer does not repeat, normal to the others, 0 to 2; None of a bulk
    involutions : operations of order two that the force constants obey to rounding, as far as anybody looked
    """

    lattice_vc: np.ndarray
    fractional_ac: np.ndarray
    mass_a: np.ndarray
    symbols: tuple[str, ...]
    rotations: np.ndarray
    space_group: str
    born_aij: np.ndarray | None = None
    operations: Operations | None = None
    empty: int | None = None
    involutions: tuple[Involution, ...] = ()

    @classmethod
    def of(
        cls, cell: SymmetricCell, mass_a: np.ndarray, symbols: tuple[str, ...], empty: int | None = None
    ) -> "Structure":
        """A cell with the group that its places were moved onto (rank 0)."""
        at = cell.operations
        return cls(
            lattice_vc=cell.lattice_vc,
            fractional_ac=cell.fractional_ac,
            mass_a=mass_a,
            symbols=symbols,
            rotations=at.point_group,
            space_group=spacegroup.name(at, cell.lattice_vc),
            operations=at,
            empty=empty,
        )

    @property
    def kinds(self) -> np.ndarray:
        """The first atom with the same symbol and mass, (a,) int."""
        return spacegroup.kinds(self.symbols, self.mass_a)

    @property
    def volume(self) -> float:
        """Volume of the primitive cell, m³."""
        return float(abs(np.linalg.det(self.lattice_vc)))

    @property
    def periodic(self) -> np.ndarray:
        """Along which of a, b, c the crystal repeats, (3,) bool."""
        return np.arange(3) != self.empty

    @property
    def height(self) -> float | None:
        """Length of the cell of a layer along its normal, m: volume over area. None of a bulk."""
        return None if self.empty is None else float(np.linalg.norm(self.lattice_vc[self.empty]))

    @property
    def density(self) -> float:
        """Mass density, kg m⁻³."""
        return float(self.mass_a.sum() / self.volume)

    @property
    def formula(self) -> str:
        """Chemical formula of the cell in the order of the first atoms, such as Si3O6; Fe1 and Fe2 make Fe2."""
        return "".join(f"{s}{n if n > 1 else ''}" for s, n in Counter(map(kind, self.symbols)).items())

    @cached_property  # asked for several times in every block of k-points
    def reciprocal_vc(self) -> np.ndarray:
        """Rows a*, b*, c* in rad m⁻¹."""
        return reciprocal(self.lattice_vc)

    @property
    def rotations_cartesian(self) -> np.ndarray:
        """The point group acting on Cartesian vectors, (g, 3, 3)."""
        columns = self.lattice_vc.T
        return np.einsum("ij,gjk,kl->gil", columns, self.rotations, np.linalg.inv(columns))

    def images(self, operations: np.ndarray) -> np.ndarray:
        """Atoms that some of the Cartesian rotations (g, 3, 3) carry atoms to, (g, a) int."""
        assert self.operations is not None
        columns = self.lattice_vc.T
        rotations = np.rint(np.linalg.inv(columns) @ operations @ columns).astype(int)
        same = np.all(rotations[:, None] == self.operations.rotations, axis=(2, 3))
        return self.operations.images[same.argmax(axis=1)]

    def with_operations(self, operations: Operations) -> "Structure":
        """The same atoms with another space group (rank 0)."""
        name = spacegroup.name(operations, self.lattice_vc)
        return replace(self, rotations=operations.point_group, space_group=name, operations=operations)

    def separation(self, pairs: PairTable) -> np.ndarray:
        """x = T + r_b − r_a of every pair, (p, 3) in m."""
        delta = self.fractional_ac[pairs.second] - self.fractional_ac[pairs.first]
        return (pairs.cell + delta) @ self.lattice_vc


def within(
    structure: Structure, distance: float, metric: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All pairs of atoms with |x| ≤ distance, or √(x·metric·x) where a (3, 3) metric is given; of a layer its own.

    Returns
    -------
    first, second, cell as in PairTable
    """
    lattice = structure.lattice_vc @ (np.eye(3) if metric is None else np.linalg.cholesky(metric))
    fractional = structure.fractional_ac
    height = 1 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    spread = np.ptp(fractional, axis=0)
    bound = np.where(structure.periodic, np.ceil(distance / height + spread), 0).astype(int)
    cells = np.stack(np.meshgrid(*(np.arange(-b, b + 1) for b in bound), indexing="ij"), -1).reshape(-1, 3)
    found = []
    for a in range(len(fractional)):
        for b in range(len(fractional)):
            x = (cells + (fractional[b] - fractional[a])) @ lattice  # of a pair and its reverse exactly opposite
            near = cells[np.einsum("pc,pc->p", x, x) <= distance**2]
            found.append((np.full(len(near), a), np.full(len(near), b), near))
    first, second, cell = (np.concatenate(part) for part in zip(*found, strict=True))
    return first, second, cell


def reciprocal(lattice_vc: np.ndarray) -> np.ndarray:
    """Rows a*, b*, c* in rad m⁻¹ (with 2π) for rows a, b, c in m: k = q @ reciprocal."""
    return 2 * np.pi * np.linalg.inv(lattice_vc).T


def _reverse(first: np.ndarray, second: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Index of (b, a, −T) for every (a, b, T)."""
    forward = np.column_stack([first, second, cell])
    backward = np.column_stack([second, first, -cell])
    by_forward, by_backward = np.lexsort(forward.T), np.lexsort(backward.T)
    assert np.array_equal(forward[by_forward], backward[by_backward]), "a pair without its reverse"
    reverse = np.empty(len(first), int)
    reverse[by_backward] = by_forward
    return reverse
