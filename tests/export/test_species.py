"""Species that are no elements: told apart in the result, drawn and exported as what they are."""

import json
import re
from dataclasses import replace

import ase.io
import numpy as np
import physics
import pytest
from ase.data import atomic_numbers
from hypothesis import example, given
from hypothesis import strategies as st
from parallel import world

from hpcph.crystal import elements
from hpcph.crystal.elements import element, kind
from hpcph.export.command import export
from hpcph.export.options import Options
from hpcph.phonons import screw
from hpcph.prepare import crystal as source_crystal
from hpcph.response import maps
from hpcph.result.open import open_result
from hpcph.show import atoms

CASE = physics.DATA / "cases/extended_symbols"
CHAIN = {
    "crystal": {"model": {"name": "te-chain"}},
    "bands": {"path": [[{"Γ": [0, 0, 0]}, {"Z": [0, 0, 0.5]}]], "points": 5},
    "orbits": {"q": [[0, 0, 0.2]]},
}
LABELS = st.one_of(
    st.integers(1, 999).map(str), st.from_regex(r"[_+\-.:'*][A-Za-z0-9_]{0,5}", fullmatch=True), st.just("")
)


def test_the_table_is_the_periodic_one():
    """Numbers as everywhere; what is no element has none."""
    assert {symbol: number for symbol, number in elements.NUMBERS.items() if number} == {
        symbol: number for symbol, number in atomic_numbers.items() if number
    }


@given(st.sampled_from(elements.SYMBOLS[1:]), LABELS)
@example("Fe", "1")
@example("O", "_up")
def test_a_label_does_not_count(symbol, label):
    """Fe1, Fe_up and Fe are iron; atoms of them are alike."""
    assert element(symbol + label) == symbol and kind(symbol + label) == symbol
    assert atoms.number(symbol + label) == atomic_numbers[symbol]


@given(st.sampled_from("DT"), LABELS)
def test_isotopes_are_their_element(isotope, label):
    """D and T are hydrogen where a format knows elements only."""
    assert element(isotope + label) == "H"


@given(st.text(max_size=8))
@example("Xx")
@example("GeSn1")
@example("CO")
@example("")
@example("Fée")
def test_any_other_name_is_no_element(name):
    """Whatever stands there has a colour and a radius, and is like nothing but itself unless a symbol leads it."""
    found = element(name)
    assert found in elements.SYMBOLS
    assert 0 < atoms.radius(name) < 3 and atoms.colour(name).shape == (3,)
    leading = re.match(r"[A-Z][a-z]*(?![A-Za-z])", name)
    known = bool(leading) and (leading[0] in atomic_numbers or leading[0] in "DT") and leading[0] != "X"
    assert (found != "X") == known and kind(name) == (found if known else name)


def test_a_screw_axis_is_that_of_the_operations_in_use():
    """Labels change no formula; atoms of another label, element or mass are another kind when operations are found."""
    structure = physics.case("embedded").structure
    (found,) = screw.turns_about(structure, np.array([0.0, 0, 1]))
    assert found.order == 3
    turn = found.rotation
    labelled = replace(structure, symbols=tuple(f"{s}{n}" for n, s in enumerate(structure.symbols, start=1)))
    np.testing.assert_array_equal(screw.operator(labelled, turn), screw.operator(structure, turn))
    assert labelled.formula == structure.formula == "Si3O6"
    heavier = structure.mass_a * np.where(np.arange(9) == 1, 1.01, 1)
    for other in (replace(structure, mass_a=heavier), replace(structure, symbols=("Ge", *structure.symbols[1:]))):
        assert len(np.unique(other.kinds)) == len(np.unique(structure.kinds)) + 1


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """result.h5 of the chain, its three atoms being species of their own, and that of the chain as it is."""
    found, read = [], source_crystal.crystal
    for names in (("Te1", "Te2", "Te_3"), ("Te",) * 3):

        def labelled(source, names=names):
            given = read(source)
            structure = replace(given.crystal.structure, symbols=names)
            return replace(given, crystal=replace(given.crystal, structure=structure))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(source_crystal, "crystal", labelled)
            found.append(world.result(tmp_path_factory.mktemp("chain"), CHAIN))
    return found


