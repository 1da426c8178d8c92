"""Force constants from files: what readers/ read, as arrays in SI. Rank 0 alone comes here."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hpcph import constants
from hpcph.crystal import dynamical, spacegroup, symmetry
from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.crystal.nearest import nearest
from hpcph.crystal.supercell import Loaded
from hpcph.errors import InputError
from hpcph.prepare import layer
from hpcph.readers import foreign, phonopy_set
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Files
from hpcph.readers.phonopy_set import TOLERANCE, Hdf5, no_hdf5

ROUNDING = 5e-17  # m: coordinates that move by less were cut off when the file was written
WIDEST_TIE = 1e-13  # m: images this much farther than the nearest are as near, however rough the places are
NEAR = 1e-11  # m: an atom and itself
UNRELATED = 0.15  # of what Φ between atoms violates permutation by, relative
EV_A = constants.elementary_charge * constants.angstrom  # J m
EV_PER_A2 = constants.elementary_charge / constants.angstrom**2  # N m⁻¹
COULOMB = constants.elementary_charge**2 / (4 * constants.pi * constants.epsilon_0)  # J m


@dataclass(frozen=True)
class SupercellSites:
    """A cell, a supercell of it and force constants between their atoms, from whatever file.

    lattice_vc : ndarray (3, 3) m, rows a, b, c; fractional_ac : ndarray (a, 3)
    symbols : one an atom; mass_a : ndarray (a,) kg; moment : magnetic moments in μB, or None
    supercell : ndarray (3, 3) int, its lattice vectors as rows in units of a, b, c
    atom_s : ndarray (s,) int, which atom of the cell each of the supercell repeats
    cell_sc : ndarray (s, 3) int, the translation that brings it there
    home_a : ndarray (a,) int, the atoms of the supercell that Φ is counted from
    phi_as : ndarray (a, s, 3, 3), force constants in `unit`, N m⁻¹
    commensurate_qc : ndarray (q, 3) fractional, where Φ is exact
    dielectric : Born charges and ε, or None
    tolerance : m, how far places may be off their space group
    empty : the axis along which a layer does not repeat, None of a bulk
    """

    lattice_vc: np.ndarray
    fractional_ac: np.ndarray
    symbols: tuple[str, ...]
    mass_a: np.ndarray
    moment: np.ndarray | None
    supercell: np.ndarray
    atom_s: np.ndarray
    cell_sc: np.ndarray
    home_a: np.ndarray
    phi_as: np.ndarray
    unit: float
    commensurate_qc: np.ndarray
    dielectric: Dielectric | None
    tolerance: float
    empty: int | None = None

    def as_layer(self, empty: int) -> "SupercellSites":
        """The same atoms, those of a layer next to each other, whatever faces of the cell cut it. Raises InputError."""
        layer.require_layer(self.lattice_vc, self.fractional_ac, self.supercell, empty)
        steps = layer.cells_of_atoms(self.lattice_vc, self.fractional_ac, empty)
        inside = np.arange(3) != empty
        return replace(self, fractional_ac=self.fractional_ac + steps, cell_sc=self.cell_sc * inside, empty=empty)


def load(files: Files, hdf5: Hdf5 = no_hdf5) -> Loaded:
    """Read a file set of phonopy, or the file of another program.

    hdf5 : reads force_constants.hdf5: hpcph.readers.force_constants.read

    Raises InputError where a file is missing, is of no known format, or carries no force constants.
    """
    if (of := foreign.recognised(files)) is not None:
        tolerance = files.symmetry_tolerance or TOLERANCE
        found = foreign.read(files, of, tolerance)
        described, said, origin = of_constants(found, tolerance), found.remarks, of.title
    else:
        if files.displacement is not None:
            fix = "for a potential, or the cache of ASE, alone; leave it out"
            raise InputError("crystal.displacement", f"{files.displacement / constants.angstrom:g} angstrom", fix)
        if files.q2r is not None:
            raise InputError(
                "crystal.q2r", files.q2r, f"{files.force_constants.name} is no file of q2r.x; leave it out"
            )
        reading = phonopy_set.read(files, hdf5)
        described, said = of_phonopy(reading.phonopy, reading.tolerance), reading.remarks
        origin = f"phonopy's files, {reading.units} (calculator: {reading.units.calculator})"
    if (empty := layer.empty_axis(files.periodic)) is not None:
        described = described.as_layer(empty)
    structure, pairs, remarks = _structure(described, files.force_constants)
    dielectric = described.dielectric
    structure = replace(structure, born_aij=dielectric.born if dielectric else None)
    remarks += layer.remarks(structure, dielectric, files.periodic is not None)
    if dielectric is not None and structure.empty is not None:
        layer.require_medium(structure, dielectric)
    at = described.supercell, described.commensurate_qc
    return Loaded(structure, pairs, dielectric, *at, (*said, *remarks), origin)


def of_phonopy(ph, tolerance: float) -> SupercellSites:
    """What one of phonopy's objects holds, in eV Å⁻²; its Born charges symmetric and neutral."""
    cell = ph.primitive
    supercell = np.rint(np.linalg.inv(ph.primitive_matrix) @ ph.supercell_matrix).astype(int).T
    atom = np.array([cell.p2p_map[s] for s in cell.s2p_map])
    home = np.array(cell.p2s_map)
    steps = np.array(ph.supercell.scaled_positions) @ supercell - np.array(cell.scaled_positions)[atom]
    rows = np.arange(len(cell)) if ph.force_constants.shape[0] == len(cell) else home
    return SupercellSites(
        lattice_vc=np.array(cell.cell) * constants.angstrom,
        fractional_ac=np.array(cell.scaled_positions),
        symbols=tuple(cell.symbols),
        mass_a=np.array(cell.masses) * constants.atomic_mass,
        moment=cell.magnetic_moments,
        supercell=supercell,
        atom_s=atom,
        cell_sc=np.rint(steps).astype(int),
        home_a=home,
        phi_as=ph.force_constants[rows],
        unit=EV_PER_A2,
        commensurate_qc=_commensurate(cell.cell, supercell),
        dielectric=_dielectric(ph),
        tolerance=tolerance,
    )


