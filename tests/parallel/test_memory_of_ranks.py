"""What ranks beyond rank 0 import and hold in a run."""

import json
from pathlib import Path

import pytest
from parallel import world

HELD = Path(__file__).with_name("held.py")
RANK_0 = (
    "scipy", "phonopy", "spglib", "seekpath", "pydantic", "pint", "ruamel", "xarray", "rich", "petsc4py",
    "hpcph.readers", "hpcph.boltzmann", "hpcph.heat", "hpcph.prepare.job", "hpcph.workflow.conclude",
    "hpcph.workflow.findings", "hpcph.result.store",
)  # fmt: skip
SUMS = world.quartz(
    mesh__grid=[12, 12, 12], **dict.fromkeys(("modes", "bands", "orbits", "slices", "optics"), world.DROP)
)
MEBI = 1 << 10  # KiB


def held(folder: Path, monkeypatch, data: dict) -> list[dict]:
    """What the three ranks of a run have in the end."""
    monkeypatch.setenv("HELD", str(folder))
    done = world.command(3, "run", world.write(folder, data), "--output", folder / "out", script=HELD)
    assert done.returncode == 0, done.stderr
    found = [json.loads((folder / str(rank)).read_text()) for rank in range(3)]
    print("MiB of the ranks:", *(one["peak"] // MEBI for one in found))
    return found


def loaded(one: dict, *names: str) -> set[str]:
    """Those of the modules that a rank has."""
    return set(names) & set(one["modules"])


def test_ranks_that_only_compute_load_neither_files_nor_tables(tmp_path, monkeypatch):
    """Sums without maps need no HDF5, no rich and no reader beyond rank 0, and 80 MiB at most."""
    first, *others = held(tmp_path, monkeypatch, SUMS)
    assert {"h5py", "rich", "pydantic", "hpcph.workflow.conclude"} <= set(first["modules"])
    for one in others:
        assert not loaded(one, "h5py", *RANK_0)
        assert one["peak"] < 80 * MEBI


@pytest.mark.parametrize("modes", [False, True])
def test_ranks_that_write_maps_load_hdf5_at_most(tmp_path, monkeypatch, modes):
    """100 MiB at most, with bands, slices, optics and tables of modes."""
    for one in held(tmp_path, monkeypatch, world.quartz(mesh__grid=[12, 12, 12], modes=modes))[1:]:
        assert not loaded(one, *(set(RANK_0) - {"hpcph.heat", "hpcph.result.store"}))
        assert one["peak"] < 100 * MEBI
