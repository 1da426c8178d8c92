"""Formats of force constants of other programs: how each is recognised and who reads it. One row a format."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hpcph.readers import abinit, alamode, ase_cache, castep, espresso_matrices, quantum_espresso, shengbte, tdep, vasp
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Content, FileKind

PHONOPY = "phonopy"


@dataclass(frozen=True)
class Opened:
    """The files of a crystal: that of crystal.force_constants, those that lie beside it, crystal.structure and born.

    supercell : crystal.supercell; displacement : crystal.displacement, m; ngqpt : crystal.ngqpt
    periodic, q2r : crystal.periodic and crystal.q2r, None where the input does not say
    """

    main: Content
    beside: tuple[Content, ...]
    structure: Content | None
    born: Content | None
    supercell: tuple | None = None
    displacement: float | None = None
    ngqpt: tuple[int, int, int] | None = None
    periodic: tuple[bool, ...] | None = None
    q2r: str | None = None


@dataclass(frozen=True)
class Format:
    """One of the formats.

    name : as crystal.format has it; title : as lines to the user have it
    looks_like : whether a file that begins with this text, unpacked, is of it
    read : its reader
    beside : other files that belong to the one at a path
    needs : keys of the input without which it says too little
    takes : those that it has a use for; `born` in a form of its own
    folder : name of the file that a folder of such files stands for
    binary : what its files are, where they are no text
    describes : whether a crystal.structure that begins with this text says that the force constants are of it
    evidence : bytes that a file with force constants holds; those of other runs of the program do not
    """

    name: str
    title: str
    looks_like: Callable[[str], bool]
    read: Callable[[Opened], SupercellConstants]
    beside: Callable[[Path], list[Path]] = lambda path: []
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    binary: FileKind | None = None
    describes: Callable[[str], bool] = lambda text: False
    evidence: bytes = b""


def _needed(files: Opened) -> Content:
    assert files.structure is not None  # hpcph.readers.foreign asks for what a format needs
    return files.structure


FORMATS = (
    Format(
        "qe-dyn",
        "dynamical matrices of Quantum ESPRESSO",
        espresso_matrices.looks_like,
        lambda files: espresso_matrices.read((files.main, *files.beside), files.periodic),
        beside=espresso_matrices.beside,
    ),
    Format(
        "qe-q2r",
        "q2r.x of Quantum ESPRESSO",
        quantum_espresso.looks_like,
        lambda files: quantum_espresso.read(files.main, files.periodic, files.q2r),
        takes=("q2r",),
    ),
    Format(
        "abinit-ddb",
        "a DDB of ABINIT",
        abinit.looks_like,
        lambda files: abinit.read(files.main, files.ngqpt),
        takes=("ngqpt",),
    ),
    Format(
        "tdep",
        "infile.forceconstant of TDEP",
        tdep.looks_like,
        lambda files: tdep.read(files.main, _needed(files), files.born),
        needs=("structure",),
        takes=("born",),
    ),
    Format(
        "alamode",
        "XML of ALAMODE",
        alamode.looks_like,
        lambda files: alamode.read(files.main, files.born),
        takes=("born",),
    ),
    Format(
        "vasp-xml",
        "vasprun.xml of VASP",
        vasp.looks_like,
        lambda files: vasp.read(files.main, files.structure, files.supercell),
        takes=("structure", "supercell"),
        evidence=b'name="hessian"',
    ),
    Format(
        "ase-cache",
        "the cache of ASE's Phonons",
        ase_cache.looks_like,
        lambda files: ase_cache.read((files.main, *files.beside), _needed(files), files.supercell, files.displacement),
        beside=ase_cache.beside,
        needs=("structure",),
        takes=("supercell", "displacement"),
        folder=ase_cache.FOLDER,
    ),
    Format(
        "castep",
        "a .castep_bin or .check of CASTEP",
        castep.looks_like,
        lambda files: castep.read(files.main),
        binary=FileKind.RECORDS,
        evidence=b"FORCE_CON",
    ),
    Format(
        "shengbte",
        "force constants of ShengBTE",
        shengbte.looks_like,
        lambda files: shengbte.read(files.main, files.beside, files.structure),
        beside=shengbte.beside,
        takes=("structure",),
        describes=shengbte.looks_like,
    ),
)
NAMES = (PHONOPY, *(one.name for one in FORMATS))


def main(path: Path) -> Path:
    """The file that a path names: that of a folder of one of the formats, or the path itself.

    A link is followed unless files that belong to it lie beside it.
    """
    inside = (path / name for one in FORMATS for name in one.folder)
    file = next((file for file in inside if os.path.isfile(file)), path)
    alone = os.path.islink(file) and not any(one.beside(file) for one in FORMATS)
    return Path(os.path.realpath(file)) if alone else file


def recognised(head: str, wanted: str | None, structure: str = "") -> Format | None:
    """The format of a file of another program; None of what phonopy reads.

    head, structure : how the file and crystal.structure begin, unpacked; wanted : crystal.format, which decides where
    it is given
    """
    if wanted is not None:
        return next((one for one in FORMATS if one.name == wanted), None)
    known = (one for one in FORMATS if one.looks_like(head))
    return next((one for one in FORMATS if one.describes(structure)), None) or next(known, None)
