"""Damaged and hostile results: refused in one line, without following a link, filling the memory or hanging."""

import itertools
import shutil
from pathlib import Path

import h5py
import linewidths as phono3pys
import numpy as np
import pytest
import solvers
from parallel import world
from result import damage, victim

from hpcph.errors import InputError
from hpcph.readers.linewidths import lifetimes_at_gamma
from hpcph.result import attributes as contents
from hpcph.result import catalogue, sound
from hpcph.result import seal as storage
from hpcph.result.open import open_result
from hpcph.result.store import claim

EXPORTS = ("extxyz", "vesta", "phononwebsite", "phonopy-band", "table", "moments")
COMMANDS = [["figures"], ["report"], *(["export", "--format", name] for name in EXPORTS)]
FLIPS, BATCH = 600, 50
TRAILER = storage.SEAL.itemsize


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A small result with every section, of modes with linewidths."""
    folder = tmp_path_factory.mktemp("hostile")
    T, gamma = [100, 150, 290, 300], phono3pys.anyhow()
    known = phono3pys.write(folder / "kappa.hdf5", "embedded", (2, 2, 2), T, gamma)
    lifetime = {"phono3py": str(known), "interpolate": True}
    heated = {"radius": "20 nm", "height": "60 nm", "cells": [6, 4], "bottom": {"temperature": "200 K"}}
    heated["laser"] = {"power": "1e-8 W", "spot": "12 nm"}
    changes = {"sample": heated, "lifetime": lifetime, "mesh__grid": [2, 2, 2], "spectrum__points": 5}
    changes |= {"field": {"magnetic": "9 T"}, "elasticity": {}}
    return world.result(folder, world.quartz(**solvers.possible(changes)))


@pytest.fixture(scope="module")
def canary(path):
    """The same result with masses twice as large: whoever follows a link to it has other masses."""
    found = path.with_name("canary.h5")
    change(path, found, damage.put("/crystal/masses", lambda m: 2 * m))
    return found


def change(path: Path, target: Path, edit, canary=None) -> Path:
    """A copy with a change whose sums are made good again, so that nothing but its content tells."""
    target.write_bytes(path.read_bytes()[:-TRAILER])
    with h5py.File(target, "r+") as file:
        edit(file, canary)
        if "provenance" in file:
            file["/provenance"].attrs["sha256"] = "unknown"
    return target


def unsigned(monkeypatch):
    """Compare no digest."""
    monkeypatch.setattr(sound, "require_digest", lambda _: None)


def whole(found) -> bool:
    """Is it one readable line that says what to give instead?"""
    code, text = found
    return code == 2 and text.count("\n") == 1 and text.startswith("hpcph: RESULT.h5 = ") and sound.FIX in text


def test_the_changed_copy_is_good_before_its_change(path, tmp_path, monkeypatch):
    """Without it the tests below would prove nothing; and the sums alone refuse every change."""
    good = change(path, tmp_path / "good.h5", lambda *_: None)
    with pytest.raises(InputError, match="sha256"):
        open_result(good)
    unsigned(monkeypatch)
    open_result(good).close()


@pytest.mark.petsc
def test_the_table_names_what_a_result_holds(path):
    """Every dataset below a section is a quantity, and all quantities are there.

    Those beside the Boltzmann equation's need a collision matrix (tests/readers/test_phono3py.py), areas a layer.
    """
    named = {quantity.path for quantity in catalogue.quantities()}
    with h5py.File(path, "r") as file:
        held = {name for name, item in storage.walk(file).items() if isinstance(item, h5py.Dataset)}
    held = {name for name in held if name.count("/") > 1} | {"/temperature"}
    elsewhere = ("_relaxation_time", "_per_area", "/crystal/area")
    assert held == {name for name in named if not any(part in name for part in elsewhere)}


def test_every_kind_of_damage_is_one_line(path, canary, tmp_path, monkeypatch):
    """All commands that read a result, in turn; the line names what is wrong."""
    unsigned(monkeypatch)
    cases = []
    for (name, (edit, word)), command in zip(damage.KINDS.items(), itertools.cycle(COMMANDS)):
        bad = change(path, tmp_path / f"{len(cases)}.h5", edit, canary)
        cases.append((name, word, [command[0], str(bad), *command[1:], "--output", str(tmp_path / "made")]))
    found = victim.each(cases, lambda case: victim.command(case[2]))
    wrong = [(case[0], *answer) for case, answer in zip(cases, found, strict=True) if not whole(answer)]
    assert not wrong
    assert not [(c[0], c[1], text) for c, (_, text) in zip(cases, found, strict=True) if c[1] not in text]
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("kind", damage.CANARIES)
def test_nothing_outside_the_file_is_read(path, canary, tmp_path, monkeypatch, kind):
    """HDF5 itself would bring the canary's masses; every command and Python refuse."""
    unsigned(monkeypatch)
    bad = change(path, tmp_path / "bad.h5", damage.CANARIES[kind][0], canary)
    with h5py.File(bad, "r") as file, h5py.File(path, "r") as good:
        np.testing.assert_array_equal(file["/crystal/masses"][...], 2 * good["/crystal/masses"][...])
    assert all(map(whole, (victim.command([c[0], str(bad), *c[1:]]) for c in COMMANDS)))
    with pytest.raises(InputError, match=r"RESULT\.h5"):
        open_result(bad)


