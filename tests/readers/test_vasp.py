"""vasprun.xml of VASP with a Hessian: frequencies of phonopy, any order of atoms, charges, masses, and bad files."""

import lzma
import re

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonopy import Phonopy
from phonopy.interface.vasp import parse_force_constants, write_vasp
from readers import espresso, references, spoilt, toys
from readers.test_units import load, same

from hpcph.constants import atomic_mass
from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.phonons.modes import diagonalise
from hpcph.readers import foreign, vasp
from hpcph.readers.files import Files

SKEW = np.array([[2, 0, 0], [1, 1, 0], [0, -1, 2]])
THZ2 = 15.633302**2  # ν² in THz² of eV Å⁻² u⁻¹, as phonopy has it
XML = "vasp_dfpt/vasprun_fc.xml.xz"


def real() -> Files:
    """NaCl of VASP 5.2, DFPT on 64 atoms."""
    return Files(physics.data(f"readers/{XML}"), physics.data("readers/vasp_dfpt/POSCAR-unitcell"))


@pytest.mark.parametrize("named", ["with its unit cell", "alone"])
def test_modes_are_phonopy_s(named):
    """Between the wave vectors of the supercell, in the cell of another file or in the shortest of the run's own."""
    files = real() if named == "with its unit cell" else Files(real().force_constants)
    wanted = espresso.reference("vasp_dfpt/reference_NaCl.json")
    assert foreign.recognised(files).name == "vasp-xml"
    loaded = load(files)
    crystal = physics.crystal_of(loaded)
    q = np.array([*wanted["q"], [0, 0, 0]])
    known = [*wanted["frequency_THz"], wanted["gamma_frequency_THz"]]
    for d, frequency in zip(dynamical.matrices(crystal, q), known, strict=True):
        assert espresso.apart(espresso.of_dynamical(d), frequency)[0] < 1e-6
    assert loaded.structure.symbols == ("Na", "Cl") and loaded.structure.space_group == "Fm-3m (225)"
    assert any("which cell its 64 atoms repeat" in text for text in loaded.remarks) == (named == "alone")


def test_the_cell_of_the_run_is_its_own_supercell():
    """With crystal.primitive: P the 64 atoms stay, whose Γ has the frequencies of all wave vectors of 32 cells."""
    files = Files(real().force_constants, primitive="P")
    whole, cell = load(files), load(real())
    assert len(whole.structure.mass_a) == 64 and np.array_equal(whole.supercell, np.eye(3))
    at_gamma = diagonalise(physics.crystal_of(whole), np.zeros((1, 3))).frequency_kn[0]
    all_of_them = diagonalise(physics.crystal_of(cell), cell.commensurate_qc).frequency_kn
    np.testing.assert_allclose(at_gamma, np.sort(all_of_them.ravel()), atol=2e-4 * at_gamma.max())


def toy(seed=3, supercell=SKEW) -> Phonopy:
    """A crystal without symmetry in a skew supercell, whose charges are tensors without any."""
    made = toys.triclinic(seed)
    ph = Phonopy(made.phonopy.unitcell, supercell_matrix=supercell, primitive_matrix="P")
    ph.force_constants = toys.springs(ph.supercell, made.reach, 3)
    rng = np.random.default_rng(seed)
    born = rng.normal(size=(3, 3, 3)) * 0.3 + np.diag(made.charges)[:, :, None] * np.eye(3)[1]
    epsilon = 3 * np.eye(3) + 0.1 * np.ones((3, 3))
    ph.nac_params = {"born": born - born.mean(axis=0), "dielectric": epsilon, "factor": 14.399652}
    return ph


def rows(table, name="v") -> str:
    return "".join(f"<{name}>{' '.join(map(repr, row))}</{name}>\n" for row in np.asarray(table, float).tolist())


