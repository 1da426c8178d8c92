"""Which crystals are in a folder: each once, with its files, and nothing that is none."""

import os
import re
import time
from pathlib import Path

import numpy as np
import physics
import pytest
from survey import folders
from survey.candidates import USUAL, names, pick, search, structure
from survey.folders import NOBODY, lay, packed

from hpcph.survey import find, sieve
from hpcph.survey import template as templates


def only(place: Path) -> find.Candidate:
    (found,) = search(place).values()
    return found


SETS = {  # files beside each other, and what is made of them
    ("phonopy_params.yaml",): {"force_constants": "phonopy_params.yaml"},
    ("phonopy_params.yaml", "BORN"): {"force_constants": "phonopy_params.yaml", "born": "BORN"},
    USUAL: {"force_constants": "phonopy_disp.yaml", "force_sets": "FORCE_SETS", "born": "BORN"},
    ("POSCAR", "FORCE_SETS"): {"force_constants": "FORCE_SETS", "structure": "POSCAR", "supercell": [2, 1, 1]},
    ("POSCAR", "FORCE_CONSTANTS", "BORN"): {
        "force_constants": "FORCE_CONSTANTS", "structure": "POSCAR", "supercell": [2, 1, 1], "born": "BORN",
    },
    ("phonopy_disp.yaml", "FORCE_SETS", "FORCE_CONSTANTS"): {
        "force_constants": "FORCE_CONSTANTS", "structure": "phonopy_disp.yaml",
    },
    ("phonopy_disp.yaml", "force_constants.hdf5"): {
        "force_constants": "force_constants.hdf5", "structure": "phonopy_disp.yaml",
    },
    ("phonopy_params.yaml", "phonopy_disp.yaml", "FORCE_SETS", "POSCAR"): {"force_constants": "phonopy_params.yaml"},
}  # fmt: skip
REASONS = {  # files beside each other that are no crystal, words of the reason
    ("FORCE_SETS",): "FORCE_SETS: holds no crystal; add phonopy_disp.yaml or POSCAR",
    ("FORCE_SETS", "POSCAR-2"): "POSCAR-2 names no supercell",
    ("FORCE_SETS-2", "POSCAR-2"): "FORCE_SETS-2: fits several supercells, 1×2×2, 2×1×2, 2×2×1",
    ("FORCE_CONSTANTS", "force_constants.hdf5", "POSCAR"): "which is of what crystal, no file says",
    ("phonopy_disp.yaml", "POSCAR", "BORN"): "phonopy_disp.yaml: holds no force constants, and nothing beside it does",
    ("phonopy_params.yaml", "BORN", "BORN-2"): "may have the Born charges of BORN and BORN-2",
}


@pytest.mark.parametrize("chosen", SETS, ids=" ".join)
def test_files_of_one_crystal_are_one_candidate(files, tmp_path, chosen):
    """Whatever lies beside them; what is made of them is the crystal, charges included."""
    lay(tmp_path, NOBODY | pick(files, *chosen))
    one = only(tmp_path)
    assert not one.reason and names(one) == SETS[chosen] and one.cost > 0
    assert structure(one).formula == "NaCl" and (structure(one).born_aij is not None) == (
        "BORN" in chosen or chosen[0] == "phonopy_params.yaml"
    )


@pytest.mark.parametrize("chosen", REASONS, ids=" ".join)
def test_files_that_are_no_crystal_have_one_reason(files, tmp_path, chosen):
    """In one line."""
    lay(tmp_path, {name: data for name, data in NOBODY.items() if name != "POSCAR"})
    one = only(lay(tmp_path, pick(files, *chosen)))
    assert REASONS[chosen] in one.reason and "\n" not in one.reason and one.files == {} and one.cost == 0


def test_files_that_hold_crystals_are_each_one(files, tmp_path):
    """All that a user of phonopy has of one crystal in a folder: three files hold it whole; of the halves none is a
    fourth, for they have the same cell; of which of the three the Born charges are, nobody says."""
    chosen = [name for name in files if not name.endswith("-2")]
    found = search(lay(tmp_path, pick(files, *chosen)))
    whole = {"phonopy_params.yaml", "phonopy_forces.yaml", "phonopy_other.yaml"}
    assert {name for name, one in found.items() if not one.reason} == whole
    assert set(found) == {*whole, "BORN"} and "beside 3 crystals" in found["BORN"].reason


