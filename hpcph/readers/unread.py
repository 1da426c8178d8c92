"""Files of other programs that are recognised and not read: why, and what to give instead."""

from collections.abc import Callable

from hpcph.errors import InputError


class Unread(InputError):
    """A file that may be sound, but is of no kind that is read here."""


BEGINNINGS = {  # bytes and where they stand
    (257, b"ustar"): "is a tar archive, as hiPhive's .fcs, whose pickles could run anything and are never opened; give "
    "what fcs.write_to_phonopy('force_constants.hdf5') writes",
    (0, b"\x80"): "is a pickle, which could run anything and is never opened; give what its program writes as text",
    (0, b"PK\x03\x04"): "is a zip archive, as .npz, which does not say what its numbers are; give FORCE_CONSTANTS, "
    "force_constants.hdf5 or the folder of ASE's cache",
    (0, b"CDF"): "is netCDF, as anaddb.nc and PHBST.nc of ABINIT; give the DDB, as text",
}
ARRAYS = {  # of HDF5
    ("reduced_atom_positions",): "is netCDF of ABINIT (anaddb.nc, PHBST.nc, …); give the DDB, as text",
    ("input", "results", "version"): "is vaspout.h5 of VASP; give the vasprun.xml of the same run",
}


def of_bytes(data: bytes) -> str:
    """What to say of a file that is neither text nor HDF5."""
    known = (fix for (at, magic), fix in BEGINNINGS.items() if data[at : at + len(magic)] == magic)
    return next(known, "is neither text nor HDF5")


def of_arrays(holds: Callable[[str], bool]) -> str | None:
    """What to say of HDF5 without force constants, by what it holds; None where it is nothing that is known."""
    return next((fix for names, fix in ARRAYS.items() if all(map(holds, names))), None)
