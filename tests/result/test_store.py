"""Maps, by all ranks together and through rank 0: pieces land where they belong, the digest knows no ranks.

And an existing result is safe.
"""

import itertools

import h5py
import numpy as np
import pytest

from hpcph.disk.durable import publish
from hpcph.errors import InputError
from hpcph.result import writers
from hpcph.result.mapfile import MapWriter
from hpcph.result.quantity import Dataset, Kind, Quantity
from hpcph.result.seal import digest, listed
from hpcph.result.staging import portions
from hpcph.result.store import STRIPE, claim, complete, lay_out
from hpcph.result.thermal import TEMPERATURE
from hpcph.result.writers import MapRelay

WAYS = {
    "round robin": lambda block, size: block % size,
    "reversed": lambda block, size: -block % size,
    "all on the last rank": lambda block, size: size - 1,
    "all on rank 0": lambda block, size: 0,
    "two neighbours": lambda block, size: block // 2 % size,
}


def sums(file: h5py.File) -> str:
    """The digest of all datasets."""
    return digest(file, listed(file))


def maps() -> list[Dataset]:
    return [
        Dataset("/a/line", (11,), "K", "a line", ("point",)),
        Dataset("/a/solid", (11, 3, 2), "Hz", "a solid", ("point", "cartesian_x", "branch")),
        Dataset("/b/sliced", (3, 11, 2), "J", "along the second dimension", ("plane", "point", "other"), along=1),
    ]


BLOCKS = [slice(0, 2), slice(2, 3), slice(3, 7), slice(7, 8), slice(8, 11)]


def values(spec: Dataset) -> np.ndarray:
    return np.random.default_rng(len(spec.name)).normal(size=spec.shape)


def piece(spec: Dataset, rows: slice) -> np.ndarray:
    return np.take(values(spec), range(rows.start, rows.stop), axis=spec.along)


@pytest.fixture(params=[MapWriter, MapRelay, "relay of single rows"], ids=str)
def writer(request, monkeypatch):
    """A way to write maps."""
    if isinstance(request.param, str):
        monkeypatch.setattr(writers, "PORTION", 1)
        return MapRelay
    return request.param


def written(comm, path, owner, writer) -> None:
    """Lay out and write all maps, blocks going to owner(block, size), in two rounds with gaps."""
    comm.on_root(lambda: lay_out(path, maps()))
    for blocks in ((0, 1, 3), (2, 4)):
        with writer(path, comm) as file:
            for spec in maps():
                mine = [b for b in blocks if owner(b, comm.size) == comm.rank]
                file.write(spec, [(BLOCKS[b], piece(spec, BLOCKS[b])) for b in mine])


@pytest.mark.mpi
@pytest.mark.parametrize("way", WAYS)
def test_every_piece_lands_where_it_belongs(comm, folder, way, writer):
    """1-D and 3-D maps, divided along the first and the second dimension; ranks without a piece take part."""
    written(comm, folder / "maps.h5", WAYS[way], writer)

    def look():
        with h5py.File(folder / "maps.h5", "r") as file:
            for spec in maps():
                np.testing.assert_array_equal(file[spec.name][...], values(spec), err_msg=spec.name)

    comm.on_root(look)


@pytest.mark.mpi
@pytest.mark.parametrize("way", WAYS)
def test_the_digest_knows_neither_ranks_nor_order(comm, folder, way, writer):
    """The same as that of a file that one process writes with plain h5py; sensitive to a single bit."""
    written(comm, folder / "parallel.h5", WAYS[way], writer)

    def look():
        with h5py.File(folder / "plain.h5", "w") as plain:
            for spec in reversed(maps()):
                plain[spec.name] = values(spec)
        with h5py.File(folder / "plain.h5", "r+") as plain, h5py.File(folder / "parallel.h5", "r") as parallel:
            assert sums(plain) == sums(parallel)
            plain["/a/line"][10] = np.nextafter(plain["/a/line"][10], np.inf)
            assert sums(plain) != sums(parallel)

    comm.on_root(look)


@pytest.mark.mpi
def test_nobody_writes(comm, folder, writer):
    """A round in which no rank has a piece does not hang."""
    path = folder / "maps.h5"
    comm.on_root(lambda: lay_out(path, maps()))
    with writer(path, comm) as file:
        for spec in maps():
            file.write(spec, [])


