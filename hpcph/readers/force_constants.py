"""force_constants.hdf5 of phonopy and phono3py's fc2.hdf5: arrays that stand in the file itself, no link followed."""

from pathlib import Path

import numpy as np

from hpcph.disk.guard import Unsound
from hpcph.errors import InputError
from hpcph.readers import unread
from hpcph.readers.hdf5 import MOST, opening

NAMES = ("fc2", "force_constants")
RATIO = 100  # bytes for each that stands in the file


def read(key: str, named: Path, unpacked: Path) -> tuple[np.ndarray, np.ndarray | None, str | None]:
    """Φ (rows, n, 3, 3), the atoms of its rows and its unit, where the file says them.

    key, named : for complaints; unpacked : the file

    Raises InputError.
    """
    try:
        with opening(unpacked, "phonopy") as file:
            name = next((name for name in NAMES if name in file), None)
            if name is None:
                other = "holds no force constants; give phonopy's force_constants.hdf5 or phono3py's fc2.hdf5"
                raise Unsound(unread.of_arrays(file.__contains__) or other)
            phi = file.numbers(name, max(MOST, RATIO * unpacked.stat().st_size))
            rows = file.numbers("p2s_map") if "p2s_map" in file else None
            unit = file.word("physical_unit") if "physical_unit" in file else None
    except Unsound as err:
        raise InputError(key, named, str(err)) from err
    return phi.astype(float, copy=False), rows, unit