def vasprun(ph: Phonopy, order, masses=None, incar="", unit="", charges=True) -> str:
    """What VASP writes of a supercell whose atoms are in that order."""
    cell, phi = ph.supercell, ph.force_constants[np.ix_(order, order)]
    symbols = [cell.symbols[s] for s in order]
    kinds = list(dict.fromkeys(symbols))
    mass = masses or {symbol: cell.masses[cell.symbols.index(symbol)] for symbol in kinds}
    root = np.sqrt(np.repeat([mass[symbol] for symbol in symbols], 3))
    n = len(order)
    hessian = -phi.swapaxes(1, 2).reshape(3 * n, 3 * n) / np.outer(root, root) * (THZ2 if unit else 1)
    columns = ("atomspertype", "element", "mass", "valence", "pseudopotential")
    types = [(symbols.count(symbol), symbol, mass[symbol], 4.0, "PAW") for symbol in kinds]
    born = [ph.nac_params["born"][cell.u2u_map[cell.s2u_map[s]]] for s in order] if charges else []
    return "".join([
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n<generator>\n',
        '<i name="version" type="string">6.4.2  </i>\n</generator>\n', f"<incar>{incar}</incar>\n<atominfo>",
        f'<array name="atomtypes">{"".join(f"<field>{c}</field>" for c in columns)}<set>',
        *("<rc>" + "".join(f"<c>{x} </c>" for x in row) + "</rc>\n" for row in types), "</set></array></atominfo>\n",
        '<structure name="initialpos"><crystal><varray name="basis">\n', rows(cell.cell), "</varray></crystal>",
        '<varray name="positions">\n', rows(cell.scaled_positions[order] % 1), "</varray></structure>\n<calculation>",
        *(('<array name="born_charges">', *(f"<set>{rows(z)}</set>" for z in born), "</array>") if charges else ()),
        *(('<varray name="epsilon">', rows(ph.nac_params["dielectric"]), "</varray>") if charges else ()),
        f'<dynmat>{unit}\n<varray name="hessian">\n', rows(hessian), "</varray></dynmat></calculation></modeling>\n",
    ])  # fmt: skip


def grouped(ph: Phonopy, seed=1) -> list[int]:
    """Atoms of each kind together, in any order among them."""
    shuffled = np.random.default_rng(seed).permutation(len(ph.supercell))
    return sorted(shuffled.tolist(), key=lambda s: ph.supercell.symbols[s])


@pytest.mark.parametrize("unit", ["", '<i name="unit" type="string">THz^2 </i>'])
def test_any_supercell_in_any_order_is_the_crystal(tmp_path, unit):
    """Force constants and charges without symmetry, skew vectors, atoms shuffled, eV/Å² or THz²: those of phonopy."""
    ph = toy()
    expected = load(Files(toys.save(ph, tmp_path / "phonopy.yaml", force_constants=True)))
    write_vasp(tmp_path / "POSCAR", ph.unitcell)
    (tmp_path / "vasprun.xml").write_text(vasprun(ph, grouped(ph), unit=unit))
    loaded = load(Files(tmp_path / "vasprun.xml", tmp_path / "POSCAR", supercell=tuple(map(tuple, SKEW))))
    same(loaded, expected, 1e-6)
    crystals = [physics.crystal_of(one) for one in (loaded, expected)]
    own, known = (espresso.of_dynamical(dynamical.matrices(one, np.array([[0.1, 0.2, -0.3]]))[0]) for one in crystals)
    assert espresso.apart(own, *known)[1] < 1e-5 and np.abs(known[1]).max() > 0.1


SIZES, TILTS = (st.lists(st.sampled_from(values), min_size=3, max_size=3) for values in ((1, 1, 2), (-1, 0, 1)))


@settings(max_examples=12, deadline=None)
@given(sizes=SIZES, tilts=TILTS, turned=st.booleans(), seed=st.integers(0, 7), order=st.integers(0, 99))
def test_whatever_the_supercell_is(tmp_path_factory, sizes, tilts, turned, seed, order):
    """Skew supercells of any crystal, atoms of a kind in any order: D of phonopy's file at any q."""
    supercell = np.diag(sizes)
    supercell[np.tril_indices(3, -1)] = tilts
    supercell = supercell.T if turned else supercell
    folder, ph = tmp_path_factory.mktemp("vasp"), toy(seed, supercell)
    expected = load(Files(toys.save(ph, folder / "phonopy.yaml", force_constants=True)))
    write_vasp(folder / "POSCAR", ph.unitcell)
    (folder / "vasprun.xml").write_text(vasprun(ph, grouped(ph, order)))
    loaded = load(Files(folder / "vasprun.xml", folder / "POSCAR"))
    np.testing.assert_array_equal(loaded.supercell, supercell.T)
    q = np.array([[0.1, 0.2, -0.3], [0.45, -0.17, 0.08]])
    own, known = (dynamical.matrices(physics.crystal_of(one), q) for one in (loaded, expected))
    np.testing.assert_allclose(own, known, atol=1e-6 * np.abs(known).max())


def test_phonopy_reads_the_same_numbers(tmp_path):
    """What these tests write is what phonopy's own parser of VASP's XML takes it for."""
    ph = toy()
    order = grouped(ph)
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(ph, order, unit='<i name="unit" type="string">THz^2 </i>'))
    phi, _ = parse_force_constants(path)
    np.testing.assert_allclose(phi, ph.force_constants[np.ix_(order, order)], atol=1e-6)