def test_the_result_tells_them_apart(chain):
    """The axis of species has all of them, every other number is that of the plain chain."""
    with open_result(chain[0]) as one, open_result(chain[1]) as other:
        assert one["species"].values.tolist() == ["Te1", "Te2", "Te_3"] and other["species"].values.tolist() == ["Te"]
        assert one.attrs["formula"] == other.attrs["formula"] == "Te3"
        np.testing.assert_array_equal(one.bands_crystal_angular_momentum, other.bands_crystal_angular_momentum)
        np.testing.assert_array_equal(one.bands_polarization_by_species, one.bands_polarization_by_atom)
        np.testing.assert_array_equal(one.bands_eigenvector, other.bands_eigenvector)


def test_files_have_elements(chain, tmp_path):
    """Te in structures, a line that says so; names beside the atoms of an animation and above columns of a table."""
    said = {}
    for form in ("extxyz", "vesta", "phononwebsite", "table"):
        said[form] = "\n".join(export(chain[0], Options(form, output=tmp_path / form)))
        export(chain[1], Options(form, output=tmp_path / f"plain {form}"))
    for form in ("extxyz", "vesta", "phononwebsite"):
        assert "written as elements: Te1 as Te, Te2 as Te, Te_3 as Te" in said[form]
    frames, plain = (ase.io.read(tmp_path / name, format="extxyz") for name in ("extxyz", "plain extxyz"))
    assert set(frames.symbols) == {"Te"} and set(frames.arrays["species_name"]) == {"Te1", "Te2", "Te_3"}
    assert "species_name" not in plain.arrays and len(plain) == len(frames)
    for form in ("vesta", "phononwebsite"):
        assert (tmp_path / form).read_text("utf-8") == (tmp_path / f"plain {form}").read_text("utf-8")
    assert json.loads((tmp_path / "phononwebsite").read_text("utf-8"))["atom_types"] == ["Te"] * 3
    assert "l along the axis, Te_3 (ħ)" in (tmp_path / "table").read_text("utf-8")


def test_unknown_species_are_dummies(chain, tmp_path):
    """X, which ASE, VESTA and the phonon website have a place for."""
    path = tmp_path / "unknown.h5"
    names = ["D1", "Xx", "GeSn"]

    def labelled(source):
        given = read(source)
        structure = replace(given.crystal.structure, symbols=tuple(names), rotations=np.eye(3, dtype=int)[None])
        return replace(given, crystal=replace(given.crystal, structure=structure))

    read = source_crystal.crystal
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_crystal, "crystal", labelled)
        path = world.result(tmp_path, CHAIN)
    for form in ("extxyz", "vesta", "phononwebsite"):
        lines = export(path, Options(form, output=tmp_path / form))
        assert "written as elements: D1 as H, Xx as X, GeSn as X" in lines
    frame = ase.io.read(tmp_path / "extxyz", format="extxyz")
    assert list(frame.symbols[:3]) == ["H", "X", "X"] and list(frame.arrays["species_name"][:3]) == names
    contents = json.loads((tmp_path / "phononwebsite").read_text("utf-8"))
    assert contents["atom_types"] == ["H", "X", "X"] and contents["atom_numbers"] == [1, 0, 0]
    assert world.here("report", path).returncode == 0
    drawn = world.here("figures", path)
    assert drawn.returncode == 0 and "orbits" in drawn.stdout


def test_species_of_maps():
    """In the order of their first atom."""
    assert maps.species_names(("Fe2", "O", "Fe1", "Fe2")) == ["Fe2", "O", "Fe1"]


def test_a_crystal_with_labels(tmp_path):
    """Fe1 and Fe2 of phonopy: run, every export, figures and page."""
    if not CASE.is_dir():
        pytest.skip(f"no {CASE}")
    done = world.here("run", CASE / "input.yaml", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "out/result.h5"
    for form in ("extxyz", "vesta", "phononwebsite", "table"):
        done = world.here("export", path, "--format", form)
        assert done.returncode == 0, done.stderr
    for command in ("figures", "report"):
        assert world.here(command, path).returncode == 0
    with open_result(path) as result:
        assert result["species"].values.tolist() == ["Fe1", "Fe2", "O"] and result.attrs["formula"] == "Fe2O"
    assert set(ase.io.read(next((tmp_path / "out").glob("*.extxyz"))).symbols) == {"Fe", "O"}
