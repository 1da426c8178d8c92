"""Where a result comes from: versions of everything that its numbers depend on."""

import platform
from importlib.metadata import version

import h5py

from hpcph import __version__


def versions(solvers: bool) -> dict[str, str]:
    """Versions of program, interpreter and libraries by name; solvers : was PETSc used?"""
    used = ("numpy", "scipy", "h5py", "phonopy", *(["petsc4py"] if solvers else []))
    packages = {name: version(name) for name in used}
    return {"hpcph": __version__, "python": platform.python_version(), "hdf5": h5py.version.hdf5_version, **packages}