@pytest.mark.parametrize("along", [0, 1])
@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_rank_0_takes_portions_of_bounded_size(most, along):
    """Every row once and in order, its numbers beside it, at most `most` at a time, and full where there are more."""
    numbers = np.moveaxis(np.random.default_rng(0).normal(size=(12, 5)), 0, along)
    ranges = [slice(0, 1), slice(2, 9), slice(9, 11), slice(11, 12)]
    pieces = [(rows, np.take(numbers, range(rows.start, rows.stop), along)) for rows in ranges]
    taken = list(portions(pieces, most, along))
    rows = [[row for part, _ in portion for row in range(part.start, part.stop)] for portion in taken]
    assert [row for own in rows for row in own] == [0, *range(2, 12)]
    assert max(map(len, rows)) <= most and all(len(a) + len(b) > most for a, b in itertools.pairwise(rows))
    for own, portion in zip(rows, taken, strict=True):
        values = np.concatenate([values for _, values in portion], along)
        np.testing.assert_array_equal(values, np.take(numbers, own, along))


def test_an_empty_map_needs_no_room(tmp_path):
    """Beside one that does."""
    lay_out(tmp_path / "maps.h5", [Dataset(name, (n,), "1", "x", ("point",)) for name, n in (("/a", 0), ("/b", 7))])
    with h5py.File(tmp_path / "maps.h5", "r") as file:
        assert file["/a"].shape == (0,) and file["/b"].shape == (7,)


def test_large_maps_begin_at_stripes(tmp_path):
    """Also after a small one; they have their room from the start and no chunks."""
    sizes = {"/a/small": 100, "/a/large": 300_000, "/b/large": 140_000}
    lay_out(tmp_path / "maps.h5", [Dataset(name, (n,), "1", "x", ("point",)) for name, n in sizes.items()])
    with h5py.File(tmp_path / "maps.h5", "r") as file:
        for name, n in sizes.items():
            offset = file[name].id.get_offset()
            assert offset is not None and file[name].chunks is None
            assert n < 200 or offset % STRIPE == 0, name


def finished(folder, provenance=None):
    """A small complete file; its path and digest."""
    path = folder / "whole.h5"
    lay_out(path, maps())
    with h5py.File(path, "r+") as file:
        for spec in maps():
            file[spec.name][...] = values(spec)
    results = [
        TEMPERATURE.of([1.0, 2.0]),
        Quantity("/x/tensor", ("/temperature", "cartesian_l", "cartesian_g"), "J", "t").of(np.ones((2, 3, 3))),
        Quantity("/x/scalar", (), "m", "a number").of(3.0),
        Quantity("/x/names", ("atom",), "1", "words", Kind.TEXT).of(["Si", "Ö"]),
    ]
    return path, complete(path, maps(), results, {"/x": {"scale": 2.0}}, provenance or {"fingerprint": "f"})


def test_a_complete_file_has_no_more_room_than_it_needs(tmp_path):
    """What was taken beyond its end is given back."""
    found = finished(tmp_path)[0].stat()
    assert found.st_blocks * 512 < found.st_size + (1 << 16)


def test_every_dataset_has_unit_description_and_scales(tmp_path):
    """Also the index axes; a path among the axes is that dataset's scale."""
    path, sha = finished(tmp_path)
    with h5py.File(path, "r") as file:
        datasets = []
        file.visititems(lambda name, item: datasets.append(item) if isinstance(item, h5py.Dataset) else None)
        assert len(datasets) > 12
        for dataset in datasets:
            assert dataset.attrs["unit"] and dataset.attrs["description"], dataset.name
            for dimension, length in zip(dataset.dims, dataset.shape, strict=True):
                assert dataset.is_scale or len(dimension) == 1, dataset.name
                assert all(scale.shape == (length,) for scale in dimension.values())
        assert file["/x/tensor"].dims[0][0] == file["/temperature"]
        assert [x.decode() for x in file["/x/tensor"].dims[1][0]] == ["x", "y", "z"]
        assert file["/x/names"].asstr()[...].tolist() == ["Si", "Ö"]
        assert file["/x"].attrs["scale"] == 2.0
        assert file["/provenance"].attrs["sha256"] == sha == sums(file)


