"""Where the bytes of result.h5 are, and whether they are those that were written.

HDF5 protects most of its headers by checksums, but neither numbers nor the heap that holds text and references; a
damaged heap crashes the library. Therefore a seal stands behind the end of the HDF5 file, where no reader of HDF5
looks: a sum over the file, in large files over every byte that is no number of a dataset. It is compared before HDF5
opens the file.

Whoever writes into the file with HDF5 removes the seal with that, and may: comments and arrays of his own are his. So
does who stores it another way, in chunks or compressed (h5repack). But numbers and attributes must be those that were
written: they are compared with the digests in the provenance, which know nothing of how a file is laid out.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np

from hpcph.disk.guard import Unsound, is_hard

MAGIC = b"\nhpcph\x00\x01"
SEAL = np.dtype([("sha", "V32"), ("spans", "<u4"), ("magic", "V8")])  # the end of the file, behind the spans
SUMMED = 256 << 20  # bytes; of larger files the numbers are not looked at, which would take seconds
EXPANSION = 100  # what arrays that are compressed may hold of the length of the file, or a small one fills the memory
FILTERS = {  # those that are in HDF5; others are programs that whoever made the file chose
    h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_SZIP,
}  # fmt: skip
NETCDF = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"}  # attributes of axes, which HDF5 numbers anew in a copy
OBJECTS, DEPTH = 1000, 4  # of results there are about 150, two groups deep
REFERENCE = 16  # bytes of an array of text for every word: length, place in the heap
PIECE = 1 << 24  # bytes that are looked at together
OWN = re.compile(r"[A-Za-z0-9_]{1,64}")


def walk(file: h5py.File) -> dict[str, h5py.Group | h5py.Dataset]:
    """All groups and datasets by path, "" the root; no link is followed and no value read.

    Raises Unsound where something is not a group or a dataset whose bytes stand in the file.
    """
    length, held = os.path.getsize(file.filename), 0
    found: dict[str, h5py.Group | h5py.Dataset] = {"": file}
    todo = [""]
    for path in todo:  # which grows meanwhile
        group = found[path]
        if len(found) + len(group) > OBJECTS or path.count("/") > DEPTH:
            raise Unsound(f"{path} has too many groups or datasets")
        for name in group:
            below = f"{path}/{name}"
            if not OWN.fullmatch(name) or not is_hard(group, name):
                raise Unsound(f"{ascii(below)[1:-1][:60]} is a link or no name of hpcph")
            kind = group.get(name, getclass=True)
            if kind is h5py.Group:
                todo.append(below)
            elif kind is not h5py.Dataset or not _stands_in(group[name], length):
                raise Unsound(f"{below} is no array of numbers or text that this file holds")
            found[below] = group[name]
            if kind is h5py.Dataset and (held := held + _bytes(group[name])) > EXPANSION * length:
                raise Unsound(f"{below} is compressed to less than 1/{EXPANSION} of what it holds")
    return found


def _stands_in(dataset: h5py.Dataset, length: int) -> bool:
    """Are its bytes in a file of that length? Not external, virtual, unwritten, empty, or behind a foreign filter."""
    plain = is_text(dataset) or (dataset.dtype.kind in "iufc" and h5py.check_enum_dtype(dataset.dtype) is None)
    if not dataset.size or not plain:
        return False
    create, offset, size = dataset.id.get_create_plist(), dataset.id.get_offset(), dataset.id.get_storage_size()
    if create.get_layout() == h5py.h5d.CHUNKED:
        filters = {create.get_filter(place)[0] for place in range(create.get_nfilters())}
        return filters <= FILTERS and 0 < size <= length and bool(np.all(np.array(dataset.chunks) <= dataset.shape))
    whole = size == _bytes(dataset)
    if create.get_layout() == h5py.h5d.COMPACT:
        return whole
    return whole and offset is not None and 0 < offset and offset + size <= length


def _bytes(dataset: h5py.Dataset) -> int:
    """Of all its numbers, or references to words."""
    return dataset.size * (REFERENCE if is_text(dataset) else dataset.dtype.itemsize)


def is_text(dataset: h5py.Dataset) -> bool:
    """UTF-8 of any length, as hpcph writes it."""
    text = h5py.check_string_dtype(dataset.dtype)
    return text is not None and text.length is None and text.encoding == "utf-8"


def pieces(dataset: h5py.Dataset) -> Iterator[np.ndarray]:
    """The numbers of a dataset along its first axis, PIECE bytes at a time or, if that is more, whole chunks."""
    if not dataset.shape:
        yield np.asarray(dataset[()])
        return
    row = int(np.prod(dataset.shape[1:])) * dataset.dtype.itemsize
    chunk = dataset.chunks[0] if dataset.chunks else 1
    step = chunk * max(1, PIECE // max(1, row * chunk))
    for low in range(0, dataset.shape[0], step):
        yield dataset[low : low + step]


def listed(file: h5py.File) -> dict[str, str]:
    """Units of all datasets by name, in the order of their names."""
    found: dict[str, str] = {}

    def look(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = item.attrs.get("unit", "")

    file.visititems(look)
    return dict(sorted(found.items()))


def digest(file: h5py.File, names: Iterable[str]) -> str:
    """sha256 over name, type, shape and bytes of datasets."""
    sha = hashlib.sha256()
    for name in names:
        dataset = file[name]
        sha.update(f"{name} {dataset.dtype} {dataset.shape}\n".encode())
        if h5py.check_string_dtype(dataset.dtype):
            sha.update("\n".join(dataset.asstr()[...].ravel()).encode())
            continue
        for piece in pieces(dataset):
            sha.update(np.ascontiguousarray(piece).tobytes())
    return sha.hexdigest()


def attributed(file: h5py.File) -> dict[str, str]:
    """Names of the attributes of all groups and datasets, by path, in the order of both; none of axes."""
    found = {name: " ".join(sorted(set(file[name].attrs) - NETCDF)) for name in sorted(_every(file))}
    return {name: names for name, names in found.items() if names}


def _every(file: h5py.File) -> list[str]:
    found: list[str] = []
    file.visit(found.append)
    return found


def attribute_digest(file: h5py.File, names: Mapping[str, str]) -> str:
    """sha256 over path, name, type and value of attributes. Raises Unsound where one is missing."""
    sha = hashlib.sha256()
    for path, words in names.items():
        for name in words.split():
            if path not in file or name not in file[path].attrs:
                raise Unsound(f"was changed: /{path} has no {name}")
            value = file[path].attrs[name]
            kind = "text" if isinstance(value, str) else f"{np.asarray(value).dtype} {np.shape(value)}"
            sha.update(f"{path} {name} {kind}\n".encode())
            sha.update(value.encode() if isinstance(value, str) else np.asarray(value).tobytes())
    return sha.hexdigest()


def seal(path: Path) -> None:
    """Write the sum of a complete file behind its end."""
    with h5py.File(path, "r") as file:
        spans = _numbers(walk(file)) if path.stat().st_size > SUMMED else np.empty((0, 2), "<i8")
    sha = _sum(path, spans, path.stat().st_size)
    with open(path, "ab") as raw:
        raw.write(spans.tobytes() + np.array((sha, len(spans), MAGIC), SEAL).tobytes())


def is_sealed(path: Path) -> bool:
    """Has the file a seal? Raises Unsound where it is broken."""
    length = path.stat().st_size
    with open(path, "rb") as raw:
        raw.seek(max(0, length - SEAL.itemsize))
        found = raw.read()
        if not found.endswith(MAGIC) or len(found) < SEAL.itemsize:
            return False
        sha, count, _ = np.frombuffer(found, SEAL)[0].tolist()
        end = length - SEAL.itemsize - 16 * count
        if count <= OBJECTS and end > 0:
            raw.seek(end)
            if sha == _sum(path, np.frombuffer(raw.read(16 * count), "<i8").reshape(-1, 2), end):
                return True
    raise Unsound("is damaged: its bytes are not those that were written")


def require_digest(contents: dict[str, h5py.Group | h5py.Dataset]) -> None:
    """Raise Unsound where what hpcph wrote is not what the digests in the provenance are of.

    Older results have digests of their numbers alone.
    """
    known = contents["/provenance"].attrs if "/provenance" in contents else {}
    if "sha256" not in known:
        return
    if known["sha256"] != digest(contents[""], own(contents)):
        raise Unsound("was changed: its numbers are not those that were written (sha256)")
    text = known.get("attributes")
    if isinstance(text, str):
        names = {path: words for path, _, words in (line.partition(" ") for line in text.splitlines())}
        if known.get("sha256_attributes") != attribute_digest(contents[""], names):
            raise Unsound("was changed: its attributes are not those that were written (sha256_attributes)")


def own(contents: Mapping[str, h5py.Group | h5py.Dataset]) -> dict[str, str]:
    """Units of the datasets that hpcph wrote, by name; of files that do not list them, of all.

    Raises Unsound where one is missing or has another unit.
    """
    text = contents["/provenance"].attrs.get("datasets")
    if not isinstance(text, str):
        return listed(contents[""])
    found = {name: unit for name, _, unit in (line.partition(" ") for line in text.splitlines())}
    for name, unit in found.items():
        dataset = contents.get(f"/{name}")
        if not isinstance(dataset, h5py.Dataset) or dataset.attrs.get("unit") != unit:
            raise Unsound(f"was changed: /{name} is missing or has not the unit {unit}")
    return found


def _numbers(contents: dict[str, h5py.Group | h5py.Dataset]) -> np.ndarray:
    """Offset and size of all datasets of numbers, ascending, (d, 2)."""
    datasets = [item for item in contents.values() if isinstance(item, h5py.Dataset) and not is_text(item)]
    spans = sorted((item.id.get_offset(), item.id.get_storage_size()) for item in datasets)
    return np.array(spans, "<i8").reshape(-1, 2)


def _sum(path: Path, spans: np.ndarray, end: int) -> bytes:
    """sha256 of spans, and of the bytes of a file up to an end that lie outside of them."""
    sha, position = hashlib.sha256(spans.tobytes()), 0
    with open(path, "rb") as raw:
        for offset, size in [*spans.tolist(), (end, 0)]:
            raw.seek(position)
            while position < offset and (piece := raw.read(min(PIECE, offset - position))):
                sha.update(piece)
                position += len(piece)
            position = max(position, offset + size)
    return sha.digest()
