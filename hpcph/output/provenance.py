"""Where a result comes from: versions of everything that its numbers depend on."""

import platform
from importlib.metadata import version

import h5py

from hpcph import __version__


def versions() -> dict[str, str]:
    """Versions of program, interpreter and libraries by name."""
    packages = {name: version(name) for name in ("numpy", "scipy", "h5py", "phonopy")}
    return {"hpcph": __version__, "python": platform.python_version(), "hdf5": h5py.version.hdf5_version, **packages}
