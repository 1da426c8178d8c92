"""ALAMODE's XML: what ALAMODE makes of it, lattice vectors of a crystal without inversion, and bad files."""

import re

import numpy as np
import pytest
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms
from readers import references, spoilt
from readers.references import GAMMA, Dipoles, Interpolated, angular_momentum, content, frequencies

from hpcph.constants import angstrom, atomic_mass, bohr, elementary_charge
from hpcph.errors import InputError
from hpcph.readers import alamode, foreign

COULOMB = references.COULOMB / elementary_charge / angstrom  # eV Å


def read(xml, charges=None):
    main = content("force_constants", "PbTe.xml", xml)
    born = None if charges is None else content("born", "PbTe.born", charges)
    return foreign.checked(main, alamode.read(main, born))


@pytest.fixture(scope="module")
def raw():
    return references.data("alamode/super444_0.01.xml.xz")


@pytest.fixture(scope="module")
def said():
    return references.reference("alamode/reference_PbTe.json")


@pytest.fixture(scope="module")
def found(raw):
    return read(raw, references.data("alamode/PbTe.born"))


def test_modes_are_alamode_s(found, said):
    """Between the supercell's wave vectors, without dipoles; l vanishes, for PbTe has inversion."""
    lattice = Interpolated(found, asr=False)
    for q, nu in zip([*said["q"], [0, 0, 0]], [*said["frequency_THz"], said["gamma_frequency_THz"]], strict=True):
        D = lattice.at(q)
        assert np.abs(frequencies(D) - nu).max() < said["tolerance_THz"]
        assert np.abs(angular_momentum(D)).max() < 1e-3 or not np.any(q)
    dipoles = Dipoles(found, 1e10, found.born_aij)
    for n, nu in zip(said["directions"], said["gamma_direction_frequency_THz"], strict=True):
        added = dipoles.at(GAMMA, np.array(n)) - dipoles.at(GAMMA)
        D = found.dynamical(GAMMA) + added / references.mass_root(found)
        assert np.abs(frequencies(D) - nu).max() < said["tolerance_THz"]


def test_with_dipoles_it_is_phonopy_s(found, said):
    """The same force constants and charges in phonopy, by Gonze and Lee, Te off its place as the reference has it.

    With Te in its place its images are shared, which alone makes 1.4e-3 THz.
    """
    cell = PhonopyAtoms(
        cell=found.lattice_vc / angstrom, scaled_positions=said["positions"], symbols=found.symbols,
        masses=found.mass_a / atomic_mass,
    )  # fmt: skip
    ph = Phonopy(cell, found.supercell, primitive_matrix=np.eye(3))
    place = ph.supercell.positions @ np.linalg.inv(cell.cell)
    atom = np.searchsorted(ph.primitive.p2s_map, ph.primitive.s2p_map)
    T = np.rint(place - cell.scaled_positions[atom]).astype(int)
    index = {tuple(one): t for t, one in enumerate(found.cell_tc % np.diag(found.supercell))}
    t = [index[tuple(one)] for one in T % np.diag(found.supercell)]
    ph.force_constants = found.phi_tab[t, :, atom].swapaxes(0, 1) / (elementary_charge / angstrom**2)
    ph.nac_params = {"born": found.born_aij, "dielectric": found.epsilon, "factor": COULOMB, "method": "gonze"}
    for q, nu in zip(said["q"], said["frequency_nac_gonze_THz"], strict=True):
        assert np.abs(ph.get_frequencies(q) - nu).max() < 1e-4


def test_the_crystal_is_alamode_s(found, said):
    assert np.abs(found.lattice_vc / angstrom - said["lattice_A"]).max() < 1e-5
    assert found.symbols == tuple(said["symbols"]) and np.abs(found.fractional_ac - said["positions"]).max() < 1e-6
    assert np.allclose(found.mass_a / atomic_mass, said["mass_amu"]) and np.diag(found.supercell).tolist() == [4, 4, 4]
    assert np.array_equal(found.born_aij, said["born_field_displacement"])


