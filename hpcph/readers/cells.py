"""Unit cells from phonopy's YAML and from the files of calculators, and what must be true of one."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hpcph.errors import counted
from hpcph.readers import plain_yaml
from hpcph.readers.files import Content, FileKind, blaming

FOLLOWING = ("cp2k", "exciting", "turbomole")  # their files of structure name other files
SHORTEST, LONGEST = 0.3, 1e4  # Å of a lattice vector
FLAT = 1e-3  # volume over the product of the lengths of the lattice vectors
CLOSEST = 0.1  # Å between atoms
HEAVIEST = 1e3  # amu
LARGEST = 1e4  # of ε∞


@dataclass(frozen=True)
class Described:
    """What a file says of a crystal, in its own units.

    cell : phonopy's unit cell; supercell, primitive : phonopy's matrices; header, block : its sections phonopy and
    physical_unit; charges : born (n, 3, 3), dielectric (3, 3) and factor; dataset : displacements, with forces or
    without; constants : ndarray (rows, n, 3, 3); scheme : of mixed sites; tolerance : of its symmetry. None where it
    says nothing; third_order : it is phono3py's
    """

    content: Content
    cell: Any
    supercell: np.ndarray | None = None
    primitive: np.ndarray | None = None
    header: Any = None
    block: Any = None
    charges: dict | None = None
    dataset: dict | None = None
    constants: np.ndarray | None = None
    scheme: Any = "merge"
    tolerance: float | None = None
    third_order: bool = False


def described(content: Content, calculator: str | None, folder: Path) -> Described:
    """The crystal of a file: phonopy's YAML, or the unit cell in the format of a calculator. Raises InputError.

    folder : empty, so that nothing lies beside the file that phonopy is given
    """
    if content.kind is FileKind.YAML:
        return _from_yaml(content)
    if content.kind is not FileKind.TEXT:
        raise content.refuse(f"holds no crystal: it is {content.kind.value}")
    return Described(content, _from_calculator(content, calculator or "vasp", folder))


def alone(content: Content) -> Any:
    """phonopy's unit cell of a file that is asked for nothing else. Raises InputError where it is no crystal."""
    with tempfile.TemporaryDirectory() as folder:
        cell = described(content, None, Path(folder)).cell
    require_sound(content, cell)
    return cell


def usual_masses() -> dict[str, float]:
    """Of the elements that have one, u."""
    from phonopy.structure.atomic_data import get_atomic_data

    known = ((str(one[1]), one[3]) for one in get_atomic_data().atom_data)
    return {symbol: mass for symbol, mass in known if mass is not None}


def _from_yaml(content: Content) -> Described:
    from phonopy.interface.phonopy_yaml import load_phonopy_yaml

    given = plain_yaml.parse(content)
    header = given.get("phonopy", given.get("phono3py"))
    with blaming(content):
        data = load_phonopy_yaml({key: value for key, value in given.items() if key != "physical_unit"})
        larger = given.get("phonon_supercell_matrix")  # in which phono3py's fc2.hdf5 is
        supercell = data.supercell_matrix if larger is None else np.array(larger, dtype=int)
    if data.unitcell is None:
        raise content.refuse("holds no crystal with lattice and atoms")
    block, charges = given.get("physical_unit"), None if data.nac_params is None else dict(data.nac_params)
    return Described(
        content, data.unitcell, supercell, data.primitive_matrix, header, block, charges,
        None if data.dataset is None else dict(data.dataset), data.force_constants, data.site_mixture_scheme or "merge",
        _tolerance(header, given.get("symmetry")), "phono3py" in given,
    )  # fmt: skip


def _tolerance(header: Any, symmetry: Any) -> float | None:
    """With which phonopy found the symmetry, as it writes that now and did before; None where that is no number."""
    places = ((header, "symmetry_tolerance"), (symmetry, "tolerance"))
    stated = [place[key] for place, key in places if isinstance(place, Mapping) and key in place]
    return float(stated[0]) if stated and type(stated[0]) in (int, float) else None


def _from_calculator(content: Content, calculator: str, folder: Path) -> Any:
    from phonopy.interface.calculator import read_crystal_structure

    if calculator in FOLLOWING:
        raise content.refuse(f"a structure of {calculator} may name other files; give phonopy_disp.yaml instead")
    plain = folder / "structure"
    plain.write_text(_poscar(content) if calculator == "vasp" else content.text, encoding="utf-8")
    with blaming(content, f"is no structure of {calculator}; crystal.calculator names another program"):
        cell, _ = read_crystal_structure(plain, interface_mode=calculator)
    if cell is None:
        raise content.refuse(f"is no structure of {calculator}")
    return cell


