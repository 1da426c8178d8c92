"""Force constants from phonopy's files: what readers/ read, as arrays in SI. Rank 0 alone comes here."""

from dataclasses import replace

import numpy as np

from hpcph import constants
from hpcph.crystal import dynamical, spacegroup, symmetry
from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.crystal.nearest import nearest
from hpcph.crystal.supercell import Loaded
from hpcph.errors import InputError
from hpcph.readers import phonopy_set
from hpcph.readers.files import Files
from hpcph.readers.phonopy_set import Hdf5, no_hdf5

ROUNDING = 5e-17  # m: coordinates that move by less were cut off when the file was written
WIDEST_TIE = 1e-13  # m: images this much farther than the nearest are as near, however rough the places are
NEAR = 1e-11  # m: an atom and itself
UNRELATED = 0.15  # of what Φ between atoms violates permutation by, relative
EV_A = constants.elementary_charge * constants.angstrom  # J m
EV_PER_A2 = constants.elementary_charge / constants.angstrom**2  # N m⁻¹


def load(files: Files, hdf5: Hdf5 = no_hdf5) -> Loaded:
    """Read a phonopy file set.

    hdf5 : reads force_constants.hdf5: hpcph.readers.force_constants.read

    Raises InputError where a file is missing, is not phonopy's, or carries no force constants.
    """
    reading = phonopy_set.read(files, hdf5)
    ph = reading.phonopy
    dielectric = _dielectric(ph)
    structure, pairs, remarks = _structure(ph, reading.tolerance, files)
    structure = replace(structure, born_aij=dielectric.born if dielectric else None)
    return Loaded(structure, pairs, dielectric, _supercell(ph), _commensurate(ph), (*reading.remarks, *remarks))


def inverted(loaded: Loaded) -> Loaded:
    """The mirror image r → −r: the other enantiomorph of a chiral crystal."""
    structure, pairs = loaded.structure, loaded.pairs
    assert structure.operations is not None
    image = replace(structure, fractional_ac=-structure.fractional_ac)
    image = image.with_operations(structure.operations.inverted())
    turned = PairTable.symmetric(pairs.first, pairs.second, -pairs.cell, pairs.phi, pairs.share)
    return replace(loaded, structure=image, pairs=turned)


def _structure(ph, tolerance: float, files: Files) -> tuple[Structure, PairTable, list[str]]:
    """The cell, its places moved onto the operations that the force constants obey, pairs, and lines on what is lost.

    Places can look more symmetric than a crystal is, and moving them changes which images are the nearest: only what
    the force constants confirm may do so.
    """
    cell = ph.primitive
    lattice, mass = np.array(cell.cell) * constants.angstrom, np.array(cell.masses) * constants.atomic_mass
    places, symbols, moment = np.array(cell.scaled_positions), tuple(cell.symbols), cell.magnetic_moments
    found = spacegroup.symmetric_cell(lattice, places, spacegroup.kinds(symbols, mass), moment, tolerance)
    lines = spacegroup.losses(lattice, places, mass, symbols, moment, tolerance)
    structure = Structure.of(found, mass, symbols)
    pairs = _pairs(ph, structure, tolerance, files)
    crystal, broken = symmetry.obeyed(dynamical.build(structure, pairs, None))
    if broken:
        assert crystal.structure.operations is not None
        found = spacegroup.moved_onto(crystal.structure.operations, lattice, places)
        structure = Structure.of(found, mass, symbols)
        pairs = _pairs(ph, structure, tolerance, files)
    if found.moved > ROUNDING:
        far = found.moved / constants.angstrom
        broken.append(f"positions moved by up to {far:.1e} Å onto {structure.space_group}")
    return structure, pairs, lines + broken


def _pairs(ph, structure: Structure, tolerance: float, files: Files) -> PairTable:
    """Φ_ab(T) with the weight of a pair shared by its equally near images.

    Raises InputError where Φ_ab(T) and Φ_ba(−T)ᵀ are unrelated, as those of another supercell or order of atoms are.
    """
    cell = ph.primitive
    home = np.array(cell.p2s_map)
    rows = np.arange(len(cell)) if ph.force_constants.shape[0] == len(cell) else home
    atom = np.array([cell.p2p_map[s] for s in cell.s2p_map])  # supercell atom → primitive atom
    supercell = _supercell(ph)
    steps = np.array(ph.supercell.scaled_positions) @ supercell - np.array(cell.scaled_positions)[atom]
    tie = min(tolerance, WIDEST_TIE)
    images = nearest(structure, supercell, atom, np.rint(steps).astype(int), home, tie)
    phi = ph.force_constants[rows[images.first], images.member] * images.share[:, None, None] * EV_PER_A2
    table = PairTable.symmetric(images.first, atom[images.member], images.cell, phi, images.share)
    between = np.linalg.norm(structure.separation(table), axis=1) > NEAR
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
