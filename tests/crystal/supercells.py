"""The same crystal as other supercells give it: folded onto smaller ones, written as a larger cell."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from hpcph.crystal import dipole, dynamical, ewald, images, invariances, refinement
from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.images import Images
from hpcph.crystal.invariances import Moments, SumRule
from hpcph.crystal.lattice import PairTable, Structure
from hpcph.crystal.mesh import nearest_image
from hpcph.prepare.forceconstants import Loaded

TIE = 1e-15  # m: phonopy's tolerance for images that are equally near
AROUND = np.array(list(product((-2, -1, 0, 1, 2), repeat=3)))


@dataclass(frozen=True)
class Made:
    """Force constants shared by the prior with all rules on, whether they are stable or not."""

    loaded: Loaded
    dipoles: Dipoles | None
    images: Images
    pairs: PairTable

    @property
    def crystal(self) -> dynamical.Crystal:
        return dynamical.build(self.loaded.structure, self.pairs, self.dipoles)

    @property
    def moments(self) -> Moments:
        return invariances.moments(self.loaded.structure, self.pairs, self.loaded.dielectric, self.dipoles)


def laid_out(loaded: Loaded, width: float | None = None) -> tuple[Images, Dipoles | None]:
    """All images and the dipoles, of the default Ewald width or another (rad m⁻¹)."""
    structure, dielectric = loaded.structure, loaded.dielectric
    dipoles = None
    if dielectric is not None:
        dipoles = dipole.build(structure, dielectric, width or ewald.width(structure, dielectric))
    return images.find(structure, loaded.pairs, loaded.supercell, loaded.commensurate_qc, dielectric, dipoles), dipoles


def nearest(loaded: Loaded, width: float | None = None) -> dynamical.Crystal:
    """The crystal with all of a sum on the nearest images, no rules."""
    found, dipoles = laid_out(loaded, width)
    return dynamical.build(loaded.structure, found.nearest(), dipoles)


def made(loaded: Loaded, exponent: float | None = None, width: float | None = None) -> Made:
    """Shared by the prior, of the fitted exponent or another, all rules imposed."""
    found, dipoles = laid_out(loaded, width)
    p = exponent or images.exponent(found)
    shared = Made(loaded, dipoles, found, found.shared(found.weight(p)))
    still = replace(shared, pairs=invariances.translate(found, shared.pairs, shared.moments, p))
    return replace(still, pairs=invariances.impose(found, still.pairs, still.moments, p, frozenset(SumRule)))


def folded(loaded: Loaded, supercell: np.ndarray) -> Loaded:
    """What a calculation in another supercell would know: sums over its images, on the nearest of them.

    Of a supercell whose vectors fit, this is known for certain; of another, if pairs were where the file puts them.
    """
    pairs, supercell = loaded.pairs, np.asarray(supercell)
    first, second, cell, group = _nearest_images(loaded.structure, supercell)
    number = _classes(supercell, pairs.first, pairs.second, pairs.cell)
    label, place = np.unique(_classes(supercell, first, second, cell), return_inverse=True)
    assert len(label) == group.max() + 1 and np.isin(number, label).all()
    sums = np.zeros((len(label), 3, 3))
    np.add.at(sums, np.searchsorted(label, number), pairs.phi)
    share = 1 / np.bincount(place)[place]
    table = PairTable.symmetric(first, second, cell, share[:, None, None] * sums[place], share)
    q = wave_vectors(loaded.structure, supercell)
    return replace(loaded, pairs=table, supercell=supercell, commensurate_qc=q)


def calculated(loaded: Loaded, crystal: dynamical.Crystal, supercell: np.ndarray) -> Loaded:
    """What a calculation in a supercell would find in a crystal, dipoles and all: Σ_q D(q) e^{−iq·x}/N of its q."""
    structure = loaded.structure
    q = wave_vectors(structure, supercell)
    atoms, root = len(structure.mass_a), np.sqrt(structure.mass_a)
    D = dynamical.matrices(crystal, q).reshape(len(q), atoms, 3, atoms, 3) / len(q)
    first, second, cell, group = _nearest_images(structure, np.asarray(supercell))
    share = 1 / np.bincount(group)[group]
    phase = np.exp(-2j * np.pi * (cell + structure.fractional_ac[second] - structure.fractional_ac[first]) @ q.T)
    phi = np.zeros((len(first), 3, 3))
    for a, b in product(range(atoms), repeat=2):
        at = (first == a) & (second == b)
        phi[at] = np.einsum("pk,kij->pij", phase[at], D[:, a, :, b]).real * root[a] * root[b]
    table = PairTable.symmetric(first, second, cell, share[:, None, None] * phi, share)
    return replace(loaded, pairs=table, supercell=np.asarray(supercell), commensurate_qc=q)


def enlarged(loaded: Loaded, matrix: np.ndarray) -> Loaded:
    """The same force constants with rows of `matrix` (in a, b, c) as the cell; its lattice has to hold the supercell's.

    Of its symmetry only translations are kept.
    """
    structure, pairs = loaded.structure, loaded.pairs
    inverse, n = whole(matrix)
    shifts = representatives(matrix)
    atoms, copies = len(structure.mass_a), len(shifts)
    positions = (structure.fractional_ac + shifts[:, None]) @ np.linalg.inv(matrix)
    born = None if structure.born_aij is None else np.tile(structure.born_aij, (copies, 1, 1))
    cell = Structure(
        lattice_vc=matrix @ structure.lattice_vc,
        fractional_ac=positions.reshape(-1, 3),
        mass_a=np.tile(structure.mass_a, copies),
        symbols=structure.symbols * copies,
        rotations=np.eye(3, dtype=int)[None],
        space_group="P1 (1)",
        born_aij=born,
    )
    known = {tuple(shift @ inverse % n): number for number, shift in enumerate(shifts)}
    first, second, cells = [], [], []
    for number, shift in enumerate(shifts):
        there = pairs.cell + shift
        home = np.array([known[tuple(rest)] for rest in there @ inverse % n])
        first.append(number * atoms + pairs.first)
        second.append(home * atoms + pairs.second)
        cells.append((there - shifts[home]) @ inverse // n)
    phi, share = np.tile(pairs.phi, (copies, 1, 1)), np.tile(pairs.share, copies)
    table = PairTable.symmetric(np.concatenate(first), np.concatenate(second), np.concatenate(cells), phi, share)
    supercell = loaded.supercell @ inverse // n
    assert np.array_equal(supercell @ matrix, loaded.supercell), "the supercell does not fit the cell"
    dielectric = None if loaded.dielectric is None else replace(loaded.dielectric, born=born)
    return Loaded(cell, table, dielectric, supercell, wave_vectors(cell, supercell))


def unfolded(structure: Structure, matrix: np.ndarray, q_c) -> np.ndarray:
    """The wave vectors of the small cell whose modes are those of the enlarged one at q, (|det|, 3) fractional."""
    inverse = np.linalg.inv(matrix)
    return nearest_image(structure, np.asarray(q_c) @ inverse.T + wave_vectors(structure, matrix))


def wave_vectors(structure: Structure, supercell: np.ndarray) -> np.ndarray:
    """Those that a supercell holds, in the first zone, (|det|, 3) fractional."""
    inverse, n = whole(supercell)
    return nearest_image(structure, representatives(supercell.T) @ inverse.T / n)


def whole(matrix: np.ndarray) -> tuple[np.ndarray, int]:
    """An integer matrix R and the number n with matrix @ R = n."""
    n = round(abs(np.linalg.det(matrix)))
    return np.rint(np.linalg.inv(matrix) * n).astype(int), n


def representatives(matrix: np.ndarray) -> np.ndarray:
    """One whole vector of every class that the lattice of the rows of a matrix leaves, (|det|, 3)."""
    inverse, n = whole(matrix)
    bound = np.abs(matrix).sum(axis=0)
    box = np.stack(np.meshgrid(*(np.arange(b) for b in bound), indexing="ij"), -1).reshape(-1, 3)
    one = np.unique(box @ inverse % n, axis=0, return_index=True)[1]
    assert len(one) == n
    return box[one]


def short(supercell: np.ndarray, structure: Structure) -> np.ndarray:
    """A basis of the same lattice, of obtuse or acute angles alone, rows in a, b, c."""
    faces = refinement.obtuse(supercell @ structure.lattice_vc) @ supercell
    return faces[:3]


def _classes(supercell: np.ndarray, first: np.ndarray, second: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """A number that images of each other share, (p,) int."""
    inverse, n = whole(supercell)
    rest = cell @ inverse % n
    return np.ravel_multi_index((first, second, *rest.T), (first.max() + 1, second.max() + 1, n, n, n))


def _nearest_images(structure: Structure, supercell: np.ndarray) -> tuple[np.ndarray, ...]:
    """The nearest images of all pairs of atoms of a supercell: first, second, cell and a number for each pair."""
    basis, rows, number = short(supercell, structure), [], 0
    for a, b in product(range(len(structure.mass_a)), repeat=2):
        delta = structure.fractional_ac[b] - structure.fractional_ac[a]
        for cell in representatives(supercell):
            inside = np.rint((cell + delta) @ np.linalg.inv(basis)).astype(int) @ basis
            cells = cell - inside + AROUND @ basis
            length = np.linalg.norm((cells + delta) @ structure.lattice_vc, axis=1)
            rows += [(a, b, *near, number) for near in cells[length < length.min() + TIE]]
            number += 1
    table = np.array(rows)
    return table[:, 0], table[:, 1], table[:, 2:5], table[:, 5]
