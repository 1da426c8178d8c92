"""Structures of Python programs instead of files: the same crystal, the same forces, all digits of it."""

from types import SimpleNamespace

import numpy as np
import pytest
from ase.build import bulk
from ase.io import read
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from parallel import world
from potential import toys_of_ase as toys

import hpcph
from hpcph.config.load import from_mapping, from_text
from hpcph.errors import InputError
from hpcph.parallel.comm import Comm, Solitary
from hpcph.potential import structure
from hpcph.prepare import entrance
from hpcph.prepare.crystal import potential

EMT = {"ase": "ase.calculators.emt:EMT"}


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """An empty store of forces."""
    monkeypatch.setenv("HPCPH_CACHE", str(tmp_path / "cache"))


def of_pymatgen(atoms) -> SimpleNamespace:
    """What hpcph looks at of a Structure of pymatgen, whose species are no text."""
    species = [SimpleNamespace(symbol=symbol, oxi_state=0) for symbol in atoms.get_chemical_symbols()]
    lattice = SimpleNamespace(matrix=np.array(atoms.cell))
    return SimpleNamespace(lattice=lattice, species=species, cart_coords=atoms.positions, is_ordered=True)


def given_to_run(atoms, **changes) -> dict:
    return {
        "crystal": {"structure": atoms, "calculator": EMT, "supercell": [2, 2, 2], **changes},
        "bands": {"points": 2},
    }


def cell(data: dict):
    """phonopy's cell of the structure that an input places."""
    return structure.read(potential(from_mapping(data)).structure)


@given(
    lattice=arrays.arrays(float, (3, 3), elements=st.floats(-1e-3, 1e-3)),
    places=arrays.arrays(float, (2, 3), elements=st.floats(-3, 3)),
    masses=st.lists(st.floats(1, 300), min_size=2, max_size=2),
)
@settings(max_examples=50, deadline=None)
def test_no_digit_is_lost(lattice, places, masses):
    """Lattice, places and masses come through the input with the same bits."""
    atoms = bulk("Cu", "sc", a=9.0) * (2, 1, 1)
    atoms.set_cell(atoms.cell + lattice)
    atoms.positions[:] = [[0, 0, 0], [9, 0, 0]] + places  # noqa: RUF005
    atoms.set_masses(masses)
    for one, same in ((atoms, masses), (of_pymatgen(atoms), None)):
        found = potential(from_mapping(given_to_run(one))).structure
        np.testing.assert_array_equal(found.lattice, atoms.cell[:])
        np.testing.assert_array_equal(found.positions, atoms.positions)
        assert found.species == ("Cu", "Cu") and (found.masses is None if same is None else list(found.masses) == same)


@pytest.mark.parametrize("made", [lambda atoms: atoms, of_pymatgen], ids=["ase", "pymatgen"])
def test_it_is_the_crystal_of_the_file(made):
    """The forces of ASE's or pymatgen's atoms are those of the file that they were read from."""
    forces = [
        entrance.source(Comm(Solitary()), lambda at=at: given_to_run(at, supercell=[2, 2, 1])).computed.force_sets
        for at in (str(toys.LAYERS), made(read(toys.LAYERS)))
    ]
    assert forces[0] == forces[1]


def test_isotopes_count():
    """Masses of the atoms are those of the phonons; without any those of the elements."""
    atoms = bulk("Cu", cubic=True)
    np.testing.assert_allclose(cell(given_to_run(atoms)).masses, 63.546, rtol=1e-4)
    atoms.set_masses([62.93, 64.93, 62.93, 64.93])
    np.testing.assert_array_equal(cell(given_to_run(atoms)).masses, atoms.get_masses())


def test_deuterium_of_pymatgen_is_no_hydrogen():
    """Its symbol there is H; its name and its mass are not."""
    atoms = bulk("HF", "rocksalt", a=4.0)
    found = of_pymatgen(atoms)
    found.species[0].element = SimpleNamespace(name="D")
    found.species[0].atomic_mass, found.species[1].atomic_mass = 2.014, 18.998
    np.testing.assert_array_equal(cell(given_to_run(found)).masses, [2.014, 18.998])


