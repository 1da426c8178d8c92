"""Force constants from phonopy's files. The only importer of phonopy; rank 0 alone comes here."""

import contextlib
import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hpcph import constants
from hpcph.crystal import dynamical, spacegroup, symmetry
from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.crystal.nearest import nearest
from hpcph.errors import InputError

TOLERANCE = 1e-15  # m, phonopy's default
NARROWEST, WIDEST = 1e-18, 1e-11  # m, tolerances that make sense
STATED, HEAD = re.compile(r"^\s+(?:symmetry_)?tolerance:\s*([\d.eE+-]+)\s*$", re.MULTILINE), 4096  # characters
ROUNDING = 5e-17  # m: coordinates that move by less were cut off when the file was written
WIDEST_TIE = 1e-13  # m: images this much farther than the nearest are as near, however rough the places are
EV_A = constants.elementary_charge * constants.angstrom  # J m
EV_PER_A2 = constants.elementary_charge / constants.angstrom**2  # N m⁻¹


@dataclass(frozen=True)
class Files:
    """Where the force constants are; every name explicit, so that nothing lying about is picked up.

    force_constants : phonopy_params.yaml[.xz], phonopy_disp.yaml, FORCE_CONSTANTS or force_constants.hdf5
    structure : phonopy yaml or unit cell (POSCAR, …), where force_constants has none
    symmetry_tolerance : m, how far places may be off their space group; None for the file's own
    """

    force_constants: Path
    structure: Path | None = None
    force_sets: Path | None = None
    born: Path | None = None
    supercell: tuple[int, ...] | None = None
    primitive: str | list | None = "auto"
    symmetry_tolerance: float | None = None

    def absolute(self) -> "Files":
        """The same files, independent of the current folder."""
        names = ("force_constants", "structure", "force_sets", "born")
        return replace(self, **{n: getattr(self, n).resolve() for n in names if getattr(self, n)})

    def all(self) -> list[Path]:
        """The files that exist in this set, in a fixed order."""
        return [p for p in (self.force_constants, self.structure, self.force_sets, self.born) if p]


@dataclass(frozen=True)
class Loaded:
    """What a file set says.

    dielectric : Born charges and ε, or None
    commensurate_qc : ndarray (q, 3) fractional, where the supercell's force constants are exact
    reach : half the shortest lattice vector of the supercell, m
    remarks : lines on the structure that the user should read
    """

    structure: Structure
    pairs: PairTable
    dielectric: Dielectric | None
    commensurate_qc: np.ndarray
    reach: float
    remarks: tuple[str, ...] = ()


def load(files: Files) -> Loaded:
    """Read a phonopy file set.

    Raises InputError where a file is missing, is not phonopy's, or carries no force constants.
    """
    for path in files.all():
        if not os.path.isfile(path):  # pathlib raises where a folder may not be searched
            raise InputError("crystal.force_constants", path, "no such file; give a path relative to the input file")
    files = files.absolute()
    tolerance = files.symmetry_tolerance or _stated_tolerance(files) or TOLERANCE
    with contextlib.ExitStack() as stack:  # phonopy.load looks for FORCE_SETS, BORN, … in the current folder
        stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.enter_context(contextlib.redirect_stdout(stack.enter_context(open(os.devnull, "w"))))
        try:
            ph = _tolerant(files, tolerance)
        except InputError:
            raise
        except Exception as err:  # phonopy raises whatever its parsers raise
            raise InputError(
                "crystal.force_constants",
                files.force_constants,
                f"phonopy cannot read it ({type(err).__name__}: {_line(err)}){_advice(err)}",
            ) from err
    if ph.force_constants is None or not np.any(ph.force_constants):
        raise InputError(
            "crystal.force_constants",
            files.force_constants,
            "holds no force constants; add crystal.force_sets: FORCE_SETS",
        )
    dielectric = _dielectric(ph)
    structure, pairs, remarks = _structure(ph, tolerance)
    structure = replace(structure, born_aij=dielectric.born if dielectric else None)
    return Loaded(structure, pairs, dielectric, _commensurate(ph), _reach(ph), tuple(remarks))


def inverted(loaded: Loaded) -> Loaded:
    """The mirror image r → −r: the other enantiomorph of a chiral crystal."""
    structure, pairs = loaded.structure, loaded.pairs
    assert structure.operations is not None
    image = replace(structure, fractional_ac=-structure.fractional_ac)
    image = image.with_operations(structure.operations.inverted())
    turned = PairTable.symmetric(pairs.first, pairs.second, -pairs.cell, pairs.phi, pairs.share)
    return replace(loaded, structure=image, pairs=turned)


def _tolerant(files: Files, tolerance: float) -> Any:
    """What phonopy reads; where noise keeps atoms of its cells from repeating each other, with more tolerance."""
    try:
        return _phonopy(files, tolerance)
    except (AssertionError, RuntimeError, ValueError):
        return _phonopy(files, spacegroup.SEARCH[0] * tolerance)