def test_masses_of_the_run_where_it_sets_them(tmp_path):
    """Those of POTCARs are rounded and the elements' are meant; POMASS of INCAR, or one far off, is an isotope's."""
    ph = toy()
    write_vasp(tmp_path / "POSCAR", ph.unitcell)
    known = dict(zip(ph.unitcell.symbols, ph.unitcell.masses, strict=True))
    first = ph.unitcell.symbols[0]
    rounded = {symbol: mass * 1.01 for symbol, mass in known.items()}
    isotope = rounded | {first: known[first] * 1.1}
    for masses, incar, expected in (
        (rounded, "", known),
        (rounded, '<v name="POMASS">1 2 3</v>', rounded),
        (isotope, "", known | {first: isotope[first]}),
    ):
        (tmp_path / "vasprun.xml").write_text(vasprun(ph, grouped(ph), masses, incar, charges=False))
        loaded = load(Files(tmp_path / "vasprun.xml", tmp_path / "POSCAR"))
        wanted = [expected[symbol] for symbol in loaded.structure.symbols]
        np.testing.assert_allclose(loaded.structure.mass_a / atomic_mass, wanted, rtol=1e-8)
        assert loaded.dielectric is None
        theirs = toys.save(ph, tmp_path / "phonopy.yaml", force_constants=True)
        np.testing.assert_allclose(*own_phi(loaded, load(Files(theirs))), rtol=1e-7)


def own_phi(*loaded) -> list[np.ndarray]:
    """Φ of each atom on itself."""
    return [one.pairs.phi[(one.pairs.first == one.pairs.second) & ~one.pairs.cell.any(axis=1)] for one in loaded]


def test_an_atom_of_no_element_keeps_the_mass_of_the_run(tmp_path):
    text = vasprun(toy(), grouped(toy()), charges=False)
    symbol = toy().unitcell.symbols[0]
    (tmp_path / "vasprun.xml").write_text(text.replace(f"<c>{symbol} </c>", "<c>Qq </c>"))
    structure = load(Files(tmp_path / "vasprun.xml")).structure
    mass = structure.mass_a[structure.symbols.index("Qq")] / atomic_mass
    assert mass == pytest.approx(toy().unitcell.masses[0], rel=1e-9) and len(structure.symbols) == 3


def test_born_charges_have_phonopy_s_order(tmp_path):
    """Rows of the field, as its own reader of a vasprun.xml has them."""
    ph = toy()
    single = Phonopy(ph.unitcell, supercell_matrix=np.eye(3), primitive_matrix="P")
    single.force_constants = toys.springs(single.supercell, 3.6)
    single.nac_params = ph.nac_params
    order = sorted(range(3), key=lambda s: ph.unitcell.symbols[s])
    path = tmp_path / "vasprun.xml"
    path.write_text(vasprun(single, order, incar='<i name="IBRION" type="int">8</i>'))
    loaded = load(Files(path))
    assert loaded.structure.symbols == tuple(ph.unitcell.symbols[s] for s in order)
    np.testing.assert_allclose(loaded.dielectric.born, ph.nac_params["born"][order], atol=1e-9)
    np.testing.assert_allclose(loaded.dielectric.epsilon, ph.nac_params["dielectric"], atol=1e-9)


@pytest.fixture(scope="module")
def raw():
    return lzma.decompress(physics.data(f"readers/{XML}").read_bytes())


