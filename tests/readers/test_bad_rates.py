"""Texts of rates that cannot be used: one line that names the file and what was expected there."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from readers import rate_writers as writers
from readers.bad_rates import GRID, T, look, require_one_line
from result import victim

FLIPS = 40


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
