"""What a result must be before anything reads it: unchanged numbers, whole, and fit to compute with.

Whatever is wrong is one line for the user. Arrays that hpcph.result does not name (of later versions) must
have axes and units as all others, and may hold any numbers. What others added to a file must be plain, and is not read.
"""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from hpcph.disk.guard import Unsound, reading
from hpcph.errors import InputError, beside
from hpcph.result.attributes import attributes
from hpcph.result.catalogue import sections
from hpcph.result.quantity import Kind, Quantity
from hpcph.result.seal import NETCDF, is_sealed, is_text, own, pieces, require_digest, walk

FIX = "give the result.h5 of a finished run"
AXIS, LETTERS, TEXT = 1 << 25, 200, 1 << 20  # longest axis; characters of a label and of an attribute
HUGE = 1e40  # no number of physics is larger in SI, and squares of such numbers still are numbers
FRACTION = 1e3  # lattice vectors: what an input may ask for
ACTED = {"scale_factor", "add_offset", "missing_value", "units", "calendar", "dtype", "coordinates"}  # on by xarray

Contents = Mapping[str, h5py.Group | h5py.Dataset]


def require_sound(path: Path) -> set[str]:
    """Paths of the arrays that others added to a result. Raises InputError unless the rest can be read as it stands."""
    if not path.is_file():
        within = f" in it: {path / 'result.h5'}" if (path / "result.h5").is_file() else f" of a run{beside(path)}"
        raise InputError("RESULT.h5", path, f"no such file; give the result.h5{within}")
    try:
        with reading("hpcph"):
            with open(path, "rb") as raw:
                if raw.read(8) != b"\x89HDF\r\n\x1a\n":
                    raise Unsound("is not HDF5")
            sealed, file = is_sealed(path), h5py.File(path, "r")
        with file:
            if sealed:  # as it was written: what goes wrong now is no damage
                return _require(walk(file))
            with reading("hpcph"):
                contents = walk(file)
                added = _require(contents)
                require_digest(contents)
                return added
    except Unsound as err:
        raise InputError("RESULT.h5", path, f"{err}; {FIX}") from err


def _require(contents: Contents) -> set[str]:
    """Paths of the arrays that are not hpcph's; all others are fit to compute with."""
    if not {"/provenance", "/crystal"} <= set(contents) or "hpcph" not in contents["/provenance"].attrs:
        raise Unsound("was not written by hpcph")
    for path, item in contents.items():
        _require_attributes(path, item)
    written = {f"/{name}" for name in own(contents)}
    added = {path for path, item in contents.items() if isinstance(item, h5py.Dataset) and path not in written}
    contents = {path: item for path, item in contents.items() if path not in added}
    texts: dict[str, list[str]] = {}
    axes: dict[str, list[str]] = {}
    paths = {item: path for path, item in contents.items()}
    for path, item in contents.items():
        if isinstance(item, h5py.Dataset):
            if not {"unit", "description"} <= set(item.attrs):
                raise Unsound(f"{path} has no unit and description")
            if is_text(item):
                texts[path] = _labels(path, item)
            axes[path] = _axes(path, item, paths)
            if path.count("/") == 1 and "CLASS" in item.attrs and path != "/temperature":
                _require_plain_axis(path, item, texts)
    scales = {path.rpartition("/")[2] for path in axes if "CLASS" in contents[path].attrs}
    if confused := sorted(path for path in added if path.rpartition("/")[2] in scales):
        raise Unsound(f"{confused[0]} was added under the name of an axis; give it another")
    for section, quantities in sections().items():
        if section == "/crystal" or any(quantity.path in contents for quantity in quantities):
            for quantity in quantities:
                _require_quantity(contents, axes, quantity)
            for place, name, kind, needed in attributes(section):
                if needed or name in contents[place].attrs:
                    _require_attribute(place, contents[place], name, kind)
    _require_physics(contents, texts)
    return added


def _require_attributes(path: str, item: h5py.Group | h5py.Dataset) -> None:
    """Short text and few numbers; of datasets none that readers act on."""
    names = list(item.attrs)
    if isinstance(item, h5py.Dataset) and (acted := ACTED & set(names)):
        raise Unsound(f"{path} has attributes that would change its numbers: {', '.join(sorted(acted))}")
    for name in set(names) - NETCDF if isinstance(item, h5py.Dataset) else names:
        space, kind = item.attrs.get_id(name).shape, item.attrs.get_id(name).dtype
        text = h5py.check_string_dtype(kind) is not None
        if not name.isidentifier() or name.startswith("_") or name == "coordinates" or int(np.prod(space)) > LETTERS:
            raise Unsound(f"{ascii(path + ' ' + name)[:60]} is no attribute of a result")
        value = None if text and space else item.attrs[name]
        good = isinstance(value, str) and _is_utf8(value) if text else kind.kind in "iuf" and _bounded(value)
        if not good or (name in ("unit", "description") and not text):
            raise Unsound(f"{path} {name} is neither text nor a finite number")


def _is_utf8(text: str) -> bool:
    return len(text) <= TEXT and not any("\ud800" <= c <= "\udfff" or c == "\0" for c in text)


def _bounded(values) -> bool:
    return float(np.max(np.abs(values), initial=0)) < HUGE  # false at NaN


def _labels(path: str, dataset: h5py.Dataset) -> list[str]:
    """Text of a dataset. Raises Unsound where it is long or does not print."""
    listed = dataset.ndim == 1 and len(dataset) <= AXIS // 64
    words = dataset.asstr(errors="surrogateescape")[...].tolist() if listed else []
    if not words or not all(len(word) <= LETTERS and word.isprintable() for word in words):
        raise Unsound(f"{path} is no list of short words")
    return words