ENTITIES = b'<?xml version="1.0"?>\n<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n<modeling>&b;</modeling>'
HESSIAN = '<varray name="hessian" >\n    <v>'
BAD = {  # how it is spoilt, and what is said
    "cut off": (spoilt.cut(0.7), "expected XML to the end of the file (no element found)"),
    "cut in a number": (spoilt.cut(0.31), "expected XML to the end of the file"),
    "an entity bomb": (spoilt.become(ENTITIES), "line 2: expected no DOCTYPE, which VASP never writes"),
    "deep": (spoilt.become(b"<modeling>" + b"<a>" * 100), "expected at most 12 elements in each other"),
    "another XML": (spoilt.become(b"<?xml version='1.0'?><Root/>"), "is no vasprun.xml"),
    "nothing": (spoilt.become(b"\n"), "is no vasprun.xml"),
    "a single point": (lambda d: d.replace(b"hessian", b"other"), "IBRION = 8, without a Hessian: expected IBRION = 5"),
    "a row more": (spoilt.swap(HESSIAN, HESSIAN.replace("<v>", "<v/><v>")), "has a Hessian of 193 rows: expected 192"),
    "stars": (spoilt.swap(HESSIAN, HESSIAN + " *********** "), "expected a row of 192 numbers of the Hessian"),
    "a huge number": (spoilt.swap(HESSIAN, HESSIAN + " 1e300 "), "expected a row of 192 numbers"),
    "nan": (spoilt.swap(HESSIAN, HESSIAN + " nan "), "expected a row of 192 numbers"),
    "another unit": (
        spoilt.swap("<dynmat>", '<dynmat><i name="unit">cm^-1</i>'), "expected THz^2, the unit of the Hessian, or none"
    ),
    "the unit of VASP 6": (spoilt.swap("<dynmat>", '<dynmat><i name="unit">furlong</i>'), "not 'furlong'"),
    "no masses": (lambda d: d.replace(b">mass<", b">weight<"), "has no whole array atomtypes"),
    "a mass of nothing": (spoilt.swap("<c>     22.99000000", "<c>0.0"), "expected the mass of an atom in u"),
    "masses of another unit": (spoilt.swap("<c>     22.99000000", "<c>41908.0"), "has a mass of 4.191e+04 u for Na"),
    "other atoms": (spoilt.swap("<rc><c>  32</c><c>Na", "<rc><c>  31</c><c>Na"), "has 64 rows of its initial places"),
    "many atoms": (spoilt.swap("<rc><c>  32</c><c>Na", "<rc><c>99999999</c><c>Na"), "expected a number of atoms"),
    "no lattice": (lambda d: d.replace(b"initialpos", b"inital"), "has 0 rows of its initial lattice"),
    "numbers of another unit": (
        lambda d: d[: (at := d.index(b"hessian"))] + re.sub(rb"(\.\d{8}) ", rb"\1E9 ", d[at:]), "makes frequencies of"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_line(raw, kind):
    spoil, words = BAD[kind]
    with pytest.raises(InputError) as complaint:
        content = references.content("force_constants", "vasprun.xml", spoil(raw))
        foreign.checked(content, vasp.read(content, None, None))
    said = str(complaint.value)
    assert said.startswith("crystal.force_constants = vasprun.xml: ") and "\n" not in said and len(said) < 300
    assert words in said, said


@pytest.mark.parametrize("change, key, words", [
    ("supercell: 3×3×3", "crystal.supercell = (3, 3, 3)", "has [[2, 0, 0], [0, 2, 0], [0, 0, 2]]; leave it out"),
    ("a supercell without its cell", "crystal.supercell = (2, 2, 2)", "add crystal.structure, the cell that is"),
    ("a supercell by its matrix", None, ""),
    ("another lattice", "crystal.structure = ", "has a lattice that fits no whole number of times"),
    ("an atom less", "crystal.structure = ", "has 7 atoms in 8 cells: expected 64 in the cell that"),
    ("other atoms", "crystal.structure = ", "has no atom that Na at 0.0000 0.0000 0.0000 repeats"),
    ("atoms elsewhere", "crystal.structure = ", "has no atom that Cl at"),
    ("forces too", "crystal.force_sets = ", "is vasprun.xml of VASP; leave it out"),
    ("a displacement", "crystal.displacement = ", "leave it out"),
])  # fmt: skip
def test_what_does_not_belong_to_it_is_one_line(tmp_path, change, key, words):
    """Unit cell and supercell are those of the run, or the input's mistake; what it has no use for is named."""
    files, poscar = real(), tmp_path / "POSCAR"
    text = files.structure.read_text()
    changes = {
        "another lattice": lambda: text.replace("5.69", "5.79"),
        "an atom less": lambda: text.replace("4   4", "4   3"),
        "other atoms": lambda: text.replace("Na Cl", "K Cl"),
        "atoms elsewhere": lambda: text.replace("0.5000000000000000  0.5000000000000000  0.5", "0.5 0.5 0.53"),
    }
    poscar.write_text(changes.get(change, lambda: text)())
    more = {
        "supercell: 3×3×3": {"supercell": (3, 3, 3)}, "a supercell without its cell": {"supercell": (2, 2, 2)},
        "a supercell by its matrix": {"supercell": ((2, 0, 0), (0, 2, 0), (0, 0, 2))},
        "forces too": {"force_sets": poscar}, "a displacement": {"displacement": 1e-12},
    }  # fmt: skip
    made = Files(files.force_constants, None if "without" in change else poscar, **more.get(change, {}))
    if key is None:
        assert load(made).structure.space_group == "Fm-3m (225)"
        return
    with pytest.raises(InputError) as complaint:
        load(made)
    assert str(complaint.value).startswith(key) and words in str(complaint.value) and "\n" not in str(complaint.value)
