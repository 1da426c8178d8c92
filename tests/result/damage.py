"""Kinds of damage that a result.h5 can have: what is done to the open file, and a word of the complaint."""

import os

import h5py
import numpy as np

BIG = 10**12


def replace(file, name, value=None, **how):
    """Another dataset in the place of one, with its unit and axes."""
    old = file[name]
    scales = [list(dimension.values()) for dimension in old.dims]
    kept = {key: old.attrs[key] for key in ("unit", "description")}
    del file[name]
    if value is not None:
        how["data"] = value
    new = file.create_dataset(name, **how)
    new.attrs.update(kept)
    for dimension, found in zip(new.dims, scales, strict=False):
        for scale in found:
            dimension.attach_scale(scale)


def put(name, change):
    """Numbers of a dataset, changed in place."""

    def edit(file, _):
        values = file[name][...]
        file[name][...] = change(values)

    return edit


def first(value):
    """The first number replaced."""

    def change(values):
        values = np.array(values)
        values.reshape(-1)[0] = value
        return values

    return change


def swap(name, make):
    """Another dataset made from the old numbers."""
    return lambda file, _: replace(file, name, make(file[name][...]))


def attribute(path, name, value):
    return lambda file, _: file[path].attrs.__setitem__(name, value)


def drop(name):
    return lambda file, _: file.__delitem__(name)


def external_link(file, canary):
    del file["/crystal/masses"]
    file["/crystal/masses"] = h5py.ExternalLink(str(canary), "/crystal/masses")


def to_a_pipe(file):
    """A link into a pipe, which keeps whoever follows it until somebody writes."""
    path = f"{file.filename}.pipe"
    os.mkfifo(path)
    return h5py.ExternalLink(path, "/anything")


def external_pipe(file, _):
    del file["/crystal/masses"]
    file["/crystal/masses"] = to_a_pipe(file)


def external_group(file, canary):
    del file["/crystal"]
    file["/crystal"] = h5py.ExternalLink(str(canary), "/crystal")


def external_storage(file, canary):
    with h5py.File(canary, "r") as other:
        place = other["/crystal/masses"].id
        where = (str(canary), place.get_offset(), place.get_storage_size())
    replace(file, "/crystal/masses", shape=file["/crystal/masses"].shape, dtype="f8", external=[where])


def virtual(file, canary):
    shape = file["/crystal/masses"].shape
    layout = h5py.VirtualLayout(shape, "f8")
    layout[...] = h5py.VirtualSource(str(canary), "/crystal/masses", shape)
    del file["/crystal/masses"]
    file.create_virtual_dataset("/crystal/masses", layout).attrs.update({"unit": "kg", "description": "x"})


def loop(file, _):
    file["/crystal/again"] = h5py.SoftLink("/crystal/again")


def hard_loop(file, _):
    file["/crystal/again"] = file["/crystal"]


def deep(file, _):
    file.require_group("/deep" + "/x" * 200)


def many(file, _):
    for i in range(1200):
        file.create_group(f"/many/{i}")


def pipe(name, length, **how):
    """A huge array that is declared and not written."""
    return lambda file, _: replace(file, name, shape=(length,), dtype="f8", **how)


def huge_axis(file, _):
    """An array of 10¹² numbers with axes to match, none of them written."""
    for name in ("/huge", "/huge_axis"):
        file.create_dataset(name, (BIG,), "i4", chunks=(1000,)).attrs.update({"unit": "1", "description": "x"})
    file["/huge_axis"].make_scale("huge_axis")
    file["/huge"].dims[0].attach_scale(file["/huge_axis"])


def bad_text(file, _):
    words = np.array([b"\xff\xfe"] * len(file["/crystal/symbols"]), object)
    file["/crystal/symbols"][...] = words


def references(file, _):
    refs = np.array([file.ref] * len(file["/crystal/masses"]), h5py.ref_dtype)
    replace(file, "/crystal/masses", refs, dtype=h5py.ref_dtype)


def other_axis(file, _):
    dataset = file["/thermal/gamma_nl"]
    dataset.dims[1].detach_scale(file["/cartesian_l"])
    dataset.dims[1].attach_scale(file["/cartesian_gradient"])


def two_axes(file, _):
    file["/thermal/gamma_nl"].dims[1].attach_scale(file["/cartesian_gradient"])


def compound(values):
    return np.array([(x, x) for x in values], [("mass", "f8"), ("more", "f8")])


