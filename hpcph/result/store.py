"""result.h5: laid out by rank 0, filled with maps (writers.py), small results and provenance added by rank 0.

The file is built under a temporary name and renamed when complete, so an existing result is whole at any moment.
Every map has its final shape from the start and only raw data are written meanwhile: no rank ever changes metadata.

Maps are contiguous, not chunked: blocks of k-points are rows, so a block is one run of bytes and a round of blocks one
stretch of every map, with no chunk that two ranks share and no index that grows. Large maps begin at a multiple of
STRIPE, the usual stripe of cluster file systems, so that buffers of collective writes end where stripes do.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hpcph.disk.draft import reserve
from hpcph.disk.guard import Unsound, reading
from hpcph.disk.room import take, writing
from hpcph.errors import InputError
from hpcph.result.quantity import Dataset, long_name
from hpcph.result.seal import attribute_digest, attributed, digest, is_sealed, listed, require_digest, seal, walk

FORMAT = ("v108", "v108")  # later formats mark a file as open for writing: a killed run would leave it unreadable
UNDER_WORK = ".result.h5.partial"  # the file of a run that is not through
STRIPE = 1 << 20  # bytes; maps of this size and more are aligned to it
ATTRIBUTES = 1000  # that a group may have
SMALL = 1 << 20  # bytes that are enough for what HDF5 notes of all datasets, and attributes


def lay_out(path: Path, maps: Sequence[Dataset]) -> None:
    """Create the file with room for every map (rank 0). Raises InputError where the disk has less."""
    needed = sum(int(np.prod(spec.shape)) * np.dtype(spec.dtype).itemsize for spec in maps)
    held = path.stat().st_blocks * 512 if path.exists() else 0
    free = shutil.disk_usage(path.parent).free + held
    if needed > free:
        fix = f"has {free / 1e6:.0f} MB left, the maps need {needed / 1e6:.0f} MB; make room or choose another folder"
        raise InputError("output", path.parent, fix)
    with writing(path.parent):
        with open(path, "wb") as raw:
            raw.truncate(needed + SMALL)
            take(raw.fileno(), 0, SMALL)  # for the next line, which gives it back and takes less
        spans = _create(path, maps)
        with open(path, "r+b") as raw:
            for offset, size in spans:
                take(raw.fileno(), offset, size)


def _create(path: Path, maps: Sequence[Dataset]) -> list[tuple[int, int]]:
    """A new file with the maps; offset and size of those that are not empty."""
    spans = []
    with h5py.File(path, "w", libver=FORMAT, alignment_threshold=STRIPE, alignment_interval=STRIPE) as file:
        for spec in maps:
            create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            create.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            create.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
            create.set_attr_creation_order(h5py.h5p.CRT_ORDER_TRACKED)
            _make_group(file, spec.name.rpartition("/")[0])
            space = h5py.h5s.create_simple(spec.shape)
            kind = h5py.h5t.py_create(np.dtype(spec.dtype), logical=True)
            dataset = h5py.h5d.create(file.id, spec.name.encode(), kind, space, create)
            if dataset.get_storage_size():
                spans.append((dataset.get_offset(), dataset.get_storage_size()))
    return spans


def _make_group(file: h5py.File, path: str) -> h5py.Group:
    """A group with those above it, however many attributes it will have.

    They stand in its header: HDF5 1.10 crashes where it copies a group whose text is in a heap of attributes.
    """
    for end in (i for i, letter in enumerate(f"{path}/") if letter == "/" and i):
        if (name := path[:end]) not in file:
            header = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
            header.set_attr_phase_change(ATTRIBUTES, 0)
            h5py.h5g.create(file.id, name.encode(), gcpl=header)
    return file[path or "/"]


def complete(path: Path, maps: Sequence[Dataset], results: Sequence[Dataset], groups: dict, provenance: dict) -> str:
    """Add the small results, units, descriptions, scales and provenance (rank 0); the digest of all datasets.

    groups : attributes of groups, {path: {name: value}}
    """
    length, needed = path.stat().st_size, sum(np.asarray(spec.value).nbytes for spec in results)
    with open(path, "r+b") as raw:
        take(raw.fileno(), length, needed + SMALL)
    with h5py.File(path, "r+", libver=FORMAT) as file:
        for spec in results:
            _make_group(file, spec.name.rpartition("/")[0])
            dtype = h5py.string_dtype() if spec.dtype is str else spec.dtype
            file.create_dataset(spec.name, data=spec.value, dtype=dtype)
        for spec in (*results, *maps):
            _describe(file[spec.name], spec.unit, spec.description)
        for spec in (*results, *maps):
            _attach_scales(file, spec)
        for group, attributes in groups.items():
            _make_group(file, group).attrs.update(attributes)
        written = listed(file)
        sha, plain = digest(file, written), [name for name in written if not name.startswith("sample/")]
        if "sample" in file:  # PETSc's sums depend on the number of ranks
            provenance = {**provenance, "sha256_without_sample": digest(file, plain)}
        if solved := {spec.name.strip("/") for spec in results if spec.solved}:
            provenance = {**provenance, "sha256_without_solver": digest(file, [n for n in plain if n not in solved])}
        names = "\n".join(f"{name} {unit}" for name, unit in written.items())
        known = _make_group(file, "/provenance").attrs
        known.update({**provenance, "datasets": names, "sha256": sha})
        attributes = attributed(file)
        known["sha256_attributes"] = attribute_digest(file, attributes)
        known["attributes"] = "\n".join(f"{name} {words}" for name, words in attributes.items())
    seal(path)
    os.truncate(path, path.stat().st_size)  # the room beyond is no longer needed
    return sha


def _describe(dataset: h5py.Dataset, unit: str, description: str) -> None:
    dataset.attrs.update({"unit": unit, "description": description, "long_name": long_name(description)})


def _attach_scales(file: h5py.File, spec: Dataset) -> None:
    assert len(spec.axes) == len(spec.shape), f"{spec.name}: an axis a dimension"
    for dimension, axis in enumerate(spec.axes):
        name = axis if axis.startswith("/") else f"/{axis}"
        if name not in file:
            values = (
                ["x", "y", "z"] if axis.startswith("cartesian") else np.arange(spec.shape[dimension], dtype=np.int32)
            )
            file.create_dataset(name, data=values)
            _describe(file[name], "1", f"index of {axis}")
        if not file[name].is_scale:
            file[name].make_scale(name.rsplit("/", 1)[1])
        if name != spec.name:
            file[spec.name].dims[dimension].attach_scale(file[name])


def attributes(path: Path) -> dict[str, Any]:
    """The provenance of a finished result."""
    with h5py.File(path, "r") as file:
        return dict(file["/provenance"].attrs)


def readable(path: Path) -> bool:
    """Is a file laid out, and whole?"""
    try:
        with h5py.File(path, "r"):
            return True
    except (OSError, RuntimeError, ValueError):
        return False


def claim(folder: Path, fingerprint: str, overwrite: bool = False) -> Path:
    """The temporary file of a run, in a folder that can be written and holds no result of another input (rank 0).

    A result of the same input, or with `overwrite` any, is replaced when the new one is there. Raises InputError.
    """
    final = folder / "result.h5"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / UNDER_WORK
        reserve(temporary)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "not writable")
    except OSError as err:
        raise InputError("output", folder, f"cannot be written ({err.strerror}); choose another folder") from None
    replaced = overwrite and final.is_file()
    if final.exists() and not replaced and (held := _held(final, fingerprint)):
        if not temporary.stat().st_size:
            temporary.unlink()
        raise InputError("output", folder, f"holds {held}; choose another folder, or --overwrite replaces it")
    return temporary


def _held(final: Path, fingerprint: str) -> str:
    """What a file is if not a result with that fingerprint."""
    try:
        with reading("hpcph"):
            sealed = is_sealed(final)
            with h5py.File(final, "r") as file:
                contents = walk(file)
                if not sealed:
                    require_digest(contents)
                provenance = dict(contents["/provenance"].attrs)
    except Unsound as err:
        return f"a result.h5 that is not as hpcph wrote it ({err})"
    if str(provenance.get("fingerprint")) == fingerprint:
        return ""
    known = "hpcph_code" in provenance  # before, the version had a part in the fingerprint
    return "a result of another input" if known else "a result of an earlier version or another program"
