"""Where crystals of a survey are looked for: folders and lists of any size, and names that stay whatever is added."""

import os
import shlex
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from survey.candidates import SAFE, TEMPLATE, USUAL, names, pick, search, structure
from survey.folders import lay

from hpcph.config.load import from_text
from hpcph.errors import InputError
from hpcph.survey import find
from hpcph.survey import template as templates

STEP = st.text(st.sampled_from("aB3._- ~é'\"\n;$(&*\\|%#=0"), min_size=1, max_size=7).filter(
    lambda name: name.strip(".") and name[0] != "." and "/" not in name
)
TREE = st.dictionaries(
    st.lists(STEP, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["phonopy_params.yaml", "phonopy_params.yaml-2", "notes", "empty"]),
    max_size=6,
)


def place_of(tmp_path_factory, files, *trees: dict[str, str]) -> Path:
    """A folder of all of them, without what is a folder in one and a file in another."""
    folder, known = tmp_path_factory.mktemp("tree"), files | {"notes": b"a", "empty": b""}
    for tree in trees:
        for path, kind in tree.items():
            if not any(os.path.isfile(os.path.join(folder, part)) for part in _above(path)) and not os.path.lexists(
                os.path.join(folder, path)
            ):
                lay(folder, {path: known[kind]})
    return folder


def _above(path: str) -> list[str]:
    steps = path.split("/")
    return ["/".join(steps[:n]) for n in range(1, len(steps))]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=TREE, second=TREE)
def test_names_are_unique_safe_and_do_not_depend_on_what_else_is_there(tmp_path_factory, files, first, second):
    """Names of folders and files may hold anything; every crystal that is there is found, and has the same name after
    others were added."""
    folder = place_of(tmp_path_factory, files, first)
    alone = search(folder)
    both = search(place_of(tmp_path_factory, files, first, second))
    assert all(SAFE.fullmatch(name) and len(name) < 120 for name in both)
    assert {name: one.place for name, one in alone.items()}.items() <= {n: one.place for n, one in both.items()}.items()
    assert len(alone) == sum(os.path.getsize(file) > 100 for file in folder.rglob("*") if os.path.isfile(file))
    for one in alone.values():
        assert one.reason == "" or "$" in one.place
        if not one.reason:
            text = templates.text(TEMPLATE, one)
            named = from_text(Path("/nowhere/input.yaml"), text).input.crystal.force_constants
            assert os.path.isfile(named) and named == one.files["force_constants"]


def test_names_that_differ_in_odd_letters_alone_stay_apart(files, tmp_path):
    """Also where a name looks like a path of another one."""
    paths = ["a b", "a_b", "a;b", "a?b", "a/b", "a__b", "a_/b", "a/_b", "é", "è", "A", "-", "x" * 120, "x" * 121]
    data = files["phonopy_params.yaml-2"]
    found = search(lay(tmp_path, {f"{path}/c.yaml": data for path in paths}))
    assert len(found) == len(paths) and {"a_b__c.yaml", "a__b__c.yaml", "A__c.yaml"} < set(found)
    assert all(SAFE.fullmatch(name) and len(name) < 120 for name in found)


def test_paths_that_are_no_text_or_would_be_expanded_are_reasons(files, tmp_path):
    """An input cannot name them."""
    for name in (b"a\xff", b"$HOME", b"${HOME}"):
        os.mkdir(os.path.join(os.fsencode(tmp_path), name))
        with open(os.path.join(os.fsencode(tmp_path), name, b"a.yaml"), "wb") as file:
            file.write(files["phonopy_params.yaml"])
    reasons = sorted((one.reason for one in search(tmp_path).values()), key=lambda reason: "$" in reason)
    assert ["$" in reason for reason in reasons] == [False, True, True] and "UTF-8" in reasons[0]
    assert all(one.place.isprintable() for one in search(tmp_path).values())