@pytest.mark.petsc
def test_datasets_and_attributes_that_are_missing(path, tmp_path, monkeypatch):
    """One by one: what readers need is named."""
    unsigned(monkeypatch)
    needed = [quantity.path for quantity in catalogue.quantities() if not quantity.optional]
    assert len(needed) > 40
    for name in needed:
        bad = change(path, tmp_path / "bad.h5", damage.drop(name))
        with pytest.raises(InputError, match=rf"is missing|axes; {sound.FIX}|damaged or not of hpcph") as caught:
            sound.require_sound(bad)
        assert "\n" not in str(caught.value)
    for place, name, _, must in [row for section in catalogue.sections() for row in contents.attributes(section)]:
        if must and name != "sha256":  # which `change` writes
            bad = change(path, tmp_path / "bad.h5", lambda f, _, g=place, n=name: f[g].attrs.__delitem__(n))
            with pytest.raises(InputError, match=f"{place} has no {name}|not written by hpcph"):
                sound.require_sound(bad)


def test_flipped_bits_are_refused_or_change_nothing(path, tmp_path):
    """At 600 places, a third of them in text and references, where damage crashes HDF5: one line or the same result."""
    content = path.read_bytes()
    rng = np.random.default_rng(7)
    heap = content.index(b"GCOL")
    anywhere = rng.integers(len(content), size=FLIPS // 3)
    filled = rng.choice(np.flatnonzero(np.frombuffer(content, np.uint8)), FLIPS // 3)
    places = [*anywhere, *filled, *(heap + rng.integers(4096, size=FLIPS // 3))]
    with open_result(path) as result:
        good = result.load()

    def look(place: int) -> str:
        bad = bytearray(content)
        bad[place] ^= 1 << int(place) % 8
        target = tmp_path / "flipped.h5"
        target.write_bytes(bad)
        try:
            with open_result(target) as found:
                return "same" if found.load().identical(good) else f"other values, flipped at {place}"
        except InputError as err:
            return "refused" if "\n" not in str(err) and sound.FIX in str(err) else f"{err}"

    found = [word for low in range(0, FLIPS, BATCH) for word in victim.each(places[low : low + BATCH], look)]
    assert set(found) <= {"refused", "same"}, found
    assert found.count("refused") > 0.95 * FLIPS


def test_a_folder_that_holds_a_damaged_result_is_refused(path, canary, tmp_path):
    """A run neither follows a link to a fingerprint nor replaces a result whose bytes have changed."""
    with h5py.File(path, "r") as file:
        fingerprint = str(file["/provenance"].attrs["fingerprint"])
    own = tmp_path / "result.h5"
    shutil.copy(path, own)
    claim(tmp_path, fingerprint).unlink()
    content = bytearray(path.read_bytes())
    content[content.index(b"GCOL") + 9] ^= 1
    own.write_bytes(content)
    with pytest.raises(InputError, match=r"holds a result\.h5 that is not as hpcph wrote it"):
        claim(tmp_path, fingerprint)
    assert own.read_bytes() == content
    with h5py.File(own, "w") as file:
        file["/provenance"] = h5py.ExternalLink(str(path), "/provenance")
    with pytest.raises(InputError, match=r"holds a result\.h5 that is not as hpcph wrote it"):
        claim(tmp_path, fingerprint)


def linewidths(path: Path, edit) -> Path:
    """A file of phono3py with two points, changed."""
    with h5py.File(path, "w") as file:
        file["temperature"] = [100.0, 300.0]
        file["qpoint"] = [[0.0, 0, 0], [0.5, 0, 0]]
        file["frequency"] = np.tile(np.arange(6.0), (2, 1))
        file.create_dataset("gamma", data=np.full((2, 2, 6), 0.1), compression="gzip")
        edit(file)
    return path


def exchange(name, value=None, **how):
    def edit(file):
        del file[name]
        if value is not None:
            how["data"] = value
        file.create_dataset(name, **how)

    return edit


def linked(link):
    def edit(file):
        del file["gamma"]
        file["gamma"] = link

    return edit


LINEWIDTHS = {
    "text": exchange("gamma", ["wide"]),
    "references": lambda f: exchange("temperature", np.array([f.ref] * 2, h5py.ref_dtype), dtype=h5py.ref_dtype)(f),
    "compound": exchange("frequency", damage.compound([1.0, 2.0])),
    "huge, unwritten": exchange("gamma", shape=(2, damage.BIG, 6), dtype="f8", chunks=(1, 1000, 6)),
    "many temperatures": exchange("gamma", shape=(damage.BIG, 2, 6), dtype="f8", chunks=(1000, 2, 6)),
    "many temperatures, zeros": exchange("temperature", np.zeros(2 * 10**7), compression="gzip"),
    "NaN": exchange("gamma", np.full((2, 2, 6), np.nan)),
    "NaN frequencies": exchange("frequency", np.full((2, 6), np.nan)),
    "NaN temperatures": exchange("temperature", [np.nan, 300]),
    "other shapes": exchange("gamma", np.ones((2, 6, 2))),
    "no Γ point": exchange("qpoint", np.ones((2, 3))),
    "a flat list of points": exchange("qpoint", np.zeros(2)),
    "no temperatures": exchange("temperature", np.zeros(0)),
    "external link": linked(h5py.ExternalLink("good.hdf5", "gamma")),
    "external link to a pipe": lambda f: linked(damage.to_a_pipe(f))(f),
    "unasked link to a pipe": lambda f: f.__setitem__("more", damage.to_a_pipe(f)),
    "soft link in a loop": linked(h5py.SoftLink("/gamma")),
    "a group": lambda f: (f.__delitem__("gamma"), f.create_group("gamma")),
    **{
        f"without {name}": lambda f, n=name: f.__delitem__(n)
        for name in ("gamma", "frequency", "temperature", "qpoint")
    },
}


def test_bad_linewidths_are_one_line(tmp_path):
    """Of files of phono3py: refused in one line whatever is wrong, in few megabytes."""
    frequency = np.arange(3.0, 6.0) * 1e12
    good = linewidths(tmp_path / "good.hdf5", lambda _: None)
    np.testing.assert_allclose(lifetimes_at_gamma(good, 300.0, frequency), 1 / (0.4e12 * np.pi))

    def look(bad):
        try:
            lifetimes_at_gamma(bad, 300.0, frequency)
        except InputError as err:
            return str(err)
        return "accepted"

    bad = [linewidths(tmp_path / f"{i}.hdf5", edit) for i, edit in enumerate(LINEWIDTHS.values())]
    for name, text in zip(LINEWIDTHS, victim.each(bad, look), strict=True):
        assert "phono3py" in text or "is damaged" in text, (name, text)
        assert "\n" not in text


@pytest.mark.parametrize("kind", ["external link to a dataset", "10^12 numbers in chunks", "a name with a line break"])
def test_the_command_line_refuses_in_one_line(path, canary, tmp_path, kind):
    """Exit code 2, nothing but the line; here the sums tell first or the links do."""
    bad = change(path, tmp_path / "bad.h5", damage.KINDS[kind][0], canary)
    done = world.command(0, "report", bad)
    assert whole((done.returncode, done.stderr)) and not done.stdout
