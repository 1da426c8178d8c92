"""The cache of ASE's Phonons: forces of any arrangement are ASE's force constants, and bad files."""

import json
import shutil

import numpy as np
import physics
import pytest
from ase import Atoms
from ase.calculators.emt import EMT
from ase.io import write
from ase.phonons import Phonons
from readers import espresso, toys
from readers.test_units import load

from hpcph.config.load import from_text
from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.prepare import crystal as prepared
from hpcph.readers import ase_cache, foreign, formats
from hpcph.readers.files import Files

CACHE, POSCAR = "readers/ase_phonons/cache", "readers/ase_phonons/POSCAR"
LATTICE = np.array([[2.9, 0.1, 0.0], [-0.2, 3.1, 0.3], [0.2, -0.1, 4.9]])


@pytest.mark.parametrize("supercell", [(3, 3, 2), ((3, 0, 0), (0, 3, 0), (0, 0, 2)), None])
def test_modes_are_ase_s(supercell):
    """Frequencies and angular momenta of a polar crystal, whose supercell the forces tell where the input does not."""
    given = Files(formats.main(physics.data(CACHE)), physics.data(POSCAR), supercell=supercell)
    assert foreign.recognised(given).name == "ase-cache" and len(foreign.sources(given)) == 20
    wanted = espresso.reference("ase_phonons/reference_CuAgAu_EMT.json")
    loaded = load(given)
    q = np.array([*wanted["q"], [0, 0, 0]])
    known = [*wanted["frequency_THz"], wanted["gamma_frequency_THz"]]
    pam = [*wanted["pam_hbar"], None]
    for d, frequency, l_nc in zip(dynamical.matrices(physics.crystal_of(loaded), q), known, pam, strict=True):
        off, turned = espresso.apart(espresso.of_dynamical(d), frequency, l_nc)
        assert off < 1e-6 and turned < 1e-5
    np.testing.assert_array_equal(loaded.supercell, np.diag([3, 3, 2]))
    assert any("displacements of 0.01 Å, ASE's own" in text for text in loaded.remarks)


@pytest.mark.parametrize("wrong", [(2, 3, 3), (3, 2, 3), (18, 1, 1), (1, 18, 1), (1, 1, 18), (9, 2, 1), (6, 3, 1)])
def test_another_arrangement_is_refused(wrong):
    """Φ_ab(T) and Φ_ba(−T)ᵀ are one thing only where the cells lie as they were."""
    with pytest.raises(InputError, match="Φ_ab and Φ_ba that are not each other's"):
        load(Files(physics.data(CACHE) / "cache.eq.json", physics.data(POSCAR), supercell=wrong))


def crystal() -> Atoms:
    """Three metals without any symmetry."""
    places = [[0.02, 0.01, 0.03], [0.47, 0.55, 0.36], [0.03, 0.06, 0.68]]
    return Atoms("CuAgAu", cell=LATTICE, scaled_positions=places, pbc=True)


@pytest.fixture(scope="module", params=[((2, 3, 1), False), ((2, 3, 1), True), ((3, 1, 2), True), ((1, 1, 1), False)])
def made(request, tmp_path_factory):
    """A folder with POSCAR and what ASE makes of it, one cell or the middle one moved by 0.02 Å."""
    folder = tmp_path_factory.mktemp("ase")
    supercell, centred = request.param
    phonons = Phonons(
        crystal(), EMT(), supercell=supercell, name=str(folder / "phonon"), delta=0.02, center_refcell=centred
    )
    phonons.run()
    phonons.read(method="standard", symmetrize=0, acoustic=False)
    write(folder / "POSCAR", crystal(), format="vasp")
    return folder, supercell, phonons


def files(folder, supercell, **more) -> Files:
    """As an input names a folder."""
    return Files(
        formats.main(folder / "phonon"), folder / "POSCAR", supercell=supercell, **{"displacement": 2e-12, **more}
    )


def test_force_constants_are_ase_s(made):
    """Cell by cell, from the first cell or from the middle one; EMT's forces add up to nothing."""
    folder, supercell, phonons = made
    found = foreign.read(files(folder, supercell), formats.recognised('{"forces": {"__ndarray__":', None), 1e-15)
    mine = {tuple(T): phi for T, phi in zip(found.cell_tc.tolist(), found.phi_tab, strict=True)}
    theirs = phonons.get_force_constant().reshape(-1, 3, 3, 3, 3).swapaxes(2, 3) * ase_cache.FORCE / 1e-10
    size = np.abs(theirs).max()
    for T, phi in zip(phonons.compute_lattice_vectors().T, theirs, strict=True):
        np.testing.assert_allclose(mine[tuple(T % supercell)], phi, atol=1e-7 * size)


def test_modes_at_commensurate_wave_vectors_are_ase_s(made):
    """Its own dynamical matrix there, whose eigenvectors are those of −q in phonopy's sign."""
    folder, supercell, phonons = made
    q = np.array([1, -1, 1]) / supercell
    d = dynamical.matrices(physics.crystal_of(load(files(folder, supercell))), q[None])[0]
    theirs = phonons.compute_dynamical_matrix(-q, phonons.D_N) * ase_cache.FORCE / 1e-10 / 1.66053906660e-27
    known = espresso.of_dynamical((theirs + theirs.conj().T) / 2)
    off, turned = espresso.apart(espresso.of_dynamical(d), *known)
    assert off < 1e-5 and turned < 1e-4
    assert np.abs(known[1]).max() > (0.05 if supercell != (1, 1, 1) else -1)


