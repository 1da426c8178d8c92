"""Folders as users have them: crystals of springs in every form, and what lies about beside them."""

import lzma
import os
from pathlib import Path

import numpy as np
from readers import toys
from readers.test_sets import write

NOBODY = {  # files that are nobody's business: names and what they hold
    "README.md": b"# Crystals\n\nof phonopy 2\n",
    "about.md": b"phonopy: the program\nsupercell_matrix: what it is\n  - [2 2\n",
    "reference.json": b'{"frequency_THz": [1, 2, 3]}',
    "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "OUTCAR": b" vasp.6.3.2\n" + b" POSITION   TOTAL-FORCE (eV/Angst)\n" * 9000,
    "INCAR": b"ENCUT = 520\nISMEAR = 0\n",
    "KPOINTS": b"mesh\n0\nGamma\n3 3 3\n0 0 0\n",
    "vasprun.xml": b'<?xml version="1.0"?>\n<modeling>\n <incar>\n </incar>\n</modeling>\n',
    "scf.in": b"&control\n calculation = 'scf'\n/\nATOMIC_POSITIONS crystal\nSi 0 0 0\n",
    "input.yaml": b"crystal: {force_constants: phonopy_params.yaml}\nbands: {path: auto}\n",
    "survey.yaml": b"crystal: {sum_rules: []}\nmesh: {length: 2 nm}\ntemperature: 300 K\n",
    "mesh.yaml": b"mesh: [2, 2, 2]\nnqpoint: 1\nlattice:\n- [3, 0, 0]\n- [0, 3, 0]\n- [0, 0, 3]\nphonopy: {}\n",
    "settings.yaml": b"cutoff: 3\nnames: [a, b]\n",
    "polymlp.yaml": b"elements: [Al, N]\ncutoff: 6\n",
    "data.tar": b"\0" * 257 + b"ustar" + b"\0" * 300,
    "thesis.docx": b"PK\x03\x04" + b"\0" * 60,
    "numbers.dat": b"1 2 3\n4 5 6\n",
    "data.csv": b"a,b\n1,2\n",
    "job.sh": b"#!/bin/sh\nmpirun vasp\n",
    "empty": b"",
    "POSCAR": b"not what it was\nsome text\n",
    "ΔE.txt": "Überschuss\n".encode("latin-1"),
}


def crystals(folder: Path) -> dict[str, bytes]:
    """All files of two crystals by name: those of rock salt, and of a triclinic one behind a dash."""
    found = {}
    for mark, toy in (("", toys.rocksalt((2, 1, 1))), ("-2", toys.triclinic(5, atoms=2))):
        place = folder / f"of{mark}"
        place.mkdir()
        write(place, toy)
        found |= {file.name + mark: file.read_bytes() for file in place.iterdir()}
    return found


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files by relative path."""
    for name, data in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    return folder


def packed(data: bytes) -> bytes:
    return lzma.compress(data)


def poscar(scale: float = 1.0, atoms: int = 1) -> bytes:
    """A cubic cell that no force constants here are of."""
    rows = "\n".join(" ".join(f"{x:.6f}" for x in row * 4.1 * scale) for row in np.eye(3))
    places = "\n".join(f"{n / atoms} 0 0" for n in range(atoms))
    return f"cell\n1.0\n{rows}\nSi\n{atoms}\nDirect\n{places}\n".encode()
