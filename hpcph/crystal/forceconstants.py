"""Force constants from phonopy's files. The only importer of phonopy; rank 0 alone comes here."""

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hpcph import constants
from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.errors import InputError

SYMPREC = 1e-5  # Å
EV_A = constants.elementary_charge * constants.angstrom  # J m
EV_PER_A2 = constants.elementary_charge / constants.angstrom**2  # N m⁻¹


@dataclass(frozen=True)
class Files:
    """Where the force constants are; every name explicit, so that nothing lying about is picked up.

    force_constants : phonopy_params.yaml[.xz], phonopy_disp.yaml, FORCE_CONSTANTS or force_constants.hdf5
    structure : phonopy yaml or unit cell (POSCAR, …), where force_constants has none
    """

    force_constants: Path
    structure: Path | None = None
    force_sets: Path | None = None
    born: Path | None = None
    supercell: tuple[int, ...] | None = None
    primitive: str | list | None = "auto"

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
    """

    structure: Structure
    pairs: PairTable
    dielectric: Dielectric | None
    commensurate_qc: np.ndarray
    reach: float


def load(files: Files) -> Loaded:
    """Read a phonopy file set.

    Raises InputError where a file is missing, is not phonopy's, or carries no force constants.
    """
    for path in files.all():
        if not os.path.isfile(path):  # pathlib raises where a folder may not be searched
            raise InputError("crystal.force_constants", path, "no such file; give a path relative to the input file")
    files = files.absolute()
    with contextlib.ExitStack() as stack:  # phonopy.load looks for FORCE_SETS, BORN, … in the current folder
        stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.enter_context(contextlib.redirect_stdout(stack.enter_context(open(os.devnull, "w"))))
        try:
            ph = _phonopy(files)
        except InputError:
            raise
        except Exception as err:  # phonopy raises whatever its parsers raise
            raise InputError(
                "crystal.force_constants",
                files.force_constants,
                f"phonopy cannot read it ({type(err).__name__}: {_line(err)})",
            ) from err
    if ph.force_constants is None:
        raise InputError(
            "crystal.force_constants",
            files.force_constants,
            "holds no force constants; add crystal.force_sets: FORCE_SETS",
        )
    dielectric = _dielectric(ph)
    structure = replace(_structure(ph), born_aij=dielectric.born if dielectric else None)
    return Loaded(structure, _pairs(ph), dielectric, _commensurate(ph), _reach(ph))


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


def _safe() -> None:
    """phonopy reads YAML with a loader that executes what tags like !!python/object/apply name: have it read data."""
    import yaml
    from phonopy import file_IO
    from phonopy.interface import phonopy_yaml

    phonopy_yaml.Loader = file_IO.Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _phonopy(files: Files) -> Any:
    import phonopy

    _safe()
    main, structure = files.force_constants, files.structure
    optional = {
        "born_filename": files.born,
        "force_sets_filename": files.force_sets,
        "supercell_matrix": files.supercell,
    }
    options: dict[str, Any] = {key: value for key, value in optional.items() if value is not None}
    options["primitive_matrix"] = files.primitive
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


def _pairs(ph) -> PairTable:
    """Φ_ab(T) with the weight of a pair shared by its equally short images (svecs, multiplicities)."""
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
    return PairTable.symmetric(a, b, np.rint(translation).astype(int), phi, 1 / np.repeat(repeat, repeat))


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