def test_the_fingerprint_counts_the_atoms():
    """Another place is another input; the same atoms are the same, and so is the text that the result keeps."""
    atoms = bulk("Cu", cubic=True)
    first = from_mapping(given_to_run(atoms))
    assert from_mapping(given_to_run(atoms.copy())).digest == first.digest
    assert from_text(first.path, first.text).digest == first.digest
    atoms.positions[1, 0] += 1e-9
    assert from_mapping(given_to_run(atoms)).digest != first.digest


@pytest.mark.mpi
def test_every_rank_may_pass_its_own(comm, folder, monkeypatch):
    """Under mpirun a program makes the atoms on every rank; the result of all is one."""
    monkeypatch.setenv("HPCPH_CACHE", str(folder / "cache"))
    atoms = bulk("Cu")
    atoms.positions += comm.rank  # nobody looks at those of the other ranks
    with hpcph.run(given_to_run(atoms, supercell=[3, 3, 3]), folder / "out") as found:
        said = found.attrs["input"]
    assert from_text(folder, said).input.crystal.structure.positions == [[0.0, 0.0, 0.0]]


def test_what_a_potential_gave_is_converted(tmp_path):
    """An input with a potential becomes phonopy's files, whose head names structure, potential and versions."""
    path = tmp_path / "input.yaml"
    path.write_text(from_mapping(given_to_run(bulk("Cu"), supercell=[3, 3, 3])).text)
    done = world.here("convert", path, "-o", tmp_path / "made")
    assert done.returncode == 0, done.stderr
    head = (tmp_path / "made/phonopy_params.yaml").read_text()
    assert "# from the atoms of the input" in head and "# potential: ase.calculators.emt:EMT()" in head
    looked = world.here("check", *(tmp_path / "made").iterdir())
    assert looked.returncode == 0 and "Cu, supercell 3×3×3 of its cell" in looked.stdout, looked.stderr


WRONG = {  # changes of the section, words of the line
    "an element that is none": ({"species": ["Cux"] * 4}, "did you mean Cu?"),
    "species of another number": ({"species": ["Cu"] * 3}, "same number of atoms"),
    "metres": ({"lattice": (3.6e-10 * np.eye(3)).tolist()}, "lattice vectors of"),
    "two places that are one": ({"positions": [[0, 0, 0]] * 4}, "Å apart"),
    "two vectors": ({"lattice": [[3.6, 0, 0], [0, 3.6, 0]]}, "crystal.structure.lattice"),
    "a word": ({"positions": [["x", 0, 0]] * 4}, "write it like 3.1 angstrom"),
    "an unknown key": ({"spezies": ["Cu"]}, "did you mean species?"),
    "a mass that is none": ({"masses": [0.0, 1, 1, 1]}, "greater than 0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_atoms_that_are_none_are_refused(case):
    """One line a mistake, which names the key."""
    changes, words = WRONG[case]
    atoms = bulk("Cu", a=3.6, cubic=True)
    said = {"lattice": atoms.cell.tolist(), "species": ["Cu"] * 4, "positions": atoms.positions.tolist()}
    with pytest.raises(InputError) as caught:
        cell(given_to_run({**said, **changes}))
    assert words in str(caught.value) and str(caught.value).startswith("crystal.structure")


def test_places_that_are_taken_in_part_are_refused():
    """A disordered crystal is no crystal for a potential; nor are atoms a unit cell for a file of forces."""
    atoms = bulk("Cu", cubic=True)
    mixed = of_pymatgen(atoms)
    mixed.is_ordered = False
    atoms.info["occupancy"] = {"0": {"Cu": 0.5, "Au": 0.5}}
    for one in (mixed, atoms):
        with pytest.raises(InputError, match="taken in part"):
            from_mapping(given_to_run(one))
    with pytest.raises(InputError, match="name the file of the unit cell"):
        from_mapping({"crystal": {"structure": bulk("Cu"), "force_constants": "FORCE_CONSTANTS"}, "bands": {}})


def test_units_may_be_written():
    """In an input a number is in Å and u, and text carries its unit."""
    said = {
        "lattice": [["0.36 nm", 0, 0], [0, 3.6, 0], [0, 0, "3.6 angstrom"]],
        "species": ["Cu"],
        "positions": [[0, 0, 0]],
    }
    found = potential(from_mapping(given_to_run({**said, "masses": ["63 u"]}))).structure
    np.testing.assert_allclose(found.lattice, 3.6 * np.eye(3), rtol=1e-15)
    assert found.masses == (63.0,)