CANARIES = {
    "external link to a dataset": (external_link, "link"),
    "external link to a group": (external_group, "link"),
    "external storage": (external_storage, "/crystal/masses"),
    "virtual dataset": (virtual, "/crystal/masses"),
}
KINDS = {
    **CANARIES,
    "external link to a pipe": (external_pipe, "link"),
    "soft link in a loop": (loop, "link"),
    "soft link to what is there": (lambda f, _: f.__setitem__("/more", h5py.SoftLink("/temperature")), "link"),
    "group that holds itself": (hard_loop, "too many"),
    "deep groups": (deep, "too many"),
    "many groups": (many, "too many"),
    "a name with a line break": (lambda f, _: f.create_group("a\nhpcph: all is well"), "no name"),
    "a name that is not UTF-8": (lambda f, _: f.create_group(b"\xff\xfe"), "RESULT.h5"),
    "a named type": (lambda f, _: f.__setitem__("/kind", np.dtype("f8")), "/kind"),
    "10^12 numbers in chunks": (pipe("/crystal/masses", BIG, chunks=(1000,)), "/crystal/masses"),
    "10^12 numbers unwritten": (pipe("/crystal/masses", BIG), "/crystal/masses"),
    "10^12 numbers with their axis": (huge_axis, "/huge"),
    "compressed zeros": (pipe("/crystal/masses", 10**8, compression="gzip", fillvalue=1.0), "/crystal/masses"),
    "empty": (swap("/crystal/masses", lambda m: m[:0]), "/crystal/masses"),
    "without values": (lambda f, _: replace(f, "/crystal/volume", h5py.Empty("f8")), "/crystal/volume"),
    "text for numbers": (lambda f, _: replace(f, "/crystal/masses", ["heavy"] * 9), "/crystal/masses"),
    "numbers for text": (lambda f, _: replace(f, "/crystal/symbols", np.arange(9.0)), "/crystal/symbols"),
    "compound": (swap("/crystal/masses", compound), "/crystal/masses"),
    "references": (references, "/crystal/masses"),
    "booleans": (swap("/crystal/masses", lambda m: m > 0), "/crystal/masses"),
    "text of fixed length": (lambda f, _: replace(f, "/crystal/symbols", np.array([b"Si"] * 9)), "/crystal/symbols"),
    "complex masses": (swap("/crystal/masses", lambda m: m + 0j), "/crystal/masses"),
    "real eigenvectors": (swap("/bands/eigenvector", np.real), "/bands/eigenvector"),
    "text that is not UTF-8": (bad_text, "/crystal/symbols"),
    "long words": (put("/crystal/symbols", first("x" * 10**6)), "/crystal/symbols"),
    "words with line breaks": (put("/crystal/symbols", first("a\nb")), "/crystal/symbols"),
    "no elements of the crystal": (put("/bands/species", first("Xx")), "/bands/species"),
    "NaN mass": (put("/crystal/masses", first(np.nan)), "/crystal/masses"),
    "negative mass": (put("/crystal/masses", first(-1.0)), "/crystal/masses"),
    "infinite position": (put("/crystal/positions", first(np.inf)), "/crystal/positions"),
    "flat cell": (put("/crystal/lattice", lambda a: 0 * a), "/crystal/lattice"),
    "huge cell": (put("/crystal/lattice", lambda a: a * 1e200), "/crystal/lattice"),
    "NaN temperature": (put("/temperature", first(np.nan)), "/temperature"),
    "temperatures that fall": (put("/temperature", lambda t: t[::-1]), "/temperature"),
    "one temperature twice": (put("/temperature", lambda t: t[[0, 0, 2]]), "/temperature"),
    "radius zero": (put("/feedback/radius", first(0.0)), "/feedback/radius"),
    "NaN frequency": (put("/bands/frequency", first(np.nan)), "/bands/frequency"),
    "NaN eigenvector": (put("/bands/eigenvector", first(np.nan)), "/bands/eigenvector"),
    "infinite wave vector": (put("/orbits/q", first(np.inf)), "/orbits/q"),
    "corner outside the path": (put("/bands/corner", lambda c: c + 1), "/bands/corner"),
    "corners out of order": (put("/bands/corner", lambda c: c[::-1]), "/bands/corner"),
    "index axis of other numbers": (put("/branch", lambda n: n * 0), "/branch"),
    "directions of other names": (put("/cartesian_l", first("q")), "/cartesian_l"),
    "other order of axes": (swap("/bands/polarization", lambda a: a.transpose(2, 1, 0)), "/bands/polarization"),
    "an axis less": (swap("/thermal/gamma_nl", lambda a: a[0]), "/thermal/gamma_nl"),
    "shorter than its axis": (swap("/bands/q", lambda q: q[:-1]), "/bands/q"),
    "atoms that do not fit": (swap("/crystal/positions", lambda r: np.vstack([r, r])), "/crystal/positions"),
    "another axis": (other_axis, "/thermal/gamma_nl"),
    "two axes in one": (two_axes, "/thermal/gamma_nl"),
    "no axes": (lambda f, _: f["/thermal/gamma_nl"].attrs.__delitem__("DIMENSION_LIST"), "/thermal/gamma_nl"),
    "axes that are text": (attribute("/thermal/gamma_nl", "DIMENSION_LIST", "x"), "/thermal/gamma_nl"),
    "no unit": (lambda f, _: f["/temperature"].attrs.__delitem__("unit"), "unit"),
    "unit that is a number": (attribute("/temperature", "unit", 3.0), "unit"),
    "a scale factor": (attribute("/crystal/masses", "scale_factor", 2.0), "attributes"),
    "an offset": (attribute("/crystal/masses", "add_offset", 2.0), "attributes"),
    "a long attribute": (attribute("/provenance", "title", "x" * (2 << 20)), "title"),
    "an attribute of many numbers": (attribute("/thermal", "lifetime", np.ones(1000)), "lifetime"),
    "an attribute that is not UTF-8": (attribute("/provenance", "title", b"\xff\xfe"), "title"),
    "NaN lifetime": (attribute("/thermal", "lifetime", np.nan), "lifetime"),
    "lifetime in words": (attribute("/thermal", "lifetime", "long"), "lifetime"),
    "axis without direction": (attribute("/provenance", "axis", np.zeros(3)), "axis"),
    "axis of two numbers": (attribute("/provenance", "axis", np.ones(2)), "axis"),
    "coupling as a number": (attribute("/feedback", "coupling", 1.0), "coupling"),
    "scale in words": (attribute("/feedback", "scale", "1"), "scale"),
    "of another program": (drop("/provenance"), "not written by hpcph"),
    "section is a number": (lambda f, _: (f.__delitem__("/orbits"), f.create_dataset("/orbits", data=1.0)), "/orbits"),
}
