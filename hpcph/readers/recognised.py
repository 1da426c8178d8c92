"""What files of phonopy, phono3py and other programs are, seen from what they hold, whatever they are called."""

import contextlib
import tempfile
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np

from hpcph.disk.guard import Unsound
from hpcph.errors import InputError
from hpcph.readers import (
    alamode_hdf5,
    alamode_rates,
    cells,
    forces,
    formats,
    numbers,
    shengbte_rates,
    tdep_rates,
    unread,
)
from hpcph.readers.cells import Described
from hpcph.readers.files import Content, FileKind, head, opened
from hpcph.readers.formats import Format
from hpcph.readers.hdf5 import opening

KEY = "FILES"


class Role(Enum):
    """What an input makes of a file."""

    WHOLE = "crystal with force constants, or with the forces that they follow from"
    SUPERCELL = "supercell with force constants"
    PAIRS = "force constants of a program that keeps their crystal in another file"
    CONTROL = "crystal of a program that keeps its force constants in another file"
    CRYSTAL = "crystal"
    FORCES = "FORCE_SETS"
    CONSTANTS = "force constants"
    BORN = "Born charges"
    LINEWIDTHS = "linewidths"
    COLLISIONS = "collision matrix of phono3py"


@dataclass(frozen=True)
class Recognised:
    """A file and what it is.

    described : the crystal, of files that hold one; sites : number of atoms of the supercell, of forces and force
    constants, None where the file does not say; temperature : ndarray (t,) K, of linewidths and collisions, else empty
    program : whose linewidths they are, its key in `lifetime`; "" of other files
    foreign : the format of another program's force constants, or of their crystal; None of phonopy's
    """

    path: Path
    role: Role
    described: Described | None
    sites: int | None
    temperature: np.ndarray
    program: str = ""
    foreign: Format | None = None


def recognised(path: Path) -> Recognised:
    """Look into a file; a unit cell in the format of VASP.

    Raises InputError where an input could name it nowhere, Unread where nothing says that it is damaged.
    """
    if (kelvin := shengbte_rates.temperatures(path)).size:
        return Recognised(path, Role.LINEWIDTHS, None, None, kelvin, "shengbte")
    path = formats.main(path)
    with tempfile.TemporaryDirectory() as folder:
        content = opened(KEY, path, Path(folder))
        if alamode_rates.looks_like(head(path)):
            return Recognised(path, Role.LINEWIDTHS, None, None, alamode_rates.temperatures(path), "alamode")
        if (foreign := formats.recognised(head(path), None)) is not None:
            if foreign.describes(head(path)):
                return replace(_plain(content, Role.CONTROL), foreign=foreign)
            held = Role.SUPERCELL if "structure" in foreign.takes else Role.WHOLE
            return replace(_plain(content, Role.PAIRS if "structure" in foreign.needs else held), foreign=foreign)
        if content.kind is FileKind.HDF5:
            return _hdf5(content)
        if content.kind is FileKind.YAML:
            found = cells.described(content, None, Path(folder))
            whole = found.constants is not None or forces.of_dataset(content, found.dataset) is not None
            return _plain(content, Role.WHOLE if whole else Role.CRYSTAL, found)
        if content.kind is FileKind.FORCE_SETS:
            first = content.text.split("#")[0].split()[:1]
            alone = len(content.text.lstrip().splitlines()[0].split()) == 1
            return _plain(content, Role.FORCES, sites=int(first[0]) if alone else None)
        if content.kind is FileKind.FORCE_CONSTANTS:
            return _plain(content, Role.CONSTANTS, sites=int(content.text.lstrip().splitlines()[0].split()[-1]))
        if _is_born(content):
            return _plain(content, Role.BORN)
        try:
            return _plain(content, Role.CRYSTAL, cells.described(content, None, Path(folder)))
        except InputError as err:
            known = "phonopy's yaml, FORCE_SETS, FORCE_CONSTANTS, BORN, POSCAR, force_constants.hdf5, kappa-m….hdf5"
            other = ", ".join([*(one.title for one in formats.FORMATS), "linewidths of ALAMODE, ShengBTE (its folder)"])
            raise unread.Unread(KEY, content.path, f"is none of {known}, {other}") from err


def _plain(content: Content, role: Role, found: Described | None = None, sites: int | None = None) -> Recognised:
    return Recognised(content.path, role, found, sites, np.empty(0))


def _is_born(content: Content) -> bool:
    """phonopy's BORN, or ε and the charges of all atoms in rows of three, as ALAMODE and TDEP have them."""
    rows = [row.split() for row in content.text.splitlines() if row.strip()]
    if len(rows) >= 6 and len(rows) % 3 == 0 and all(len(row) == 3 for row in rows):
        with contextlib.suppress(ValueError):
            return bool(np.all(np.isfinite(np.array(rows, float))))
    try:
        numbers.born(content)
    except InputError:
        return False
    return True


def _hdf5(content: Content) -> Recognised:
    """By the names of its arrays."""
    try:
        with opening(content.plain, "phonopy, phono3py, ALAMODE or TDEP") as file:
            for name in ("fc2", "force_constants"):
                if name in file:
                    return _plain(content, Role.CONSTANTS, sites=file.array(name, most=np.inf).shape[1])
            for name, role, program in (
                ("collision_matrix", Role.COLLISIONS, ""), ("gamma", Role.LINEWIDTHS, "phono3py"),
            ):  # fmt: skip
                if name in file and "temperature" in file:
                    return Recognised(content.path, role, None, None, np.ravel(file.numbers("temperature")), program)
            if alamode_hdf5.is_of_alamode(file):
                return Recognised(content.path, Role.LINEWIDTHS, None, None, alamode_hdf5.temperatures(file), "alamode")
            if tdep_rates.is_of_tdep(file):
                return Recognised(content.path, Role.LINEWIDTHS, None, None, tdep_rates.temperature(file), "tdep")
            other = unread.of_arrays(file.__contains__)
    except Unsound as err:
        raise content.refuse(str(err)) from err
    what = "fc2.hdf5, force_constants.hdf5, kappa-m….hdf5, collision-m….hdf5 and linewidths of ALAMODE and TDEP"
    raise unread.Unread(KEY, content.path, other or f"holds nothing that an input could name; of HDF5 {what} are known")
