"""Force constants from phonopy's files: what readers/ read, as arrays in SI. Rank 0 alone comes here."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hpcph import constants
from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.errors import InputError
from hpcph.readers import phonopy_set
from hpcph.readers.files import Files
from hpcph.readers.phonopy_set import Hdf5, no_hdf5

SYMPREC = 1e-5  # Å
NEAR = 0.1  # Å: an atom and itself
UNRELATED = 0.15  # of what Φ between atoms violates permutation by, relative
EV_A = constants.elementary_charge * constants.angstrom  # J m
EV_PER_A2 = constants.elementary_charge / constants.angstrom**2  # N m⁻¹


@dataclass(frozen=True)
class Loaded:
    """What a file set says.

    dielectric : Born charges and ε, or None
    supercell : ndarray (3, 3) int, its lattice vectors as rows in units of a, b, c
    commensurate_qc : ndarray (q, 3) fractional, where the supercell's force constants are exact
    remarks : lines that the user should read
    """

    structure: Structure
    pairs: PairTable
    dielectric: Dielectric | None
    supercell: np.ndarray
    commensurate_qc: np.ndarray
    remarks: tuple[str, ...] = ()


def load(files: Files, hdf5: Hdf5 = no_hdf5) -> Loaded:
    """Read a phonopy file set.

    hdf5 : reads force_constants.hdf5, which this room does not: hpcph.output.constants.read

    Raises InputError where a file is missing, is not phonopy's, or carries no force constants.
    """
    reading = phonopy_set.read(files, hdf5)
    ph = reading.phonopy
    dielectric = _dielectric(ph)
    structure = replace(_structure(ph), born_aij=dielectric.born if dielectric else None)
    return Loaded(structure, _pairs(ph, files), dielectric, _supercell(ph), _commensurate(ph), reading.remarks)


def inverted(loaded: Loaded) -> Loaded:
    """The mirror image r → −r: the other enantiomorph of a chiral crystal."""
    import spglib

    structure, pairs = loaded.structure, loaded.pairs
    positions = -structure.fractional_ac
    kinds = [structure.symbols.index(symbol) for symbol in structure.symbols]
    cell: Any = (structure.lattice_vc / constants.angstrom, positions, kinds)
    dataset = spglib.get_symmetry_dataset(cell, SYMPREC)
    image = replace(structure, fractional_ac=positions, space_group=_name(dataset))
    turned = PairTable.symmetric(pairs.first, pairs.second, -pairs.cell, pairs.phi, pairs.share)
    return replace(loaded, structure=image, pairs=turned)


def _structure(ph) -> Structure:
    from phonopy.structure.symmetry import Symmetry

    cell = ph.primitive
    symmetry: Any = Symmetry(cell, symprec=SYMPREC)
    return Structure(
        lattice_vc=np.array(cell.cell) * constants.angstrom,
        fractional_ac=np.array(cell.scaled_positions),
        mass_a=np.array(cell.masses) * constants.atomic_mass,
        symbols=tuple(cell.symbols),
        rotations=_unique(np.array(symmetry.symmetry_operations["rotations"], dtype=int)),
        space_group=_name(symmetry.dataset),
    )


def _name(dataset) -> str:
    """Such as P3_121 (152)."""
    return f"{dataset.international} ({dataset.number})"


def _unique(rotations: np.ndarray) -> np.ndarray:
    """Without repetition, in the order of first appearance (a primitive cell has none to drop)."""
    _, index = np.unique(rotations.reshape(-1, 9), axis=0, return_index=True)
    return rotations[np.sort(index)]


def _pairs(ph, files: Files) -> PairTable:
    """Φ_ab(T) with the weight of a pair shared by its equally short images (svecs, multiplicities).

    Raises InputError where Φ_ab(T) and Φ_ba(−T)ᵀ are unrelated, as those of another supercell or order of atoms are.
    """
    cell = ph.primitive
    svecs, multi = cell.get_smallest_vectors()
    compact = ph.force_constants.shape[0] == len(cell)
    rows = np.arange(len(cell)) if compact else np.array(cell.p2s_map)
    atom_of = np.array([cell.p2p_map[s] for s in cell.s2p_map])  # supercell atom → primitive atom
    fractional = np.array(cell.scaled_positions)
    count, start = multi[:, :, 0], multi[:, :, 1]  # (s, a)
    s_index, a_index = np.divmod(np.arange(count.size), count.shape[1])
    repeat = count.ravel()
    s, a = np.repeat(s_index, repeat), np.repeat(a_index, repeat)
    within = np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    vector = svecs[np.repeat(start.ravel(), repeat) + within]
    b = atom_of[s]
    translation = vector - fractional[b] + fractional[a]
    assert np.abs(translation - np.rint(translation)).max() < 1e-3, "svecs do not fit the primitive cell"
    phi = ph.force_constants[rows[a], s] / np.repeat(repeat, repeat)[:, None, None] * EV_PER_A2
    table = PairTable.symmetric(a, b, np.rint(translation).astype(int), phi, 1 / np.repeat(repeat, repeat))
    between = np.linalg.norm(vector @ cell.cell, axis=1) > NEAR
    apart, size = (np.linalg.norm(part[between]) for part in (phi - table.phi, table.phi))
    if apart > UNRELATED * size:
        fix = f"Φ_ab and Φ_ba differ by {apart / size:.0%}: of another supercell or order of atoms"
        raise InputError("crystal.force_constants", files.force_constants, f"{fix}; check crystal.supercell")
    return table


def _dielectric(ph) -> Dielectric | None:
    if ph.nac_params is None:
        return None
    nac = ph.dynamical_matrix.nac_params  # symmetrised and charge-neutral, unlike ph.nac_params
    epsilon = np.array(nac["dielectric"], float)  # symmetric in all but the last digits of a file
    return Dielectric(np.array(nac["born"], float), (epsilon + epsilon.T) / 2, ph.nac_params["factor"] * EV_A)


def _supercell(ph) -> np.ndarray:
    return np.rint(np.linalg.inv(ph.primitive_matrix) @ ph.supercell_matrix).astype(int).T


def _commensurate(ph) -> np.ndarray:
    """q-points at which the supercell's force constants are exact, in the first zone, (q, 3) fractional."""
    from phonopy.harmonic.dynmat_to_fc import get_commensurate_points
    from phonopy.structure.brillouin_zone import BrillouinZone

    zone = BrillouinZone(np.linalg.inv(ph.primitive.cell))
    zone.run(get_commensurate_points(_supercell(ph).T))
    return np.array([points[0] for points in zone.shortest_qpoints])