def test_displacements_scale_the_force_constants(made):
    """Forces of 0.02 Å taken for those of ASE's 0.01 Å are of twice the force constants."""
    folder, supercell, _ = made
    phi = [load(files(folder, supercell, displacement=one)).pairs.phi for one in (2e-12, None)]
    np.testing.assert_allclose(phi[1], 2 * phi[0], atol=1e-9 * np.abs(phi[0]).max())


def test_one_file_or_many(made, tmp_path):
    """combined.json of ASE, packed files, and any file of the folder for all of them."""
    folder, supercell, phonons = made
    expected = load(files(folder, supercell))
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    one = tmp_path / "phonon/cache.1y+.json"
    other = load(Files(one, folder / "POSCAR", supercell=supercell, displacement=2e-12))
    phonons.cache.__class__(tmp_path / "phonon").combine()
    assert [path.name for path in (tmp_path / "phonon").iterdir()] == ["combined.json"]
    for loaded in (other, load(files(tmp_path, supercell))):
        np.testing.assert_array_equal(loaded.pairs.phi, expected.pairs.phi)


def test_what_forces_add_up_to_is_taken_from_the_moved_atom(made, tmp_path):
    """An atom that pulls the whole crystal along: Σ_b Φ_ab stays nothing, and a line says so."""
    folder, supercell, _ = made
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "phonon/cache.0x+.json"
    shape, kind, numbers = json.loads(path.read_text())["forces"]["__ndarray__"]
    path.write_text(json.dumps({"forces": {"__ndarray__": [shape, kind, [x + 1e-2 for x in numbers]]}}))
    given = files(tmp_path, supercell)
    found = foreign.read(given, foreign.recognised(given), 1e-15)
    assert np.abs(found.phi_tab.sum(axis=(0, 2))).max() < 1e-9 * np.abs(found.phi_tab).max()
    assert "forces add up to" in found.remarks[0]


