"""Where a result comes from: the code, and versions of everything else that its numbers depend on."""

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import h5py

import hpcph

PACKAGE = Path(hpcph.__file__).parent
LIBRARIES = ("numpy", "scipy", "phonopy", "spglib")  # whose versions decide the last bits, or more


def versions(solvers: bool) -> dict[str, str]:
    """Versions of program, interpreter and libraries by name; solvers : was PETSc used?"""
    used = ("numpy", "scipy", "h5py", "phonopy", *(["petsc4py"] if solvers else []))
    packages = {name: version(name) for name in used}
    own = {"hpcph": hpcph.__version__, "hpcph_code": code()}
    return {**own, "python": platform.python_version(), "hdf5": h5py.version.hdf5_version, **packages}


def program() -> dict[str, str]:
    """What computes, by name: if none of it changed, the same input gives the same bits (rank 0)."""
    return {"the code of hpcph": code(), **{f"the version of {name}": version(name) for name in LIBRARIES}}


def written_by_this_program(attributes: Mapping[str, object]) -> bool:
    """Did this code, with these libraries, write the provenance that has these attributes? (rank 0)"""
    own = versions(solvers=False)
    return all(attributes.get(name) == own[name] for name in ("hpcph_code", *LIBRARIES) if name in own)


@cache  # a process goes on with what it has imported, though somebody may edit the files meanwhile
def code(package: Path = PACKAGE) -> str:
    """sha256 over the names and contents of a package's sources, wherever they lie. Reads them all: on rank 0 only."""
    sha = hashlib.sha256()
    for name, path in sorted((path.relative_to(package).as_posix(), path) for path in package.rglob("*.py")):
        content = path.read_bytes()
        sha.update(f"{name} {len(content)}\n".encode() + content)
    return sha.hexdigest()