def test_halves_of_another_crystal_are_one_more(files, tmp_path):
    """A whole crystal and the files of another one, of which none is lost."""
    found = search(lay(tmp_path, pick(files, "phonopy_params.yaml-2", "POSCAR", "FORCE_SETS")))
    assert {name: names(one)["force_constants"] for name, one in found.items()} == {
        "phonopy_params.yaml-2": "phonopy_params.yaml-2", "FORCE_SETS": "FORCE_SETS",
    }  # fmt: skip


def test_of_several_cells_the_one_that_fits_is_taken(files, tmp_path):
    """Supercells of phonopy, and another crystal's cell, are not what the force constants are of; two cells that both
    fit are a reason."""
    lay(tmp_path, pick(files, "FORCE_CONSTANTS", "POSCAR") | {"POSCAR-007": folders.poscar(), "SPOSCAR": b""})
    assert names(only(tmp_path))["structure"] == "POSCAR"
    lay(tmp_path, {"CONTCAR": folders.poscar(atoms=3)})
    assert names(only(tmp_path))["structure"] == "POSCAR"
    other = files["POSCAR"].replace(b"5.5999999999999996", b"5.7000000000000000")
    assert other != files["POSCAR"]
    lay(tmp_path, {"CONTCAR": other})
    assert "fits CONTCAR and POSCAR" in only(tmp_path).reason


@pytest.mark.parametrize("name", NOBODY)
def test_what_is_nobody_s_business_is_not_found_nor_read(tmp_path, monkeypatch, name):
    """Only how it begins is looked at, but of what begins as a text of phonopy or a vasprun.xml does."""
    if name not in ("vasprun.xml", "about.md", "POSCAR"):
        monkeypatch.setattr(sieve, "recognised", lambda path: pytest.fail(f"{path} was read"))
    assert search(lay(tmp_path, {name: NOBODY[name]})) == {}


