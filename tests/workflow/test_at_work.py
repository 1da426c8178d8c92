"""What a rank has at work at a time: bounded for many modes, and nothing to the numbers."""

import os
import tracemalloc
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parallel import world

from hpcph.config.load import load
from hpcph.crystal import mesh, parts
from hpcph.parallel.signals import Stop
from hpcph.prepare.entrance import read
from hpcph.prepare.job import prepare
from hpcph.workflow import driver
from hpcph.workflow.job import Job, map_stages, meshes, zone

DATA = Path(os.environ.get("HPCPH_DATA", world.ROOT / "../shared/data"))
MANY = DATA / "chiral/phonopy_params_P4_332.yaml.xz"  # LiAl5O8, 168 modes
PLAIN = dict.fromkeys(("slices", "optics", "feedback"), world.DROP)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Job:
    """α-quartz, with tables of modes and bands."""
    path = world.write(tmp_path_factory.mktemp("small"), world.quartz(**PLAIN))
    return prepare(load(path)).job


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Job:
    """LiAl5O8 on a mesh whose lines along c* make the longest blocks."""
    if not MANY.exists():
        pytest.skip("needs HPCPH_DATA")
    data = world.quartz(
        crystal={"force_constants": str(MANY)},
        mesh__grid=[20, 20, 20],
        orbits=world.DROP,
        bands={"points": 11},
        **PLAIN,
    )
    return prepare(load(world.write(tmp_path_factory.mktemp("large"), data))).job


@cache
def points(n: int) -> np.ndarray:
    """Of a full n×n×n mesh, (k, 3)."""
    return np.stack(np.unravel_index(np.arange(n**3), (n, n, n)), axis=-1) / n


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 9), st.integers(1, 700), st.integers(0, 40), st.data())
def test_parts_are_the_block_in_order(n, modes, room, data):
    """Every point once, never more than fit; and one part where a block of its size fits."""
    q, room = points(n), room << 20
    block = data.draw(st.sampled_from(mesh.tapered_blocks(q, mesh.block_size(modes))))
    found, most = parts.parts(q, block, modes, room), parts.at_once(modes, room)
    assert [k for part in found for k in range(part.start, part.stop)] == [*range(block.start, block.stop)]
    assert max(part.stop - part.start for part in found) <= most
    if block.stop - block.start <= min(most, mesh.block_size(modes)):
        assert found == [block]


def test_few_modes_are_computed_block_by_block():
    """Of 90 modes and fewer the longest block fits, so that sums and bands have the bits that blocks give them."""
    for modes in range(3, 91, 3):
        assert parts.at_once(modes, parts.AT_WORK) >= 2 * mesh.block_size(modes)
        assert parts.at_once(modes, parts.AT_WORK // 4) >= mesh.block_size(modes)


@pytest.mark.parametrize("room", [0, 1])
def test_sums_and_tables_do_not_know_how_much_is_at_work(small, monkeypatch, room):
    """One point after the other, or a few: the sums of a block to rounding, its tables in their order."""
    stage = zone(small, next(meshes(small)))
    block = max(stage.blocks, key=lambda b: b.stop - b.start)
    total, tables = stage.work(block)
    monkeypatch.setattr(parts, "AT_WORK", room << 20)
    assert len(parts.parts(points(8), slice(0, 400), small.crystal.modes, room << 20)) > 10
    again, in_parts = stage.work(block)
    np.testing.assert_allclose(again, total, rtol=1e-11, atol=1e-13 * np.abs(total).max())
    assert tables.keys() == in_parts.keys() and tables
    np.testing.assert_array_equal(in_parts["/modes/q"], tables["/modes/q"])
    np.testing.assert_allclose(in_parts["/modes/frequency"], tables["/modes/frequency"], rtol=1e-12, atol=10)


def test_bands_have_the_bits_of_any_part(large):
    """Of 168 modes, two points at a time or eight."""
    stage = map_stages(large)[0]
    two, eight = [stage.work(slice(i, i + 2))[1] for i in (0, 2, 4, 6)], stage.work(slice(0, 8))[1]
    for name, values in eight.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in two]), values, err_msg=name)


def peak_of(stage) -> tuple[int, int]:
    """Bytes that the longest block has at work, and points of that block."""
    block = max(stage.blocks, key=lambda b: b.stop - b.start)
    tracemalloc.start()
    try:
        stage.work(block)
        return tracemalloc.get_traced_memory()[1], block.stop - block.start
    finally:
        tracemalloc.stop()


def test_what_is_at_work_of_many_modes_is_bounded(large):
    """Sums in AT_WORK, whose longest block would not fit; bands, beside the tables of a round, in a third of it."""
    *_, last = meshes(large)
    found, longest = peak_of(zone(large, last))
    assert found < parts.AT_WORK and longest > parts.at_once(large.crystal.modes, parts.AT_WORK)
    assert peak_of(map_stages(large)[0])[0] < parts.AT_WORK / 3


@pytest.mark.mpi
def test_other_crystals_come_to_the_ranks_one_by_one(comm, folder, monkeypatch):
    """Those that give the error of the lattice: a rank but the first has none before its stage, and then that."""
    jobs, crystals = [], []
    stages, lattice = driver.map_stages, driver.lattice_zone

    def asked(job):
        jobs.append(job)
        return stages(job)

    def laid_out(job, mesh, crystal, number, of):
        crystals.append(crystal)
        return lattice(job, mesh, crystal, number, of)

    monkeypatch.setattr(driver, "map_stages", asked)
    monkeypatch.setattr(driver, "lattice_zone", laid_out)
    data = world.quartz(modes=False, **dict.fromkeys(("bands", "orbits", "slices", "spectrum", "optics"), world.DROP))
    driver.run(comm, read(comm, lambda: world.write(folder, data)), folder / "out", Stop())
    others = comm.mpi.allgather({len(job.others) for job in jobs})  # told to all before a rank complains
    told = comm.mpi.allgather([one.series[0].tobytes() for one in crystals])
    assert others == [{2}, *[{0}] * (comm.size - 1)]
    assert all(one == told[0] for one in told) and len(set(told[0])) == 3