def _advice(err: Exception) -> str:
    """What helps where atoms do not repeat each other in the cells: other cells, or more tolerance."""
    rough = isinstance(err, AssertionError) or "trimming" in str(err) or "structure does not match" in str(err)
    return "; a larger crystal.symmetry_tolerance helps where coordinates are rough" if rough else ""


def _phonopy(files: Files, distance: float) -> Any:
    import phonopy

    main, structure = files.force_constants, files.structure
    optional = {
        "born_filename": files.born,
        "force_sets_filename": files.force_sets,
        "supercell_matrix": files.supercell,
    }
    options: dict[str, Any] = {key: value for key, value in optional.items() if value is not None}
    options["primitive_matrix"] = files.primitive
    options["symprec"] = distance / constants.angstrom
    if ".yaml" in main.suffixes or ".yml" in main.suffixes:
        return phonopy.load(main, **options)
    if structure is None:
        raise InputError(
            "crystal.structure",
            None,
            f"{main.name} holds no crystal; add crystal.structure: phonopy_disp.yaml or POSCAR",
        )
    options["force_constants_filename"] = main
    if ".yaml" in structure.suffixes or ".yml" in structure.suffixes:
        return phonopy.load(structure, **options)
    if files.supercell is None:
        raise InputError("crystal.supercell", None, "a plain unit cell needs crystal.supercell: [n, n, n]")
    return phonopy.load(unitcell_filename=structure, **options)


def _stated_tolerance(files: Files) -> float | None:
    """What the head of a phonopy yaml says, m; None where it says nothing or nonsense."""
    from phonopy.file_IO import get_io_module_to_decompress

    for path in (files.force_constants, files.structure):
        if path is None or not {".yaml", ".yml"} & set(path.suffixes):
            continue
        with contextlib.suppress(Exception):  # decompressors raise whatever they like; phonopy then says it better
            with get_io_module_to_decompress(path).open(path, "rt", encoding="utf-8") as file:
                if found := STATED.search(file.read(HEAD)):
                    stated = float(found.group(1)) * constants.angstrom
                    return stated if NARROWEST <= stated <= WIDEST else None
    return None


def _structure(ph, tolerance: float) -> tuple[Structure, PairTable, list[str]]:
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
    pairs = _pairs(ph, structure, tolerance)
    crystal, broken = symmetry.obeyed(dynamical.build(structure, pairs, None))
    if broken:
        assert crystal.structure.operations is not None
        found = spacegroup.moved_onto(crystal.structure.operations, lattice, places)
        structure = Structure.of(found, mass, symbols)
        pairs = _pairs(ph, structure, tolerance)
    if found.moved > ROUNDING:
        far = found.moved / constants.angstrom
        broken.append(f"positions moved by up to {far:.1e} Å onto {structure.space_group}")
    return structure, pairs, lines + broken


def _pairs(ph, structure: Structure, tolerance: float) -> PairTable:
    """Φ_ab(T) with the weight of a pair shared by its equally near images."""
    cell = ph.primitive
    home = np.array(cell.p2s_map)
    rows = np.arange(len(cell)) if ph.force_constants.shape[0] == len(cell) else home
    atom = np.array([cell.p2p_map[s] for s in cell.s2p_map])  # supercell atom → primitive atom
    supercell = np.rint(ph.supercell.cell @ np.linalg.inv(cell.cell)).astype(int)
    steps = np.array(ph.supercell.scaled_positions) @ supercell - np.array(cell.scaled_positions)[atom]
    tie = min(tolerance, WIDEST_TIE)
    images = nearest(structure, supercell, atom, np.rint(steps).astype(int), home, tie)
    phi = ph.force_constants[rows[images.first], images.member] * images.share[:, None, None] * EV_PER_A2
    return PairTable.symmetric(images.first, atom[images.member], images.cell, phi, images.share)


def _dielectric(ph) -> Dielectric | None:
    if ph.nac_params is None:
        return None
    nac = ph.dynamical_matrix.nac_params  # symmetrised and charge-neutral, unlike ph.nac_params
    return Dielectric(np.array(nac["born"], float), np.array(nac["dielectric"], float), ph.nac_params["factor"] * EV_A)


def _commensurate(ph) -> np.ndarray:
    """q-points at which the supercell's force constants are exact, in the first zone, (q, 3) fractional."""
    from phonopy.harmonic.dynmat_to_fc import get_commensurate_points
    from phonopy.structure.brillouin_zone import BrillouinZone

    matrix = np.rint(np.linalg.inv(ph.primitive_matrix) @ ph.supercell_matrix).astype(int)
    zone = BrillouinZone(np.linalg.inv(ph.primitive.cell))
    zone.run(get_commensurate_points(matrix))
    return np.array([points[0] for points in zone.shortest_qpoints])


def _reach(ph) -> float:
    steps = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3, indexing="ij"), -1).reshape(-1, 3)
    lengths = np.linalg.norm(steps @ np.array(ph.supercell.cell), axis=1)
    return float(lengths[lengths > 1e-3].min() / 2 * constants.angstrom)


def _line(err: Exception) -> str:
    return " ".join(str(err).split())[:120]