def of_constants(found: SupercellConstants, tolerance: float) -> SupercellSites:
    """What the reader of another format made of a file."""
    points, atoms = len(found.cell_tc), len(found.mass_a)
    home = int(np.flatnonzero(~found.cell_tc.any(axis=1))[0])
    charges = None
    if found.born_aij is not None and found.epsilon is not None:
        charges = Dielectric(found.born_aij, found.epsilon, COULOMB)
    return SupercellSites(
        lattice_vc=found.lattice_vc,
        fractional_ac=found.fractional_ac,
        symbols=found.symbols,
        mass_a=found.mass_a,
        moment=None,
        supercell=found.supercell,
        atom_s=np.tile(np.arange(atoms), points),
        cell_sc=np.repeat(found.cell_tc, atoms, axis=0),
        home_a=home * atoms + np.arange(atoms),
        phi_as=found.phi_tab.swapaxes(0, 1).reshape(atoms, points * atoms, 3, 3),
        unit=1.0,
        commensurate_qc=_commensurate(found.lattice_vc / constants.angstrom, found.supercell),
        dielectric=charges,
        tolerance=tolerance,
    )


def inverted(loaded: Loaded) -> Loaded:
    """The mirror image r → −r: the other enantiomorph of a chiral crystal."""
    structure, pairs = loaded.structure, loaded.pairs
    assert structure.operations is not None
    image = replace(structure, fractional_ac=-structure.fractional_ac)
    image = image.with_operations(structure.operations.inverted())
    turned = PairTable.symmetric(pairs.first, pairs.second, -pairs.cell, pairs.phi, pairs.share)
    return replace(loaded, structure=image, pairs=turned)


def _structure(given: SupercellSites, path: Path) -> tuple[Structure, PairTable, list[str]]:
    """The cell, its places moved onto the operations that the force constants obey, pairs, and lines on what is lost.

    Places can look more symmetric than a crystal is, and moving them changes which images are the nearest: only what
    the force constants confirm may do so.

    path : of the force constants, for complaints
    """
    lattice, places, moment = given.lattice_vc, given.fractional_ac, given.moment
    mass, symbols, tolerance = given.mass_a, given.symbols, given.tolerance
    found = spacegroup.symmetric_cell(lattice, places, spacegroup.kinds(symbols, mass), moment, tolerance)
    lines = spacegroup.losses(lattice, places, mass, symbols, moment, tolerance)
    structure = Structure.of(found, mass, symbols, given.empty)
    pairs = _pairs(given, structure, path)
    crystal, broken = symmetry.obeyed(dynamical.build(structure, pairs, None))
    if broken:
        assert crystal.structure.operations is not None
        found = spacegroup.moved_onto(crystal.structure.operations, lattice, places)
        structure = Structure.of(found, mass, symbols, given.empty)
        pairs = _pairs(given, structure, path)
    if found.moved > ROUNDING:
        far = found.moved / constants.angstrom
        broken.append(f"positions moved by up to {far:.1e} Å onto {structure.space_group}")
    return structure, pairs, lines + broken


def _pairs(given: SupercellSites, structure: Structure, path: Path) -> PairTable:
    """Φ_ab(T) with the weight of a pair shared by its equally near images.

    Raises InputError where Φ_ab(T) and Φ_ba(−T)ᵀ are unrelated, as those of another supercell or order of atoms are.
    """
    tie = min(given.tolerance, WIDEST_TIE)
    images = nearest(structure, given.supercell, given.atom_s, given.cell_sc, given.home_a, tie)
    phi = given.phi_as[images.first, images.member] * images.share[:, None, None] * given.unit
    table = PairTable.symmetric(images.first, given.atom_s[images.member], images.cell, phi, images.share)
    between = np.linalg.norm(structure.separation(table), axis=1) > NEAR
    apart, size = (np.linalg.norm(part[between]) for part in (phi - table.phi, table.phi))
    if apart > UNRELATED * size:
        fix = f"Φ_ab and Φ_ba differ by {apart / size:.0%}: of another supercell or order of atoms"
        raise InputError("crystal.force_constants", path, f"{fix}; check crystal.supercell")
    return table


def _dielectric(ph) -> Dielectric | None:
    if ph.nac_params is None:
        return None
    nac = ph.dynamical_matrix.nac_params  # symmetrised and charge-neutral, unlike ph.nac_params
    epsilon = np.array(nac["dielectric"], float)  # symmetric in all but the last digits of a file
    return Dielectric(np.array(nac["born"], float), (epsilon + epsilon.T) / 2, ph.nac_params["factor"] * EV_A)


def _commensurate(lattice: np.ndarray, supercell: np.ndarray) -> np.ndarray:
    """q-points at which the supercell's force constants are exact, in the first zone, (q, 3) fractional.

    lattice : (3, 3), rows a, b, c in Å
    """
    from phonopy.harmonic.dynmat_to_fc import get_commensurate_points
    from phonopy.structure.brillouin_zone import BrillouinZone

    zone = BrillouinZone(np.linalg.inv(lattice))
    zone.run(get_commensurate_points(supercell.T))
    return np.array([points[0] for points in zone.shortest_qpoints])