def test_many_files_of_a_folder_are_shared_and_none_is_lost(files, tmp_path):
    """More than a hundred yaml are several places, each with its own."""
    data = files["phonopy_params.yaml-2"]
    lay(tmp_path, {f"mp-{n}.yaml": data for n in range(250)} | {"notes": b"a"})
    found = find.places(tmp_path)
    assert sorted(len(one.files) for one in found) == [1, 50, 100, 100]
    assert len(search(tmp_path)) == 250


def test_ten_thousand_folders_are_listed_without_opening_a_file(tmp_path, monkeypatch):
    """In order."""
    for n in range(10_000):
        os.makedirs(tmp_path / f"{n % 100:02}" / f"{n:05}")
        (tmp_path / f"{n % 100:02}" / f"{n:05}" / "phonopy_params.yaml").touch()
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file was opened"))
    found = find.places(tmp_path)
    monkeypatch.undo()
    assert len(found) == 10_000 and [one.folder for one in found] == sorted(one.folder for one in found)
    assert found[123].paths() == [tmp_path / found[123].folder / "phonopy_params.yaml"]


def test_a_line_of_a_list_is_a_crystal(files, tmp_path):
    """By its files, which belong together because it says so; by a folder; or by an input, with all that it says."""
    lay(tmp_path, pick(files, *USUAL, "FORCE_CONSTANTS", "force_constants.hdf5", into="my files"))
    lay(tmp_path, pick(files, "phonopy_params.yaml", "phonopy_params.yaml-2", into="two"))
    said = b"bands: {}\ncrystal: {force_constants: two/phonopy_params.yaml, nac: none, primitive: P}\n"
    lay(tmp_path, {"mine.yaml": said})
    lines = [
        "# my crystals",
        "'my files/POSCAR' 'my files/FORCE_SETS' \"my files/BORN\"   # rock salt",
        "'my files/phonopy_disp.yaml' my\\ files/force_constants.hdf5",
        "",
        "two",
        "mine.yaml",
        "two/phonopy_params.yaml",
        "missing.yaml",
        str(tmp_path / "two/phonopy_params.yaml-2") + " " + shlex.quote(str(tmp_path / "my files/FORCE_SETS")),
    ]
    (tmp_path / "lists").mkdir()
    (tmp_path / "list.txt").write_text("\n".join(lines))
    found = [one for each in find.places(tmp_path / "list.txt") for one in find.candidates(each, TEMPLATE)]
    files_of = [names(one) for one in found]
    assert files_of == [
        {"force_constants": "FORCE_SETS", "structure": "POSCAR", "supercell": [2, 1, 1], "born": "BORN"},
        {"force_constants": "force_constants.hdf5", "structure": "phonopy_disp.yaml"},
        {"force_constants": "phonopy_params.yaml"},
        {"force_constants": "phonopy_params.yaml-2"},
        {"force_constants": "phonopy_params.yaml", "nac": "none", "primitive": "P"},
        {"force_constants": "phonopy_params.yaml"},
        {},
        {},
    ]
    assert "no such file" in found[6].reason and "leave one out" in found[7].reason
    assert len(find.distinct(found)) == 7 and len(structure(found[4]).mass_a) == 8
    assert all(SAFE.fullmatch(one.name) for one in found)


LISTS = {  # bytes of a list, words of the line
    b"": "names no crystal",
    b"# nothing\n\n": "names no crystal",
    b"a 'b\n": "line 1: no closing quotation",
    b"\x89HDF\0": "is no text",
    b"a\n\xff\xfe\n": "is no text",
}


@pytest.mark.parametrize("data", LISTS)
def test_a_bad_list_is_one_line(tmp_path, data):
    """Before anything is searched."""
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(InputError, match=LISTS[data]) as caught:
        find.places(tmp_path / "list")
    assert "\n" not in str(caught.value) and caught.value.key == "FOLDER"


def test_what_is_neither_folder_nor_list_is_one_line(tmp_path):
    """Missing, a device, a pipe, too long."""
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "long", "wb") as file:
        file.truncate(find.LONGEST + 1)
    wrong = {"missing": "is not there", "pipe": "no list", "long": "larger than", "/dev/zero": "no list"}
    for name, words in wrong.items():
        with pytest.raises(InputError, match=words):
            find.places(tmp_path / name)