def skew(seed=5):
    """XML of a crystal of two atoms without inversion in a supercell that is no multiple of its cell, and its parts."""
    rng = np.random.default_rng(seed)
    lattice = np.array([[4.1, 0.2, 0.1], [0.3, 3.9, -0.2], [-0.1, 0.4, 4.4]])
    places, S = np.array([[0.02, 0.01, 0.03], [0.47, 0.55, 0.41]]), np.array([[3, 1, 0], [0, 2, 1], [1, 0, 2]])
    pairs = {}
    for a, b, T in [(0, 1, (0, 0, 0)), (0, 1, (-1, 0, 0)), (1, 1, (0, 1, 0)), (0, 0, (0, 0, 1)), (0, 1, (0, -1, 1))]:
        phi = rng.normal(size=(3, 3)) / 80 - 0.05 * np.eye(3)
        pairs[a, b, T], pairs[b, a, tuple(-t for t in T)] = phi, phi.T
    for a in range(2):
        own = -sum(phi for (first, _, _), phi in pairs.items() if first == a)
        pairs[a, a, (0, 0, 0)] = (own + own.T) / 2
    cells = np.indices((7, 7, 7)).reshape(3, -1).T - 3
    inside = cells @ np.linalg.inv(S)
    points = cells[np.all((inside > -1e-9) & (inside < 1 - 1e-9), axis=1)]
    points = points[np.argsort(np.any(points, axis=1), kind="stable")]
    text = [f"<Data><ALM_version/><Structure><NumberOfAtoms>{2 * len(points)}</NumberOfAtoms><LatticeVector>"]
    rows = (S @ lattice * angstrom / bohr).tolist()
    text += [f"<a{n}>{' '.join(map(repr, row))}</a{n}>" for n, row in enumerate(rows, 1)]
    text.append("</LatticeVector><Position>")
    number = {(t, a): 2 * t + a + 1 for t in range(len(points)) for a in range(2)}
    for (t, a), n in number.items():
        place = (points[t] + places[a]) @ np.linalg.inv(S)
        text.append(f'<pos index="{n}" element="{["Mg", "O"][a]}">{" ".join(map(repr, (place % 1).tolist()))}</pos>')
    text.append("</Position></Structure><Symmetry><Translations>")
    text += [f'<map tran="{t + 1}" atom="{a + 1}">{n}</map>' for (t, a), n in number.items()]
    text.append("</Translations></Symmetry><ForceConstants><HARMONIC>")
    for (a, b, T), phi in pairs.items():
        apart = (np.array(T) - points) @ np.linalg.inv(S)
        t = int(np.abs(apart - np.rint(apart)).max(axis=1).argmin())
        for image in (1, 5):
            text += [
                f'<FC2 pair1="{a + 1} {i + 1}" pair2="{number[t, b]} {j + 1} {image}">{float(phi[i, j]) / 2!r}</FC2>'
                for i in range(3)
                for j in range(3)
            ]
    text.append("</HARMONIC></ForceConstants></Data>")
    return "\n".join(text), pairs, lattice, S


def test_lattice_vectors_have_alamode_s_sense():
    """D of a supercell that is no diagonal one is Σ Φ e^{2πi q·T} at its wave vectors, images added up."""
    text, pairs, lattice, S = skew()
    found = read(text)
    assert round(abs(np.linalg.det(found.supercell))) == round(abs(np.linalg.det(S))) == len(found.cell_tc)
    own = np.linalg.inv(S) @ [1, 2, -1]  # in units of the reciprocal cell of the lattice that the test began with
    q = found.lattice_vc @ np.linalg.inv(lattice * angstrom) @ own
    c = np.zeros((6, 6), complex)
    for (a, b, T), phi in pairs.items():
        c[3 * a : 3 * a + 3, 3 * b : 3 * b + 3] += phi * alamode.UNIT * np.exp(2j * np.pi * own @ T)
    D = c / references.mass_root(found)
    places = found.fractional_ac @ found.lattice_vc @ np.linalg.inv(lattice * angstrom)
    wrapped = np.rint(places - [[0.02] * 3, [0.48] * 3])
    phase = np.repeat(np.exp(2j * np.pi * wrapped @ own), 3)
    D = phase[:, None] * D * phase.conj()
    assert np.abs(found.dynamical(q) - D).max() < 1e-9 * np.abs(D).max()
    assert np.abs(angular_momentum(found.dynamical(q)) - angular_momentum(D)).max() < 1e-6
    assert np.abs(angular_momentum(D)).max() > 0.1


def test_xml_is_known_by_what_it_holds(raw):
    assert alamode.looks_like(raw[:500].decode())
    assert not alamode.looks_like('<?xml version="1.0"?>\n<Root>\n  <GEOMETRY_INFO>')


