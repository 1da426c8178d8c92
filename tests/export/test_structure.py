"""The crystal of a result for ASE and pymatgen, and back again as an input says it."""

import sys
from types import ModuleType

import numpy as np
import phonopy
import pytest
from parallel import world

import hpcph
from hpcph.config.structure import said
from hpcph.errors import InputError


@pytest.fixture(scope="module")
def opened(result):
    with hpcph.open(result) as data:
        yield data


def test_atoms_are_phonopy_s_cell(opened):
    """Lattice, places, elements and masses of the primitive cell of the force constants."""
    cell = phonopy.load(world.QUARTZ["crystal"]["force_constants"], is_compact_fc=False, log_level=0).primitive
    found = hpcph.atoms(opened)
    np.testing.assert_allclose(found.cell.array, cell.cell, atol=1e-12)
    apart = found.get_scaled_positions() - cell.scaled_positions
    np.testing.assert_allclose(apart, apart.round(), atol=1e-12)
    np.testing.assert_allclose(found.get_masses(), cell.masses, rtol=1e-12)
    assert found.get_chemical_symbols() == cell.symbols and found.pbc.all() and "species_name" not in found.arrays


def test_atoms_are_what_an_input_takes(opened):
    """crystal.structure: an Atoms of a result says the same crystal."""
    section = said(hpcph.atoms(opened))
    np.testing.assert_allclose(np.array(section["lattice"]) * 1e-10, opened.crystal_lattice, rtol=1e-12)
    assert section["species"] == opened.crystal_symbols.values.tolist() and len(section["masses"]) == 9


def test_species_that_are_no_elements_keep_their_names(opened):
    """Si_up is silicon, Xx nothing that is known."""
    names = ["Si_up", "Xx", *opened.crystal_symbols.values[2:].tolist()]
    found = hpcph.atoms(opened.assign(crystal_symbols=("atom", np.array(names, object))))
    assert found.get_chemical_symbols()[:3] == ["Si", "X", "Si"]
    assert found.arrays["species_name"].tolist() == names


@pytest.mark.parametrize("across", range(3))
def test_a_layer_repeats_in_two_directions(opened, across):
    """The third is that normal to the area that the result has, whichever it is."""
    lattice = np.roll(np.array([[3.0, 0, 0], [-1.5, 2.6, 0], [0, 0, 20]]) * 1e-10, across - 2, axis=0)
    layer = opened.assign(crystal_lattice=(opened.crystal_lattice.dims, lattice), crystal_area=3.0 * 2.6e-20)
    assert hpcph.atoms(layer).pbc.tolist() == [axis != across for axis in range(3)]


def test_pymatgen_gets_the_same_cell(opened, monkeypatch):
    """Its own Structure, if it is installed; what is handed to it in any case."""
    monkeypatch.setitem(sys.modules, "pymatgen", ModuleType("pymatgen"))
    core = ModuleType("pymatgen.core")
    core.Structure = lambda *given, site_properties: (*given, site_properties)
    core.DummySpecies, core.Lattice = str, lambda matrix, pbc: (matrix, pbc)
    monkeypatch.setitem(sys.modules, "pymatgen.core", core)
    (lattice, periodic), species, places, sites = hpcph.structure(opened)
    assert periodic == (True, True, True)
    found = hpcph.atoms(opened)
    np.testing.assert_array_equal(lattice, found.cell.array)
    np.testing.assert_allclose(places @ lattice, found.positions, atol=1e-12)
    assert list(species) == found.get_chemical_symbols() == sites["species_name"]
    assert sites["mass"] == found.get_masses().tolist()


def test_without_pymatgen_a_line_says_so(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymatgen.core", None)
    with pytest.raises(InputError, match=r"pip install pymatgen, or take hpcph\.atoms") as caught:
        hpcph.structure(opened)
    assert "\n" not in str(caught.value)
