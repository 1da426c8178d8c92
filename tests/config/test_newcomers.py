"""What a newcomer mistypes is answered by what was meant or by an example; what means one thing is taken."""

import os
from functools import reduce
from pathlib import Path

import numpy as np
import pytest
from config.mistakes import GOOD, complaint, text
from config.newcomers import NEWCOMERS, UNDERSTOOD
from parallel import world
from ruamel.yaml import YAML

from hpcph.config import hints
from hpcph.config.load import load
from hpcph.errors import InputError
from hpcph.prepare.job import prepare


def written(folder, content: str) -> Path:
    (folder / "input.yaml").write_text(content)
    return folder / "input.yaml"


@pytest.mark.parametrize(("changes", "words"), NEWCOMERS, ids=[str(n[0])[1:60] for n in NEWCOMERS])
def test_a_newcomer_reads_what_was_meant(tmp_path, changes, words):
    """One line."""
    lines = complaint(tmp_path, text(changes))
    assert len(lines) == 1 and words in lines[0], lines


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ("bands:\n\tpath: auto", "not with tabs"),
        ("bands:{}", "a colon and a space"),
        ("bands = auto", "a colon and a space"),
        ("title: quartz: a test", "text with a colon goes in quotes"),
        (" bands: {}", "begin in one column"),
        ("output: @home", "put this text in quotes"),
        ('title: "quartz', "a quotation mark is not closed"),
        ("bands: {path: auto", "a bracket is not closed"),
    ],
)
def test_slips_of_yaml_are_named(tmp_path, slip, words):
    """In the words of someone who does not know its grammar."""
    (line,) = complaint(tmp_path, f"{text({})}\n{slip}\n")
    assert line.startswith("input = line ") and words in line


@pytest.mark.parametrize(("section", "value", "key", "meaning"), UNDERSTOOD, ids=[u[1] for u in UNDERSTOOD])
def test_what_means_one_thing_is_taken(tmp_path, monkeypatch, section, value, key, meaning):
    """Ratios, paths by name, the home folder in names of files and nowhere else."""
    monkeypatch.setenv("HOME", "/home/me")
    found = load(written(tmp_path, text({section: value}))).input
    assert reduce(getattr, key.split("."), found) == meaning


AROUND = hints.EXAMPLES | {  # sections whose keys need others beside them
    "crystal.model": "{name: te-chain}",
    "sample": "{radius: 10 um, height: 20 um, cells: [20, 40], laser: {power: 1 mW, spot: 2 um}, "
    "bottom: {temperature: 1 K}}",
    "sample.conductivity": "{temperature: [1, 2], axial: [1, 1], radial: [1, 1]}",
}


def parsed(value: str):
    return YAML(typ="safe").load(value)


def complaints_about(folder, key: str, example: str) -> list[str]:
    """What is said of an example in its place, the sections around it being examples too."""
    data = {name: parsed(value) for name, value in GOOD.items()}
    *sections, last = key.replace("[]", "").split(".")
    place = data
    for depth, section in enumerate(sections, 1):
        place[section] = parsed(AROUND[".".join(sections[:depth])].split(" or ")[-1])
        place = place[section]
    place[last] = parsed(example)
    for _ in range(key.count("[]")):
        place[last] = [place[last]] * 2
    try:
        load(world.write(folder, data))
    except InputError as err:
        return [line for line in str(err).splitlines() if line.startswith(key.replace("[]", ""))]
    return []


@pytest.mark.parametrize("key", list(hints.EXAMPLES))
def test_every_example_is_right(tmp_path, key):
    """What a complaint tells people to write is accepted there; what is none is not."""
    for example in hints.EXAMPLES[key].split(" or "):
        assert not complaints_about(tmp_path, key, example)
    assert complaints_about(tmp_path, key, "{no: [such, thing]}")


def test_one_mistake_is_one_line(tmp_path):
    """A key that is misspelled is not missing as well."""
    assert len(complaint(tmp_path, text({"temperature": "{from: 1, to: 2, stepp: 1}"}))) == 1


def path(folder, value: str):
    crystal = f"crystal: {{force_constants: {world.QUARTZ['crystal']['force_constants']}}}"
    return prepare(load(written(folder, f"{crystal}\nbands: {{points: 2, path: {value}}}"))).job.path


def test_a_path_is_named_by_the_points_of_the_crystal(tmp_path):
    """Γ has many names, and each point its place; other points stand among them."""
    named = path(tmp_path, "g-M–k|L-GAMMA")
    assert named.label == ("Γ", "M", "M", "K", "L", "Γ")
    third = 1 / 3
    places = [[0, 0, 0], [0.5, 0, 0], [0.5, 0, 0], [third, third, 0], [0.5, 0, 0.5], [0, 0, 0]]
    assert np.abs(named.q_kc - places).max() < 1e-12
    mixed = path(tmp_path, "[[Gamma, {X: [1/4, 0, 0]}], [L, H2]]")
    assert mixed.label == ("Γ", "X", "L", "H_2") and mixed.q_kc[1].tolist() == [0.25, 0, 0]


@pytest.mark.parametrize(
    ("value", "words"),
    [("G-M-X", "bands.path = X: the crystal has the points Γ, "), ("G-G", "a leg of no length")],
)
def test_a_point_that_the_crystal_has_not(tmp_path, value, words):
    """All that it has are listed."""
    with pytest.raises(InputError, match=words):
        path(tmp_path, value)


def test_missing_data_say_where_they_are_to_be_had(tmp_path, monkeypatch):
    """Without HPCPH_DATA, and with one that leads elsewhere; a name that is only misspelled is another matter."""
    source = load(written(tmp_path, text({"crystal": "{force_constants: '${HPCPH_DATA}/quartz/fc.yaml'}"})))
    monkeypatch.delenv("HPCPH_DATA", raising=False)
    source = load(tmp_path / "input.yaml")
    with pytest.raises(InputError, match=r"^HPCPH_DATA: is not set; .*above quartz; inputs/data/README.md says"):
        source.resolve(source.input.crystal.force_constants)
    monkeypatch.setenv("HPCPH_DATA", str(tmp_path))
    source = load(tmp_path / "input.yaml")
    with pytest.raises(InputError, match=r"^HPCPH_DATA = .*: has no quartz; inputs/data/README.md says"):
        source.resolve(source.input.crystal.force_constants)
    os.mkdir(tmp_path / "quartz")
    assert source.resolve(source.input.crystal.force_constants) == tmp_path / "quartz/fc.yaml"


def test_a_long_path_keeps_its_beginning_and_its_name():
    """Eighty letters, of which the end are more."""
    line = str(InputError("crystal.born", Path("/home/someone") / ("deep/" * 40) / "BORN", "is empty"))
    value = line.split(" = ")[1].removesuffix(": is empty")
    assert (
        len(value) == 80
        and value.startswith("/home/someone/deep")
        and value.endswith("/deep/deep/BORN")
        and "…" in value
    )