NOT = "expected forces as an array of three finite numbers an atom, in eV/Å"
SMALLER = json.dumps({"forces": {"__ndarray__": [[27, 3], "float64", [0.0] * 81]}})
BAD = {  # file, what becomes of it, and what is said
    "cut off": ("0x+", lambda t: t[:500], "cache.0x+.json: expected JSON to the end of the file"),
    "empty": ("1z-", lambda t: "", "cache.1z-.json: is empty"),
    "the main one cut off": ("eq", lambda t: t[: len(t) // 2], "cache.eq.json: expected JSON to the end of the file"),
    "another JSON": ("2y+", lambda t: '{"energy": 1}', "cache.2y+.json: expected forces, as ase.phonons.Phonons"),
    "a list": ("2y+", lambda t: "[1, 2]", "cache.2y+.json: expected forces, as ase.phonons.Phonons"),
    "deep": ("2y+", lambda t: "[" * 100_000, "cache.2y+.json: expected JSON to the end of the file (RecursionError"),
    "a comma missing": ("0y-", lambda t: t.replace("], ", "] ", 1), "cache.0y-.json: expected JSON to the end"),
    "fewer numbers": ("0y-", lambda t: t[: t.rindex(",")] + "]]}}", f"cache.0y-.json: {NOT}"),
    "a huge shape": ("0y-", lambda t: t.replace("[54, 3]", "[5400000000000, 3]"), f"cache.0y-.json: {NOT}"),
    "a shape of one": ("0y-", lambda t: t.replace("[54, 3]", "[162]"), f"cache.0y-.json: {NOT}"),
    "nan": ("0y-", lambda t: t.replace("float64\", [", "float64\", [NaN, ").replace("54, 3", "163, 1"), NOT),
    "infinite": ("0y-", lambda t: t[: t.rindex(",")] + ", Infinity]]}}", f"cache.0y-.json: {NOT}"),
    "text": ("0y-", lambda t: t[: t.rindex(",")] + ', "1"]]}}', f"cache.0y-.json: {NOT}"),
    "of a smaller supercell": ("0z+", lambda t: SMALLER, "has forces on 27 and 54 atoms: expected as many in all"),
    "missing": ("1x-", None, "lacks the forces 1x-: expected both displacements of each of the 3 atoms of POSCAR"),
    "too many": ("3x-", "0x-", "has the forces 3x-: expected those of the 3 atoms of POSCAR"),
    "one for the other": ("1x-", "1x+", "has the same forces 1x- and 1x+: expected those of opposite"),
    "of another atom": ("1x-", "0x-", "Φ_ab and Φ_ba that are not each other's"),
    "at rest": ("1x-", "eq", "Φ_ab and Φ_ba that are not each other's"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_line(tmp_path, kind):
    name, change, words = BAD[kind]
    shutil.copytree(physics.data(CACHE), tmp_path / "cache")
    (tmp_path / "cache").chmod(0o755)
    path = tmp_path / f"cache/cache.{name}.json"
    if change is None:
        path.unlink()
    elif isinstance(change, str):
        text = (tmp_path / f"cache/cache.{change}.json").read_text()
        path.unlink(missing_ok=True)
        path.write_text(text)
    else:
        text = path.read_text()
        assert change(text) != text
        path.unlink()
        path.write_text(change(text))
    with pytest.raises(InputError) as complaint:
        load(Files(formats.main(tmp_path / "cache"), physics.data(POSCAR), supercell=(3, 3, 2), format="ase-cache"))
    said = str(complaint.value)
    assert said.startswith("crystal.force_constants = ") and "\n" not in said and len(said) < 400
    assert words in said, said


@pytest.mark.parametrize("supercell, words", [
    ((3, 3, 3), "has forces on 18 cells of POSCAR; give three numbers whose product is 18"),
    (((3, 1, 0), (0, 3, 0), (0, 0, 2)), "give three numbers whose product is 18"),
])  # fmt: skip
def test_a_supercell_that_is_none_of_it(supercell, words):
    with pytest.raises(InputError, match=r"^crystal\.supercell = ") as complaint:
        load(Files(physics.data(CACHE) / "cache.eq.json", physics.data(POSCAR), supercell=supercell))
    assert words in str(complaint.value)


def test_forces_that_do_not_tell_their_supercell_are_asked_for_it(tmp_path):
    """A chain of springs between equal cells is the same along each axis: more than one arrangement fits."""
    rows = [[[-2.0 if b == 0 else 0.0 for _ in "xyz"] for b in range(2)] for _ in "xyz"]
    for axis, name in enumerate("xyz"):
        for sign, factor in (("+", 1.0), ("-", -1.0)):
            force = np.zeros((2, 3))
            force[:, axis] = factor * np.array([rows[axis][0][axis], -rows[axis][0][axis]])
            text = json.dumps({"forces": {"__ndarray__": [[2, 3], "float64", force.ravel().tolist()]}})
            (tmp_path / f"cache.0{name}{sign}.json").write_text(text)
    (tmp_path / "cache.eq.json").write_text('{"forces": {"__ndarray__": [[2, 3], "float64", [0, 0, 0, 0, 0, 0]]}}')
    write(tmp_path / "POSCAR", Atoms("Cu", cell=np.eye(3) * 3, pbc=True), format="vasp")
    with pytest.raises(InputError, match=r"^crystal.supercell: .* does not say how they lie; add crystal.supercell"):
        load(Files(formats.main(tmp_path), tmp_path / "POSCAR"))
    assert len(load(Files(formats.main(tmp_path), tmp_path / "POSCAR", supercell=(1, 2, 1))).structure.mass_a) == 1


def test_a_folder_is_what_an_input_names(tmp_path):
    """All of its files count for the fingerprint of a run; the displacement is the input's, where it is of use."""
    shutil.copytree(physics.data(CACHE), tmp_path / "phonon")
    shutil.copy(physics.data(POSCAR), tmp_path / "POSCAR")
    named = {"force_constants": "phonon", "structure": "POSCAR", "displacement": "0.02 angstrom"}
    source = from_text(tmp_path / "mine.yaml", json.dumps({"crystal": named, "bands": {}}))
    paths = prepared.sources(source)
    assert len(paths) == len(set(paths)) == 20 and all(path.is_file() for path in paths)
    assert prepared.files(source).displacement == pytest.approx(2e-12)
    loaded, other = load(prepared.files(source)), load(Files(paths[0], paths[1]))
    np.testing.assert_allclose(2 * loaded.pairs.phi, other.pairs.phi, atol=1e-12 * np.abs(other.pairs.phi).max())
    path = toys.save(toys.rocksalt().phonopy, tmp_path / "phonopy.yaml", force_constants=True)
    with pytest.raises(InputError, match=r"^crystal\.displacement = 0\.02 angstrom: for a potential, or the cache"):
        load(Files(path, displacement=2e-12))


def test_nothing_in_the_cache_is_made_an_object(tmp_path):
    """What ASE's decoder would make an object of is refused like anything that is no array."""
    shutil.copytree(physics.data(CACHE), tmp_path / "cache")
    (tmp_path / "cache").chmod(0o755)
    path = tmp_path / "cache/cache.0x+.json"
    path.unlink()
    path.write_text('{"forces": {"__ase_objtype__": "atoms", "numbers": [1], "positions": [[0, 0, 0]]}}')
    with pytest.raises(InputError, match="expected forces as an array"):
        load(Files(formats.main(tmp_path / "cache"), physics.data(POSCAR), supercell=(3, 3, 2)))


def test_a_folder_without_a_cache(tmp_path):
    with pytest.raises(InputError, match="no such file; give a path"):
        load(Files(formats.main(tmp_path), physics.data(POSCAR)))


def test_without_its_cell_it_is_no_crystal():
    with pytest.raises(InputError, match=r"crystal\.structure: cache.eq.json holds no crystal"):
        load(Files(physics.data(CACHE) / "cache.eq.json"))