ENTITIES = b'<?xml version="1.0"?>\n<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n<Data>\n<ALM_version>&b;'
OUTSIDE = ENTITIES.replace(b'"ha"', b'SYSTEM "file:///etc/passwd"')
DEEP = b"<Data><ALM_version>" + b"<a>" * 200_000
POS = '<pos index="2" element="Pb">'
BAD = {  # what is done, and words of the complaint
    "cut in the middle": (spoilt.cut(0.5), "expected XML to the end of the file"),
    "cut in an element": (lambda d: d[: d.index(b"<HARMONIC>") + 40], "line 439: expected XML to the end of the file"),
    "an entity bomb": (spoilt.become(ENTITIES), "line 2: expected no DOCTYPE"),
    "a file outside": (spoilt.become(OUTSIDE), "line 2: expected no DOCTYPE"),
    "nested": (spoilt.become(DEEP), "expected at most 12 elements in each other"),
    "NaN": (spoilt.swap(">5.429729623889837e-02<", ">NaN<"), "line 439: expected a force constant in Ry/bohr²"),
    "a word": (spoilt.swap(">5.429729623889837e-02<", ">much<"), "line 439: expected a force constant in Ry/bohr²"),
    "a huge number": (spoilt.swap(">5.429729623889837e-02<", ">5e99<"), "line 439: expected a force constant"),
    "nothing in it": (spoilt.swap(">5.429729623889837e-02<", "><"), "line 439: expected a force constant"),
    "another unit": (lambda d: d.replace(b"e-02</FC2>", b"e+06</FC2>"), "makes frequencies of"),
    "an atom that is none": (spoilt.swap('pair2="1 1 1"', 'pair2="129 1 1"'), "pair2, an atom of 1 to 128"),
    "an image that is none": (spoilt.swap('pair2="1 1 1"', 'pair2="1 1 28"'), "an image of 1 to 27"),
    "an element less": (
        lambda d: d.replace(b'<FC2 pair1="1 1" pair2="76 3 11">1.278130711103116e-03</FC2>', b""), "lacks elements FC2",
    ),
    "an element twice": (
        lambda d: re.sub(rb"(<FC2 pair1[^\n]*)", rb"\1\n\1", d, count=1), "expected pair1 1 1 and pair2 1 1 1 once",
    ),
    "no image": (spoilt.swap('pair2="1 1 1"', 'pair2="1 1"'), "line 439: expected pair2"),
    "pair1 of the supercell": (spoilt.swap('pair1="1 1"', 'pair1="65 1"'), "expected pair1, an atom of 1 to 2"),
    "another number of atoms": (spoilt.swap("Atoms>128", "Atoms>64"), "has 128 elements pos: expected 64"),
    "a huge number of atoms": (spoilt.swap("Atoms>128", "Atoms>128000000"), "1 to 100000 atoms"),
    "an atom twice": (spoilt.swap('<pos index="2"', '<pos index="1"'), "lacks the place of atom 2"),
    "no element": (spoilt.swap(POS, POS.replace("Pb", "")), "the element of atom 2"),
    "elements that are none": (lambda d: d.replace(b'"Pb"', b'"Qq"'), "'Qq' (atom 1) is no element that has one"),
    "a place of two numbers": (spoilt.swap(" 0.000000000000000e+00</pos>", "</pos>"), "expected the place of atom 1"),
    "an atom elsewhere": (spoilt.swap("2.500000000000000e-01</pos>", "2.7e-01</pos>"), "has places off translation"),
    "a translation less": (spoilt.swap('<map tran="2" atom="1">2</map>', ""), "has 127 elements map: expected 128"),
    "translations exchanged": (spoilt.swap('atom="1">2</map>', 'atom="1">3</map>'), "maps two atoms on one"),
    "atoms exchanged": (
        lambda d: d.replace(b'atom="1">2<', b'atom="1">0<').replace(b'atom="1">3<', b'atom="1">2<')
        .replace(b'atom="1">0<', b'atom="1">3<'), "has places off translation",
    ),
    "two lattices": (spoilt.swap("</LatticeVector>", "<a1>1 0 0</a1></LatticeVector>"), "has 2 elements Structure"),
    "a lattice in a plane": (lambda d: d.replace(b"2.437746701840600e+01", b"0.0", 2), "lattice vectors of 0 to"),
    "lengths of another unit": (lambda d: d.replace(b"2.437746701840600e+01", b"2.437e-09"), "has lattice vectors of"),
    "without harmonic ones": (lambda d: d.replace(b"HARMONIC>", b"ANHARM3>"), "has no elements ForceConstants"),
    "Quantum ESPRESSO's": (spoilt.become(b"<?xml version='1.0'?><Root><GEOMETRY_INFO>"), "is no XML of ALAMODE"),
    "a list of force constants": (spoilt.become(b" *********************** Force Constants"), "is no XML of ALAMODE"),
    "nothing": (spoilt.become(b""), "is no XML of ALAMODE"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_xml_is_one_line(raw, kind):
    """It names the file, the line or the element, and what was expected."""
    spoil, words = BAD[kind]
    with pytest.raises(InputError) as complaint:
        read(spoil(raw))
    said = str(complaint.value)
    assert said.startswith("crystal.force_constants = PbTe.xml: ") and "\n" not in said and len(said) < 300
    assert words in said, said


@pytest.mark.parametrize("spoil, words", [
    (spoilt.first(7), "ends after line 7: expected a row of the Born charges of atom 2"),
    (spoilt.more(b"1 0 0\n"), "nothing behind the Born charges of 2 atoms"),
    (spoilt.swap("5.89029", "nan"), "line 4: expected a row of the Born charges of atom 1"),
    (spoilt.swap("5.89029", "589029"), "charges above 100 e"), (spoilt.become(b"PbTe\n"), "line 1: expected a row of"),
])  # fmt: skip
def test_bad_charges_are_one_line(raw, spoil, words):
    with pytest.raises(InputError) as complaint:
        read(raw, spoil(references.data("alamode/PbTe.born")))
    assert str(complaint.value).startswith("crystal.born = PbTe.born: ") and words in str(complaint.value)
