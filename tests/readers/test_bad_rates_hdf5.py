"""HDF5 of rates that cannot be used, of TDEP and ALAMODE: one line that names the file and what was expected there."""

import shutil

import h5py
import numpy as np
from readers import rate_writers as writers
from readers.bad_rates import T, look, require_one_line
from result import damage, victim

TDEP = {
    "no lifetimes": (lambda f: f.__delitem__("lifetimes"), "has no lifetimes"),
    "no wave vectors": (lambda f: f.__delitem__("qpoints"), "has no qpoints"),
    "no frequencies": (lambda f: f.__delitem__("frequencies"), "has no frequencies"),
    "no temperature": (lambda f: f.attrs.__delitem__("temperature"), "has no temperature"),
    "temperature of words": (lambda f: f.attrs.__setitem__("temperature", b"warm"), "has no temperature"),
    "temperature of zero": (lambda f: f.attrs.__setitem__("temperature", 0.0), "temperature of 0 K"),
    "points missing": (lambda f: other(f, "qpoints", lambda q: q[:-1]), "of the same points"),
    "points twice": (lambda f: other(f, "qpoints", lambda q: 0 * q), "no mesh through Γ"),
    "points shifted": (lambda f: other(f, "qpoints", lambda q: q + 0.01), "no mesh through Γ"),
    "points of NaN": (lambda f: other(f, "qpoints", lambda q: q * np.nan), "not finite"),
    "points of another crystal": (lambda f: other(f, "qpoints", lambda q: q * 1.3), "no mesh through Γ"),
    "negative lifetimes": (lambda f: other(f, "lifetimes", lambda t: -t), "negative lifetimes"),
    "lifetimes in ps": (lambda f: other(f, "lifetimes", lambda t: 1e12 * t), "not 1/2Γ of its linewidths"),
    "no life": (lambda f: alone(f, lambda t: 0 * t), "that are zero"),
    "too short a life": (lambda f: alone(f, lambda t: t * 1e-9), "rates 1/τ up to"),
    "frequencies in THz": (lambda f: other(f, "frequencies", lambda w: w / 1e12), "frequencies differ by up to"),
    "frequencies in another order": (lambda f: other(f, "frequencies", lambda w: w[:, ::-1]), "ascending"),
    "text": (lambda f: other(f, "lifetimes", lambda t: np.full(t.shape, b"long")), "lifetimes is not an array"),
    "huge": (lambda f: damage_of(f, shape=(damage.BIG, 27), dtype="f8", chunks=(100, 27)), "lifetimes is not"),
    "a link": (lambda f: linked(f, "lifetimes", h5py.ExternalLink("a.hdf5", "a")), "lifetimes is not an array"),
}  # fmt: skip
KAPPA = {
    "no flag": (lambda f: f.attrs.__delitem__("temperature_resolved"), "has no temperature_resolved"),
    "frequencies of each temperature": (lambda f: f.attrs.__setitem__("temperature_resolved", 1), "FC2_TEMPERATURE"),
    "no three phonons": (lambda f: f["scattering"].__delitem__("3ph"), "has no group 3ph"),
    "no mesh": (lambda f: f["scattering/3ph"].attrs.__delitem__("kmesh"), "has no kmesh"),
    "huge mesh": (lambda f: f["scattering/3ph"].attrs.__setitem__("kmesh", [9**9] * 3), "no mesh of"),
    "another mesh": (lambda f: f["scattering/3ph"].attrs.__setitem__("kmesh", [3, 3, 3]), "not on its mesh"),
    "not done": (lambda f: f["scattering/3ph/gamma_computed"].__setitem__(4, 0), "lacks Γ of 1 of"),
    "four phonons elsewhere": (lambda f: f["scattering/4ph"].attrs.__setitem__("kmesh", [1, 1, 1]), "on one mesh"),
    "two flags": (lambda f: other(f, "metadata/isotope", lambda n: [n, n]), "isotope is not one number"),
    "isotopes missing": (lambda f: f["scattering"].__delitem__("isotope"), "has no group isotope"),
    "isotopes of other modes": (lambda f: other(f, "scattering/isotope/gamma", lambda g: g[1:]), "of isotopes is not"),
    "negative": (lambda f: other(f, "scattering/3ph/gamma", lambda g: -g), "negative rates"),
    "NaN": (lambda f: other(f, "scattering/3ph/gamma", lambda g: g * np.nan), "not finite"),
    "other shape": (lambda f: other(f, "scattering/3ph/gamma", lambda g: g.T), "points, branches and temperatures"),
    "falling temperatures": (lambda f: other(f, "metadata/temperatures", lambda t: t[::-1]), "do not rise"),
    "a link": (lambda f: f["scattering/3ph"].__setitem__("a", h5py.ExternalLink("b.hdf5", "b")), "a is not an array"),
    "a linked group": (lambda f: linked(f, "scattering", h5py.SoftLink("/metadata")), "scattering is not an array"),
    "text": (lambda f: other(f, "scattering/3ph/frequencies", lambda w: np.full(w.shape, b"a")), "frequencies is not"),
}  # fmt: skip


def other(file, name, change):
    values = file[name][...]
    del file[name]
    file[name] = change(values)


def alone(file, change):
    """Lifetimes without linewidths beside them."""
    del file["linewidths"]
    other(file, "lifetimes", change)


def damage_of(file, **how):
    del file["lifetimes"]
    file.create_dataset("lifetimes", **how)


def linked(file, name, link):
    del file[name]
    file[name] = link


def test_tdep(good, tmp_path, of):
    """HDF5 with other datasets, units, points; none at all."""
    bad = []
    for count, (change, _) in enumerate(TDEP.values()):
        bad.append(tmp_path / f"{count}.hdf5")
        shutil.copy(good / "300.hdf5", bad[-1])
        with h5py.File(bad[-1], "r+") as file:
            change(file)
    texts = victim.each([(of, {"tdep": str(path)}, T[1:]) for path in bad], look)
    require_one_line(TDEP, texts)
    cut_off, text, twice = tmp_path / "cut.hdf5", tmp_path / "text.hdf5", [str(good / "300.hdf5")] * 2
    cut_off.write_bytes((good / "300.hdf5").read_bytes()[:-500])
    text.write_text("lifetimes")
    for named, word in (
        (str(cut_off), "cut off"), (str(text), "damaged or not of TDEP"), (str(tmp_path / "none"), "no such file"),
        (str(tmp_path), "is a folder"), (twice, "another of the files has"),
    ):  # fmt: skip
        found = look((of, {"tdep": named}, T[1:]))
        assert word in found and "\n" not in found, found


def test_hdf5_of_alamode(tmp_path, of):
    """Groups and datasets that are missing, unfinished, of other shapes, or lead elsewhere."""
    bad = []
    for count, (change, _) in enumerate(KAPPA.values()):
        bad.append(writers.kappa_h5(tmp_path / f"{count}.h5", of, 0.2, 0.1))
        with h5py.File(bad[-1], "r+") as file:
            change(file)
    require_one_line(KAPPA, victim.each([(of, {"alamode": str(path)}, T) for path in bad], look))
    whole = str(writers.kappa_h5(tmp_path / "whole.h5", of))
    assert look((of, {"alamode": whole}, T)) == "accepted"
    assert "name it alone" in look((of, {"alamode": [whole, whole]}, T))
