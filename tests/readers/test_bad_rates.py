"""Files of rates that cannot be used: one line that names the file and what was expected there."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import physics
import pytest
from readers import rate_writers as writers
from readers.test_rates import read
from result import damage, victim

from hpcph.errors import InputError

T = [100.0, 300.0]
GRID = (2, 2, 2)
FLIPS = 40


@pytest.fixture(scope="module")
def of():
    return writers.known(physics.case("embedded").crystal, GRID, T)


@pytest.fixture(scope="module")
def good(tmp_path_factory, of):
    """A folder with good files of every program."""
    folder = tmp_path_factory.mktemp("good")
    writers.shengbte(folder / "run", of)
    writers.shengbte(folder / "run", of, "BTE.w_final")
    writers.alamode(folder / "a.result", of)
    writers.isotopes(folder / "a.self_isotope", of, 0.1)
    for t, kelvin in enumerate(T):
        writers.tdep(folder / f"{kelvin:g}.hdf5", of, t)
    return folder


def swap(old, new, count=1):
    def change(text):
        assert old in text, f"{old!r} is not there"
        return text.replace(old, new, count)

    return change


def lines(change):
    return lambda text: "\n".join(change(text.splitlines())) + "\n"


def line(number, new):
    return lines(lambda rows: [*rows[:number], new, *rows[number + 1 :]])


def number(row, column, new):
    """Another word in the place of one of a line."""

    def change(rows):
        words = rows[row].split()
        words[column] = new
        return [*rows[:row], " ".join(words), *rows[row + 1 :]]

    return lines(change)


def cut(share):
    return lambda text: text[: int(share * len(text))]


W, FINAL = "run/T300K/BTE.w", "run/T300K/BTE.w_final"
SHENGBTE = {  # file, what is done to it, a word of the complaint; what is named is run or the file itself
    "no CONTROL": ("run/CONTROL", None, "has no CONTROL"),
    "no points": ("run/BTE.qpoints", None, "has no BTE.qpoints"),
    "no frequencies": ("run/BTE.omega", None, "has no BTE.omega"),
    "no ngrid": ("run/CONTROL", swap("ngrid(:)=", "grid(:)="), "three whole numbers of ngrid"),
    "ngrid of words": ("run/CONTROL", swap("ngrid(:)=2 2 2", "ngrid(:)=two two two"), "three whole numbers"),
    "ngrid of fractions": ("run/CONTROL", swap("ngrid(:)=2 2 2", "ngrid(:)=2.5 2 2"), "three whole numbers"),
    "ngrid of another run": ("run/CONTROL", swap("ngrid(:)=2 2 2", "ngrid(:)=3*4"), "not those of 4×4×4"),
    "huge ngrid": ("run/CONTROL", swap("ngrid(:)=2 2 2", "ngrid(:)=999999 999999 999999"), "no mesh of three"),
    "negative ngrid": ("run/CONTROL", swap("ngrid(:)=2 2 2", "ngrid(:)=-2 2 2"), "no mesh of three"),
    "endless temperatures": ("run/CONTROL", swap("T_step=200", "T_step=1e-9"), "a list of temperatures"),
    "points cut off": ("run/BTE.qpoints", lines(lambda rows: rows[:-1]), "ngrid of CONTROL"),
    "points of another q": ("run/BTE.qpoints", number(1, 3, "0.25"), "q that are not those of its numbers"),
    "points of words": ("run/BTE.qpoints", number(1, 1, "one"), "line 2: expected numbers of points"),
    "more columns": ("run/BTE.qpoints", lines(lambda rows: [row + " 1 2" for row in rows]), "expected lines"),
    "empty frequencies": ("run/BTE.omega", lambda text: "\n", "and it is empty"),
    "frequencies in THz": ("run/BTE.omega", lambda text: scaled(text, 0.159), "other frequencies than BTE.omega"),
    "frequencies cut off": ("run/BTE.omega", lines(lambda rows: rows[:-1]), "frequencies are not those of its points"),
    "rates cut off": (W, cut(0.7), "line"),
    "rates of whole lines cut off": (W, lines(lambda rows: rows[:-3]), "BTE.omega has"),
    "rates of words": (W, number(40, 1, "fast"), "line 41: expected an angular frequency and a rate"),
    "negative rates": (W, number(40, 1, "-1.0"), "negative rates 1/τ, down to -1e+12 s⁻¹"),
    "rates of NaN": (W, number(40, 1, "NaN"), "not finite"),
    "endless rates": (W, number(40, 1, "1e9"), "rates 1/τ up to"),
    "zero rates": (W, number(40, 1, "0"), "linewidths that are zero"),
    "another file": (W, lambda text: "hello\n", "expected an angular frequency"),
    "nothing": (W, lambda text: "", "is empty"),
    "binary": (W, lambda text: "\0" * 100, "neither text nor HDF5"),
    "no rates in relaxation time": (W, None, "has no BTE.w beside BTE.w_final"),
}  # fmt: skip
RESULT, ISO = "a.result", "a.self_isotope"
ALAMODE = {
    "cut off in the points": (RESULT, cut(0.002), "line"),
    "cut off in the frequencies": (RESULT, cut(0.05), "line"),
    "cut off in a mode": (RESULT, cut(0.5), "line"),
    "whole modes cut off": (RESULT, lambda text: text[: text.rindex("#GAMMA_EACH")], "lacks Γ of 1 of"),
    "no frequencies": (RESULT, swap("#K-point (irreducible)", "#k"), "has no line #K-point"),
    "no mesh": (RESULT, swap("#KPOINT", "#KP"), "has no line #KPOINT"),
    "no temperatures": (RESULT, swap("#TEMPERATURE", "#T"), "has no line #TEMPERATURE"),
    "mesh of words": (RESULT, swap("2 2 2", "two two two"), "line 7: expected three divisions"),
    "huge mesh": (RESULT, swap("2 2 2", "999999999 999999999 999999999"), "no mesh of three"),
    "another mesh": (RESULT, swap("2 2 2", "3 3 3"), "points that are not on its mesh"),
    "more points than lines": (RESULT, line(7, "8000000"), "line 8: expected the number of irreducible points"),
    "atoms of another crystal": (RESULT, line(2, "3 1"), "expected point"),
    "atoms of no crystal": (RESULT, line(2, "0 1"), "atoms and a volume above zero"),
    "no volume": (RESULT, line(3, "0"), "atoms and a volume above zero"),
    "falling temperatures": (RESULT, swap("100 300 200", "300 100 200"), "Tmin, Tmax and dT"),
    "endless temperatures": (RESULT, swap("100 300 200", "100 300 1e-9"), "Tmin, Tmax and dT"),
    "other temperatures": (RESULT, swap("100 300 200", "100 300 50"), "of other temperatures"),
    "a mode twice": (RESULT, swap("#GAMMA_EACH\n1 2\n", "#GAMMA_EACH\n1 1\n"), "point 1, branch 1 once"),
    "a mode of no point": (RESULT, swap("#GAMMA_EACH\n1 2\n", "#GAMMA_EACH\n99 2\n"), "27 branches"),
    "endless star": (RESULT, swap("#GAMMA_EACH\n1 2\n1\n", "#GAMMA_EACH\n1 2\n999999999\n"), "27 branches"),
    "a word": (RESULT, lambda text: text.replace("#END GAMMA_EACH", "wide\n#END GAMMA_EACH", 1), "line"),
    "NaN": (RESULT, lambda text: gamma(text, "nan"), "all numbers"),
    "negative": (RESULT, lambda text: gamma(text, "-1.0"), "negative rates"),
    "frequencies of another crystal": (RESULT, lambda text: shifted(text), "frequencies differ by up to"),
    "HDF5 of TDEP": (RESULT, "hdf5", "has no temperature_resolved"),
    "isotopes alone": (RESULT, "isotopes", "comes with 0 .result and 1 .self_isotope"),
    "another file": (RESULT, lambda text: "hello\n", "none of ALAMODE's files"),
    "no isotopes": (ISO, cut(0.5), "line"),
    "isotopes of other frequencies": (ISO, number(9, 2, "155"), "as the .result"),
    "isotopes of no point": (ISO, number(9, 0, "77"), "27 branches"),
    "isotopes of a mode less": (ISO, lambda text: text[: text.rstrip().rindex("\n")], "lacks Γ of 1"),
}  # fmt: skip
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


def scaled(text, factor):
    return "\n".join(" ".join(f"{factor * float(x):.10E}" for x in row.split()) for row in text.splitlines()) + "\n"


def gamma(text, value):
    """Γ at the last temperature of the fifth mode."""
    at = -1
    for _ in range(5):
        at = text.index("#END GAMMA_EACH", at + 1)
    start = text.rindex("\n", 0, at - 1)
    return f"{text[:start]}\n{value}\n{text[at:]}"


def shifted(text):
    """Every frequency of the highest branch 40 cm⁻¹ higher."""
    rows = text.splitlines()
    for place, row in enumerate(rows):
        words = row.split()
        if (
            len(words) == 3
            and words[1] == "27"
            and not row.startswith("#")
            and place < rows.index("##END Phonon Frequency")
        ):
            rows[place] = f"{words[0]} {words[1]} {float(words[2]) + 60}"
    return "\n".join(rows) + "\n"


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


def look(given) -> str:
    """The complaint."""
    of, lifetime, temperature = given
    try:
        read(of, temperature, **lifetime)
    except InputError as err:
        return str(err)
    return "accepted"


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


def spoilt(good, folder, kinds, lifetime, of):
    """Each of the files spoilt in a folder of its own, and what the reader says."""
    given = []
    for count, (name, change, _) in enumerate(kinds.values()):
        place = folder / str(count)
        shutil.copytree(good, place)
        path = place / name
        if change is None:
            path.unlink()
        elif change == "hdf5":
            shutil.copy(place / "100.hdf5", path)
        elif change == "isotopes":
            shutil.copy(place / "a.self_isotope", path)
        else:
            path.write_text(change(path.read_text()))
        given.append((of, lifetime(place, name), T))
    return victim.each(given, look)


def require_one_line(kinds, texts):
    for (name, (*_, word)), text in zip(kinds.items(), texts, strict=True):
        assert word in text and "\n" not in text, (name, text)
        assert text.startswith("lifetime."), (name, text)


def test_shengbte(good, tmp_path, of):
    """What is damaged, missing or of another run; BTE.w is missing where BTE.w_final needs it."""

    def named(place, name):
        return {"shengbte": str(place / ("run/T300K/BTE.w_final" if not (place / W).exists() else "run"))}

    assert look((of, {"shengbte": str(good / "run")}, T)) == "accepted"
    require_one_line(SHENGBTE, spoilt(good, tmp_path, SHENGBTE, named, of))


@pytest.mark.parametrize(
    ("name", "word"),
    [("none", "no such folder"), ("", "has no BTE.qpoints"), ("run/BTE.omega", "is none of BTE.w,"),
     ("run/BTE.w_boundary", "no such folder"), ("run/T300K/BTE.kappa_tensor", "is none of BTE.w,"),
     ("a.result", "is none of BTE.w,")],
)  # fmt: skip
def test_paths_that_are_no_run(good, of, name, word):
    """One line says what to name."""
    text = look((of, {"shengbte": str(good / name)}, T))
    assert word in text and "give the folder of a run" in text and "\n" not in text, text


def test_alamode(good, tmp_path, of):
    """Text that is cut off, mixed up, of other modes, meshes, temperatures or numbers."""

    def named(place, name):
        beside = [str(place / name)] if name != RESULT else []
        return {"alamode": [str(place / RESULT), *beside]}

    assert look((of, {"alamode": [str(good / RESULT), str(good / "a.self_isotope")]}, T)) == "accepted"
    require_one_line(ALAMODE, spoilt(good, tmp_path, ALAMODE, named, of))


def test_results_that_do_not_fit(good, tmp_path, of):
    """Two of other meshes, temperatures or frequencies are not added."""
    crystal = of.crystal
    others = {
        "mesh": (writers.known(crystal, (3, 3, 3), T), "on another mesh than"),
        "temperatures": (writers.known(crystal, GRID, [100.0, 200.0]), "other temperatures than"),
    }
    for name, (second, word) in others.items():
        path = writers.alamode(tmp_path / f"{name}.result", second)
        text = look((of, {"alamode": [str(good / RESULT), str(path)]}, T))
        assert word in text and "\n" not in text, text


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


@pytest.mark.parametrize("name", ["run/CONTROL", "run/BTE.qpoints", W, RESULT, "300.hdf5"])
def test_flipped_bytes(good, tmp_path, of, name):
    """Wherever a byte is changed, the file is refused in one line or holds rates that can be computed with."""
    program = {"a.result": "alamode", "300.hdf5": "tdep"}.get(name, "shengbte")
    named = "run" if program == "shengbte" else name
    rng, given, whole = np.random.default_rng(7), [], (good / name).read_bytes()
    for count in range(FLIPS):
        place = tmp_path / str(count)
        place.mkdir()
        if program == "shengbte":
            shutil.copytree(good / "run", place / "run")
        changed = bytearray(whole)
        changed[rng.integers(len(changed))] ^= 1 << rng.integers(8)
        (place / name).write_bytes(changed)
        given.append((of, {program: str(place / named)}, [300.0]))
    assert all("\n" not in text for text in victim.each(given, look))


def test_names_of_files_are_shown(good, of):
    """The complaint about a file of a folder names that file."""
    path = Path(good / "run/BTE.omega")
    kept = path.read_text()
    try:
        path.write_text("a\n")
        assert "BTE.omega" in look((of, {"shengbte": str(good / "run")}, T))
    finally:
        path.write_text(kept)
