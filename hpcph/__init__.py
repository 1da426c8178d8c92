"""hpcph: angular momentum, magnetization and current of chiral phonons, over MPI.

Python's entrances are `hpcph.run`, `hpcph.open`, `hpcph.plot`, `hpcph.atoms`, `hpcph.structure` and `hpcph.embedded`.
Importing hpcph imports nothing else: `__main__` pins the threads before NumPy is loaded, and a script may choose its
own.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ase
    import pymatgen.core
    import xarray

    from hpcph import plot as plot

__version__: str


def __getattr__(name: str) -> Any:
    """`__version__` and `plot`, only when they are asked for: a thousand ranks need neither."""
    if name == "plot":
        from importlib import import_module

        return import_module("hpcph.plot")
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("hpcph")
    except PackageNotFoundError:  # a tree that is run without being installed
        return "0+unknown"


def __dir__() -> list[str]:
    return [*globals(), "__version__", "plot"]


def open(path: str | Path) -> "xarray.Dataset":
    """A result.h5 as an xarray Dataset, read when it is used; variables know axes, units and descriptions.

    `/thermal/gamma_nl` is `thermal_gamma_nl`; the provenance is in the attributes. Close it or use it in a `with`.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    hpcph.errors.InputError
        The file is no whole result of hpcph.
    """
    from hpcph.result.open import open_result

    return open_result(path)


def run(
    config: str | Path | Mapping[str, Any], output: str | Path | None = None, *, overwrite: bool = False
) -> "xarray.Dataset":
    """Compute every section of an input, as `python -m hpcph run` does; the result, opened, on every rank.

    Under mpirun all ranks must call it. BLAS has one thread while it runs, for the ranks are the parallelism.

    Parameters
    ----------
    config
        An input file, or a dict that says what the file would say; numbers and text with units as in YAML, NumPy
        arrays count as lists, paths are relative to the current folder. crystal.structure may be an Atoms of ASE or a
        Structure of pymatgen: cell, places, elements and masses are taken, not a calculator that it has, and all its
        directions are periodic.
    output
        Folder of result.h5, relative to the current one; replaces the input's.
    overwrite
        Replace any result there, once the new one is whole; without it the result of the same input is opened as it
        is, and that of another one refused.

    Raises
    ------
    hpcph.errors.InputError
        A line a mistake: key, value, how to fix it.
    hpcph.parallel.comm.RankError
        Something went wrong on some rank; the text names it and the phase.
    """
    from hpcph.session import run

    return run(config, output, overwrite=overwrite)


def atoms(result: "xarray.Dataset") -> "ase.Atoms":
    """The primitive cell of an opened result as an Atoms of ASE, with the masses of the run.

    Species that are no elements, such as Fe_up, are written as theirs; the array `species_name` then names them.

    Parameters
    ----------
    result
        What `hpcph.open` or `hpcph.run` gives.
    """
    from hpcph.export.structure import atoms

    return atoms(result)


def structure(result: "xarray.Dataset") -> "pymatgen.core.Structure":
    """The primitive cell of an opened result as a Structure of pymatgen, its sites with `mass` (u) and `species_name`.

    Parameters
    ----------
    result
        What `hpcph.open` or `hpcph.run` gives.

    Raises
    ------
    hpcph.errors.InputError
        pymatgen is not installed, which hpcph itself does not need.
    """
    from hpcph.export.structure import structure

    return structure(result)


def embedded() -> Path:
    """The input file of the α-quartz case that comes with hpcph; its force constants are in `quartz/` beside it."""
    from hpcph.config.embedded import embedded

    return embedded()