def test_the_digest_is_of_the_data_not_of_the_provenance(tmp_path):
    """Wall time and ranks differ from run to run, the digest does not."""
    shas = []
    for provenance in ({"wall_time": 1.0}, {"wall_time": 2.0, "ranks": 7}):
        shas.append(finished(tmp_path, provenance)[1])
    assert shas[0] == shas[1]


def test_publish_replaces_at_once(tmp_path, monkeypatch):
    """The old result is whole until the moment of the rename, and stays when the rename never comes."""
    old, new = tmp_path / "result.h5", tmp_path / ".result.h5.partial"
    old.write_bytes(b"old")
    new.write_bytes(b"new")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(new, old)
    assert old.read_bytes() == b"old" and new.read_bytes() == b"new"
    publish(new, old)
    assert old.read_bytes() == b"new" and not new.exists()


def result(folder, content):
    """A result.h5 of some kind in the folder; its bytes."""
    path = folder / "result.h5"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with h5py.File(path, "w") as file:
            for name, value in content.items():
                file.require_group("/provenance").attrs[name] = value
    return path.read_bytes()


FOREIGN = {
    "another input": ({"fingerprint": "other", "hpcph_code": "any"}, "a result of another input"),
    "an earlier version": ({"fingerprint": "other"}, "a result of an earlier version or another program"),
    "another program": ({}, "not as hpcph wrote it .*"),
    "no fingerprint": ({"ranks": 3}, "a result of an earlier version or another program"),
    "strange fingerprint": ({"fingerprint": 7.0, "hpcph_code": "any"}, "a result of another input"),
    "a list as fingerprint": ({"fingerprint": [1, 2, 3], "hpcph_code": "any"}, "a result of another input"),
    "empty file": (b"", "not as hpcph wrote it .*"),
    "text": (b"precious notes", "not as hpcph wrote it .*"),
    "truncated": (b"\x89HDF\r\n\x1a\n" + bytes(40), "not as hpcph wrote it .*"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_claim_refuses_what_is_not_its_own(tmp_path, kind):
    """A result of another input, or no result at all, is refused and left byte for byte, without litter."""
    content, word = FOREIGN[kind]
    before = result(tmp_path, content)
    with pytest.raises(InputError, match=f"output .*holds .*{word}; choose another folder"):
        claim(tmp_path, "mine")
    assert (tmp_path / "result.h5").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["result.h5"]


def test_claim_refuses_a_truncated_result_of_its_own(tmp_path):
    """Half a file is nobody's result."""
    path, _ = finished(tmp_path, {"fingerprint": "mine"})
    half = path.read_bytes()[: path.stat().st_size // 2]
    result(tmp_path, half)
    with pytest.raises(InputError):
        claim(tmp_path, "mine")
    assert (tmp_path / "result.h5").read_bytes() == half


def test_claim_accepts_its_own_and_leaves_it_until_the_end(tmp_path):
    """The same input again, by whatever code: the old result stays until publish."""
    before = result(tmp_path, {"fingerprint": "mine", "hpcph_code": "of long ago"})
    temporary = claim(tmp_path, "mine")
    assert temporary.parent == tmp_path and temporary.name != "result.h5"
    assert (tmp_path / "result.h5").read_bytes() == before


def test_claim_makes_folders(tmp_path):
    """A folder that is not there yet is made."""
    assert claim(tmp_path / "a/b/c", "mine").parent.is_dir()


@pytest.mark.parametrize("below", ["", "/deeper", "/deeper/still"])
def test_claim_refuses_a_folder_that_is_a_file(tmp_path, below):
    """output: at or below a plain file is the user's mistake; the file stays."""
    (tmp_path / "file").write_text("text")
    with pytest.raises(InputError, match="cannot be written"):
        claim(tmp_path / f"file{below}", "mine")
    assert (tmp_path / "file").read_text() == "text"


def test_claim_refuses_result_h5_being_a_folder(tmp_path):
    """A folder with the name of the result is not replaced."""
    (tmp_path / "result.h5").mkdir()
    with pytest.raises(InputError):
        claim(tmp_path, "mine")


def test_the_ways_of_distribution_differ():
    """On three ranks no two of the distributions above are the same."""
    owners = [tuple(way(b, 3) for b in range(5)) for way in WAYS.values()]
    assert all(a != b for a, b in itertools.combinations(owners, 2))