def _axes(path: str, dataset: h5py.Dataset, paths: Mapping[h5py.Dataset, str]) -> list[str]:
    """Names of the axes: every dimension has one scale of its length, at the dataset's place in the file or above it.

    Read from the attributes, for HDF5's own functions crash where these are of another type.
    """
    if "CLASS" in dataset.attrs:
        if dataset.ndim != 1 or len(dataset) > AXIS or dataset.attrs["CLASS"] != b"DIMENSION_SCALE":
            raise Unsound(f"{path} is no axis")
        return [path.rpartition("/")[2]]
    if not dataset.ndim:
        return []
    kind = dataset.attrs.get_id("DIMENSION_LIST").dtype if "DIMENSION_LIST" in dataset.attrs else np.dtype("O")
    lists = dataset.attrs["DIMENSION_LIST"] if h5py.check_ref_dtype(h5py.check_vlen_dtype(kind) or kind) else []
    if np.shape(lists)[:1] != (dataset.ndim,) or any(np.shape(found) != (1,) for found in lists):
        raise Unsound(f"{path} has not one axis for every dimension")
    names = []
    for length, (reference,) in zip(dataset.shape, lists, strict=True):
        try:
            scale = dataset.file[reference]
        except (KeyError, ValueError):  # of the file that it was copied from
            raise Unsound(f"{path} has lost its axes; copy the whole file, or take h5repack") from None
        place, _, name = paths.get(scale, "").rpartition("/")
        if not name or "CLASS" not in scale.attrs or scale.shape != (length,):
            raise Unsound(f"{path} does not fit its axes")
        if not path.startswith(f"{place}/"):
            raise Unsound(f"{path} has an axis of another section")
        names.append(name)
    return names


def _require_plain_axis(path: str, dataset: h5py.Dataset, texts: Mapping[str, list[str]]) -> None:
    """Axes in the root count from 0 or are x, y, z."""
    plain = texts[path] == ["x", "y", "z"] if path in texts else np.array_equal(dataset, np.arange(len(dataset)))
    if not plain:
        raise Unsound(f"{path} is no axis of hpcph")


def _require_quantity(contents: Contents, found: Mapping[str, list[str]], quantity: Quantity) -> None:
    """Is the dataset what it should be?"""
    path, kind, axes = quantity.path, quantity.kind, quantity.axis_names
    dataset = contents.get(path)
    if dataset is None and quantity.optional:
        return
    if not isinstance(dataset, h5py.Dataset):
        raise Unsound(f"{path} is missing")
    if found[path] != axes or (kind is Kind.TEXT) != is_text(dataset):
        raise Unsound(f"{path} has not the axes {' × '.join(axes) or 'of a number'} or is no {kind}")
    if kind is not Kind.TEXT and not all(_is_kind(piece, kind) for piece in pieces(dataset)):
        raise Unsound(f"{path} holds numbers that are not {kind}")
    if kind is Kind.RISING and not np.all(np.diff(dataset[...]) > 0):
        raise Unsound(f"{path} does not rise")


def _is_kind(values: np.ndarray, kind: Kind) -> bool:
    if (kind is Kind.COMPLEX) != np.iscomplexobj(values):
        return False
    if kind in (Kind.POSITIVE, Kind.RISING):
        return bool(np.all((values > 1 / HUGE) & (values < HUGE)))
    if kind is Kind.FRACTION:
        return bool(np.all(np.abs(values) <= FRACTION))
    return _bounded(values[~np.isnan(values)] if kind is Kind.NUMBER else values)


def _require_attribute(path: str, item: h5py.Group | h5py.Dataset, name: str, kind: str) -> None:
    """Is an attribute, which is text or finite numbers, what the table says?"""
    value = item.attrs.get(name)
    shape = (3,) if kind == "three numbers" else ()
    if value is None or isinstance(value, str) != (kind == "text") or np.shape(value) != shape:
        raise Unsound(f"{path} has no {name}, or it is no {kind}")


def _require_physics(contents: Contents, texts: Mapping[str, list[str]]) -> None:
    """A cell with a volume, a direction, three branches an atom, corners that are points of the path."""
    lattice, volume = contents["/crystal/lattice"][...], contents["/crystal/volume"][()]
    if lattice.shape != (3, 3) or not np.isclose(abs(np.linalg.det(lattice)), volume, rtol=1e-6, atol=0):
        raise Unsound("/crystal/lattice has not the volume of the cell")
    axis = contents["/provenance"].attrs.get("axis", contents.get("/thermal", contents[""]).attrs.get("axis"))
    if np.shape(axis) != (3,) or not np.linalg.norm(axis) > 1e-9:
        raise Unsound("axis is no direction")
    atoms = len(contents["/crystal/masses"])
    if "/branch" in contents and contents["/branch"].shape != (3 * atoms,):
        raise Unsound("/branch has not three branches an atom")
    if "/slices/q" in contents:
        q, k = contents["/slices/q"][...], contents["/slices/k"][...] @ lattice.T / (2 * np.pi)
        if not np.ptp(q, axis=(1, 2))[:, :2].min() > 0 or np.abs(q - k).max() > 1e-6 * FRACTION:
            raise Unsound("/slices/k are not the points of /slices/q")
    if "/bands/corner" in contents:
        corner, points = contents["/bands/corner"][...], len(contents["/bands/q"])
        if len(corner) % 2 or corner.dtype.kind not in "iu" or np.any(np.diff(corner) < 0):
            raise Unsound("/bands/corner does not hold first and last points of legs")
        if corner[0] != 0 or corner[-1] != points - 1:
            raise Unsound("/bands/corner does not end where the path ends")
        if sorted(set(texts["/crystal/symbols"])) != sorted(texts["/bands/species"]):
            raise Unsound("/bands/species are not the elements of the crystal")
