"""Maps beyond what one write, one round or one MPI count takes, shown with lower limits than those of the program."""

import ctypes
from pathlib import Path

import h5py
import numpy as np
import pytest
from result import large_map

from hpcph.parallel.signals import Stop
from hpcph.result.store import lay_out
from hpcph.workflow import driver
from hpcph.workflow.keeper import Keeper
from hpcph.workflow.progress import Reporter
from hpcph.workflow.stage import Stage

pytestmark = pytest.mark.mpi
MAPS = large_map.tables(500_000)
ROWS = MAPS[0].shape[0]
BLOCKS = [slice(low, min(low + 7, ROWS)) for low in range(0, ROWS, 7)]
STAGE = Stage("zone", ROWS, BLOCKS, MAPS, 0, lambda b: (None, {m.name: large_map.value(m, b) for m in MAPS}))


def written(comm, path: Path, monkeypatch) -> int:
    """Write the maps the program's way, look at every number; how many rounds it took."""
    rounds = []
    write = driver._write
    monkeypatch.setattr(driver, "_write", lambda *given: (rounds.append(1), write(*given)))
    comm.on_root(lambda: lay_out(path, MAPS))
    driver._compute(comm, STAGE, Keeper(comm, path, {}, None, Stop()), Reporter(False))

    def look() -> None:
        with h5py.File(path, "r") as file:
            for spec in MAPS:
                np.testing.assert_array_equal(file[spec.name][...], large_map.value(spec, slice(0, ROWS)))

    comm.on_root(look)
    return len(rounds)


@pytest.mark.parametrize(("buffer", "rounds"), [(1, len(BLOCKS)), (100_000, None), (driver.BUFFER, 1)])
def test_rounds_of_any_size_write_the_same(comm, folder, monkeypatch, buffer, rounds):
    """A block a round, some blocks, everything at once."""
    monkeypatch.setattr(driver, "BUFFER", buffer)
    found = written(comm, folder / "maps.h5", monkeypatch)
    assert found == rounds if rounds else 1 < found < len(BLOCKS)


@pytest.mark.parametrize("count", [300, 4000])
def test_writes_beyond_the_count_of_mpi(comm, folder, monkeypatch, count):
    """HDF5 puts a write together from pieces where an int cannot count its bytes; here already beyond `count`.

    A selection has at most as many runs as there are blocks, and a run at most as many rows as the map. Those that
    limit must not cut, or HDF5 fails on one rank while the others wait: 33 and 226 here; in the program 4096 runs and
    the rows of a mesh, where the limit is 5e8.
    """
    maps = Path("/proc/self/maps").read_text().split()
    library = ctypes.CDLL(next(word for word in maps if "libhdf5" in word and "_hl" not in word))
    if not hasattr(library, "H5_mpi_set_bigio_count"):
        pytest.skip("this HDF5 does not let its limit be lowered")
    library.H5_mpi_get_bigio_count.restype = ctypes.c_uint64
    before = library.H5_mpi_get_bigio_count()
    assert ROWS < count and before > 5e8
    library.H5_mpi_set_bigio_count(ctypes.c_uint64(count))
    assert library.H5_mpi_get_bigio_count() == count < before
    try:
        assert written(comm, folder / "maps.h5", monkeypatch) == 1
    finally:
        library.H5_mpi_set_bigio_count(ctypes.c_uint64(before))