DAMAGED = {  # name, what is done to phonopy_params.yaml, words of the reason
    "cut.yaml.xz": (lambda data: packed(data)[:-900], "cut.yaml.xz: is cut off"),
    "nothing.yaml.xz": (lambda data: packed(data)[:20], "nothing.yaml.xz: is cut off"),
    "phonopy_params.yaml": (lambda data: b"", "phonopy_params.yaml: is empty"),
    "half.yaml": (lambda data: data[: len(data) // 2] + b"\n  - [", "half.yaml: "),
    "no number.yaml": (lambda data: data.replace(b"coordinates: [", b"coordinates: [a, "), "no number.yaml: "),
    "flat.yaml": (lambda data: re.sub(rb"5\.(?:6|5999)", b"0.0000", data), "flat.yaml: has lattice vectors"),
    "FORCE_CONSTANTS": (lambda data: b"\0\1\2", "FORCE_CONSTANTS: is neither text nor HDF5"),
    "old.fcs": (lambda data: NOBODY["data.tar"], "old.fcs: is a tar archive"),
    "tags.yaml": (lambda data: data.replace(b"phonopy:", b"phonopy: !!python/object:os.system"), "tags.yaml: "),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_are_rows_with_a_reason(files, tmp_path, name):
    """The good ones beside them stay; what may be sound and is not read counts only where there is nothing else."""
    spoil, words = DAMAGED[name]
    lay(tmp_path, NOBODY | {name: spoil(files["phonopy_params.yaml"])})
    one = only(tmp_path)
    assert words in one.reason and "\n" not in one.reason and not one.files
    found = search(lay(tmp_path, {"good.yaml": files["phonopy_params.yaml"]}))
    assert not found["good.yaml"].reason
    assert len(found) == (1 if name in ("FORCE_CONSTANTS", "old.fcs") else 2)


def test_what_is_no_file_is_left_alone(files, tmp_path):
    """Pipes are not waited for; links to files are files, dangling ones and rings nothing; folders that links lead to,
    hidden ones and those of results are not searched."""
    lay(tmp_path, pick(files, "phonopy_params.yaml", into="real"))
    for name in ("runs", "surveyed", ".hidden"):
        lay(tmp_path, pick(files, "phonopy_params.yaml", into=f"{name}/below"))
    lay(tmp_path, {"runs/result.h5": b"", "surveyed/survey.h5": b"", "result.h5": b""})
    os.mkfifo(tmp_path / "FORCE_SETS")
    os.symlink(tmp_path / "real", tmp_path / "link")
    os.symlink(tmp_path / "real/phonopy_params.yaml", tmp_path / "linked.yaml")
    lay(tmp_path, {".kept/cache.eq.json": b'{"forces": {"__ndarray__": [[1, 3], "float64", [0, 0, 0]]}}'})
    os.symlink(tmp_path / ".kept", tmp_path / "cache")
    os.symlink("nowhere", tmp_path / "phonopy_params.yaml")
    os.symlink("ring", tmp_path / "ring")
    os.symlink("/dev/zero", tmp_path / "FORCE_CONSTANTS")
    assert set(search(tmp_path)) == {"real__phonopy_params.yaml", "linked.yaml"}


def test_what_may_not_be_read_is_a_reason_where_its_name_says_what_it_was(files, tmp_path):
    """Of a file; of a folder nobody knows what it holds."""
    place = tmp_path if os.geteuid() else Path(f"/tmp/{tmp_path.parent.name}-{tmp_path.name}-{os.getpid()}")
    place.mkdir(exist_ok=True)
    try:
        lay(place, {"phonopy_params.yaml": b"a", "notes": b"a"} | pick(files, "phonopy_params.yaml", into="closed"))
        for name in ("phonopy_params.yaml", "notes", "closed"):
            (place / name).chmod(0)
        place.chmod(0o755)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            one = only(place)
        finally:
            if root:
                os.seteuid(0)
        assert one.reason == "phonopy_params.yaml: cannot be read (Permission denied)"
    finally:
        (place / "closed").chmod(0o755)
        if place != tmp_path:
            import shutil

            shutil.rmtree(place)


def test_no_text_keeps_it_busy(tmp_path):
    """Patterns give up on blanks, digits and brackets without end."""
    begins = [b"1 2 3\n", b"cell\n1.0\n1 2 3\n", b"-\n", b"1 2 3 4 5 6 7 8 9", b"<GEOMETRY_INFO>\n", b"1 1 0 1.0", b""]
    fills = [b" ", b"\n", b"1 ", b"1", b"1 2 3\n", b"#\n", b"<NUMBER_OF_ATOMS ", b"- [", b" \n", b"- "]
    files = {f"{n}-{m}.fc": one + 70_000 * fill for n, one in enumerate(begins) for m, fill in enumerate(fills)}
    begin = time.process_time()
    assert all(one.reason for one in search(lay(tmp_path, files)).values())
    assert time.process_time() - begin < 20


def test_packed_and_unpacked_are_one_crystal(files, tmp_path):
    """The unpacked one is taken, and the name is the same."""
    data = files["phonopy_params.yaml"]
    one = only(lay(tmp_path, {"a.yaml.xz": packed(data)}))
    two = only(lay(tmp_path, {"a.yaml": data}))
    assert one.name == two.name == "a.yaml" and names(two) == {"force_constants": "a.yaml"}


def test_files_are_parsed_once(files, tmp_path, monkeypatch):
    """Of every yaml."""
    from hpcph.readers import plain_yaml

    parsed = []
    parse = plain_yaml.parse
    monkeypatch.setattr(plain_yaml, "parse", lambda content: parsed.append(content.path.name) or parse(content))
    search(lay(tmp_path, pick(files, *USUAL, "phonopy_params.yaml-2")))
    assert sorted(parsed) == ["phonopy_disp.yaml", "phonopy_params.yaml-2"]


def test_larger_and_less_symmetric_crystals_cost_more(files, tmp_path):
    """Than smaller ones; so do finer meshes."""
    place = physics.data("chiral/phonopy_params_P6_1.yaml.xz").parent
    costs = {name.partition("params_")[2]: one.cost for name, one in search(place).items()}
    assert costs["P2_13.yaml"] < costs["P6_222.yaml"] < costs["P6_1.yaml"] < costs["P4_332.yaml"]
    fine = templates.read(lay(tmp_path, {"t.yaml": b"mesh: {length: 4 nm}\ntemperature: 1 K\n"}) / "t.yaml")
    coarse = templates.read(lay(tmp_path, {"t.yaml": b"mesh: {length: 2 nm}\ntemperature: 1 K\n"}) / "t.yaml")
    (where,) = find.places(place)
    finer, coarser = (np.array([one.cost for one in find.candidates(where, one)]) for one in (fine, coarse))
    assert np.all(finer > coarser) and np.all(coarser > 0)