def _poscar(content: Content) -> str:
    """A POSCAR with its scale multiplied in, whose elements are named.

    phonopy leaves Cartesian positions unscaled, takes a negative scale (the volume) for a factor, and calls atoms
    without a name H, He, Li, …
    """
    from phonopy.structure.atomic_data import get_atomic_data

    lines = content.text.splitlines()
    with blaming(content, "is no POSCAR; crystal.calculator names the program of another format"):
        scale = float(lines[1])
        rows = np.array([text.split()[:3] for text in lines[2:5]], float)
        scale = scale if scale > 0 else (-scale / abs(np.linalg.det(rows))) ** (1 / 3)
        named = not lines[5].split()[0].isdecimal()
        symbols = [word.partition("_")[0].partition("/")[0] for word in lines[5 if named else 0].split()]
        counts = [int(word) for word in lines[6 if named else 5].split()]
        rest = lines[7 if named else 6 :]
        mode = rest.pop(0)
        mode = rest.pop(0) if mode.strip()[:1] in ("s", "S") else mode
        atoms = np.array([text.split()[:3] for text in rest[: sum(counts)]], float).reshape(-1, 3)
    unknown = [s for s in symbols if s not in get_atomic_data().symbol_map or s == "X"]
    if unknown or len(symbols) != len(counts):
        raise content.refuse(f"names no element for every kind of atom (line {6 if named else 1}: {' '.join(symbols)})")
    if len(atoms) != sum(counts) or min(counts) < 1:
        has = f"has the positions of {counted(len(atoms), 'atoms')}"
        raise content.refuse(f"{has} instead of {' + '.join(map(str, counts))}")
    cartesian = mode.strip()[:1] in ("c", "C", "k", "K")
    table = [*(rows * scale), *(atoms * scale if cartesian else atoms)]
    text = [" ".join(f"{x:.16g}" for x in row) for row in table]
    names = [" ".join(symbols), " ".join(map(str, counts)), "Cartesian" if cartesian else "Direct"]
    return "\n".join(["", "1", *text[:3], *names, *text[3:], ""])


def require_sound(content: Content, cell: Any) -> None:
    """Raise InputError where a unit cell, in Å, is none; spglib ends the process at some of them."""
    lattice, positions = np.array(cell.cell, float), np.array(cell.scaled_positions, float)
    masses = np.array([np.nan if m is None else m for m in cell.masses], float)
    if not len(positions) or not all(np.all(np.isfinite(x)) for x in (lattice, positions)):
        raise content.refuse("has a lattice or positions that are not finite, or no atoms")
    lengths = np.linalg.norm(lattice, axis=1)
    if lengths.min() < SHORTEST or lengths.max() > LONGEST:
        raise content.refuse(f"has lattice vectors of {lengths.min():.3g} to {lengths.max():.3g} Å")
    if abs(np.linalg.det(lattice)) < FLAT * lengths.prod():
        raise content.refuse("has lattice vectors that lie in a plane")
    if np.abs(positions).max() > LONGEST:
        raise content.refuse(f"has fractional positions up to {np.abs(positions).max():.3g}")
    for atom, place in enumerate(positions[:-1] if not cell.has_weighted_species else ()):
        apart = positions[atom + 1 :] - place
        distance = np.linalg.norm((apart - np.rint(apart)) @ lattice, axis=1)
        if distance.min() < CLOSEST:
            raise content.refuse(f"has two atoms {distance.min():.2g} Å apart")
    if not np.all((masses > 0) & (masses < HEAVIEST)):
        raise content.refuse("has masses that are unknown or not positive")
    spins = None if cell.magnetic_moments is None else np.array(cell.magnetic_moments, float)
    if spins is not None and not np.all(np.isfinite(spins)):
        raise content.refuse("has magnetic moments that are not finite")


def charges(found: Mapping, content: Content) -> dict:
    """Born charges and ε of a file. Raises InputError where they are none."""
    born, epsilon = np.array(found["born"], float), np.array(found["dielectric"], float)
    if born.ndim != 3 or born.shape[1:] != (3, 3) or epsilon.shape != (3, 3):
        raise content.refuse("has Born charges or a dielectric constant that are no 3×3 tensors")
    if not np.all(np.isfinite(born)) or not np.all(np.isfinite(epsilon)) or np.abs(born).max() > 100:
        raise content.refuse("has Born charges or a dielectric constant that are not finite, or charges above 100 e")
    if np.abs(epsilon).max() > LARGEST:
        raise content.refuse(f"has a dielectric constant of {np.abs(epsilon).max():.3g}: expected at most {LARGEST:g}")
    least = np.linalg.eigvalsh((epsilon + epsilon.T) / 2).min()
    if least < 0.99:
        raise content.refuse(f"has a dielectric constant below that of the vacuum (eigenvalue {least:.3g})")
    return {"born": born, "dielectric": epsilon, "factor": found.get("factor")}
