"""A crystal that is kept has the bits of one that is made of its files anew."""

import lzma
import os
import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
from parallel import world

from hpcph.config.load import load
from hpcph.disk import cache
from hpcph.disk.plain import packed
from hpcph.errors import InputError
from hpcph.parallel import kernels
from hpcph.prepare import crystal as fresh
from hpcph.prepare import kept, sensitivity
from hpcph.prepare.job import prepare
from hpcph.readers.files import digest_of

DATA = Path(os.environ.get("HPCPH_DATA", world.ROOT / "../shared/data"))
QUARTZ = Path(world.QUARTZ["crystal"]["force_constants"])
FILES = [QUARTZ, DATA / "zno/phonopy_params.yaml.xz", DATA / "chiral/phonopy_params_P6_1.yaml.xz"]

NO_MAPS = dict.fromkeys(("modes", "bands", "orbits", "slices", "spectrum", "optics", "feedback"), world.DROP)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A cache of its own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def source(folder: Path, path: Path, **crystal):
    """An input that only asks for bands."""
    crystal = {"force_constants": str(path), **crystal}
    return load(world.write(folder, {"crystal": crystal, "bands": {"points": 2}}))


def arrays(value) -> list:
    """Everything that a value holds, in order."""
    if is_dataclass(value):
        return [one for f in fields(value) for one in arrays(getattr(value, f.name))]
    if isinstance(value, (tuple, list)):
        return [one for part in value for one in arrays(part)]
    if isinstance(value, dict):
        return [one for key, part in value.items() for one in (str(key), *arrays(part))]
    return [(value.dtype.str, value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value]


def crystal(given):
    """What a run has of an input."""
    return kept.crystal(given, kept.key(given))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_kept_crystal_has_the_bits_of_a_fresh_one(tmp_path, place, path):
    """Every number and word of it, the crystals that give the error of the lattice among them."""
    if not path.exists():
        pytest.skip("needs HPCPH_DATA")
    given = source(tmp_path, path)
    made, first = arrays(fresh.crystal(given)), arrays(crystal(given))
    assert len(list(place.iterdir())) == 1
    assert first == made and arrays(crystal(given)) == made


def test_files_are_not_read_again(tmp_path, place, monkeypatch):
    """The second time nothing is loaded, wherever the same file lies."""
    crystal(source(tmp_path, QUARTZ))
    (tmp_path / "elsewhere").mkdir()
    copy = shutil.copy(QUARTZ, tmp_path / "elsewhere")
    monkeypatch.setattr(fresh, "crystal", None)
    assert crystal(source(tmp_path, Path(copy))).crystal.modes == 27


@pytest.mark.parametrize("value, count", [("off", 0), (None, 1)])
def test_files_are_hashed_once_at_most(tmp_path, place, monkeypatch, value, count):
    """Once for the crystal and what the flow owes to it together; not at all where nothing is kept."""
    if value is not None:
        monkeypatch.setenv(cache.VARIABLE, value)
    hashed = []
    monkeypatch.setattr(kept, "digest_of", lambda path: hashed.append(path) or digest_of(path))
    given = load(world.write(tmp_path, world.quartz(mesh__grid=[2, 2, 2], **NO_MAPS)))
    assert prepare(given).job.lattice.sensitivity is not None
    assert len(hashed) == count


def test_another_byte_is_another_crystal(tmp_path, place):
    """What the input says counts, and so does what the files hold."""
    crystal(source(tmp_path, QUARTZ))
    crystal(source(tmp_path, QUARTZ, sum_rules=[]))
    assert len(list(place.iterdir())) == 2
    (tmp_path / QUARTZ.name).write_bytes(lzma.compress(lzma.decompress(QUARTZ.read_bytes()) + b"\n", preset=0))
    crystal(source(tmp_path, tmp_path / QUARTZ.name))
    assert len(list(place.iterdir())) == 3


def test_other_kernels_make_their_own(tmp_path, place, monkeypatch):
    """What another core type made has other last bits, and a run with both would have those of neither."""
    crystal(source(tmp_path, QUARTZ))
    monkeypatch.setattr(kept, "own", lambda: kernels.own()._replace(blas="openblas of another core type"))
    crystal(source(tmp_path, QUARTZ))
    assert len(list(place.iterdir())) == 2


def test_a_damaged_entry_is_made_again(tmp_path, place):
    """And whole afterwards."""
    given = source(tmp_path, QUARTZ)
    made = arrays(crystal(given))
    (entry,) = place.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2])
    assert arrays(crystal(given)) == made and entry.read_bytes() == whole


def test_what_is_wrong_is_said_each_time(tmp_path, place):
    """A file that is missing or damaged leaves no entry."""
    (tmp_path / "broken.yaml").write_text("phonopy: {version: 1}\nunit_cell: 3\n")
    for path in (tmp_path / "broken.yaml", tmp_path / "none.yaml"):
        for _ in range(2):
            with pytest.raises(InputError):
                crystal(source(tmp_path, path))
    assert not place.exists()


def test_an_entry_of_another_making_is_made_again(tmp_path, place):
    """Its sum is right and its bytes are no crystal: nothing is said, and the crystal is whole."""
    given = source(tmp_path, QUARTZ)
    made = arrays(crystal(given))
    (entry,) = place.iterdir()
    for other in (b"", b"{}" * 50, packed((1, np.arange(9)))[:-1], b"\xff" * 20):
        cache.put(entry.name, other)
        assert arrays(crystal(given)) == made


def test_what_the_flow_owes_to_the_supercell_is_kept_apart(tmp_path, place, monkeypatch):
    """The same number with a cache and without, for any mesh and lifetime; not computed again for one that is kept."""
    found = []
    for number, (grid, lifetime) in enumerate([([2, 2, 2], "10 ps"), ([3, 3, 3], "1 ps")]):
        (folder := tmp_path / str(number)).mkdir()
        given = load(world.write(folder, world.quartz(mesh__grid=grid, lifetime=lifetime, **NO_MAPS)))
        monkeypatch.setenv(cache.VARIABLE, "off")
        found.append(prepare(given).job.lattice.sensitivity)
        monkeypatch.setenv(cache.VARIABLE, str(place))
        found.append(prepare(given).job.lattice.sensitivity)
        with monkeypatch.context() as patch:
            patch.setattr(sensitivity, "of_flow", None)
            found.append(prepare(given).job.lattice.sensitivity)
    assert found[0] is not None and len(set(found)) == 1
    bare = load(world.write(tmp_path, {"crystal": {"force_constants": str(QUARTZ)}, "bands": {"points": 2}}))
    assert prepare(bare).job.lattice.sensitivity is None  # of what has no sums, though another run keeps one


@pytest.mark.mpi
def test_runs_have_the_same_bits_with_it(comm, folder, monkeypatch):
    """sha256 of a run without a cache, of one that fills it, and of one that uses it."""
    found = []
    for number, value in enumerate(("off", str(folder / "cache"), str(folder / "cache"))):
        monkeypatch.setenv(cache.VARIABLE, value)
        here = folder / str(number)
        comm.on_root(here.mkdir)
        found.append(world.compute(comm, here, world.quartz()).sha256)
    assert found[0] == found[1] == found[2]
