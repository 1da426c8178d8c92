"""force_constants.hdf5 of phonopy and phono3py's fc2.hdf5: arrays that stand in the file itself, no link followed."""

from pathlib import Path

import h5py
import numpy as np

from hpcph.errors import InputError
from hpcph.output.storage import FOREIGN, Unsound, own_numbers, require_hard_links

NAMES = ("fc2", "force_constants")
RATIO = 100  # bytes for each that stands in the file


def read(key: str, named: Path, unpacked: Path) -> tuple[np.ndarray, np.ndarray | None, str | None]:
    """Φ (rows, n, 3, 3), the atoms of its rows and its unit, where the file says them.

    key, named : for complaints; unpacked : the file

    Raises InputError.
    """
    try:
        with h5py.File(unpacked, "r") as file:
            require_hard_links(file)
            name = next((name for name in NAMES if name in file), NAMES[-1])
            most = max(FOREIGN, RATIO * unpacked.stat().st_size)
            phi = np.array(own_numbers(file, name, most=most)[...], float)
            rows = np.array(own_numbers(file, "p2s_map")[...]) if "p2s_map" in file else None
            return phi, rows, _unit(file) if "physical_unit" in file else None
    except Unsound as err:
        raise InputError(key, named, str(err)) from None
    except Exception as err:  # h5py raises whatever it likes at damaged files
        raise InputError(key, named, f"is damaged or not of phonopy ({type(err).__name__})") from None


def _unit(file: h5py.File) -> str:
    """Raises Unsound."""
    found = file["physical_unit"]
    text = isinstance(found, h5py.Dataset) and h5py.check_string_dtype(found.dtype) is not None
    if not text or found.size != 1 or found.is_virtual or found.external:
        raise Unsound("has a physical_unit that is no word")
    return str(np.ravel(found.asstr()[...])[0])[:40]
